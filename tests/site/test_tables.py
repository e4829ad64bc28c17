"""A new installation has the tables that migrating makes, whichever way it came by them."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from django.apps import apps
from django.db import connection

MADE = "from wharfinger.site.tables import bring_up_to_date as b; b(); b()"
MIGRATED = "from django.core.management import call_command as c; c('migrate', verbosity=0)"
APPLIED = "SELECT app, name FROM django_migrations"
SQLITE = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
POSTGRES = """
    SELECT table_name || '.' || column_name,
           concat_ws(' ', data_type, character_maximum_length, is_nullable, is_identity, column_default)
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
"""


@contextmanager
def _empty(folder: Path) -> Iterator[tuple[dict[str, str], Any]]:
    """An empty database: the environment that leads to it, and what reads it."""
    folder.mkdir()
    if connection.vendor == "sqlite":
        file = folder / "db.sqlite3"
        yield {"DATABASE_URL": ""}, lambda: sqlite3.connect(file)
        return
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{folder.name}"')
    host, user = connection.settings_dict["HOST"], connection.settings_dict["USER"]
    url = f"postgresql://{quote(user)}@/{folder.name}?host={quote(host)}"
    try:
        yield {"DATABASE_URL": url}, lambda: psycopg.connect(url)
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{folder.name}" WITH (FORCE)')


def _shape(rows: Any) -> dict[str, Any]:
    """What makes each table, index, constraint and trigger, whatever the order of columns."""
    return {name: sorted(re.split(r"[(),\s]+", sql.replace('"', ""))) for name, sql in rows}


def _told(folder: Path, what: str) -> tuple[dict[str, Any], set[Any], dict[str, int]]:
    with _empty(folder) as (variables, read):
        home = {"WHARFINGER_HOME": str(folder), "DJANGO_SETTINGS_MODULE": "wharfinger.site.settings"}
        subprocess.run(
            [sys.executable, "-c", f"import django; django.setup(); {what}"],
            env=os.environ | home | variables,
            check=True,
            timeout=300,
        )
        with closing(read()) as sql:
            every = sql.execute(SQLITE if connection.vendor == "sqlite" else POSTGRES).fetchall()
            applied = set(sql.execute(APPLIED).fetchall())
            tables = sorted(model._meta.db_table for model in apps.get_models())
            rows = {name: sql.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0] for name in tables}
    return _shape(every), applied, rows


@pytest.mark.django_db
def test_tables_made_at_once_are_those_of_the_migrations(tmp_path: Path) -> None:
    migrated, applied, rows = _told(tmp_path / "migrated", MIGRATED)
    made, recorded, begun_with = _told(tmp_path / "made", MADE)
    assert recorded == applied
    assert rows == begun_with
    assert rows["ledger_claim"] == 1
    assert rows["ledger_place"] > 0
    assert made.keys() == migrated.keys()
    assert [(name, migrated[name], made[name]) for name in migrated if migrated[name] != made[name]] == []
