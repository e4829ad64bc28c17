"""Products and what belongs to them, as they leave the house."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wharfinger.base.money import MICRO
from wharfinger.base.quantity import plain
from wharfinger.catalog.actions.offers import live
from wharfinger.catalog.models import (
    Category,
    Component,
    PriceBreak,
    Product,
    ProductUnit,
    Substitute,
    TaxCode,
    VendorPrice,
)
from wharfinger.catalog.queries import barcodes as every_barcode
from wharfinger.catalog.queries import unit_of
from wharfinger.catalog.rules.families import values_of
from wharfinger.catalog.rules.units import said
from wharfinger.exchange.lists.parties import CHUNK, Ids, Rows, among, called
from wharfinger.pricing import queries as pricing
from wharfinger.pricing.models import PriceItem, PriceList

PERCENT = 4
"""Shares are kept at 10⁻⁶, and written as percent."""


def tax_codes(ids: Ids) -> Rows:
    """Tax codes."""
    follows = dict(TaxCode.objects.values_list("pk", "successor_id"))
    every = TaxCode.objects.filter(among(ids)).select_related("successor").order_by("code")
    # What follows another stands above it, so that the file can be brought in from its top.
    for one in sorted(every, key=lambda one: _followers(follows, one.pk)):
        row = {
            name: getattr(one, name)
            for name in (
                *("code", "name", "category", "exemption_reason", "exemption_code", "second_name"),
                *("compound", "valid_from", "valid_until"),
            )
        }
        yield row | {
            "rate": plain(one.rate_micro, PERCENT),
            "second_rate": plain(one.second_rate_micro, PERCENT),
            "default": one.default,
            "successor": one.successor.code if one.successor else "",
            "retired_on": one.retired_on,
        }


def _followers(follows: Mapping[int, int | None], pk: int) -> int:
    """How many tax codes follow one, one after the other."""
    after = follows[pk]
    return 0 if after is None else 1 + _followers(follows, after)


def categories(ids: Ids) -> Rows:
    """Categories of which something is kept; further ones come with the products in them."""
    every = Category.objects.filter(among(ids), void__isnull=True).select_related("tax_code")
    for one in every.order_by("path"):
        yield {"path": one.path, "tax_code": one.tax_code.code if one.tax_code else ""}


def products(ids: Ids) -> Rows:
    """Products, a row for each; what belongs to them are files of their own."""
    same: tuple[str, ...] = (
        "sku",
        "name",
        "description",
        "kind",
        "traced",
        "traced_from",
        "serial_pattern",
        "unit",
        "quantity_decimals",
    )
    same += ("weight_grams", "cost_method", "procured", "fixed", "rma_eligible", "returnable_days")
    same += ("manufacturer", "gtin", "retired_on")
    every = Product.objects.filter(among(ids)).select_related("tax_code", "category").order_by("pk")
    for one in every.iterator(chunk_size=CHUNK):
        yield {name: getattr(one, name) for name in same} | {
            "category": one.category_path,
            "price": plain(one.price_micro, MICRO),
            "tax_code": one.tax_code.code,
            "own": one.own,
        }


def variants(ids: Ids) -> Rows:
    """Which products are variants of which family, by the values of its attributes."""
    every = Product.objects.filter(among(ids), family__isnull=False).select_related("family")
    for one in every.order_by("family_id", "pk").iterator(chunk_size=CHUNK):
        assert one.family is not None
        row = {"sku": one.sku, "family": one.family.name}
        for n, (attribute, value) in enumerate(zip(one.family.attributes, values_of(one), strict=False), 1):
            row |= {f"attribute_{n}": attribute["name"], f"value_{n}": value}
        yield row


def units(ids: Ids) -> Rows:
    """The further units of products."""
    every = ProductUnit.objects.filter(among(ids, "product"), void__isnull=True).select_related("product")
    for one in every.order_by("product_id", "pk").iterator(chunk_size=CHUNK):
        yield {
            "sku": one.product.sku,
            "unit": one.name,
            "factor": plain(one.factor, one.product.quantity_decimals),
            "for_buying": one.for_buying,
            "for_selling": one.for_selling,
            "retired_on": one.retired_on,
        }


def barcodes(ids: Ids) -> Rows:
    """The further barcodes of products, each with what one scan means."""
    every = every_barcode().filter(among(ids, "product")).select_related("product")
    for one in every.order_by("product_id", "pk").iterator(chunk_size=CHUNK):
        unit = unit_of(one)
        means = one.unit.factor if one.unit is not None else one.quantity
        yield {
            "sku": one.product.sku,
            "code": one.code,
            "unit": unit,
            "quantity": "" if unit or means is None else plain(means, one.product.quantity_decimals),
        }


def components(ids: Ids) -> Rows:
    """What kits and bundles are made of."""
    every = Component.objects.filter(among(ids, "whole"), quantity__gt=0, void__isnull=True)
    for one in every.select_related("whole", "product").order_by("whole_id", "pk").iterator(chunk_size=CHUNK):
        yield {
            "sku": one.whole.sku,
            "component": one.product.sku,
            "quantity": plain(one.quantity, one.product.quantity_decimals),
        }


def substitutes(ids: Ids) -> Rows:
    """What may be taken in a product's place, the best first."""
    every = Substitute.objects.filter(
        among(ids, "product"), retired_on__isnull=True, void__isnull=True, other__retired_on__isnull=True
    ).select_related("product", "other")
    for one in every.order_by("product_id", "rank", "pk").iterator(chunk_size=CHUNK):
        yield {"sku": one.product.sku, "substitute": one.other.sku}


def vendor_prices(ids: Ids) -> Rows:
    """What vendors ask: a row for each price, and one for each of its breaks; those to come with their day."""
    steps: dict[int, list[PriceBreak]] = {}
    for step in live(PriceBreak.objects.order_by("valid_from", "from_quantity")):
        steps.setdefault(step.price_id, []).append(step)
    every = VendorPrice.objects.filter(among(ids, "product")).select_related("organization", "product")
    for one in every.order_by("product_id", "pk").iterator(chunk_size=CHUNK):
        product, d = one.product, one.product.quantity_decimals
        key = {"vendor": called(one.organization), "sku": product.sku, "part_number": one.part_number}
        key |= {"gtin": product.gtin, "name": product.name}
        yield key | {
            "cost": plain(one.cost_micro, MICRO),
            "currency": one.currency,
            "pack_quantity": plain(one.pack_quantity, d) if one.pack_quantity else "",
            "minimum_quantity": plain(one.minimum_quantity, d) if one.minimum_quantity else "",
            "lead_time_days": one.lead_time_days,
            "valid_from": one.valid_from,
            "stock": plain(one.stock, d) if one.stock is not None else "",
            "stock_on": one.stock_on,
            "default": one.default,
        }
        for step in steps.get(one.pk, ()):
            yield key | {
                "cost": plain(step.cost_micro, MICRO),
                "from_quantity": plain(step.from_quantity, d),
                "valid_from": step.valid_from,
            }


def price_lists(ids: Ids) -> Rows:
    """Price lists with their prices; one that has none is a row by itself."""
    items: dict[int, list[dict[str, Any]]] = {}
    every = ProductUnit.objects.filter(void__isnull=True).values_list("product_id", "name", "factor")
    sizes = {(product, name): factor for product, name, factor in every}
    there = PriceItem.objects.filter(
        among(ids, "price_list"), price_micro__isnull=False, void__isnull=True
    ).select_related("product")
    for item in there.order_by("product_id", "unit", "from_quantity").iterator(chunk_size=CHUNK):
        items.setdefault(item.price_list_id, []).append(
            {
                "sku": item.product.sku,
                "unit": item.unit,
                "from_quantity": said(
                    item.from_quantity,
                    sizes.get((item.product_id, item.unit)),
                    item.product.quantity_decimals,
                ),
                "price": plain(item.price_micro or 0, MICRO),
            }
        )
    for one in PriceList.objects.filter(among(ids)).select_related("customer_group").order_by("name"):
        head = {
            name: getattr(one, name)
            for name in ("currency", "tax_included", "valid_from", "valid_until", "retired_on")
        }
        head |= {
            "price_list": one.name,
            "customer_group": one.customer_group.name if one.customer_group else "",
        }
        for row in items.get(one.pk, [{}]):
            yield head | row


def rates(ids: Ids) -> Rows:
    """Rates of exchange, each from its day on."""
    every = pricing.rates().filter(among(ids)).order_by("currency", "valid_from")
    for one in every.iterator(chunk_size=CHUNK):
        yield {
            "currency": one.currency,
            "valid_from": one.valid_from,
            "rate": plain(one.rate_micro, MICRO),
        }
