"""Pure decisions about a change of an order that the vendor has which somebody must approve before it is made.

Until then the order stands as it was approved. What is asked for is kept on it whole, in ``asked_change``: the verb and
what it was given (``given``), and what each line that it changes would be (``lines``), up to which buying is approved.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from wharfinger.base.refusal import N_, Refusal
from wharfinger.ledger.plan import Plan, Truth

Planner = Callable[[Truth], Plan]


@dataclass(frozen=True, slots=True)
class Amended:
    """A line as it is bought from now on, or as somebody asks to buy it."""

    pk: int
    purchase_order_id: int
    product_id: int
    quantity: int
    unit_cost_micro: int
    per: int | None
    approved_minor: int | None
    requested_by_id: int | None = None


@dataclass(frozen=True, slots=True)
class Rise:
    """What lines would be, and those of them that somebody has to approve first."""

    lines: Mapping[int, Amended]
    asks: Collection[int]


def waits(order: Any) -> bool:
    """Whether a change of an order that the vendor has waits for approval."""
    return (
        order.submitted_at is not None
        and order.approval_asked_at is not None
        and order.asked_change is not None
        and order.done_id is None
    )


def may_be_made(order: Any) -> bool:
    """Whether a change of an order that the vendor has is approved and not made yet."""
    return order.asked_change is not None and order.approval_asked_at is None and order.done_id is None


def as_asked(order: Any, line: Any) -> Any:
    """A line as the change that waits would have it; as it stands where none is about it."""
    kept = order.asked_change["lines"].get(str(line.pk)) if waits(order) else None
    if kept is None:
        return line
    return Amended(
        line.pk,
        line.purchase_order_id,
        line.product_id,
        kept["quantity"],
        kept["unit_cost_micro"],
        line.per,
        line.approved_minor,
        order.approval_asked_by_id,
    )


def asks_for(order: Any, line: Any) -> bool:
    """Whether the change that waits has this line approved first."""
    return bool(waits(order) and order.asked_change["lines"].get(str(line.pk), {}).get("asks"))


def nothing_waits(order: Any) -> None:
    """Raise Refusal where another change of the order waits for approval."""
    if waits(order):
        raise Refusal(
            "change_waits",
            N_(
                "Another change of {number} waits for approval. Wait until it is decided, or withdraw it first."
            ),
            number=order.number,
            subject=f"purchase_order:{order.pk}",
        )


def plan_rise(truth: Truth, order: Any, verb: str, given: Mapping[str, Any], rise: Rise) -> Plan:
    """Ask for what somebody has to approve, instead of doing it."""
    plan = Plan(verb="ask_purchase")
    stands = truth.read["purchase_lines"]
    lines = {
        str(pk): {
            "quantity": one.quantity,
            "unit_cost_micro": one.unit_cost_micro,
            "asks": pk in rise.asks,
        }
        for pk, one in rise.lines.items()
        if (one.quantity, one.unit_cost_micro) != (stands[pk].quantity, stands[pk].unit_cost_micro)
    }
    plan.change(
        order,
        asked_change={"verb": verb, "given": dict(given), "lines": lines},
        approval_asked_at=truth.now,
        approval_asked_by_id=truth.actor or order.approval_asked_by_id,
        rejected_note="",
    )
    plan.mention(order)
    return plan


def plan_make(truth: Truth, *, order: int, asked: Mapping[str, Any], act: Planner) -> Plan:
    """Do what was asked for and approved; raises Refusal where that is not what stands there any more."""
    row = truth.documents["purchasing.PurchaseOrder"].get(order)
    if row is None or row.asked_change != asked or not may_be_made(row):
        raise nothing_to_make(row.number if row is not None else "", order)
    return act(truth)


def nothing_to_make(number: str, order: int) -> Refusal:
    """No change of the order is approved and not made yet."""
    return Refusal(
        "nothing_to_make",
        N_("No change of {number} is approved and still to be made."),
        number=number,
        subject=f"purchase_order:{order}",
    )


def done_with(plan: Plan, order: Any) -> None:
    """Keep no change any more that was asked for; nor why one was rejected."""
    plan.change(order, asked_change=None, rejected_note="")
