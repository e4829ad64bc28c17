"""What the worker does: who reads the outbox, by the name of each consumer, and what is done by the clock."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from wharfinger.base.access import HOUSE
from wharfinger.catalog.actions.offers import come_into_force
from wharfinger.documents.actions import sending
from wharfinger.notices import mails, webhooks
from wharfinger.notices.outbox import Consumer
from wharfinger.sales.actions import holds

CONSUMERS: dict[str, Consumer] = {
    "documents": sending.keep_and_send,
    "notices": mails.tell,
    "mail": mails.send,
    "webhooks": webhooks.fan_out,
    "webhook": webhooks.deliver,
}

LANES: tuple[tuple[str, ...], ...] = (("documents", "notices", "mail", "webhooks"), ("webhook",))
"""What is worked off side by side, so that no stranger who answers slowly keeps a mail waiting."""
assert {name for lane in LANES for name in lane} == set(CONSUMERS)

CHORES: tuple[Callable[[], object], ...] = (
    partial(holds.expire, actor=HOUSE),
    partial(come_into_force, actor=HOUSE),
)
"""What the clock asks for, every few seconds: each finds out by itself whether anything is due."""
