"""Where goods of a receipt belong: for whom they came, in which bin they stand, and into which they go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import Min, Sum

from wharfinger.demand.models import SUBJECTS, Line
from wharfinger.ledger.models import Holding, Move
from wharfinger.purchasing.queries.shown import Came
from wharfinger.stock.models import Bin
from wharfinger.stock.queries.putting_away import waiting


class Belongs(NamedTuple):
    """So many of a receipt's line, for whom, where they came in, and what is to be done with them there."""

    quantity: int
    decimals: int
    line: Any | None
    """The customer's line, with its organization and sheet; nothing for stock."""
    subject: str
    bin: str
    """Empty where they came into none."""
    location: int
    to_pick: bool
    """Whether they still stand in a bin for that line."""
    into: str
    """The bin that is proposed for what still lies where it came in."""


def belonging(goods: Sequence[Came]) -> dict[int, list[Belongs]]:
    """The parts of what a receipt brought, by purchase order's line, in the order in which they came."""
    here: dict[tuple[int, int, int, int | None], int] = defaultdict(int)
    for one in goods:
        if one.kind != "refused" and one.quantity:
            here[one.purchase_line, one.product, one.claim, one.bin] += one.quantity
    claims = {claim for _, _, claim, _ in here if claim}
    lines = Line.objects.select_related("organization", "sheet").in_bulk(claims) if claims else {}
    at = {bin for _, _, _, bin in here if bin}
    bins = Bin.objects.select_related("location").in_bulk(at) if at else {}
    ready = set(
        Holding.objects.filter(claim__in=claims, kind="bin", quantity__gt=0).values_list("claim", flat=True)
        if claims
        else ()
    )
    into = _proposed({one.location for one in bins.values()}, {product for _, product, _, _ in here})
    decimals = {one.product: one.decimals for one in goods}
    found: dict[int, list[Belongs]] = defaultdict(list)
    for (purchase_line, product, claim, pk), quantity in here.items():
        line, bin = lines.get(claim), bins.get(pk or 0)
        found[purchase_line].append(
            Belongs(
                quantity,
                decimals[product],
                line,
                f"{SUBJECTS[line.sheet.kind]}:{line.sheet_id}" if line else "",
                bin.name if bin else "",
                bin.location_id if bin else 0,
                claim in ready,
                into.get((bin.pk, product, claim), "") if bin else "",
            )
        )
    return found


def _proposed(locations: Iterable[Any], products: set[int]) -> dict[tuple[int, int, int], str]:
    """Into which bin what lies where goods come in is put first, by that bin, product and claim."""
    found: dict[tuple[int, int, int], str] = {}
    for location in locations:
        there = waiting(location, products)
        for row in there.rows:
            if row.bin is not None and there.inbound is not None:
                key = there.inbound.pk, row.put.goods.product, row.put.goods.claim
                found.setdefault(key, row.bin.name)
    return found


class Served(NamedTuple):
    """How many of a product an entry took in or turned away, and for which document; empty for stock."""

    sku: str
    decimals: int
    kind: str
    number: str
    quantity: int


def served(entry: int) -> list[Served]:
    """What a receipt's entry did, in one statement, in the order in which its goods came."""
    moves = Move.objects.filter(entry=entry, source__kind="on_order")
    rows = moves.values_list(
        "target__product__sku",
        "target__product__quantity_decimals",
        "target__kind",
        "target__claim__line__sheet__number",
    )
    return [
        Served(sku, decimals, kind, number or "", quantity)
        for sku, decimals, kind, number, _first, quantity in rows.annotate(
            first=Min("n"), units=Sum("quantity")
        ).order_by("first")
    ]
