"""What is free, and nothing else, as shops ask for it often."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from wharfinger.base import quantity
from wharfinger.stock.models import Location
from wharfinger.stock.queries.buildable import buildable
from wharfinger.stock.queries.figures import available, made_of


def show_available(
    products: Sequence[Mapping[str, Any]], locations: Collection[int] = ()
) -> list[dict[str, Any]]:
    """What is free of products by location, as callers read it; where nothing is free there is no row.

    products: of each its pk, sku, kind, quantity_decimals and build_on_pick.

    Of a kit it is as many as its scarcest component there allows. What a pick would build is told apart.
    """
    at = dict(Location.objects.values_list("place_id", "pk"))
    by_id = {product["pk"]: product for product in products}
    kits = made_of([pk for pk, product in by_id.items() if product["kind"] == "kit"])
    parts = {part for made in kits.values() for part, _ in made}
    free = available([*by_id, *(parts - by_id.keys())])
    for kit, made in kits.items():
        for place in at:
            free[kit, place] = min(free.get((part, place), 0) // ratio for part, ratio in made)
    built = [pk for pk, product in by_id.items() if product["build_on_pick"]]
    could = buildable(built) if built else {}
    return [
        {
            "product": pk,
            "sku": by_id[pk]["sku"],
            "location": at[place],
            "available": quantity.plain(free.get((pk, place), 0), by_id[pk]["quantity_decimals"]),
            "buildable": quantity.plain(could[pk, place], by_id[pk]["quantity_decimals"])
            if (pk, place) in could
            else "0",
        }
        for pk, place in sorted({*free, *could})
        if pk in by_id
        and (free.get((pk, place)) or (pk, place) in could)
        and (not locations or at[place] in locations)
    ]
