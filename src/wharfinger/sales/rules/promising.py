"""Pure decision about promising an order's lines for another day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.demand.rules.kits import components, is_part
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.sales.rules.orders import open_order


@dataclass(frozen=True, slots=True)
class Promised:
    """A line and the day for which it is promised from now on."""

    line: int
    on: date


def plan_promise(truth: Truth, *, order: int, promises: Sequence[Promised]) -> Plan:
    """Promise lines of an order for another day, the components of kits with them.

    Once every line has a day of its own, the order's is the latest of them.
    """
    plan = Plan()
    open_order(truth, order)
    lines = truth.read["lines"]
    days = {line.pk: line.promised_on for line in lines.values()}
    for n, one in enumerate(promises):
        row = _line(truth, one, n)
        for each in (row, *components(truth, row.pk)):
            plan.change(each, promised_on=one.on)
            days[each.pk] = one.on
    if all(days.values()):
        plan.change(truth.document("demand.Sheet", order), promised_on=max(days.values()))
    plan.mention(*truth.documents["demand.Sheet"].values())
    return plan


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
