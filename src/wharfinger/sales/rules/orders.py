"""Pure decisions about sales orders: making, confirming, reserving and releasing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from wharfinger.base.money import extended
from wharfinger.base.refusal import N_, NotThere, Refusal
from wharfinger.demand import rules as demand
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.plan import Number, Plan, Ref, Truth, fixed, spot
from wharfinger.stock import rules as stock

NUMBER = Number("order", "SO-{n}")


@dataclass(frozen=True, slots=True)
class OrderWish:
    """A sales order as a person asks for it."""

    organization: int
    lines: tuple[LineWish, ...]
    site: int | None = None
    contact: int | None = None
    owner: int | None = None
    currency: str | None = None
    number: str | None = None
    title: str = ""
    customer_reference: str = ""
    ordered_on: date | None = None
    promised_on: date | None = None
    confirm: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """How much to reserve for a line, and where."""

    line: int
    quantity: int
    location: int | None = None
    """The place of the location."""
    bin: int | None = None
    """The place of the bin."""
    lots: tuple[int, ...] = ()


def plan_order(truth: Truth, *, wish: OrderWish) -> Plan:
    """Make a sales order with its lines, unconfirmed or confirmed at once."""
    plan = Plan()
    organization = truth.read["organization"]
    currency = wish.currency or organization.currency
    sheet = plan.create(
        "demand.Sheet",
        kind="order",
        number=wish.number or NUMBER,
        title=wish.title,
        organization_id=organization.pk,
        contact_id=wish.contact,
        owner_id=wish.owner or truth.actor,
        currency=currency,
        customer_reference=wish.customer_reference,
        ordered_on=wish.ordered_on or truth.effective_on,
        promised_on=wish.promised_on,
    )
    plan.create("sales.Order", sheet_id=sheet, confirmed_at=truth.now if wish.confirm else None)
    products = truth.read["products"]
    claims = demand.make_lines(
        plan,
        truth,
        wish.lines,
        sheet=sheet,
        order=sheet,
        organization=organization.pk,
        site=wish.site or truth.read["default_site"],
        currency=currency,
        products=products,
        promised_on=wish.promised_on,
    )
    routes = route(truth, [(w.product, w.quantity) for w in wish.lines]) if wish.confirm else {}
    for claim, one in zip(claims, wish.lines, strict=True):
        _born(plan, truth, claim, one, products[one.product], routes.get(one.product, "quoted"), confirmed=wish.confirm)
    plan.mention(("order", sheet))
    return plan


def _born(plan: Plan, truth: Truth, claim: Ref, wish: LineWish, product: Any, to: str, *, confirmed: bool) -> None:
    loose = truth.lot(wish.product)
    bill = None if not wish.billable else "to_bill" if confirmed else "offered"
    if confirmed and to == "ready":
        demand.want(plan, loose, claim, wish.quantity, wish="covered", bill=bill)
        plan.move(spot(loose, fixed("provided"), claim), spot(loose, fixed("ready"), claim), wish.quantity)
    else:
        demand.want(plan, loose, claim, wish.quantity, wish=to, bill=bill)


def route(truth: Truth, wanted: Sequence[tuple[int, int]]) -> dict[int, str]:
    """Where the wish for each product goes once it is firm: ready, demand, to_approve or to_order.

    Services and what is not subject to procurement are ready at once; stocked goods that are not
    procured wait as demand. With Procurement on, the extended cost of all lines that name the same
    product, at or above the threshold, needs approval; so splitting a line dodges nothing.
    """
    house = truth.read["house"]
    threshold = truth.read["approval"]["threshold_minor"]
    totals = stock.sum_by(wanted, key=lambda w: w[0], value=lambda w: w[1])
    routes = {}
    for product_id, quantity in totals.items():
        product = truth.read["products"][product_id]
        cost = extended(truth.read["costs"].get(product_id, 0), quantity, product.quantity_decimals, truth.home_currency)
        if product.kind == "service" or (product.kind == "non_stocked" and not product.procured):
            routes[product_id] = "ready"
        elif not product.procured or not house.modules.get("procurement", True):
            routes[product_id] = "demand"
        elif threshold is not None and cost >= threshold:
            routes[product_id] = "to_approve"
        else:
            routes[product_id] = "to_order"
    return routes


def plan_confirm(truth: Truth, *, order: int) -> Plan:
    """Make an unconfirmed order firm: its wishes go where they are served, its bills may be invoiced."""
    plan = Plan()
    row = _order(truth, order)
    if row.confirmed_at is not None:
        raise Refusal("already_confirmed", N_("This order is confirmed already."))
    lines = truth.read["lines"]
    routes = route(truth, [(line.product_id, truth.quantity_of(line.pk, ("quoted",))) for line in lines.values()])
    for line in lines.values():
        left = truth.quantity_of(line.pk, ("quoted",))
        to = routes[line.product_id]
        if left and to == "ready":
            demand.advance(plan, truth, line.pk, ("quoted",), "covered")
            loose = truth.lot(line.product_id)
            plan.move(spot(loose, fixed("provided"), line.pk), spot(loose, fixed("ready"), line.pk), left)
        elif left:
            demand.advance(plan, truth, line.pk, ("quoted",), to)
        demand.advance(plan, truth, line.pk, ("offered",), "to_bill")
    plan.change(row, confirmed_at=truth.now)
    return plan


def plan_reserve(truth: Truth, *, holds: Sequence[Hold], until: datetime | None = None) -> Plan:
    """Hold free goods for lines: from free in a bin to the same bin for the line; the wish is covered."""
    plan = Plan()
    lines = truth.read["lines"]
    for n, hold in enumerate(holds):
        line = lines.get(hold.line)
        field = f"lines.{n}.quantity"
        if line is None:
            raise NotThere("no_such_line", N_("There is no such line."), field=f"lines.{n}.line")
        demand.cover(plan, truth, line.pk, hold.quantity, field=field)
        chosen = stock.choose(
            truth.free, line.product_id, hold.quantity, location=hold.location, bin=hold.bin, lots=hold.lots, field=field
        )
        demand.take(plan, chosen, line.pk)
        if until is not None:
            plan.change(truth.documents["ledger.Claim"][line.pk], hold_until=until)
    _mention_sheets(plan, truth)
    return plan


def plan_release(truth: Truth, *, holds: Sequence[Hold]) -> Plan:
    """Free reserved goods where they stand; the line has its wish back."""
    plan = Plan()
    for n, hold in enumerate(holds):
        if hold.line not in truth.read["lines"]:
            raise NotThere("no_such_line", N_("There is no such line."), field=f"lines.{n}.line")
        held = [
            h
            for h in truth.of_claim(hold.line, ("bin",))
            if (hold.location is None or h.location == hold.location) and (not hold.lots or h.lot in hold.lots)
        ]
        at_hand = sum(h.quantity for h in held)
        if at_hand < hold.quantity:
            raise Refusal(
                "not_reserved",
                N_("{wanted} to release, but only {free} are reserved there."),
                field=f"lines.{n}.quantity",
                wanted=hold.quantity,
                free=at_hand,
            )
        left = hold.quantity
        for one in held:
            part = min(left, one.quantity)
            if part:
                plan.move(one.spot, one.spot.for_claim(0), part)
                left -= part
        demand.uncover(plan, truth, hold.line, hold.quantity, truth.read["falls_to"][hold.line])
    _mention_sheets(plan, truth)
    return plan


def _mention_sheets(plan: Plan, truth: Truth) -> None:
    plan.mention(*truth.documents["demand.Sheet"].values())


def _order(truth: Truth, order: int) -> Any:
    row = truth.documents["sales.Order"].get(order)
    if row is None:
        raise NotThere("no_such_order", N_("There is no such sales order."))
    if row.cancelled_at is not None:
        raise Refusal("order_cancelled", N_("This order is cancelled. Re-open it first."))
    return row
