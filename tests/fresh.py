"""Databases and servers for tests that really commit: history is never deleted, so each gets a copy."""

import hashlib
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import quote

import django
from django.db import connection, connections

_numbers = count(1)
ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "wharfinger"
# Whatever may change the schema, its triggers or the rows a migrated database starts with.
SCHEMA = ("*/migrations/*.py", "*/models.py", "*/models/*.py", "*/apps.py", "ledger/*.py", "site/settings.py")


def migrated() -> Callable[[], None]:
    """Migrate this session's test database and return what takes it down again.

    Migrating takes longer than most tests. On SQLite the result is kept in .cache, under a name made from
    everything that may change it, and copied from there the next time.
    """
    if connection.vendor == "postgresql":
        return _migrate()
    test_file = Path(connection.settings_dict["TEST"]["NAME"])
    kept = ROOT / ".cache" / f"migrated-{_fingerprint()}.sqlite3"
    if not kept.exists():
        finish = _migrate()
        connections.close_all()
        kept.parent.mkdir(exist_ok=True)
        draft = kept.with_suffix(f".{os.getpid()}")
        with closing(sqlite3.connect(test_file)) as source, closing(sqlite3.connect(draft)) as target:
            source.backup(target)
        draft.rename(kept)
        for old in sorted(kept.parent.glob("migrated-*.sqlite3"), key=lambda file: file.stat().st_mtime)[:-5]:
            old.unlink(missing_ok=True)
        return finish
    shutil.copyfile(kept, test_file)
    original = connections.settings["default"]["NAME"]
    connections.close_all()
    _point_at(str(test_file))
    return lambda: _point_at(original)


def _migrate() -> Callable[[], None]:
    from wharfinger.site.tables import bring_up_to_date

    original, creation = str(connection.settings_dict["NAME"]), connection.creation
    name = creation._get_test_db_name()
    creation._create_test_db(verbosity=0, autoclobber=True)
    connection.close()
    _point_at(name)
    bring_up_to_date()
    return lambda: creation.destroy_test_db(original, verbosity=0)


def _fingerprint() -> str:
    digest = hashlib.sha256(django.__version__.encode())
    for pattern in SCHEMA:
        for file in sorted(PACKAGE.glob(pattern)):
            digest.update(str(file.relative_to(PACKAGE)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def database(folder: Path) -> Iterator[dict[str, str]]:
    """Point every connection of this process at a copy of the migrated test database.

    Yields the environment variables by which another process finds the same copy.
    """
    settings = connections.settings["default"]
    original = settings["NAME"]
    connections.close_all()
    copy = _copy_postgresql if connection.vendor == "postgresql" else _copy_sqlite
    with copy(str(original), folder) as (name, variables):
        _point_at(name)
        try:
            yield variables
        finally:
            connections.close_all()
            _point_at(str(original))


def _point_at(name: str) -> None:
    # A thread's first connection copies its settings from here; this thread's already has.
    connections.settings["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


@contextmanager
def _copy_sqlite(original: str, folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    file = folder / "db.sqlite3"
    with closing(sqlite3.connect(original)) as source, closing(sqlite3.connect(file)) as target:
        source.backup(target)
    try:
        yield str(file), {"WHARFINGER_HOME": str(folder), "DATABASE_URL": ""}
    finally:
        connections.close_all()
        for leftover in folder.glob("db.sqlite3*"):
            leftover.unlink()


@contextmanager
def _copy_postgresql(original: str, folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    name = f"fresh_{os.getpid()}_{next(_numbers)}"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{original}"')
    host, user = connection.settings_dict["HOST"], connection.settings_dict["USER"]
    url = f"postgresql://{quote(user)}@/{name}?host={quote(host)}"
    try:
        yield name, {"WHARFINGER_HOME": str(folder), "DATABASE_URL": url}
    finally:
        connections.close_all()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def free_port() -> int:
    """A port of this machine that nobody listens on just now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(
    variables: dict[str, str], *, worker: bool = False, command: str = "serve", timeout_s: float = 60
) -> Iterator[str]:
    """Run `wharfinger serve`, or another command that serves, as a process of its own and yield its address once it answers."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = os.environ | variables | {"PORT": str(port), "WHARFINGER_URL": address}
    words = [sys.executable, "-m", "wharfinger", command, "--port", str(port)]
    log = Path(variables["WHARFINGER_HOME"]) / "serve.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            words if worker else [*words, "--no-worker"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _await(address + "/healthz", process, log, timeout_s)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(url: str, process: "subprocess.Popen[bytes]", log: Path, timeout_s: float) -> None:
    last = time.monotonic() + timeout_s
    while time.monotonic() < last:
        assert process.poll() is None, f"serve ended with {process.returncode}:\n{log.read_text()}"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                assert answer.status == 200
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer within {timeout_s} s:\n{log.read_text()}")
