"""Who pays early takes a cash discount off, with its share of tax; it goes back with the payment or a credit note."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.billing.books import credit_left, owed, summed
from tests.billing.test_credit import note
from tests.billing.test_deposits import service
from tests.billing.test_invoice import bill
from tests.billing.test_terms import line_of, named
from tests.fulfilment.trade import order
from tests.world import World, clean, refused
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.deposits import ask_deposit
from wharfinger.billing.actions.payments import cancel_payment, pay, unapply
from wharfinger.billing.actions.writing_off import write_off
from wharfinger.billing.models import Invoice, Payment, Relief
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.deposits import DepositWish
from wharfinger.billing.rules.invoices import Bill
from wharfinger.billing.rules.payments import Allocation, PaymentWish
from wharfinger.parties.models import Grant, Role, User

pytestmark = pytest.mark.django_db

ISSUED, EARLY, LATE = date(2020, 1, 31), date(2020, 2, 10), date(2020, 2, 11)


def invoiced(company: World, units: int = 1) -> Invoice:
    """An invoice of so many routers at 119.00, of which 2 % may be taken off within ten days."""
    named(company, days=30, discount_micro=20_000, discount_days=10)
    return bill(Bill(line_of(company, units), units), issued_on=ISSUED)


def early(company: World, invoice: Invoice, minor: int, less: int, **values: Any) -> int:
    """Pay an invoice, and take something off."""
    actor = values.pop("actor", HOUSE)
    allocations = (Allocation(invoice.pk, minor, less),)
    wish = PaymentWish(company.customer.pk, minor, "EUR", values.get("on", EARLY), allocations=allocations)
    return pay(actor=actor, wish=wish).one("billing.Payment")


def cashier() -> User:
    """Somebody who takes money in and writes nothing off."""
    user = User.objects.create(username="cashier")
    Grant.objects.create(user=user, role=Role.objects.create(name="Till", permissions=["billing.pay"]))
    return user


def test_a_discount_is_taken_with_its_tax(company: World, call: Any) -> None:
    made = invoiced(company)
    early(company, made, 11662, 238, actor=cashier())
    row = Relief.objects.get()
    assert (row.kind, row.amount_minor, row.tax_minor, owed(made.pk)) == ("discount", 238, 38, 0)
    assert (summed("discount"), summed("tax"), summed("bank"), credit_left()) == (200, -1862, 11662, 0)
    found = call("get", f"/invoices/{made.pk}")[1]
    assert (found["status"], found["discount_taken"], found["written_off"]) == ("paid", "2.38", "0.00")
    assert [one["id"] for one in call("get", "/invoices?status=paid")[1]["items"]] == [made.pk]
    clean()


def test_later_or_more_needs_who_may_write_off(company: World) -> None:
    made, user = invoiced(company), cashier()
    refused(lambda: early(company, made, 11662, 238, on=LATE, actor=user), "discount_over")
    refused(lambda: early(company, made, 11661, 239, actor=user), "more_discount")
    refused(lambda: early(company, made, 11700, 238, actor=user), "more_than_open")
    refused(lambda: early(company, made, 100, -1, actor=user), "not_positive")
    early(company, made, 11600, 300, on=LATE)
    assert owed(made.pk) == 0
    clean()


def test_it_goes_back_with_the_payment(company: World) -> None:
    made = invoiced(company)
    payment = early(company, made, 11662, 238)
    unapply(actor=HOUSE, payment=payment)
    assert (owed(made.pk), credit_left(), summed("discount"), summed("tax")) == (11900, 11662, 0, -1900)
    clean()
    cancel_payment(actor=HOUSE, payment=payment)
    assert (owed(made.pk), credit_left(), summed("bank")) == (11900, 0, 0)
    again = early(company, made, 11662, 238)
    cancel_payment(actor=HOUSE, payment=again)
    assert (owed(made.pk), credit_left(), summed("discount"), summed("tax")) == (11900, 0, 0, -1900)
    clean()


def test_a_credit_note_gives_back_what_was_paid(company: World) -> None:
    """Of 238.00 4.76 are taken off; each unit that comes back is worth 119.00 less 2.38."""
    made = invoiced(company, 2)
    payment = early(company, made, 23324, 476)
    row = made.lines.get().pk
    note(Credit(row, 1))
    assert (credit_left(), summed("discount")) == (11662, 200)
    clean()
    refused(lambda: cancel_payment(actor=HOUSE, payment=payment), "credited_since")
    note(Credit(row, 1))
    assert (credit_left(), summed("discount"), summed("tax"), summed("revenue")) == (23324, 0, 0, 0)
    clean()


def test_of_what_was_credited_nothing_is_taken_off(company: World) -> None:
    made, user = invoiced(company, 2), cashier()
    note(Credit(made.lines.get().pk, 1))
    refused(lambda: early(company, made, 11424, 476, actor=user), "more_discount")
    early(company, made, 11662, 238, actor=user)
    assert owed(made.pk) == 0
    clean()


def test_the_page_proposes_it_within_its_days(company: World, client: Client) -> None:
    client.force_login(company.user)
    named(company, days=30, discount_micro=20_000, discount_days=10)
    made = bill(Bill(line_of(company), 1))
    page = f"/payments/new/?organization={company.customer.pk}&invoice={made.pk}"
    shown = client.get(page).content.decode()
    assert 'value="116.62"' in shown
    assert 'value="2.38"' in shown
    given = {"organization": company.customer.pk, "amount": "116.62", "currency": "EUR"}
    client.post("/payments/new/", given | {f"invoice-{made.pk}": "116.62", f"discount-{made.pk}": "2.38"})
    assert (owed(made.pk), Payment.objects.get().amount_minor) == (0, 11662)
    assert "Cash discount taken" in client.get(f"/invoices/{made.pk}/").content.decode()


def test_the_api_takes_a_discount(company: World, call: Any) -> None:
    made = invoiced(company)
    allocations = [{"invoice": made.pk, "amount": "116.62", "discount": "2.38"}]
    body = {
        "organization": company.customer.pk,
        "amount": "116.62",
        "received_on": EARLY.isoformat(),
        "allocations": allocations,
    }
    assert call("post", "/payments", body)[0] == 201
    assert owed(made.pk) == 0
    rows = call("get", "/reports/written-off?since=2020-01-01")[1]["items"]
    assert [(one["kind"], one["amount"], one["tax"]) for one in rows] == [("discount", "2.38", "0.38")]


def test_a_deposit_is_neither_written_off_nor_less_for_who_pays_early(company: World) -> None:
    named(company, days=30, discount_micro=20_000, discount_days=10)
    sheet, _ = order(company, (company.product(price_micro=100_000_000), 2))
    wish = DepositWish(sheet, service(company), share_micro=500_000)
    made = Invoice.objects.get(pk=ask_deposit(actor=HOUSE, wish=wish).one("billing.Invoice"))
    assert (made.discount_micro, made.discount_until) == (0, None)
    refused(lambda: write_off(actor=HOUSE, invoice=made.pk, reason="x"), "is_a_deposit")
    refused(lambda: early(company, made, 100, 1, on=None), "is_a_deposit")
