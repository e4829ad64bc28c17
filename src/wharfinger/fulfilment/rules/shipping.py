"""Pure decisions about goods that leave for a customer: shipped, handed over, delivered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.words import same, tidy
from wharfinger.demand import rules as demand
from wharfinger.demand.rules import kits
from wharfinger.fulfilment.rules import (
    Consignment,
    Loaded,
    Pick,
    firm_line,
    fitting,
    late,
    line_of,
    mention_lines,
    named,
    stacking,
)
from wharfinger.fulfilment.rules.picking import gather
from wharfinger.ledger.plan import Held, Id, LotRef, Number, PlaceRef, Plan, Truth
from wharfinger.stock import rules as stock
from wharfinger.stock.rules import taken_from

SHIPMENT = Number("shipment", "SH-{n}")
AT_HAND = ("container", "picked", "ready", "bin")
PROOF = 200
"""Characters of what proves a shipment, of all its parts."""


class Sent(NamedTuple):
    """A new shipment, and where its goods go."""

    made: Id
    place: PlaceRef


def plan_ship(
    truth: Truth, *, picks: Sequence[Pick], containers: Sequence[int], consignment: Consignment
) -> Plan:
    """Hand goods of lines, and whole containers, to the carrier; they stay claimed, at the customer's too.

    What is not yet picked or packed is taken from the bins that the line reserved, in the same entry.
    One shipment is made for each destination.
    """
    plan = Plan()
    sent: dict[int, Sent] = {}
    chosen = list(kits.onward(truth, picks, "ship"))
    numbers = {asked.line: list(asked.serials) for _, asked in chosen}
    leaving, bare = containers_of(truth, containers), []
    carrying = {one.inside_id for one in leaving if truth.at(one.place_id)} - {None}
    for container in leaving:
        place = _shipment(plan, truth, container.site_id, consignment, sent).place
        on = {container.pk, container.inside_id} & {one.pk for one in leaving if one.kind == "pallet"}
        if on & carrying and not truth.at(container.place_id):
            bare.append(container)
        else:
            _empty(plan, truth, container, place, numbers)
    for n, asked in _beside(chosen, numbers):
        line = firm_line(truth, asked.line, n)
        pick = named(truth, line, asked, n, identifies=True)
        place = _shipment(plan, truth, _site_of(line, n), consignment, sent).place
        _send(plan, truth, line, pick, place, n, AT_HAND)
    return _finished(plan, truth, sent, consignment, bare)


def plan_pick_pack_ship(truth: Truth, *, picks: Sequence[Pick], consignment: Consignment) -> Plan:
    """Pick, pack and ship in one step: goods at hand first, then free goods for what the line still wants."""
    plan = Plan()
    sent: dict[int, Sent] = {}
    for n, asked in kits.onward(truth, picks, "ship"):
        line = firm_line(truth, asked.line, n)
        pick = named(truth, line, asked, n, identifies=True)
        place = _shipment(plan, truth, _site_of(line, n), consignment, sent).place
        _fetch(plan, truth, line, pick, n)
        _send(plan, truth, line, pick, place, n, AT_HAND)
    return _finished(plan, truth, sent, consignment)


def _fetch(plan: Plan, truth: Truth, line: Any, pick: Pick, n: int) -> None:
    """Let a line hold what it lacks for a pick: what it reserved, then free goods."""
    kinds = ("container", "picked", "ready")
    left = pick.quantity - sum(h.quantity for h in fitting(truth.of_claim(line.pk, kinds), pick))
    if left <= 0:
        return
    fetched = (
        replace(pick, quantity=left, serials=())
        if late(truth.read["products"][line.product_id])
        else replace(pick, quantity=left)
    )
    for got in gather(plan, truth, line, fetched, n):
        at = got.spot.for_claim(line.pk)
        if at != got.spot:
            plan.move(got.spot, at, got.quantity)
        truth.held.append(Held(0, at, got.quantity, got.location))


def _finished(
    plan: Plan,
    truth: Truth,
    sent: dict[int, Sent],
    consignment: Consignment | None = None,
    bare: Sequence[Any] = (),
) -> Plan:
    """Price what leaves, and let containers that are empty now belong to the shipment they left with.

    bare: pallets and boxes that leave though nothing lies in them themselves.
    """
    said = {one.container: one for one in consignment.boxes} if consignment else {}
    left_in, boxes = dict(truth.read["filled"]), truth.read["boxes"]
    site_of: dict[int, int] = {}
    for step in plan.steps:
        if step.source.kind == "container" and isinstance(step.source.place, int):
            left_in[step.source.place] -= step.quantity
            site_of[step.source.place] = boxes[step.source.place].site_id
    empty = [boxes[place] for place, site in site_of.items() if not left_in[place] and site in sent]
    gone = {one.pk: sent[one.site_id].made for one in (*empty, *bare)}
    for box in (*empty, *bare):
        plan.change(box, shipment_id=gone[box.pk])
        if box.pk in said:
            _say(plan, box, said[box.pk])
    stacking.leave(plan, boxes, left_in, gone)
    stock.price_issues(plan, truth, lambda product: truth.read["products"][product].cost_method)
    mention_lines(plan, truth)
    return plan


def _say(plan: Plan, box: Any, said: Loaded) -> None:
    """Keep what is said of a container that leaves."""
    if said.tracking:
        plan.change(box, tracking=said.tracking)
    if said.weight_grams:
        plan.change(box, weight_grams=said.weight_grams)


def _site_of(line: Any, n: int) -> int:
    if line.site_id is None:
        raise Refusal(
            "no_site",
            N_("This line has no ship-to site. Choose one first."),
            field=f"picks.{n}.line",
            line=line.pk,
        )
    return int(line.site_id)


def _beside(
    picks: Sequence[tuple[int, Pick]], numbers: Mapping[int, list[str]]
) -> Iterator[tuple[int, Pick]]:
    """What leaves beside whole containers: picks without the units whose numbers went to goods in these."""
    for n, asked in picks:
        gone = len(asked.serials) - len(numbers[asked.line])
        if gone < asked.quantity:
            yield n, replace(asked, quantity=asked.quantity - gone, serials=tuple(numbers[asked.line]))


def containers_of(truth: Truth, containers: Sequence[int]) -> list[Any]:
    """The containers that are to leave, with what stands on them; raises Refusal when one is not there or gone."""
    found = []
    for n, pk in enumerate(containers):
        container = truth.documents["fulfilment.Container"].get(pk)
        if container is None or container.void_id is not None:
            raise NotThere("no_such_container", N_("There is no such container."), field=f"containers.{n}")
        if container.shipment_id is not None:
            raise Refusal(
                "container_shipped",
                N_("{number} is shipped already. Take another container."),
                field=f"containers.{n}",
                number=container.number,
            )
        found.append(container)
    named = {one.pk for one in found}
    rows = truth.documents.get("fulfilment.Container", {}).values()
    on = [one for one in rows if one.inside_id in named and one.pk not in named and one.shipment_id is None]
    return found + on


def _empty(
    plan: Plan, truth: Truth, container: Any, place: PlaceRef, numbers: Mapping[int, list[str]]
) -> None:
    """Let all that is in a container leave; numbers: by line, for goods that get theirs only now."""
    inside = truth.at(container.place_id)
    if not inside:
        raise Refusal(
            "container_empty",
            N_("There is nothing in {number}. Pack something first."),
            field="containers",
            number=container.number,
        )
    for held in inside:
        line = truth.read["lines"].get(held.claim)
        if line is None:
            raise Refusal(
                "container_changed",
                N_("{number} has just been filled further. Look again."),
                field="containers",
                number=container.number,
            )
        _leave(plan, truth, line, held, held.quantity, place, numbers.get(line.pk, []), "containers")
        held.quantity = 0


def _send(
    plan: Plan, truth: Truth, line: Any, pick: Pick, place: PlaceRef, n: int, kinds: Sequence[str]
) -> None:
    goods = fitting(truth.of_claim(line.pk, tuple(kinds)), pick)
    at_hand = sum(h.quantity for h in goods)
    if at_hand < pick.quantity:
        raise Refusal(
            "not_ready",
            N_("{wanted} to ship, but only {free} of this line are at hand. Reserve or receive more first."),
            field=f"picks.{n}.quantity",
            wanted=pick.quantity,
            free=at_hand,
            product=line.product_id,
            line=line.pk,
        )
    numbers = list(pick.serials)
    # A part of the step is undone from its end, so what is not billed stands there together.
    chosen = sorted(taken_from(goods, pick.quantity), key=lambda one: _channel(truth, one[0]) == "indirect")
    for held, part in chosen:
        _leave(plan, truth, line, held, part, place, numbers, f"picks.{n}.serials")


def _leave(
    plan: Plan,
    truth: Truth,
    line: Any,
    held: Held,
    quantity: int,
    place: PlaceRef,
    numbers: list[str],
    field: str,
) -> None:
    """Let goods leave; those that are traced only from shipping get their serial numbers here."""
    _as_sold(plan, truth, line, held, quantity, field)
    if held.spot.serial or not late(truth.read["products"][line.product_id]):
        plan.move(held.spot, held.spot.at(place), quantity)
        return
    if len(numbers) < quantity:
        raise BadInput(
            "serials_wanted",
            N_("Give the serial number of each unit that leaves: {wanted} are missing."),
            field=field,
            wanted=quantity - len(numbers),
            line=line.pk,
        )
    for _ in range(quantity):
        code = numbers.pop(0)
        plan.move(
            held.spot, held.spot.at(place).as_lot(identified(plan, truth, line.product_id, code, field)), 1
        )


def _channel(truth: Truth, held: Held) -> str:
    """How the location sells at which goods stand."""
    return str(truth.read["channels"].get(held.location, "direct"))


def _as_sold(plan: Plan, truth: Truth, line: Any, held: Held, quantity: int, field: str) -> None:
    """Let the location decide: rented goods are not sold, a partner's are sold but never invoiced by us."""
    channel = _channel(truth, held)
    if channel == "rental":
        raise Refusal(
            "rental_location",
            N_(
                "{wanted} of these stand at a rental location, which lends and never sells. "
                "Transfer them to another location first, or lend them on a job."
            ),
            field=field.replace(".serials", ".line"),
            wanted=quantity,
            product=line.product_id,
            line=line.pk,
        )
    if channel != "indirect":
        return
    if line.parent_id is not None:
        raise kits.of_a_partner(field.replace(".serials", ".line"), quantity, line.product_id)
    waived = demand.advance(plan, truth, line.pk, ("to_bill",), "waived", quantity)
    if waived < quantity and truth.quantity_of(line.pk, ("invoiced",)):
        raise Refusal(
            "invoiced_already",
            N_(
                "These are a partner's goods, which we never invoice, but the line is invoiced already. "
                "Credit it first, or take goods of another location."
            ),
            field=field.replace(".serials", ".line"),
            wanted=quantity,
            free=waived,
            product=line.product_id,
            line=line.pk,
        )


def identified(plan: Plan, truth: Truth, product: int, code: str, field: str) -> LotRef:
    """The unit of a serial number that is given only now; raises Refusal where it stands somewhere already."""
    known = truth.read["lots"].get((product, same(code)))
    if known is None:
        code = tidy(code, field=field, most=100)
        made = plan.create("ledger.Lot", product_id=product, serial=True, code=code, code_key=same(code))
        return LotRef(made, product, serial=True)
    if known.stands or not known.owned:
        raise Refusal(
            "serial_elsewhere",
            N_("“{serial}” stands somewhere else already. A serial stands in one place only."),
            field=field,
            serial=known.code,
        )
    return LotRef(known.id, product, serial=True)


def _shipment(
    plan: Plan, truth: Truth, site_id: int, consignment: Consignment, sent: dict[int, Sent], said: str = ""
) -> Sent:
    """The shipment to a site, made once in an act. said: by what its delivery is proved already."""
    if site_id in sent:
        return sent[site_id]
    site = truth.read["sites"][site_id]
    place = plan.place("in_transit")
    shipped_on = consignment.shipped_on or truth.effective_on
    made = plan.create(
        "fulfilment.Shipment",
        number=SHIPMENT,
        organization_id=site.organization_id,
        site_id=site.pk,
        place_id=place.id,
        carrier=consignment.carrier,
        service=consignment.service,
        tracking=consignment.tracking,
        way=consignment.way,
        shipped_on=shipped_on,
        delivered_on=None if consignment.proof else shipped_on,
        proof=said,
    )
    plan.mention(("shipment", made))
    sent[site_id] = Sent(made, place if consignment.proof else PlaceRef(site.place_id, "customer"))
    return sent[site_id]


def plan_deliver(
    truth: Truth, *, picks: Sequence[Pick], shipments: Sequence[int], proof: str, handing: Consignment
) -> Plan:
    """Let goods reach the customer: what is in transit, or at hand and handed over.

    A shipment of which nothing is under way any more is delivered; who signed for which part is kept with it.
    What is handed over makes one for each destination, which is delivered as it leaves. Where a pick names a location, free
    goods of it serve, too. handing: when and in which way.
    """
    plan = Plan()
    sent: dict[int, Sent] = {}
    for pk in shipments:
        shipment = shipment_of(truth, pk)
        under_way = truth.at(shipment.place_id)
        if not under_way:
            raise Refusal(
                "nothing_in_transit",
                N_("Nothing of {number} is under way any more: it has arrived or was taken back."),
                field="shipments",
                number=shipment.number,
            )
        for held in under_way:
            plan.move(held.spot, held.spot.at(_at_site(truth, shipment.site_id)), held.quantity)
            held.quantity = 0
    for n, asked in kits.onward(truth, picks, "deliver"):
        line, left = _arriving(plan, truth, asked, n)
        if left is not None:
            firm_line(truth, line.pk, n)
            pick = named(truth, line, left, n, identifies=True)
            site = _site_of(line, n)
            place = _shipment(plan, truth, site, handing, sent, proof).place
            if pick.location is not None:
                _fetch(plan, truth, line, pick, n)
            _send(plan, truth, line, pick, place, n, AT_HAND)
    _arrived(plan, truth, proof, handing.shipped_on or truth.effective_on)
    return _finished(plan, truth, sent)


def shipment_of(truth: Truth, pk: int) -> Any:
    """A shipment that the act locked; raises NotThere when it was undone."""
    shipment = truth.documents["fulfilment.Shipment"].get(pk)
    if shipment is None or shipment.void_id is not None:
        raise NotThere("no_such_shipment", N_("There is no such shipment."), field="shipments")
    return shipment


def _arriving(plan: Plan, truth: Truth, asked: Pick, n: int) -> tuple[Any, Pick | None]:
    """Let what is under way of a line arrive; the line, and what of the pick is to be handed over beside."""
    line = line_of(truth, asked.line, n)
    moving = fitting(
        truth.of_claim(line.pk, ("in_transit",)), named(truth, line, replace(asked, serials=(), batch=""), n)
    )
    codes = {same(code) for code in asked.codes()}
    under_way = [h for h in moving if not codes or same(h.code) in codes]
    left = asked.quantity
    gone: set[str] = set()
    for held, part in taken_from(under_way, asked.quantity):
        plan.move(
            held.spot, held.spot.at(_at_site(truth, truth.read["on_the_way"][held.place].site_id)), part
        )
        gone.add(same(held.code))
        left -= part
    if left and asked.shipment is not None:
        raise Refusal(
            "not_under_way",
            N_("{wanted} to deliver, but only {free} of this line are under way with this shipment."),
            field=f"picks.{n}.quantity",
            wanted=asked.quantity,
            free=asked.quantity - left,
            product=line.product_id,
            line=line.pk,
        )
    rest = tuple(s for s in asked.serials if same(s) not in gone)
    return line, replace(asked, quantity=left, serials=rest) if left else None


def _at_site(truth: Truth, site: int) -> PlaceRef:
    return PlaceRef(truth.read["sites"][site].place_id, "customer")


def _arrived(plan: Plan, truth: Truth, proof: str, delivered_on: date) -> None:
    """Keep what proves a shipment of which something arrives, and mark it delivered where nothing is left of it."""
    left_of, before = dict(truth.read["under_way"]), truth.read["under_way"]
    for step in plan.steps:
        if step.source.kind == "in_transit" and isinstance(step.source.place, int):
            left_of[step.source.place] -= step.quantity
    for place, shipment in truth.read["on_the_way"].items():
        if left_of[place] == before[place]:
            continue
        plan.mention(shipment)
        proofs = ", ".join(dict.fromkeys(one for one in (shipment.proof, proof) if one))
        plan.change(
            shipment, proof=proofs[:PROOF], **({} if left_of[place] else {"delivered_on": delivered_on})
        )
