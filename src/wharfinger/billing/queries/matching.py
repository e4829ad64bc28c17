"""Rows of a bank list, each with the invoices that it pays: by their numbers, else by its amount."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from wharfinger.base import configuration
from wharfinger.base.refusal import Refusal
from wharfinger.billing.queries.shown import invoices, today
from wharfinger.billing.rules.payments import Allocation, PaymentWish
from wharfinger.billing.rules.terms import may_take

MOST = 500
"""So many rows are read at once."""

_DAY = re.compile(r"^(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})\.(\d{1,2})\.(\d{4}))$")
_FIGURE = re.compile(r"^[+-]?[0-9][0-9.,'’ ]*[.,][0-9]{2,3}$|^[+-]?[0-9]+$")
_WORD = re.compile(r"[\w/-]+")


@dataclass(slots=True)
class Row:
    """A row of a bank list, and what it pays."""

    n: int
    text: str
    received_on: date | None = None
    amount: str = ""
    minor: int = 0
    invoices: list[Any] = field(default_factory=list)
    allocations: list[Allocation] = field(default_factory=list)
    why: str = ""
    """Why it pays nothing that we know."""
    over_since: date | None = None
    """The last day of the cash discount that it takes off, where it came after that."""
    take: bool = True
    """Whether the cash discount is taken off; else it stays owing."""

    @property
    def left(self) -> int:
        """What is left over and becomes store credit."""
        return self.minor - sum(one.amount_minor for one in self.allocations)

    @property
    def discount(self) -> int:
        """What it lacks that the cash discount of its invoices covers."""
        return sum(one.discount_minor for one in self.allocations)

    @property
    def wish(self) -> PaymentWish:
        """The payment that it is."""
        first = self.invoices[0]
        return PaymentWish(
            first.organization_id,
            self.minor,
            first.currency,
            self.received_on,
            reference=self.text[:100],
            allocations=tuple(
                one if self.take else replace(one, discount_minor=0) for one in self.allocations
            ),
        )


def rows_of(text: str) -> list[Row]:
    """The rows of a list that was pasted: cells between tabs or semicolons, with a day and an amount among them."""
    found: list[Row] = []
    for line in [one for one in text.splitlines() if one.strip()][:MOST]:
        row = Row(len(found), "")
        words = []
        for cell in (one.strip().strip('"') for one in re.split(r"[\t;]", line)):
            if row.received_on is None and (day := _day(cell)) is not None:
                row.received_on = day
            elif not row.amount and _FIGURE.match(cell):
                row.amount = cell.lstrip("+")
            elif cell:
                words.append(cell)
        row.text = " · ".join(words)
        found.append(row)
    return found


def match(rows: Sequence[Row], read: Callable[[str, str], int]) -> None:
    """Find what each row pays, in three statements. What it lacks is taken off where the cash discount covers that.

    read: an amount as the reader's language writes it.
    """
    now = today()
    owing = invoices().filter(posted_at__isnull=False, open_minor__gt=0).select_related("organization")
    tokens = {word.upper() for row in rows for word in _WORD.findall(row.text)}
    by_number = {one.number.upper(): one for one in owing.filter(number__in=tokens)}
    left: dict[int, int] = {one.pk: one.open_minor for one in by_number.values()}
    for row in rows:
        named = dict.fromkeys(word.upper() for word in _WORD.findall(row.text))
        row.invoices = [by_number[word] for word in named if word in by_number]
    home = configuration.one("currency")
    figures: dict[str, list[Any]] = {}
    plain = [row for row in rows if row.amount and not row.invoices]
    wanted = {minor for row in plain if (minor := _read(row, home, read)) > 0}
    for one in owing.filter(open_minor__in=wanted) if wanted else ():
        figures.setdefault(str(one.open_minor), []).append(one)
    early = _lessened(owing, wanted, min((row.received_on or now for row in plain), default=now))
    for row in rows:
        if not row.invoices and row.amount:
            minor = _read(row, home, read)
            day = row.received_on or now
            same = figures.get(str(minor), []) + [
                one for one in early.get(minor, ()) if one.discount_until >= day
            ]
            row.invoices = same if len(same) == 1 else []
            row.why = _("Several invoices are of this amount.") if len(same) > 1 else ""
        _allocate(row, left, read, now)


def _allocate(row: Row, left: dict[int, int], read: Callable[[str, str], int], now: date) -> None:
    if not row.invoices:
        row.why = row.why or _("No open invoice has a number in this text, or this amount.")
        return
    if len({(one.organization_id, one.currency) for one in row.invoices}) > 1:
        row.why = _("It names invoices of several customers or currencies.")
        return
    row.minor = _read(row, row.invoices[0].currency, read)
    if row.minor <= 0:
        row.why = _("No amount above zero stands in this row.")
        return
    less = _taken_off(row, left, now)
    still = row.minor
    for one in row.invoices:
        off = less.get(one.pk, 0)
        part = min(still, left.setdefault(one.pk, one.open_minor) - off)
        if part > 0:
            row.allocations.append(Allocation(one.pk, part, off))
            left[one.pk] -= part + off
            still -= part


def _taken_off(row: Row, left: dict[int, int], now: date) -> dict[int, int]:
    """What is taken off each invoice, where the cash discount covers all that a payment lacks; else nothing."""
    lacks = sum(left.get(one.pk, one.open_minor) for one in row.invoices) - row.minor
    if lacks <= 0:
        return {}
    for day in (row.received_on or now, None):
        most = {one.pk: min(may_take(one, day), left.get(one.pk, one.open_minor)) for one in row.invoices}
        if lacks <= sum(most.values()):
            break
    else:
        return {}
    if day is None:
        came = row.received_on or now
        over = [one.discount_until for one in row.invoices if most[one.pk] and one.discount_until < came]
        row.over_since, row.take = min(over), False
    found = {}
    for pk, minor in most.items():
        found[pk] = min(minor, lacks)
        lacks -= found[pk]
    return found


def _lessened(owing: Any, wanted: set[int], first: date) -> dict[int, list[Any]]:
    """Invoices by what is to be paid of them after their cash discount, of those that still had it on a day."""
    found: dict[int, list[Any]] = {}
    if wanted:
        still = owing.filter(discount_until__gte=first, discount_micro__gt=0, open_minor__gt=min(wanted))
        for one in still:
            off = may_take(one, first)
            if off and one.open_minor - off in wanted:
                found.setdefault(one.open_minor - off, []).append(one)
    return found


def _read(row: Row, currency: str, read: Callable[[str, str], int]) -> int:
    try:
        return read(row.amount, currency)
    except Refusal:
        return 0


def _day(cell: str) -> date | None:
    found = _DAY.match(cell)
    if found is None:
        return None
    year, month, day = found.group(1, 2, 3) if found.group(1) else found.group(6, 5, 4)
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
