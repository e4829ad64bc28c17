"""Reads of what people are told: what is under whose bell, and how much of it is new."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from wharfinger.base import further
from wharfinger.base.access import Actor
from wharfinger.base.asking import MANY
from wharfinger.ledger.prepared import Slot, an_id
from wharfinger.notices.low import PAGES
from wharfinger.notices.models import Notice


def mine(actor: Actor) -> QuerySet[Notice, Notice]:
    """Everything that one was told."""
    return Notice.objects.filter(user=actor.pk)


def counted(user: int) -> tuple[str, list[Any]]:
    """The statement that finds what is new to somebody, for whoever counts several things at once."""
    text, params = _unread()
    return text, [user if isinstance(one, Slot) else one for one in params]


@cache
def _unread() -> tuple[str, list[Any]]:
    new = Notice.objects.filter(user_id=an_id("user"), read_at__isnull=True).order_by("-id")
    text, params = new.values("id")[: MANY + 1].query.sql_with_params()
    return text, list(params)


def leading(found: Iterable[Notice]) -> dict[int, str]:
    """Where each of these leads: to its document, or to the list that it is about; empty where that is gone."""
    rows = list(found)
    titles = further.titles_of({one.about for one in rows if one.about})
    return {
        one.pk: titles[one.about][1] if one.about else reverse(PAGES[one.event]) if one.event in PAGES else ""
        for one in rows
    }


def shown(found: Iterable[Notice]) -> list[dict[str, Any]]:
    """Notices as the API shows them."""
    return [
        {
            "id": one.pk,
            "entry": one.entry_id,
            "event": one.event,
            "subject": one.about or None,
            "text": one.text,
            "told": [text for _event, text in one.told],
            "told_at": one.entry.recorded_at.isoformat(),
            "read_at": one.read_at.isoformat() if one.read_at else None,
        }
        for one in found
    ]
