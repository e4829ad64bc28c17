"""Pure decision about free goods that arrived while firm lines wait for them."""

from __future__ import annotations

from collections.abc import Mapping

from wharfinger.base.refusal import N_, Refusal
from wharfinger.demand import rules as demand
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.stock import rules as stock
from wharfinger.stock.rules.serving import turn

WAITING = ("demand", "to_order")
"""What a firm line wants that nobody has drafted or ordered yet, and that needs nobody's approval."""


def plan_serve(truth: Truth, *, arrived: Mapping[int, int]) -> Plan:
    """Reserve goods for the lines that wait for the like, in the order in which everybody is served.

    arrived: how many units of each product came in free; no more than these are given away, so that what was
    free before stays where it is. A line that is on hold, or not firm, is served no goods.
    """
    plan = Plan()
    left = dict(arrived)
    sheets = truth.documents["demand.Sheet"]
    lines = truth.read["lines"].values()
    for line in sorted(lines, key=lambda line: turn(line, sheets[line.sheet_id])):
        standing = truth.read["standing"].get(line.sheet_id)
        if standing is None or standing.closed_by or standing.held or not standing.firm:
            continue
        wanted = truth.quantity_of(line.pk, WAITING)
        channels = demand.selling(truth, line)
        free = stock.at_hand(truth.free, line.product_id, channels=channels, fresh_on=truth.today)
        units = min(wanted, left.get(line.product_id, 0), free)
        if units <= 0:
            continue
        demand.advance(plan, truth, line.pk, WAITING, "covered", units)
        chosen = stock.choose(truth.free, line.product_id, units, channels=channels, fresh_on=truth.today)
        demand.take(plan, chosen, line.pk)
        left[line.product_id] -= units
    if not plan.steps:
        raise Refusal("nobody_waits", N_("Nobody waits for these goods any more."))
    plan.mention(*truth.documents["demand.Sheet"].values())
    return plan
