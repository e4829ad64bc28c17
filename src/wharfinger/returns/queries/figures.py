"""What was received and inspected of the lines of returns, derived from the moves of their goods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from wharfinger.ledger import sql
from wharfinger.returns.models import RmaLine, VendorAnswer

OUTCOME_OF = {
    "bin": "restock",
    "scrap": "scrap",
    "bench": "repair",
    "at_vendor": "to_vendor",
    "customer": "send_back",
}
"""What became of goods, by the kind of place they went to."""


@dataclass(slots=True)
class Figures:
    """How many units of a return's line came, are here, and what became of the rest."""

    received: int = 0
    here: int = 0
    """At the returns place, still to be inspected."""
    bench: int = 0
    at_vendor: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    serials: list[str] = field(default_factory=list)

    @property
    def inspected(self) -> int:
        """How many units somebody has decided about."""
        return self.received - self.here


_MOVES = (
    "SELECT r.id, x.claim_id, x.lot_id, x.product_id, s.kind, t.kind, SUM(m.quantity - "
    "COALESCE((SELECT SUM(b.quantity) FROM ledger_move b WHERE b.reverses_id = m.id), 0)) "
    # Goods of a return have left its places, so the sales that its lines name lead to them; CROSS JOIN keeps
    # SQLite to that order.
    "FROM (SELECT DISTINCT rma_id, COALESCE(line_id, 0) AS claim_id FROM returns_rmaline WHERE {chosen}) k "
    "CROSS JOIN returns_rma r CROSS JOIN ledger_holding x CROSS JOIN ledger_move m "
    "CROSS JOIN ledger_holding s CROSS JOIN ledger_holding t "
    "WHERE r.id = k.rma_id AND x.claim_id = k.claim_id AND x.kind IN ('returns', 'bench', 'at_vendor') "
    "AND x.place_id IN (r.place_id, r.bench_place_id, r.vendor_place_id) "
    "AND m.{end}_id = x.id AND s.id = m.source_id AND t.id = m.target_id AND m.reverses_id IS NULL "
    "GROUP BY r.id, x.claim_id, x.lot_id, x.product_id, s.kind, t.kind"
)
_HERE = (
    "SELECT r.id, x.claim_id, x.lot_id, x.product_id, x.kind, l.code, x.quantity FROM returns_rma r "
    "JOIN ledger_holding x ON x.place_id IN (r.place_id, r.bench_place_id, r.vendor_place_id) "
    "AND x.quantity > 0 "
    "JOIN ledger_lot l ON l.id = x.lot_id WHERE {chosen}"
)


def figures(rmas: Iterable[int], lines: Sequence[Any] | None = None) -> dict[int, Figures]:
    """The figures of the lines of these returns, in three statements at most."""
    wanted = sorted(set(rmas))
    if lines is None:
        lines = list(RmaLine.objects.filter(rma__in=wanted, void__isnull=True))
    found = {line.pk: Figures() for line in lines}
    if not wanted:
        return found
    match = Matching(lines)
    chosen, params = sql.among("rma_id"), [sql.array(wanted)]
    for rma, claim, lot, product, source, _, units in sql.fetch(
        _MOVES.format(end="target", chosen=chosen), params
    ):
        line = match.line(rma, claim, lot, product)
        if line is not None and source in ("customer", "in_transit", "outside"):
            found[line].received += int(units)
    for rma, claim, lot, product, _, target, units in sql.fetch(
        _MOVES.format(end="source", chosen=chosen), params
    ):
        line = match.line(rma, claim, lot, product)
        if line is not None and target in OUTCOME_OF and units:
            done = found[line].outcomes
            done[OUTCOME_OF[target]] = done.get(OUTCOME_OF[target], 0) + int(units)
    for rma, claim, lot, product, kind, code, units in sql.fetch(
        _HERE.format(chosen=sql.among("r.id")), params
    ):
        line = match.line(rma, claim, lot, product)
        if line is None:
            continue
        one = found[line]
        one.here += units if kind == "returns" else 0
        one.bench += units if kind == "bench" else 0
        one.at_vendor += units if kind == "at_vendor" else 0
        one.serials += [code] if code else []
    return found


def stood_for(lots: Iterable[int]) -> dict[int, int]:
    """The unit that each of these came for from a vendor, where it did; the first one, however often that was."""
    first: dict[int, int] = {}
    ask = sorted(set(lots))
    while ask:
        found = VendorAnswer.objects.filter(replacement__in=ask, void__isnull=True)
        pairs = dict(found.order_by("pk").values_list("replacement_id", "line__lot_id"))
        ask = sorted({lot for lot in pairs.values() if lot} - first.keys() - pairs.keys())
        first |= {new: old for new, old in pairs.items() if new and old}
    return {lot: _first(first, lot) for lot in first}


def _first(before: dict[int, int], lot: int) -> int:
    for _ in range(len(before)):
        lot = before.get(lot, lot)
    return lot


class Matching:
    """Of which line of its return a unit is: the one that names its lot, else the one that names its sale.

    A unit that a vendor gave for another is of the line of that one.
    """

    def __init__(self, lines: Sequence[Any]) -> None:
        self.first: dict[int, int] = {}
        self.by_lot = {(x.rma_id, x.line_id or 0, x.lot_id): x.pk for x in lines if x.lot_id is not None}
        self.by_sale = {
            (x.rma_id, x.line_id or 0, x.product_id): x.pk for x in reversed(lines) if x.lot_id is None
        }

    def line(self, rma: int, claim: int, lot: int, product: int) -> int | None:
        """The line, if the return has one for it."""
        known = self.by_lot.get((rma, claim, lot)) or self.by_sale.get((rma, claim, product))
        if known is None and self.by_lot:
            if lot not in self.first:
                self.first |= {lot: lot, **stood_for([lot])}
            known = self.by_lot.get((rma, claim, self.first[lot]))
        return known
