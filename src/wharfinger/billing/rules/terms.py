"""Pure decisions about terms of payment: until when an invoice is due, and what is taken off until when."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from wharfinger.base.money import share, to_coin

WHOLE = 10**6


class Agreed(NamedTuple):
    """What terms mean for an invoice of a day."""

    due_on: date
    discount_micro: int = 0
    discount_until: date | None = None
    sooner: tuple[tuple[int, date], ...] = ()
    """The share, at 10⁻⁶, and the day of each instalment before the last, which is due on ``due_on``."""


class Due(NamedTuple):
    """An instalment of an invoice, and what is open of it."""

    due_on: date
    minor: int
    open_minor: int


def agreed(terms: Any, days: int, issued_on: date) -> Agreed:
    """What holds for an invoice of this day. terms: none where only days are agreed."""
    if terms is None:
        return Agreed(issued_on + timedelta(days=days))
    due = _after(terms, terms.days, issued_on)
    sooner = tuple((one["share_micro"], _after(terms, one["days"], issued_on)) for one in terms.instalments)
    if not terms.discount_micro:
        return Agreed(due, sooner=sooner)
    return Agreed(due, terms.discount_micro, issued_on + timedelta(days=terms.discount_days), sooner)


def _after(terms: Any, days: int, issued_on: date) -> date:
    due = issued_on + timedelta(days=days)
    if terms.end_of_month:
        due = _day(due.year, due.month, 31)
    return _next(due, terms.day_of_month) if terms.day_of_month else due


def instalments(
    total_minor: int, due_on: date, sooner: Iterable[tuple[int, date]], coin: int = 1
) -> list[tuple[date, int]]:
    """How much of an amount is due when, as coins can pay it; the last instalment takes the rest."""
    found = [(day, to_coin(share(total_minor, part, WHOLE), coin)) for part, day in sooner]
    return [*found, (due_on, total_minor - sum(minor for _, minor in found))]


def spread(parts: Sequence[tuple[date, int]], open_minor: int) -> list[Due]:
    """What is open of each instalment: whatever lessens what is owed settles the first one first."""
    found: list[Due] = []
    left = open_minor
    for day, minor in reversed(parts):
        still = left if len(found) == len(parts) - 1 else min(left, minor)
        found.append(Due(day, minor, still))
        left -= still
    return found[::-1]


def discount_of(total_minor: int, discount_micro: int) -> int:
    """What may be taken off an amount."""
    return share(total_minor, discount_micro, WHOLE)


def may_take(row: Any, day: date | None) -> int:
    """What may be taken off an invoice that is paid on a day; without one, what might have been had it been in time.

    row: the invoice with what is open, credited and taken of it.
    """
    if row.discount_until is None or (day is not None and row.discount_until < day):
        return 0
    asked = discount_of(row.total_minor - row.credited_minor, row.discount_micro) - row.taken_minor
    return max(0, min(asked, int(row.open_minor)))


def _next(start: date, number: int) -> date:
    """The first day of this number from a day on; in a shorter month its last day."""
    here = _day(start.year, start.month, number)
    if here >= start:
        return here
    year, month = (start.year + 1, 1) if start.month == 12 else (start.year, start.month + 1)
    return _day(year, month, number)


def _day(year: int, month: int, number: int) -> date:
    return date(year, month, min(number, monthrange(year, month)[1]))
