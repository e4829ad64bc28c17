"""Re-open an order: afterwards it is as freshly confirmed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from django.db.models import Q

from wharfinger.base.access import Actor, require
from wharfinger.base.words import tidy
from wharfinger.billing.models import Invoice
from wharfinger.billing.queries import truth as billing
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Line, Sheet
from wharfinger.flows.rules.reopen import GONE, plan_reopen
from wharfinger.fulfilment.queries import truth as fulfilment
from wharfinger.ledger.look import Wish
from wharfinger.ledger.models import Lot
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import dry, post
from wharfinger.ledger.write import Written
from wharfinger.sales.models import Order
from wharfinger.stock.queries.truth import read_homes

Result = TypeVar("Result")


def reopen(*, actor: Actor, order: int, reason: str = "", key: str | None = None) -> Written:
    """Take back everything that was done for an order, newest first, so that it is as freshly confirmed.

    Posted invoices get their credit notes, payments stay the customer's credit, goods come back to their
    bins and are free, purchase orders stay. Raises Refusal, naming it, where a unit has gone elsewhere.
    """
    require(actor, "sales.reopen")
    lines = sorted(Line.objects.filter(Q(sheet_id=order) | Q(order_id=order)).values_list("pk", flat=True))
    sheets = {order, *demand.sheets_of(lines)}
    return post(
        "reopen",
        Wish(
            documents=[(Sheet, sheets), (Order, [order]), (Invoice, billing.invoices_of_lines(lines))],
            first=demand.read_lines_of(order),
            products=demand.line_products,
            claims=demand.line_ids,
            layers=True,
            loose=True,
            incoming=("invoiced",),
            reads=(
                demand.read_products,
                demand.read_routing,
                fulfilment.read_ways((*GONE, "ready")),
                read_homes,
                billing.read_invoice_lines,
                _read_codes,
            ),
        ),
        partial(plan_reopen, order=order, may_credit=actor.may("billing.credit")),
        actor=actor,
        key=key,
        reason=tidy(reason, field="reason", most=1000, needed=False),
    )


def try_reopen(*, actor: Actor, order: int, read: Callable[[Written], Result]) -> Result:
    """What re-opening an order would do, as it is read of the entry; nothing is written."""
    return dry(lambda: read(reopen(actor=actor, order=order)))


def _read_codes(truth: Truth) -> None:
    """Read the serial numbers of the units that left for the order."""
    lots = {spot.lot for spot in truth.read["ways"] if spot.serial}
    truth.read["codes"] = dict(Lot.objects.filter(pk__in=lots).values_list("pk", "code")) if lots else {}
