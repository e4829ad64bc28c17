"""Documents leave by mail: the worker keeps them, and the mail carries exactly what is kept."""

from __future__ import annotations

from datetime import date

import pytest
from django.core import mail
from django.test import Client

from tests.documents.house import house, ordered
from tests.documents.reading import pages
from tests.purchasing.buying import stocked_up
from tests.world import World, clean, entries, held
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput, Refusal
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.actions.sending import send_invoice
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.catalog.models import VendorPrice
from wharfinger.demand.rules import LineWish
from wharfinger.documents.actions.issuing import reprint
from wharfinger.documents.models import Issued
from wharfinger.ledger.models import Fact, Outbox
from wharfinger.ledger.reverse import reverse
from wharfinger.notices import outbox
from wharfinger.parties.models import Organization, Role, User
from wharfinger.purchasing.actions.ordering import amend_purchase
from wharfinger.purchasing.actions.ordering import send as send_purchase
from wharfinger.purchasing.actions.quoting import ask_vendors, send_rfq
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder
from wharfinger.purchasing.models.quoting import RfqVendor
from wharfinger.purchasing.rules.changing import LineChange, PurchaseChange
from wharfinger.purchasing.rules.quoting import Asked, RfqWish
from wharfinger.sales.actions.quotes import create_quote
from wharfinger.sales.actions.sending import mark_quote_sent, send_order, send_quote
from wharfinger.sales.models import Order, Quote
from wharfinger.sales.rules.quotes import QuoteWish
from wharfinger.sales.rules.sending import Letter
from wharfinger.site.consumers import CONSUMERS

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company whose customer has an address for mail."""
    made = house()
    Organization.objects.filter(pk=made.customer.pk).update(email="einkauf@baeckerei.example")
    return made


def offered(company: World) -> int:
    """A quote of three units."""
    wish = LineWish(company.product().pk, 3)
    made = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, (wish,), number="Q-7"))
    return made.one("demand.Sheet")


def worked() -> None:
    """Let the worker do everything that is due, and what follows from it."""
    while outbox.work(CONSUMERS):
        pass


def test_a_quote_that_is_sent_reaches_the_customer_as_it_is_kept(company: World) -> None:
    wish = LineWish(company.product().pk, 3)
    made = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, (wish,), number="Q-7"))
    worked()
    assert mail.outbox == []
    send_quote(actor=HOUSE, quote=made.one("demand.Sheet"))
    worked()
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["einkauf@baeckerei.example"], "Angebot Q-7 – Hafenkontor IT GmbH")
    assert "anbei senden wir Ihnen: Angebot Q-7." in sent.body
    kept = Issued.objects.get()
    assert sent.attachments == [("Q-7.pdf", reprint(actor=HOUSE, issued=kept.pk), "application/pdf")]


def test_somebody_writes_the_mail_and_gets_a_copy(company: World) -> None:
    User.objects.filter(pk=company.user.pk).update(email="ada@house.example")
    quote = offered(company)
    letter = Letter(
        ("a@x.example", "b@x.example"), copy=True, subject="As\npromised", text="Dear Ms Quinn,", file=False
    )
    done = send_quote(actor=company.user, quote=quote, letter=letter)
    worked()
    (sent,) = mail.outbox
    assert (sent.to, sent.cc) == (["a@x.example", "b@x.example"], ["ada@house.example"])
    assert (sent.subject, sent.attachments) == ("As promised", [])
    assert sent.body.startswith("Dear Ms Quinn,\n\n")
    assert "/q/" in sent.body
    assert sent.body.endswith("\n\nMit freundlichen Grüßen\nHafenkontor IT GmbH")
    told = [*Fact.objects.filter(entry=done.entry).values_list("new", flat=True), done.entry.reason]
    assert not any("x.example" in str(one) for one in told)
    reverse(actor=company.user, entry=done.id, reason="too soon")
    assert Quote.objects.get().sent_at is None
    clean()


@pytest.mark.parametrize(
    ("letter", "field"),
    [
        (Letter(("nobody",)), "to"),
        (Letter(tuple(f"a{n}@x.example" for n in range(11))), "to"),
        (Letter(copy=True), "copy"),
        (Letter(subject="x" * 201), "subject"),
        (Letter(text="\x00"), "text"),
    ],
)
def test_a_mail_that_cannot_be_sent_is_refused(company: World, letter: Letter, field: str) -> None:
    quote = offered(company)
    before = entries()
    with pytest.raises(BadInput) as refused:
        send_quote(actor=company.user, quote=quote, letter=letter)
    assert (refused.value.field, entries(), Quote.objects.get().sent_at) == (field, before, None)


def test_without_an_address_a_quote_is_not_sent_unless_by_hand(company: World) -> None:
    Organization.objects.filter(pk=company.customer.pk).update(email="")
    quote = offered(company)
    before = entries()
    with pytest.raises(BadInput) as refused:
        send_quote(actor=HOUSE, quote=quote)
    assert (refused.value.code, refused.value.field, entries()) == ("no_address", "to", before)
    assert [one.verb for one in refused.value.remedies] == ["send_by_hand"]
    Organization.objects.filter(pk=company.customer.pk).update(email="late@x.example")
    mark_quote_sent(actor=HOUSE, quote=quote)
    worked()
    assert mail.outbox == []
    assert Quote.objects.get().sent_at is not None


def test_an_order_confirmation_goes_to_the_customer_once_it_is_firm(company: World) -> None:
    order, _lines = ordered(company, 2)
    Order.objects.filter(pk=order).update(confirmed_at=None)
    before = entries()
    with pytest.raises(Refusal) as refused:
        send_order(actor=HOUSE, order=order)
    assert (refused.value.code, entries()) == ("not_confirmed", before)
    Order.objects.filter(pk=order).update(confirmed_at=clock.now())
    done = send_order(actor=HOUSE, order=order)
    worked()
    (sent,) = mail.outbox
    assert sent.to == ["einkauf@baeckerei.example"]
    assert sent.attachments[0][0] == "SO-1.pdf"
    assert Order.objects.get().sent_at is not None
    reverse(actor=HOUSE, entry=done.id, reason="too soon")
    assert Order.objects.get().sent_at is None


def test_the_page_shows_the_mail_and_says_why_it_cannot_leave(client: Client, company: World) -> None:
    quote = offered(company)
    client.force_login(company.user)
    page = f"/documents/quote/{quote}/send/"
    shown = client.get(page).content.decode()
    assert "einkauf@baeckerei.example" in shown
    assert "Angebot Q-7 – Hafenkontor IT GmbH" in shown
    Organization.objects.filter(pk=company.customer.pk).update(email="")
    before = entries()
    refused = client.post(page, {"to": "", "subject": "Mine", "text": "Typed"})
    assert refused.status_code == 422
    assert entries() == before
    for words in ("has no mail address", "Mark as sent by hand", "Mine", "Typed"):
        assert words in refused.content.decode()
    assert client.post(page, {"by_hand": "yes"})["Location"] == f"/quotes/{quote}/"
    assert client.get("/documents/delivery-note/1/send/").status_code == 404
    role = Role.objects.create(name="reader", permissions=["*.read"])
    company.user.roles.set([role])
    assert client.get(page).status_code == 403


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
    assert mail.outbox[1].subject == sent.subject, "nothing has changed"
    reverse(actor=HOUSE, entry=again.id, reason="sent twice")
    reverse(actor=HOUSE, entry=sent_by.id, reason="wrong vendor")
    assert held(product=PurchaseLine.objects.get().product_id) == {}
    row = PurchaseOrder.objects.get()
    assert (row.submitted_at, row.sent_at) == (None, None)
    clean()


def test_an_order_that_is_sent_again_says_that_it_has_changed(company: World) -> None:
    Organization.objects.filter(pk=company.vendor.pk).update(email="auftrag@vendor.example", language="de")
    made = stocked_up(company, (company.product(), 2, 5_000_000))
    send_purchase(actor=HOUSE, order=made.order)
    worked()
    change = PurchaseChange(change=(LineChange(made.lines[0], 3),))
    amend_purchase(actor=HOUSE, order=made.order, change=change)
    send_purchase(actor=HOUSE, order=made.order)
    worked()
    first, second = mail.outbox
    assert "Geändert" not in first.subject
    assert second.subject.startswith("Geändert: Bestellung PO-1")
    assert "unsere Bestellung hat sich geändert" in second.body
    assert first.attachments[0][1] != second.attachments[0][1]
    assert Issued.objects.count() == 2, "the paper that was sent is kept"
    send_purchase(actor=HOUSE, order=made.order)
    worked()
    assert mail.outbox[2].subject == first.subject, "that is what the vendor has"


def test_each_vendor_is_asked_in_its_language_without_our_costs_and_customers(company: World) -> None:
    acme = Organization.objects.create(
        name="Bolt", vendor=True, customer=False, currency="EUR", language="en", email="sales@acme.example"
    )
    Organization.objects.filter(pk=company.vendor.pk).update(email="auftrag@vendor.example", language="de")
    product = company.product()
    VendorPrice.objects.create(product=product, organization=acme, part_number="AC-9", cost_micro=7_770_000)
    wish = RfqWish((acme.pk, company.vendor.pk), (Asked(product.pk, 4),), note="Successors are welcome")
    rfq = ask_vendors(actor=HOUSE, wish=wish).one("purchasing.Rfq")
    worked()
    assert mail.outbox == []
    send_rfq(actor=HOUSE, rfq=rfq)
    worked()
    by = {one.to[0]: one for one in mail.outbox}
    english, german = by["sales@acme.example"], by["auftrag@vendor.example"]
    assert english.subject.startswith("Request for quotation RFQ-1")
    assert german.subject.startswith("Anfrage RFQ-1")
    assert "bitte senden Sie uns Ihr Angebot" in german.body
    assert [one.attachments[0][0] for one in mail.outbox] == ["RFQ-1.pdf", "RFQ-1.pdf"]
    text = " ".join(pages(english.attachments[0][1]))
    for words in ("AC-9", "Bolt", "Successors are welcome", "4"):
        assert words in text
    for words in ("7.77", company.vendor.name, company.customer.name):
        assert words not in text
    assert "AC-9" not in " ".join(pages(german.attachments[0][1]))
    assert {row.payload["about"] for row in Outbox.objects.filter(consumer="mail")} == {f"rfq:{rfq}"}
    with pytest.raises(Refusal) as refused:
        send_rfq(actor=HOUSE, rfq=rfq)
    assert refused.value.code == "sent_to_all"
    send_rfq(actor=HOUSE, rfq=rfq, vendors=[acme.pk])
    worked()
    assert [one.to for one in mail.outbox[2:]] == [["sales@acme.example"]]
    assert Issued.objects.count() == 2, "what went out again is what is kept"
    clean()


def test_a_vendor_without_an_address_holds_back_the_whole_request_until_it_is_left_out(
    company: World,
) -> None:
    Organization.objects.filter(pk=company.vendor.pk).update(email="auftrag@vendor.example")
    acme = Organization.objects.create(
        name="Acme", vendor=True, customer=False, currency="EUR", language="en"
    )
    wish = RfqWish((acme.pk, company.vendor.pk), (Asked(company.product().pk, 4),))
    rfq = ask_vendors(actor=HOUSE, wish=wish).one("purchasing.Rfq")
    before = entries()
    for vendors, code in (
        (None, "no_mail_address"),
        ([], "nobody_asked"),
        ([company.customer.pk], "not_asked"),
    ):
        with pytest.raises((Refusal, BadInput)) as refused:
            send_rfq(actor=HOUSE, rfq=rfq, vendors=vendors)
        assert (refused.value.code, entries()) == (code, before)
    done = send_rfq(actor=HOUSE, rfq=rfq, vendors=[company.vendor.pk])
    worked()
    assert [one.to for one in mail.outbox] == [["auftrag@vendor.example"]]
    reverse(actor=HOUSE, entry=done.id, reason="too soon")
    assert RfqVendor.objects.filter(sent_at__isnull=False).count() == 0
    send_rfq(actor=HOUSE, rfq=rfq, by_hand=True)
    worked()
    assert len(mail.outbox) == 1, "who was told by telephone is not written to"
    assert RfqVendor.objects.filter(told_at__isnull=False, sent_at__isnull=True).count() == 2
    with pytest.raises(Refusal) as refused:
        send_rfq(actor=HOUSE, rfq=rfq)
    assert refused.value.code == "sent_to_all"
    clean()
