"""An order is cancelled while goods for it are on purchase orders."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.purchasing.buying import sold
from tests.purchasing.test_order import refused
from tests.world import World, clean, entries, held
from wharfinger.base.access import HOUSE
from wharfinger.demand.models import Line
from wharfinger.flows.actions.cancel_order import cancel_order
from wharfinger.ledger.models import Holding
from wharfinger.ledger.reverse import reverse
from wharfinger.purchasing.actions.ordering import draft_from_lines, submit
from wharfinger.purchasing.actions.receiving import receive
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder
from wharfinger.purchasing.rules.drafting import PurchaseWish, Wanted
from wharfinger.purchasing.rules.receiving import Arrival
from wharfinger.sales.actions.orders import cancel
from wharfinger.sales.models import Order

pytestmark = pytest.mark.django_db


def bought(*lines: int, submitted: bool = True, wish: PurchaseWish | None = None) -> PurchaseLine:
    """The only line of a purchase order for these lines."""
    drafted = draft_from_lines(actor=HOUSE, wanted=[Wanted(line) for line in lines], wish=wish)
    order = drafted.one("purchasing.PurchaseOrder")
    if submitted:
        submit(actor=HOUSE, order=order)
    return PurchaseLine.objects.get(purchase_order=order)


def order_of(line: int) -> int:
    sheet = Line.objects.get(pk=line).order_id
    assert sheet is not None
    return sheet


def under_way(row: PurchaseLine) -> dict[int, int]:
    """By claim, what is on order at a purchase order's line."""
    found = Holding.objects.filter(place=row.place_id, quantity__gt=0)
    return dict(found.values_list("claim", "quantity"))


def test_the_choice_is_asked_for(company: World) -> None:
    line = sold(company, company.product(), 3)
    bought(line)
    order, before = order_of(line), entries()
    found = refused("purchased", lambda: cancel(actor=HOUSE, order=order))
    assert found.field == "purchased"
    refused("no_such_choice", lambda: cancel_order(actor=HOUSE, order=order, purchased="burn"))
    assert (entries(), held(line)) == (before, {"covered": 3, "on_order": 3, "to_bill": 3})


def test_goods_are_kept_for_stock(company: World) -> None:
    line, other = (sold(company, product, 3) for product in [company.product()] * 2)
    row = bought(line)
    done = cancel_order(actor=HOUSE, order=order_of(line), purchased="keep", reason="Changed their mind")
    assert held(line) == {"dropped": 3, "waived": 3}
    assert under_way(row) == {0: 3}
    assert held(other)["to_order"] == 3
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert held(line) == {"covered": 3, "on_order": 3, "to_bill": 3}
    assert Order.objects.get(pk=order_of(line)).cancelled_at is None
    clean()


def test_goods_go_to_whoever_waits_next(company: World) -> None:
    product = company.product()
    line, late, soon = sold(company, product, 4), sold(company, product, 2), sold(company, product, 1)
    Line.objects.filter(pk=soon).update(promised_on=date(2026, 12, 20))
    row = bought(line)
    cancel_order(actor=HOUSE, order=order_of(line), purchased="pass_on")
    assert under_way(row) == {soon: 1, late: 2, 0: 1}
    assert held(soon) == {"covered": 1, "on_order": 1, "to_bill": 1}
    clean()
    receive(actor=HOUSE, arrivals=[Arrival(row.pk, 4)])
    assert held(late) == {"covered": 2, "bin": 2, "to_bill": 2}
    clean()


def test_a_submitted_order_is_cut(company: World) -> None:
    product = company.product()
    line, other = sold(company, product, 2), sold(company, product, 1)
    row = bought(line, other)
    cancel_order(actor=HOUSE, order=order_of(line), purchased="cut")
    assert under_way(row) == {other: 1}
    assert PurchaseOrder.objects.get().closed_at is None
    done = cancel_order(actor=HOUSE, order=order_of(other), purchased="cut")
    assert under_way(row) == {}
    assert PurchaseOrder.objects.get().closed_at is not None
    assert PurchaseOrder.objects.get().done_id == done.id
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert PurchaseOrder.objects.get().done_id is None
    assert under_way(row) == {other: 1}
    clean()


def test_a_draft_asks_for_fewer(company: World) -> None:
    product = company.product()
    line, other, waits = sold(company, product, 2), sold(company, product, 1), sold(company, product, 2)
    row = bought(line, other, submitted=False)
    done = cancel_order(actor=HOUSE, order=order_of(line), purchased="cut")
    row.refresh_from_db()
    assert (row.quantity, held(line)) == (1, {"dropped": 2, "waived": 2})
    clean()
    reverse(actor=HOUSE, entry=done.id)
    cancel_order(actor=HOUSE, order=order_of(line), purchased="pass_on")
    row.refresh_from_db()
    assert (row.quantity, held(waits)) == (3, {"drafted": 2, "to_bill": 2})
    cancel_order(actor=HOUSE, order=order_of(other), purchased="keep")
    submit(actor=HOUSE, order=row.purchase_order_id)
    assert under_way(row) == {waits: 2, 0: 1}
    clean()


def test_what_the_vendor_sends_to_the_customer_is_only_cut(company: World) -> None:
    line = sold(company, company.product(), 2)
    wish: Any = PurchaseWish(company.vendor.pk, (), ship_to="organization", ship_to_site=company.site.pk)
    bought(line, wish=wish)
    before = entries()
    for choice in ("keep", "pass_on"):
        refused(
            "sent_to_the_customer",
            lambda choice=choice: cancel_order(actor=HOUSE, order=order_of(line), purchased=choice),
        )
    assert entries() == before
    cancel_order(actor=HOUSE, order=order_of(line), purchased="cut")
    assert held(line) == {"dropped": 2, "waived": 2}
    clean()
