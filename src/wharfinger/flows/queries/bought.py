"""What is on purchase orders for lines, and who else waits for the like."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from wharfinger.demand.models import Line
from wharfinger.demand.queries.serving import served
from wharfinger.ledger.plan import Truth
from wharfinger.purchasing.models import PurchaseLine


def waiting_like(lines: Sequence[int]) -> list[tuple[int, int]]:
    """Other lines that wait to be ordered, and their products, in the order in which everybody is served."""
    found = Line.objects.filter(
        product__in=Line.objects.filter(pk__in=lines).values("product"),
        claim__holdings__kind="to_order",
        claim__holdings__quantity__gt=0,
        void__isnull=True,
    ).exclude(pk__in=lines)
    return list(found.order_by(*served()).values_list("pk", "product"))


def orders_with(lines: Sequence[int]) -> list[int]:
    """The purchase orders on which goods for these lines are drafted or under way."""
    held = Q(drafted_place__holdings__claim__in=lines, drafted_place__holdings__quantity__gt=0) | Q(
        place__holdings__claim__in=lines, place__holdings__quantity__gt=0
    )
    return sorted(set(PurchaseLine.objects.filter(held).values_list("purchase_order_id", flat=True)))


def bought_places(truth: Truth) -> list[int]:
    """The places of the purchase orders' lines, each read under its order's lock."""
    orders = sorted(truth.documents["purchasing.PurchaseOrder"])
    found = PurchaseLine.objects.filter(purchase_order__in=orders, void__isnull=True).order_by("pk")
    truth.read["bought"] = {place: row for row in found for place in (row.drafted_place_id, row.place_id)}
    return list(truth.read["bought"])
