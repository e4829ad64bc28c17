"""Which unit took the place of which: at a customer, or because its vendor gave it for another."""

from __future__ import annotations

from collections.abc import Sequence

from wharfinger.base.further import Turn
from wharfinger.ledger import sql

LONGEST = 100
"""No place was ever taken more often; it also ends the search where two units took turns."""

_CHAIN = (
    "WITH RECURSIVE edge (old_id, new_id) AS ("
    "SELECT o.lot_id, d.lot_id FROM devices_device d JOIN devices_device o ON o.id = d.replaces_id "
    "WHERE d.replaces_id IS NOT NULL AND d.void_id IS NULL AND o.void_id IS NULL UNION "
    "SELECT l.lot_id, a.replacement_id FROM returns_vendoranswer a "
    "JOIN returns_vendorclaimline l ON l.id = a.line_id "
    "WHERE a.replacement_id IS NOT NULL AND a.void_id IS NULL AND l.lot_id IS NOT NULL), "
    "back (id, n) AS (SELECT l.id, 0 FROM ledger_lot l WHERE {these} UNION "
    f"SELECT e.old_id, b.n - 1 FROM back b JOIN edge e ON e.new_id = b.id WHERE b.n > -{LONGEST}), "
    "forth (id, n) AS (SELECT b.id, 0 FROM back b WHERE b.n = 0 UNION "
    f"SELECT e.new_id, f.n + 1 FROM forth f JOIN edge e ON e.old_id = f.id WHERE f.n < {LONGEST}) "
    "SELECT l.id, l.code, p.sku, d.id, COALESCE(d.number, '') FROM ("
    "SELECT id, n FROM back UNION SELECT id, n FROM forth) x "
    "JOIN ledger_lot l ON l.id = x.id JOIN catalog_product p ON p.id = l.product_id "
    "LEFT JOIN devices_device d ON d.lot_id = l.id AND d.void_id IS NULL ORDER BY x.n, l.id"
)


def chain_of(lots: Sequence[int]) -> list[Turn]:
    """The units that these replaced and were replaced by, the first first, in one statement."""
    found = [
        Turn(*row) for row in sql.fetch(_CHAIN.format(these=sql.among("l.id")), [sql.array(sorted(lots))])
    ]
    turns = {turn.lot: turn for turn in found}
    return list(turns.values()) if len(turns) > 1 else []
