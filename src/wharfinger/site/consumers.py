"""Who reads the outbox: the name of each consumer and what it does with a row."""

from __future__ import annotations

from wharfinger.documents.actions import sending
from wharfinger.notices import mails, webhooks
from wharfinger.notices.outbox import Consumer

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
