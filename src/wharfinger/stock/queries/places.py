"""From what people and machines call a place to the place itself, and the figures as they are shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from wharfinger.base import configuration, money, quantity
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import same
from wharfinger.catalog.models import Component, Product
from wharfinger.ledger.chart import ON_HAND
from wharfinger.ledger.models import Holding, Lot
from wharfinger.stock.models import Bin, Location
from wharfinger.stock.queries.figures import StockRow, stock_rows


def place_of(location: int, *, field: str = "location") -> int:
    """The place of a location; raises BadInput when there is none."""
    found = Location.objects.filter(pk=location).values_list("place_id", flat=True).first()
    if found is None:
        raise BadInput("no_such_location", N_("There is no such location."), field=field)
    return found


def bin_of(bin: int | None, *, field: str = "bin") -> int | None:
    """The place of a bin; raises BadInput when there is none."""
    if bin is None:
        return None
    found = Bin.objects.filter(pk=bin).values_list("place_id", flat=True).first()
    if found is None:
        raise BadInput("no_such_bin", N_("The location has no such bin."), field=field)
    return found


def product_of(product: int, *, field: str = "product") -> Product:
    """A product; raises BadInput when there is none."""
    found = Product.objects.filter(pk=product).first()
    if found is None:
        raise BadInput("no_such_product", N_("There is no such product."), field=field)
    return found


def kept() -> QuerySet[Product]:
    """Everything that can be in stock, and kits, of which components can."""
    return Product.objects.exclude(kind="service")


def standing_at(rows: QuerySet[Product], locations: Collection[int]) -> QuerySet[Product]:
    """The products of which something stands at any of these locations.

    Of a kit, and of what a pick builds, it is enough that something of a component stands there.
    """
    standing = Holding.objects.filter(
        quantity__gt=0,
        kind__in=ON_HAND,
        place__parent__in=Location.objects.filter(pk__in=locations).values("place_id"),
    )

    def of(product: OuterRef) -> Exists:
        # Said as a range of one: an equation PostgreSQL answers by reading all that stands there, whatever is asked for.
        return Exists(standing.filter(product__gte=product, product__lte=product))

    parts = Component.objects.filter(whole=OuterRef("pk"), quantity__gt=0, void__isnull=True)
    made = Q(kind="kit") | Q(build_on_pick=True)
    return rows.filter(of(OuterRef("pk")) | (made & Exists(parts.filter(of(OuterRef("product"))))))


def lines_of_numbers(
    products: Sequence[Product], locations: Collection[int] = ()
) -> list[tuple[Product, StockRow]]:
    """The line of numbers of each product at each location; one of noughts where nothing ever was."""
    wanted = list(locations) or list(
        Location.objects.order_by("-default", "pk").values_list("pk", flat=True)[:1]
    )
    by_id = {product.pk: product for product in products}
    rows: dict[int, list[StockRow]] = {pk: [] for pk in by_id}
    kits = [product.pk for product in products if product.kind == "kit"]
    for row in stock_rows(list(by_id), kits=kits):
        if not locations or row.location in locations:
            rows[row.product].append(row)
    return [
        (by_id[pk], row)
        for pk, found in rows.items()
        for row in found or [StockRow(pk, location, 0, 0, 0, 0, 0, 0, 0, 0) for location in wanted]
    ]


def show_stock(
    products: Sequence[Product], locations: Collection[int] = (), *, costs: bool
) -> list[dict[str, Any]]:
    """Lines of numbers as callers read them; what they cost only for those who may see it."""
    currency = configuration.one("currency")
    return [_shown(product, row, currency, costs) for product, row in lines_of_numbers(products, locations)]


def _shown(product: Product, row: StockRow, currency: str, costs: bool) -> dict[str, Any]:
    d = product.quantity_decimals
    average = row.average_cost_micro(d, currency) if costs else None
    return {
        "product": product.pk,
        "sku": product.sku,
        "location": row.location,
        "on_hand": quantity.plain(row.on_hand, d),
        "available": quantity.plain(row.available, d),
        "reserved": quantity.plain(row.reserved, d),
        "picked": quantity.plain(row.picked, d),
        "set_aside": quantity.plain(row.set_aside, d),
        "expired": quantity.plain(row.expired, d),
        "in_transit": quantity.plain(row.in_transit, d),
        "on_order": quantity.plain(row.on_order, d),
        "back_order": quantity.plain(row.back_order, d),
        "value": money.plain(row.value_minor, currency) if costs else None,
        "average_cost": quantity.plain(average, 6) if average is not None else None,
        "currency": currency,
    }


def unit_of(product: int, serial: str, *, field: str = "serial") -> int:
    """The lot of a serial number; raises BadInput when there is none."""
    found = (
        Lot.objects.filter(product_id=product, serial=True, code_key=same(serial))
        .values_list("pk", flat=True)
        .first()
    )
    if found is None:
        raise BadInput(
            "no_such_serial",
            N_("There is no {serial} of this product. Check the number."),
            field=field,
            serial=serial,
        )
    return found


def lot_of(product: int, code: str, *, field: str = "serial") -> int:
    """The lot of a serial number or batch, the product's loose one where none is named; raises BadInput for none."""
    found = (
        Lot.objects.filter(product_id=product, code_key=same(code), owner__isnull=True)
        .values_list("pk", flat=True)
        .first()
    )
    if found is None:
        raise BadInput(
            "no_such_serial",
            N_("There is no {serial} of this product. Check the number."),
            field=field,
            serial=code,
        )
    return found
