"""Pure decisions about warranty: which policy holds, and until when."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date
from typing import Any

from wharfinger.catalog.rules.categories import depth, is_in
from wharfinger.devices.rules import Cover


def plus_months(day: date, months: int) -> date:
    """The same day so many months later; 31 January plus one month is the last day of February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


DEEPEST = 1000
"""A product's own policy goes before that of any category, however deep."""


def cover_by(
    policies: Iterable[Any], product: Any, *, channel: str, sold_on: date | None, installed_on: date
) -> Cover:
    """The warranty that the policies grant a unit; none where no policy fits.

    Of those that hold on the day it starts the one with the latest valid-from wins, one for the product before one for its category, and that
    before one for a category above it. What a partner sold from their stock is covered only by policies that say so.
    """
    fitting = []
    for policy in policies:
        start = installed_on if policy.start == "installed" else sold_on
        if start is None or (channel == "indirect" and not policy.indirect):
            continue
        if policy.valid_from > start or (policy.valid_until is not None and policy.valid_until < start):
            continue
        if policy.product_id == product.pk:
            rank = DEEPEST
        elif (
            policy.product_id is None
            and policy.category_path
            and is_in(product.category_path, policy.category_path)
        ):
            rank = depth(policy.category_path)
        elif policy.product_id is None and not policy.category_path:
            rank = 0
        else:
            continue
        fitting.append(
            (policy.valid_from, rank, policy.pk, Cover(policy.pk, start, plus_months(start, policy.months)))
        )
    return max(fitting, key=lambda one: one[:3])[3] if fitting else Cover()
