"""The outbox: what waits is taken under a lease, done outside any transaction, and finished by whoever holds the lease.

A process killed in mid-work leaves a lease that runs out; somebody else then takes the row again. So
whatever is done outward carries an idempotency key made from the row's id.
"""

from __future__ import annotations

import secrets
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
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
        self,
        said: str,
        *,
        code: int | None = None,
        webhook: int | None = None,
        took_ms: int = 0,
        final: bool = False,
    ) -> None:
        super().__init__(said)
        self.said, self.code, self.webhook, self.took_ms = said[:500], code, webhook, took_ms
        self.final = final
        """Whether the other side will never take it, so that trying again is of no use."""


class Postponed(Exception):
    """The other side is not to be troubled just now; nothing was tried."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"until {until}")
        self.until = until


def take(limit: int = BATCH, consumers: Sequence[str] = ()) -> list[Outbox]:
    """Take due rows under a lease of two minutes, all or those of some consumers; two workers never hold the same."""
    among = f"AND consumer IN ({', '.join(['%s'] * len(consumers))}) " if consumers else ""
    lease = secrets.token_hex(16)
    now = clock.now()
    skip = "FOR UPDATE SKIP LOCKED" if sql.on_postgresql() else ""
    with transaction.atomic():
        found = sql.fetch(
            "UPDATE ledger_outbox SET lease = %s, leased_until = %s, attempts = attempts + 1 WHERE id IN ("
            "SELECT id FROM ledger_outbox WHERE finished_at IS NULL AND dead_at IS NULL AND due_at <= %s "
            f"AND (leased_until IS NULL OR leased_until < %s) {among}ORDER BY due_at, id LIMIT {limit} {skip}) RETURNING id",
            [lease, moment(now + timedelta(seconds=LEASE_S)), moment(now), moment(now), *consumers],
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


def fail(row: Outbox, error: str, *, final: bool = False) -> None:
    """Put a row back for later, or among the dead after the last attempt or where no other is of use."""
    now = clock.now()
    dead = final or row.attempts >= rules.MOST_ATTEMPTS
    due = now + timedelta(seconds=rules.pause_s(row.attempts))
    sql.execute(
        "UPDATE ledger_outbox SET leased_until = NULL, due_at = %s, dead_at = %s, error = %s WHERE id = %s AND lease = %s",
        [moment(due), moment(now) if dead else None, error[:2000], row.pk, row.lease],
    )


def put_back(row: Outbox, due_at: datetime) -> None:
    """Put a row back that was not tried; among the dead where its other side has been away for days."""
    now = clock.now()
    since = row.entry.recorded_at if row.entry else now
    dead = now - since > timedelta(seconds=rules.GIVEN_UP_AFTER_S) and due_at > now
    sql.execute(
        "UPDATE ledger_outbox SET leased_until = NULL, due_at = %s, dead_at = %s, attempts = attempts - 1 WHERE id = %s AND lease = %s",
        [moment(due_at), moment(now) if dead else None, row.pk, row.lease],
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
    """Take what is due for these, do it, finish it; how many rows were taken. One bad row never stops the others."""
    rows = take(limit, tuple(consumers))
    until = time.monotonic() + LEASE_S / 2
    for row in rows:
        if time.monotonic() > until:
            # What would outlast its lease is left to whoever takes it next.
            put_back(row, row.due_at)
            continue
        try:
            follow = consumers[row.consumer](row)
        except Postponed as postponed:
            put_back(row, postponed.until)
        except Failed as failed:
            log(
                row,
                ok=False,
                code=failed.code,
                said=failed.said,
                webhook=failed.webhook,
                took_ms=failed.took_ms,
            )
            fail(row, failed.said, final=failed.final)
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
    known = Outbox.objects.filter(pk=row).values_list("payload", flat=True).first()
    if known is None:
        return False
    Outbox.objects.filter(pk=row).update(
        finished_at=None,
        dead_at=None,
        attempts=0,
        due_at=clock.now(),
        lease="",
        leased_until=None,
        payload=known | {"again": True},
    )
    return True
