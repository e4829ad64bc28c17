"""Fills an empty database with the demo company."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from wharfinger.base import clock
from wharfinger.ledger.models import Entry
from wharfinger.ledger.post import automation
from wharfinger.notices import bell, mails
from wharfinger.site.demo import aftercare, company, dealing, mending, past, present, warehouse
from wharfinger.site.demo.story import ZONE, Story

RUNG = 120
"""So many of the newest entries are under people's bells."""


def fill(today: date | None = None) -> Story:
    """Found the company and let it live to this day; all of it or nothing.

    Nobody is sent a mail about what is long past, so nothing of it goes through the outbox.
    """
    story = Story(today or clock.today(ZONE))
    told, automation.consumers = automation.consumers, lambda _verb: []
    try:
        with transaction.atomic():
            story.day = past.FOUNDED
            company.found(story)
            parts = (past, present, dealing, aftercare, mending, warehouse)
            story.tell(chapter for part in parts for chapter in part.chapters(story))
            _ring()
    finally:
        automation.consumers = told
    return story


def _ring() -> None:
    """Let people find under their bell what happened last; no mail leaves."""
    for entry in reversed(Entry.objects.order_by("-pk")[:RUNG]):
        bell.ring(entry, mails.told(entry))
