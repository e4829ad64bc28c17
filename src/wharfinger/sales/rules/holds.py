"""Pure decisions about goods that are held for lines: reserving, extending, releasing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.demand import rules as demand
from wharfinger.demand.rules import kits
from wharfinger.demand.rules.amend import require_open
from wharfinger.ledger.plan import Held, Plan, Truth
from wharfinger.stock import rules as stock
from wharfinger.stock.rules import taken_from


@dataclass(frozen=True, slots=True)
class Hold:
    """How much to reserve for a line, and where."""

    line: int
    quantity: int
    location: int | None = None
    """The place of the location."""
    bin: int | None = None
    """The place of the bin."""
    lots: tuple[int, ...] = ()
    arrival: int | None = None
    """The place of goods that have yet to arrive: of a purchase order's line, or of a transfer."""


def plan_reserve(truth: Truth, *, holds: Sequence[Hold], until: datetime | None = None) -> Plan:
    """Hold free goods for lines where they are: in a bin, on order for stock, or on their way; the wish is covered.

    until: when the hold ends; a quote's hold ends with the quote unless said otherwise.
    """
    plan = Plan()
    lines = truth.read["lines"]
    quotes = truth.documents.get("sales.Quote", {})
    ends: dict[int, datetime] = {}
    for n, hold in kits.onward(truth, holds, "reserve", rows="lines"):
        line = _line(lines, hold.line, n)
        field = f"lines.{n}.quantity"
        demand.cover(plan, truth, line.pk, hold.quantity, field=field)
        if hold.arrival is not None:
            chosen = _arriving(truth, line, hold, field)
        else:
            chosen = stock.choose(
                truth.free,
                line.product_id,
                hold.quantity,
                location=hold.location,
                bin=hold.bin,
                lots=hold.lots,
                channels=demand.selling(truth, line),
                fresh_on=truth.today,
                first=demand.first_place(truth, line),
                field=field,
            )
        demand.take(plan, chosen, line.pk)
        if until is not None:
            ends[line.pk] = until
        elif line.sheet_id in quotes:
            ends[line.pk] = end_of(truth, quotes[line.sheet_id])
    _require_open(truth, lines.values())
    set_ends(plan, truth, ends)
    plan.mention(*truth.documents["demand.Sheet"].values())
    return plan


def _arriving(truth: Truth, line: Any, hold: Hold, field: str) -> list[tuple[Held, int]]:
    """Which free units that have yet to arrive serve a line; raises Refusal when fewer are nobody's."""
    if hold.arrival in truth.read["drop_ships"]:
        raise Refusal(
            "sent_to_the_customer",
            N_("{number} goes from the vendor to its customer. Choose other goods."),
            field=field,
            number=truth.read["drop_ships"][hold.arrival],
        )
    there = [
        h
        for h in truth.at(hold.arrival or 0)
        if h.claim == 0 and h.product == line.product_id and (not hold.lots or h.lot in hold.lots)
    ]
    free = sum(h.quantity for h in there)
    if free < hold.quantity:
        raise Refusal(
            "not_enough",
            N_("{wanted} wanted, {free} free here. Take less, or choose another place."),
            field=field,
            wanted=hold.quantity,
            free=free,
            product=line.product_id,
        )
    return taken_from(there, hold.quantity)


def plan_extend(truth: Truth, *, quote: int, until: datetime | None) -> Plan:
    """Let the holds of a quote last longer; what has expired is reserved afresh as far as it is free."""
    plan = Plan()
    row = truth.documents["sales.Quote"].get(quote)
    if row is None:
        raise NotThere("no_such_quote", N_("There is no such quote."))
    _require_open(truth, truth.read["lines"].values())
    until = until or end_of(truth, row)
    lapsed = lapsed_holds(truth)
    ends: dict[int, datetime] = {}
    for line in truth.read["lines"].values():
        held = truth.quantity_of(line.pk, demand.HELD)
        for gone in lapsed.get(line.pk, ()):
            held += _again(plan, truth, line, gone)
        if held:
            ends[line.pk] = until
    if not ends:
        raise Refusal("nothing_held", N_("This quote holds nothing that could be extended. Reserve first."))
    set_ends(plan, truth, ends)
    plan.mention(*truth.documents["demand.Sheet"].values())
    return plan


def _again(plan: Plan, truth: Truth, line: Any, gone: Held) -> int:
    """Hold the same goods once more that a lapsed hold gave back, as many as are still free there."""
    chosen = still_free(truth, gone)
    if chosen:
        demand.cover(plan, truth, line.pk, sum(units for _, units in chosen))
        demand.take(plan, chosen, line.pk)
    return sum(units for _, units in chosen)


def still_free(truth: Truth, gone: Held) -> list[tuple[Held, int]]:
    """What of a lapsed hold is free where it stood, and taken from there."""
    chosen = []
    for held in truth.free if gone.kind == "bin" else truth.at(gone.place):
        if held.spot == gone.spot.for_claim(0) and held.quantity > 0:
            part = min(held.quantity, gone.quantity)
            held.quantity -= part
            chosen.append((held, part))
    return chosen


def lapsed_holds(truth: Truth) -> dict[int, list[Held]]:
    """The holds of each line that have ended, as they stood: with this act, or before it and not renewed since."""
    found: dict[int, list[Held]] = {}
    for claim, gone in truth.read.get("ended", {}).items():
        left = truth.quantity_of(claim, ("quoted",))
        for held in gone:
            part = min(held.quantity, left)
            left -= part
            if part:
                found.setdefault(claim, []).append(Held(0, held.spot, part))
    for step in truth.prelude:
        if step.verb == "expire" and step.source.kind in demand.HELD:
            assert isinstance(step.source.claim, int)
            found.setdefault(step.source.claim, []).append(Held(0, step.source, step.quantity))
    return found


def plan_release(truth: Truth, *, holds: Sequence[Hold]) -> Plan:
    """Free reserved goods where they stand; the line has its wish back.

    What has yet to arrive is freed only where it is named.
    """
    plan = Plan()
    for n, hold in _back(truth, holds):
        line = _line(truth.read["lines"], hold.line, n)
        held = [
            h
            for h in truth.of_claim(hold.line, _kinds(hold))
            if (hold.location is None or h.location == hold.location)
            and (hold.bin is None or h.place == hold.bin)
            and (hold.arrival is None or h.place == hold.arrival)
            and (not hold.lots or h.lot in hold.lots)
        ]
        at_hand = sum(h.quantity for h in held)
        if at_hand < hold.quantity:
            raise Refusal(
                "not_reserved",
                N_("{wanted} to release, but only {free} are reserved there."),
                field=f"lines.{n}.quantity",
                wanted=hold.quantity,
                free=at_hand,
                product=line.product_id,
            )
        for one, part in taken_from(held, hold.quantity):
            plan.move(one.spot, one.spot.for_claim(0), part)
        demand.uncover(plan, truth, hold.line, hold.quantity, truth.read["falls_to"][hold.line])
        if not truth.quantity_of(hold.line, demand.HELD):
            demand.end_hold(plan, truth, hold.line)
    plan.mention(*truth.documents["demand.Sheet"].values())
    return plan


def _back(truth: Truth, holds: Sequence[Hold]) -> Iterator[tuple[int, Hold]]:
    for n, hold in enumerate(holds):
        yield from ((n, one) for _, one in kits.back(truth, [hold], _kinds(hold), rows="lines"))


def _kinds(hold: Hold) -> tuple[str, ...]:
    return ("bin",) if hold.arrival is None else ("on_order", "transfer")


def end_of(truth: Truth, quote: Any) -> datetime:
    """The instant at which a quote's own day of expiry is over, in the company's time zone."""
    return end_of_day(quote.expires_on, truth.read["house"].time_zone)


def end_of_day(day: date, zone: str) -> datetime:
    """The instant at which a day is over."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=ZoneInfo(zone))


def set_ends(plan: Plan, truth: Truth, ends: dict[int, datetime]) -> None:
    """Write down until when lines hold goods; a time that has passed is refused."""
    for line, until in ends.items():
        if until <= truth.now:
            raise BadInput(
                "in_the_past", N_("The hold would have ended already. Choose a later date."), field="until"
            )
        plan.change(truth.documents["ledger.Claim"][line], hold_until=until)


def _line(lines: dict[int, Any], line: int, n: int) -> Any:
    found = lines.get(line)
    if found is None:
        raise NotThere("no_such_line", N_("There is no such line."), field=f"lines.{n}.line")
    return found


def _require_open(truth: Truth, lines: Iterable[Any]) -> None:
    standing = truth.read["standing"]
    for sheet in sorted({line.sheet_id for line in lines}):
        require_open(standing.get(sheet))
