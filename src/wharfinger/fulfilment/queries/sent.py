"""By which shipment goods left that stand with the customer or the carrier."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from wharfinger.ledger import sql


class Sent(NamedTuple):
    """So many units of a holding that left by one shipment."""

    shipment: int
    number: str
    shipped_on: date
    tracking: str
    """Under which numbers the carrier follows it and its containers."""
    units: int


# Goods went to the shipment's place and from there on, or in the entry that made it straight to its site.
_SENT = (
    "SELECT m.target_id, s.id, s.number, s.shipped_on, s.tracking, "
    "(SELECT {join}(c.tracking, ', ') FROM fulfilment_container c WHERE c.shipment_id = s.id AND c.tracking <> ''), "
    "m.quantity - COALESCE((SELECT SUM(r.quantity) FROM ledger_move r WHERE r.reverses_id = m.id), 0) "
    "FROM ledger_move m JOIN ledger_holding t ON t.id = m.target_id JOIN ledger_holding o ON o.id = m.source_id "
    "LEFT JOIN fulfilment_shipment s ON s.id = COALESCE("
    "(SELECT x.id FROM fulfilment_shipment x WHERE x.place_id = t.place_id), "
    "(SELECT x.id FROM fulfilment_shipment x WHERE x.place_id = o.place_id), "
    "(SELECT MIN(x.id) FROM fulfilment_shipment x JOIN parties_site k ON k.id = x.site_id "
    "WHERE x.made_id = m.entry_id AND k.place_id = t.place_id)) "
    "WHERE {among} AND m.reverses_id IS NULL ORDER BY m.id DESC"
)


def sent_by(holdings: Mapping[int, int]) -> dict[int, list[Sent]]:
    """By which shipments the goods of these holdings left, in one statement.

    What arrived last stands first, in the order in which a cancelled delivery takes it back. holdings: how many
    units stand at each.
    """
    join = "string_agg" if sql.on_postgresql() else "group_concat"
    asked = _SENT.format(join=join, among=sql.among("m.target_id"))
    found: dict[int, list[Sent]] = {}
    standing = dict(holdings)
    for holding, shipment, number, day, own, boxes, left in sql.fetch(asked, [sql.array(sorted(holdings))]):
        units = min(int(left), standing[holding])
        standing[holding] -= units
        rows = found.setdefault(holding, [])
        if not units or shipment is None:
            continue
        if rows and rows[-1].shipment == shipment:
            rows[-1] = rows[-1]._replace(units=rows[-1].units + units)
        else:
            tracking = ", ".join(dict.fromkeys(one for one in (own, boxes) if one))
            rows.append(Sent(shipment, number, day, tracking, units))
    return found
