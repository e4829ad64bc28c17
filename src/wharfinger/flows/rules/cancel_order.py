"""Pure decision about an order that is cancelled while goods for it are on purchase orders."""

from __future__ import annotations

from collections.abc import Sequence

from wharfinger.flows.rules.bought import LetGo
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.sales.rules.orders import end_order, open_order


def plan_cancel_order(
    truth: Truth, *, order: int, purchased: str, waiting: Sequence[tuple[int, int]] = ()
) -> Plan:
    """Cancel an order, and say what becomes of the goods that are on purchase orders for it.

    purchased: one of ``PURCHASED``; waiting: other lines and their products, in the order in which they are
    served, to which goods are given; what none of them wants is for stock.
    """
    plan = Plan()
    open_order(truth, order)
    bought = LetGo(plan, truth, purchased, waiting)
    for line in truth.read["lines"].values():
        for held in truth.of_claim(line.pk, ("drafted", "on_order")):
            bought.units(held, held.quantity)
    end_order(plan, truth, order)
    bought.settle()
    plan.mention(*truth.documents["demand.Sheet"].values())
    return plan
