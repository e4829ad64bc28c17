"""Pure decisions about counting: differences are recorded at once, reviewed, and posted together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from wharfinger.base.money import share
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.words import same, tidy
from wharfinger.ledger.plan import Number, Plan, Truth
from wharfinger.stock.rules.adjusting import check_tracing

NUMBER = Number("count", "CT-{n}")


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a location is counted: all of it where nothing is said."""

    bins: tuple[int, ...] = ()
    products: tuple[int, ...] = ()
    category: int | None = None
    """With all that lies below it."""
    moved_since: date | None = None
    """What came, went or changed places on that day or later."""

    def kept(self) -> dict[str, Any]:
        """As the count keeps it: what was said, and no more."""
        said = {
            "bins": sorted(set(self.bins)),
            "products": sorted(set(self.products)),
            "category": self.category,
            "moved_since": self.moved_since.isoformat() if self.moved_since else "",
        }
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True, slots=True)
class Tally:
    """What somebody counted of a product in a bin: so many, these serial numbers, or so many of a batch."""

    product: int
    bin: int
    """The place of the bin."""
    counted: int
    serials: tuple[str, ...] = ()
    batch: str = ""
    unit_cost_micro: int | None = None
    field: str = ""
    owner: int | None = None
    """Whose goods they are, where we only keep them."""
    expires_on: date | None = None


class Stood(NamedTuple):
    """What the books had of a lot in a bin when it was counted."""

    code: str
    serial: bool
    quantity: int


Books = Mapping[tuple[int, int, int | None], Sequence[Stood]]
"""By place of the bin, product and owner."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a count may be off without being counted a second time."""

    second_count: bool = False
    """Whether what is off by more is counted a second time before the review."""
    percent: int = 0
    """Of what the books have."""
    most_minor: int | None = None
    """And in value, where there is a limit."""

    @classmethod
    def of(cls, setting: Mapping[str, Any]) -> Tolerance:
        """The tolerance that the company decided."""
        return cls(setting["second_count"], setting["tolerance_percent"], setting["tolerance_minor"])


class Worth(NamedTuple):
    """What all that is left of a product is worth."""

    value_minor: int
    quantity: int

    def of(self, units: int) -> int:
        """What so many units are worth, below zero for those that lack."""
        return share(self.value_minor, units, self.quantity) if self.quantity else 0


NOTHING = Worth(0, 0)


def beyond(line: Any, worth: Worth, tolerance: Tolerance) -> bool:
    """Whether a counted line is off by more than the company puts up with; a serial number is right or wrong."""
    off = abs(line.difference)
    if not off:
        return False
    books = line.counted - line.difference
    limit = tolerance.most_minor
    return off * 100 > books * tolerance.percent or (limit is not None and abs(worth.of(off)) > limit)


def plan_count(truth: Truth, *, location: int, scope: Scope, blind: bool, note: str) -> Plan:
    """Begin a count of a location, or of a part of it."""
    plan = Plan()
    row = truth.documents["stock.Location"].get(location)
    if row is None:
        raise BadInput("no_such_location", N_("There is no such location."), field="location")
    if set(scope.bins) - {one.pk for one in truth.documents["stock.Bin"].values()}:
        raise BadInput("no_such_bin", N_("The location has no such bin."), field="bins")
    if scope.moved_since is not None and scope.moved_since > truth.today:
        raise BadInput(
            "in_the_future", N_("The date lies in the future. Choose today or earlier."), field="moved_since"
        )
    made = plan.create(
        "stock.Count", number=NUMBER, location_id=location, scope=scope.kept(), blind=blind, note=note
    )
    plan.mention(("count", made), ("location", location))
    return plan


def plan_record(truth: Truth, *, count: int, tallies: Sequence[Tally]) -> Plan:
    """Write down what was counted, and the difference from the books when it was counted.

    A product that is counted again in the same bin replaces what was written down before.
    """
    return _written_down(truth, count, tallies, second=False)


def plan_recount(truth: Truth, *, count: int, tallies: Sequence[Tally]) -> Plan:
    """Write down what a second count found; what the first one said stays beside it."""
    known = {
        (line.bin_id, line.product_id, line.owner_id) for line in truth.documents["stock.CountLine"].values()
    }
    for tally in tallies:
        bin = truth.read["bins"].get(tally.bin)
        if bin is not None and (bin.pk, tally.product, tally.owner) not in known:
            raise BadInput(
                "not_counted_yet",
                N_("This has not been counted a first time. Record the first count, then count again."),
                field=f"{tally.field}product",
            )
    return _written_down(truth, count, tallies, second=True)


def _written_down(truth: Truth, count: int, tallies: Sequence[Tally], *, second: bool) -> Plan:
    plan = Plan()
    row = open_count(truth, count)
    known = {
        (line.bin_id, line.product_id, same(line.code), line.owner_id): line
        for line in truth.documents["stock.CountLine"].values()
    }
    codes: dict[tuple[int, int, int | None], list[str]] = {}
    for line in known.values():
        codes.setdefault((line.bin_id, line.product_id, line.owner_id), []).append(line.code)
    seen: set[tuple[int, int, str, int | None]] = set()
    for tally in tallies:
        bin = truth.read["bins"].get(tally.bin)
        if bin is None or bin.location_id != row.location_id:
            raise BadInput("no_such_bin", N_("The location has no such bin."), field=f"{tally.field}bin")
        product = truth.products[tally.product]
        check_tracing(product, tally.counted, tally.serials, tally.batch, field=tally.field)
        earlier = codes.get((bin.pk, tally.product, tally.owner), ()) if product.traced == "serial" else ()
        for code, counted, books in _compared(truth.read["books"], tally, earlier):
            key = (bin.pk, tally.product, same(code), tally.owner)
            if key in seen:
                raise BadInput(
                    "counted_twice",
                    N_("This stands there twice for one bin. Add it up and send it once."),
                    field=f"{tally.field}product",
                )
            seen.add(key)
            line = known.get(key)
            before = line.counted if line is not None else 0
            if second and line is not None and line.first_counted is not None:
                before = line.first_counted
            values = {
                "counted": counted,
                "difference": counted - books,
                "first_counted": before if second else None,
                "counted_at": truth.read["counted_at"],
                "counted_by_id": truth.actor,
                "unit_cost_micro": tally.unit_cost_micro,
                "expires_on": tally.expires_on,
            }
            if line is not None:
                plan.change(line, **values)
            else:
                plan.create(
                    "stock.CountLine",
                    count_id=count,
                    bin_id=bin.pk,
                    product_id=tally.product,
                    code=code,
                    owner_id=tally.owner,
                    **values,
                )
    if row.reviewed_at is not None:
        plan.change(row, reviewed_at=None, reviewed_by_id=None)
    plan.mention(row)
    return plan


def _compared(books: Books, tally: Tally, earlier: Iterable[str]) -> list[tuple[str, int, int]]:
    """Number, counted, and what the books had there, of each lot that either of them knows.

    earlier: serial numbers that this count has written down before, right or wrong.
    """
    there = books.get((tally.bin, tally.product, tally.owner), ())
    if tally.batch:
        code = tidy(tally.batch, field=f"{tally.field}batch", most=100)
        known = [one for one in there if same(one.code) == same(code)]
        return [(known[0].code if known else code, tally.counted, _sum(known))]
    before = {same(code): code for code in earlier}
    if not tally.serials and not before and not any(one.serial for one in there):
        return [("", tally.counted, _sum(there))]
    found = {same(code): tidy(code, field=f"{tally.field}serials", most=100) for code in tally.serials}
    had = {same(one.code): one.code for one in there if one.quantity > 0}
    return [
        (had.get(key) or found.get(key) or before[key], int(key in found), int(key in had))
        for key in sorted(found.keys() | had.keys() | before.keys())
    ]


def _sum(there: Iterable[Stood]) -> int:
    return sum(one.quantity for one in there)


def counted_at(truth: Truth, at: datetime | None, begun_at: datetime) -> datetime:
    """When it was counted: now, or earlier where it was written on paper since the count began."""
    if at is None:
        return truth.now
    if at > truth.now:
        raise BadInput(
            "in_the_future", N_("The date lies in the future. Choose today or earlier."), field="counted_at"
        )
    if at < begun_at:
        raise BadInput(
            "before_the_count",
            N_("The count had not begun then. Give a time since it began."),
            field="counted_at",
        )
    return at


def plan_review(truth: Truth, *, count: int) -> Plan:
    """Say that the differences have been looked at and may be posted.

    Raises Refusal while what is off by more than the tolerance has not been counted a second time.
    """
    plan = Plan()
    row = open_count(truth, count)
    lines = truth.documents["stock.CountLine"].values()
    if not lines:
        raise Refusal(
            "nothing_counted", N_("Nothing has been counted yet. Write down what was counted first.")
        )
    tolerance: Tolerance = truth.read["tolerance"]
    if tolerance.second_count:
        once = sum(
            line.first_counted is None
            and beyond(line, truth.read["worth"].get(line.product_id, NOTHING), tolerance)
            for line in lines
        )
        if once:
            raise Refusal(
                "count_again",
                N_(
                    "{wanted} lines are off by more than the tolerance and were counted once. "
                    "Count them a second time first."
                ),
                wanted=once,
            )
    plan.change(row, reviewed_at=truth.now, reviewed_by_id=truth.actor)
    return plan


def plan_cancel(truth: Truth, *, count: int) -> Plan:
    """Give a count up; nothing of it is posted."""
    plan = Plan()
    plan.change(open_count(truth, count), cancelled_at=truth.now)
    return plan


def open_count(truth: Truth, count: int) -> Any:
    """The count; raises NotThere or Refusal when it is gone, given up or completed."""
    row = truth.documents["stock.Count"].get(count)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_count", N_("There is no such count."))
    if row.completed_at is not None:
        raise Refusal("count_completed", N_("This count is completed. Begin a new one."))
    if row.cancelled_at is not None:
        raise Refusal("count_cancelled", N_("This count was given up. Begin a new one."))
    return row
