"""Copies of a block of history: what some acts wrote, many times over, every table by one statement.

A block is whatever our own actions wrote since it was begun, so a filled database holds exactly the rows that
work leaves behind, journal, keys and outbox included. A copy shifts every id that is the block's own.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Field, ForeignKey, Model

from wharfinger.demand.models import SUBJECTS, Sheet
from wharfinger.ledger.models import Account, Fact, Holding, Layer

Noun = type[Model]

BALANCES: dict[Noun, tuple[str, ...]] = {
    Holding: ("quantity",),
    Layer: ("quantity", "value_minor"),
    Account: ("balance_minor", "balance_home_minor"),
}
"""Rows that acts change again and again: a copied act changes them as much as the original."""

NAMES = frozenset({"number", "key", "code", "code_key"})
"""Texts of which there is one each; a copy appends its own number."""

SUBJECT = frozenset({"subject", "document"})
"""Texts that name a row, ``order:17``."""


class Block:
    """What is written between the making of this object and ``end``."""

    def __init__(self, connection: Any) -> None:
        self.connection, self.pg = connection, connection.vendor == "postgresql"
        self.nouns = [m for m in apps.get_models() if _numbered(root(m))]
        self.before = {m: self._top(m) for m in self.nouns if root(m) is m}
        self.balances = self._balances()
        self.strides: dict[Noun, int] = {}
        self.changed: dict[Noun, list[tuple[int, ...]]] = {}

    def end(self) -> None:
        """The block is complete."""
        self._run("UPDATE ledger_outbox SET finished_at = due_at WHERE finished_at IS NULL")
        self.strides = {m: self._top(m) - top for m, top in self.before.items()}
        now = self._balances()
        for noun, then in self.balances.items():
            rows = [
                (pk, *(a - b for a, b in zip(now[noun][pk], was, strict=True))) for pk, was in then.items()
            ]
            self.changed[noun] = [row for row in rows if any(row[1:])]

    def rows(self, noun: Noun, condition: str = "true") -> int:
        """How many rows the block has of a table."""
        ((count,),) = self._run(
            f"SELECT COUNT(*) FROM {noun._meta.db_table} WHERE {self._key(noun)} > {self.before[root(noun)]} AND {condition}"
        )
        return int(count)

    def copy(self, times: int) -> None:
        """Write the block so many times more; every balance holds afterwards."""
        kept = self._bulk()
        for noun in self.nouns:
            if self.strides[root(noun)] and self.rows(noun):
                self._copy(noun, times)
        for noun, rows in self.changed.items():
            sets = ", ".join(f"{column} = {column} + %s" for column in BALANCES[noun])
            with self.connection.cursor() as cursor:
                cursor.executemany(
                    f"UPDATE {noun._meta.db_table} SET {sets} WHERE id = %s",
                    [(*(change * times for change in row[1:]), row[0]) for row in rows],
                )
        self._careful(kept)
        if self.pg:
            self._number_on()
        self._run("ANALYZE")

    def _copy(self, noun: Noun, times: int) -> None:
        table, key, top = noun._meta.db_table, self._key(noun), self.before[root(noun)]
        fields = noun._meta.concrete_fields
        columns = ", ".join(f'"{f.column}"' for f in fields)
        values = ", ".join(self._value(noun, f) for f in fields)
        self._run(f"CREATE TEMPORARY TABLE block AS SELECT * FROM {table} WHERE {key} > {top}")
        self._run(
            f"INSERT INTO {table} ({columns}) SELECT {values} FROM {self._series(times)} CROSS JOIN block b "
            f"ORDER BY g.i, b.{key}"
        )
        self._run("DROP TABLE block")

    def _value(self, noun: Noun, field: Field[Any, Any]) -> str:
        """A column of a copy, in SQL over the original b and the copy's number g.i."""
        column = f'b."{field.column}"'
        if field.primary_key or isinstance(field, ForeignKey):
            target = root(field.related_model if isinstance(field, ForeignKey) else noun)
            return self._shifted(target, column) if self.strides.get(target) else column
        if field.column in NAMES:
            return f"CASE WHEN {column} = '' THEN '' ELSE {column} || '.' || g.i END"
        if field.column in SUBJECT:
            return self._named(column)
        if noun is Fact and field.column == "new":
            return self._made()
        return column

    def _shifted(self, noun: Noun, value: str) -> str:
        own, stride = self.before[noun], self.strides[noun]
        return f"CASE WHEN {value} > {own} THEN {value} + g.i * {stride} ELSE {value} END"

    def _named(self, column: str) -> str:
        find = "strpos" if self.pg else "instr"
        number = f"CAST(substr({column}, {find}({column}, ':') + 1) AS bigint)"
        cases = "".join(
            f" WHEN '{name}:' THEN '{name}:' || {self._shifted(noun, number)}"
            for name, noun in sorted(subjects().items())
            if self.strides.get(noun)
        )
        return f"CASE substr({column}, 1, {find}({column}, ':')){cases} ELSE {column} END"

    def _made(self) -> str:
        """The ids that an entry made, as its fact lists them."""
        cases = "".join(
            f" WHEN '{m._meta.label}' THEN {self.strides[root(m)]}"
            for m in self.nouns
            if self.strides[root(m)]
        )
        stride = f"g.i * CASE b.subject{cases} ELSE 0 END"
        if self.pg:
            ids = (
                f"(SELECT json_agg(v::bigint + {stride})::text FROM json_array_elements_text(b.new::json) v)"
            )
        else:
            ids = f"(SELECT json_group_array(value + {stride}) FROM json_each(b.new))"
        return f"CASE WHEN b.field = 'made' THEN {ids} ELSE b.new END"

    def _balances(self) -> dict[Noun, dict[int, tuple[int, ...]]]:
        """The balances that acts of other lines may change too."""
        shared = {Holding: "claim_id = 0", Layer: "quantity > 0", Account: "true"}
        return {
            noun: {
                row[0]: tuple(row[1:])
                for row in self._run(
                    f"SELECT id, {', '.join(columns)} FROM {noun._meta.db_table} WHERE {shared[noun]} "
                    f"AND id <= {self.before[noun]}"
                )
            }
            for noun, columns in BALANCES.items()
        }

    def _bulk(self) -> list[str]:
        """Leave foreign keys and the disk alone while copying: the copies are as right as their original.

        Returns the statements that end it.
        """
        if self.pg:
            self._run("SET session_replication_role = replica")
            return ["SET session_replication_role = origin"]
        quick = {"foreign_keys": "OFF", "synchronous": "OFF", "cache_size": "-1000000"}
        kept = {name: self._run(f"PRAGMA {name}")[0][0] for name in quick}
        for name, value in quick.items():
            self._run(f"PRAGMA {name} = {value}")
        return [f"PRAGMA {name} = {value}" for name, value in kept.items()] + [
            "PRAGMA wal_checkpoint(TRUNCATE)"
        ]

    def _careful(self, statements: list[str]) -> None:
        for statement in statements:
            self._run(statement)

    def _number_on(self) -> None:
        for noun in self.before:
            table = noun._meta.db_table
            if self.strides[noun]:
                self._run(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}))"
                )

    def _series(self, times: int) -> str:
        if self.pg:
            return f"generate_series(1, {times}) AS g(i)"
        return f"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {times}) SELECT i FROM n) g"

    def _top(self, noun: Noun) -> int:
        ((top,),) = self._run(f"SELECT COALESCE(MAX(id), 0) FROM {noun._meta.db_table}")
        return int(top)

    def _key(self, noun: Noun) -> str:
        return str(noun._meta.pk.column)

    def _run(self, statement: str) -> list[Any]:
        with self.connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []


def root(noun: Noun) -> Noun:
    """Whose ids a table has: an order's are its sheet's, a line's its claim's."""
    while isinstance(noun._meta.pk, ForeignKey):
        noun = noun._meta.pk.related_model
    return noun


def subjects() -> dict[str, Noun]:
    """By the name that the journal uses: whose ids follow it."""
    found = ((getattr(m, "subject", None), m) for m in apps.get_models())
    named = {subject: root(m) for subject, m in found if isinstance(subject, str)}
    return named | dict.fromkeys(SUBJECTS.values(), Sheet)


def _numbered(noun: Noun) -> bool:
    return noun._meta.pk.get_internal_type() in ("BigAutoField", "AutoField")
