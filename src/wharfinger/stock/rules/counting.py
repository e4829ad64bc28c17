"""Pure decisions about counting: differences are recorded at once, posted together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.words import same, tidy
from wharfinger.ledger.plan import Held, Number, Plan, Truth
from wharfinger.stock.rules.adjusting import Adjustment, check_tracing, plan_adjust

NUMBER = Number("count", "CT-{n}")


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


def plan_count(truth: Truth, *, location: int, note: str) -> Plan:
    """Begin a count of a location."""
    plan = Plan()
    row = truth.documents["stock.Location"].get(location)
    if row is None:
        raise BadInput("no_such_location", N_("There is no such location."), field="location")
    made = plan.create("stock.Count", number=NUMBER, location_id=location, note=note)
    plan.mention(("count", made), ("location", location))
    return plan


def plan_record(truth: Truth, *, count: int, tallies: Sequence[Tally]) -> Plan:
    """Write down what was counted, and the difference from the books at this instant.

    A product that is counted again in the same bin replaces what was written down before.
    """
    plan = Plan()
    row = open_count(truth, count)
    known = {(line.bin_id, line.product_id, same(line.code)): line for line in truth.read["count_lines"]}
    for tally in tallies:
        bin = truth.read["bins"].get(tally.bin)
        if bin is None or bin.location_id != row.location_id:
            raise BadInput("no_such_bin", N_("The location has no such bin."), field=f"{tally.field}bin")
        product = truth.products[tally.product]
        check_tracing(product, tally.counted, tally.serials, tally.batch, field=tally.field)
        for code, counted, books in _compared(truth, tally):
            values = {
                "counted": counted,
                "difference": counted - books,
                "unit_cost_micro": tally.unit_cost_micro,
            }
            line = known.get((bin.pk, tally.product, same(code)))
            if line is not None:
                plan.change(line, **values)
            else:
                plan.create(
                    "stock.CountLine",
                    count_id=count,
                    bin_id=bin.pk,
                    product_id=tally.product,
                    code=code,
                    **values,
                )
    if row.reviewed_at is not None:
        plan.change(row, reviewed_at=None, reviewed_by_id=None)
    plan.mention(row)
    return plan


def _compared(truth: Truth, tally: Tally) -> list[tuple[str, int, int]]:
    """Number, counted, and what the books have there, of each lot that either of them knows."""
    there = [
        h
        for h in truth.held
        if h.place == tally.bin and h.product == tally.product and h.spot.owned and h.kind == "bin"
    ]
    if tally.batch:
        return [
            (
                tidy(tally.batch, field=f"{tally.field}batch"),
                tally.counted,
                _sum(h for h in there if same(h.code) == same(tally.batch)),
            )
        ]
    if not tally.serials and not any(h.spot.serial for h in there):
        return [("", tally.counted, _sum(there))]
    found = {same(code): tidy(code, field=f"{tally.field}serials") for code in tally.serials}
    books = {same(h.code): h.code for h in there}
    return [
        (books.get(key) or found[key], 1 if key in found else 0, 1 if key in books else 0)
        for key in sorted(found.keys() | books.keys())
    ]


def _sum(held: Any) -> int:
    return sum(one.quantity for one in held if isinstance(one, Held))


def plan_review(truth: Truth, *, count: int) -> Plan:
    """Say that the differences have been looked at and may be posted."""
    plan = Plan()
    row = open_count(truth, count)
    if not truth.read["count_lines"]:
        raise Refusal(
            "nothing_counted", N_("Nothing has been counted yet. Write down what was counted first.")
        )
    plan.change(row, reviewed_at=truth.now, reviewed_by_id=truth.actor)
    return plan


def plan_complete(truth: Truth, *, count: int, items: Sequence[Adjustment]) -> Plan:
    """Post the differences of a count as one entry, as goods found and lost."""
    row = open_count(truth, count)
    if row.reviewed_at is None:
        raise Refusal(
            "not_reviewed", N_("Somebody looks at the differences first. Review the count, then complete it.")
        )
    plan = plan_adjust(truth, items=items)
    plan.change(row, completed_at=truth.now)
    return plan


def open_count(truth: Truth, count: int) -> Any:
    """The count; raises NotThere or Refusal when it is gone or completed."""
    row = truth.documents["stock.Count"].get(count)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_count", N_("There is no such count."))
    if row.completed_at is not None:
        raise Refusal("count_completed", N_("This count is completed. Begin a new one."))
    return row
