"""What building takes of what is there, and how many can be built: shown before it is done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from django.db.models import Sum

from wharfinger.catalog.models import Product
from wharfinger.ledger.models import Draw
from wharfinger.stock.models import Location
from wharfinger.stock.queries import built
from wharfinger.stock.queries.figures import available
from wharfinger.stock.rules import recipes


class Part(NamedTuple):
    """A component of what is to be built; quantities in its smallest unit."""

    product: Product
    in_one: int
    """How much of it goes into one directly; nothing of it where only a sub-bundle is made of it."""
    needed: int
    free: int
    short: int
    instead: int
    """For how much of it its own components go in, since so much of it is not there."""


class Takes(NamedTuple):
    """What building so many units takes, and how many could be built in all."""

    parts: list[Part]
    can: int

    @property
    def short(self) -> bool:
        """Whether something lacks."""
        return any(part.short for part in self.parts)


def takes(product: Product, place: int, units: int) -> Takes:
    """What building so many whole units at a location takes, in a constant number of statements."""
    known = built.recipes([product.pk])
    below = known.below(product.pk)
    free = _free_at(place, below)
    total = recipes.goes_in(known, product.pk, units, free)
    direct = known.of(product.pk)
    rows = Product.objects.in_bulk(below)
    parts = []
    for pk in dict.fromkeys((*direct, *total)):
        needed, there = total.get(pk, 0), free.get(pk, 0)
        instead = max(0, direct.get(pk, 0) * units - needed)
        parts.append(
            Part(rows[pk], direct.get(pk, 0), needed + instead, there, max(0, needed - there), instead)
        )
    return Takes(parts, recipes.can_build(known, product.pk, free))


def _free_at(place: int, products: Collection[int]) -> dict[int, int]:
    found = available(sorted(products)) if products else {}
    return {product: units for (product, at), units in found.items() if at == place}


def buildable(products: Iterable[int]) -> dict[tuple[int, int], int]:
    """How much of each of these bundles can be built, by product and place of the location, in its smallest unit."""
    asked = sorted(set(products))
    if not asked:
        return {}
    known = built.recipes(asked)
    if not known.made_of:
        return {}
    parts = sorted({part for product in asked for part in known.below(product)})
    free: dict[int, dict[int, int]] = {}
    for (part, at), units in (available(parts) if parts else {}).items():
        free.setdefault(at, {})[part] = units
    decimals = dict(Product.objects.filter(pk__in=asked).values_list("pk", "quantity_decimals"))
    found = {}
    for at, there in free.items():
        for product in asked:
            if can := recipes.can_build(known, product, there):
                found[product, at] = can * 10 ** decimals[product]
    return found


def components_for(wanted: Iterable[tuple[int, int, int]]) -> dict[tuple[int, int], int]:
    """How much of which components building so many whole units takes, by component and location.

    wanted: product, location and units; they are built one after the other of what is there.
    """
    asked = list(wanted)
    known = built.recipes(product for product, _, _ in asked)
    places = dict(Location.objects.values_list("pk", "place_id"))
    parts = sorted({part for product, _, _ in asked for part in known.below(product)})
    there = available(parts) if parts else {}
    found: dict[tuple[int, int], int] = {}
    for product, location, units in asked:
        free = {
            part: there.get((part, places[location]), 0) - found.get((part, location), 0)
            for part in known.below(product)
        }
        for part, much in recipes.goes_in(known, product, units, free).items():
            found[part, location] = found.get((part, location), 0) + much
    return found


def cost_of(entry: int, product: int) -> int:
    """What units of a product that an entry made are worth, in minor units of home currency."""
    drawn = Draw.objects.filter(entry=entry, layer__product=product, quantity__lt=0)
    return -int(drawn.aggregate(value=Sum("value_minor"))["value"] or 0)


def totals(by_place: Mapping[tuple[int, int], int]) -> dict[int, int]:
    """By product, at all locations together."""
    found: dict[int, int] = {}
    for (product, _), units in by_place.items():
        found[product] = found.get(product, 0) + units
    return found
