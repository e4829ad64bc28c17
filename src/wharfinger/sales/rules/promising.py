"""Pure decision about promising an order's lines for another day."""

from __future__ import annotations

from collections.abc import Sequence

from wharfinger.demand.rules.promising import Promised, promise_lines
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.sales.rules.orders import open_order


def plan_promise(truth: Truth, *, order: int, promises: Sequence[Promised]) -> Plan:
    """Promise lines of an order, wherever they are charged; once every line has a day, its own is the latest."""
    plan = Plan()
    open_order(truth, order)
    if latest := promise_lines(plan, truth, promises):
        plan.change(truth.document("demand.Sheet", order), promised_on=latest)
    plan.mention(*truth.documents["demand.Sheet"].values())
    return plan
