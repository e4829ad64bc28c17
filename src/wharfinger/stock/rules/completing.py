"""Pure decisions about completing a count: what only stands elsewhere is moved, the rest is found or lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from wharfinger.base.refusal import N_, Refusal, Remedy, Words
from wharfinger.base.words import same
from wharfinger.ledger.plan import PlaceRef, Plan, Truth
from wharfinger.stock.rules.adjusting import Adjustment, Shelves, plan_items
from wharfinger.stock.rules.counting import open_count


def plan_complete(truth: Truth, *, count: int) -> Plan:
    """Post the differences of a reviewed count as one entry."""
    if open_count(truth, count).reviewed_at is None:
        raise Refusal(
            "not_reviewed", N_("Somebody looks at the differences first. Review the count, then complete it.")
        )
    return plan_differences(truth, count=count)


def plan_differences(truth: Truth, *, count: int) -> Plan:
    """What completing a count does, reviewed or not.

    What lacks in one bin and is too many in another of the same count was put away wrongly: it is moved and
    stays claimed and worth what it was. So is a unit whose serial number stands in another bin of ours.
    What is still off is found or lost; a loss takes free goods first, then the claims with the latest promise.
    """
    row = open_count(truth, count)
    plan = Plan()
    shelves = Shelves(truth)
    items = [item for item in truth.read["items"] if item.quantity]
    rest = _misplaced(plan, truth, shelves, _units(plan, truth, shelves, items))
    plan_items(plan, truth, rest, shelves)
    for item in items:
        plan.mention(("product", item.product))
    plan.mention(("location", row.location_id))
    plan.change(row, completed_at=truth.now)
    return plan


def _units(plan: Plan, truth: Truth, shelves: Shelves, items: Sequence[Adjustment]) -> list[Adjustment]:
    """Move the units that were found while the books have them in another bin; the differences that are left."""
    found = [item for item in items if item.quantity > 0 and item.serials]
    lacking = [item for item in items if item.quantity < 0 and item.serials]
    settled: set[tuple[int, str]] = set()
    for item in found:
        (code,) = item.serials
        known = truth.read["lots"].get((item.product, same(code)))
        if known is None or not known.stands:
            continue
        held = shelves.unit(item.product, known.id)
        if held is None:
            raise Refusal(
                "stands_elsewhere",
                N_(
                    "{serial} of {sku} was found, but the books have it elsewhere: {place}. "
                    "Book how it came here, or count without it."
                ),
                field="lines",
                product=item.product,
                serial=known.code,
                sku=truth.products[item.product].sku,
                place=Words((truth.read["place_words"].get(known.stands, known.stands),)),
                remedies=[Remedy("see_unit", {"code": known.code})],
            )
        settled.add((item.product, same(code)))
        if held.place != item.bin and item.bin is not None:
            plan.move(held.spot, held.spot.at(PlaceRef(item.bin, "bin")), 1)
            plan.mention(*truth.read["sheets"].get(held.claim, ()))
            held.quantity = 0
    for item in lacking:
        (code,) = item.serials
        known = truth.read["lots"].get((item.product, same(code)))
        held = known and shelves.unit(item.product, known.id)
        if held is None or held.place != item.bin:
            # It went on since: whoever moved it knew where it was, so the books are right already.
            settled.add((item.product, same(code)))
    return [
        item for item in items if not item.serials or (item.product, same(item.serials[0])) not in settled
    ]


def _misplaced(plan: Plan, truth: Truth, shelves: Shelves, items: Sequence[Adjustment]) -> list[Adjustment]:
    """Move what lacks in one bin and is too many in another; the differences that are left."""
    more: dict[tuple[int, str, int | None], list[list[Any]]] = {}
    for item in items:
        if item.quantity > 0 and not item.serials:
            more.setdefault((item.product, same(item.batch), item.owner), []).append([item, item.quantity])
    rest: list[Adjustment] = []
    for item in items:
        if item.quantity > 0 and not item.serials:
            continue
        lacks = -item.quantity
        targets = more.get((item.product, same(item.batch), item.owner), ()) if lacks > 0 else ()
        for target in targets if not item.serials else ():
            part = min(lacks, target[1])
            moved = _moved(plan, truth, shelves, item, target[0].bin, part) if part else 0
            target[1] -= moved
            lacks -= moved
        if lacks:
            rest.append(replace(item, quantity=-lacks))
    left = [replace(item, quantity=units) for found in more.values() for item, units in found if units]
    return [*rest, *left]


def _moved(plan: Plan, truth: Truth, shelves: Shelves, item: Adjustment, bin: int, wanted: int) -> int:
    """Bring so many units to a bin, free ones first; how many there were."""
    moved = 0
    for held in (*shelves.free(item), *shelves.claimed(item)):
        part = min(held.quantity, wanted - moved)
        if part > 0:
            plan.move(held.spot, held.spot.at(PlaceRef(bin, "bin")), part)
            plan.mention(*truth.read["sheets"].get(held.claim, ()))
            held.quantity -= part
            moved += part
    return moved
