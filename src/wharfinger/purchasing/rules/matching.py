"""A vendor's bill laid beside what was ordered, received and billed before: what differs, and what is put up with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from wharfinger.base.money import extended
from wharfinger.purchasing.rules.landing import at_home


class Tolerance(NamedTuple):
    """By how much a bill may be off before somebody has to accept it."""

    percent: int = 0
    minor: int | None = None
    """In home currency; without one the amount does not matter."""

    @classmethod
    def of(cls, setting: Mapping[str, Any]) -> Tolerance:
        """As the company decided."""
        return cls(setting["percent"], setting["most_minor"])

    def takes(self, off_minor: int, books_minor: int, off_at_home: int) -> bool:
        """Whether so much more or less than in the books is put up with."""
        near = abs(off_minor) * 100 <= abs(books_minor) * self.percent
        return near and (self.minor is None or abs(off_at_home) <= self.minor)


class Stands(NamedTuple):
    """What the books say of a receipt's line, in its product's smallest unit, other bills counted."""

    ordered: int
    received: int
    """By the receipt."""
    billed: int
    """Of these."""
    received_ever: int
    """Of the order's line, by whichever receipt."""
    billed_ever: int
    booked_micro: int
    """What a unit costs that is not billed yet."""

    @property
    def open(self) -> int:
        """How many came and are not billed."""
        return max(0, min(self.received - self.billed, self.received_ever - self.billed_ever))


class Matched(NamedTuple):
    """A line of a bill beside what the books say of it."""

    quantity: int
    unit_cost_micro: int
    booked_quantity: int
    booked_micro: int
    decimals: int
    per: int | None
    ordered: int = 0
    billed_ever: int = 0

    def net(self, unit_cost_micro: int, currency: str) -> int:
        """What all that is billed comes to at this cost."""
        return extended(unit_cost_micro, self.quantity, self.decimals, currency, per=self.per)


class Difference(NamedTuple):
    """By what a bill differs from the books."""

    code: str
    line: int | None
    """Its turn on the bill; nothing for the bill as a whole."""
    off: int
    """Units of a quantity, else an amount in the bill's currency; above zero is more than in the books."""
    taken: bool
    """Whether the tolerance puts up with it."""


def match(
    lines: Sequence[Matched], bill: Any, freight_open: int, tolerance: Tolerance, home: str
) -> list[Difference]:
    """Lay a bill beside what was ordered, received and billed before: every difference, whether it is put up with or not.

    bill: its amounts, currency and rate; freight_open: what its orders were to cost in freight and no other bill asked for.
    """
    found = []
    for n, one in enumerate(lines):
        over = one.quantity - one.booked_quantity
        if over > 0:
            code = "over_ordered" if one.billed_ever + one.quantity > one.ordered else "over_received"
            found.append(Difference(code, n, over, taken=False))
        booked = one.net(one.booked_micro, bill.currency)
        found += _off(
            "price", n, one.net(one.unit_cost_micro, bill.currency) - booked, booked, bill, tolerance, home
        )
    beyond = max(0, bill.freight_minor - freight_open)
    found += _off("freight", None, beyond, freight_open, bill, tolerance, home)
    if bill.total_minor is not None:
        comes_to = (
            sum(one.net(one.unit_cost_micro, bill.currency) for one in lines)
            + bill.freight_minor
            + bill.tax_minor
        )
        found += _off("total", None, bill.total_minor - comes_to, comes_to, bill, tolerance, home)
    return found


def _off(
    code: str, line: int | None, off: int, books: int, bill: Any, tolerance: Tolerance, home: str
) -> list[Difference]:
    if not off:
        return []
    return [
        Difference(
            code, line, off, tolerance.takes(off, books, at_home(off, bill.currency, bill.rate_micro, home))
        )
    ]


def stand(receipt: int, line: Any, came: int, ever: int, now_micro: int, others: Sequence[Any]) -> Stands:
    """What the books say of a receipt's line. others: what other bills that count ask of the order's line."""
    here = [one for one in others if one.receipt_id == receipt]
    booked = next((one.booked_micro for one in here if one.booked_micro is not None), now_micro)
    billed, billed_ever = sum(one.quantity for one in here), sum(one.quantity for one in others)
    return Stands(line.quantity, came, billed, ever, billed_ever, booked)


def stand_anywhere(
    line: Any, brought: Sequence[tuple[int, int, int]], ever: int, others: Sequence[Any]
) -> Stands:
    """The same of an order's line by whichever receipt, also before anything has come.

    brought: by receipt how many came, and what a unit costs now.
    """
    each = [stand(receipt, line, came, ever, now, others) for receipt, came, now in brought]
    booked = next((one.booked_micro for one in each if one.open), line.unit_cost_micro)
    billed = sum(one.quantity for one in others)
    return Stands(line.quantity, sum(came for _, came, _ in brought), billed, ever, billed, booked)


def beside_it(lines: Sequence[Any], line: Any) -> list[Any]:
    """What the same bill booked of a line's receipts, where this is what had not come."""
    if line.receipt_id is not None:
        return []
    bought = line.purchase_line_id
    return [one for one in lines if one.receipt_id is not None and one.purchase_line_id == bought]


class Part(NamedTuple):
    """So much of a bill's line, by the receipt that brought it; by none what has not come."""

    turn: int
    receipt_id: int | None
    row: Matched


def parts_of(
    turn: int,
    row: Matched,
    line: Any,
    brought: Sequence[tuple[int, int, int]],
    ever: int,
    others: Sequence[Any],
) -> list[Part]:
    """Which receipts a line that names none is of: the oldest first, as far as no other bill asks for what they brought."""
    left, free = row.quantity, row.booked_quantity
    found = []
    for receipt, came, now in brought:
        stands = stand(receipt, line, came, ever, now, others)
        if units := min(stands.open, free):
            part = row._replace(quantity=units, booked_quantity=units, booked_micro=stands.booked_micro)
            found.append(Part(turn, receipt, part))
            left, free = left - units, free - units
    if left:
        found.append(Part(turn, None, row._replace(quantity=left, booked_quantity=0)))
    return found


def by_line(lines: Iterable[Any]) -> dict[int, list[Any]]:
    """What bills ask, by the order's line."""
    found: dict[int, list[Any]] = defaultdict(list)
    for one in lines:
        found[one.purchase_line_id].append(one)
    return found


def matched(line: Any, bought: Any, stands: Stands, decimals: int) -> Matched:
    """A line of a bill beside the books, at what it was booked at where it says no cost."""
    return Matched(
        line.quantity,
        stands.booked_micro if line.unit_cost_micro is None else line.unit_cost_micro,
        min(line.quantity, stands.open),
        stands.booked_micro,
        decimals,
        bought.per,
        stands.ordered,
        stands.billed_ever,
    )
