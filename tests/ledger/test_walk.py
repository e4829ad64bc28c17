"""The kernel carries one line from order to shipment and back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Layer
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.write import Written
from wharfinger.sales.actions.orders import confirm, create_order, release, reserve
from wharfinger.sales.rules.orders import Hold, OrderWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def order_of(company: World, *quantities: int, confirmed: bool = True) -> tuple[int, list[int]]:
    lines = tuple(LineWish(company.product().pk, q) for q in quantities)
    made = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, lines, confirm=confirmed))
    return made.one("demand.Sheet"), made.made["ledger.Claim"]


def test_a_line_walks_to_the_customer_and_back(company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    made = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, (LineWish(product.pk, 3),)))
    (line,) = made.made["ledger.Claim"]
    assert held(line) == {"quoted": 3, "offered": 3}
    confirmed = confirm(actor=HOUSE, order=made.one("demand.Sheet"))
    assert held(line) == {"to_order": 3, "to_bill": 3}
    reserved = reserve(actor=HOUSE, holds=[Hold(line, 3)])
    assert held(line) == {"covered": 3, "bin": 3, "to_bill": 3}
    picked = pick(actor=HOUSE, picks=[Pick(line, 3)])
    assert held(line) == {"covered": 3, "picked": 3, "to_bill": 3}
    shipped = ship(actor=HOUSE, picks=[Pick(line, 2)])
    assert held(line) == {"covered": 3, "picked": 1, "customer": 2, "to_bill": 3}
    assert Layer.objects.get().quantity == 3
    assert Layer.objects.get().value_minor == 1800
    clean()
    with pytest.raises(Refusal) as refused:
        reverse(actor=HOUSE, entry=picked.id)
    assert refused.value.code == "goods_moved_on"
    clean()
    for entry in (shipped, picked, reserved, confirmed, made):
        reverse(actor=HOUSE, entry=entry.id)
        clean()
    assert held(line) == {}
    assert held(product=product.pk) == {"bin": 5}
    assert Layer.objects.get().value_minor == 3000


def test_a_part_is_taken_back(company: World) -> None:
    product = company.product()
    company.stock(product, 5, value_minor=1000)
    made = create_order(
        actor=HOUSE, wish=OrderWish(company.customer.pk, (LineWish(product.pk, 3),), confirm=True)
    )
    (line,) = made.made["ledger.Claim"]
    reserve(actor=HOUSE, holds=[Hold(line, 3)])
    shipped = ship(actor=HOUSE, picks=[Pick(line, 3)])
    for left in (2, 1, 0):
        reverse(actor=HOUSE, entry=shipped.id, claims={line: 1})
        assert held(line).get("customer", 0) == left
        clean()
    before = entries()
    with pytest.raises(Refusal) as refused:
        reverse(actor=HOUSE, entry=shipped.id, claims={line: 1})
    assert refused.value.code == "nothing_left"
    assert entries() == before
    assert Layer.objects.get().value_minor == 1000


def test_more_than_free_is_refused(company: World) -> None:
    product = company.product()
    company.stock(product, 2)
    made = create_order(
        actor=HOUSE, wish=OrderWish(company.customer.pk, (LineWish(product.pk, 3),), confirm=True)
    )
    (line,) = made.made["ledger.Claim"]
    before = entries()
    with pytest.raises(Refusal) as refused:
        reserve(actor=HOUSE, holds=[Hold(line, 3)])
    assert (refused.value.code, refused.value.wanted, refused.value.free) == ("not_enough", 3, 2)
    assert entries() == before
    assert held(product=product.pk) == {"bin": 2, "to_order": 3, "to_bill": 3}


def test_release_gives_the_wish_back(company: World) -> None:
    product = company.product()
    company.stock(product, 2)
    made = create_order(
        actor=HOUSE, wish=OrderWish(company.customer.pk, (LineWish(product.pk, 2),), confirm=True)
    )
    (line,) = made.made["ledger.Claim"]
    reserve(actor=HOUSE, holds=[Hold(line, 2)])
    release(actor=HOUSE, holds=[Hold(line, 1)])
    assert held(line) == {"bin": 1, "covered": 1, "demand": 1, "to_bill": 2}
    clean()


def statements(company: World, lines: int) -> dict[str, int]:
    """How many SQL statements each act of an order takes, beginning and ending the transaction apart."""
    products = [company.product() for _ in range(lines)]
    for product in products:
        company.stock(product, 2)
    counts: dict[str, int] = {}

    def counted(name: str, act: Callable[[], Written]) -> Written:
        with CaptureQueriesContext(connection) as found:
            result = act()
        counts[name] = len([q for q in found if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))])
        return result

    wish = OrderWish(company.customer.pk, tuple(LineWish(p.pk, 1) for p in products), confirm=True)
    made = counted("create", lambda: create_order(actor=HOUSE, wish=wish, key=f"a{lines}"))
    claims = made.made["ledger.Claim"]
    bills = InvoiceWish(tuple(Bill(c, 1) for c in claims))
    counted("reserve", lambda: reserve(actor=HOUSE, holds=[Hold(c, 1) for c in claims], key=f"b{lines}"))
    counted("pick", lambda: pick(actor=HOUSE, picks=[Pick(c, 1) for c in claims], key=f"c{lines}"))
    counted("ship", lambda: ship(actor=HOUSE, picks=[Pick(c, 1) for c in claims], key=f"d{lines}"))
    counted("invoice", lambda: invoice(actor=HOUSE, wish=bills, key=f"e{lines}"))
    return counts


def test_an_order_takes_as_many_statements_for_a_hundred_lines_as_for_one(company: World) -> None:
    one, ten, hundred = (statements(company, lines) for lines in (1, 10, 100))
    assert one == ten == hundred
    assert sum(one.values()) <= 85
