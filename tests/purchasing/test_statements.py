"""An act of buying costs the same statements however many lines it has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.purchasing.buying import bought, sold, stocked_up, threshold
from tests.world import World, clean, world
from wharfinger.base.access import HOUSE
from wharfinger.catalog.models import VendorPrice
from wharfinger.demand.rules import LineWish
from wharfinger.purchasing.actions.approving import approve, reject
from wharfinger.purchasing.actions.ordering import (
    amend_purchase,
    ask,
    draft,
    draft_from_lines,
    make_change,
    submit,
)
from wharfinger.purchasing.actions.receiving import cancel_receipt, receive
from wharfinger.purchasing.models import Receipt, Rejection
from wharfinger.purchasing.rules.changing import LineChange, PurchaseChange
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted
from wharfinger.purchasing.rules.receiving import Arrival
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish

pytestmark = pytest.mark.django_db

MOST = 45
"""Statements for an order from lines and its receipt, keys among them."""


def counted(counts: dict[str, int], name: str, act: Callable[[], Any]) -> Any:
    with CaptureQueriesContext(connection) as found:
        result = act()
    counts[name] = len([q for q in found if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))])
    return result


def bought_and_received(company: World, lines: int) -> dict[str, int]:
    products = [company.product() for _ in range(lines)]
    for n, product in enumerate(products):
        VendorPrice.objects.filter(product=product).update(lead_time_days=1 + n % 9)
    claims = [sold(company, product, 2) for product in products]
    counts: dict[str, int] = {}
    wanted = [Wanted(claim) for claim in claims]
    made = bought(counted(counts, "draft", lambda: draft_from_lines(actor=HOUSE, wanted=wanted, key="d")))
    counted(counts, "submit", lambda: submit(actor=HOUSE, order=made.order, key="s"))
    arrivals = [Arrival(line, 2) for line in made.lines]
    received = counted(counts, "receive", lambda: receive(actor=HOUSE, arrivals=arrivals, key="r"))
    receipt = received.one("purchasing.Receipt")
    counted(counts, "cancel_receipt", lambda: cancel_receipt(actor=HOUSE, receipt=receipt))
    clean()
    return counts


@pytest.mark.parametrize("lines", [1, 10, 100])
def test_asking_and_deciding_costs_the_same_however_many_lines(lines: int) -> None:
    company = world()
    threshold(1)
    made = stocked_up(company, *[(company.product(), 2, 3_000_000) for _ in range(lines)], submitted=False)
    counts: dict[str, int] = {}
    orders = [made.order]
    counted(counts, "ask", lambda: ask(actor=HOUSE, order=made.order, key="a"))
    counted(counts, "reject", lambda: reject(actor=HOUSE, purchase_orders=orders, note="No", key="r"))
    ask(actor=HOUSE, order=made.order)
    counted(counts, "approve", lambda: approve(actor=HOUSE, purchase_orders=orders, key="y"))
    assert counts["ask"] <= 12, counts
    assert counts["reject"] <= 16, counts
    assert counts["approve"] <= 17, counts
    clean()


@pytest.mark.parametrize("lines", [1, 10, 100])
def test_a_change_that_is_approved_first_costs_the_same_however_many_lines(lines: int) -> None:
    company = world()
    made = stocked_up(company, *[(company.product(), 2, 3_000_000) for _ in range(lines)])
    threshold(1)
    change = PurchaseChange(change=tuple(LineChange(pk, 4) for pk in made.lines))
    counts: dict[str, int] = {}
    amend = lambda: amend_purchase(actor=HOUSE, order=made.order, change=change)  # noqa: E731
    counted(counts, "amend", amend)
    counted(counts, "reject", lambda: reject(actor=HOUSE, purchase_orders=[made.order], note="No"))
    amend()
    counted(counts, "approve", lambda: approve(actor=HOUSE, purchase_orders=[made.order]))
    counted(counts, "make", lambda: make_change(actor=HOUSE, order=made.order))
    assert counts["amend"] <= 16, counts
    assert counts["reject"] <= 16, counts
    assert counts["approve"] <= 16, counts
    assert counts["make"] <= 21, counts
    clean()


@pytest.mark.parametrize("lines", [1, 10, 100])
def test_statements_do_not_grow_with_lines(lines: int) -> None:
    counts = bought_and_received(world(), lines)
    assert counts["draft"] + counts["receive"] <= MOST, counts
    assert counts["submit"] <= 16, counts
    assert counts["cancel_receipt"] <= 28, counts


def test_a_delivery_of_five_hundred_lines_for_sixty_customers_costs_no_more() -> None:
    company = world()
    products = [company.product() for _ in range(20)]
    claims: list[int] = []
    for n in range(60):
        wishes = tuple(LineWish(products[(n + k) % 20].pk, 2) for k in range(9 if n < 20 else 8))
        made = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, wishes, confirm=True))
        claims += made.made["ledger.Claim"]
    assert len(claims) == 500
    wishes_to_buy = tuple(PurchaseLineWish(quantity=2, wanted=(Wanted(claim),)) for claim in claims)
    order = bought(draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, wishes_to_buy)))
    submit(actor=HOUSE, order=order.order)
    assert len(order.lines) == 500
    arrivals = [Arrival(line, 2, rejected=n % 2, reason="Damaged") for n, line in enumerate(order.lines)]
    counts: dict[str, int] = {}
    counted(counts, "receive", lambda: receive(actor=HOUSE, arrivals=arrivals, key="r"))
    assert counts["receive"] <= 26, counts
    assert (Rejection.objects.count(), Receipt.objects.count()) == (250, 1)
    clean()
