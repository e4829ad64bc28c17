"""The floor: the same rows as our acts write, by hand-written set-based SQL on the bare driver, and nothing else.

No framework, no checks beyond what a correct answer needs: the key, the locks, the reads that decide, the
rows. Every statement's text is made once. What our actions cost more than this is ours to win.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

WANT, TO_ORDER, COVERED, BILL, TO_BILL, VENDOR, DRAFTED = 1, 5, 6, 20, 22, 10, 0


class Floor:
    """Hand-written acts over one bare connection."""

    def __init__(self, raw: Any, vendor: str) -> None:
        self.raw, self.pg = raw, vendor == "postgresql"
        self.texts: dict[Any, str] = {}
        self.columns: dict[str, list[tuple[str, str]]] = {}
        self.n = 0
        if self.pg:
            raw.prepare_threshold = 1

    # The driver

    def run(self, sql: str, params: Sequence[Any] = ()) -> list[Any]:
        """One statement; its rows."""
        self.n += 1
        if self.pg:
            cursor = self.raw.execute(sql, params)
            return cursor.fetchall() if cursor.description else []
        return self.raw.execute(sql.replace("%s", "?"), params).fetchall()

    def begin(self) -> None:
        """Begin an act."""
        self.raw.execute("BEGIN" if self.pg else "BEGIN IMMEDIATE")

    def commit(self) -> None:
        """End it."""
        self.raw.execute("COMMIT")

    def ids(self, values: Sequence[int]) -> Any:
        """A list of ids as one parameter."""
        return list(values) if self.pg else json.dumps(list(values))

    def among(self, column: str) -> str:
        """A condition on such a parameter."""
        return (
            f"{column} = ANY(%s::bigint[])" if self.pg else f"{column} IN (SELECT value FROM json_each(%s))"
        )

    def table(self, types: str, rows: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
        """Rows as a sub-select of columns a, b, c …; types: one word per column."""
        names = [chr(97 + i) for i in range(len(types.split()))]
        if self.pg:
            text = self.texts.setdefault(
                types,
                f"(SELECT * FROM unnest({', '.join(f'%s::{t}[]' for t in types.split())}) WITH ORDINALITY u({', '.join(names)}, ord))",
            )
            return text, [list(c) for c in zip(*rows, strict=True)]
        picked = ", ".join(f"json_extract(value, '$[{i}]') {n}" for i, n in enumerate(names))
        return self.texts.setdefault(types, f"(SELECT {picked}, key ord FROM json_each(%s))"), [
            json.dumps(rows)
        ]

    def shape(self, table: str) -> list[tuple[str, str]]:
        """Columns of a table with their types, but its own generated key."""
        if table not in self.columns:
            if self.pg:
                found = self.raw.execute(
                    "SELECT column_name, data_type, is_identity FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position",
                    [table],
                ).fetchall()
                self.columns[table] = [
                    (n, "text" if t == "character varying" else t.replace(" ", "_"))
                    for n, t, i in found
                    if i == "NO"
                ]
            else:
                found = self.raw.execute(f"PRAGMA table_info({table})").fetchall()
                self.columns[table] = [(r[1], r[2]) for r in found if not (r[5] and r[1] == "id")]
        return self.columns[table]

    def insert(self, table: str, rows: Sequence[dict[str, Any]], key: str = "id") -> list[int]:
        """Insert rows; columns that are not given take the plainest value the schema allows."""
        shape = self.shape(table)
        types = " ".join(t for _, t in shape) if self.pg else " ".join("x" for _ in shape)
        values = [[row[n] if n in row else _plain(n, t) for n, t in shape] for row in rows]
        if self.pg:
            types = types.replace("timestamp_with_time_zone", "timestamptz")
        names = ", ".join(f'"{n}"' for n, _ in shape)
        if len(shape) > 26:
            raise AssertionError(f"{table} has more columns than letters")
        source, params = self.table(types, values)
        letters = ", ".join(chr(97 + i) for i in range(len(shape)))
        sql = self.texts.setdefault(
            ("insert", table),
            f'INSERT INTO {table} ({names}) SELECT {letters} FROM {source} v ORDER BY ord RETURNING "{key}"',
        )
        return sorted(r[0] for r in self.run(sql, params))

    # What every act begins and ends with

    def enter(self, verb: str, key: str) -> tuple[int, int]:
        """The key and the entry."""
        now = datetime.now(UTC)
        stamp = now if self.pg else now.strftime("%Y-%m-%d %H:%M:%S.%f")
        self.now, self.today = stamp, now.date() if self.pg else now.date().isoformat()
        (answer,) = self.insert(
            "ledger_answer", [{"actor_key": 0, "key": key, "hash": "h", "made_at": stamp}]
        )
        return answer, 0

    def entry(self, verb: str, key: str) -> int:
        """The act in the journal."""
        (pk,) = self.insert(
            "ledger_entry",
            [{"verb": verb, "recorded_at": self.now, "effective_on": self.today, "reason": "", "key": key}],
        )
        return pk

    def leave(
        self, answer: int, entry: int, subjects: Sequence[tuple[str, str | None, str | None]], outbox: int = 2
    ) -> None:
        """Facts, outbox, answer."""
        self.insert(
            "ledger_fact", [{"entry_id": entry, "subject": s, "field": f, "new": n} for s, f, n in subjects]
        )
        self.insert(
            "ledger_outbox",
            [
                {"entry_id": entry, "consumer": c, "due_at": self.now, "payload": "{}"}
                for c in ("notices", "webhooks", "documents")[:outbox]
            ],
        )
        self.run("UPDATE ledger_answer SET status = 200, body = %s WHERE id = %s", [str(entry), answer])

    def lock(self, table: str, ids: Sequence[int], key: str = "id") -> None:
        """Lock rows, on PostgreSQL; SQLite's transaction is the lock."""
        if self.pg:
            self.run(
                f"SELECT 1 FROM {table} WHERE {self.among(key)} ORDER BY {key} FOR NO KEY UPDATE",
                [self.ids(ids)],
            )

    def number(self, series: str, pattern: str) -> str:
        """The next number of a series."""
        ((end,),) = self.run(
            "INSERT INTO ledger_counter (series, pattern, next) VALUES (%s, %s, 2) ON CONFLICT (series) DO UPDATE "
            "SET next = ledger_counter.next + 1 RETURNING next",
            [series, pattern],
        )
        return pattern.format(n=end - 1)

    def subtract(self, rows: Sequence[Sequence[int]]) -> dict[tuple[int, int, int], int]:
        """Take from bounded holdings (lot, place, claim, quantity)."""
        source, params = self.table("bigint bigint bigint bigint", rows)
        found = self.run(
            f"UPDATE ledger_holding SET quantity = quantity - v.d FROM {source} v WHERE lot_id = v.a AND place_id = v.b "
            "AND claim_id = v.c AND quantity >= v.d RETURNING ledger_holding.id, lot_id, place_id, claim_id",
            params,
        )
        assert len(found) == len(rows)
        return {(r[1], r[2], r[3]): r[0] for r in found}

    def add(self, rows: Sequence[Sequence[Any]]) -> dict[tuple[int, int, int], int]:
        """Add to holdings (lot, product, place, kind, unbounded, claim, quantity)."""
        source, params = self.table(
            "bigint bigint bigint text boolean bigint bigint", sorted(rows, key=lambda r: (r[0], r[2], r[5]))
        )
        found = self.run(
            "INSERT INTO ledger_holding (lot_id, product_id, serial, owned, place_id, kind, unbounded, claim_id, quantity) "
            f"SELECT a, b, false, true, c, d, e, f, g FROM {source} v WHERE true ORDER BY ord "
            "ON CONFLICT (lot_id, place_id, claim_id) DO UPDATE SET quantity = ledger_holding.quantity + excluded.quantity "
            "RETURNING id, lot_id, place_id, claim_id",
            params,
        )
        return {(r[1], r[2], r[3]): r[0] for r in found}

    def moves(self, entry: int, pairs: Sequence[tuple[int, int, int]]) -> list[int]:
        """The moves of an entry."""
        return self.insert(
            "ledger_move",
            [
                {"entry_id": entry, "n": n, "source_id": s, "target_id": t, "quantity": q}
                for n, (s, t, q) in enumerate(pairs)
            ],
        )

    # The acts

    def create(
        self, key: str, customer: int, site: int, wanted: Sequence[tuple[int, int]]
    ) -> tuple[int, list[int]]:
        """A confirmed order of these products: its lines are to be ordered and may be billed."""
        self.begin()
        answer, _ = self.enter("order", key)
        products = {
            r[0]: r
            for r in self.run(
                "SELECT p.id, p.price_micro, p.tax_code_id, p.name, l.id FROM catalog_product p JOIN ledger_lot l ON l.product_id = p.id "
                f"AND l.code_key = '' AND l.owner_id IS NULL WHERE {self.among('p.id')}",
                [self.ids([p for p, _ in wanted])],
            )
        }
        entry = self.entry("order", key)
        number = self.number("order", "SO-{n}")
        (sheet,) = self.insert(
            "demand_sheet",
            [
                {
                    "kind": "order",
                    "number": number,
                    "organization_id": customer,
                    "currency": "EUR",
                    "ordered_on": self.today,
                    "made_id": entry,
                }
            ],
        )
        self.insert("sales_order", [{"sheet_id": sheet, "confirmed_at": self.now}], key="sheet_id")
        claims = self.insert("ledger_claim", [{} for _ in wanted])
        self.insert(
            "demand_line",
            [
                {
                    "claim_id": c, "sheet_id": sheet, "order_id": sheet, "position": n + 1, "product_id": p, "description": products[p][3],
                    "organization_id": customer, "site_id": site, "quantity": q, "unit_price_micro": products[p][1],
                    "tax_code_id": products[p][2], "currency": "EUR", "billable": True, "made_id": entry,
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
        at = self.add(rows)
        pairs = []
        for c, (p, q) in zip(claims, wanted, strict=True):
            lot = products[p][4]
            pairs += [(at[lot, WANT, c], at[lot, TO_ORDER, c], q), (at[lot, BILL, c], at[lot, TO_BILL, c], q)]
        self.moves(entry, pairs)
        self.leave(
            answer,
            entry,
            [
                (f"order:{sheet}", None, None),
                ("demand.Sheet", "made", f"[{sheet}]"),
                ("demand.Line", "made", json.dumps(claims)),
            ],
        )
        self.commit()
        return sheet, claims

    def held(self, claims: Sequence[int]) -> list[Any]:
        """What the lines hold: id, lot, product, place, kind, claim, quantity, location."""
        return self.run(
            "SELECT h.id, h.lot_id, h.product_id, h.place_id, h.kind, h.claim_id, h.quantity, p.parent_id FROM ledger_holding h "
            f"JOIN ledger_place p ON p.id = h.place_id WHERE {self.among('h.claim_id')} AND h.quantity > 0 AND NOT h.unbounded",
            [self.ids(claims)],
        )

    def reserve(self, key: str, sheet: int, claims: Sequence[int], products: Sequence[int]) -> None:
        """Hold free goods for all that the lines want."""
        self.begin()
        answer, _ = self.enter("reserve", key)
        self.lock("demand_sheet", [sheet])
        self.lock("catalog_product", products)
        self.lock("ledger_claim", claims)
        wishes = [r for r in self.held(claims) if r[4] == "to_order"]
        free: dict[int, list[Any]] = {}
        for r in self.run(
            "SELECT h.product_id, h.lot_id, h.place_id, h.quantity FROM ledger_holding h JOIN ledger_place p ON p.id = h.place_id "
            f"WHERE h.claim_id = 0 AND h.kind = 'bin' AND h.owned AND h.quantity > 0 AND {self.among('h.product_id')} ORDER BY p.sequence",
            [self.ids(products)],
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
        entry = self.entry("reserve", key)
        at = self.subtract(sorted(taken)) | self.add(given)
        pairs = []
        for goods, lot, bin_place, claim, q in legs:
            pairs += [
                (at[goods, bin_place, 0], at[goods, bin_place, claim], q),
                (at[lot, TO_ORDER, claim], at[lot, COVERED, claim], q),
            ]
        self.moves(entry, pairs)
        self.leave(answer, entry, [(f"order:{sheet}", None, None)])
        self.commit()

    def pick(
        self, key: str, sheet: int, claims: Sequence[int], products: Sequence[int], stages: dict[int, int]
    ) -> None:
        """Take what the lines reserved out of its bins."""
        self.begin()
        answer, _ = self.enter("pick", key)
        self.lock("demand_sheet", [sheet])
        self.lock("catalog_product", products)
        self.lock("ledger_claim", claims)
        goods = [r for r in self.held(claims) if r[4] == "bin"]
        entry = self.entry("pick", key)
        at = self.subtract(sorted([r[1], r[3], r[5], r[6]] for r in goods))
        at |= self.add([[r[1], r[2], stages[r[7]], "picked", False, r[5], r[6]] for r in goods])
        self.moves(entry, [(at[r[1], r[3], r[5]], at[r[1], stages[r[7]], r[5]], r[6]) for r in goods])
        self.leave(answer, entry, [(f"order:{sheet}", None, None)])
        self.commit()

    def ship(
        self,
        key: str,
        sheet: int,
        claims: Sequence[int],
        products: Sequence[int],
        customer: int,
        site: int,
        there: int,
    ) -> None:
        """Hand picked goods to the customer and draw their cost, first in first out."""
        self.begin()
        answer, _ = self.enter("ship", key)
        self.lock("demand_sheet", [sheet])
        self.lock("catalog_product", products)
        self.lock("ledger_claim", claims)
        goods = [r for r in self.held(claims) if r[4] == "picked"]
        layers: dict[int, list[Any]] = {}
        for r in self.run(
            f"SELECT id, product_id, quantity, value_minor FROM ledger_layer WHERE quantity > 0 AND {self.among('product_id')} "
            "ORDER BY product_id, effective_on, id",
            [self.ids(products)],
        ):
            layers.setdefault(r[1], []).append(list(r))
        entry = self.entry("ship", key)
        number = self.number("shipment", "SH-{n}")
        (place,) = self.insert("ledger_place", [{"kind": "in_transit", "unbounded": False, "sequence": 0}])
        (shipment,) = self.insert(
            "fulfilment_shipment",
            [
                {
                    "number": number,
                    "organization_id": customer,
                    "site_id": site,
                    "place_id": place,
                    "shipped_on": self.today,
                    "delivered_on": self.today,
                    "made_id": entry,
                }
            ],
        )
        at = self.subtract(sorted([r[1], r[3], r[5], r[6]] for r in goods))
        at |= self.add([[r[1], r[2], there, "customer", False, r[5], r[6]] for r in goods])
        moves = self.moves(entry, [(at[r[1], r[3], r[5]], at[r[1], there, r[5]], r[6]) for r in goods])
        draws = []
        for move, r in zip(moves, goods, strict=True):
            layer = layers[r[2]][0]
            assert layer[2] >= r[6]
            value = (2 * layer[3] * r[6] + layer[2]) // (2 * layer[2])
            draws.append((move, layer[0], r[6], value))
            layer[2] -= r[6]
            layer[3] -= value
        source, params = self.table(
            "bigint bigint bigint", [[d[1], d[2], d[3]] for d in sorted(draws, key=lambda d: d[1])]
        )
        self.run(
            f"UPDATE ledger_layer SET quantity = quantity - v.b, value_minor = value_minor - v.c FROM {source} v WHERE ledger_layer.id = v.a",
            params,
        )
        self.insert(
            "ledger_draw",
            [
                {"entry_id": entry, "move_id": m, "layer_id": y, "quantity": q, "value_minor": v}
                for m, y, q, v in draws
            ],
        )
        self.leave(
            answer,
            entry,
            [
                (f"order:{sheet}", None, None),
                (f"shipment:{shipment}", None, None),
                ("fulfilment.Shipment", "made", f"[{shipment}]"),
            ],
        )
        self.commit()

    def invoice(self, key: str, sheet: int, claims: Sequence[int], customer: int, site: int) -> None:
        """Ask for all that the lines may be billed for."""
        self.begin()
        answer, _ = self.enter("invoice", key)
        self.lock("demand_sheet", [sheet])
        self.lock("ledger_claim", claims)
        bills = {r[5]: r for r in self.held(claims) if r[4] == "to_bill"}
        lines = self.run(
            "SELECT l.claim_id, l.product_id, l.description, l.unit_price_micro, l.tax_code_id, t.rate_micro FROM demand_line l "
            f"JOIN catalog_taxcode t ON t.id = l.tax_code_id WHERE {self.among('l.claim_id')} ORDER BY l.position",
            [self.ids(claims)],
        )
        entry = self.entry("invoice", key)
        number = self.number("invoice", "INV-{n}")
        priced = [(r, bills[r[0]][6], (r[3] * bills[r[0]][6] + 5000) // 10000) for r in lines]
        net = sum(n for _, _, n in priced)
        tax = (2 * net * lines[0][5] + 10**6) // (2 * 10**6)
        (place,) = self.insert("ledger_place", [{"kind": "invoiced", "unbounded": False, "sequence": 0}])
        (invoice,) = self.insert(
            "billing_invoice",
            [
                {
                    "number": number, "organization_id": customer, "site_id": site, "sheet_id": sheet, "currency": "EUR", "issued_on": self.today,
                    "due_on": self.today, "net_minor": net, "tax_minor": tax, "total_minor": net + tax, "posted_at": self.now,
                    "place_id": place, "made_id": entry,
                }
            ],
        )  # fmt: skip
        self.insert(
            "billing_invoiceline",
            [
                {
                    "invoice_id": invoice, "line_id": r[0], "position": n + 1, "product_id": r[1], "description": r[2], "quantity": q,
                    "unit_price_micro": r[3], "tax_code_id": r[4], "rate_micro": r[5], "net_minor": amount,
                }
                for n, (r, q, amount) in enumerate(priced)
            ],
        )  # fmt: skip
        rows = [bills[c] for c in claims]
        at = self.subtract(sorted([r[1], r[3], r[5], r[6]] for r in rows))
        at |= self.add([[r[1], r[2], place, "invoiced", False, r[5], r[6]] for r in rows])
        self.moves(entry, [(at[r[1], r[3], r[5]], at[r[1], place, r[5]], r[6]) for r in rows])
        source, params = self.table(
            "text bigint text text bigint",
            [
                ["receivable", customer, f"invoice:{invoice}", "EUR", net + tax],
                ["revenue", 0, "", "EUR", 0],
                ["tax", 0, "", "EUR", 0],
            ],
        )
        accounts = {
            r[1]: r[0]
            for r in self.run(
                "INSERT INTO ledger_account (kind, party_id, document, currency, balance_minor, balance_home_minor) "
                f"SELECT a, NULLIF(b, 0), c, d, e, e FROM {source} v WHERE true ORDER BY ord "
                "ON CONFLICT (kind, COALESCE(party_id, 0), document, currency) DO UPDATE SET balance_minor = ledger_account.balance_minor "
                "+ excluded.balance_minor RETURNING id, kind",
                params,
            )
        }
        self.insert(
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
        self.leave(
            answer,
            entry,
            [
                (f"order:{sheet}", None, None),
                (f"invoice:{invoice}", None, None),
                (f"organization:{customer}", None, None),
                ("billing.Invoice", "made", f"[{invoice}]"),
            ],
            outbox=3,
        )
        self.commit()


def _plain(name: str, kind: str) -> Any:
    """The plainest value of a column that nothing was said about."""
    kind = kind.lower()
    if name.endswith(("_id", "_at", "_on")) or name in (
        "field",
        "old",
        "new",
        "status",
        "body",
        "hold_until",
        "ratio",
        "weight_grams",
        "leased_until",
    ):
        return None
    if name in ("approved_minor", "due_at"):
        return None
    if name == "rate_micro":
        return 1_000_000
    if "json" in kind or name == "payload":
        return "{}"
    if "bool" in kind:
        return False
    return 0 if "int" in kind else ""
