"""The outbox: what waits is taken under a lease, done outside any transaction, and finished by whoever holds the lease.

A process killed in mid-work leaves a lease that runs out; somebody else then takes the row again. So
whatever is done outward carries an idempotency key made from the row's id.
"""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from wharfinger.base import clock
from wharfinger.ledger import sql
from wharfinger.ledger.look import moment
from wharfinger.ledger.models import Outbox
from wharfinger.notices import rules
from wharfinger.notices.models import Attempt

LEASE_S = 120
BATCH = 20

Consumer = Callable[[Outbox], list[dict[str, Any]]]
"""Does what a row asks for and returns the rows that follow from it; raises Failed to be called again later."""


class Failed(Exception):
    """The other side did not take it; it is tried again later."""

    def __init__(
        self, said: str, *, code: int | None = None, webhook: int | None = None, took_ms: int = 0
    ) -> None:
        super().__init__(said)
        self.said, self.code, self.webhook, self.took_ms = said[:500], code, webhook, took_ms


def take(limit: int = BATCH) -> list[Outbox]:
    """Take due rows under a lease of two minutes; two workers never hold the same row."""
    lease = secrets.token_hex(16)
    now = clock.now()
    skip = "FOR UPDATE SKIP LOCKED" if sql.on_postgresql() else ""
    with transaction.atomic():
        found = sql.fetch(
            "UPDATE ledger_outbox SET lease = %s, leased_until = %s, attempts = attempts + 1 WHERE id IN ("
            "SELECT id FROM ledger_outbox WHERE finished_at IS NULL AND dead_at IS NULL AND due_at <= %s "
            f"AND (leased_until IS NULL OR leased_until < %s) ORDER BY due_at, id LIMIT {limit} {skip}) RETURNING id",
            [lease, moment(now + timedelta(seconds=LEASE_S)), moment(now), moment(now)],
        )
    return list(
        Outbox.objects.filter(pk__in=[row[0] for row in found]).select_related("entry").order_by("pk")
    )


def finish(row: Outbox, follow: list[dict[str, Any]]) -> bool:
    """Finish a row and write what follows from it, if the lease is still ours; whether it was."""
    with transaction.atomic():
        ours = sql.execute(
            "UPDATE ledger_outbox SET finished_at = %s, leased_until = NULL, error = '' WHERE id = %s AND lease = %s AND finished_at IS NULL",
            [moment(clock.now()), row.pk, row.lease],
        )
        if ours and follow:
            sql.insert(Outbox, follow)
    return bool(ours)


def fail(row: Outbox, error: str) -> None:
    """Put a row back for later, or among the dead after the last attempt."""
    now = clock.now()
    dead = row.attempts >= rules.MOST_ATTEMPTS
    due = now + timedelta(seconds=rules.pause_s(row.attempts))
    sql.execute(
        "UPDATE ledger_outbox SET leased_until = NULL, due_at = %s, dead_at = %s, error = %s WHERE id = %s AND lease = %s",
        [moment(due), moment(now) if dead else None, error[:2000], row.pk, row.lease],
    )


def log(
    row: Outbox,
    *,
    ok: bool,
    code: int | None = None,
    said: str = "",
    webhook: int | None = None,
    took_ms: int = 0,
) -> None:
    """Keep what became of an attempt."""
    Attempt.objects.create(
        outbox_id=row.pk,
        webhook_id=webhook,
        at=clock.now(),
        ok=ok,
        code=code,
        said=said[:500],
        took_ms=took_ms,
    )


def work(consumers: Mapping[str, Consumer], *, limit: int = BATCH) -> int:
    """Take what is due, do it, finish it; how many rows were taken. One bad row never stops the others."""
    rows = take(limit)
    for row in rows:
        consumer = consumers.get(row.consumer)
        try:
            follow = consumer(row) if consumer else []
        except Failed as failed:
            log(
                row,
                ok=False,
                code=failed.code,
                said=failed.said,
                webhook=failed.webhook,
                took_ms=failed.took_ms,
            )
            fail(row, failed.said)
        except Exception:
            # A fault of ours in one row must not stop the rest; it is kept with the row and raised when the row is dead.
            fail(row, traceback.format_exc())
            if row.attempts >= rules.MOST_ATTEMPTS:
                raise
        else:
            finish(row, follow)
    return len(rows)


def again(row: int) -> bool:
    """Send a dead or finished row once more, at once; whether there was one."""
    changed = sql.execute(
        "UPDATE ledger_outbox SET finished_at = NULL, dead_at = NULL, attempts = 0, due_at = %s, lease = '', leased_until = NULL WHERE id = %s",
        [moment(clock.now()), row],
    )
    return bool(changed)
