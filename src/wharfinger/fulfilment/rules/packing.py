"""Pure decisions about putting goods into containers and taking them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.demand.rules import kits
from wharfinger.fulfilment.rules import Pick, firm_line, fitting, line_of, mention_lines, named
from wharfinger.fulfilment.rules.picking import stage
from wharfinger.ledger.numbered import CHECKED, check_digit
from wharfinger.ledger.plan import Held, Id, Number, PlaceRef, Plan, Truth
from wharfinger.ledger.reverse import take_back
from wharfinger.stock.rules import taken_from

CONTAINER = Number("container", "BOX-{n}")
DIGITS = 17
"""Of an SSCC, before its check digit."""


def series_of(prefix: str, extension: int) -> Number:
    """The series of SSCCs of a company's prefix and an extension digit (GS1 General Specifications §3.2)."""
    figures = DIGITS - 1 - len(prefix)
    return Number(f"sscc-{extension}{prefix}", f"{extension}{prefix}{{n:0{figures}}}{CHECKED}")


@dataclass(frozen=True, slots=True)
class Box:
    """A new container as a person asks for it."""

    kind: str = "box"
    weight_grams: int | None = None
    size_mm: str = ""
    tracking: str = ""
    sscc: str = ""


def plan_pack(truth: Truth, *, picks: Sequence[Pick], container: int | None, box: Box) -> Plan:
    """Put goods of lines into a container; without one, into a new one for each destination and location.

    Picked goods go first, then those in the bins that the line reserved.
    """
    plan = Plan()
    made: dict[tuple[int, int], tuple[PlaceRef, Id]] = {}
    chosen = container_of(truth, container) if container is not None else None
    for n, asked in kits.onward(truth, picks, "pack"):
        line = firm_line(truth, asked.line, n)
        pick = named(truth, line, asked, n)
        site = _destination(truth, line, chosen, n)
        at = truth.read["places"][chosen.location_id] if chosen else pick.location
        goods = [
            h
            for h in fitting(truth.of_claim(line.pk, ("picked", "bin")), pick)
            if at is None or h.location == at
        ]
        _enough(goods, pick, n, line)
        for held, part in taken_from(goods, pick.quantity):
            if chosen is not None:
                place = PlaceRef(chosen.place_id, "container")
            else:
                assert held.location is not None
                if (site.pk, held.location) not in made:
                    made[site.pk, held.location] = new_container(plan, truth, site, held.location, box)
                place = made[site.pk, held.location][0]
            plan.move(held.spot, held.spot.at(place), part)
    if chosen is not None:
        plan.mention(chosen)
    if box.sscc and len(made) > 1:
        raise BadInput(
            "sscc_once",
            N_("These goods go into several boxes, and each has an SSCC of its own. Pack one box at a time."),
            field="sscc",
        )
    mention_lines(plan, truth)
    return plan


def container_of(truth: Truth, pk: int, field: str = "container") -> Any:
    """A container that is still here; raises Refusal when it has left."""
    found = truth.documents["fulfilment.Container"].get(pk)
    if found is None or found.void_id is not None:
        raise NotThere("no_such_container", N_("There is no such container."), field=field)
    if found.shipment_id is not None:
        raise Refusal(
            "container_shipped",
            N_("{number} is shipped already. Take another container."),
            field=field,
            number=found.number,
        )
    return found


def _destination(truth: Truth, line: Any, container: Any, n: int) -> Any:
    if line.site_id is None:
        raise Refusal(
            "no_site",
            N_("This line has no ship-to site. Choose one first."),
            field=f"picks.{n}.line",
            line=line.pk,
        )
    if container is not None and container.site_id != line.site_id:
        raise Refusal(
            "other_destination",
            N_("{number} goes to another destination. A container has one destination only."),
            field=f"picks.{n}.line",
            number=container.number,
        )
    return truth.read["sites"][line.site_id]


def _enough(goods: Sequence[Held], pick: Pick, n: int, line: Any) -> None:
    at_hand = sum(h.quantity for h in goods)
    if at_hand < pick.quantity:
        raise Refusal(
            "not_picked_yet",
            N_("{wanted} to pack, but only {free} of this line are at hand here. Pick the rest first."),
            field=f"picks.{n}.quantity",
            wanted=pick.quantity,
            free=at_hand,
            product=line.product_id,
        )


def sscc(truth: Truth, text: str, pk: int | None = None) -> str:
    """A serial shipping container code: 18 digits with a check digit (GS1 General Specifications §7.9)."""
    found = text.strip()
    digits = [int(c) for c in found] if found.isascii() and found.isdecimal() else []
    if found and (len(digits) != 18 or check_digit(found[:-1]) != digits[-1]):
        raise BadInput(
            "not_an_sscc",
            N_("This is no SSCC: it has 18 digits, and the last one is a check digit."),
            field="sscc",
        )
    other = truth.read.get("sscc_of")
    if found and other is not None and other.pk != pk:
        raise Refusal(
            "sscc_taken",
            N_("{number} has this SSCC already. No two containers have the same."),
            field="sscc",
            number=other.number,
        )
    prefix = truth.read["house"].sscc_prefix
    if found and other is None and prefix and found[1:].startswith(prefix):
        raise BadInput(
            "sscc_ours",
            N_("SSCCs with your own prefix are given here, one after the other. Leave this empty."),
            field="sscc",
        )
    return found


def new_container(plan: Plan, truth: Truth, site: Any, location: int, box: Box) -> tuple[PlaceRef, Id]:
    """A new, empty container at a location, by its place; with an SSCC of our own where we have a prefix."""
    place = plan.place("container", parent=location)
    made = plan.create(
        "fulfilment.Container",
        number=CONTAINER,
        kind=box.kind,
        organization_id=site.organization_id,
        site_id=site.pk,
        location_id=truth.read["locations"][location],
        place_id=place.id,
        weight_grams=box.weight_grams,
        size_mm=box.size_mm,
        tracking=box.tracking,
        sscc=sscc(truth, box.sscc) or truth.read.get("sscc", ""),
    )
    plan.mention(("container", made))
    return place, made


def plan_unpack(truth: Truth, *, picks: Sequence[Pick], containers: Sequence[int]) -> Plan:
    """Take goods out of containers, back to where they came from; whole ones where no line is named."""
    plan = Plan()
    chosen = [container_of(truth, pk) for pk in containers]
    places = {c.place_id for c in chosen}
    if not picks:
        for held in [h for h in truth.held if h.place in places and h.quantity > 0]:
            _take_out(plan, truth, held, held.quantity)
        if not plan.steps:
            raise BadInput(
                "container_empty",
                N_("There is nothing in this container. Pack something first."),
                field="containers",
            )
    for n, asked in kits.back(truth, picks, ("container",)):
        line = line_of(truth, asked.line, n)
        pick = named(truth, line, asked, n)
        packed = [
            h
            for h in fitting(truth.of_claim(line.pk, ("container",)), pick)
            if not places or h.place in places
        ]
        at_hand = sum(h.quantity for h in packed)
        if at_hand < pick.quantity:
            raise Refusal(
                "not_packed",
                N_("{wanted} to take out, but only {free} are packed."),
                field=f"picks.{n}.quantity",
                wanted=pick.quantity,
                free=at_hand,
                product=line.product_id,
            )
        for held, part in taken_from(packed, pick.quantity):
            _take_out(plan, truth, held, part)
    plan.mention(*chosen)
    mention_lines(plan, truth)
    return plan


def _take_out(plan: Plan, truth: Truth, held: Held, quantity: int) -> None:
    back = frozenset({"picked", "bin"})
    known = min(quantity, sum(m.left for m in truth.incoming.get(held.id, ()) if m.source.kind in back))
    take_back(plan, truth, held, known, kinds=back)
    if quantity > known:
        plan.move(held.spot, held.spot.at(stage(truth, held.location)), quantity - known)
