"""What is proposed to be got, with whence it may come, as pages and callers read it."""

from __future__ import annotations

from dataclasses import dataclass

from wharfinger.catalog.models import Product, VendorPrice
from wharfinger.purchasing.queries.needs import current, spare
from wharfinger.purchasing.rules.levels import Need
from wharfinger.stock.models import Location


@dataclass(frozen=True, slots=True)
class Choice:
    """Whence a product may come: a vendor, or a location that can give some."""

    vendor: int | None
    source: int | None
    name: str
    spare: int | None = None
    """How many the location can give."""
    lead_days: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """A product that runs low at a location."""

    need: Need
    product: Product
    location: Location
    choices: tuple[Choice, ...]


def proposals() -> list[Proposal]:
    """Everything that has fallen to its point, and whence it may come, in a constant number of statements."""
    low = [need for need in current() if need.lacking > 0]
    products = Product.objects.in_bulk({need.product for need in low})
    locations = {one.pk: one for one in Location.objects.filter(retired_on__isnull=True)}
    prices: dict[int, list[Choice]] = {}
    found = VendorPrice.objects.filter(product__in=products, organization__retired_on__isnull=True)
    for price in found.select_related("organization").order_by("-default", "organization__name"):
        prices.setdefault(price.product_id, []).append(
            Choice(price.organization_id, None, price.organization.name, lead_days=price.lead_time_days)
        )
    left = spare(sorted(products)) if products else {}
    return [
        Proposal(
            need,
            products[need.product],
            locations[need.location],
            (
                *prices.get(need.product, ()),
                *(
                    Choice(None, at, locations[at].name, units)
                    for (product, at), units in sorted(left.items())
                    if product == need.product and at != need.location and at in locations and units > 0
                ),
            ),
        )
        for need in low
        if need.location in locations
    ]
