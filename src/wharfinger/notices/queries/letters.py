"""Reads of mails that came in: those about a document, and those that nobody could place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from wharfinger.base.access import Actor
from wharfinger.notices.models import Letter
from wharfinger.notices.rules.attachments import SEEN_BY

FEW = 20
"""So many of the newest stand on the page of a document."""


def letters() -> QuerySet[Letter, Letter]:
    """Every mail that came in and was not undone."""
    return Letter.objects.filter(void__isnull=True)


def of(subject: str) -> QuerySet[Letter, Letter]:
    """What was answered about a document, newest first."""
    return letters().filter(about=subject).order_by("-pk")


def visible(actor: Actor) -> QuerySet[Letter, Letter]:
    """The mails about what this person may see; those that answer nothing, to whoever sees all messages."""
    found = Q(about="") if actor.may("notices.outbox") else Q(pk__in=())
    for noun, permission in SEEN_BY.items():
        if actor.may(permission):
            found |= Q(about__startswith=f"{noun}:")
    return letters().filter(found)


def shown(found: Iterable[Letter]) -> list[dict[str, Any]]:
    """Mails as the API shows them."""
    return [
        {
            "id": one.pk,
            "subject": one.about or None,
            "message": one.outbox_id,
            "sender": one.sender,
            "title": one.title,
            "text": one.text,
            "left_out": one.left_out,
            "received_at": one.received_at.isoformat(),
        }
        for one in found
    ]
