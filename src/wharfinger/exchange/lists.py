"""The lists that leave the house as CSV, in the columns in which they can come back."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from wharfinger.base import configuration, money, quantity
from wharfinger.base.access import Actor, require
from wharfinger.base.money import MICRO, decimals, rounded
from wharfinger.billing.models import InvoiceLine
from wharfinger.catalog.actions.offers import live
from wharfinger.catalog.models import Barcode, PriceBreak, Product, VendorPrice
from wharfinger.catalog.queries import barcodes, means
from wharfinger.demand.models import Line
from wharfinger.exchange.rules.kinds import KINDS
from wharfinger.ledger.models import Holding, Layer
from wharfinger.parties.models import Organization
from wharfinger.stock.models import Bin

Rows = Iterable[dict[str, Any]]
INVOICES = (
    "number",
    "customer",
    "issued_on",
    "due_on",
    "currency",
    "sku",
    "quantity",
    "unit_price",
    "discount",
    "net",
)


def write(actor: Actor, folder: Path) -> dict[str, int]:
    """Write every list into the folder; how many rows each has. Costs only for who may see them."""
    require(actor, "exchange.export")
    folder.mkdir(parents=True, exist_ok=True)
    costs = actor.may("catalog.see_cost")
    lists: dict[str, tuple[Iterable[str], Rows]] = {
        "organizations": (KINDS["organizations"].names(), _organizations()),
        "products": (KINDS["products"].names(), _products(costs=costs)),
        "vendor_prices": (KINDS["vendor_prices"].names(), _vendor_prices() if costs else ()),
        "locations": (KINDS["locations"].names(), _locations()),
        "stock": (KINDS["stock"].names(), _stock(costs=costs)),
        "orders": (KINDS["orders"].names(), _orders()),
        "invoices": (INVOICES, _invoices()),
    }
    return {name: _file(folder / f"{name}.csv", columns, rows) for name, (columns, rows) in lists.items()}


def _file(path: Path, columns: Iterable[str], rows: Rows) -> int:
    written = 0
    draft = path.with_suffix(".part")
    with draft.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(columns), restval="")
        writer.writeheader()
        for row in rows:
            writer.writerow(row)
            written += 1
    draft.rename(path)
    return written


def _organizations() -> Iterator[dict[str, Any]]:
    """An organization with its contacts and sites: as many rows as the longer of the two."""
    every = Organization.objects.order_by("pk").prefetch_related("contacts", "sites")
    for one in every.iterator(chunk_size=500):
        contacts = [c for c in one.contacts.all() if c.retired_on is None]
        sites = [s for s in one.sites.all() if s.retired_on is None]
        head = {
            name: getattr(one, name)
            for name in ("reference", "name", "currency", "language", "tax_number", "email", "phone")
        }
        head |= {"terms_days": one.terms_days, "billing_policy": one.billing_policy}
        head |= {"customer": _yes(one.customer), "vendor": _yes(one.vendor)}
        for n in range(max(len(contacts), len(sites), 1)):
            row = dict(head)
            if n < len(contacts):
                row |= {"contact": contacts[n].name, "contact_email": contacts[n].email}
                row["contact_phone"] = contacts[n].phone
            if n < len(sites):
                row["site"] = sites[n].name
                row |= {k: getattr(sites[n], k) for k in ("street", "postcode", "city", "region", "country")}
            yield row


def _products(*, costs: bool) -> Iterator[dict[str, Any]]:
    asked: dict[int, list[VendorPrice]] = {}
    for price in VendorPrice.objects.select_related("organization").order_by("-default", "pk"):
        asked.setdefault(price.product_id, []).append(price)
    marks: dict[int, list[Barcode]] = {}
    for mark in barcodes().select_related("product").order_by("pk"):
        marks.setdefault(mark.product_id, []).append(mark)
    for one in Product.objects.select_related("tax_code").order_by("pk").iterator():
        names = KINDS["products"].names()
        row = {name: getattr(one, name) for name in names if name in _PLAIN}
        row |= {"price": quantity.plain(one.price_micro, MICRO), "procured": _yes(one.procured)}
        row |= {"tax_code": one.tax_code.code, "retired_on": one.retired_on or ""}
        row["weight_grams"] = one.weight_grams or ""
        row["barcodes"] = " ".join(
            mark.code
            if mark.quantity is None and mark.unit_id is None
            else f"{mark.code}={quantity.plain(means(mark), one.quantity_decimals)}"
            for mark in marks.get(one.pk, ())
        )
        for vendor in asked.get(one.pk, [None]):
            if vendor is None:
                yield row
                continue
            yield row | {
                "vendor": vendor.organization.reference or vendor.organization.name,
                "vendor_cost": quantity.plain(vendor.cost_micro, MICRO) if costs else "",
                "vendor_part_number": vendor.part_number,
                "vendor_default": _yes(vendor.default),
                "lead_time_days": vendor.lead_time_days,
            }


def _vendor_prices() -> Iterator[dict[str, Any]]:
    """What vendors ask: a row for each price, and one for each of its breaks; those to come with their day."""
    steps: dict[int, list[PriceBreak]] = {}
    for step in live(PriceBreak.objects.order_by("valid_from", "from_quantity")):
        steps.setdefault(step.price_id, []).append(step)
    every = VendorPrice.objects.select_related("organization", "product").order_by("product_id", "pk")
    for one in every.iterator(chunk_size=500):
        product, d = one.product, one.product.quantity_decimals
        key = {"vendor": one.organization.reference or one.organization.name, "sku": product.sku}
        key["part_number"] = one.part_number
        yield key | {
            "gtin": product.gtin,
            "name": product.name,
            "cost": quantity.plain(one.cost_micro, MICRO),
            "currency": one.currency,
            "pack_quantity": quantity.plain(one.pack_quantity, d) if one.pack_quantity else "",
            "minimum_quantity": quantity.plain(one.minimum_quantity, d) if one.minimum_quantity else "",
            "lead_time_days": one.lead_time_days,
            "valid_from": one.valid_from or "",
            "stock": quantity.plain(one.stock, d) if one.stock is not None else "",
            "stock_on": one.stock_on or "",
            "default": _yes(one.default),
        }
        for step in steps.get(one.pk, ()):
            yield key | {
                "gtin": product.gtin,
                "name": product.name,
                "cost": quantity.plain(step.cost_micro, MICRO),
                "from_quantity": quantity.plain(step.from_quantity, d),
                "valid_from": step.valid_from or "",
            }


_PLAIN = frozenset(
    (
        "sku",
        "name",
        "description",
        "kind",
        "traced",
        "traced_from",
        "unit",
        "quantity_decimals",
        "cost_method",
        "category",
        "manufacturer",
        "gtin",
    )
)


def _locations() -> Iterator[dict[str, Any]]:
    """A location with its bins, the default one first: as many rows as it has bins."""
    found = Bin.objects.filter(retired_on__isnull=True, location__retired_on__isnull=True)
    rows = found.select_related("location__person", "place")
    for one in rows.order_by("-location__default", "location_id", "-default", "place__sequence", "pk"):
        location = one.location
        yield {
            "location": location.name,
            "kind": location.kind,
            "channel": location.channel,
            "default": _yes(location.default),
            "person": location.person.username if location.person else "",
            "bin": one.name,
            "sequence": one.place.sequence,
        }


def _unit_costs() -> dict[tuple[int, int | None], str]:
    """What a unit in stock is worth on average: of a product, and of a lot whose cost is its own."""
    sums: dict[tuple[int, int | None], tuple[int, int, int]] = {}
    open_ones = Layer.objects.filter(quantity__gt=0).order_by()
    for product, places, lot, units, value in open_ones.values_list(
        "product_id", "product__quantity_decimals", "lot_id", "quantity", "value_minor"
    ):
        for key in {(product, None), (product, lot)}:
            _places, had, worth = sums.get(key, (0, 0, 0))
            sums[key] = (places, had + units, worth + value)
    per_minor = 10 ** (MICRO - decimals(configuration.one("currency")))
    return {
        key: quantity.plain(rounded(worth * per_minor * 10**places, units), MICRO)
        for key, (places, units, worth) in sums.items()
    }


def _stock(*, costs: bool) -> Iterator[dict[str, Any]]:
    """What lies in bins, free and reserved together."""
    unit_costs = _unit_costs() if costs else {}
    bins = {one.place_id: one for one in Bin.objects.select_related("location")}
    found = Holding.objects.filter(kind="bin", quantity__gt=0, owned=True).select_related("product", "lot")
    sums: dict[tuple[Any, ...], int] = {}
    for one in found.order_by("product_id", "place_id", "lot_id").iterator():
        key = (one.product, bins[one.place_id], one.lot)
        sums[key] = sums.get(key, 0) + one.quantity
    for (product, bin, lot), units in sums.items():
        yield {
            "sku": product.sku,
            "location": bin.location.name,
            "bin": bin.name,
            "quantity": quantity.plain(units, product.quantity_decimals),
            "unit_cost": unit_costs.get((product.pk, lot.pk), unit_costs.get((product.pk, None), "")),
            "serial": lot.code if lot.serial else "",
            "batch": "" if lot.serial else lot.code,
            "expires_on": lot.expires_on or "",
        }


def _orders() -> Iterator[dict[str, Any]]:
    found = Line.objects.filter(
        sheet__kind="order", void__isnull=True, removed_at__isnull=True, sheet__void__isnull=True
    ).select_related("sheet__organization", "sheet__order", "product", "site", "tax_code")
    for one in found.order_by("sheet_id", "position").iterator():
        sheet = one.sheet
        yield {
            "number": sheet.number,
            "customer": sheet.organization.reference or sheet.organization.name,
            "site": one.site.name if one.site else "",
            "ordered_on": sheet.ordered_on,
            "promised_on": sheet.promised_on or "",
            "customer_reference": sheet.customer_reference,
            "title": sheet.title,
            "currency": sheet.currency,
            "confirm": _yes(sheet.order.confirmed_at is not None),
            "sku": one.product.sku,
            "quantity": quantity.plain(one.quantity, one.product.quantity_decimals),
            "unit_price": quantity.plain(_price(one), MICRO),
            "discount": quantity.plain(one.discount_micro, 4),
            "tax_code": one.tax_code.code,
            "description": one.description,
        }


def _invoices() -> Iterator[dict[str, Any]]:
    found = InvoiceLine.objects.filter(invoice__posted_at__isnull=False, invoice__void__isnull=True)
    for one in found.select_related("invoice__organization", "product").order_by("invoice_id", "position"):
        invoice = one.invoice
        yield {
            "number": invoice.number,
            "customer": invoice.organization.reference or invoice.organization.name,
            "issued_on": invoice.issued_on,
            "due_on": invoice.due_on,
            "currency": invoice.currency,
            "sku": one.product.sku,
            "quantity": quantity.plain(one.quantity, one.product.quantity_decimals),
            "unit_price": quantity.plain(_price(one), MICRO),
            "discount": quantity.plain(one.discount_micro, 4),
            "net": money.plain(one.net_minor, invoice.currency),
        }


def _price(one: Line | InvoiceLine) -> int:
    """The price of the product's own unit, in which quantities leave the house."""
    return (
        one.unit_price_micro
        if one.per is None
        else rounded(one.unit_price_micro * 10**one.product.quantity_decimals, one.per)
    )


def _yes(value: bool) -> str:
    return "yes" if value else "no"
