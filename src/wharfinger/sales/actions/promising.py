"""Lines of an order are promised for another day."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.demand.rules.promising import Promised, require_said
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.sales.models import Order
from wharfinger.sales.rules.promising import plan_promise


def promise(
    *, actor: Actor, order: int, promises: Sequence[Promised], reason: str, key: str | None = None
) -> Written:
    """Promise lines of an order for another day, and say why; whoever sends the confirmation tells the customer."""
    require(actor, "sales.order")
    require_said(promises, reason)
    documents = demand.documents_of([one.line for one in promises])
    return post(
        "promise",
        Wish(
            documents=[
                (Sheet, sql.Found(f"id = %s OR {documents.where}", (order, *documents.params))),
                (Order, [order]),
            ],
            first=demand.read_lines_of(order),
        ),
        partial(plan_promise, order=order, promises=tuple(promises)),
        actor=actor,
        key=key,
        reason=reason.strip(),
    )
