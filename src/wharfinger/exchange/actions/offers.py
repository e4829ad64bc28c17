"""Bring in a vendor's list: what they ask for our products, and what they have in stock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F

from wharfinger.base import clock, configuration
from wharfinger.base.access import Actor, require
from wharfinger.base.fields import checked
from wharfinger.base.money import MICRO
from wharfinger.base.quantity import plain
from wharfinger.catalog.actions.offers import set_offers
from wharfinger.catalog.models import Product, VendorPrice
from wharfinger.catalog.queries import scanned, steps_of
from wharfinger.catalog.rules.offers import VENDOR, Step, differences
from wharfinger.exchange.actions import finding
from wharfinger.exchange.actions.finding import known
from wharfinger.exchange.rules import Group, Row, Told
from wharfinger.parties.models import Organization

FIGURES = ("cost", "pack_quantity", "minimum_quantity", "stock")


def bring(*, actor: Actor, group: Group) -> str:
    """Take over what a vendor asks for a product; rows with a quantity from which they hold are its breaks.

    What differs is told in the group. A row of a product that we do not have is told and left alone.
    """
    require(actor, "exchange.import")
    require(actor, "catalog.see_cost")
    row = group.first
    group.told.clear()
    vendor = finding.organization(row, "vendor")
    product = _products([group]).get(_key(row)) or _by_part(vendor, [row]).get(row["part_number"])
    if product is None:
        about = " · ".join(filter(None, (row["sku"] or row["part_number"] or row["gtin"], row["name"])))
        group.told.append(Told(row.number, about, "unknown", "", row.figure("cost")))
        return "unchanged"
    offer = _offer(group)
    price = VendorPrice.objects.filter(organization=vendor, product=product).first()
    then: dict[Any, list[Step]] = {}
    for step in steps_of([product.pk]).get(price.pk, ()) if price else ():
        then.setdefault(step.valid_from, []).append(Step(step.from_quantity, step.cost_micro))
    found = differences(price, then, checked(VENDOR, offer), product.quantity_decimals, _today())
    if price is not None and not found:
        return "unchanged"
    about = f"{product.sku} {product.name}"
    if price is None:
        group.told.append(Told(row.number, about, "new", "", row.figure("cost")))
    else:
        group.told.extend(Told(row.number, about, *one) for one in found)
    done = set_offers(actor=actor, vendor=vendor.pk, offers=[{**offer, "product": product.pk}])
    group.led_to(done.id)
    return "changed" if price is not None else "added"


def gone(groups: Sequence[Group]) -> list[Told]:
    """Our products that the vendors of a file sold us until now and that stand in it no more; they are left."""
    there: dict[int, set[int]] = {}
    vendors: dict[str, Organization | None] = {}
    products = _products(groups)
    rows: dict[int, list[Row]] = {}
    for group in groups:
        name = group.first["vendor"]
        if name not in vendors:
            vendors[name] = known(name, "") or known("", name)
        vendor = vendors[name]
        if vendor is not None:
            rows.setdefault(vendor.pk, []).append(group.first)
            if found := products.get(_key(group.first)):
                there.setdefault(vendor.pk, set()).add(found.pk)
    told = []
    for pk, named in rows.items():
        vendor = next(one for one in vendors.values() if one is not None and one.pk == pk)
        kept = there.get(pk, set()) | {one.pk for one in _by_part(vendor, named).values()}
        sold = VendorPrice.objects.filter(organization=pk, product__retired_on__isnull=True)
        for price in sold.exclude(product__in=kept).select_related("product").order_by("product__sku"):
            about = f"{price.product.sku} {price.product.name}"
            told.append(Told(0, about, "gone", plain(price.cost_micro, MICRO)))
    return told


def _key(row: Row) -> str:
    return row["sku"] or row["gtin"]


def _products(groups: Iterable[Group]) -> dict[str, Product]:
    """Our products by the SKU or GTIN of these rows."""
    return {code: one.product for code, one in scanned({_key(g.first) for g in groups} - {""}).items()}


def _by_part(vendor: Organization, rows: Iterable[Row]) -> dict[str, Product]:
    """Our products by the numbers that this vendor gives them; of those that were merged the ones that stay."""
    numbers = {row["part_number"] for row in rows} - {""}
    found = VendorPrice.objects.filter(organization=vendor, part_number__in=numbers)
    # One that stays and has the number itself comes last, so that it has the word.
    merged_first = F("product__merged_into").asc(nulls_last=True)
    every = found.select_related("product__merged_into").order_by(merged_first, "pk")
    return {price.part_number: price.product.merged_into or price.product for price in every}


def _offer(group: Group) -> dict[str, Any]:
    """What the rows of a product say, as the action takes it; an empty cell leaves what is there."""
    base = next((row for row in group.rows if row.figure("from_quantity") in ("", "0", "1")), group.first)
    offer: dict[str, Any] = {name: base.figure(name) for name in FIGURES if base[name]}
    offer |= {name: base[name] for name in ("part_number", "currency") if base[name]}
    if base["lead_time_days"]:
        offer["lead_time_days"] = base.whole("lead_time_days")
    if base["default"]:
        offer["default"] = base.flag("default")
    if base["valid_from"]:
        offer["valid_from"] = base.day("valid_from")
    if base["stock"]:
        offer["stock_on"] = base.day("stock_on") or _today()
    if "from_quantity" in base.cells:
        offer["breaks"] = [
            {"from_quantity": row.figure("from_quantity"), "cost": row.figure("cost")}
            for row in group.rows
            if row is not base
        ]
    return offer


def _today() -> Any:
    return clock.today(configuration.one("time_zone"))
