"""What a vendor asks for a product, as a form tells it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, FilteredRelation, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from wharfinger.base import configuration
from wharfinger.base.models import Setting
from wharfinger.catalog.models import Product, VendorPrice
from wharfinger.catalog.queries import steps_of
from wharfinger.catalog.rules.offers import Asked, Step
from wharfinger.pricing.models import Rate
from wharfinger.purchasing.rules.asking import Sold


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


def offers_of(products: Iterable[int], *, on: date | None = None) -> dict[int, dict[int, Sold]]:
    """Who sells each of these products, on which terms, by product and vendor, in one statement.

    on: the day whose rates of exchange are told with them.
    """
    found: dict[int, dict[int, Sold]] = defaultdict(dict)
    prices = VendorPrice.objects.filter(product__in=sorted(products)).order_by("pk")
    # A price comes once for each of its breaks, so that they take no statement of their own.
    steps: Any = prices.annotate(live=_live_steps()).annotate(
        above=F("live__from_quantity"), then=F("live__cost_micro")
    )
    if on is not None:
        asked_in = Coalesce(NullIf(OuterRef("currency"), Value("")), OuterRef("organization__currency"))
        rates = Rate.objects.filter(void__isnull=True, currency=asked_in, valid_from__lte=on)
        home = Setting.objects.filter(key="currency")
        steps = steps.annotate(
            rate=Subquery(rates.order_by("-valid_from").values("rate_micro")[:1]),
            home=Subquery(home.values("value")),
        )
    for price in steps.select_related("organization"):
        vendor = price.organization
        one = found[price.product_id].get(vendor.pk) or Sold(
            vendor,
            Asked(
                price.cost_micro,
                price.currency or vendor.currency,
                pack=price.pack_quantity,
                minimum=price.minimum_quantity,
            ),
            price.default,
            price.lead_time_days,
            price.stock,
            _rate(price) if on is not None else None,
        )
        if price.above is not None:
            asks = one.asks._replace(steps=(*one.asks.steps, Step(price.above, price.then)))
            one = one._replace(asks=asks)
        found[price.product_id][vendor.pk] = one
    return found


def _rate(price: Any) -> int | None:
    asked_in = price.currency or price.organization.currency
    rate: int | None = price.rate
    return 10**6 if asked_in == configuration.filled("currency", price.home) else rate


def _live_steps() -> FilteredRelation:
    """The price breaks that are in force; a query changes the relation it is given, so each gets its own."""
    return FilteredRelation(
        "breaks",
        condition=Q(
            breaks__valid_from__isnull=True, breaks__retired_on__isnull=True, breaks__void__isnull=True
        ),
    )
