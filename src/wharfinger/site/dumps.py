"""Takes the database out as one file and puts it back, each with the database's own means."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from wharfinger.site.commands import Hindrance

SQLITE_FILE = "db.sqlite3"
POSTGRESQL_FILE = "db.dump"
ANOTHER_RELEASE = ("server version mismatch", "unsupported version (")
"""What pg_dump and pg_restore say where they are too old."""


def file_name() -> str:
    """What the dump of the present database is called inside a backup."""
    return SQLITE_FILE if connection.vendor == "sqlite" else POSTGRESQL_FILE


def migrations() -> list[str]:
    """The migrations that the database has, by which a backup is told from one of another release."""
    return sorted(".".join(key) for key in MigrationRecorder(connection).applied_migrations())


def dump(target: Path) -> None:
    """Write the database as it is at one instant; others go on reading and writing meanwhile."""
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        with closing(sqlite3.connect(name)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
    else:
        _program("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")


def is_empty() -> bool:
    """True where nothing has been kept yet: there is no file, or there are no tables."""
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return True
    empty = not connection.introspection.table_names()
    connection.close()
    return empty


def load(source: Path) -> None:
    """Put a dump in place of what is there, wholly or not at all. Nobody may be serving meanwhile."""
    connection.close()
    if connection.vendor == "sqlite":
        _replace(source, Path(connection.settings_dict["NAME"]))
    else:
        words = (
            "--clean",
            "--if-exists",
            "--no-owner",
            "--no-privileges",
            "--exit-on-error",
            "--single-transaction",
        )
        _program("pg_restore", *words, f"--dbname={connection.settings_dict['NAME']}", str(source))


def _replace(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as database:
        (verdict,) = database.execute("PRAGMA integrity_check").fetchone()
    if verdict != "ok":
        raise Hindrance(f"The database in the backup is damaged ({verdict}); use another backup.")
    # The write-ahead log belongs to the file that goes; left behind it would be played into the new one.
    for leftover in (Path(f"{target}-wal"), Path(f"{target}-shm")):
        leftover.unlink(missing_ok=True)
    source.replace(target)


def _program(name: str, *words: str) -> None:
    settings = connection.settings_dict
    if shutil.which(name) is None:
        raise Hindrance(
            f"{name} is not installed; install PostgreSQL's client programs (Debian: postgresql-client), of "
            "the server's version or newer, and run this again."
        )
    given: dict[str, Any] = {
        "PGHOST": settings["HOST"],
        "PGPORT": settings["PORT"],
        "PGUSER": settings["USER"],
        "PGPASSWORD": settings["PASSWORD"],
        "PGDATABASE": settings["NAME"],
        "PGSSLMODE": settings["OPTIONS"].get("sslmode", ""),
    }
    environment = os.environ | {key: str(value) for key, value in given.items() if value}
    done = subprocess.run([name, *words], env=environment, capture_output=True, text=True, check=False)
    if done.returncode and any(words in done.stderr for words in ANOTHER_RELEASE):
        raise Hindrance(
            f"{name} is older than the server or than the program that wrote the backup; install PostgreSQL's "
            "client programs of the server's version or newer (Debian: postgresql-client), and run this again."
        )
    if done.returncode:
        raise Hindrance(f"{name} failed: {done.stderr.strip()}")
