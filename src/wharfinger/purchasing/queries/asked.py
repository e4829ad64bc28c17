"""What a vendor asks for a product, as a form tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from wharfinger.catalog.models import Product, VendorPrice
from wharfinger.catalog.queries import steps_of
from wharfinger.catalog.rules.offers import Asked, Step


@dataclass(frozen=True, slots=True)
class Offer:
    """The terms on which a vendor sells a product."""

    terms: Asked
    part_number: str
    lead_days: int
    stock: int | None
    stock_on: date | None


def offer(vendor: int, product: Product) -> Offer | None:
    """What this vendor asks for a product; nothing where it is not known to sell it."""
    price = (
        VendorPrice.objects.filter(organization=vendor, product=product)
        .select_related("organization")
        .first()
    )
    if price is None:
        return None
    steps = [step for step in steps_of([product.pk]).get(price.pk, ()) if step.valid_from is None]
    terms = Asked(
        price.cost_micro,
        price.currency or price.organization.currency,
        tuple(Step(step.from_quantity, step.cost_micro) for step in steps),
        price.pack_quantity,
        price.minimum_quantity,
    )
    return Offer(terms, price.part_number, price.lead_time_days, price.stock, price.stock_on)
