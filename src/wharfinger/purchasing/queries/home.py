"""Goods of a receipt that left, came back, and lie in a layer that their return opened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from fractions import Fraction
from typing import Any

from wharfinger.ledger import sql
from wharfinger.ledger.models import Layer
from wharfinger.ledger.plan import OpenLayer, Truth

ROUNDS = 20
"""Goods that went out and came back more often than this count as gone."""

_NET = "SUM(d.quantity + COALESCE((SELECT SUM(b.quantity) FROM ledger_draw b WHERE b.reverses_id = d.id), 0))"
_WENT = (
    f"SELECT h.claim_id, h.lot_id, d.layer_id, {_NET} FROM ledger_holding h "
    "JOIN ledger_move m ON m.target_id = h.id JOIN ledger_draw d ON d.move_id = m.id "
    "WHERE d.reverses_id IS NULL AND d.quantity > 0 AND h.kind IN ('in_transit', 'customer') AND h.claim_id IN ("
    "SELECT g.claim_id FROM ledger_draw x JOIN ledger_move y ON y.id = x.move_id "
    "JOIN ledger_holding g ON g.id = y.target_id WHERE {layers} AND x.quantity > 0 AND x.reverses_id IS NULL "
    "AND g.claim_id > 0) GROUP BY h.claim_id, h.lot_id, d.layer_id"
)
_CAME = (
    f"SELECT h.claim_id, h.lot_id, d.layer_id, -{_NET} FROM ledger_holding h "
    "JOIN ledger_move m ON m.source_id = h.id JOIN ledger_draw d ON d.move_id = m.id "
    "WHERE {claims} AND h.kind IN ('returns', 'bench', 'at_vendor', 'customer') "
    "AND d.reverses_id IS NULL AND d.quantity < 0 GROUP BY h.claim_id, h.lot_id, d.layer_id"
)

Units = dict[tuple[int, int], dict[int, int]]
"""By line and lot, how many units went out of each layer, or came into it."""


def read_home(truth: Truth, roots: Collection[int]) -> None:
    """Read which layers hold units of these layers again, and how many: ``home`` by layer.

    What comes back is worth a share of all that its line took, so it counts by that share as coming from each layer.
    """
    went: Units = {}
    came: Units = {}
    known, edge = set(roots), set(roots)
    for _ in range(ROUNDS):
        if not edge:
            break
        went |= _by_line(_WENT.format(layers=sql.among("x.layer_id")), [sql.array(sorted(edge))])
        lines = sorted({line for line, _ in went})
        if lines:
            came |= _by_line(_CAME.format(claims=sql.among("h.claim_id")), [sql.array(lines)])
        edge = {layer for of in came.values() for layer in of} - known
        known |= edge
    truth.read["home"] = {root: {} for root in roots}
    opened = known - set(roots)
    parts = {root: _parts(root, went, came) for root in roots} if opened else {}
    for one in Layer.objects.filter(pk__in=opened, quantity__gt=0) if opened else ():
        layer = OpenLayer(one.pk, one.product_id, one.lot_id, one.effective_on, one.quantity, one.value_minor)
        truth.layers.setdefault(one.product_id, []).append(layer)
        truth.read["open_layers"][one.pk] = layer
        for root in roots:
            if part := parts[root].get(one.pk):
                truth.read["home"][root][one.pk] = one.quantity * part


def _by_line(statement: str, params: list[Any]) -> Units:
    found: Units = defaultdict(dict)
    for line, lot, layer, units in sql.fetch(statement, params):
        if int(units) > 0:
            found[line, lot][layer] = int(units)
    return found


def _parts(root: int, went: Units, came: Units) -> dict[int, Fraction]:
    """By layer, which part of the units that came into it come from the root."""
    whole: Units = defaultdict(lambda: defaultdict(int))
    for (line, _), of in went.items():
        for layer, units in of.items():
            whole[line, 0][layer] += units
    into: dict[int, list[tuple[int, dict[int, int]]]] = defaultdict(list)
    for (line, lot), of in came.items():
        for layer, units in of.items():
            into[layer].append((units, went.get((line, lot)) or whole[line, 0]))
    part = {root: Fraction(1)}
    # Goods come back after they left, so a layer is younger than all whose goods it holds.
    for layer in sorted(into.keys() - {root}):
        ours = sum(
            (
                units
                * Fraction(sum(n * part.get(at, Fraction()) for at, n in taken.items()), sum(taken.values()))
                for units, taken in into[layer]
                if taken
            ),
            Fraction(),
        )
        part[layer] = ours / sum(units for units, _ in into[layer])
    return part
