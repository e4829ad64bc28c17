"""What our documents say before and after their lines: of several wordings the one that is most for the reader."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db.models import Q, QuerySet

from wharfinger.documents.models import Wording
from wharfinger.parties.models import Site

_tried: ContextVar[Wording | None] = ContextVar("tried", default=None)


def wordings() -> QuerySet[Wording, Wording]:
    """Every wording that was not undone."""
    return Wording.objects.filter(void__isnull=True).select_related("organization")


def wording_of(kind: str, organization: int, site: Site | None, language: str) -> dict[str, str]:
    """Opening and closing of a document to an organization; empty where ours stand. One statement.

    What is written to the organization comes before what is written to its country, and that before the rest; of
    two alike, the one in the document's language. site: the one to which invoices go.
    """
    if (tried := _tried.get()) is not None:
        return _texts(tried)
    country = site.country if site is not None else ""
    whom = Q(organization=organization) | Q(organization__isnull=True, country__in=("", country))
    found = Wording.objects.filter(
        whom, kind=kind, language__in=("", language), retired_on__isnull=True, void__isnull=True
    )
    best = max(
        found, key=lambda one: (one.organization_id is not None, one.country, one.language), default=None
    )
    return _texts(best) if best is not None else {"opening": "", "closing": ""}


def _texts(one: Wording) -> dict[str, str]:
    return {"opening": one.opening, "closing": one.closing}


@contextmanager
def trying(one: Wording) -> Iterator[None]:
    """Let documents be read with these words, whatever others there are: a preview."""
    token = _tried.set(one)
    try:
        yield
    finally:
        _tried.reset(token)
