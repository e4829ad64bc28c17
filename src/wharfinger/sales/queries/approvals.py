"""Reads of the approvals that quotes wait for."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db.models import Q

from wharfinger.base.asking import MANY
from wharfinger.sales.models import Quote

WAITING = Q(
    quote__approval_asked_at__isnull=False,
    quote__approved_at__isnull=True,
    quote__won_at__isnull=True,
    quote__lost_at__isnull=True,
)
"""Which of our quotes wait for somebody's yes."""


@cache
def counted() -> tuple[str, list[Any]]:
    """The statement that finds the quotes that wait for a yes, for whoever counts several things at once."""
    waiting = Quote.objects.filter(
        approval_asked_at__isnull=False,
        approved_at__isnull=True,
        won_at__isnull=True,
        lost_at__isnull=True,
        sheet__void__isnull=True,
    )
    text, params = waiting.order_by("pk").values("pk")[: MANY + 1].query.sql_with_params()
    return text, list(params)
