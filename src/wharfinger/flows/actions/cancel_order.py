"""Cancel an order for which goods are on purchase orders."""

from __future__ import annotations

from functools import partial

from django.db.models import Q

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Line, Sheet
from wharfinger.flows.queries.bought import bought_places, orders_with, waiting_like
from wharfinger.flows.rules.cancel_order import plan_cancel_order
from wharfinger.ledger.look import Wish
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.purchasing.models import PurchaseOrder
from wharfinger.sales.models import Order
from wharfinger.sales.rules.orders import PURCHASED


def cancel_order(
    *, actor: Actor, order: int, purchased: str, reason: str = "", key: str | None = None
) -> Written:
    """Cancel an order to which nothing has happened but that goods are on purchase orders for it.

    purchased: whether those are kept for stock, given to the lines that wait next, or taken off their order.
    """
    require(actor, "sales.cancel")
    if purchased == "cut":
        require(actor, "purchasing.order")
    if purchased not in PURCHASED:
        raise BadInput("no_such_choice", N_("Choose what becomes of the goods."), field="purchased")
    lines = sorted(Line.objects.filter(Q(sheet_id=order) | Q(order_id=order)).values_list("pk", flat=True))
    waiting = waiting_like(lines) if purchased == "pass_on" else []
    others = [line for line, _ in waiting]
    return post(
        "cancel",
        Wish(
            documents=[
                (Sheet, sorted({order, *demand.sheets_of([*lines, *others])})),
                (Order, [order]),
                (PurchaseOrder, orders_with(lines)),
            ],
            first=demand.read_lines_of(order),
            products=demand.line_products,
            claims=lambda truth: [*demand.line_ids(truth), *others],
            places=bought_places,
            reads=(demand.read_claims,),
        ),
        partial(plan_cancel_order, order=order, purchased=purchased, waiting=tuple(waiting)),
        actor=actor,
        key=key,
        reason=tidy(reason, field="reason", most=1000, needed=False),
    )
