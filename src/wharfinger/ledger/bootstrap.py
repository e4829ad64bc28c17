"""What every database must have: claim 0, the places that exist once, and triggers that guard history.

Called after each migration: Django rebuilds tables on SQLite, and a rebuilt table has lost its triggers.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

from wharfinger.ledger.chart import KINDS
from wharfinger.ledger.models import FIXED_PLACES, IMMUTABLE, LASTING

REFUSED = "history is not edited: post a reversing entry"


def prepare(*, using: str = "default", **_: Any) -> None:
    """Make claim 0, the fixed places and the triggers where they are missing; change nothing else."""
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger_claim (id) VALUES (0) ON CONFLICT (id) DO NOTHING")
        for pk, kind in FIXED_PLACES:
            cursor.execute(
                "INSERT INTO ledger_place (id, kind, unbounded, sequence) VALUES (%s, %s, %s, 0) ON CONFLICT (id) DO NOTHING",
                [pk, kind, KINDS[kind].unbounded],
            )
        # Numbers below 100 are kept for places that exist once.
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence('ledger_place', 'id'), GREATEST(100, (SELECT MAX(id) FROM ledger_place)))"
            )
        else:
            cursor.execute("UPDATE sqlite_sequence SET seq = MAX(seq, 100) WHERE name = 'ledger_place'")
        for statement in _triggers(connection.vendor):
            cursor.execute(statement)


def trigger_names() -> list[str]:
    """The triggers that must be in place."""
    return [f"{table}_no_{act}" for table, act in _guarded()]


def _guarded() -> list[tuple[str, str]]:
    """The tables that are guarded, each with what may not be done to its rows."""
    history = [(model._meta.db_table, act) for model in IMMUTABLE for act in ("update", "delete")]
    return history + [(model._meta.db_table, "delete") for model in LASTING]


def _triggers(vendor: str) -> list[str]:
    statements = []
    if vendor == "postgresql":
        statements.append(
            "CREATE OR REPLACE FUNCTION ledger_history_stands() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$"
        )
    for table, act in _guarded():
        name = f"{table}_no_{act}"
        if vendor == "postgresql":
            statements.append(
                f"CREATE OR REPLACE TRIGGER {name} BEFORE {act.upper()} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION ledger_history_stands()"
            )
        else:
            statements.append(
                f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {act.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
            )
    return statements
