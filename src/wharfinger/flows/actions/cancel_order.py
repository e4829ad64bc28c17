"""Cancel an order for which goods are on purchase orders."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.db.models import F, Q

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Line, Sheet
from wharfinger.flows.rules.cancel_order import plan_cancel_order
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder
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
    waiting = _waiting(lines) if purchased == "pass_on" else []
    others = [line for line, _ in waiting]
    return post(
        "cancel",
        Wish(
            documents=[
                (Sheet, sorted({order, *demand.sheets_of([*lines, *others])})),
                (Order, [order]),
                (PurchaseOrder, _orders_with(lines)),
            ],
            first=demand.read_lines_of(order),
            products=demand.line_products,
            claims=lambda truth: [*demand.line_ids(truth), *others],
            places=_places,
            reads=(demand.read_claims,),
        ),
        partial(plan_cancel_order, order=order, purchased=purchased, waiting=tuple(waiting)),
        actor=actor,
        key=key,
        reason=tidy(reason, field="reason", most=1000, needed=False),
    )


def _waiting(lines: Sequence[int]) -> list[tuple[int, int]]:
    """Other lines that wait to be ordered, and their products: the promised date decides, then age."""
    found = Line.objects.filter(
        product__in=Line.objects.filter(pk__in=lines).values("product"),
        claim__holdings__kind="to_order",
        claim__holdings__quantity__gt=0,
        void__isnull=True,
    ).exclude(pk__in=lines)
    return list(found.order_by(F("promised_on").asc(nulls_last=True), "pk").values_list("pk", "product"))


def _orders_with(lines: Sequence[int]) -> list[int]:
    """The purchase orders on which goods for these lines are drafted or under way."""
    held = Q(drafted_place__holdings__claim__in=lines, drafted_place__holdings__quantity__gt=0) | Q(
        place__holdings__claim__in=lines, place__holdings__quantity__gt=0
    )
    return sorted(set(PurchaseLine.objects.filter(held).values_list("purchase_order_id", flat=True)))


def _places(truth: Truth) -> list[int]:
    """The places of the purchase orders' lines, each read under its order's lock."""
    orders = sorted(truth.documents["purchasing.PurchaseOrder"])
    found = PurchaseLine.objects.filter(purchase_order__in=orders, void__isnull=True).order_by("pk")
    truth.read["bought"] = {place: row for row in found for place in (row.drafted_place_id, row.place_id)}
    return list(truth.read["bought"])
