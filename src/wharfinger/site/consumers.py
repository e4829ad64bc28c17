"""What the worker does: who reads the outbox, by the name of each consumer, and what is done by the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from wharfinger.base import clock
from wharfinger.base.access import HOUSE, Actor
from wharfinger.billing.actions import reminders
from wharfinger.billing.actions import runs as invoicing
from wharfinger.catalog.actions.offers import come_into_force
from wharfinger.devices.actions import covering
from wharfinger.documents.actions import sending
from wharfinger.exchange.actions import rollback, runs
from wharfinger.ledger.models import Outbox
from wharfinger.notices import digest, mails, webhooks
from wharfinger.notices.actions import todos
from wharfinger.notices.actions.attachments import sweep, take_off_the_disk
from wharfinger.notices.actions.bell import clear
from wharfinger.notices.outbox import Consumer
from wharfinger.purchasing.actions import low
from wharfinger.returns.actions.ahead import charge_due
from wharfinger.returns.actions.slips import remind_due
from wharfinger.sales.actions import holds
from wharfinger.sales.actions.serving import serve
from wharfinger.site.tuning import tune
from wharfinger.stock.actions import batches, lending


def serve_from(row: Outbox) -> list[dict[str, Any]]:
    """Let goods that came in free serve who waits for them; called again, it answers with what it did."""
    assert row.entry_id is not None
    serve(actor=HOUSE, entry=row.entry_id, key=f"serve:{row.pk}")
    return []


CONSUMERS: dict[str, Consumer] = {
    "documents": sending.keep_and_send,
    "notices": mails.tell,
    "mail": mails.send,
    "attachments": take_off_the_disk,
    "serving": serve_from,
    "winning": todos.win_accepted,
    "webhooks": webhooks.fan_out,
    "webhook": webhooks.deliver,
}

LANES: tuple[tuple[str, ...], ...] = (
    ("attachments", "serving", "documents", "notices", "mail", "winning", "webhooks"),
    ("webhook",),
)
"""What is worked off side by side, so that no stranger who answers slowly keeps a mail waiting."""
assert {name for lane in LANES for name in lane} == set(CONSUMERS)

DAY_S = 86_400
DIGEST_S = 600
LOW_S = 60
"""So often it is looked what runs low: it reads every level that is kept."""
TUNE_S = 300
CLEAR_S = 3600


def every(seconds: int, act: Callable[[], object]) -> Callable[[], object]:
    """Do something no more often than that, however often the clock asks."""
    last: list[datetime] = []

    def chore() -> object:
        now = clock.now()
        if last and now - last[0] < timedelta(seconds=seconds):
            return None
        last[:] = [now]
        return act()

    return chore


def go_on_with_files(seconds: int = 2) -> bool:
    """Go on for a while with a file that is on its way into or out of the books; whether there was one."""
    run = runs.under_way()
    if run is None:
        return False
    actor = cast(Actor, run.by or HOUSE)
    if run.back_to is not None:
        rollback.go_back(actor=actor, run=run, seconds=seconds)
    else:
        runs.proceed(actor=actor, run=run, seconds=seconds)
    return True


def go_on_with_invoices(seconds: int = 2) -> bool:
    """Go on for a while with invoices that somebody asked for all at once; whether there were any."""
    run = invoicing.under_way()
    if run is not None:
        invoicing.proceed(actor=cast(Actor, run.by or HOUSE), run=run, seconds=seconds)
    return run is not None


def go_on_with_reminders(seconds: int = 2) -> bool:
    """Go on for a while with reminders that somebody asked for all at once; whether there were any."""
    run = reminders.under_way()
    if run is not None:
        reminders.proceed(actor=cast(Actor, run.by or HOUSE), run=run, seconds=seconds)
    return run is not None


def go_on() -> bool:
    """Go on for a while with each kind of run that is under way; whether there was any."""
    return any([go_on_with_files(), go_on_with_invoices(), go_on_with_reminders()])


CHORES: tuple[Callable[[], object], ...] = (
    partial(holds.expire, actor=HOUSE),
    partial(come_into_force, actor=HOUSE),
    every(LOW_S, partial(low.tell_low, actor=HOUSE)),
    every(LOW_S, partial(batches.tell_expiring, actor=HOUSE)),
    every(CLEAR_S, partial(covering.tell_warranties, actor=HOUSE)),
    every(CLEAR_S, partial(lending.remind_loans, actor=HOUSE)),
    every(LOW_S, partial(charge_due, actor=HOUSE)),
    every(CLEAR_S, partial(remind_due, actor=HOUSE)),
    every(LOW_S, partial(todos.remind, actor=HOUSE)),
    every(DIGEST_S, digest.send),
    every(TUNE_S, tune),
    every(DAY_S, sweep),
    every(CLEAR_S, clear),
)
"""What the clock asks for, every few seconds: each finds out by itself whether anything is due."""
