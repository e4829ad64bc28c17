"""Keep and drop views of lists. They are a person's desk, not the company's books, so no entry is written."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from wharfinger.base import words
from wharfinger.base.access import require
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.boards.models import SavedView

PASSING = frozenset(("cursor", "export", "save"))
"""What an address may hold that is no part of a view."""


def save_view(*, actor: Any, table: str, name: str, query: str, shared: bool) -> SavedView:
    """Keep what a list shows under a name, for oneself or, where one may, for all; the same name again replaces it."""
    if shared:
        require(actor, "boards.share")
    name = words.tidy(name, field="name", most=60)
    kept = urlencode([(key, value) for key, value in parse_qsl(query.lstrip("?")) if key not in PASSING])
    if len(kept) > 4000:
        raise BadInput("too_long", N_("At most {most} characters fit here."), field="name", most=4000)
    view, _new = SavedView.objects.update_or_create(
        owner=actor, table=table[:60], name=name, defaults={"query": kept, "shared": shared}
    )
    return view


def drop_view(*, actor: Any, view: int) -> None:
    """Forget one's own view."""
    dropped, _each = SavedView.objects.filter(owner=actor, pk=view).delete()
    if not dropped:
        raise NotThere("no_such_view", N_("This view is not there any more, or it belongs to somebody else."))
