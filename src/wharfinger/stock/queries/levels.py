"""Reads of between which quantities products are kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from wharfinger.base.quantity import plain
from wharfinger.stock.models import Level


def levels() -> QuerySet[Level, Level]:
    """What is kept of every product at every location."""
    return Level.objects.select_related("product")


def show_levels(found: Iterable[Level]) -> list[dict[str, Any]]:
    """Levels as the API shows them."""
    return [
        {
            "id": one.pk,
            "product": one.product_id,
            "sku": one.product.sku,
            "location": one.location_id,
            "minimum": plain(one.minimum, one.product.quantity_decimals),
            "maximum": plain(one.maximum, one.product.quantity_decimals),
            "reorder_point": None
            if one.reorder_point is None
            else plain(one.reorder_point, one.product.quantity_decimals),
            "reorder_quantity": plain(one.reorder_quantity, one.product.quantity_decimals),
            "vendor": one.vendor_id,
            "source": one.source_id,
            "built": one.built,
            "bin": one.bin_id,
        }
        for one in found
    ]


def levels_of(products: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """What is kept of each of these products, by location."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for one in show_levels(levels().filter(product_id__in=products).order_by("location_id")):
        found[one["product"]].append({name: one[name] for name in ("location", "minimum", "maximum")})
    return found
