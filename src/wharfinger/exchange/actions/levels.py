"""Bring in how many of a product are kept at a location, and where more of it comes from."""

from __future__ import annotations

from dataclasses import replace

from wharfinger.base import quantity
from wharfinger.base.access import Actor, require
from wharfinger.catalog.models import Product
from wharfinger.exchange.actions import finding
from wharfinger.exchange.rules import Group, Row
from wharfinger.stock.actions.levels import set_level
from wharfinger.stock.models import Level, Location
from wharfinger.stock.rules.keeping import Keep

BUILT = frozenset(("build", "built", "bauen"))
"""What a row says whose product is built at the location."""


def bring(*, actor: Actor, group: Group) -> str:
    """Keep a product between two quantities at a location; an empty cell leaves what is there."""
    require(actor, "exchange.import")
    row = group.first
    product, location = finding.product(row), finding.location(row)
    there = Level.objects.filter(product=product, location=location).first()
    before = _of(there) if there is not None else Keep(0, 0)
    keep = _said(before, row, product, location)
    if there is not None and keep == before:
        return "unchanged"
    done = set_level(actor=actor, product=product.pk, location=location.pk, keep=keep)
    group.led_to(done.id, "" if there is not None else f"level:{done.one('stock.Level')}")
    return "changed" if there is not None else "added"


def _of(level: Level) -> Keep:
    return Keep(
        level.minimum,
        level.maximum,
        level.reorder_point,
        level.reorder_quantity,
        level.vendor_id,
        level.source_id,
        level.built,
        level.bin_id,
    )


def _said(keep: Keep, row: Row, product: Product, location: Location) -> Keep:
    units = {
        name: quantity.scaled(row.figure(name), product.quantity_decimals, field=name)
        for name in ("minimum", "maximum", "reorder_point", "reorder_quantity")
        if row[name]
    }
    keep = replace(
        keep,
        minimum=units.get("minimum", keep.minimum),
        maximum=units.get("maximum", keep.maximum),
        reorder_point=units.get("reorder_point", keep.reorder_point),
        reorder_quantity=units.get("reorder_quantity", keep.reorder_quantity),
    )
    if row["vendor"]:
        vendor = finding.organization(row, "vendor")
        keep = replace(keep, vendor=vendor.pk, source=None, built=False)
    if row["source"].casefold() in BUILT:
        keep = replace(keep, vendor=None, source=None, built=True)
    elif row["source"]:
        source = finding.location(row, "source")
        keep = replace(keep, vendor=None, source=source.pk, built=False)
    bin = finding.bin_of(row, location)
    return keep if bin is None else replace(keep, bin=bin.pk)
