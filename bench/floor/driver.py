"""What every hand-written act needs: one statement whatever the number of rows, on either bare driver."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

EMPTY = frozenset(
    [
        "field",
        "old",
        "new",
        "status",
        "body",
        "hold_until",
        "ratio",
        "weight_grams",
        "leased_until",
        "approved_minor",
    ]
)
"""Columns that hold nothing where nothing is said, beside references, dates and instants."""


def _letters(count: int) -> list[str]:
    return [chr(97 + n) if n < 26 else f"z{n}" for n in range(count)]


class Floor:
    """One bare connection, and the statements that all acts share."""

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
        """Rows as a sub-select of columns a, b, c … z, z26 …; types: one word per column."""
        names = _letters(len(types.split()))
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
        source, params = self.table(types, values)
        letters = ", ".join(_letters(len(shape)))
        sql = self.texts.setdefault(
            ("insert", table),
            f'INSERT INTO {table} ({names}) SELECT {letters} FROM {source} v ORDER BY ord RETURNING "{key}"',
        )
        return sorted(r[0] for r in self.run(sql, params))

    # What every act begins and ends with

    def enter(self, key: str) -> int:
        """The key: a repeat of the act would end here."""
        now = datetime.now(UTC)
        stamp = now if self.pg else now.strftime("%Y-%m-%d %H:%M:%S.%f")
        # The company's day, as acts count it.
        day = now.astimezone(ZoneInfo("Europe/Berlin")).date()
        self.now, self.today = stamp, day if self.pg else day.isoformat()
        (answer,) = self.insert(
            "ledger_answer", [{"actor_key": 0, "key": key, "hash": "h", "made_at": stamp}]
        )
        return int(answer)

    def entry(self, verb: str, key: str) -> int:
        """The act in the journal."""
        (pk,) = self.insert(
            "ledger_entry",
            [{"verb": verb, "recorded_at": self.now, "effective_on": self.today, "reason": "", "key": key}],
        )
        return pk

    def leave(
        self,
        answer: int,
        entry: int,
        subjects: Sequence[tuple[str, str | None, str | None]],
        told: Sequence[str] = ("notices", "webhooks"),
    ) -> None:
        """Facts, outbox, answer."""
        self.insert(
            "ledger_fact", [{"entry_id": entry, "subject": s, "field": f, "new": n} for s, f, n in subjects]
        )
        self.insert(
            "ledger_outbox",
            [{"entry_id": entry, "consumer": c, "due_at": self.now, "payload": "{}"} for c in told],
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


def _plain(name: str, kind: str) -> Any:
    """The plainest value of a column that nothing was said about."""
    kind = kind.lower()
    if name.endswith(("_id", "_at", "_on")) or name in EMPTY:
        return None
    if name == "rate_micro":
        return 1_000_000
    if "json" in kind or name in ("payload", "own"):
        return "{}"
    if "bool" in kind:
        return False
    return 0 if "int" in kind else ""
