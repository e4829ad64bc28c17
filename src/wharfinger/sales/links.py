"""The link by which a customer reads a quote without an account: who has it may answer, nobody guesses it.

Nothing secret is stored: the mark proves the quote and its nonce, and another nonce ends it.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from wharfinger.base import clock, configuration
from wharfinger.base.door import MOST_ID
from wharfinger.demand.models import Sheet
from wharfinger.ledger.models import Entry, Fact
from wharfinger.sales.rules.answering import ASIDE, is_open

LENGTH = 32
"""Characters of a mark: 128 bits."""


def mark(quote: int, nonce: int) -> str:
    """What proves that somebody was told of the link."""
    return salted_hmac("wharfinger.sales.links", f"{quote}:{nonce}", algorithm="sha256").hexdigest()[:LENGTH]


def path(quote: Any) -> str:
    """Where the customer reads a quote, on this host."""
    return reverse("documents:offer", args=[quote.pk, mark(quote.pk, quote.link_nonce)])


def address(quote: Any) -> str:
    """The link as it is told."""
    return settings.PUBLIC_URL.rstrip("/") + path(quote)


def behind(quote: int, told: str) -> Sheet | None:
    """The quote behind a link; nothing for a mark that is not its own, whatever stands behind it."""
    found = (
        Sheet.objects.filter(pk=min(quote, MOST_ID), kind="quote", void__isnull=True)
        .select_related("quote", "organization", "owner")
        .first()
    )
    known = mark(quote, found.quote.link_nonce if found is not None else 0)
    return found if constant_time_compare(known, told) else None


def is_live(quote: Any) -> bool:
    """Whether the customer may still read and answer."""
    return is_open(quote, clock.today(configuration.one("time_zone")))


def version(quote: int) -> int:
    """The newest entry that changed what a customer reads."""
    about = Fact.objects.filter(subject=f"quote:{quote}").values("entry_id")
    newest = Entry.objects.filter(pk__in=about).exclude(verb__in=ASIDE).order_by("-pk")
    return newest.values_list("pk", flat=True).first() or 0
