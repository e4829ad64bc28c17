"""A connection that is kept for good is made again when it died, before anybody's act begins."""

from __future__ import annotations

from contextlib import closing

import psycopg
from django.db import close_old_connections, connection

from tests.world import entries
from wharfinger.ledger import sql


def end(url: str) -> None:
    """End this process's connection: from the other side, as a server that is started anew does; a file has none."""
    if url:
        pid = connection.connection.info.backend_pid
        with closing(psycopg.connect(url, autocommit=True)) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [pid])
        connection._answered_at = 0.0
    else:
        connection.close()


def test_a_dead_connection_is_made_again_by_the_next_request(fresh_database: dict[str, str]) -> None:
    assert entries() == 0
    before = connection.connection
    assert connection.is_usable()
    end(fresh_database["DATABASE_URL"])
    # What Django does as a request begins.
    connection.health_check_done = False
    close_old_connections()
    assert sql.fetch("SELECT 1") == [(1,)]
    assert connection.connection is not before
