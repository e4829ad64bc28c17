"""The order of ten lines by hand-written SQL: create, reserve, pick, ship, invoice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from bench.floor.driver import Floor

WANT, TO_ORDER, COVERED, BILL, TO_BILL = 1, 5, 6, 20, 22
"""Places that exist once."""


def create(
    floor: Floor, key: str, customer: int, site: int, wanted: Sequence[tuple[int, int]]
) -> tuple[int, list[int]]:
    """A confirmed order of these products: its lines are to be ordered and may be billed."""
    floor.begin()
    answer = floor.enter(key)
    products = {
        r[0]: r
        for r in floor.run(
            "SELECT p.id, p.price_micro, p.tax_code_id, p.name, l.id FROM catalog_product p JOIN ledger_lot l ON l.product_id = p.id "
            f"AND l.code_key = '' AND l.owner_id IS NULL WHERE {floor.among('p.id')}",
            [floor.ids([p for p, _ in wanted])],
        )
    }
    entry = floor.entry("order", key)
    number = floor.number("order", "SO-{n}")
    (sheet,) = floor.insert(
        "demand_sheet",
        [
            {
                "kind": "order",
                "number": number,
                "organization_id": customer,
                "currency": "EUR",
                "ordered_on": floor.today,
                "priority": "normal",
                "made_id": entry,
            }
        ],
    )
    floor.insert("sales_order", [{"sheet_id": sheet, "confirmed_at": floor.now}], key="sheet_id")
    claims = floor.insert("ledger_claim", [{} for _ in wanted])
    floor.insert(
        "demand_line",
        [
            {
                "claim_id": c, "sheet_id": sheet, "order_id": sheet, "position": n + 1, "product_id": p, "description": products[p][3],
                "organization_id": customer, "site_id": site, "quantity": q, "unit": "", "per": None, "unit_price_micro": products[p][1],
                "tax_code_id": products[p][2], "currency": "EUR", "billable": True, "taken": True, "made_id": entry,
            }
            for n, (c, (p, q)) in enumerate(zip(claims, wanted, strict=True))
        ],
        key="claim_id",
    )  # fmt: skip
    rows = []
    for c, (p, q) in zip(claims, wanted, strict=True):
        lot = products[p][4]
        rows += [
            [lot, p, WANT, "want", True, c, -q],
            [lot, p, TO_ORDER, "to_order", False, c, q],
            [lot, p, BILL, "bill", True, c, -q],
            [lot, p, TO_BILL, "to_bill", False, c, q],
        ]
    at = floor.add(rows)
    pairs = []
    for c, (p, q) in zip(claims, wanted, strict=True):
        lot = products[p][4]
        pairs += [(at[lot, WANT, c], at[lot, TO_ORDER, c], q), (at[lot, BILL, c], at[lot, TO_BILL, c], q)]
    floor.moves(entry, pairs)
    floor.leave(
        answer,
        entry,
        [
            (f"order:{sheet}", None, None),
            ("demand.Sheet", "made", f"[{sheet}]"),
            ("demand.Line", "made", json.dumps(claims)),
        ],
    )
    floor.commit()
    return sheet, claims


def _held(floor: Floor, claims: Sequence[int]) -> list[Any]:
    """What the lines hold: id, lot, product, place, kind, claim, quantity, location."""
    return floor.run(
        "SELECT h.id, h.lot_id, h.product_id, h.place_id, h.kind, h.claim_id, h.quantity, p.parent_id FROM ledger_holding h "
        f"JOIN ledger_place p ON p.id = h.place_id WHERE {floor.among('h.claim_id')} AND h.quantity > 0 AND NOT h.unbounded",
        [floor.ids(claims)],
    )


def reserve(floor: Floor, key: str, sheet: int, claims: Sequence[int], products: Sequence[int]) -> None:
    """Hold free goods for all that the lines want."""
    floor.begin()
    answer = floor.enter(key)
    floor.lock("demand_sheet", [sheet])
    floor.lock("catalog_product", products)
    floor.lock("ledger_claim", claims)
    wishes = [r for r in _held(floor, claims) if r[4] == "to_order"]
    free: dict[int, list[Any]] = {}
    for r in floor.run(
        "SELECT h.product_id, h.lot_id, h.place_id, h.quantity FROM ledger_holding h JOIN ledger_place p ON p.id = h.place_id "
        f"WHERE h.claim_id = 0 AND h.kind = 'bin' AND h.owned AND h.quantity > 0 AND {floor.among('h.product_id')} ORDER BY p.sequence",
        [floor.ids(products)],
    ):
        free.setdefault(r[0], list(r))
    taken, given, legs = [], [], []
    for _, lot, product, _, _, claim, q, _ in wishes:
        _, goods, bin_place, at_hand = free[product]
        assert at_hand >= q
        taken += [[goods, bin_place, 0, q], [lot, TO_ORDER, claim, q]]
        given += [
            [goods, product, bin_place, "bin", False, claim, q],
            [lot, product, COVERED, "covered", False, claim, q],
        ]
        legs.append((goods, lot, bin_place, claim, q))
    entry = floor.entry("reserve", key)
    at = floor.subtract(sorted(taken)) | floor.add(given)
    pairs = []
    for goods, lot, bin_place, claim, q in legs:
        pairs += [
            (at[goods, bin_place, 0], at[goods, bin_place, claim], q),
            (at[lot, TO_ORDER, claim], at[lot, COVERED, claim], q),
        ]
    floor.moves(entry, pairs)
    floor.leave(answer, entry, [(f"order:{sheet}", None, None)])
    floor.commit()


def pick(
    floor: Floor, key: str, sheet: int, claims: Sequence[int], products: Sequence[int], stages: dict[int, int]
) -> None:
    """Take what the lines reserved out of its bins."""
    floor.begin()
    answer = floor.enter(key)
    floor.lock("demand_sheet", [sheet])
    floor.lock("catalog_product", products)
    floor.lock("ledger_claim", claims)
    goods = [r for r in _held(floor, claims) if r[4] == "bin"]
    entry = floor.entry("pick", key)
    at = floor.subtract(sorted([r[1], r[3], r[5], r[6]] for r in goods))
    at |= floor.add([[r[1], r[2], stages[r[7]], "picked", False, r[5], r[6]] for r in goods])
    floor.moves(entry, [(at[r[1], r[3], r[5]], at[r[1], stages[r[7]], r[5]], r[6]) for r in goods])
    floor.leave(answer, entry, [(f"order:{sheet}", None, None)])
    floor.commit()


def ship(
    floor: Floor,
    key: str,
    sheet: int,
    claims: Sequence[int],
    products: Sequence[int],
    customer: int,
    site: int,
    there: int,
) -> None:
    """Hand picked goods to the customer and draw their cost, first in first out."""
    floor.begin()
    answer = floor.enter(key)
    floor.lock("demand_sheet", [sheet])
    floor.lock("catalog_product", products)
    floor.lock("ledger_claim", claims)
    goods = [r for r in _held(floor, claims) if r[4] == "picked"]
    layers: dict[int, list[Any]] = {}
    for r in floor.run(
        f"SELECT id, product_id, quantity, value_minor FROM ledger_layer WHERE quantity > 0 AND {floor.among('product_id')} "
        "ORDER BY product_id, effective_on, id",
        [floor.ids(products)],
    ):
        layers.setdefault(r[1], []).append(list(r))
    entry = floor.entry("ship", key)
    number = floor.number("shipment", "SH-{n}")
    (place,) = floor.insert("ledger_place", [{"kind": "in_transit", "unbounded": False, "sequence": 0}])
    (shipment,) = floor.insert(
        "fulfilment_shipment",
        [
            {
                "number": number,
                "organization_id": customer,
                "site_id": site,
                "place_id": place,
                "shipped_on": floor.today,
                "delivered_on": floor.today,
                "made_id": entry,
            }
        ],
    )
    at = floor.subtract(sorted([r[1], r[3], r[5], r[6]] for r in goods))
    at |= floor.add([[r[1], r[2], there, "customer", False, r[5], r[6]] for r in goods])
    moves = floor.moves(entry, [(at[r[1], r[3], r[5]], at[r[1], there, r[5]], r[6]) for r in goods])
    draws = []
    for move, r in zip(moves, goods, strict=True):
        layer = layers[r[2]][0]
        assert layer[2] >= r[6]
        value = (2 * layer[3] * r[6] + layer[2]) // (2 * layer[2])
        draws.append((move, layer[0], r[6], value))
        layer[2] -= r[6]
        layer[3] -= value
    source, params = floor.table(
        "bigint bigint bigint", [[d[1], d[2], d[3]] for d in sorted(draws, key=lambda d: d[1])]
    )
    floor.run(
        f"UPDATE ledger_layer SET quantity = quantity - v.b, value_minor = value_minor - v.c FROM {source} v WHERE ledger_layer.id = v.a",
        params,
    )
    floor.insert(
        "ledger_draw",
        [
            {"entry_id": entry, "move_id": m, "layer_id": y, "quantity": q, "value_minor": v}
            for m, y, q, v in draws
        ],
    )
    floor.leave(
        answer,
        entry,
        [
            (f"order:{sheet}", None, None),
            (f"shipment:{shipment}", None, None),
            ("fulfilment.Shipment", "made", f"[{shipment}]"),
        ],
    )
    floor.commit()


def invoice(floor: Floor, key: str, sheet: int, claims: Sequence[int], customer: int, site: int) -> None:
    """Ask for all that the lines may be billed for."""
    floor.begin()
    answer = floor.enter(key)
    floor.lock("demand_sheet", [sheet])
    floor.lock("ledger_claim", claims)
    bills = {r[5]: r for r in _held(floor, claims) if r[4] == "to_bill"}
    lines = floor.run(
        "SELECT l.claim_id, l.product_id, l.description, l.unit_price_micro, l.tax_code_id, t.rate_micro FROM demand_line l "
        f"JOIN catalog_taxcode t ON t.id = l.tax_code_id WHERE {floor.among('l.claim_id')} ORDER BY l.position",
        [floor.ids(claims)],
    )
    entry = floor.entry("invoice", key)
    number = floor.number("invoice", "INV-{n}")
    priced = [(r, bills[r[0]][6], (r[3] * bills[r[0]][6] + 5000) // 10000) for r in lines]
    net = sum(n for _, _, n in priced)
    tax = (2 * net * lines[0][5] + 10**6) // (2 * 10**6)
    (place,) = floor.insert("ledger_place", [{"kind": "invoiced", "unbounded": False, "sequence": 0}])
    (invoice,) = floor.insert(
        "billing_invoice",
        [
            {
                "number": number, "organization_id": customer, "site_id": site, "sheet_id": sheet, "currency": "EUR", "issued_on": floor.today,
                "due_on": floor.today, "net_minor": net, "tax_minor": tax, "total_minor": net + tax, "posted_at": floor.now,
                "place_id": place, "made_id": entry,
            }
        ],
    )  # fmt: skip
    floor.insert(
        "billing_invoiceline",
        [
            {
                "invoice_id": invoice, "line_id": r[0], "position": n + 1, "product_id": r[1], "description": r[2], "quantity": q,
                "unit_price_micro": r[3], "tax_code_id": r[4], "rate_micro": r[5], "net_minor": amount, "gross_minor": None,
            }
            for n, (r, q, amount) in enumerate(priced)
        ],
    )  # fmt: skip
    rows = [bills[c] for c in claims]
    at = floor.subtract(sorted([r[1], r[3], r[5], r[6]] for r in rows))
    at |= floor.add([[r[1], r[2], place, "invoiced", False, r[5], r[6]] for r in rows])
    floor.moves(entry, [(at[r[1], r[3], r[5]], at[r[1], place, r[5]], r[6]) for r in rows])
    source, params = floor.table(
        "text bigint text text bigint",
        [
            ["receivable", customer, f"invoice:{invoice}", "EUR", net + tax],
            ["revenue", 0, "", "EUR", 0],
            ["tax", 0, "", "EUR", 0],
        ],
    )
    accounts = {
        r[1]: r[0]
        for r in floor.run(
            "INSERT INTO ledger_account (kind, party_id, document, currency, balance_minor, balance_home_minor) "
            f"SELECT a, NULLIF(b, 0), c, d, e, e FROM {source} v WHERE true ORDER BY ord "
            "ON CONFLICT (kind, COALESCE(party_id, 0), document, currency) DO UPDATE SET balance_minor = ledger_account.balance_minor "
            "+ excluded.balance_minor RETURNING id, kind",
            params,
        )
    }
    floor.insert(
        "ledger_posting",
        [
            {
                "entry_id": entry,
                "n": n,
                "source_id": accounts[kind],
                "target_id": accounts["receivable"],
                "amount_minor": m,
                "home_minor": m,
            }
            for n, (kind, m) in enumerate((("revenue", net), ("tax", tax)))
        ],
    )
    floor.leave(
        answer,
        entry,
        [
            (f"order:{sheet}", None, None),
            (f"invoice:{invoice}", None, None),
            (f"organization:{customer}", None, None),
            ("billing.Invoice", "made", f"[{invoice}]"),
        ],
        told=("notices", "webhooks", "documents"),
    )
    floor.commit()
