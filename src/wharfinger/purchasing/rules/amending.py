"""Pure decisions about changing a purchase order that the vendor has: more, fewer, dearer, later, of another vendor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wharfinger.base.refusal import N_, Refusal, Remedy
from wharfinger.ledger import owning
from wharfinger.ledger.plan import Plan, Truth, fixed
from wharfinger.purchasing.rules.approving import unapproved_of
from wharfinger.purchasing.rules.changing import (
    Buying,
    LineChange,
    PurchaseChange,
    bought_at,
    buying_of,
    changed,
    cost_of,
    kept,
    quantity_of,
    say,
    wanted_more,
)
from wharfinger.purchasing.rules.ordering import live, mention_lines, order_goods, take_off
from wharfinger.purchasing.rules.rising import Amended, Rise, done_with, nothing_waits, plan_rise


def plan_amend(truth: Truth, *, order: int, change: PurchaseChange) -> Plan:
    """Change what the vendor has been told: whom fewer are meant for is to be ordered for again.

    More is for the customers' lines that are named, else for stock. Fewer is first what is for stock, then what is for
    whoever asked last; never fewer than have come. What somebody has to approve first is asked for instead.
    """
    plan = Plan()
    row = live(truth, order)
    _may_be_amended(truth, row, change)
    nothing_waits(row)
    plan.change(row, **dict(change.values))
    owning.change(plan, truth, row, "purchase_order", change.own)
    rise = amend_lines(plan, truth, row, change)
    if rise.asks:
        return plan_rise(truth, row, "amend_purchase", kept(change), rise)
    if not (plan.steps or plan.changes):
        raise Refusal("nothing_changed", N_("This changes nothing. Change something first."))
    # What was confirmed was another order.
    plan.change(row, amended_at=truth.now, confirmed_at=None)
    done_with(plan, row)
    mention_lines(plan, truth)
    return plan


def amend_lines(plan: Plan, truth: Truth, row: Any, change: PurchaseChange) -> Rise:
    """Change the lines of an order that the vendor has; which of them somebody has to approve first."""
    buying = buying_of(plan, truth, row, change)
    lines = truth.read["purchase_lines"]
    stands = {pk: {h.claim: h.quantity for h in truth.at(line.place_id)} for pk, line in lines.items()}
    amended = {
        pk: Amended(
            pk, row.pk, one.product_id, one.quantity, one.unit_cost_micro, one.per, one.approved_minor
        )
        for pk, one in lines.items()
    }
    for line, one, where in changed(truth, row, change):
        amended[line.pk] = _amend(plan, truth, row, line, one, buying, stands[line.pk], where)
    return Rise(amended, _to_approve(truth, row, amended, stands))


def new_order(order: Any) -> Remedy:
    """Put the rest on an order of its own."""
    return Remedy("new_purchase", {"vendor": order.vendor_id})


def _may_be_amended(truth: Truth, order: Any, change: PurchaseChange) -> None:
    if order.submitted_at is None:
        raise Refusal(
            "not_submitted", N_("{number} is not submitted yet. Change it as a draft."), number=order.number
        )
    if order.done_id is not None:
        raise Refusal("nothing_on_order", N_("Nothing of this is on order any more."))
    if change.add or change.remove:
        raise Refusal(
            "already_submitted",
            N_("{number} is submitted. Put more products on a new order; close lines that are not wanted."),
            field="add" if change.add else "remove",
            number=order.number,
            remedies=[new_order(order)],
        )
    if not any(truth.read["came"].values()):
        return
    if change.vendor not in (None, order.vendor_id):
        raise Refusal(
            "partly_received",
            N_("Part of {number} has arrived. Close what is still on order instead."),
            field="vendor",
            number=order.number,
            remedies=[Remedy("close", {"purchase_order": order.pk})],
        )
    if dict(change.values).get("freight_minor", order.freight_minor) != order.freight_minor:
        raise Refusal(
            "freight_has_come",
            N_("Goods of {number} have come in with its freight. Add what else it costs to their receipt."),
            field="freight",
            number=order.number,
        )


def _amend(
    plan: Plan,
    truth: Truth,
    order: Any,
    line: Any,
    change: LineChange,
    buying: Buying,
    stands: dict[int, int],
    where: str,
) -> Amended:
    came, under_way = truth.read["came"].get(line.pk, 0), sum(stands.values())
    settled = line.quantity - under_way
    wanted = wanted_more(plan, truth, line, change, fixed("covered"), where)
    quantity = quantity_of(line, change, sum(wanted.values()), where)
    if quantity - sum(wanted.values()) < settled:
        raise Refusal(
            "less_than_came",
            N_("{free} of {sku} have come or are not expected any more; order no fewer."),
            field=f"{where}.quantity",
            wanted=quantity,
            free=settled + sum(wanted.values()),
            product=line.product_id,
            sku=truth.read["products"][line.product_id].sku,
        )
    _lower(plan, truth, line, stands, under_way + sum(wanted.values()) + settled - quantity)
    stock = quantity - settled - sum(stands.values()) - sum(wanted.values())
    _raise(plan, truth, order, line, wanted | ({0: stock} if stock else {}), where)
    for claim, units in wanted.items():
        stands[claim] = stands.get(claim, 0) + units
    if came:
        cost, typed = _cost_that_came(truth, line, change, where), line.cost_typed
    else:
        cost, typed = cost_of(plan, truth, buying, line, change, quantity, where)
    if order.freight_minor and quantity * cost > line.quantity * line.unit_cost_micro:
        _freight_is_not_spread(truth, order, where)
    say(plan, truth, buying, line, change, where)
    bought_at(plan, truth, line, quantity, cost, typed=typed)
    return Amended(line.pk, order.pk, line.product_id, quantity, cost, line.per, line.approved_minor)


def _lower(plan: Plan, truth: Truth, line: Any, stands: dict[int, int], units: int) -> None:
    """Expect so many fewer: of what is for stock, then of what is for whoever asked last."""
    left = units
    for held in sorted(truth.at(line.place_id), key=lambda h: (h.claim != 0, -h.claim)):
        part = min(left, held.quantity)
        if part > 0:
            take_off(plan, truth, held, part)
            stands[held.claim] -= part
            left -= part


def _raise(plan: Plan, truth: Truth, order: Any, line: Any, more: Mapping[int, int], where: str) -> None:
    """Let the vendor owe more: to customers' lines, and to stock."""
    for claim, units in more.items():
        if order.ship_to == "organization":
            _goes_to_the_customer(truth, order, claim, where)
        order_goods(plan, truth, line, claim, units)


def _goes_to_the_customer(truth: Truth, order: Any, claim: int, where: str) -> None:
    if not claim:
        raise Refusal(
            "stock_to_customer",
            N_(
                "A drop shipment is for customers' lines only. Take the others off, or have all delivered to us."
            ),
            field=f"{where}.quantity",
        )
    if truth.read["lines"][claim].site_id != order.ship_to_site_id:
        raise Refusal(
            "other_site",
            N_("A drop shipment holds lines for one site only. Order the others apart."),
            field=f"{where}.wanted",
        )


def _cost_that_came(truth: Truth, line: Any, change: LineChange, where: str) -> int:
    """What a line costs of which something has come: what it did."""
    cost: int = line.unit_cost_micro
    if change.unit_cost_micro not in (None, cost):
        raise Refusal(
            "came_at_its_cost",
            N_("Some of {sku} has come at what the order says. Take over what is billed on its receipt."),
            field=f"{where}.unit_cost",
            sku=truth.read["products"][line.product_id].sku,
        )
    return cost


def _freight_is_not_spread(truth: Truth, order: Any, where: str) -> None:
    """More goods would take freight that others have come in with already."""
    if any(truth.read["came"].values()):
        raise Refusal(
            "freight_has_come",
            N_(
                "Goods of {number} have come in with their share of its freight. Put the rest on a new order."
            ),
            field=where,
            number=order.number,
            remedies=[new_order(order)],
        )


def _to_approve(
    truth: Truth, order: Any, amended: Mapping[int, Amended], stands: Mapping[int, Mapping[int, int]]
) -> set[int]:
    """Which lines become so dear that somebody has to approve them first."""
    threshold = truth.read["approval"]["threshold_minor"]
    lines = truth.read["purchase_lines"]
    dearer = {
        pk
        for pk, one in amended.items()
        if one.quantity * one.unit_cost_micro > lines[pk].quantity * lines[pk].unit_cost_micro
    }
    if threshold is None or not dearer:
        return set()
    decimals = {pk: product.quantity_decimals for pk, product in truth.read["products"].items()}
    claims = {pk: {claim: units for claim, units in some.items() if claim} for pk, some in stands.items()}
    asks = unapproved_of(
        order,
        list(amended.values()),
        claims,
        truth.read["lines"],
        decimals,
        threshold,
        truth.home_currency,
    )
    return {one.pk for one in asks} & dearer
