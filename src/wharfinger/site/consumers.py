"""Who reads the outbox: the name of each consumer and what it does with a row."""

from __future__ import annotations

from wharfinger.notices import mails, webhooks
from wharfinger.notices.outbox import Consumer

CONSUMERS: dict[str, Consumer] = {
    "notices": mails.tell,
    "mail": mails.send,
    "webhooks": webhooks.fan_out,
    "webhook": webhooks.deliver,
}
