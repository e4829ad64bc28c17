"""The payments of a bank list go in one entry; each row pays what it names, and nothing is booked before a look."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.billing.books import credit_left, owed, summed
from tests.billing.test_discount import cashier
from tests.billing.test_invoice import bill
from tests.billing.test_terms import line_of, named
from tests.fulfilment.trade import order
from tests.world import World, clean, entries, refused
from wharfinger.base.access import HOUSE
from wharfinger.base.typed import minor
from wharfinger.billing.actions.payments import pay_many
from wharfinger.billing.models import Invoice, Payment, Relief
from wharfinger.billing.queries.matching import match, rows_of
from wharfinger.billing.rules.invoices import Bill
from wharfinger.billing.rules.payments import Allocation, PaymentWish
from wharfinger.ledger.models import Entry
from wharfinger.parties.models import Organization, User

pytestmark = pytest.mark.django_db


def other() -> Organization:
    """Another customer."""
    return Organization.objects.create(name="Other")


def invoiced(company: World, price: int, customer: Organization | None = None) -> Invoice:
    """An invoice over one product of this net price."""
    _, (line,) = order(company, (company.product(price_micro=price * 10_000), 1), customer=customer)
    return bill(Bill(line, 1))


def pairs(rows: list[Any]) -> list[tuple[list[int], int, int]]:
    """Which invoices each row pays, its amount, and what is left over."""
    return [([one.invoice for one in row.allocations], row.minor, row.left) for row in rows]


def test_many_customers_pay_in_one_entry(company: World) -> None:
    theirs = other()
    one, two = invoiced(company, 10000), invoiced(company, 5000, theirs)
    before = entries()
    pay_many(
        actor=HOUSE,
        wishes=[
            PaymentWish(company.customer.pk, 11900, "EUR", date(2020, 1, 2)),
            PaymentWish(theirs.pk, 6000, "EUR", allocations=(Allocation(two.pk, 5950),)),
        ],
    )
    assert (owed(one.pk), owed(two.pk), credit_left(), entries() - before) == (0, 0, 50, 1)
    assert list(Payment.objects.order_by("pk").values_list("number", flat=True)) == ["PAY-1", "PAY-2"]
    assert Payment.objects.get(number="PAY-1").received_on == date(2020, 1, 2)
    clean()


def test_one_that_does_not_fit_stops_all_and_is_named(company: World) -> None:
    made = invoiced(company, 10000)
    good = PaymentWish(company.customer.pk, 100, "EUR", allocations=(Allocation(made.pk, 100),))
    bad = PaymentWish(company.customer.pk, 20000, "EUR", allocations=(Allocation(made.pk, 20000),))
    at = "payments.1.allocations.0.amount"
    refused(lambda: pay_many(actor=HOUSE, wishes=[good, bad]), "more_than_open", at)
    refused(lambda: pay_many(actor=HOUSE, wishes=[]), "no_payments", "payments")
    nobody = PaymentWish(0, 100, "EUR")
    refused(lambda: pay_many(actor=HOUSE, wishes=[nobody]), "no_such_organization")


@pytest.mark.parametrize("count", [1, 10, 40])
def test_statements_do_not_grow_with_payments(company: World, count: int) -> None:
    invoiced(company, 10000)
    wishes = [PaymentWish(company.customer.pk, 100, "EUR") for _ in range(count)]
    with CaptureQueriesContext(connection) as seen:
        pay_many(actor=HOUSE, wishes=wishes)
    assert len(seen) <= 26


def test_rows_are_read_with_their_day_amount_and_text() -> None:
    rows = rows_of('2026-11-30;119.00;INV-1 Acme\n\n01.12.2026\t"1.190,00"\tThanks\nno amount here')
    assert [(row.received_on, row.amount, row.text) for row in rows] == [
        (date(2026, 11, 30), "119.00", "INV-1 Acme"),
        (date(2026, 12, 1), "1.190,00", "Thanks"),
        (None, "", "no amount here"),
    ]


def test_rows_pay_by_number_else_by_amount(company: World) -> None:
    theirs = other()
    one, two, three = (
        invoiced(company, 10000),
        invoiced(company, 5000, theirs),
        invoiced(company, 2000),
    )
    text = [
        f"119.00;Payment {one.number}",
        "59.50;no number",
        f"100.00;{one.number} {three.number}",
        "7.77;who knows",
        f"10.00;{one.number} {two.number}",
        f"abc;{three.number}",
    ]
    rows = rows_of("\n".join(text))
    match(rows, minor)
    assert pairs(rows) == [
        ([one.pk], 11900, 0),
        ([two.pk], 5950, 0),
        ([three.pk], 10000, 7620),
        ([], 0, 0),
        ([], 0, 0),
        ([], 0, 0),
    ]
    assert [bool(row.why) for row in rows] == [False, False, False, True, True, True]


def test_two_of_one_amount_are_nobodys(company: World) -> None:
    invoiced(company, 10000)
    invoiced(company, 10000)
    rows = rows_of("119.00;thanks")
    match(rows, minor)
    assert rows[0].why == "Several invoices are of this amount."


def test_the_page_looks_before_it_books(company: World, client: Client) -> None:
    client.force_login(company.user)
    one, two = invoiced(company, 10000), invoiced(company, 5000)
    text = f"2026-11-30;119.00;{one.number}\n59.50;{two.number}\n1.00;nobody"
    before = Entry.objects.count()
    looked = client.post("/payments/many/", {"rows": text, "do": "look"}).content.decode()
    assert (one.number or "") in looked
    assert "No open invoice has a number in this text, or this amount." in looked
    assert Entry.objects.count() == before
    client.post("/payments/many/", {"rows": text, "do": "take", "row": ["0", "2"]})
    assert (owed(one.pk), owed(two.pk), Payment.objects.count()) == (0, 5950, 1)
    nothing = client.post("/payments/many/", {"rows": text, "do": "take"})
    assert nothing.status_code == 422
    assert "Choose at least one payment." in nothing.content.decode()


def test_the_api_takes_many(company: World, call: Any) -> None:
    made = invoiced(company, 10000)
    body = {"payments": [{"organization": company.customer.pk, "amount": "50.00"}] * 2}
    status, found = call("post", "/payments/many", body)
    assert (status, [one["amount"] for one in found["payments"]]) == (201, ["50.00", "50.00"])
    assert owed(made.pk) == 1900


def early(company: World) -> Invoice:
    """An invoice over 119.00, of which 2 % may be taken off until 10 February 2020."""
    named(company, name=f"Terms {Invoice.objects.count()}", days=30, discount_micro=20_000, discount_days=10)
    return bill(Bill(line_of(company, 1), 1), issued_on=date(2020, 1, 31))


def test_what_a_payment_lacks_is_cash_discount_within_its_days(company: World) -> None:
    one, two = early(company), early(company)
    rows = rows_of(
        f"2020-02-10;116.62;{one.number}\n2020-02-10;117.00;{two.number}\n2020-02-10;2.00;{two.number}"
    )
    match(rows, minor)
    said = [
        [(part.invoice, part.amount_minor, part.discount_minor) for part in row.allocations] for row in rows
    ]
    assert said == [[(one.pk, 11662, 238)], [(two.pk, 11700, 200)], []]
    assert [(row.take, row.over_since, row.left) for row in rows] == [
        (True, None, 0),
        (True, None, 0),
        (True, None, 200),
    ]
    pay_many(actor=cashier(), wishes=[row.wish for row in rows[:2]])
    assert (owed(one.pk), owed(two.pk), summed("discount"), summed("bank")) == (0, 0, 368, 23362)
    assert sorted(Relief.objects.values_list("invoice_id", "amount_minor", "tax_minor")) == [
        (one.pk, 238, 38),
        (two.pk, 200, 32),
    ]
    clean()


def test_one_payment_takes_the_discount_of_several_invoices(company: World) -> None:
    one, two = early(company), early(company)
    rows = rows_of(f"2020-02-10;233.24;{one.number} {two.number}\n2020-02-10;116.62;no number")
    match(rows, minor)
    assert [(part.amount_minor, part.discount_minor) for part in rows[0].allocations] == [(11662, 238)] * 2
    assert rows[1].why == "Several invoices are of this amount."
    pay_many(actor=cashier(), wishes=[rows[0].wish])
    assert (owed(one.pk), owed(two.pk)) == (0, 0)
    clean()


def test_the_amount_less_its_discount_finds_the_invoice(company: World) -> None:
    one = early(company)
    rows = rows_of("2020-02-10;116.62;thanks\n2020-02-11;116.62;too late")
    match(rows, minor)
    assert [[part.invoice for part in row.allocations] for row in rows] == [[one.pk], []]


def test_later_it_stays_owing_unless_who_may_write_off_grants_it(company: World, client: Client) -> None:
    one = early(company)
    text = f"2020-02-11;116.62;{one.number}"
    rows = rows_of(text)
    match(rows, minor)
    assert (rows[0].discount, rows[0].take, rows[0].over_since) == (238, False, date(2020, 2, 10))
    rows[0].take = True
    refused(lambda: pay_many(actor=cashier(), wishes=[rows[0].wish]), "discount_over")
    client.force_login(User.objects.get(username="cashier"))
    looked = client.post("/payments/many/", {"rows": text, "do": "look"}).content.decode()
    assert ("stay owing" in looked, 'name="discount"' in looked) == (True, False)
    client.force_login(company.user)
    looked = client.post("/payments/many/", {"rows": text, "do": "look"}).content.decode()
    assert ('name="discount" value="0">' in looked, "It ended on" in looked) == (True, True)
    client.post("/payments/many/", {"rows": text, "do": "take", "row": ["0"]})
    assert (owed(one.pk), Relief.objects.count()) == (238, 0)


def test_the_page_takes_the_discount_that_is_ticked(company: World, client: Client) -> None:
    client.force_login(company.user)
    one, two = early(company), early(company)
    text = f"2020-02-10;116.62;{one.number}\n2020-02-10;116.62;{two.number}"
    looked = client.post("/payments/many/", {"rows": text, "do": "look"}).content.decode()
    assert looked.count('name="discount"') == looked.count("checked> Take") == 2
    sent = {"rows": text, "do": "take", "row": ["0", "1"], "discount": ["0"]}
    client.post("/payments/many/", sent)
    assert (owed(one.pk), owed(two.pk)) == (0, 238)
    clean()


def test_two_payments_of_one_act_share_the_discount(company: World, call: Any) -> None:
    made = early(company)
    part = {"invoice": made.pk, "amount": "50.00", "discount": "2.38"}
    paid = {
        "organization": company.customer.pk,
        "amount": "50.00",
        "received_on": "2020-02-10",
        "allocations": [part],
    }
    wish = PaymentWish(
        company.customer.pk, 5000, "EUR", date(2020, 2, 10), allocations=(Allocation(made.pk, 5000, 238),)
    )
    refused(lambda: pay_many(actor=cashier(), wishes=[wish, wish]), "more_discount")
    assert owed(made.pk) == 11900
    assert call("post", "/payments/many", {"payments": [paid]})[0] == 201
    assert owed(made.pk) == 11900 - 5238


@pytest.mark.parametrize("count", [1, 10])
def test_statements_do_not_grow_with_discounts(company: World, count: int) -> None:
    made = [early(company) for _ in range(count)]
    wishes = [
        PaymentWish(
            company.customer.pk,
            11662,
            "EUR",
            date(2020, 2, 10),
            allocations=(Allocation(one.pk, 11662, 238),),
        )
        for one in made
    ]
    with CaptureQueriesContext(connection) as seen:
        pay_many(actor=HOUSE, wishes=wishes)
    assert len(seen) <= 36
