"""Invoices and credit notes: what the law wants on them, kept as they were posted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.documents.house import house, ordered
from tests.documents.reading import pages, scanned
from tests.world import World
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.base.refusal import NotAllowed, Refusal
from wharfinger.billing.actions.credits import credit
from wharfinger.billing.actions.invoices import draft_invoice, invoice, post_invoice
from wharfinger.billing.actions.payments import pay
from wharfinger.billing.models import CreditNote, Invoice
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.billing.rules.payments import PaymentWish
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.documents.actions.issuing import issue, issue_for, pdf
from wharfinger.documents.models import Issued
from wharfinger.flows.actions.sell import sell
from wharfinger.flows.rules.sell import Sale
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Outbox
from wharfinger.parties.models import Organization, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company with a German customer."""
    return house()


def wish_for(lines: list[int], **more: Any) -> InvoiceWish:
    """All that is to be billed of these lines."""
    bills = tuple(Bill(line.pk, line.quantity) for line in Line.objects.filter(pk__in=lines))
    return InvoiceWish(bills, issued_on=date(2026, 11, 20), due_on=date(2026, 12, 4), **more)


def invoiced(lines: list[int], **more: Any) -> Invoice:
    """A posted invoice for these lines."""
    made = invoice(actor=HOUSE, wish=wish_for(lines, **more))
    return Invoice.objects.get(pk=made.one("billing.Invoice"))


def test_a_posted_invoice_is_printed_again_as_issued(company: World) -> None:
    order, lines = ordered(company, 2, 3)
    ship(actor=HOUSE, picks=[Pick(lines[0], 2), Pick(lines[1], 3)])
    bill = invoiced(lines)
    first = pdf(actor=HOUSE, kind="invoice", pk=bill.pk)
    (text,) = pages(first)
    for wanted in (
        f"Rechnung {bill.number}",
        "Ihre Steuernummer 21/815/08150",
        "USt-IdNr. DE136695976",
        "Lieferdatum",
        "S – Regelbesteuert 19 % 50,00 9,50",
        "Gesamtbetrag 59,50 €",
        Sheet.objects.get(pk=order).number,
        "bis zum 04.12.2026",
        "IBAN DE89 3704 0044 0532 0130 00",
        "Zahlbar innerhalb von 14 Tagen",
    ):
        assert wanted in text, wanted
    (code,) = scanned(first, 150)
    assert "EUR59.5" in code.splitlines()
    Organization.objects.filter(pk=company.customer.pk).update(name="Somebody else")
    Setting.objects.update(value={"name": "A new name"})
    assert pdf(actor=HOUSE, kind="invoice", pk=bill.pk) == first
    (kept,) = Issued.objects.all()
    assert (kept.subject, kept.kind, kept.number) == (f"invoice:{bill.pk}", "invoice", bill.number)
    assert (kept.language, kept.entry_id) == ("de", bill.made_id)


def test_the_worker_keeps_an_invoice_as_soon_as_it_is_posted(company: World) -> None:
    _order, lines = ordered(company, 2)
    drafted = draft_invoice(actor=HOUSE, wish=wish_for(lines))
    assert issue_for(drafted.id) == []
    posted = post_invoice(actor=HOUSE, invoice=drafted.one("billing.Invoice"))
    (kept,) = issue_for(posted.id)
    assert (kept.kind, kept.entry_id) == ("invoice", posted.id)
    assert issue_for(posted.id) == [kept]


def test_a_draft_invoice_says_so_and_asks_for_no_money(company: World) -> None:
    _order, lines = ordered(company, 5)
    drafted = draft_invoice(actor=HOUSE, wish=wish_for(lines)).one("billing.Invoice")
    printed = pdf(actor=HOUSE, kind="invoice", pk=drafted)
    assert "Rechnung Entwurf" in pages(printed)[0]
    assert scanned(printed, 150) == set()
    with pytest.raises(Refusal) as refused:
        issue(actor=HOUSE, kind="invoice", pk=drafted)
    assert refused.value.code == "not_final"


def test_what_is_paid_already_is_not_asked_for_again(company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    sale = Sale(company.customer.pk, (LineWish(product.pk, 5),), paid_by="cash")
    sold = sell(actor=HOUSE, sales=[sale])
    assert Outbox.objects.filter(entry=sold.id, consumer="documents").exists()
    bill = sold.one("billing.Invoice")
    (text,) = pages(pdf(actor=HOUSE, kind="invoice", pk=bill))
    assert "Bereits gezahlt −59,50 €" in text
    assert "Zu zahlen 0,00 €" in text


def test_what_is_paid_later_is_not_on_the_invoice_however_late_it_is_drawn(company: World) -> None:
    _order, lines = ordered(company, 5)
    bill = invoiced(lines)
    pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, 2000, "EUR", date(2026, 11, 21)))
    printed = pdf(actor=HOUSE, kind="invoice", pk=bill.pk)
    assert "Bereits gezahlt" not in pages(printed)[0]
    (code,) = scanned(printed, 150)
    assert "EUR59.5" in code.splitlines()


def test_a_foreign_invoice_names_the_tax_at_home(company: World) -> None:
    _order, lines = ordered(company, 5)
    Line.objects.filter(pk__in=lines).update(currency="CHF")
    (text,) = pages(pdf(actor=HOUSE, kind="invoice", pk=invoiced(lines, rate_micro=1_050_000).pk))
    assert "Gesamtbetrag 59,50 CHF" in text
    assert "USt in EUR: 9,98 €" in text


def test_a_credit_note_names_its_invoice_and_takes_its_tax(company: World) -> None:
    _order, lines = ordered(company, 5)
    bill = invoiced(lines)
    asked = [Credit(bill.lines.get().pk, 2)]
    done = credit(actor=HOUSE, items=asked, reason="zu viel bestellt", issued_on=date(2026, 11, 22))
    note = CreditNote.objects.get()
    (kept,) = issue_for(done.id)
    assert kept.number == note.number
    (text,) = pages(pdf(actor=HOUSE, kind="credit-note", pk=note.pk))
    for wanted in (
        f"Gutschrift {note.number}",
        f"{bill.number} vom 20.11.2026",
        "2 Stk.",
        "S – Regelbesteuert 19 % 20,00 3,80",
        "Gutschriftbetrag 23,80 €",
        "Grund zu viel bestellt",
    ):
        assert wanted in text, wanted


def test_who_may_not_read_gets_no_document(company: World) -> None:
    _order, lines = ordered(company, 5)
    bill = invoiced(lines)
    nobody = User.objects.create(username="nobody")
    for act in (pdf, issue):
        with pytest.raises(NotAllowed):
            act(actor=nobody, kind="invoice", pk=bill.pk)
    assert not Issued.objects.exists()
