"""Pure decisions about what a vendor did with units of a claim: another unit, repaired, credited, refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.words import tidy
from wharfinger.demand import rules as demand
from wharfinger.devices.rules import DEVICE, Cover, Owner, Unit, leave, place_device
from wharfinger.devices.rules.keeping import in_use, used_by
from wharfinger.devices.rules.parts import follow
from wharfinger.devices.rules.users import follow_users
from wharfinger.fulfilment.rules import mention_lines
from wharfinger.ledger.plan import Held, Id, LotRef, Plan, Spot, Truth, fixed
from wharfinger.purchasing.rules.crediting import RETURN
from wharfinger.returns.rules import goods_of, places_of
from wharfinger.returns.rules.claiming import claim_of, lines_of, mention, new_unit
from wharfinger.returns.rules.inspecting import Worth, bin_of, worth_of
from wharfinger.stock import rules as stock

ANSWERS = {
    "replacement": N_("Another unit"),
    "repair": N_("Repaired"),
    "credit": N_("Credit"),
    "refused": N_("Refused"),
}


@dataclass(frozen=True, slots=True)
class Answered:
    """What a vendor did with so many units of a claim's line."""

    line: int
    quantity: int
    answer: str
    serial: str = ""
    """Of the unit that came instead."""
    bin: int | None = None
    """The place of the bin, for goods of ours; the location's default one unless given."""
    credit_minor: int | None = None
    """What it is to credit; what the units cost us unless given."""
    note: str = ""


def plan_answer(truth: Truth, *, claim: int, answers: Sequence[Answered]) -> Plan:
    """Write down what a vendor did, each quantity on its own: goods come back, others come for them, or a credit."""
    plan = Plan()
    row = claim_of(truth, claim)
    if row.sent_at is None:
        raise Refusal("claim_not_sent", N_("{number} is not sent yet. Send it first."), number=row.number)
    lines = {line.pk: line for line in lines_of(truth)}
    credit_minor, credited = 0, False
    places: dict[int, Id] = {}
    for n, one in enumerate(answers):
        line = lines.get(one.line)
        if line is None:
            raise NotThere("no_such_claim_line", N_("This claim has no such line."), field=f"lines.{n}.line")
        if one.answer not in ANSWERS:
            raise BadInput("no_such_answer", N_("There is no such answer."), field=f"lines.{n}.answer")
        _open(truth, line, one, n)
        unit: LotRef | None = None
        cost = 0
        for held, units in _there(truth, row, line, one, n):
            if one.answer == "credit":
                cost += _gone(plan, truth, line, held, units)
            elif one.answer == "replacement":
                unit = _another(plan, truth, row, line, held, units, one, n, places)
            else:
                _back(plan, truth, row, line, held.spot, units, one, n)
        if one.answer == "credit":
            credited = True
            credit_minor += cost if one.credit_minor is None else one.credit_minor
        plan.create(
            "returns.VendorAnswer",
            line_id=line.pk,
            quantity=one.quantity,
            answer=one.answer,
            replacement_id=unit.id if unit is not None else None,
            note=one.note,
        )
    follow(plan, truth, places)
    if credited:
        made = plan.create(
            "purchasing.VendorReturn",
            number=RETURN,
            vendor_id=row.vendor_id,
            currency=truth.home_currency,
            rate_micro=10**6,
            credit_minor=credit_minor,
        )
        plan.mention(("vendor_return", made))
    mention(plan, truth, row)
    mention_lines(plan, truth)
    return plan


def _open(truth: Truth, line: Any, one: Answered, n: int) -> None:
    left = line.quantity - truth.read["answered"].get(line.pk, 0)
    if one.quantity > left:
        raise Refusal(
            "answered_already",
            N_("{wanted} to answer, but only {free} of this line are still open."),
            field=f"lines.{n}.quantity",
            wanted=one.quantity,
            free=left,
            product=line.product_id,
            subject=f"vendor_claim:{line.vendor_claim_id}",
        )
    truth.read["answered"][line.pk] = line.quantity - left + one.quantity


def _there(truth: Truth, row: Any, line: Any, one: Answered, n: int) -> list[tuple[Held, int]]:
    """The units that the vendor has; raises Refusal where somebody took them back meanwhile."""
    if line.rma_line_id is not None:
        there = goods_of(truth, truth.documents["returns.RmaLine"][line.rma_line_id], ("at_vendor",))
    else:
        there = [h for h in truth.at(row.place_id) if h.product == line.product_id]
    there = [h for h in there if (h.lot == line.lot_id if line.lot_id is not None else not h.spot.serial)]
    taken = stock.taken_from(there, one.quantity)
    if (units := sum(part for _, part in taken)) < one.quantity:
        raise Refusal(
            "not_at_vendor",
            N_("{wanted} to answer, but the vendor has only {free} of them. Look at the RMA."),
            field=f"lines.{n}.quantity",
            wanted=one.quantity,
            free=units,
            product=line.product_id,
        )
    return taken


def _worth(truth: Truth, line: Any, source: Spot) -> Worth:
    if line.rma_line_id is not None:
        return worth_of(truth, source)
    worth: Worth = truth.read["sent_worth"].get(source.lot) or Worth()
    return worth


def _gone(plan: Plan, truth: Truth, line: Any, held: Held, units: int) -> int:
    """Let units stay with the vendor for good; what they cost us."""
    source = held.spot
    plan.move(source, source.at(fixed("vendor")), units)
    device = truth.read["devices"].get(source.lot) if source.serial else None
    if device is not None:
        if device.removed_on is None:
            if used := used_by(truth, device):
                raise in_use(device, used)
            leave(plan, truth, device)
        plan.mention(device)
    if source.claim:
        assert isinstance(source.claim, int)
        demand.uncover(plan, truth, source.claim, units, "returned")
    return _worth(truth, line, source).take(units)


def _back(
    plan: Plan, truth: Truth, row: Any, line: Any, source: Spot, units: int, one: Answered, n: int
) -> None:
    """Let units come back: ours into a bin at what they cost, a customer's to where their RMA stands."""
    _come(plan, truth, row, line, source, source, units, one, n)


def _come(
    plan: Plan,
    truth: Truth,
    row: Any,
    line: Any,
    source: Spot,
    goods: Spot,
    units: int,
    one: Answered,
    n: int,
) -> None:
    """Move goods to where those of this line belong; goods: where they come from, source: what they are worth by."""
    if line.rma_line_id is not None:
        asked = truth.documents["returns.RmaLine"][line.rma_line_id]
        places = places_of(truth, truth.documents["returns.Rma"][asked.rma_id])
        plan.move(goods, goods.at(places.returns), units)
        return
    home = bin_of(truth, truth.read["places"][row.location_id], one.bin, f"lines.{n}.bin")
    step = plan.move(goods, goods.at(home), units)
    stock.value_receipt(
        plan,
        truth,
        step,
        line.product_id,
        truth.products[line.product_id].cost_method,
        units,
        _worth(truth, line, source).take(units),
        goods.lot if goods.serial else None,
    )


def _another(
    plan: Plan,
    truth: Truth,
    row: Any,
    line: Any,
    held: Held,
    units: int,
    one: Answered,
    n: int,
    places: dict[int, Id],
) -> LotRef | None:
    """Let another unit come for one; places: by device that it replaces, the new one. What has no number of its own comes back like what was sent."""
    product = truth.products[line.product_id]
    source = held.spot
    if not source.serial:
        _back(plan, truth, row, line, source, units, one, n)
        return None
    code = tidy(one.serial, field=f"lines.{n}.serial", most=100, needed=False)
    if not code:
        raise BadInput(
            "serials_wanted",
            N_("Give the serial number of the unit that came instead."),
            field=f"lines.{n}.serial",
        )
    unit = new_unit(plan, truth, product.pk, code, f"lines.{n}.serial")
    away = source.at(fixed("vendor"))
    plan.move(source, away, 1)
    # The unit that leaves and the one that comes for it stand beside each other in the entry.
    _come(plan, truth, row, line, source, away.as_lot(unit), 1, one, n)
    old = truth.read["devices"].get(source.lot)
    if old is not None:
        plan.mention(old)
    if old is not None and old.removed_on is None:
        places[old.pk] = _serve(plan, truth, old, unit)
    return unit


def _serve(plan: Plan, truth: Truth, old: Any, unit: LotRef) -> Id:
    """Let the new unit be its customer's device in place of the old one; what hung on that follows."""
    owner = Owner(old.organization_id, old.site_id, old.contact_id, old.contract_id, old.reference)
    cover = Cover(old.warranty_policy_id, old.warranty_start_on, old.warranty_end_on)
    leave(plan, truth, old)
    new: Id = place_device(
        plan,
        truth,
        Unit(unit, DEVICE),
        owner,
        line=old.line_id,
        sold_on=old.sold_on,
        cover=cover,
        replaces=old.pk,
    )
    for subscription in truth.read["subscriptions"]:
        if subscription.device_id == old.pk:
            plan.change(subscription, device_id=new)
    follow_users(plan, truth, old=old.pk, new=new)
    return new
