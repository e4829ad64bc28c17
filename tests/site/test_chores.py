"""What the clock asks for, no more often than it makes sense."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.world import world
from wharfinger.base import clock
from wharfinger.site.consumers import every
from wharfinger.site.tuning import tune


def test_a_chore_is_done_once_in_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []
    now = clock.now()
    chore = every(60, lambda: done.append(1))
    for after in (0, 59, 60, 61):
        monkeypatch.setattr(clock, "now", lambda after=after: now + timedelta(seconds=after))
        chore()
    assert len(done) == 2


@pytest.mark.django_db
def test_a_database_comes_to_know_how_large_its_tables_are() -> None:
    world()
    with CaptureQueriesContext(connection) as asked:
        tune()
    if connection.vendor != "sqlite":
        assert not asked.captured_queries
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = 'ledger_place' AND idx IS NOT NULL")
        known = [int(stat.split()[0]) for (stat,) in cursor.fetchall()]
        cursor.execute("SELECT COUNT(*) FROM ledger_place")
        assert cursor.fetchone()[0] in known
