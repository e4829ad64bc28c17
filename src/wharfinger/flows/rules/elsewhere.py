"""Pure decisions about lines that are served by goods of another location: reserved there, and a transfer written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.demand.rules import selling
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.sales.rules.holds import Hold, plan_reserve
from wharfinger.stock.rules import expired_on
from wharfinger.stock.rules.transferring import Sent, TransferWish, add_orders

Free = dict[int, Counter[int]]
"""How many of each product are free at each location, by product and the place of the location."""


def plan_from_elsewhere(
    truth: Truth,
    *,
    holds: Sequence[Hold],
    source: int | None,
    target: int | None,
    expected_on: date | None,
) -> Plan:
    """Reserve goods for lines where they are free, and write a transfer order from there to where they are wanted.

    source, target: locations by id; goods come from wherever most are free where no source is named, and go to
    the default location where no target is.
    """
    known = truth.documents["stock.Location"]
    to = _end(known, target, "target") if target else next(one for one in known.values() if one.default)
    start = _end(known, source, "source") if source else None
    if start is to:
        raise BadInput("same_place", N_("The goods are there already. Choose another place."), field="target")
    chosen = list(_chosen(truth, holds, start, to))
    plan = plan_reserve(truth, holds=chosen)
    by_place = {one.place_id: one for one in known.values()}
    truth.read["claims_there"], truth.read["source_bins"] = {hold.line for hold in holds}, {}
    wishes = [
        TransferWish(by_place[place].pk, to.pk, tuple(lines), expected_on)
        for place, lines in sorted(_sent(plan, truth).items())
    ]
    add_orders(plan, truth, wishes)
    return plan


def _end(known: dict[int, Any], pk: int, field: str) -> Any:
    found = known.get(pk)
    if found is None:
        raise BadInput("no_such_location", N_("There is no such location."), field=field)
    return found


def _chosen(truth: Truth, holds: Sequence[Hold], start: Any, to: Any) -> Iterator[Hold]:
    """What is reserved where: at the location that is named, or where most of it is free, then the next."""
    there = _free(truth)
    for n, hold in enumerate(holds):
        line = truth.read["lines"].get(hold.line)
        if line is None:
            raise NotThere("no_such_line", N_("There is no such line."), field=f"lines.{n}.line")
        free = there.get(line.product_id, Counter())
        lending = {place for place, kind in (selling(truth, line) or {}).items() if kind == "rental"}
        places = [start.place_id] if start else [p for p, _ in free.most_common() if p not in lending]
        left = hold.quantity
        for place in places:
            part = min(left, free[place]) if place != to.place_id else 0
            if part:
                yield Hold(hold.line, part, location=place)
                free[place] -= part
                left -= part
        if left:
            raise Refusal(
                "not_enough_elsewhere",
                N_(
                    "{wanted} of {sku} wanted, but only {free} are free at other locations. Take less, or buy the rest."
                ),
                field=f"lines.{n}.quantity",
                wanted=hold.quantity,
                free=hold.quantity - left,
                product=line.product_id,
                sku=truth.read["products"][line.product_id].sku,
            )


def _free(truth: Truth) -> Free:
    found: Free = defaultdict(Counter)
    for held in truth.free:
        if held.location and held.quantity > 0 and not expired_on(held, truth.today):
            found[held.product][held.location] += held.quantity
    return found


def _sent(plan: Plan, truth: Truth) -> dict[int, list[Sent]]:
    """What was reserved at each location, line by line, units with serial numbers by their numbers."""
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
    found: dict[int, list[Sent]] = defaultdict(list)
    for (place, line, product), quantity in units.items():
        named = tuple(codes[place, line, product])
        found[place].append(Sent(product, quantity, named, line=line))
    return found
