"""Pure decisions about what a vendor confirms of an order: when it delivers, and what it asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from wharfinger.base.refusal import N_, Refusal
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.purchasing.rules.amending import amend_lines
from wharfinger.purchasing.rules.changing import LineChange, PurchaseChange, line_of
from wharfinger.purchasing.rules.ordering import live, mention_lines
from wharfinger.purchasing.rules.rising import done_with, nothing_waits, plan_rise


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What the vendor says of a line; what is None is as it was ordered."""

    purchase_line: int
    expected_on: date | None = None
    unit_cost_micro: int | None = None


def kept_confirmation(confirmation: str, lines: Sequence[Confirmed]) -> dict[str, Any]:
    """A confirmation as it is kept until somebody has approved what it costs; ``confirmation_of`` reads it."""
    return {
        "confirmation": confirmation,
        "lines": [
            asdict(one) | {"expected_on": one.expected_on.isoformat() if one.expected_on else None}
            for one in lines
        ],
    }


def confirmation_of(given: Mapping[str, Any]) -> tuple[str, tuple[Confirmed, ...]]:
    """A confirmation as it was kept: what the vendor calls it, and what it says of lines."""
    lines = [
        Confirmed(
            one["purchase_line"],
            date.fromisoformat(one["expected_on"]) if one["expected_on"] else None,
            one["unit_cost_micro"],
        )
        for one in given["lines"]
    ]
    return given["confirmation"], tuple(lines)


def plan_confirm(truth: Truth, *, order: int, confirmation: str, lines: Sequence[Confirmed]) -> Plan:
    """Write down what the vendor confirms; of what is not named, what was ordered.

    A cost that it asks is one that is typed: what somebody has to approve first is asked for instead, and another for
    what came is refused.
    """
    plan = Plan()
    row = live(truth, order)
    if row.submitted_at is None:
        raise Refusal(
            "not_submitted",
            N_("{number} is not submitted yet. Submit it before it is confirmed."),
            number=row.number,
        )
    if row.done_id is not None:
        raise Refusal("nothing_on_order", N_("Nothing of this is on order any more."))
    known = truth.read["purchase_lines"]
    said = {}
    for n, one in enumerate(lines):
        line_of(known, one.purchase_line, f"lines.{n}.purchase_line")
        said[one.purchase_line] = one
    named = [LineChange(one.purchase_line, unit_cost_micro=one.unit_cost_micro) for one in lines]
    costs = [
        one for one in named if one.unit_cost_micro not in (None, known[one.purchase_line].unit_cost_micro)
    ]
    if costs:
        nothing_waits(row)
        rise = amend_lines(plan, truth, row, PurchaseChange(change=tuple(costs)))
        if rise.asks:
            return plan_rise(truth, row, "confirm_purchase", kept_confirmation(confirmation, lines), rise)
        done_with(plan, row)
    for pk, line in known.items():
        if not truth.at(line.place_id):
            continue
        day = said[pk].expected_on if pk in said and said[pk].expected_on else line.expected_on
        plan.change(line, expected_on=day, confirmed_on=day)
    plan.change(row, confirmed_at=truth.now, confirmation=confirmation)
    mention_lines(plan, truth)
    return plan
