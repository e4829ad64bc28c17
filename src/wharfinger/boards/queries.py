"""Which views a person finds on a list."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from wharfinger.boards.models import SavedView


def saved_views(actor: Any, table: str) -> QuerySet[SavedView]:
    """One's own views of the list and the shared ones, by name."""
    return SavedView.objects.filter(Q(owner=actor) | Q(shared=True), table=table).order_by("name", "id")
