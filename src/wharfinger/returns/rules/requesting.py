"""Pure decisions about asking to send goods back: request, approve, deny, close."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from wharfinger.base.money import extended, share
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.words import same
from wharfinger.billing.rules.credits import rows_of
from wharfinger.demand.rules.amounts import before_tax
from wharfinger.devices.rules import WITH_CUSTOMER, sale_of
from wharfinger.fulfilment.rules import mention_lines
from wharfinger.ledger.plan import Id, Plan, Truth
from wharfinger.returns.rules import TYPES, WITH_US, Goods, make, make_line, rma_of, unknown
from wharfinger.returns.rules.ahead import nothing_out
from wharfinger.returns.rules.allowed import Overruling, check_allowed


@dataclass(frozen=True, slots=True)
class Asked:
    """Goods that a customer asks to send back: of a line, a device, or a serial number."""

    quantity: int = 1
    line: int | None = None
    device: int | None = None
    product: int | None = None
    lot: int | None = None
    serial: str = ""
    type: str = "return"
    reason: str = ""
    credit_minor: int | None = None
    """The price paid, unless given."""
    outside: bool = False
    """Whether goods come along that this customer never had from us."""
    container: int | None = None
    """Instead of goods: all that left in it and is still with the customer; so of a shipment or an invoice."""
    shipment: int | None = None
    invoice: int | None = None


def plan_request(
    truth: Truth,
    *,
    organization: int,
    items: Sequence[Asked],
    location: int | None,
    due_on: date | None,
    ticket: int | None,
    overrule: str = "",
) -> Plan:
    """Ask to send goods back; the credit is proposed at the price that was paid."""
    plan = Plan()
    check_ticket(truth, ticket)
    overruling = Overruling(overrule)
    allowed = [checked(truth, organization, item, n, overruling) for n, item in enumerate(items)]
    made, _ = make(
        plan,
        truth,
        organization=organization,
        location=location or home_of(truth, items),
        authorized=True,
        due_on=due_on,
        ticket=ticket,
        **overruling.born(truth),
    )
    seen: set[Told] = set()
    for n, (item, goods) in enumerate(zip(items, allowed, strict=True)):
        lot: Id | None = goods.lot
        if item.serial and goods.lot is None:
            lot = unknown(plan, truth, goods.product, item.serial, f"lines.{n}.serial").id
        asked_once(seen, goods, lot, n)
        make_line(
            plan,
            made,
            n + 1,
            goods,
            lot=lot,
            device_id=item.device,
            quantity=item.quantity,
            type=item.type,
            reason=item.reason,
            credit_minor=price_paid(truth, goods, item.quantity)
            if item.credit_minor is None
            else item.credit_minor,
        )
        if item.device is not None:
            plan.mention(("device", item.device))
    mention_lines(plan, truth)
    return plan


def opened(
    items: Sequence[Asked],
    parts: Mapping[int, Sequence[tuple[int, int]]],
    units: Mapping[tuple[int, str], int],
) -> list[Asked]:
    """What is asked for line by line; of a kit's line each of its components, a number with the one that has it.

    parts: the lines of a kit's components, and how many of each go into one; units: of which of them each number is.
    """
    found: list[Asked] = []
    for n, item in enumerate(items):
        kit = item.line or 0
        if kit not in parts:
            found.append(item)
            continue
        all_known(kit, [item.serial], units, f"lines.{n}.serial")
        for line, ratio in parts[kit]:
            code = item.serial if units.get((kit, same(item.serial))) == line else ""
            found.append(replace(item, line=line, quantity=item.quantity * ratio, serial=code))
    return found


def all_known(kit: int, codes: Iterable[str], units: Mapping[tuple[int, str], int], field: str) -> None:
    """Let numbers pass that the customer has of a component of a kit; raises BadInput otherwise."""
    for code in codes:
        if code and (kit, same(code)) not in units:
            raise BadInput(
                "unknown_serial",
                N_("“{serial}” is not on record for a component of this kit. Check the number."),
                field=field,
                serial=code[:100],
            )


def check_ticket(truth: Truth, ticket: int | None) -> None:
    """Let a ticket pass that exists; raises BadInput otherwise."""
    row = truth.documents["demand.Sheet"].get(ticket) if ticket is not None else None
    if ticket is not None and (row is None or row.kind == "quote" or row.void_id is not None):
        raise BadInput("no_such_ticket", N_("There is no such ticket."), field="ticket")


def home_of(truth: Truth, items: Sequence[Asked]) -> int:
    """Where goods come back to: the returns place of the location that issued them, else the default one."""
    for item in items:
        for held in truth.held:
            if item.line is not None and held.claim == item.line and held.kind in (*WITH_CUSTOMER, *WITH_US):
                sale = sale_of(truth, held)
                if sale is not None and sale.location is not None:
                    return int(truth.read["homes"][sale.location])
    return int(truth.read["default_location"])


def checked(truth: Truth, organization: int, item: Asked, n: int, overruling: Overruling) -> Goods:
    """The goods that an item means, delivered to this customer and allowed to come back; raises Refusal otherwise."""
    if item.type not in TYPES:
        raise BadInput("no_such_type", N_("Choose return, repair or replace."), field=f"lines.{n}.type")
    product = truth.read["products"].get(item.product or 0)
    if product is None:
        raise NotThere(
            "no_such_goods",
            N_("Name a line, a device, or a product with its serial number."),
            field=f"lines.{n}.line",
        )
    if item.device is not None:
        _device(truth, organization, item, n)
    goods = Goods(
        product.pk,
        item.line,
        item.lot,
        (item.serial,) if item.serial and item.lot is None else (),
        item.type == "repair",
        item.outside,
    )
    line = truth.read["lines"].get(item.line) if item.line is not None else None
    if item.line is not None and (line is None or line.organization_id != organization):
        raise NotThere("no_such_line", N_("This customer has no such line."), field=f"lines.{n}.line")
    if line is None and not item.serial and item.lot is None and not item.outside:
        raise BadInput(
            "serial_wanted",
            N_("Name the line these goods were sold by, or their serial number."),
            field=f"lines.{n}.line",
        )
    _delivered(truth, goods, item.quantity, n)
    device = truth.documents["devices.Device"].get(item.device or 0)
    check_allowed(truth, product, goods, item.type, device, f"lines.{n}.line", overruling)
    return goods


def _device(truth: Truth, organization: int, item: Asked, n: int) -> None:
    device = truth.documents["devices.Device"].get(item.device or 0)
    if device is None or device.void_id is not None or device.organization_id != organization:
        raise NotThere("no_such_device", N_("This customer has no such device."), field=f"lines.{n}.device")
    if item.quantity != 1:
        raise BadInput(
            "one_device", N_("A device is one unit. Give the quantity 1."), field=f"lines.{n}.quantity"
        )


def _delivered(truth: Truth, goods: Goods, quantity: int, n: int) -> None:
    """Never more than was delivered and is not asked for on another open RMA already."""
    if goods.line is None:
        at_hand, asked = quantity, truth.read["asked"].get((None, goods.lot), 0)
    else:
        at_hand = sum(
            h.quantity
            for h in truth.held
            if h.claim == goods.line and h.kind in WITH_CUSTOMER and (goods.lot is None or h.lot == goods.lot)
        )
        mine = [
            key
            for key in truth.read["asked"]
            if key[0] == goods.line and (goods.lot is None or key[1] == goods.lot)
        ]
        asked = sum(truth.read["asked"][key] for key in mine)
    if at_hand - asked < quantity:
        raise Refusal(
            "more_than_delivered",
            N_(
                "{wanted} to come back, but only {free} of these are with the customer and not asked for yet."
            ),
            field=f"lines.{n}.quantity",
            wanted=quantity,
            free=max(0, at_hand - asked),
            product=goods.product,
            line=goods.line,
        )


Told = tuple[int | None, int, Id | None]
"""Line, product and lot: what tells of which line of a return a unit is."""


def asked_once(seen: set[Told], goods: Goods, lot: Id | None, n: int) -> None:
    """The same goods stand on one line of a return, so that it is always clear of which line a unit is."""
    told = (goods.line, goods.product, lot)
    if told in seen:
        raise BadInput(
            "asked_twice",
            N_(
                "These goods stand on this return already. Raise the quantity there; inspecting says what becomes of each unit."
            ),
            field=f"lines.{n}.line",
        )
    seen.add(told)


def price_paid(truth: Truth, goods: Goods, quantity: int) -> int:
    """What was paid for goods, net: by their invoice if there is one, else by their line."""
    line = truth.read["lines"].get(goods.line or 0)
    if line is None:
        return 0
    for row in rows_of(truth, line.pk):
        return share(row.net_minor, min(quantity, row.quantity), row.quantity)
    product = truth.read["products"][goods.product]
    said = extended(
        line.unit_price_micro,
        quantity,
        product.quantity_decimals,
        line.currency,
        line.discount_micro,
        line.per,
    )
    return before_tax(said, truth.read["tax_codes"].get(line.tax_code_id), line.tax_included)


def plan_approve(truth: Truth, *, rma: int, reason: str = "") -> Plan:
    """Allow goods to come back, until the day that was asked for, else within the company's days; a reason stays on it."""
    plan = Plan()
    row = rma_of(truth, rma)
    if row.approved_at is not None:
        raise Refusal("already_approved", N_("{number} is approved already."), number=row.number)
    days: int = truth.read["rma_days"]
    until = row.due_on or (truth.today + timedelta(days=days) if days else None)
    plan.change(row, approved_at=truth.now, approved_by_id=truth.actor, due_on=until, approved_reason=reason)
    return plan


def plan_deny(truth: Truth, *, rma: int, reason: str) -> Plan:
    """Refuse to take goods back, with a reason."""
    plan = Plan()
    row = rma_of(truth, rma)
    if row.approved_at is not None:
        raise Refusal("already_approved", N_("{number} is approved already."), number=row.number)
    plan.change(row, denied_at=truth.now, denied_reason=reason)
    return plan


def plan_close(truth: Truth, *, rma: int) -> Plan:
    """Close a return of which nothing is with us any more."""
    plan = Plan()
    row = rma_of(truth, rma)
    left = [
        h for h in truth.held if h.kind in WITH_US and h.quantity > 0 and h.place in truth.read["rma_places"]
    ]
    if left:
        raise Refusal(
            "goods_here",
            N_("{free} units of {number} are still with us. Inspect them first."),
            free=sum(h.quantity for h in left),
            number=row.number,
        )
    if "returns.Replacement" in truth.documents:
        nothing_out(truth, row)
    plan.change(row, closed_at=truth.now)
    return plan


def described(rows: Sequence[Any]) -> str:
    """The reasons of several lines as one reason of an entry."""
    return "; ".join(dict.fromkeys(str(row) for row in rows if row))[:1000]
