"""What lacks of lines that still need goods: here, for all open orders, and what is on order already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from wharfinger.base import clock
from wharfinger.base.quantity import plain
from wharfinger.ledger import sql
from wharfinger.ledger.look import moment
from wharfinger.stock.queries.figures import available

WAITING = ("wanted", "to_approve", "to_order", "drafted")
"""The figures of what a line needs and nobody has found yet."""


class Shortage(NamedTuple):
    """What of a line's goods lacks, each figure by itself, in the product's smallest unit."""

    location: int
    """Where the document's goods are taken from first,"""
    place: str
    """and its name."""
    free: int
    """How many are free, anywhere."""
    short_here: int
    """How many of those it needs are not free there,"""
    elsewhere: int
    """and how many are free at other locations."""
    short_for_all: int
    """By how many what all open orders and this line need is more than what is free anywhere."""
    on_order: int
    """How many were bought for it and have not come,"""
    on_order_on: date | None
    """and when the first of them do."""
    for_stock: int
    """Where it needs goods: how many come that are for nobody yet,"""
    for_stock_on: date | None
    """and when the first of them do."""


def shortages(rows: Sequence[Any], figures: Mapping[int, Mapping[str, int]]) -> dict[int, Shortage]:
    """What lacks of these lines, in two statements however many; nothing is read where none waits for goods.

    figures: theirs. What neither needs goods nor has any on order is not in it, nor is a kit's line: its components
    have lines of their own.
    """
    waiting = {
        line.pk: (line, sum(figures[line.pk][name] for name in WAITING), figures[line.pk]["on_order"])
        for line in rows
        if line.product.kind not in ("kit", "service") and line.taken
    }
    waiting = {pk: one for pk, one in waiting.items() if one[1] or one[2]}
    if not waiting:
        return {}
    products = sorted({line.product_id for line, _needed, _bought in waiting.values()})
    free: dict[int, dict[int, int]] = defaultdict(dict)
    for (product, place), units in available(products).items():
        free[product][place] = max(units, 0)
    wanted, comes, places = _read(products, sorted(waiting))
    found = {}
    for line, needed, bought in waiting.values():
        there, (pk, here, name) = free[line.product_id], places.get(line.pk, places[0])
        at_hand, anywhere = there.get(here, 0), sum(there.values())
        others = sum(units for claim, units in wanted[line.product_id].items() if claim != line.pk)
        own, own_on = comes.get((line.product_id, line.pk), (0, None))
        stock, stock_on = comes.get((line.product_id, 0), (0, None)) if needed else (0, None)
        lacks = max(needed - at_hand, 0)
        found[line.pk] = Shortage(
            *(pk, name),
            anywhere,
            lacks,
            anywhere - at_hand if lacks else 0,
            max(others + needed - anywhere, 0) if needed else 0,
            *(bought, own_on if own else None),
            *(stock, stock_on),
        )
    return found


def to_buy(figures: Mapping[str, int]) -> int:
    """How many of a line can be put on a purchase order."""
    return figures["to_order"] + figures["wanted"]


def lacks(
    rows: Sequence[Any], figures: Mapping[int, Mapping[str, int]], short: Mapping[int, Shortage]
) -> dict[int, int]:
    """How many of what can be bought of each line are free nowhere once the lines before it have got theirs."""
    left: dict[int, int] = {}
    found = {}
    for line in rows:
        if (one := short.get(line.pk)) is not None:
            wanted = to_buy(figures[line.pk])
            found[line.pk] = max(wanted - left.setdefault(line.product_id, one.free), 0)
            left[line.product_id] -= wanted - found[line.pk]
    return found


def shown(one: Shortage | None, decimals: int) -> dict[str, Any] | None:
    """What lacks of a line as callers read it."""
    if one is None or not (one.short_here or one.short_for_all or one.on_order):
        return None
    return {
        "location": one.location,
        "short_here": plain(one.short_here, decimals),
        "elsewhere": plain(one.elsewhere, decimals),
        "short_for_all": plain(one.short_for_all, decimals),
        "on_order": plain(one.on_order, decimals),
        "on_order_on": one.on_order_on,
        "on_order_for_stock": plain(one.for_stock, decimals),
        "for_stock_on": one.for_stock_on,
    }


_FIRM = "(s.kind <> 'quote' AND (o.sheet_id IS NULL OR o.confirmed_at IS NOT NULL))"
_OF_LINE = (
    "JOIN demand_line l ON l.claim_id = h.claim_id JOIN demand_sheet s ON s.id = l.sheet_id "
    "LEFT JOIN sales_order o ON o.sheet_id = s.id"
)


def _read(
    products: Sequence[int], lines: Sequence[int]
) -> tuple[
    dict[int, dict[int, int]], dict[tuple[int, int], tuple[int, date | None]], dict[int, tuple[int, int, str]]
]:
    """What firm lines want by product and line, what is on order for these lines or nobody, and where "here" is.

    "Here" is a location by line, the default one under 0: its id, its place and its name.
    Lines that were not asked about count together, under 0. Firm lines whose hold has ended want those goods again.
    """
    wanted: dict[int, dict[int, int]] = defaultdict(dict)
    comes: dict[tuple[int, int], tuple[int, date | None]] = {}
    places = {0: (0, 0, "")}
    of, among, own = sql.array(products), sql.among("h.product_id"), sql.array(lines)
    whose = f"CASE WHEN {sql.among('h.claim_id')} THEN h.claim_id ELSE 0 END"
    on = "CAST(MIN(COALESCE(bl.expected_on, bp.expected_on)) AS text)"
    lapsed = f"h.claim_id > 0 AND c.hold_until <= %s AND NOT {_FIRM}"
    for what, product, line, units, said in sql.fetch(
        f"SELECT 'wanted', h.product_id, {whose}, CAST(SUM(h.quantity) AS bigint), NULL FROM ledger_holding h "
        f"WHERE {among} AND h.kind IN ('demand', 'to_approve', 'to_order', 'drafted') AND h.quantity > 0 "
        "GROUP BY 2, 3 UNION ALL "
        f"SELECT 'again', h.product_id, {whose}, CAST(SUM(h.quantity) AS bigint), NULL FROM ledger_claim c "
        f"CROSS JOIN ledger_holding h {_OF_LINE} WHERE c.hold_until <= %s AND h.claim_id = c.id AND h.kind = 'bin' "
        f"AND h.quantity > 0 AND {among} AND {_FIRM} GROUP BY 2, 3 UNION ALL "
        f"SELECT 'comes', h.product_id, CASE WHEN {lapsed} THEN 0 ELSE h.claim_id END, "
        f"CAST(SUM(h.quantity) AS bigint), {on} FROM ledger_holding h "
        "JOIN ledger_claim c ON c.id = h.claim_id LEFT JOIN demand_line l ON l.claim_id = h.claim_id "
        "LEFT JOIN demand_sheet s ON s.id = l.sheet_id LEFT JOIN sales_order o ON o.sheet_id = s.id "
        "LEFT JOIN purchasing_purchaseline bl ON bl.place_id = h.place_id "
        "LEFT JOIN purchasing_purchaseorder bp ON bp.id = bl.purchase_order_id "
        f"WHERE {among} AND h.kind = 'on_order' AND h.owned AND h.quantity > 0 "
        f"AND (h.claim_id = 0 OR {sql.among('h.claim_id')} OR {lapsed}) GROUP BY 2, 3 UNION ALL "
        "SELECT 'here', k.id, 0, k.place_id, k.name FROM stock_location k WHERE k.\"default\" UNION ALL "
        "SELECT 'here', k.id, l.claim_id, k.place_id, k.name FROM demand_line l "
        "JOIN demand_sheet s ON s.id = l.sheet_id JOIN stock_location k ON k.id = s.location_id "
        f"WHERE {sql.among('l.claim_id')}",
        [own, of, own, now := moment(clock.now()), of, now, of, own, now, own],
    ):
        if what == "here":
            places[line] = product, int(units), said
        elif what == "comes":
            comes[product, line] = int(units), date.fromisoformat(said) if said else None
        else:
            wanted[product][line] = wanted[product].get(line, 0) + int(units)
    return wanted, comes, places
