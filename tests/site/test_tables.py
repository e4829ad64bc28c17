"""A new installation has the tables that migrating makes, whichever way it came by them."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

EVERY = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
APPLIED = "SELECT app, name FROM django_migrations"


def _run(home: Path, what: str) -> None:
    said = {"WHARFINGER_HOME": str(home), "DJANGO_SETTINGS_MODULE": "wharfinger.site.settings"}
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | said
    subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {what}"], env=env, check=True, timeout=300
    )


def shape(rows: Any) -> dict[str, Any]:
    """What makes each table, index and trigger, whatever the order of its columns."""
    return {name: sorted(re.split(r",(?![^(]*\))|[()\s]+", sql.replace('"', ""))) for name, sql in rows}


@pytest.mark.django_db
def test_tables_made_at_once_are_those_of_the_migrations(tmp_path: Path) -> None:
    _run(tmp_path / "made", "from wharfinger.site.tables import bring_up_to_date as b; b(); b()")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            migrated, applied = (
                shape(cursor.execute(EVERY).fetchall()),
                set(cursor.execute(APPLIED).fetchall()),
            )
    else:
        _run(
            tmp_path / "migrated",
            "from django.core.management import call_command as c; c('migrate', verbosity=0)",
        )
        with closing(sqlite3.connect(tmp_path / "migrated" / "db.sqlite3")) as file:
            migrated, applied = shape(file.execute(EVERY)), set(file.execute(APPLIED))
    with closing(sqlite3.connect(tmp_path / "made" / "db.sqlite3")) as made:
        assert set(made.execute(APPLIED)) == applied
        assert made.execute("SELECT COUNT(*) FROM ledger_claim WHERE id = 0").fetchone() == (1,)
        assert made.execute("SELECT COUNT(*) FROM ledger_place").fetchone() != (0,)
        found = shape(made.execute(EVERY))
    assert found.keys() == migrated.keys()
    assert [(name, migrated[name], found[name]) for name in migrated if migrated[name] != found[name]] == []
