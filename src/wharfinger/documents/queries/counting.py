"""Count sheets: what a count looks at, in walking order."""

from __future__ import annotations

from datetime import date

from wharfinger.base.refusal import N_, NotThere, Refusal
from wharfinger.catalog.models import Product
from wharfinger.documents.queries.parties import company
from wharfinger.documents.shapes import BesideRow, CountRow, CountSheet, Quantity
from wharfinger.ledger.models import Holding
from wharfinger.stock.models import Count
from wharfinger.stock.queries.counts import Spot, beside, counts, sheet


def count_sheet(count: int, bin: int | None, on: date) -> CountSheet:
    """The sheet of a count, or of one of its bins; raises Refusal when nothing is to be counted.

    on: the day that stands on it.
    """
    found = counts().filter(pk=count).first()
    if found is None:
        raise NotThere("no_such_count", N_("There is no such count. Look at the list of counts."))
    spots = sheet(found, bin=bin)
    if not spots:
        raise Refusal(
            "nothing_to_count", N_("The books have nothing there. Choose another bin or another part.")
        )
    # Of one bin the sheet tells only what is in it.
    aside = beside(found) if bin is None else []
    units = dict(Product.objects.filter(sku__in={one.sku for one in aside}).values_list("sku", "unit"))
    serials = {} if found.blind else _serials(found, spots)
    return CountSheet(
        company=company(),
        number=found.number,
        dated=on,
        location=found.location.name,
        rows=tuple(
            _row(spot, found, serials.get((spot.bin, spot.product, spot.owner), ())) for spot in spots
        ),
        blind=found.blind,
        note=found.note,
        beside=tuple(
            BesideRow(
                title=one.name,
                sku=one.sku,
                quantity=None if found.blind else Quantity(one.units, one.decimals, units[one.sku]),
                order=one.document,
            )
            for one in aside
        ),
    )


def _row(spot: Spot, count: Count, serials: tuple[str, ...]) -> CountRow:
    return CountRow(
        bin=spot.bin_name,
        title=spot.name,
        sku=spot.sku,
        unit=spot.unit,
        batch=spot.code,
        owner=spot.owner_name,
        books=None if count.blind else Quantity(spot.units, spot.decimals, spot.unit),
        serials=serials,
    )


def _serials(count: Count, spots: list[Spot]) -> dict[tuple[int, int, int | None], tuple[str, ...]]:
    """The serial numbers that the books have in each bin, to be ticked off."""
    found: dict[tuple[int, int, int | None], list[str]] = {}
    rows = (
        Holding.objects.filter(
            kind="bin",
            serial=True,
            quantity__gt=0,
            place__bin__location=count.location_id,
            product__in={spot.product for spot in spots if spot.traced == "serial"},
        )
        .order_by("lot__code_key")
        .values_list("place__bin", "product", "lot__owner", "lot__code")
    )
    for bin, product, owner, code in rows:
        found.setdefault((bin, product, owner), []).append(code)
    return {key: tuple(codes) for key, codes in found.items()}
