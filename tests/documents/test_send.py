"""Documents leave by mail: the worker keeps them, and the mail carries exactly what is kept."""

from __future__ import annotations

from datetime import date

import pytest
from django.core import mail

from tests.documents.house import house, ordered
from tests.world import World
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.invoices import invoice, send_invoice
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.demand.rules import LineWish
from wharfinger.documents.actions.issuing import reprint
from wharfinger.documents.models import Issued
from wharfinger.notices import outbox
from wharfinger.parties.models import Organization
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
