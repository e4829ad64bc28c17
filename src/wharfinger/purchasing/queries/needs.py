"""Reads of what runs low: what is kept, what is there, and all that is under way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import F, Q, Sum

from wharfinger.catalog.models import VendorPrice
from wharfinger.ledger.models import Holding
from wharfinger.ledger.plan import Truth
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.rules.levels import Need
from wharfinger.stock.models import Level, Location, TransferLine
from wharfinger.stock.queries.buildable import buildable, components_for
from wharfinger.stock.queries.figures import available

Sums = dict[tuple[int, int], int]


def levels() -> list[Level]:
    """What is kept of products that are still sold."""
    kept = Q(maximum__gt=0) | Q(reorder_quantity__gt=0)
    found = Level.objects.filter(kept, product__retired_on__isnull=True).select_related("product", "location")
    return list(found.order_by("product", "location"))


def read_needs(truth: Truth) -> None:
    """Read every level with what is free, under way and pending there."""
    default = truth.read["default_location"]
    truth.read["needs"] = needs(truth.read["default_vendor"], default.pk if default else None)


def current(products: Iterable[int] | None = None) -> list[Need]:
    """What is kept and what will be there, of all products or of these, as things stand now."""
    prices = VendorPrice.objects.filter(default=True, organization__retired_on__isnull=True)
    default = Location.objects.filter(default=True).values_list("pk", flat=True).first()
    return needs(dict(prices.values_list("product", "organization")), default, products)


def needs(vendors: Mapping[int, int], default: int | None, of: Iterable[int] | None = None) -> list[Need]:
    """Every level as a need, in a constant number of statements.

    vendors: the default vendor of each product; default: the location where wishes count.
    """
    wanted = None if of is None else set(of)
    kept = [level for level in levels() if wanted is None or level.product_id in wanted]
    products = sorted({level.product_id for level in kept})
    free = _free(products)
    on_order, in_transit, promised = _on_order(products), *_transfers(products)
    pending = Holding.objects.filter(kind="demand", quantity__gt=0, product__in=products)
    demanded = dict(pending.values_list("product").annotate(Sum("quantity")))
    terms = _terms(products)
    points = {(level.product_id, level.location_id): point_of(level) for level in kept}
    found = []
    made = buildable({level.product_id for level in kept if level.built})
    for level in kept:
        key = level.product_id, level.location_id
        at_source = (level.product_id, level.source_id or 0)
        elsewhere = level.source_id or level.built
        vendor = None if elsewhere else level.vendor_id or vendors.get(level.product_id)
        pack, least = terms.get((level.product_id, vendor), (None, None))
        found.append(
            Need(
                *key,
                vendor=vendor,
                source=level.source_id,
                point=point_of(level),
                maximum=level.maximum,
                lot=level.reorder_quantity,
                available=free[key] - promised[key],
                on_order=on_order[key],
                in_transit=in_transit[key],
                demanded=demanded.get(level.product_id, 0) if level.location_id == default else 0,
                spare=made.get((level.product_id, level.location.place_id), 0)
                if level.built
                else free[at_source] - promised[at_source] - points.get(at_source, 0),
                pack=10**level.product.quantity_decimals if level.built else pack or 1,
                least=least or 0,
                built=level.built,
            )
        )
    return _with_components(found)


def _with_components(needs: list[Need]) -> list[Need]:
    """Let what is to be built demand its components, where those are kept at the same location."""
    asked = [(n.product, n.location, -(-n.lacking // n.pack)) for n in needs if n.built and n.lacking > 0]
    if not asked:
        return needs
    demanded = components_for(asked)
    return [n._replace(demanded=n.demanded + demanded.get((n.product, n.location), 0)) for n in needs]


def _terms(products: Sequence[int]) -> dict[tuple[int, int | None], tuple[int | None, int | None]]:
    """In which packs, and how few at least, vendors sell these products."""
    found = VendorPrice.objects.filter(product__in=products).values_list(
        "product", "organization", "pack_quantity", "minimum_quantity"
    )
    return {(product, vendor): (pack, least) for product, vendor, pack, least in found}


def spare(products: Sequence[int]) -> Sums:
    """What each location can give of these products without running low itself."""
    free = _free(products)
    _coming, promised = _transfers(products)
    points = {
        (level.product_id, level.location_id): point_of(level)
        for level in Level.objects.filter(product__in=products)
    }
    return {key: units - promised[key] - points.get(key, 0) for key, units in free.items()}


def point_of(level: Level) -> int:
    """At how many more of it is got."""
    return level.minimum if level.reorder_point is None else level.reorder_point


def _on_order(products: Sequence[int]) -> Sums:
    """What is on order or drafted for stock, by product and location."""
    found = _sums(
        Holding.objects.filter(claim=0, kind="on_order", quantity__gt=0, product__in=products),
        "place__purchase_line__location",
    )
    drafts = PurchaseLine.objects.filter(
        product__in=products,
        purchase_order__submitted_at__isnull=True,
        purchase_order__cancelled_at__isnull=True,
        void__isnull=True,
        removed_at__isnull=True,
    )
    for product, location, quantity in drafts.values_list("product", "location").annotate(Sum("quantity")):
        found[product, location] += quantity
    for_lines = Holding.objects.filter(kind="drafted", quantity__gt=0, product__in=products)
    for key, quantity in _sums(for_lines, "place__drafted_line__location").items():
        found[key] -= quantity
    return found


def _transfers(products: Sequence[int]) -> tuple[Sums, Sums]:
    """What comes to locations by transfer for nobody, and what drafts will take from them."""
    coming = _sums(
        Holding.objects.filter(claim=0, kind="transfer", quantity__gt=0, product__in=products),
        "place__transfer_order__target",
    )
    leaving: Sums = defaultdict(int)
    drafts = TransferLine.objects.filter(
        product__in=products,
        claim__isnull=True,
        removed_at__isnull=True,
        void__isnull=True,
        order__void__isnull=True,
        order__sent_at__isnull=True,
        order__cancelled_at__isnull=True,
    ).values_list("product", "order__source", "order__target")
    for product, source, target, quantity in drafts.annotate(Sum("quantity")):
        coming[product, target] += quantity
        leaving[product, source] += quantity
    return coming, leaving


def _free(products: Sequence[int]) -> Sums:
    """What is available of these products, by product and location."""
    at = dict(Location.objects.values_list("place_id", "pk"))
    sums: Sums = defaultdict(int)
    for (product, place), units in available(products).items():
        sums[product, at[place]] += units
    return sums


def _sums(found: Any, location: str) -> Sums:
    sums: Sums = defaultdict(int)
    for product, at, quantity in (
        found.annotate(at=F(location)).values_list("product", "at").annotate(Sum("quantity"))
    ):
        sums[product, at] += quantity
    return sums
