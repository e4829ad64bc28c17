"""What our documents say around their lines, and what each line shows: of several wordings the one that is most for the reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.models import Q, QuerySet

from wharfinger.documents.models import Wording
from wharfinger.documents.queries.parties import NOW
from wharfinger.documents.queries.past import Past
from wharfinger.parties.models import Site

_tried: ContextVar[Wording | None] = ContextVar("tried", default=None)


def wordings() -> QuerySet[Wording, Wording]:
    """Every wording that was not undone."""
    return Wording.objects.filter(void__isnull=True).select_related("organization")


def wording_of(
    kind: str, organization: int, site: Site | None, language: str, past: Past = NOW
) -> dict[str, Any]:
    """Words and columns of a document to an organization; empty where ours stand. site: to which it goes."""
    return most_for(wordings_for(kind, language, past), organization, site)


def wordings_for(kind: str, language: str, past: Past = NOW) -> list[Wording]:
    """Those that may stand on such documents in a language. One statement, and one more for the past."""
    if (tried := _tried.get()) is not None:
        return [tried]
    found = Wording.objects.filter(kind=kind)
    if past.entry is None:
        return list(found.filter(language__in=("", language), retired_on__isnull=True, void__isnull=True))
    there = list(found.filter(Q(void__isnull=True) | Q(void__gt=past.entry), made__lte=past.entry))
    if there:
        past.restore(*there)
    return [one for one in there if one.language in ("", language) and one.retired_on is None]


def most_for(found: Sequence[Wording], organization: int, site: Site | None) -> dict[str, Any]:
    """Words and columns of those that are most for an organization.

    What is written to the organization comes before what is written to its country, and that before the rest; of
    two alike, the one in the document's language.
    """
    countries = ("", site.country if site is not None else "")
    fitting = [
        one
        for one in found
        if one is _tried.get()
        or one.organization_id == organization
        or (one.organization_id is None and one.country in countries)
    ]
    best = max(
        fitting, key=lambda one: (one.organization_id is not None, one.country, one.language), default=None
    )
    if best is None:
        return {"opening": "", "closing": "", "columns": None}
    columns = None if best.columns is None else tuple(best.columns)
    return {"opening": best.opening, "closing": best.closing, "columns": columns}


@contextmanager
def trying(one: Wording) -> Iterator[None]:
    """Let documents be read with these words, whatever others there are: a preview."""
    token = _tried.set(one)
    try:
        yield
    finally:
        _tried.reset(token)
