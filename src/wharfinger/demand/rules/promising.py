"""Pure decision about promising a document's lines for another day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.demand.rules.kits import components, is_part
from wharfinger.ledger.plan import Plan, Truth


@dataclass(frozen=True, slots=True)
class Promised:
    """A line and the day for which it is promised from now on."""

    line: int
    on: date


def require_said(promises: Sequence[Promised], reason: str) -> None:
    """Let pass who names a line and says why; raises BadInput otherwise."""
    if not promises:
        raise BadInput("no_lines", N_("Choose at least one line, and give it another day."), field="lines")
    if not reason.strip():
        raise BadInput("reason_needed", N_("Say why the promise changes."), field="reason")


def promise_lines(plan: Plan, truth: Truth, promises: Sequence[Promised]) -> date | None:
    """Promise lines for another day, the components of kits with them.

    Once every line has a day of its own, the latest of them is answered: it is the document's.
    """
    days = {line.pk: line.promised_on for line in truth.read["lines"].values()}
    for n, one in enumerate(promises):
        row = _line(truth, one, n)
        for each in (row, *components(truth, row.pk)):
            plan.change(each, promised_on=one.on)
            days[each.pk] = one.on
    return max(days.values()) if all(days.values()) else None


def _line(truth: Truth, one: Promised, n: int) -> Any:
    row = truth.read["lines"].get(one.line)
    if row is None:
        raise NotThere("no_such_line", N_("There is no such line."), field=f"lines.{n}.line")
    if row.parent_id is not None:
        raise is_part(row)
    if one.on < truth.today:
        raise BadInput(
            "promised_past",
            N_("{day} has passed. Promise today or a day to come."),
            field=f"lines.{n}.promised_on",
            day=one.on.isoformat(),
        )
    return row
