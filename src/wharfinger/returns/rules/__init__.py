"""Pure decisions about returns: what is asked for, what came back, and which goods are meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.words import same
from wharfinger.devices.rules import WITH_CUSTOMER, leave
from wharfinger.devices.rules.keeping import in_use, used_by
from wharfinger.ledger.plan import Held, Id, LotRef, Number, PlaceRef, Plan, Spot, Truth, fixed, spot

RMA = Number("rma", "RMA-{n}")
RETURN = Number("return", "RET-{n}")
TYPES = {"return": N_("Return"), "repair": N_("Repair"), "replace": N_("Replace")}
OUTCOMES = {
    "restock": N_("Restock"),
    "repair": N_("Repair"),
    "scrap": N_("Scrap"),
    "to_vendor": N_("Send to vendor"),
    "send_back": N_("Send back"),
}
ANSWERS = {
    "credit": N_("Credit"),
    "refund": N_("Refund"),
    "store_credit": N_("Store credit"),
    "replace": N_("Replace"),
    "none": N_("Nothing"),
}
WITH_US = ("returns", "bench", "at_vendor")


class Places(NamedTuple):
    """Where the goods of a return stand while they are with us."""

    returns: PlaceRef
    bench: PlaceRef
    vendor: PlaceRef
    location: int
    """The place of the location."""


@dataclass(frozen=True, slots=True)
class Goods:
    """Which goods are meant: of a line or of nobody's, one lot or any."""

    product: int
    line: int | None = None
    lot: int | None = None
    serials: tuple[str, ...] = ()
    repair: bool = False
    """Whether they leave the customer only to be repaired."""
    outside: bool = False
    """Whether the customer never had them from us."""


def places_of(truth: Truth, row: Any) -> Places:
    """Where the goods of a return stand."""
    return Places(
        PlaceRef(row.place_id, "returns"),
        PlaceRef(row.bench_place_id, "bench"),
        PlaceRef(row.vendor_place_id, "at_vendor"),
        truth.read["places"][row.location_id],
    )


def rma_of(truth: Truth, pk: int) -> Any:
    """A return that the act locked and that is open; raises Refusal otherwise."""
    row = truth.documents["returns.Rma"].get(pk)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_rma", N_("There is no such RMA."))
    if row.denied_at is not None:
        raise Refusal("rma_denied", N_("{number} is denied. Request a new one."), number=row.number)
    if row.closed_at is not None:
        raise Refusal("rma_closed", N_("{number} is closed. Make a new one."), number=row.number)
    return row


def rma_line_of(truth: Truth, pk: int, field: str) -> Any:
    """A line of the return at hand; raises NotThere when it has no such line."""
    found = truth.documents["returns.RmaLine"].get(pk)
    if found is None or found.void_id is not None:
        raise NotThere("no_such_rma_line", N_("This RMA has no such line."), field=field)
    return found


def goods_of(truth: Truth, line: Any, kinds: Sequence[str], serials: Iterable[str] = ()) -> list[Held]:
    """The goods of a return's line that are with us, in the order of the kinds of place."""
    others = {
        one.lot_id
        for one in truth.documents["returns.RmaLine"].values()
        if one.pk != line.pk and one.void_id is None
    }
    wanted = {same(code) for code in serials}
    found = [
        h
        for h in truth.held
        if h.quantity > 0
        and h.kind in kinds
        and h.place in truth.read["rma_places"]
        and h.product == line.product_id
        and h.claim == (line.line_id or 0)
        and (_meant(truth, h, line) if line.lot_id is not None else h.lot not in others)
        and (not wanted or same(h.code) in wanted)
    ]
    return sorted(found, key=lambda h: (kinds.index(h.kind), h.id))


def _meant(truth: Truth, held: Held, line: Any) -> bool:
    """Whether a unit is the one that a line names, or came from the vendor for it."""
    return line.lot_id in (held.lot, came_for(truth, held.lot))


def came_for(truth: Truth, lot: Id) -> Id:
    """The unit for which a vendor gave this one; itself where none did."""
    first: dict[Id, int] = truth.read.get("stood_for", {})
    return first.get(lot, lot)


def take(
    plan: Plan, truth: Truth, goods: Goods, quantity: int, to: PlaceRef, field: str
) -> list[tuple[Spot, int]]:
    """Take goods back from the customer or the carrier; where they stand then. Never more than was delivered.

    Units that nobody knows come in from outside. Raises Refusal for a device that a subscription uses.
    """
    claim = goods.line or 0
    if goods.outside and not claim and goods.lot is None and not goods.serials:
        target = spot(truth.lot(goods.product), to, 0)
        plan.move(target.at(fixed("outside")), target, quantity)
        return [(target, quantity)]
    there = [
        h
        for h in truth.held
        if h.kind in WITH_CUSTOMER and h.product == goods.product and h.claim == claim and h.quantity > 0
    ]
    if goods.lot is not None:
        there = [h for h in there if h.lot == goods.lot]
        if not there and not claim:
            return [
                _from_outside(plan, truth, LotRef(goods.lot, goods.product, serial=True), quantity, to, field)
            ]
    if goods.serials:
        return _these(plan, truth, goods, there, quantity, to, field)
    there.sort(key=lambda h: (h.spot.serial, h.kind != "customer", h.id))
    at_hand = sum(h.quantity for h in there)
    if at_hand < quantity:
        raise Refusal(
            "more_than_delivered",
            N_("{wanted} to come back, but only {free} of these are with the customer."),
            field=field,
            wanted=quantity,
            free=at_hand,
            product=goods.product,
            line=goods.line,
        )
    units = sum(1 for h in there if h.spot.serial)
    if units and at_hand - units < quantity < at_hand:
        raise BadInput(
            "serials_wanted",
            N_("Say by serial number which units come back."),
            field=f"{field.rpartition('.')[0]}.serials",
            line=goods.line,
        )
    spots, left = [], quantity
    for held in there:
        part = min(left, held.quantity)
        if part:
            spots.append(_take(plan, truth, held, part, to, repair=goods.repair))
            left -= part
    return spots


def _these(
    plan: Plan, truth: Truth, goods: Goods, there: Sequence[Held], quantity: int, to: PlaceRef, field: str
) -> list[tuple[Spot, int]]:
    if len({same(code) for code in goods.serials}) != quantity:
        raise BadInput(
            "serials_differ",
            N_("{wanted} units, but {given} serial numbers. Give one for each unit."),
            field=field,
            wanted=quantity,
            given=len(goods.serials),
        )
    known = {same(h.code): h for h in there}
    spots = []
    for code in goods.serials:
        held = known.get(same(code))
        if held is not None:
            spots.append(_take(plan, truth, held, 1, to, repair=goods.repair))
        elif goods.line is not None:
            raise Refusal(
                "not_delivered_unit",
                N_("“{serial}” was not delivered by this line, or is not there any more. Check the number."),
                field=f"{field.rpartition('.')[0]}.serials",
                serial=code,
            )
        else:
            spots.append(
                _from_outside(plan, truth, unknown(plan, truth, goods.product, code, field), 1, to, field)
            )
    return spots


def unknown(plan: Plan, truth: Truth, product: int, code: str, field: str) -> LotRef:
    """The lot of a serial number that stands nowhere; raises Refusal where it does."""
    known = truth.read["lots"].get((product, same(code)))
    if known is None:
        made = plan.create("ledger.Lot", product_id=product, serial=True, code=code, code_key=same(code))
        return LotRef(made, product, serial=True)
    if known.stands:
        raise elsewhere(known.code, field)
    return LotRef(known.id, product, serial=True)


def elsewhere(code: str, field: str) -> Refusal:
    """The refusal for a unit that stands where it cannot come back from."""
    return Refusal(
        "serial_elsewhere",
        N_("“{serial}” stands somewhere else already. A serial stands in one place only."),
        field=field,
        serial=code,
    )


def _from_outside(
    plan: Plan, truth: Truth, lot: LotRef, quantity: int, to: PlaceRef, field: str
) -> tuple[Spot, int]:
    if quantity != 1:
        raise BadInput(
            "one_serial_one_unit", N_("A serial number names one unit. Give the quantity 1."), field=field
        )
    if any(h.lot == lot.id and h.quantity for h in truth.held):
        raise elsewhere(next(h.code for h in truth.held if h.lot == lot.id), field)
    target = spot(lot, to, 0)
    plan.move(target.at(fixed("outside")), target, 1)
    return target, 1


def _take(
    plan: Plan, truth: Truth, held: Held, quantity: int, to: PlaceRef, *, repair: bool
) -> tuple[Spot, int]:
    device = truth.read["devices"].get(held.lot)
    if device is not None and device.removed_on is None and not repair:
        used = used_by(truth, device)
        if used:
            raise in_use(device, used)
        leave(plan, truth, device)
    if device is not None:
        plan.mention(device)
    target = held.spot.at(to)
    plan.move(held.spot, target, quantity)
    held.quantity -= quantity
    return target, quantity


def new_places(plan: Plan, location: int) -> Places:
    """The places of a new return at a location, given as its place."""
    return Places(
        plan.place("returns", parent=location),
        plan.place("bench", parent=location),
        plan.place("at_vendor", parent=location),
        location,
    )


def make(
    plan: Plan,
    truth: Truth,
    *,
    organization: int,
    location: int,
    authorized: bool,
    due_on: Any = None,
    ticket: int | None = None,
    **decided: Any,
) -> tuple[Id, Places]:
    """Make an RMA, or a return without one, at a location."""
    places = new_places(plan, truth.read["places"][location])
    made = plan.create(
        "returns.Rma",
        number=RMA if authorized else RETURN,
        organization_id=organization,
        location_id=location,
        authorized=authorized,
        requested_at=truth.now,
        due_on=due_on,
        ticket_id=ticket,
        place_id=places.returns.id,
        bench_place_id=places.bench.id,
        vendor_place_id=places.vendor.id,
        **decided,
    )
    plan.mention(("rma", made), ("organization", organization))
    return made, places


def make_line(
    plan: Plan, rma: Id, position: int, goods: Goods, *, lot: Id | None = None, **values: Any
) -> Id:
    """Add a line to a return."""
    given = {"device_id": None, "quantity": 0, "type": "return", "reason": "", "credit_minor": 0} | values
    return plan.create(
        "returns.RmaLine",
        rma_id=rma,
        position=position,
        product_id=goods.product,
        lot_id=goods.lot if lot is None else lot,
        line_id=goods.line,
        settled_quantity=given.pop("settled_quantity", 0),
        answer=given.pop("answer", ""),
        **given,
    )
