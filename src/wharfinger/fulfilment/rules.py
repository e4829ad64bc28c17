"""Pure decisions about picking, packing, shipping and what takes them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from wharfinger.base.refusal import N_, Refusal
from wharfinger.demand import rules as demand
from wharfinger.ledger.plan import Held, Number, PlaceRef, Plan, Truth
from wharfinger.stock import rules as stock

SHIPMENT = Number("shipment", "SH-{n}")
CONTAINER = Number("container", "BOX-{n}")


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


@dataclass(frozen=True, slots=True)
class Consignment:
    """What a shipment says beside its goods."""

    carrier: str = ""
    service: str = ""
    tracking: str = ""
    shipped_on: date | None = None
    proof: bool = False
    """Whether delivery is to be proved: goods then stay in transit until somebody does."""


def plan_pick(truth: Truth, *, picks: Sequence[Pick]) -> Plan:
    """Take goods out of their bins for lines; free goods serve where the line reserved none there."""
    plan = Plan()
    for n, pick in enumerate(picks):
        line = line_of(truth, pick.line, n)
        left = pick.quantity
        for held in fitting(truth.of_claim(line.pk, ("bin",)), pick):
            part = min(left, held.quantity)
            if part:
                plan.move(held.spot, held.spot.at(_stage(truth, held)), part)
                held.quantity -= part
                left -= part
        if left:
            _pick_free(plan, truth, line, pick, left, n)
    mention_lines(plan, truth)
    return plan


def _pick_free(plan: Plan, truth: Truth, line: Any, pick: Pick, left: int, n: int) -> None:
    demand.cover(plan, truth, line.pk, left, field=f"picks.{n}.quantity")
    chosen = stock.choose(
        truth.free, line.product_id, left, location=pick.location, bin=pick.bin, lots=pick.lots, field=f"picks.{n}.quantity"
    )
    for held, part in chosen:
        plan.move(held.spot, held.spot.for_claim(line.pk).at(_stage(truth, held)), part)


def plan_ship(truth: Truth, *, picks: Sequence[Pick], consignment: Consignment) -> Plan:
    """Hand goods of lines to the carrier or the customer; they stay claimed by their lines, there too.

    What is not yet picked or packed is taken from the bins that the line reserved, in the same entry.
    One shipment is made for each destination.
    """
    plan = Plan()
    goods = [(line_of(truth, p.line, n), p, n) for n, p in enumerate(picks)]
    shipments: dict[int, PlaceRef] = {}
    for line, pick, n in goods:
        if line.site_id is None:
            raise Refusal("no_site", N_("This line has no ship-to site. Choose one first."), field=f"picks.{n}.line", line=line.pk)
        site = truth.read["sites"][line.site_id]
        if site.pk not in shipments:
            shipments[site.pk] = _shipment(plan, truth, site, consignment)
        place = shipments[site.pk] if consignment.proof else PlaceRef(site.place_id, "customer")
        _send(plan, truth, line, pick, place, n)
    stock.price_issues(plan, truth, lambda product: truth.read["products"][product].cost_method)
    mention_lines(plan, truth)
    return plan


def _send(plan: Plan, truth: Truth, line: Any, pick: Pick, place: PlaceRef, n: int) -> None:
    left = pick.quantity
    for held in fitting(truth.of_claim(line.pk, ("container", "picked", "ready", "bin")), pick):
        part = min(left, held.quantity)
        if part:
            plan.move(held.spot, held.spot.at(place), part)
            held.quantity -= part
            left -= part
    if left:
        raise Refusal(
            "not_ready",
            N_("{wanted} to ship, but only {free} of this line are at hand. Reserve or receive the rest first."),
            field=f"picks.{n}.quantity",
            wanted=pick.quantity,
            free=pick.quantity - left,
            product=line.product_id,
            line=line.pk,
        )


def _shipment(plan: Plan, truth: Truth, site: Any, consignment: Consignment) -> PlaceRef:
    place = plan.place("in_transit")
    made = plan.create(
        "fulfilment.Shipment",
        number=SHIPMENT,
        organization_id=site.organization_id,
        site_id=site.pk,
        place_id=place.id,
        carrier=consignment.carrier,
        service=consignment.service,
        tracking=consignment.tracking,
        shipped_on=consignment.shipped_on or truth.effective_on,
        delivered_on=None if consignment.proof else (consignment.shipped_on or truth.effective_on),
    )
    plan.mention(("shipment", made))
    return place


def line_of(truth: Truth, line: int, n: int) -> Any:
    """The line that a pick names; raises Refusal when it was undone or its order is on hold."""
    found = truth.read["lines"].get(line)
    if found is None:
        raise Refusal("no_such_line", N_("There is no such line."), field=f"picks.{n}.line")
    return found


def fitting(held: Sequence[Held], pick: Pick) -> list[Held]:
    """The holdings among these that a pick may take."""
    return [
        h
        for h in held
        if h.quantity > 0
        and (pick.location is None or h.location == pick.location or h.kind not in ("bin", "picked"))
        and (pick.bin is None or h.place == pick.bin or h.kind != "bin")
        and (not pick.lots or h.lot in pick.lots)
    ]


def _stage(truth: Truth, held: Held) -> PlaceRef:
    return PlaceRef(truth.read["stages"][held.location], "picked")


def mention_lines(plan: Plan, truth: Truth) -> None:
    """Let the journal of each document whose lines are touched show the entry."""
    plan.mention(*truth.documents["demand.Sheet"].values())
