"""Pure decision about an order that is cancelled while goods for it are on purchase orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wharfinger.base.refusal import N_, Refusal
from wharfinger.ledger.plan import Held, Plan, Truth, fixed
from wharfinger.sales.rules.orders import end_order, open_order


def plan_cancel_order(
    truth: Truth, *, order: int, purchased: str, waiting: Sequence[tuple[int, int]] = ()
) -> Plan:
    """Cancel an order, and say what becomes of the goods that are on purchase orders for it.

    purchased: one of ``PURCHASED``; waiting: other lines and their products, in the order in which they are
    served, to which goods are given; what none of them wants is for stock.
    """
    plan = Plan()
    open_order(truth, order)
    fewer: dict[int, int] = {}
    bought = truth.read["bought"]
    for line in truth.read["lines"].values():
        others = [other for other, product in waiting if product == line.product_id]
        for held in truth.of_claim(line.pk, ("drafted", "on_order")):
            assert isinstance(held.place, int)
            if purchased == "cut":
                fewer[held.place] = fewer.get(held.place, 0) + _cut(plan, held)
            else:
                _not_sent_to_the_customer(truth, bought[held.place])
                _pass_on(plan, truth, held, others if purchased == "pass_on" else ())
    for place, units in fewer.items():
        _order_fewer(plan, truth, bought[place], units)
    end_order(plan, truth, order)
    if purchased == "cut":
        _close_what_is_empty(plan, truth)
    plan.mention(
        *truth.documents["demand.Sheet"].values(), *truth.documents["purchasing.PurchaseOrder"].values()
    )
    return plan


def _order_fewer(plan: Plan, truth: Truth, bought: Any, units: int) -> None:
    if units >= bought.quantity:
        plan.change(bought, removed_at=truth.now)
    elif units:
        plan.change(bought, quantity=bought.quantity - units)


def _not_sent_to_the_customer(truth: Truth, bought: Any) -> None:
    order = truth.documents["purchasing.PurchaseOrder"][bought.purchase_order_id]
    if order.ship_to == "organization":
        raise Refusal(
            "sent_to_the_customer",
            N_("{number} goes from the vendor to the customer. Take the goods off it."),
            field="purchased",
            number=order.number,
        )


def _pass_on(plan: Plan, truth: Truth, held: Held, others: Sequence[int]) -> None:
    """Give goods under way to the lines that wait for them; what is left is for stock."""
    left = held.quantity
    for other in others:
        for wish in truth.of_claim(other, ("to_order",)):
            part = min(left, wish.quantity)
            if part and held.kind == "on_order":
                plan.move(wish.spot, wish.spot.at(fixed("covered")), part)
                plan.move(held.spot, held.spot.for_claim(other), part)
            elif part:
                plan.move(wish.spot, held.spot.for_claim(other), part)
            wish.quantity -= part
            left -= part
    if held.kind == "drafted":
        plan.move(held.spot, held.spot.at(fixed("dropped")), held.quantity)
    elif left:
        plan.move(held.spot, held.spot.for_claim(0), left)
    held.quantity = 0


def _cut(plan: Plan, held: Held) -> int:
    """Expect goods no more; how many fewer a draft orders, which says what it will ask for."""
    fewer = held.quantity if held.kind == "drafted" else 0
    plan.move(held.spot, held.spot.at(fixed("dropped" if fewer else "vendor")), held.quantity)
    held.quantity = 0
    return fewer


def _close_what_is_empty(plan: Plan, truth: Truth) -> None:
    """Expect no more of an order of which nothing is under way any longer."""
    for row in truth.documents["purchasing.PurchaseOrder"].values():
        places = [one.place_id for one in truth.read["bought"].values() if one.purchase_order_id == row.pk]
        if row.submitted_at is not None and not any(truth.at(place) for place in places):
            plan.change(row, closed_at=truth.now)
