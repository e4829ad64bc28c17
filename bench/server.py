"""A PostgreSQL server for measuring: its own folder, with the durability of a real one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from tests import postgres


@contextmanager
def durable() -> Iterator[str]:
    """A server that waits for the disk as a real one does."""
    kept = dict(postgres.SERVER_SETTINGS)
    postgres.SERVER_SETTINGS.update(
        fsync="on",
        synchronous_commit="on",
        full_page_writes="on",
        shared_buffers="'1GB'",
        max_wal_size="'4GB'",
    )
    try:
        with postgres.server("bench") as url:
            yield url
    finally:
        postgres.SERVER_SETTINGS.clear()
        postgres.SERVER_SETTINGS.update(kept)


def another(url: str, name: str) -> str:
    """The DATABASE_URL of one more database of the same server."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return url.replace("@/bench?", f"@/{name}?")
