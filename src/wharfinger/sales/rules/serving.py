"""Pure decision about free goods that arrived while firm lines wait for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wharfinger.base.refusal import N_, NotThere, Refusal
from wharfinger.demand import rules as demand
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.stock import rules as stock
from wharfinger.stock.rules.serving import turn

WAITING = ("demand", "to_order")
"""What a firm line wants that nobody has drafted or ordered yet, and that needs nobody's approval."""


def plan_serve(truth: Truth, *, arrived: Mapping[int, int] | None, named: Sequence[int] = ()) -> Plan:
    """Reserve goods for the lines that wait for the like, in the order in which everybody is served.

    arrived: how many units of each product came in free; no more than these are given away, so that what was
    free before stays where it is; without them all that is free may be given away. named: lines that must be there.
    A line that is on hold, or not firm, is served no goods.
    """
    plan = Plan()
    for n, pk in enumerate(named):
        if pk not in truth.read["lines"]:
            raise NotThere("no_such_line", N_("There is no such line."), field=f"lines.{n}")
    left = None if arrived is None else dict(arrived)
    sheets = truth.documents["demand.Sheet"]
    lines = truth.read["lines"].values()
    for line in sorted(lines, key=lambda line: turn(line, sheets[line.sheet_id])):
        standing = truth.read["standing"].get(line.sheet_id)
        if standing is None or standing.closed_by or standing.held or not standing.firm:
            continue
        wanted = truth.quantity_of(line.pk, WAITING)
        channels = demand.selling(truth, line)
        free = stock.at_hand(truth.free, line.product_id, channels=channels, fresh_on=truth.today)
        units = min(wanted, free if left is None else left.get(line.product_id, 0), free)
        if units <= 0:
            continue
        demand.advance(plan, truth, line.pk, WAITING, "covered", units)
        chosen = stock.choose(
            truth.free,
            line.product_id,
            units,
            channels=channels,
            fresh_on=truth.today,
            first=demand.first_place(truth, line),
        )
        demand.take(plan, chosen, line.pk)
        if left is not None:
            left[line.product_id] -= units
    if not plan.steps and left is None:
        raise Refusal("nothing_free", N_("Nothing is free of what these lines wait for."))
    if not plan.steps:
        raise Refusal("nobody_waits", N_("Nobody waits for these goods any more."))
    plan.mention(*truth.documents["demand.Sheet"].values())
    return plan
