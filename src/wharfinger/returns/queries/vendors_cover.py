"""Until when the vendor of a unit answers for it; what it gave for another has what was left of that one's time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from wharfinger.devices.rules.warranty import plus_months
from wharfinger.ledger import sql
from wharfinger.returns.queries.figures import stood_for


class VendorsCover(NamedTuple):
    """By which vendor a unit came, and the last day on which it answers for it."""

    vendor: int
    name: str
    end_on: date


_CAME = (
    "SELECT t.lot_id, v.organization_id, n.name, v.warranty_months, e.effective_on FROM ledger_holding t "
    "JOIN ledger_move m ON m.target_id = t.id JOIN ledger_entry e ON e.id = m.entry_id AND e.verb = 'receive' "
    "JOIN ledger_holding s ON s.id = m.source_id AND s.kind = 'on_order' "
    "JOIN purchasing_purchaseline p ON p.place_id = s.place_id "
    "JOIN purchasing_purchaseorder o ON o.id = p.purchase_order_id "
    "JOIN parties_organization n ON n.id = o.vendor_id "
    "JOIN catalog_vendorprice v ON v.product_id = t.product_id AND v.organization_id = o.vendor_id "
    "AND v.void_id IS NULL AND v.warranty_months > 0 "
    f"WHERE {sql.among('t.lot_id')} AND m.quantity > "
    "COALESCE((SELECT SUM(r.quantity) FROM ledger_move r WHERE r.reverses_id = m.id), 0) ORDER BY m.id"
)


def covers(lots: Iterable[int]) -> dict[int, VendorsCover]:
    """By unit what its vendor still owes or owed for it, from the day it was received."""
    wanted = sorted(set(lots))
    if not wanted:
        return {}
    first = {lot: lot for lot in wanted} | stood_for(wanted)
    came: dict[int, VendorsCover] = {}
    for lot, vendor, name, months, day in sql.fetch(_CAME, [sql.array(sorted(set(first.values())))]):
        since = date.fromisoformat(day) if isinstance(day, str) else day
        came[lot] = VendorsCover(vendor, name, plus_months(since, months))
    return {lot: came[root] for lot, root in first.items() if root in came}
