"""Pure decisions about terms of payment: until when an invoice is due, and what is taken off until when."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Any, NamedTuple

from wharfinger.base.money import share

WHOLE = 10**6


class Agreed(NamedTuple):
    """What terms mean for an invoice of a day."""

    due_on: date
    discount_micro: int = 0
    discount_until: date | None = None


def agreed(terms: Any, days: int, issued_on: date) -> Agreed:
    """What holds for an invoice of this day. terms: none where only days are agreed."""
    if terms is None:
        return Agreed(issued_on + timedelta(days=days))
    due = issued_on + timedelta(days=terms.days)
    if terms.end_of_month:
        due = _day(due.year, due.month, 31)
    if terms.day_of_month:
        due = _next(due, terms.day_of_month)
    if not terms.discount_micro:
        return Agreed(due)
    return Agreed(due, terms.discount_micro, issued_on + timedelta(days=terms.discount_days))


def discount_of(total_minor: int, discount_micro: int) -> int:
    """What may be taken off an amount."""
    return share(total_minor, discount_micro, WHOLE)


def _next(start: date, number: int) -> date:
    """The first day of this number from a day on; in a shorter month its last day."""
    here = _day(start.year, start.month, number)
    if here >= start:
        return here
    year, month = (start.year + 1, 1) if start.month == 12 else (start.year, start.month + 1)
    return _day(year, month, number)


def _day(year: int, month: int, number: int) -> date:
    return date(year, month, min(number, monthrange(year, month)[1]))
