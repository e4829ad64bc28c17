"""The receipt of a purchase order by hand-written SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.floor.driver import Floor


def receive(floor: Floor, key: str, order: int, lines: Sequence[int]) -> None:
    """Take in all that is on order: into the default bin, for whoever waits, worth what the order says."""
    floor.begin()
    answer = floor.enter(key)
    floor.lock("purchasing_purchaseorder", [order])
    wanted = _lines(floor, lines)
    places = [r[3] for r in wanted]
    floor.lock("catalog_product", [r[1] for r in wanted])
    claims = [
        r[0]
        for r in floor.run(
            f"SELECT DISTINCT claim_id FROM ledger_holding WHERE {floor.among('place_id')} AND quantity > 0 AND claim_id > 0",
            [floor.ids(places)],
        )
    ]
    floor.lock("ledger_claim", claims)
    waiting = floor.run(
        "SELECT h.place_id, h.lot_id, h.product_id, h.claim_id, h.quantity, l.sheet_id FROM ledger_holding h "
        f"LEFT JOIN demand_line l ON l.claim_id = h.claim_id WHERE {floor.among('h.place_id')} AND h.quantity > 0",
        [floor.ids(places)],
    )
    entry = floor.entry("receive", key)
    (receipt,) = floor.insert(
        "purchasing_receipt",
        [
            {
                "number": floor.number("receipt", "GR-{n}"),
                "vendor_id": wanted[0][5],
                "received_on": floor.today,
                "made_id": entry,
            }
        ],
    )
    _goods(floor, entry, wanted, waiting)
    sheets = sorted({r[5] for r in waiting if r[5]})
    floor.leave(
        answer,
        entry,
        [
            (f"receipt:{receipt}", None, None),
            (f"purchase_order:{order}", None, None),
            *((f"order:{sheet}", None, None) for sheet in sheets),
            ("purchasing.Receipt", "made", f"[{receipt}]"),
        ],
        told=("notices", "webhooks", "serving"),
    )
    floor.commit()


def _lines(floor: Floor, lines: Sequence[int]) -> list[Any]:
    """What was ordered: id, product, unit cost, place, bin, vendor."""
    return floor.run(
        "SELECT l.id, l.product_id, l.unit_cost_micro, l.place_id, b.place_id, o.vendor_id FROM purchasing_purchaseline l "
        "JOIN purchasing_purchaseorder o ON o.id = l.purchase_order_id "
        'JOIN stock_bin b ON b.location_id = l.location_id AND b."default" '
        f"WHERE {floor.among('l.id')} ORDER BY l.position",
        [floor.ids(lines)],
    )


def _goods(floor: Floor, entry: int, wanted: Sequence[Any], waiting: Sequence[Any]) -> None:
    """The units, what they are worth, and that nothing is on order any more."""
    into = {r[3]: r for r in wanted}
    at = floor.subtract(sorted([lot, place, claim, q] for place, lot, _, claim, q, _ in waiting))
    at |= floor.add(
        [
            [lot, product, into[place][4], "bin", False, claim, q]
            for place, lot, product, claim, q, _ in waiting
        ]
    )
    moves = floor.moves(
        entry,
        [
            (at[lot, place, claim], at[lot, into[place][4], claim], q)
            for place, lot, _, claim, q, _ in waiting
        ],
    )
    worth = [(q, (into[place][2] * q + 5000) // 10000) for place, _, _, _, q, _ in waiting]
    layers = floor.insert(
        "ledger_layer",
        [
            {"product_id": r[2], "effective_on": floor.today, "quantity": q, "value_minor": value}
            for r, (q, value) in zip(waiting, worth, strict=True)
        ],
    )
    floor.insert(
        "ledger_draw",
        [
            {"entry_id": entry, "move_id": move, "layer_id": layer, "quantity": -q, "value_minor": -value}
            for move, layer, (q, value) in zip(moves, layers, worth, strict=True)
        ],
    )
    floor.run(
        "UPDATE purchasing_purchaseorder SET done_id = %s WHERE id = (SELECT purchase_order_id FROM "
        "purchasing_purchaseline WHERE id = %s)",
        [entry, wanted[0][0]],
    )
