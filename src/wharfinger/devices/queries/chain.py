"""Which unit took the place of which: the row of devices that replaced one another."""

from __future__ import annotations

from collections.abc import Sequence

from wharfinger.base.further import Turn
from wharfinger.ledger import sql

LONGEST = 100
"""No place was ever taken more often; it also ends the search where two units took turns."""

_CHAIN = (
    "WITH RECURSIVE back (id, before_id, n) AS ("
    "SELECT d.id, d.replaces_id, 0 FROM devices_device d WHERE {these} AND d.void_id IS NULL UNION ALL "
    "SELECT d.id, d.replaces_id, b.n - 1 FROM back b JOIN devices_device d ON d.id = b.before_id "
    f"WHERE d.void_id IS NULL AND b.n > -{LONGEST}), "
    "forth (id, n) AS (SELECT b.id, 0 FROM back b WHERE b.n = 0 UNION ALL "
    "SELECT d.id, f.n + 1 FROM forth f JOIN devices_device d ON d.replaces_id = f.id "
    f"WHERE d.void_id IS NULL AND f.n < {LONGEST}) "
    "SELECT l.id, l.code, p.sku, d.id, d.number FROM ("
    "SELECT id, n FROM back UNION SELECT id, n FROM forth) x "
    "JOIN devices_device d ON d.id = x.id JOIN ledger_lot l ON l.id = d.lot_id "
    "JOIN catalog_product p ON p.id = l.product_id ORDER BY x.n, d.id"
)


def chain_of(lots: Sequence[int]) -> list[Turn]:
    """The units that these replaced and were replaced by, the first first, in one statement."""
    found = [
        Turn(*row) for row in sql.fetch(_CHAIN.format(these=sql.among("d.lot_id")), [sql.array(sorted(lots))])
    ]
    turns = {turn.device: turn for turn in found}
    return list(turns.values()) if len(turns) > 1 else []
