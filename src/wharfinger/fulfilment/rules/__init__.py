"""Pure decisions about picking, packing, shipping and what takes them back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.words import same
from wharfinger.demand.rules.amend import require_open
from wharfinger.ledger.plan import Held, Plan, Truth

HERE = ("bin", "picked", "container")
"""Where goods of a line stand at a location of ours."""


@dataclass(frozen=True, slots=True)
class Pick:
    """So many units of a line, wherever they stand or at a chosen place, or exactly these lots."""

    line: int
    quantity: int
    location: int | None = None
    """The place of the location."""
    bin: int | None = None
    """The place of the bin."""
    lots: tuple[int, ...] = ()
    serials: tuple[str, ...] = ()
    """Exactly these units, by their numbers; goods that are traced only from shipping get them there."""
    batch: str = ""
    shipment: int | None = None
    """The place of the shipment by which they are under way, or were brought."""
    place: int | None = None
    """Exactly what stands at this place, like a bin or a box."""
    inside: tuple[str, ...] = ()
    """The numbers of the components that go into units which the pick itself builds."""

    def codes(self) -> tuple[str, ...]:
        """The numbers of its serials or of its batch."""
        return self.serials or ((self.batch,) if self.batch else ())

    def at(self, location: int) -> Pick:
        """The same, at a location, by its place."""
        return replace(self, location=location)

    def by(self, shipment: int) -> Pick:
        """The same, under way by a shipment, by its place."""
        return replace(self, shipment=shipment)

    def exact(self) -> bool:
        """Whether it says which goods are meant, and not only how many."""
        return bool(self.lots or self.serials or self.batch or self.place or self.bin or self.location)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What is said of a container as it leaves; what is left empty stays as it stands."""

    container: int
    tracking: str = ""
    weight_grams: int | None = None


@dataclass(frozen=True, slots=True)
class Consignment:
    """What a shipment says beside its goods."""

    carrier: str = ""
    service: str = ""
    tracking: str = ""
    shipped_on: date | None = None
    proof: bool = False
    """Whether delivery is to be proved: goods then stay in transit until somebody does."""
    way: str = "carrier"
    boxes: tuple[Loaded, ...] = ()
    """What is said of the containers that leave with it."""


def line_of(truth: Truth, line: int, n: int) -> Any:
    """The line that a pick names; raises NotThere when there is none or it was undone."""
    found = truth.read["lines"].get(line)
    if found is None:
        raise NotThere("no_such_line", N_("There is no such line."), field=f"picks.{n}.line")
    return found


def firm_line(truth: Truth, line: int, n: int) -> Any:
    """The line that a pick names, whose goods may leave; raises Refusal while its document is not firm."""
    found = line_of(truth, line, n)
    require_firm(truth, found, f"picks.{n}.line")
    return found


def require_firm(truth: Truth, line: Any, field: str) -> None:
    """Let a line pass whose goods may leave; raises Refusal while its document is not firm."""
    for sheet in {line.sheet_id, line.order_id} - {None}:
        standing = require_open(truth.read["standing"].get(sheet))
        if not standing.firm:
            number = truth.document("demand.Sheet", sheet).number
            sentence = (
                N_("{number} is a quote. Win it first.")
                if standing.kind == "quote"
                else N_("{number} is not confirmed. Confirm it first.")
            )
            raise Refusal("not_firm", sentence, field=field, number=number)


def named(truth: Truth, line: Any, pick: Pick, n: int, *, identifies: bool = False) -> Pick:
    """The pick with its serial numbers or batch as lots; raises BadInput for numbers that nobody knows.

    identifies: whether the act gives goods their numbers that are traced only from shipping; such
    numbers stay as they are.
    """
    if pick.serials and len({same(s) for s in pick.serials}) != pick.quantity:
        raise BadInput(
            "serials_differ",
            N_("{wanted} units, but {given} serial numbers. Give one for each unit."),
            field=f"picks.{n}.serials",
            wanted=pick.quantity,
            given=len(pick.serials),
        )
    if not pick.codes() or (identifies and late(truth.read["products"][line.product_id])):
        return pick
    known = [truth.read["lots"].get((line.product_id, same(code))) for code in pick.codes()]
    builds = line.product_id in truth.read.get("built_on_pick", ())
    for code, lot in zip(pick.codes(), known, strict=True):
        if lot is None and not builds:
            raise BadInput(
                "unknown_serial",
                N_("“{serial}” is not on record for this product. Check the number."),
                field=f"picks.{n}.serials",
                serial=code,
            )
    # A number that nobody knows is that of a unit which is still to be built; no unit that is there has it.
    lots = tuple(lot.id for lot in known if lot is not None)
    return replace(pick, lots=(*pick.lots, *(lots or (0,))))


def late(product: Any) -> bool:
    """Whether units of a product get their serial numbers only when they are shipped."""
    return bool(product.traced == "serial" and product.traced_from == "shipping")


def fitting(held: Iterable[Held], pick: Pick) -> list[Held]:
    """The holdings among these that a pick may take."""
    return [
        h
        for h in held
        if h.quantity > 0
        and (pick.location is None or h.location == pick.location or h.kind not in HERE)
        and (pick.bin is None or h.place == pick.bin or h.kind != "bin")
        and (pick.shipment is None or h.place == pick.shipment or h.kind != "in_transit")
        and (pick.place is None or h.place == pick.place)
        and (not pick.lots or h.lot in pick.lots)
    ]


def mention_lines(plan: Plan, truth: Truth) -> None:
    """Let the journal of each document whose lines are touched show the entry."""
    plan.mention(*truth.documents["demand.Sheet"].values())
