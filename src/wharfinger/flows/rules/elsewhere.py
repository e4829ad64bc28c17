"""Pure decisions about lines that are served by goods of another location: reserved there, and a transfer written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.demand.rules import first_place, selling
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.sales.rules.holds import Hold, plan_reserve
from wharfinger.stock.rules import expired_on
from wharfinger.stock.rules.transferring import Sent, TransferWish, add_orders

Free = Mapping[int, Counter[int]]
"""How many of each product are free at each location, by product and the place of the location."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """How many to bring for a line, and from where."""

    line: int
    quantity: int
    source: int | None = None
    """The location by id; wherever most are free without one."""


def plan_from_elsewhere(
    truth: Truth, *, wanted: Sequence[Fetch], target: int | None, expected_on: date | None
) -> Plan:
    """Reserve goods for lines where they are free, and write a transfer order from each such location.

    target: the location to which all goes; without one each line's goods go to where its document takes goods
    from first.
    """
    known = truth.documents["stock.Location"]
    by_place = {one.place_id: one for one in known.values()}
    to = _known(known, target, "target") if target else None

    def goes(line: Any) -> Any:
        return to or by_place[first_place(truth, line)]

    plan = plan_reserve(truth, holds=list(_chosen(truth, wanted, goes)))
    truth.read["claims_there"], truth.read["source_bins"] = {one.line for one in wanted}, {}
    wishes = [
        TransferWish(by_place[place].pk, end, tuple(lines), expected_on)
        for (place, end), lines in sorted(_sent(plan, truth, goes).items())
    ]
    add_orders(plan, truth, wishes)
    return plan


def _known(locations: Mapping[int, Any], pk: int, field: str) -> Any:
    found = locations.get(pk)
    if found is None:
        raise BadInput("no_such_location", N_("There is no such location."), field=field)
    return found


def _chosen(truth: Truth, wanted: Sequence[Fetch], goes: Callable[[Any], Any]) -> Iterator[Hold]:
    """What is reserved where: at the location that is named, or where most of it is free, then the next."""
    there = _free(truth)
    for n, one in enumerate(wanted):
        line = truth.read["lines"].get(one.line)
        if line is None:
            raise NotThere("no_such_line", N_("There is no such line."), field=f"lines.{n}.line")
        field, to, source = f"lines.{n}.from", goes(line), None
        if one.source:
            source = _known(truth.documents["stock.Location"], one.source, field)
        if source is to:
            raise BadInput(
                "same_place", N_("The goods are there already. Choose another place."), field=field
            )
        free = there.get(line.product_id, Counter())
        lending = {place for place, kind in (selling(truth, line) or {}).items() if kind == "rental"}
        places = [source.place_id] if source else [p for p, _ in free.most_common() if p not in lending]
        left = one.quantity
        for place in places:
            part = min(left, free[place]) if place != to.place_id else 0
            if part:
                yield Hold(one.line, part, location=place)
                free[place] -= part
                left -= part
        if left:
            raise Refusal(
                "not_enough_elsewhere",
                N_(
                    "{wanted} of {sku} wanted, but only {free} are free at other locations. Take less, or buy the rest."
                )
                if source is None
                else N_(
                    "{wanted} of {sku} wanted, but only {free} are free at {location}. Take less, or choose another location."
                ),
                field=f"lines.{n}.quantity",
                wanted=one.quantity,
                free=one.quantity - left,
                product=line.product_id,
                sku=truth.read["products"][line.product_id].sku,
                location=source.name if source else "",
            )


def _free(truth: Truth) -> Free:
    found: dict[int, Counter[int]] = defaultdict(Counter)
    for held in truth.free:
        if held.location and held.quantity > 0 and not expired_on(held, truth.today):
            found[held.product][held.location] += held.quantity
    return found


def _sent(plan: Plan, truth: Truth, goes: Callable[[Any], Any]) -> dict[tuple[int, int], list[Sent]]:
    """What was reserved at each place to go to each location, line by line, units with serial numbers by their numbers."""
    where = {held.spot: held for held in truth.free}
    units: Counter[tuple[int, int, int]] = Counter()
    codes: dict[tuple[int, int, int], list[str]] = defaultdict(list)
    for step in plan.steps:
        held = where.get(step.source)
        if held is None or not held.location or not isinstance(step.target.claim, int):
            continue
        key = (held.location, step.target.claim, held.product)
        units[key] += step.quantity
        if held.spot.serial:
            codes[key].append(held.code)
    found: dict[tuple[int, int], list[Sent]] = defaultdict(list)
    for (place, line, product), quantity in units.items():
        named = tuple(codes[place, line, product])
        end = goes(truth.read["lines"][line]).pk
        found[place, end].append(Sent(product, quantity, named, line=line))
    return found


ANYWHERE = 0
"""In place of a location: wherever most is free, then the next."""


class Proposal(NamedTuple):
    """From where a row is best served: a place, ANYWHERE, or nowhere; and how many of it."""

    place: int | None
    quantity: int


def propose(rows: Sequence[tuple[int, int, Counter[int]]]) -> list[Proposal]:
    """From where each row's goods come best; what one row gets the next does not.

    rows: product, how many are wanted, and how many are free for it at which place. The place that has enough and the
    least of it is proposed, so that the others keep theirs; where none has enough, wherever there are any.
    """
    gone: Counter[tuple[int, int]] = Counter()
    found = []
    for product, units, free in rows:
        there = {
            place: n - gone[product, place] for place, n in free.most_common() if n > gone[product, place]
        }
        enough = [place for place, n in there.items() if n >= units]
        places = enough[-1:] or list(there)
        served = min(units, sum(there[place] for place in places))
        if not served:
            places = []
        found.append(Proposal((places[0] if len(places) == 1 else ANYWHERE) if places else None, served))
        for place in places:
            part = min(served, there[place])
            gone[product, place] += part
            served -= part
    return found
