"""What is part of what, however deep, as far as the customer has it."""

from __future__ import annotations

from collections.abc import Iterable

from wharfinger.devices.rules import WITH_CUSTOMER
from wharfinger.devices.rules.parts import Part
from wharfinger.ledger import sql
from wharfinger.ledger.plan import Truth

_STANDS = "r.kind = 'parent' AND r.void_id IS NULL AND r.ended_at IS NULL"
_INSIDE = (
    "WITH RECURSIVE inside(id, whole) AS ("
    "SELECT r.device_id, w.lot_id FROM devices_relation r JOIN devices_device w ON w.id = r.other_id "
    f"WHERE {_STANDS} AND w.void_id IS NULL AND {{roots}} UNION "
    f"SELECT r.device_id, i.whole FROM devices_relation r JOIN inside i ON r.other_id = i.id WHERE {_STANDS}) "
    "SELECT i.whole, d.lot_id, d.id, d.product_id, h.claim_id, l.code FROM inside i "
    "JOIN devices_device d ON d.id = i.id JOIN ledger_lot l ON l.id = d.lot_id "
    "JOIN ledger_holding h ON h.lot_id = d.lot_id AND h.quantity > 0 AND NOT h.unbounded "
    "AND h.kind IN ('customer', 'in_transit') WHERE d.void_id IS NULL AND d.removed_on IS NULL ORDER BY d.id"
)


def parts_of_lots(lots: Iterable[int]) -> list[Part]:
    """The parts of the devices that these lots are, and theirs."""
    wanted = sorted(set(lots))
    if not wanted:
        return []
    return [Part(*row) for row in sql.fetch(_INSIDE.format(roots=sql.among("w.lot_id")), [sql.array(wanted)])]


def parts_of_lines(lines: Iterable[int]) -> list[Part]:
    """The parts of the devices that goods of these lines are, and theirs."""
    wanted = sorted(set(lines))
    if not wanted:
        return []
    there = (
        "w.lot_id IN (SELECT g.lot_id FROM ledger_holding g WHERE g.serial AND g.quantity > 0 "
        f"AND g.kind IN ('customer', 'in_transit') AND {sql.among('g.claim_id')})"
    )
    return [Part(*row) for row in sql.fetch(_INSIDE.format(roots=there), [sql.array(wanted)])]


def read_parts(truth: Truth) -> None:
    """Read the parts of the units at hand that are with customers."""
    truth.read["parts"] = parts_of_lots(
        h.lot for h in truth.held if h.spot.serial and h.kind in WITH_CUSTOMER
    )
