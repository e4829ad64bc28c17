"""Reads of locations and their bins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet, Sum

from wharfinger.ledger.models import Holding
from wharfinger.stock.models import Bin, Location


def show_locations(found: Iterable[Location]) -> list[dict[str, Any]]:
    """Locations with their bins in the order they are walked, in two statements however many."""
    listed = list(found)
    bins: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = Bin.objects.filter(location_id__in=[location.pk for location in listed]).select_related("place")
    for one in rows.order_by("place__sequence", "pk"):
        bins[one.location_id].append(
            {
                "id": one.pk,
                "name": one.name,
                "default": one.default,
                "sequence": one.place.sequence,
                "capacity": one.capacity,
                "retired_on": one.retired_on.isoformat() if one.retired_on else None,
            }
        )
    return [
        {
            "id": location.pk,
            "name": location.name,
            "kind": location.kind,
            "channel": location.channel,
            "default": location.default,
            "person": location.person_id,
            "returns_location": location.returns_location_id,
            "retired_on": location.retired_on.isoformat() if location.retired_on else None,
            "bins": bins[location.pk],
        }
        for location in listed
    ]


ON_HAND = ("bin", "picked", "container", "quarantine")
"""Where goods are physically at a location."""


class Standing(NamedTuple):
    """What is on hand at a location, whatever it is: what is only on order is not there."""

    products: int
    units: int
    decimals: int
    """How many of the digits of the units stand behind the point."""


def standing_at(places: Sequence[int]) -> dict[int, Standing]:
    """How many products and how many units of them are on hand, by place of the location, in one statement."""
    rows = Holding.objects.filter(place__parent__in=places, kind__in=ON_HAND, owned=True, quantity__gt=0)
    found: dict[int, Standing] = {}
    for place, decimals, products, units in (
        rows.values_list("place__parent", "product__quantity_decimals")
        .annotate(Count("product", distinct=True), Sum("quantity"))
        .order_by()
    ):
        before = found.get(place, Standing(0, 0, 0))
        most = max(before.decimals, decimals)
        both = before.units * 10 ** (most - before.decimals) + int(units) * 10 ** (most - decimals)
        found[place] = Standing(before.products + products, both, most)
    return found


def anything_at(place: int) -> bool:
    """Whether goods stand at a place or in what it groups."""
    return Holding.objects.filter(Q(place_id=place) | Q(place__parent_id=place), quantity__gt=0).exists()


def retired(rows: QuerySet[Any, Any], values: Sequence[str]) -> QuerySet[Any, Any]:
    """Retired ones, or those in use."""
    wanted = {value.lower() == "true" for value in values}
    return rows if len(wanted) > 1 else rows.filter(retired_on__isnull=wanted == {False})
