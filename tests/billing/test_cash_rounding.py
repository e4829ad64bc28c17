"""What is asked for is rounded so that coins can pay it; credit notes of an invoice take back exactly what it asked for."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.billing.test_invoice import bill
from tests.billing.test_terms import named
from tests.flows.test_sell import sold
from tests.fulfilment.trade import order
from tests.world import World, clean, refused
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.credits import cancel_invoice, credit
from wharfinger.billing.actions.deposits import ask_deposit
from wharfinger.billing.actions.invoices import draft_invoice, post_invoice
from wharfinger.billing.models import CreditNote, Invoice, InvoiceDue
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.deposits import DepositWish
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.ledger.models import Account, Posting
from wharfinger.parties.actions.settings import set_setting

pytestmark = pytest.mark.django_db


def coins(coin: int = 5, currency: str = "EUR") -> None:
    set_setting(actor=HOUSE, name="cash_rounding", value={currency: coin} if coin > 1 else {})


def cables(company: World, units: int = 1) -> tuple[int, int]:
    """An order of cables at 9.99 before 19 % of tax, and its line."""
    pk, (line,) = order(company, (company.product(price_micro=9_990_000), units))
    return pk, line


def sums(row: Any) -> tuple[int, int, int, int]:
    return row.net_minor, row.tax_minor, row.rounding_minor, row.total_minor


def off() -> int:
    """What was rounded in all, above zero where less was asked for."""
    posted = Posting.objects.all()
    less = posted.filter(target__kind="rounding").values_list("amount_minor", flat=True)
    return sum(less) - sum(posted.filter(source__kind="rounding").values_list("amount_minor", flat=True))


def owed(invoice: int) -> int:
    return sum(Account.objects.filter(document=f"invoice:{invoice}").values_list("balance_minor", flat=True))


def test_an_invoice_asks_for_what_coins_can_pay(company: World, call: Any) -> None:
    coins()
    made = bill(Bill(cables(company)[1], 1))
    assert sums(made) == (999, 190, 1, 1190)
    assert (off(), owed(made.pk)) == (-1, 1190)
    found = call("get", f"/invoices/{made.pk}")[1]
    assert (found["rounding"], found["total"], found["open"]) == ("0.01", "11.90", "11.90")
    clean()


def test_no_other_currency_is_rounded(company: World) -> None:
    coins(currency="CHF")
    assert sums(bill(Bill(cables(company)[1], 1))) == (999, 190, 0, 1189)


def test_credit_in_parts_comes_to_the_invoice(company: World) -> None:
    coins()
    made = bill(Bill(cables(company, 7)[1], 7))
    row = made.lines.get()
    for units in (1, 1, 2, 3):
        credit(actor=HOUSE, items=[Credit(row.pk, units)], reason="Back")
        assert owed(made.pk) % 5 == 0
        assert owed(made.pk) >= 0
    notes = list(CreditNote.objects.all())
    assert all(note.total_minor == sum(sums(note)[:3]) for note in notes)
    assert (sum(note.total_minor for note in notes), owed(made.pk), off()) == (made.total_minor, 0, 0)
    clean()


def test_an_invoice_keeps_its_rounding_where_the_setting_changes(company: World) -> None:
    coins()
    first = bill(Bill(cables(company)[1], 1))
    coins(1)
    second = bill(Bill(cables(company)[1], 1))
    coins()
    for made in (first, second):
        cancel_invoice(actor=HOUSE, invoice=made.pk, reason="Wrong", bill_again=False)
        note = CreditNote.objects.get(invoice=made)
        assert (note.total_minor, note.rounding_minor) == (made.total_minor, made.rounding_minor)
    assert off() == 0
    clean()


def test_what_is_sold_over_the_counter_is_paid_in_coins(company: World) -> None:
    coins()
    cable = company.product(price_micro=9_990_000)
    company.stock(cable, 1)
    sold(company, (cable, 1), paid_by="cash")
    made = Invoice.objects.get()
    assert (sums(made), owed(made.pk)) == ((999, 190, 1, 1190), 0)
    clean()


def test_a_deposit_asks_for_what_coins_can_pay(company: World) -> None:
    coins()
    pk, line = cables(company, 3)
    service = company.product(kind="service")
    ask_deposit(actor=HOUSE, wish=DepositWish(pk, service.pk, share_micro=300_000))
    deposit = Invoice.objects.get()
    assert sums(deposit) == (899, 171, 0, 1070)
    rest = bill(Bill(line, 3))
    assert sums(rest) == (2098, 399, -2, 2495)
    assert rest.total_minor == owed(rest.pk)
    clean()


def test_a_draft_is_rounded_as_on_the_day_it_is_posted(company: World) -> None:
    made = draft_invoice(actor=HOUSE, wish=InvoiceWish((Bill(cables(company)[1], 1),)))
    row = Invoice.objects.get(pk=made.one("billing.Invoice"))
    assert sums(row) == (999, 190, 0, 1189)
    coins()
    post_invoice(actor=HOUSE, invoice=row.pk)
    row.refresh_from_db()
    assert (sums(row), owed(row.pk)) == ((999, 190, 1, 1190), 1190)
    clean()


def test_instalments_are_paid_in_coins(company: World) -> None:
    coins()
    named(company, days=30, instalments=[{"share_micro": 333_333, "days": 10}])
    made = bill(Bill(cables(company)[1], 1))
    parts = list(InvoiceDue.objects.filter(invoice=made).values_list("amount_minor", flat=True))
    assert parts == [395, 795]


def test_the_page_of_settings_keeps_coins(company: World, client: Client) -> None:
    client.force_login(company.user)
    page = client.get("/settings/").content.decode()
    assert "Invoices are rounded to" in page
    refused(lambda: set_setting(actor=HOUSE, name="cash_rounding", value={"CHF": 1}), "out_of_bounds")
    refused(lambda: set_setting(actor=HOUSE, name="cash_rounding", value=[5]), "not_an_object")
    refused(lambda: set_setting(actor=HOUSE, name="cash_rounding", value={"??": 5}), "not_a_currency")
