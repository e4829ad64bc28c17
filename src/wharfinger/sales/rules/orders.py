"""Pure decisions about sales orders: making, confirming, reserving and releasing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from wharfinger.base.refusal import N_, NotThere, Refusal, Remedy, Words
from wharfinger.demand import rules as demand
from wharfinger.demand.rules import LineWish, kits, sheets
from wharfinger.demand.rules.amend import TAKEN
from wharfinger.demand.rules.words import OPEN_GOODS
from wharfinger.ledger import owning
from wharfinger.ledger.plan import Number, Plan, Truth, fixed
from wharfinger.sales.rules.holds import Hold, plan_release, plan_reserve
from wharfinger.stock.rules.serving import NORMAL, known_priority

__all__ = ["Hold", "OrderWish", "plan_release", "plan_reserve"]

NUMBER = Number("order", "SO-{n}")

PURCHASED = {
    "keep": N_("Keep for stock"),
    "pass_on": N_("Give to whoever waits next"),
    "cut": N_("Take off the purchase order"),
}
"""What becomes of goods on a purchase order when the order they were for is cancelled."""


@dataclass(frozen=True, slots=True)
class OrderWish:
    """A sales order as a person asks for it."""

    organization: int
    lines: tuple[LineWish, ...]
    site: int | None = None
    contact: int | None = None
    owner: int | None = None
    currency: str | None = None
    tax_included: bool | None = None
    """Whether its prices include tax; as the customer's price list says where nobody does."""
    number: str | None = None
    title: str = ""
    customer_reference: str = ""
    location: int | None = None
    """From where its goods are taken first; as the customer, the owner or the company has it where none is named."""
    terms: int | None = None
    """Under which its invoices are written; the customer's where none are named."""
    ordered_on: date | None = None
    promised_on: date | None = None
    priority: str = NORMAL
    confirm: bool = False
    own: Mapping[str, Any] | None = None
    """The values of own fields as somebody gives them; nobody is asked for any without it."""


def plan_order(truth: Truth, *, wish: OrderWish) -> Plan:
    """Make a sales order with its lines, unconfirmed or confirmed at once."""
    plan = Plan()
    sheet = sheets.begin(
        plan,
        truth,
        wish,
        kind="order",
        number=NUMBER,
        ordered_on=wish.ordered_on,
        promised_on=wish.promised_on,
        location=truth.read["location"],
        terms=wish.terms,
        priority=wish.priority,
    )
    plan.create(
        "sales.Order",
        sheet_id=sheet,
        confirmed_at=truth.now if wish.confirm else None,
        own={} if wish.own is None else owning.born(truth, "order", wish.own),
    )
    lines = kits.opened(truth, wish.lines)
    claims = sheets.fill(plan, truth, wish, sheet, lines=lines, order=sheet, promised_on=wish.promised_on)
    routes = demand.route(truth, [(w.product, w.quantity) for w in lines]) if wish.confirm else {}
    for claim, one in zip(claims, lines, strict=True):
        bill = None if not one.billable else "to_bill" if wish.confirm else "offered"
        demand.bear(
            plan, truth, claim, one.product, one.quantity, to=routes.get(one.product, "quoted"), bill=bill
        )
    plan.mention(("order", sheet))
    return plan


def plan_confirm(truth: Truth, *, order: int) -> Plan:
    """Make an unconfirmed order firm: its wishes go where they are served, its bills may be invoiced."""
    plan = Plan()
    row = open_order(truth, order)
    if row.confirmed_at is not None:
        raise Refusal("already_confirmed", N_("This order is confirmed already."), subject=f"order:{order}")
    lines = truth.read["lines"]
    routes = demand.route(truth, [(line.product_id, line.quantity) for line in lines.values()])
    for line in lines.values():
        demand.firm_up(plan, truth, line, routes[line.product_id])
    plan.change(row, confirmed_at=truth.now)
    return plan


def plan_unconfirm(truth: Truth, *, order: int) -> Plan:
    """Make a firm order provisional again while nothing of it is ordered, picked, sent or invoiced."""
    plan = Plan()
    row = open_order(truth, order)
    if row.confirmed_at is None:
        raise Refusal("not_confirmed", N_("This order is not confirmed. Confirm it first."))
    _require_untouched(truth, allowed=("bin",))
    for line in truth.read["lines"].values():
        for held in truth.of_claim(line.pk, ("ready",)):
            plan.move(held.spot, held.spot.at(fixed("provided")), held.quantity)
            demand.advance(plan, truth, line.pk, ("covered",), "quoted", held.quantity)
        demand.advance(plan, truth, line.pk, ("demand", "to_approve", "to_order"), "quoted")
        demand.advance(plan, truth, line.pk, ("to_bill",), "offered")
    plan.change(row, confirmed_at=None)
    return plan


def plan_cancel(truth: Truth, *, order: int) -> Plan:
    """Cancel an order that nothing has happened to yet; what it reserved is free again."""
    plan = Plan()
    end_order(plan, truth, order)
    plan.mention(*truth.documents["demand.Sheet"].values())
    return plan


def end_order(plan: Plan, truth: Truth, order: int) -> None:
    """Let an order that nothing has happened to end, with all that its lines want and reserve."""
    row = open_order(truth, order)
    if _only_purchased(truth):
        raise Refusal(
            "purchased",
            N_(
                "Goods of this order are on a purchase order. Keep them for stock, give them to whoever waits next, or take them off it."
            ),
            field="purchased",
            remedies=[Remedy("cancel", {"order": order})],
        )
    _require_untouched(truth, allowed=("bin",))
    for line in truth.read["lines"].values():
        demand.end(plan, truth, line)
        if line.sheet_id != order:
            # The work on which it was charged has one thing less open.
            plan.mention(("work_order", line.sheet_id))
    plan.change(row, cancelled_at=truth.now)


def _only_purchased(truth: Truth) -> bool:
    """Whether goods on purchase orders are all that stands against cancelling."""
    standing = {kind for line in truth.read["lines"] for kind in TAKEN if truth.quantity_of(line, (kind,))}
    return bool(standing & {"drafted", "on_order"}) and standing <= {"drafted", "on_order", "bin"}


def _require_untouched(truth: Truth, *, allowed: tuple[str, ...]) -> None:
    """Raise Refusal naming, for each line, what stands against taking the order back."""
    against: dict[int, dict[str, int]] = {}
    for line in truth.read["lines"]:
        found = {kind: truth.quantity_of(line, (kind,)) for kind in TAKEN if kind not in allowed}
        if any(found.values()):
            against[line] = {kind: units for kind, units in found.items() if units}
    if against:
        kinds = sorted({kind for found in against.values() for kind in found}, key=list(TAKEN).index)
        raise Refusal(
            "order_touched",
            N_("Something has happened to this order already: {what}. Take it back, or re-open the order."),
            what=Words(tuple(TAKEN[kind] for kind in kinds)),
            against=against,
            remedies=[Remedy("reopen", {"order": next(iter(truth.documents["sales.Order"]))})],
        )


def plan_fulfil(truth: Truth, *, order: int, anyway: bool) -> Plan:
    """Declare an order fulfilled; open lines are named and need a yes."""
    plan = Plan()
    row = open_order(truth, order)
    if row.confirmed_at is None:
        raise Refusal("not_confirmed", N_("This order is not confirmed. Confirm it first."))
    if row.fulfilled_at is not None:
        raise Refusal(
            "already_fulfilled", N_("This order is marked as fulfilled already."), subject=f"order:{order}"
        )
    open_lines = [line for line in truth.read["lines"].values() if truth.quantity_of(line.pk, OPEN_GOODS)]
    if open_lines and not anyway:
        raise Refusal(
            "lines_open",
            N_("{count} lines are still open: {names}. Say yes to mark the order as fulfilled all the same."),
            count=len(open_lines),
            names=", ".join(line.description for line in open_lines),
            lines=[line.pk for line in open_lines],
            remedies=[Remedy("mark-fulfilled", {"order": order, "anyway": True})],
        )
    plan.change(row, fulfilled_at=truth.now)
    return plan


def plan_hold(truth: Truth, *, order: int, reason: str) -> Plan:
    """Keep an order from being picked and sent until somebody lets it go on."""
    plan = Plan()
    row = open_order(truth, order)
    if row.held_at is not None:
        raise Refusal("already_on_hold", N_("This order is on hold already."), subject=f"order:{order}")
    plan.change(row, held_at=truth.now, hold_reason=reason)
    return plan


def plan_unhold(truth: Truth, *, order: int) -> Plan:
    """Let an order that was on hold go on."""
    plan = Plan()
    row = open_order(truth, order)
    if row.held_at is None:
        raise Refusal("not_on_hold", N_("This order is not on hold."))
    plan.change(row, held_at=None, hold_reason="")
    return plan


def plan_change(
    truth: Truth, *, order: int, values: dict[str, Any], own: Mapping[str, Any] | None = None
) -> Plan:
    """Change the words, dates, people and own fields of an order."""
    plan = Plan()
    row = open_order(truth, order)
    if "priority" in values:
        known_priority(values["priority"])
    plan.change(truth.document("demand.Sheet", order), **values)
    owning.change(plan, truth, row, "order", own)
    return plan


def open_order(truth: Truth, order: int) -> Any:
    """The order that was locked; raises Refusal when it is unknown, undone or cancelled."""
    row = truth.documents["sales.Order"].get(order)
    if row is None or truth.document("demand.Sheet", order).void_id is not None:
        raise NotThere("no_such_order", N_("There is no such sales order."))
    if row.cancelled_at is not None:
        raise Refusal(
            "order_cancelled", N_("This order is cancelled. Re-open it first."), subject=f"order:{order}"
        )
    return row
