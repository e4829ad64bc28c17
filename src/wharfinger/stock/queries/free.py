"""What is free, and nothing else, as shops ask for it often."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from wharfinger.base import quantity
from wharfinger.catalog.models import Product
from wharfinger.stock.models import Location
from wharfinger.stock.queries.figures import available


def show_available(products: Sequence[Product], locations: Collection[int] = ()) -> list[dict[str, Any]]:
    """What is free of products by location, as callers read it; where nothing is free there is no row."""
    at = dict(Location.objects.values_list("place_id", "pk"))
    by_id = {product.pk: product for product in products}
    return [
        {
            "product": pk,
            "sku": by_id[pk].sku,
            "location": at[place],
            "available": quantity.plain(units, by_id[pk].quantity_decimals),
        }
        for (pk, place), units in sorted(available(list(by_id)).items())
        if units and (not locations or at[place] in locations)
    ]
