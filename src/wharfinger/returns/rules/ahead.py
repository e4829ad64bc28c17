"""Pure decisions about units that leave before those come back whose place they take: until when, or for how much."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from wharfinger.base.money import rounded
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.worded import Day
from wharfinger.ledger.plan import Plan, Truth

WHOLE = 10**6


@dataclass(frozen=True, slots=True)
class Ahead:
    """What was agreed about units that leave first."""

    back_by: date
    """The last day on which the old ones may be back."""
    charge_micro: int
    """What each costs whose old one is kept, as the prices of the document say it."""


def kept(line: Any, rows: Iterable[Any], received: int) -> dict[int, int]:
    """By replacement of a return's line that left first, for how many units the old ones are not back.

    What came back counts for what was settled otherwise, then for the day that is first.
    """
    ahead = sorted((row for row in rows if row.back_by is not None), key=lambda row: (row.back_by, row.pk))
    otherwise = line.settled_quantity - sum(row.quantity for row in ahead)
    back = max(0, received - max(0, otherwise))
    found = {}
    for row in ahead:
        part = min(back, row.quantity)
        found[row.pk] = row.quantity - part
        back -= part
    return found


def agreed(
    truth: Truth,
    line: Any,
    old: Any,
    came: int,
    quantity: int,
    back_by: date | None,
    charge: int | None,
    at: str,
) -> Ahead | None:
    """What is agreed where units leave first: a day from today on, and what is charged after it, the price paid unless given."""
    if back_by is None and charge is None:
        return None
    if back_by is None:
        raise BadInput(
            "day_wanted",
            N_("Say until when the old unit is to be back; after that day it is charged."),
            field=f"{at}.back_by",
        )
    if back_by < truth.today:
        raise BadInput(
            "day_passed", N_("This day has passed. Choose today or a later one."), field=f"{at}.back_by"
        )
    if came >= quantity:
        raise Refusal(
            "came_already",
            N_("The old unit is here already. Leave the day out."),
            field=f"{at}.back_by",
            product=line.product_id,
        )
    if charge is None and old is not None and old.per is None:
        charge = rounded(old.unit_price_micro * (WHOLE - old.discount_micro), WHOLE)
    if not charge or charge < 0:
        raise BadInput(
            "charge_wanted",
            N_("Say what is charged for a unit whose old one is kept."),
            field=f"{at}.charge",
        )
    return Ahead(back_by, charge)


def by_line(truth: Truth) -> dict[int, list[Any]]:
    """The replacements that left first, by the line of their return."""
    found: dict[int, list[Any]] = {}
    for row in truth.documents["returns.Replacement"].values():
        if row.void_id is None and row.back_by is not None:
            found.setdefault(row.rma_line_id, []).append(row)
    return found


def plan_extend(truth: Truth, *, rma: int, back_by: date) -> Plan:
    """Let the old units of what left first be back by a later day."""
    plan = Plan()
    row = truth.documents["returns.Rma"][rma]
    if back_by < truth.today:
        raise BadInput("day_passed", N_("This day has passed. Choose today or a later one."), field="back_by")
    for pk, rows in by_line(truth).items():
        still = kept(truth.documents["returns.RmaLine"][pk], rows, truth.read["received"].get(pk, 0))
        for one in rows:
            if still[one.pk] > one.charged_quantity:
                plan.change(one, back_by=back_by)
    if not plan.changes:
        raise Refusal(
            "nothing_to_extend",
            N_("Nothing of {number} is to be back by another day than {day}."),
            number=row.number,
            day=Day(back_by),
        )
    plan.mention(row)
    return plan


def nothing_out(truth: Truth, row: Any) -> None:
    """Let a return be closed of which nothing left first that is neither back nor charged; raises Refusal otherwise."""
    for pk, rows in by_line(truth).items():
        still = kept(truth.documents["returns.RmaLine"][pk], rows, truth.read["received"].get(pk, 0))
        late: Sequence[Any] = [one for one in rows if still[one.pk] > one.charged_quantity]
        if late:
            raise Refusal(
                "not_back_yet",
                N_("{number} waits until {day} for goods whose place others took. Charge them first."),
                number=row.number,
                day=Day(late[0].back_by),
            )
