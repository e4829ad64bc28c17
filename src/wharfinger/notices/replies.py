"""By what an answer to a mail of ours is known: the mark in our Message-ID, and the one in the address to answer to."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.crypto import salted_hmac

from wharfinger.base import configuration
from wharfinger.ledger.models import Outbox


def identity(row: Outbox) -> str:
    """The Message-ID of a mail: the same whenever the same row is sent, and nobody else's."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return f"<{row.pk}.{identity_mark(row)}@{host}>"


def identity_mark(row: Outbox) -> str:
    """What proves that a Message-ID is ours."""
    return salted_hmac("mail", f"{row.pk} {row.payload['to']} {row.payload['subject']}").hexdigest()[:20]


def mark(row: Outbox) -> str:
    """What proves that an address to answer to is ours."""
    return salted_hmac("reply", f"{row.pk} {row.payload['about']}").hexdigest()[:20]


def address(row: Outbox) -> str:
    """Where the other side answers to a mail that carries a document; nothing where the company takes no answers in."""
    to: str = configuration.one("reply_address")
    if not to or not row.payload.get("about"):
        return ""
    name, _, host = to.rpartition("@")
    return f"{name}+{row.pk}.{mark(row)}@{host}"
