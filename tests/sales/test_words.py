"""The words of lines and orders, and what they come to."""

from __future__ import annotations

from typing import get_args

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.sales.test_order import order_of
from tests.sales.test_quote import quote_of
from tests.world import World, clean, world
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.credits import credit
from wharfinger.billing.actions.invoices import draft_invoice, invoice, post_invoice
from wharfinger.billing.actions.payments import pay, refund
from wharfinger.billing.models import InvoiceLine
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.billing.rules.payments import Allocation, PaymentWish
from wharfinger.demand import queries as demand
from wharfinger.demand.api.lines import Charge
from wharfinger.demand.models import Sheet
from wharfinger.demand.pages import TONES, line_rows
from wharfinger.demand.queries import reading
from wharfinger.demand.queries.shown import show_lines
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.discounts import Discount
from wharfinger.demand.rules.words import CHARGE, charge_word
from wharfinger.flows.actions.reopen import reopen
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.write import Written
from wharfinger.sales import queries
from wharfinger.sales.actions.holds import release, reserve
from wharfinger.sales.actions.orders import cancel, confirm, mark_fulfilled
from wharfinger.sales.actions.winning import win
from wharfinger.sales.rules.holds import Hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def _pay(company: World, bill: int, minor: int) -> Written:
    wish = PaymentWish(company.customer.pk, minor, "EUR", allocations=(Allocation(bill, minor),))
    return pay(actor=HOUSE, wish=wish)


def words(order: int) -> tuple[str, str]:
    shown = queries.show_order(queries.orders().get(pk=order))
    return shown["goods_status"], shown["money_status"]


def word(line: int) -> str:
    return charge_word(demand.quantities([line])[line], firm=True, won=False)


def test_an_order_is_called_by_how_far_its_goods_are(company: World) -> None:
    product = company.product()
    company.stock(product, 2)
    order, (line,) = order_of(company, LineWish(product.pk, 2), firm=False)
    assert words(order) == ("unconfirmed", "unconfirmed")
    confirm(actor=HOUSE, order=order)
    assert words(order) == ("unfulfilled", "uninvoiced")
    reserve(actor=HOUSE, holds=[Hold(line, 2)])
    assert words(order) == ("unfulfilled", "uninvoiced")
    pick(actor=HOUSE, picks=[Pick(line, 1)])
    assert words(order) == ("started", "uninvoiced")
    ship(actor=HOUSE, picks=[Pick(line, 2)])
    assert words(order) == ("delivered", "uninvoiced")
    mark_fulfilled(actor=HOUSE, order=order)
    assert words(order) == ("fulfilled", "uninvoiced")


def test_a_cancelled_order_says_so_over_both_and_what_it_came_to(company: World) -> None:
    product = company.product()
    order, _ = order_of(company, LineWish(product.pk, 2))
    cancel(actor=HOUSE, order=order)
    shown = queries.show_order(queries.orders().get(pk=order))
    assert (shown["goods_status"], shown["money_status"], shown["net"]) == ("cancelled", "cancelled", "20.00")


def test_a_voucher_of_fifty_by_its_numbers(company: World) -> None:
    """R43: partly reserved, reserved, partly delivered, delivered, cancelled."""
    product = company.product()
    company.stock(product, 50)
    _, (line,) = order_of(company, LineWish(product.pk, 50))
    found = [word(line)]
    reserve(actor=HOUSE, holds=[Hold(line, 30)])
    found.append(word(line))
    reserve(actor=HOUSE, holds=[Hold(line, 20)])
    found.append(word(line))
    ship(actor=HOUSE, picks=[Pick(line, 10)])
    found.append(word(line))
    ship(actor=HOUSE, picks=[Pick(line, 40)])
    found.append(word(line))
    assert found == ["need_to_order", "partly_ready", "ready", "partly_delivered", "delivered"]
    other, (second,) = order_of(company, LineWish(product.pk, 50))
    cancel(actor=HOUSE, order=other)
    assert word(second) == "cancelled"


def test_owing_is_when_we_owe_the_customer(company: World) -> None:
    product = company.product()
    order, (line,) = order_of(company, LineWish(product.pk, 2))
    bill = invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 2),))).one("billing.Invoice")
    _pay(company, bill, 2380)
    assert words(order) == ("unfulfilled", "paid")
    row = InvoiceLine.objects.get(invoice=bill)
    credit(actor=HOUSE, items=[Credit(row.pk, 1)], reason="Too dear")
    assert words(order) == ("unfulfilled", "owing")
    refund(actor=HOUSE, wish=PaymentWish(company.customer.pk, 1190, "EUR"))
    assert words(order) == ("unfulfilled", "paid")
    credit(actor=HOUSE, items=[Credit(row.pk, 1)], reason="Too dear")
    assert words(order) == ("unfulfilled", "owing")
    reopen(actor=HOUSE, order=order)
    assert words(order) == ("unfulfilled", "uninvoiced")
    clean()


def test_a_quoted_line_is_at_most_reserved(company: World) -> None:
    product = company.product()
    company.stock(product, 2)
    quote, (line,) = quote_of(company, LineWish(product.pk, 2))

    def said() -> str:
        return str(queries.show_quote(queries.quotes().get(pk=quote))["lines"][0]["charge_status"])

    assert said() == "pending"
    reserve(actor=HOUSE, holds=[Hold(line, 1)])
    assert said() == "partly_reserved"
    release(actor=HOUSE, holds=[Hold(line, 1)])
    assert said() == "pending"


def test_a_won_quotes_line_says_so_wherever_it_is_read(company: World) -> None:
    product = company.product()
    quote, (line,) = quote_of(company, LineWish(product.pk, 2))
    won = win(actor=HOUSE, quote=quote)
    (found,) = queries.show_quote(queries.quotes().get(pk=quote))["lines"]
    (listed,) = show_lines(reading.lines().filter(pk=line))
    (row,) = line_rows(list(reading.lines().filter(pk=line)))
    assert found["charge_status"] == listed["charge_status"] == "won"
    assert row["word"] == ("green", "Won")
    reverse(actor=HOUSE, entry=won.entry.pk)
    (row,) = line_rows(list(reading.lines().filter(pk=line)))
    assert row["word"] == ("grey", "Pending")


def test_every_word_of_a_line_has_its_tone_and_stands_in_the_api() -> None:
    assert {word.removeprefix("partly_") for word in CHARGE} == set(TONES)
    assert list(CHARGE) == list(get_args(Charge))


def test_amounts_are_summed_by_rate(company: World) -> None:
    product = company.product(price_micro=33_333_333)
    quote, _ = quote_of(
        company,
        LineWish(product.pk, 3),
        LineWish(product.pk, 1, discount=Discount(500_000)),
        LineWish(product.pk, 9, billable=False),
    )
    shown = queries.show_quote(queries.quotes().get(pk=quote))
    assert (shown["net"], shown["tax"], shown["total"]) == ("116.67", "22.17", "138.84")
    assert [line["amounts"]["net"] for line in shown["lines"]] == ["100.00", "16.67", "0.00"]


def test_a_list_costs_the_same_for_one_order_and_fifty(company: World) -> None:
    product = company.product()
    counts = []
    for upto in (1, 50):
        while Sheet.objects.filter(kind="order").count() < upto:
            order_of(company, LineWish(product.pk, 1), LineWish(product.pk, 2))
        with CaptureQueriesContext(connection) as found:
            shown = queries.show_orders(list(queries.orders()), include=frozenset(("lines",)))
        assert len(shown) == upto
        counts.append(len(found))
    assert counts[0] == counts[1] <= 8


def test_orders_are_found_by_their_words(company: World) -> None:
    product = company.product()
    first, _ = order_of(company, LineWish(product.pk, 1))
    second, _ = order_of(company, LineWish(product.pk, 1), firm=False)
    cancel(actor=HOUSE, order=first)
    assert [row.pk for row in queries.orders().filter(goods_word="cancelled")] == [first]
    assert [row.pk for row in queries.orders().filter(money_word="unconfirmed")] == [second]


def test_the_entry_that_left_nothing_open_is_written_down(company: World) -> None:
    product = company.product()
    company.stock(product, 1)
    order, (line,) = order_of(company, LineWish(product.pk, 1, billable=False))
    reserve(actor=HOUSE, holds=[Hold(line, 1)])
    assert Sheet.objects.get(pk=order).done_id is None
    shipped = ship(actor=HOUSE, picks=[Pick(line, 1)])
    assert Sheet.objects.get(pk=order).done_id == shipped.id
    assert words(order) == ("delivered", "paid")
    mark_fulfilled(actor=HOUSE, order=order)
    assert words(order) == ("closed", "closed")
    reverse(actor=HOUSE, entry=shipped.id)
    assert Sheet.objects.get(pk=order).done_id is None


def test_what_is_still_to_bill_is_open(company: World) -> None:
    product = company.product()
    company.stock(product, 1)
    order, (line,) = order_of(company, LineWish(product.pk, 1))
    reserve(actor=HOUSE, holds=[Hold(line, 1)])
    ship(actor=HOUSE, picks=[Pick(line, 1)])
    assert Sheet.objects.get(pk=order).done_id is None
    assert words(order) == ("delivered", "uninvoiced")


def test_an_order_is_called_by_how_far_its_money_is(company: World) -> None:
    product = company.product()
    company.stock(product, 2)
    order, (line,) = order_of(company, LineWish(product.pk, 2))
    reserve(actor=HOUSE, holds=[Hold(line, 2)])
    ship(actor=HOUSE, picks=[Pick(line, 2)])
    drafted = draft_invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 1),)))
    bill = drafted.one("billing.Invoice")
    found = [words(order)[1]]
    post_invoice(actor=HOUSE, invoice=bill)
    found.append(words(order)[1])
    _pay(company, bill, 500)
    found.append(words(order)[1])
    _pay(company, bill, 690)
    found.append(words(order)[1])
    second = invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 1),)))
    found.append(words(order)[1])
    shown = queries.show_order(queries.orders().get(pk=order))
    assert (shown["total"], shown["open"]) == ("23.80", "11.90")
    assert Sheet.objects.get(pk=order).done_id is None
    paid = _pay(company, second.one("billing.Invoice"), 1190)
    found.append(words(order)[1])
    assert found == ["uninvoiced", "invoiced", "partial", "partial", "partial", "paid"]
    assert Sheet.objects.get(pk=order).done_id == paid.id
    clean()
