"""A connection that is kept for good is made again when it died, before anybody's act begins."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, close_old_connections, connection, transaction
from django.db.transaction import TransactionManagementError
from django.db.utils import OperationalError
from django.test.utils import CaptureQueriesContext

from tests.world import entries
from wharfinger.base import clock
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


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite compiles nothing")
def test_the_server_compiles_nothing(fresh_database: dict[str, str]) -> None:
    connection.close()
    assert sql.fetch("SHOW jit") == [("off",)]


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


def twice() -> None:
    """Give one key two answers, which the database refuses."""
    sql.execute(
        "INSERT INTO ledger_answer (actor_key, key, hash, made_at) VALUES (0, 'a', 'h', %s), (0, 'a', 'h', %s)",
        [connection.ops.adapt_datetimefield_value(clock.now())] * 2,
    )


@pytest.mark.django_db
def test_a_statement_that_goes_straight_to_the_driver_fails_as_one_of_django_does() -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        twice()
    assert refused.value.__cause__ is not None
    with pytest.raises((ProgrammingError, OperationalError)), transaction.atomic():
        sql.fetch("SELECT 1 FROM nowhere")
    assert sql.fetch("SELECT COUNT(*) FROM ledger_answer") == [(0,)]


@pytest.mark.django_db
def test_nothing_runs_in_a_transaction_that_is_broken() -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            sql.fetch("SELECT 1")


@pytest.mark.django_db
def test_whoever_counts_statements_sees_those_that_go_straight() -> None:
    seen: list[str] = []

    def watch(execute: Any, text: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(text)
        return execute(text, params, many, context)

    with connection.execute_wrapper(watch), CaptureQueriesContext(connection) as counted:
        assert sql.fetch("SELECT %s + 1", [1]) == [(2,)]
    assert (seen, len(counted)) == (["SELECT %s + 1"], 1)
    assert sql.fetch("SELECT %s + 1", [1]) == [(2,)]
    assert len(seen) == 1
