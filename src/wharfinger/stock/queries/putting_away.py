"""What waits to be put away at a location, and where it belongs: read in a constant number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from wharfinger.base import clock
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import same
from wharfinger.catalog.models import Product
from wharfinger.catalog.queries import codes_of, scanned
from wharfinger.ledger.models import Holding
from wharfinger.stock.models import Bin, Level, Location
from wharfinger.stock.rules.moving import Goods, Transfer
from wharfinger.stock.rules.putting_away import Lying, Put, Shelf, suggest

MOST = 500
"""So many things are looked at, the latest to come first; what is put away makes room for the next."""


class Row(NamedTuple):
    """Something that waits, as it is shown."""

    put: Put
    product: Product
    code: str
    bin: Bin | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """All that waits at a location."""

    location: Location
    inbound: Bin | None
    """Where what comes in is put first: the default bin."""
    bins: dict[int, Bin]
    """The bins where goods can be put away, in walking order."""
    rows: list[Row]
    more: bool = False


def waiting(location: Location, products: Iterable[int] = ()) -> Waiting:
    """What lies in the default bin of a location and belongs elsewhere, each with the bin that is proposed.

    products: only these, where any is named.
    """
    found = Bin.objects.filter(location=location, retired_on__isnull=True).select_related("place")
    every = {one.place_id: one for one in found.order_by("place__sequence", "name")}
    inbound = next((one for one in every.values() if one.default), None)
    shelves = {place: one for place, one in every.items() if one is not inbound}
    if inbound is None or not shelves:
        return Waiting(location, inbound, {}, [])
    own = list(Level.objects.filter(location=location, bin__isnull=False).values_list("product", "bin"))
    at_home = {product for product, bin in own if bin == inbound.pk}
    lying = Holding.objects.filter(place_id=inbound.place_id, quantity__gt=0).exclude(product__in=at_home)
    if wanted := list(products):
        lying = lying.filter(product__in=wanted)
    held = list(lying.select_related("product", "lot", "claim").order_by("-pk")[: MOST + 1])
    known = {one.product_id: one.product for one in held}
    codes = {one.lot_id: one.lot.code for one in held}
    puts = suggest(
        sorted(map(_lying, held[:MOST]), key=lambda one: (known[one.product].sku, codes[one.lot], one.claim)),
        _shelves(shelves, own),
    )
    by_pk = {one.pk: one for one in shelves.values()}
    rows = [Row(put, known[put.goods.product], codes[put.goods.lot], by_pk.get(put.bin or 0)) for put in puts]
    return Waiting(location, inbound, by_pk, rows, len(held) > MOST)


def _lying(held: Holding) -> Lying:
    over = (
        held.claim is not None and held.claim.hold_until is not None and held.claim.hold_until <= clock.now()
    )
    return Lying(
        held.product_id,
        held.lot_id,
        held.quantity,
        held.product.quantity_decimals,
        held.serial,
        bool(held.lot.code) and not held.serial,
        0 if over else held.claim_id,
        held.lot.owner_id,
    )


def _shelves(bins: dict[int, Bin], own: Sequence[tuple[int, int | None]]) -> list[Shelf]:
    """The bins with what lies in each; of what has a number each for itself, a product counts once."""
    standing: dict[int, dict[tuple[int, int], int]] = defaultdict(lambda: defaultdict(int))
    found = Holding.objects.filter(place_id__in=list(bins), quantity__gt=0)
    for place, product, lot, serial, units, decimals in found.values_list(
        "place_id", "product_id", "lot_id", "serial", "quantity", "product__quantity_decimals"
    ):
        standing[place][product, 0 if serial else lot] += -(-units // 10**decimals)
    return [
        Shelf(
            one.pk,
            one.capacity,
            frozenset(product for product, bin in own if bin == one.pk),
            dict(standing[place]),
        )
        for place, one in bins.items()
    ]


def known_codes(found: Waiting) -> dict[str, dict[str, object]]:
    """What a scanner may read of what waits: the bin proposed for it, whether it is read only once, or its number is."""
    codes: dict[str, dict[str, object]] = {}
    for row in found.rows:
        to = row.bin.name if row.bin else ""
        if row.code:
            codes.setdefault(same(row.code), {"to": to, "once": row.put.goods.serial})
    loose = {row.product.pk: row for row in reversed(found.rows) if not row.code}
    for pk, each in codes_of(row.product for row in loose.values()).items():
        for code in each:
            bin = loose[pk].bin
            codes.setdefault(same(code), {"to": bin.name if bin else "", "once": False})
    # The code of goods with numbers says too little: which of them is read next.
    for each in codes_of(row.product for row in found.rows if row.code).values():
        for code in each:
            codes.setdefault(same(code), {"numbered": True})
    return codes


def taken(found: Waiting, codes: Iterable[str], into: int) -> list[Transfer]:
    """What was scanned of what waits, brought to a bin; raises BadInput for what does not wait there."""
    read = [code.strip() for code in codes if code.strip()]
    by_code = {same(row.code): row for row in found.rows if row.code}
    products = scanned([code for code in read if same(code) not in by_code])
    wanted: dict[tuple[int, int], int] = defaultdict(int)
    for code in read:
        row, means = by_code.get(same(code)), products.get(code)
        if row is not None:
            each = row.put.goods
            units = 1 if each.serial else 10**each.decimals
            key = each.product, each.lot
            wanted[key] = 1 if each.serial else wanted[key] + units
        elif means is not None and (lot := _loose(found, means.product.pk)):
            wanted[means.product.pk, lot] += means.quantity
        else:
            raise BadInput(
                "not_waiting",
                N_("“{text}” does not wait to be put away here. Scan what lies in {bin}."),
                field="scanned",
                text=code[:60],
                bin=found.inbound.name if found.inbound else "",
            )
    return moved(found, wanted, into)


def _loose(found: Waiting, product: int) -> int | None:
    return next((r.put.goods.lot for r in found.rows if r.product.pk == product and not r.code), None)


def moved(found: Waiting, wanted: dict[tuple[int, int], int], into: int) -> list[Transfer]:
    """So much of each product and lot, brought to a bin: free goods first, then those that lines hold.

    Raises BadInput where less waits.
    """
    items: list[Transfer] = []
    assert found.inbound is not None
    at, bin = found.location.place_id, found.inbound.place_id
    for (product, lot), units in wanted.items():
        left = units
        rows = [r for r in found.rows if (r.put.goods.product, r.put.goods.lot) == (product, lot)]
        parts: dict[tuple[int, int | None, str], int] = defaultdict(int)
        for row in sorted(rows, key=lambda r: r.put.goods.claim):
            part = min(left, row.put.quantity)
            if part:
                parts[row.put.goods.claim, row.put.goods.owner, row.code] += part
                left -= part
        if left:
            raise BadInput(
                "not_waiting_so_many",
                N_("{wanted} scanned, but only {free} of it wait here. Count again."),
                field="scanned",
                wanted=units,
                free=units - left,
                product=product,
            )
        for (claim, owner, code), part in parts.items():
            codes = (code,) if code else ()
            goods = Goods(product, part, at, bin, codes, claim or None, owner=owner)
            items.append(Transfer(goods, at, into))
    return items
