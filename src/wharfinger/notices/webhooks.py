"""Webhooks: every entry, told to whoever asked, signed after Standard Webhooks; a bad receiver harms nobody."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

from standardwebhooks.webhooks import Webhook as Signer

from wharfinger.base import clock, configuration
from wharfinger.ledger.models import Entry, Fact, Outbox
from wharfinger.ledger.write import MADE
from wharfinger.notices import calling, outbox, rules
from wharfinger.notices.models import Attempt, Webhook

GONE = 410
"""By this a receiver says that it wants to hear nothing any more (Standard Webhooks)."""


def fan_out(row: Outbox) -> list[dict[str, Any]]:
    """Write one row for each webhook that wants to hear of an entry."""
    assert row.entry is not None
    wanted = [
        hook for hook in Webhook.objects.filter(active=True) if not hook.verbs or row.entry.verb in hook.verbs
    ]
    return [
        {
            "entry_id": row.entry_id,
            "consumer": "webhook",
            "payload": {"webhook": hook.pk},
            "due_at": row.due_at,
        }
        for hook in wanted
    ]


def body_of(entry: Entry) -> dict[str, Any]:
    """What a receiver is told: the verb, when, by whom, and about which documents; it reads the rest by the API."""
    subjects = Fact.objects.filter(entry=entry).exclude(field=MADE).values_list("subject", flat=True)
    return {
        "type": f"entry.{entry.verb}",
        "timestamp": entry.recorded_at.isoformat(),
        "data": {
            "entry": entry.pk,
            "verb": entry.verb,
            "effective_on": entry.effective_on.isoformat(),
            "actor": entry.actor_id,
            "reverses": entry.reverses_id,
            "subjects": sorted(set(subjects)),
        },
    }


def deliver(row: Outbox) -> list[dict[str, Any]]:
    """Post one signed message to one receiver; anything but a 2xx answer in time is tried again later.

    A receiver that has just failed is left alone for a while, whatever else waits for it, so that a
    dead one costs a call now and then and keeps nobody waiting.
    """
    assert row.entry is not None
    hook = Webhook.objects.filter(pk=row.payload["webhook"], active=True).first()
    if hook is None:
        return []
    _leave_alone(row, hook)
    body = json.dumps(body_of(row.entry), separators=(",", ":"))
    now = clock.now()
    identity = f"msg_{row.pk}"
    headers = {
        "content-type": "application/json",
        "user-agent": "Wharfinger",
        "webhook-id": identity,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Signer(hook.secret).sign(identity, now, body),
    }
    started = time.monotonic()
    try:
        private = configuration.one("webhook_private_addresses")
        code, said = calling.call(hook.url, body, headers, private=private)
    except calling.ERRORS as error:
        raise outbox.Failed(
            f"{type(error).__name__}: {error}", webhook=hook.pk, took_ms=_since(started)
        ) from error
    if not 200 <= code < 300:
        raise outbox.Failed(
            said or str(code), code=code, webhook=hook.pk, took_ms=_since(started), final=code == GONE
        )
    outbox.log(row, ok=True, code=code, said=said, webhook=hook.pk, took_ms=_since(started))
    return []


def _leave_alone(row: Outbox, hook: Webhook) -> None:
    """Put a row off while its receiver's pause lasts; what a person sends again goes out at once."""
    if row.payload.get("again"):
        return
    known = Attempt.objects.filter(webhook=hook).order_by("-id").values_list("ok", "at")
    latest = list(known[: rules.MOST_ATTEMPTS])
    failed = next((n for n, (ok, _) in enumerate(latest) if ok), len(latest))
    if not failed:
        return
    until = latest[0][1] + timedelta(seconds=rules.pause_s(failed))
    if clock.now() < until:
        raise outbox.Postponed(until)


def _since(started: float) -> int:
    return int((time.monotonic() - started) * 1000)
