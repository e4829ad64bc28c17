"""Webhooks: every entry, told to whoever asked, signed after Standard Webhooks; a bad receiver harms nobody."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
from standardwebhooks.webhooks import Webhook as Signer

from wharfinger.base import clock, configuration
from wharfinger.ledger.models import Entry, Fact, Outbox
from wharfinger.ledger.write import MADE
from wharfinger.notices import outbox, rules
from wharfinger.notices.models import Webhook

TIMEOUT_S = 5.0
MOST_BYTES = 16_384


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
    """Post one signed message to one receiver; anything but a 2xx answer in time is tried again later."""
    assert row.entry is not None
    hook = Webhook.objects.filter(pk=row.payload["webhook"], active=True).first()
    if hook is None:
        return []
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
        code, said = call(hook.url, body, headers)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise outbox.Failed(
            f"{type(error).__name__}: {error}", webhook=hook.pk, took_ms=_since(started)
        ) from error
    if not 200 <= code < 300:
        raise outbox.Failed(said or str(code), code=code, webhook=hook.pk, took_ms=_since(started))
    outbox.log(row, ok=True, code=code, said=said, webhook=hook.pk, took_ms=_since(started))
    return []


def _since(started: float) -> int:
    return int((time.monotonic() - started) * 1000)


def call(
    url: str, body: str, headers: dict[str, str], *, resolve: Callable[..., Any] = socket.getaddrinfo
) -> tuple[int, str]:
    """Post to an address after looking where it leads; status and the first words of the answer.

    The name is resolved once and that very address is called, so that it cannot turn to a private one in
    between. Redirects are not followed. Raises OSError when the address is private and that is not allowed.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("a webhook's address begins with http:// or https://")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = [info[4][0] for info in resolve(parts.hostname, port, type=socket.SOCK_STREAM)]
    if not configuration.one("webhook_private_addresses"):
        found = [ip for ip in found if rules.may_be_called(str(ip))]
    if not found:
        raise OSError("this address is private; an administrator can allow such addresses in the settings")
    ip = f"[{found[0]}]" if ":" in str(found[0]) else str(found[0])
    target = parts._replace(netloc=f"{ip}:{port}").geturl()
    until = time.monotonic() + 2 * TIMEOUT_S
    with (
        httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client,
        client.stream(
            "POST",
            target,
            content=body,
            headers={**headers, "host": parts.netloc.rpartition("@")[2]},
            extensions={"sni_hostname": parts.hostname},
        ) as response,
    ):
        said = b""
        for chunk in response.iter_raw(1024):
            said += chunk
            if len(said) > MOST_BYTES or time.monotonic() > until:
                break
        return response.status_code, said[:200].decode("utf-8", "replace")
