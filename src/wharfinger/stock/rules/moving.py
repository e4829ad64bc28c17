"""Pure decisions about goods that go from one place of ours to another, stay aside, or are scrapped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from wharfinger.base.refusal import N_, BadInput, Refusal, Remedy
from wharfinger.base.words import same, tidy
from wharfinger.ledger.plan import Held, LotRef, PlaceRef, Plan, Truth, fixed
from wharfinger.stock.rules import choose, price_issues
from wharfinger.stock.rules.adjusting import KnownLot, identify, known_lots, target_bin
from wharfinger.stock.rules.reasons import Why, give


@dataclass(frozen=True, slots=True)
class Goods:
    """So many units of a product at a location; places are those of the location and of its bin."""

    product: int
    quantity: int
    location: int
    bin: int | None = None
    codes: tuple[str, ...] = ()
    """Exactly these serial numbers, or the units of this batch."""
    line: int | None = None
    """The line that holds them, in a bin or picked; free goods where none is named."""
    kind: str = "bin"
    """Where they stand: in bins, or in quarantine; of goods that a line holds, only those that are ``picked``."""
    field: str = ""
    owner: int | None = None
    """Whose goods they are, where we only keep them."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Goods, and where they go: to a bin, or the default bin of a location."""

    goods: Goods
    location: int
    bin: int | None = None


class Mover(Protocol):
    """Plans goods that go from place to place."""

    def __call__(self, truth: Truth, *, items: Sequence[Transfer]) -> Plan:
        """Decide on what is now true."""
        ...


class Aside(Protocol):
    """Plans goods that leave the free stock, or come back to it."""

    def __call__(self, truth: Truth, *, goods: Goods, why: Why | None = None) -> Plan:
        """Decide on what is now true."""
        ...


def plan_transfer(truth: Truth, *, items: Sequence[Transfer]) -> Plan:
    """Bring goods to another bin, location, van or person; what is claimed or picked stays so."""
    plan = Plan()
    for item in items:
        goods = item.goods
        place = target_bin(truth, item.location, item.bin, field=f"{goods.field}to_bin")
        stage = PlaceRef(truth.read["stages"][item.location], "picked")
        for held, quantity in chosen(truth, goods):
            target = held.spot.at(stage if held.kind == "picked" else place)
            if target == held.spot:
                raise BadInput(
                    "same_place",
                    N_("The goods are there already. Choose another place."),
                    field=f"{goods.field}to",
                )
            plan.move(held.spot, target, quantity)
            plan.mention(*truth.read["sheets"].get(held.claim, ()))
        _mention(plan, truth, goods, item.location)
    return plan


def chosen(truth: Truth, goods: Goods) -> list[tuple[Held, int]]:
    """The units that are meant: free ones, those of the line that is named, or exactly these serial numbers."""
    if goods.owner is not None:
        return _take(_theirs(truth, goods), goods)
    lots = known_lots(truth, goods.product, goods.codes, field=f"{goods.field}serials")
    if goods.line is None and not _serials(truth, goods):
        return choose(
            truth.free,
            goods.product,
            goods.quantity,
            location=goods.location,
            bin=goods.bin,
            lots=lots,
            field=f"{goods.field}quantity",
        )
    kinds = ("picked",) if goods.kind == "picked" else ("bin", "picked")
    fitting = [
        h
        for h in (*truth.held, *(truth.free if goods.line is None else ()))
        if h.kind in kinds
        and h.product == goods.product
        and h.location == goods.location
        and (goods.bin is None or h.place == goods.bin)
        and (goods.line is None or h.claim == goods.line)
        and (not lots or h.lot in lots)
    ]
    _check_units(truth, goods, fitting)
    return _take(fitting, goods)


def _theirs(truth: Truth, goods: Goods) -> list[Held]:
    """What we keep for somebody of a product, where it is said to stand."""
    owners, codes = truth.read["owners"], {same(code) for code in goods.codes}
    return [
        h
        for h in truth.held
        if h.kind == "bin"
        and not h.spot.owned
        and owners.get(h.lot) == goods.owner
        and h.product == goods.product
        and h.location == goods.location
        and (goods.bin is None or h.place == goods.bin)
        and (not codes or same(h.code) in codes)
    ]


def plan_hand_back(truth: Truth, *, items: Sequence[Goods]) -> Plan:
    """Give goods that we only kept back to whose they are; they were never worth anything in our books."""
    plan = Plan()
    for goods in items:
        for held, quantity in chosen(truth, goods):
            plan.move(held.spot, held.spot.at(fixed("outside")), quantity)
        _mention(plan, truth, goods)
        if goods.owner is not None:
            plan.mention(("organization", goods.owner))
    return plan


def _serials(truth: Truth, goods: Goods) -> bool:
    """Whether the goods are named by their serial numbers, so that it is clear whose they are."""
    return any(truth.read["lots"][goods.product, same(code)].serial for code in goods.codes)


def _check_units(truth: Truth, goods: Goods, fitting: Sequence[Held]) -> None:
    """Let units pass that stand where they are looked for; raises Refusal for one that stands elsewhere."""
    there = {same(held.code) for held in fitting if held.quantity}
    for code in goods.codes:
        known = truth.read["lots"][goods.product, same(code)]
        if known.serial and same(code) not in there:
            raise Refusal(
                "unit_elsewhere",
                N_("{serial} does not stand there. Look where it is."),
                field=f"{goods.field}serials",
                product=goods.product,
                serial=known.code,
                remedies=[Remedy("see_unit", {"code": known.code})],
            )


def _take(fitting: Sequence[Held], goods: Goods) -> list[tuple[Held, int]]:
    at_hand = sum(h.quantity for h in fitting)
    if at_hand < goods.quantity:
        raise Refusal(
            "not_enough",
            N_("{wanted} wanted, but only {free} of them are there."),
            field=f"{goods.field}quantity",
            wanted=goods.quantity,
            free=at_hand,
            product=goods.product,
            line=goods.line,
        )
    taken, left = [], goods.quantity
    for held in sorted(fitting, key=lambda h: (h.kind, h.sequence, h.id)):
        part = min(left, held.quantity)
        if part:
            taken.append((held, part))
            held.quantity -= part
            left -= part
    return taken


def plan_put_away(truth: Truth, *, items: Sequence[Transfer]) -> Plan:
    """Bring goods to the bin where they belong, within their location."""
    for item in items:
        if item.goods.location != item.location:
            raise BadInput(
                "another_location",
                N_("Goods are put away within their location. Transfer them to bring them to another."),
                field=f"{item.goods.field}bin",
            )
    return plan_transfer(truth, items=items)


def plan_hold(truth: Truth, *, goods: Goods, why: Why | None = None) -> Plan:
    """Set free goods aside, where they stay ours and on hand, but for nobody to sell."""
    plan = Plan()
    for held, quantity in chosen(truth, goods):
        if held.claim:
            raise Refusal(
                "claimed",
                N_("These goods are reserved. Release them first, or choose others."),
                field=f"{goods.field}quantity",
                product=goods.product,
            )
        plan.move(
            held.spot,
            held.spot.at(PlaceRef(truth.read["quarantines"][goods.location], "quarantine")),
            quantity,
        )
    _mention(plan, truth, goods, why=why)
    return plan


def plan_unhold(truth: Truth, *, goods: Goods, why: Why | None = None) -> Plan:
    """Bring goods that were set aside back to a bin."""
    plan = Plan()
    place = target_bin(truth, goods.location, goods.bin)
    aside = _aside(truth, goods)
    _check_units(truth, goods, aside)
    for held, quantity in _take(aside, goods):
        plan.move(held.spot, held.spot.at(place), quantity)
    _mention(plan, truth, goods, why=why)
    return plan


def plan_scrap(truth: Truth, *, goods: Goods, why: Why | None = None) -> Plan:
    """Throw free or set-aside goods away; their cost leaves the books."""
    plan = Plan()
    found = _take(_aside(truth, goods), goods) if goods.kind == "quarantine" else chosen(truth, goods)
    for held, quantity in found:
        if held.claim:
            raise Refusal(
                "claimed",
                N_("These goods are reserved. Release them first, or choose others."),
                field=f"{goods.field}quantity",
                product=goods.product,
            )
        plan.move(held.spot, held.spot.at(fixed("scrap")), quantity)
    price_issues(plan, truth, lambda product: truth.products[product].cost_method)
    _mention(plan, truth, goods, why=why)
    return plan


def _aside(truth: Truth, goods: Goods) -> list[Held]:
    lots = known_lots(truth, goods.product, goods.codes, field=f"{goods.field}serials")
    return [
        h
        for h in truth.held
        if h.kind == "quarantine"
        and h.location == goods.location
        and h.product == goods.product
        and h.spot.owned
        and (not lots or h.lot in lots)
    ]


def plan_correct_serial(truth: Truth, *, lot: int, serial: str, why: Why) -> Plan:
    """Give a unit in stock its right serial number; the wrong one stays in its history."""
    plan = Plan()
    stands = [h for h in (*truth.held, *truth.free) if h.lot == lot and h.quantity > 0]
    if not stands or stands[0].kind not in ("bin", "quarantine"):
        raise Refusal(
            "not_in_stock",
            N_(
                "A serial number is corrected while its unit lies in a bin. "
                "This one is picked, delivered or gone."
            ),
            field="serial",
        )
    held = stands[0]
    product = truth.products[held.product]
    known: KnownLot | None = truth.read["lots"].get(
        (held.product, same(tidy(serial, field="serial", most=100)))
    )
    if known is not None and known.id == lot:
        raise BadInput(
            "same_serial", N_("This is the serial number that the unit has already."), field="serial"
        )
    new = identify(plan, truth, product, serial, serial=True, field="serial")
    assert isinstance(new, LotRef)
    step = plan.move(held.spot, held.spot.as_lot(new), 1)
    for layer in truth.layers.get(held.product, ()):
        if layer.lot == lot and layer.quantity:
            # The cost belongs to the very unit, so it goes with it, with its date.
            made = plan.create(
                "ledger.Layer",
                product_id=held.product,
                lot_id=new.id,
                effective_on=layer.effective_on,
                quantity=0,
                value_minor=0,
            )
            plan.draw(step, layer.id, layer.quantity, layer.value_minor)
            plan.draw(step, made, -layer.quantity, -layer.value_minor)
    plan.mention(("product", held.product))
    give(plan, truth, why)
    return plan


def _mention(
    plan: Plan, truth: Truth, goods: Goods, target: int | None = None, *, why: Why | None = None
) -> None:
    plan.mention(("product", goods.product))
    if why is not None:
        give(plan, truth, why)
    for place in (goods.location, target):
        if place is not None:
            plan.mention(("location", truth.read["locations"][place]))
