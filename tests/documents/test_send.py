"""Documents leave by mail: the worker keeps them, and the mail carries exactly what is kept."""

from __future__ import annotations

from datetime import date

import pytest
from django.core import mail

from tests.documents.house import house, ordered
from tests.purchasing.buying import stocked_up
from tests.world import World, clean, entries, held
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.billing.actions.invoices import invoice, send_invoice
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.demand.rules import LineWish
from wharfinger.documents.actions.issuing import reprint
from wharfinger.documents.models import Issued
from wharfinger.ledger.reverse import reverse
from wharfinger.notices import outbox
from wharfinger.parties.models import Organization
from wharfinger.purchasing.actions.ordering import send as send_purchase
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder
from wharfinger.sales.actions.quotes import create_quote, send
from wharfinger.sales.rules.quotes import QuoteWish
from wharfinger.site.consumers import CONSUMERS

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company whose customer has an address for mail."""
    made = house()
    Organization.objects.filter(pk=made.customer.pk).update(email="einkauf@baeckerei.example")
    return made


def worked() -> None:
    """Let the worker do everything that is due, and what follows from it."""
    while outbox.work(CONSUMERS):
        pass


def test_a_quote_that_is_sent_reaches_the_customer_as_it_is_kept(company: World) -> None:
    wish = LineWish(company.product().pk, 3)
    made = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, (wish,), number="Q-7"))
    worked()
    assert mail.outbox == []
    send(actor=HOUSE, quote=made.one("demand.Sheet"))
    worked()
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["einkauf@baeckerei.example"], "Angebot Q-7 – Hafenkontor IT GmbH")
    assert "anbei senden wir Ihnen: Angebot Q-7." in sent.body
    kept = Issued.objects.get()
    assert sent.attachments == [("Q-7.pdf", reprint(actor=HOUSE, issued=kept.pk), "application/pdf")]


def test_an_invoice_is_kept_when_posted_and_mailed_when_sent(company: World) -> None:
    _order, lines = ordered(company, 2)
    made = invoice(actor=HOUSE, wish=InvoiceWish((Bill(lines[0], 2),), issued_on=date(2026, 11, 20)))
    worked()
    kept = Issued.objects.get()
    assert mail.outbox == []
    Organization.objects.filter(pk=company.customer.pk).update(name="Somebody else")
    send_invoice(actor=HOUSE, invoice=made.one("billing.Invoice"))
    worked()
    (sent,) = mail.outbox
    assert sent.attachments[0][1] == reprint(actor=HOUSE, issued=kept.pk)
    assert Issued.objects.get() == kept


def test_without_an_address_nothing_is_sent_and_the_document_is_kept(company: World) -> None:
    Organization.objects.filter(pk=company.customer.pk).update(email="")
    _order, lines = ordered(company, 2)
    made = invoice(actor=HOUSE, wish=InvoiceWish((Bill(lines[0], 2),)))
    send_invoice(actor=HOUSE, invoice=made.one("billing.Invoice"))
    worked()
    assert mail.outbox == []
    assert Issued.objects.count() == 1


def test_a_purchase_order_is_submitted_and_sent_in_one_entry(company: World) -> None:
    made = stocked_up(company, (company.product(), 2, 5_000_000), submitted=False)
    before = entries()
    with pytest.raises(Refusal) as refused:
        send_purchase(actor=HOUSE, order=made.order)
    assert (refused.value.code, entries()) == ("no_mail_address", before)
    Organization.objects.filter(pk=company.vendor.pk).update(email="auftrag@vendor.example")
    sent_by = send_purchase(actor=HOUSE, order=made.order)
    worked()
    (sent,) = mail.outbox
    assert (sent.to, sent.attachments[0][0]) == (["auftrag@vendor.example"], "PO-1.pdf")
    assert held(product=PurchaseLine.objects.get().product_id) == {"on_order": 2}
    again = send_purchase(actor=HOUSE, order=made.order)
    worked()
    assert len(mail.outbox) == 2
    reverse(actor=HOUSE, entry=again.id, reason="sent twice")
    reverse(actor=HOUSE, entry=sent_by.id, reason="wrong vendor")
    assert held(product=PurchaseLine.objects.get().product_id) == {}
    row = PurchaseOrder.objects.get()
    assert (row.submitted_at, row.sent_at) == (None, None)
    clean()
