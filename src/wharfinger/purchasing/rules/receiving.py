"""Pure decisions at the door: who is served by what arrived, under which numbers, and what it is worth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from wharfinger.base.money import extended, rounded, share, shares
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal, Remedy
from wharfinger.demand import rules as demand
from wharfinger.ledger.plan import Held, LotRef, Number, PlaceRef, Plan, Truth, fixed, spot
from wharfinger.purchasing.rules.approving import home_cost
from wharfinger.purchasing.rules.landing import at_home
from wharfinger.purchasing.rules.lots import Lots
from wharfinger.purchasing.rules.ordering import live, mention_lines, wanted_as
from wharfinger.stock import rules as stock
from wharfinger.stock.rules import reasons
from wharfinger.stock.rules.reasons import Why
from wharfinger.stock.rules.serving import LAST, Turn, turn

RECEIPT = Number("receipt", "GR-{n}")

Part = tuple[int, int, LotRef]
"""A step of the plan, how many it moved, and as which lot."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What arrived of a purchase order's line. quantity: all of it, what is rejected at the door included."""

    purchase_line: int
    quantity: int
    rejected: int = 0
    serials: tuple[str, ...] = ()
    """Of what is accepted, then, if given, of what is rejected."""
    numbered: bool = False
    """Whether what is accepted and has no serial number yet gets the next ones of the product's series."""
    batch: str = ""
    expires_on: date | None = None
    bin: int | None = None
    reason: str = ""
    """Why some are rejected, of the company's list where that is all that is taken."""
    note: str = ""
    line: int | None = None
    """The customer's line to serve, where a person chooses it; else promised date, age, stock last."""
    seen: int | None = None
    """How many were expected when somebody looked; where fewer are by now, they look again first."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a receipt says beside its goods."""

    vendor_invoice_number: str = ""
    received_on: date | None = None
    accept_over: bool = False
    """Whether somebody said yes to more than was ordered; the surplus becomes free stock."""
    order: int | None = None
    """The only order that may be received here, where the receipt is made from one."""
    reason: str = ""
    """Why goods are rejected, of all that say no reason of their own."""


def plan_receive(truth: Truth, *, arrivals: Sequence[Arrival], delivery: Delivery) -> Plan:
    """Take goods in: they stand in a bin for whoever waits for them, or at the customer if shipped there."""
    plan = Plan()
    if truth.read["house"].require_vendor_invoice and not delivery.vendor_invoice_number:
        raise BadInput("missing", N_("Please fill this in."), field="vendor_invoice_number")
    lines = [_line(truth, arrival, delivery, n) for n, arrival in enumerate(arrivals)]
    orders = truth.documents["purchasing.PurchaseOrder"]
    vendors = {order.vendor_id for order in orders.values()}
    if len(vendors) > 1:
        raise Refusal(
            "many_vendors_received",
            N_("One receipt is of one vendor. Receive the other orders apart."),
            field="lines",
        )
    receipt = plan.create(
        "purchasing.Receipt",
        number=RECEIPT,
        vendor_id=vendors.pop(),
        vendor_invoice_number=delivery.vendor_invoice_number,
        received_on=truth.effective_on,
    )
    plan.mention(("receipt", receipt))
    lots = Lots(plan, truth)
    for n, (line, arrival) in enumerate(zip(lines, arrivals, strict=True)):
        order = live(truth, line.purchase_order_id)
        if order.submitted_at is None:
            raise Refusal(
                "not_submitted_yet",
                N_("{number} is not submitted yet. Submit it before receiving."),
                field=f"lines.{n}.purchase_line",
                number=order.number,
                remedies=[Remedy("submit", {"purchase_order": order.pk})],
            )
        _arrive(plan, truth, order, line, arrival, delivery, lots, n)
        if arrival.rejected:
            _reject(plan, truth, receipt, line, arrival, delivery, n)
    mention_lines(plan, truth)
    return plan


def _line(truth: Truth, arrival: Arrival, delivery: Delivery, n: int) -> Any:
    line = truth.read["purchase_lines"].get(arrival.purchase_line)
    if line is None or (delivery.order is not None and line.purchase_order_id != delivery.order):
        raise NotThere(
            "no_such_purchase_line",
            N_("There is no such line on a purchase order."),
            field=f"lines.{n}.purchase_line",
        )
    return line


def _arrive(
    plan: Plan, truth: Truth, order: Any, line: Any, arrival: Arrival, delivery: Delivery, lots: Lots, n: int
) -> None:
    on_order = sum(h.quantity for h in truth.at(line.place_id))
    if arrival.seen is not None and on_order < arrival.seen:
        raise _received_meanwhile(truth, line, arrival.seen, on_order, n)
    waiting = _waiting(truth, line, arrival)
    open_quantity = sum(h.quantity for h in waiting)
    over = arrival.quantity - open_quantity
    if over > 0:
        _over(plan, truth, order, line, arrival, delivery, waiting, open_quantity, n)
    accepted, rejected = lots.of(line, arrival, n)
    parts = []
    for held, lot, quantity in _paired(waiting, accepted):
        place = _target(truth, order, line, arrival, held, n)
        step = plan.move(held.spot, held.spot.as_lot(lot).at(place), quantity)
        parts.append((step, quantity, lot))
    # What is rejected is missed last by those who wait first.
    refused = PlaceRef(line.refused_place_id, "refused")
    for held, lot, quantity in _paired(waiting[::-1], rejected):
        plan.move(held.spot, held.spot.as_lot(lot).at(refused).for_claim(0), quantity)
        if held.claim:
            demand.uncover(plan, truth, held.claim, quantity, wanted_as(truth, held.claim))
    # What is rejected leaves its share of the freight to what is taken in with it.
    came = arrival.quantity if parts else 0
    _value(plan, truth, order, line, parts, _freight(truth, order, line, on_order, came))


def _received_meanwhile(truth: Truth, line: Any, seen: int, left: int, n: int) -> Refusal:
    product = truth.read["products"][line.product_id]
    return Refusal(
        "received_meanwhile",
        N_("Of {sku} only {free} are still expected, no longer {wanted}. Load the newest and look again."),
        field=f"lines.{n}.quantity",
        wanted=seen,
        free=left,
        product=product.pk,
        sku=product.sku,
        subject=f"place:{line.place_id}",
        remedies=[Remedy("reload", {})],
    )


def _reject(
    plan: Plan, truth: Truth, receipt: Any, line: Any, arrival: Arrival, delivery: Delivery, n: int
) -> None:
    """Write down how many are turned away, and why."""
    reason = arrival.reason or delivery.reason
    if not reason:
        raise BadInput(
            "reason_needed",
            N_("Say why {sku} is rejected."),
            field=f"lines.{n}.reason",
            sku=truth.read["products"][line.product_id].sku,
        )
    why = Why(("reject",), reason, arrival.note)
    reasons.give(plan, truth, why, before=f"lines.{n}.")
    plan.create(
        "purchasing.Rejection",
        receipt_id=receipt,
        purchase_line_id=line.pk,
        quantity=arrival.rejected,
        reason=why.reason,
        note=why.note,
    )


def _waiting(truth: Truth, line: Any, arrival: Arrival) -> list[Held]:
    """Who waits for the goods: in the order in which everybody is served, what is only quoted behind, stock last.

    Or just the line a person chose.
    """
    found = [h for h in truth.at(line.place_id) if arrival.line in (None, h.claim)]
    lines = truth.read["lines"]

    def place(held: Held) -> tuple[bool, Turn]:
        if not held.claim:
            return True, LAST
        quoted = wanted_as(truth, held.claim) == "quoted"
        line = lines[held.claim]
        return quoted, turn(line, line.sheet)

    return sorted(found, key=place)


def _over(
    plan: Plan,
    truth: Truth,
    order: Any,
    line: Any,
    arrival: Arrival,
    delivery: Delivery,
    waiting: list[Held],
    open_quantity: int,
    n: int,
) -> None:
    """More than was ordered passes through the line as free stock, once somebody said yes."""
    product = truth.read["products"][line.product_id]
    figures = {
        "wanted": arrival.quantity,
        "free": open_quantity,
        "product": product.pk,
        "field": f"lines.{n}.quantity",
    }
    if arrival.line is not None or order.ship_to == "organization":
        raise Refusal(
            "over_for_line",
            N_("{wanted} of {sku} arrived, but only {free} are on order for it."),
            sku=product.sku,
            **figures,
        )
    if not delivery.accept_over:
        raise Refusal(
            "over_receipt",
            N_("{wanted} of {sku} arrived, but only {free} are on order. Accept the rest, or receive less."),
            sku=product.sku,
            # Where nothing is left to receive, somebody else may have taken in these very goods.
            subject=None if open_quantity else f"place:{line.place_id}",
            remedies=[Remedy("accept_over", {"accept_over": True})],
            **figures,
        )
    surplus = spot(truth.lot(product.pk), PlaceRef(line.place_id, "on_order"), 0)
    over = arrival.quantity - open_quantity
    plan.move(surplus.at(fixed("vendor")), surplus, over)
    stock_share = next((h for h in waiting if not h.claim), None)
    if stock_share is None:
        waiting.append(Held(0, surplus, over))
    else:
        stock_share.quantity += over


def _paired(
    waiting: Iterable[Held], lots: Iterable[tuple[LotRef, int]]
) -> Iterator[tuple[Held, LotRef, int]]:
    """Give the lots to those who wait, in their order, each as many as it waits for."""
    queue = iter([h for h in waiting if h.quantity > 0])
    held = next(queue, None)
    for lot, units in lots:
        left = units
        while left:
            assert held is not None, "more arrived than waits"
            part = min(left, held.quantity)
            yield held, lot, part
            held.quantity -= part
            left -= part
            if not held.quantity:
                held = next(queue, None)


def _target(truth: Truth, order: Any, line: Any, arrival: Arrival, held: Held, n: int) -> PlaceRef:
    if order.ship_to == "organization":
        return PlaceRef(truth.read["sites"][order.ship_to_site_id].place_id, "customer")
    chosen = (
        truth.read["bins"].get(arrival.bin)
        if arrival.bin is not None
        else truth.read["default_bins"].get(line.location_id)
    )
    if chosen is None:
        raise BadInput("no_such_bin", N_("There is no such bin."), field=f"lines.{n}.bin")
    return PlaceRef(chosen.place_id, "bin")


def _freight(truth: Truth, order: Any, line: Any, before: int, came: int) -> int:
    """The share that units of a line have in the order's freight, in home currency.

    The freight is spread over the order's goods by their value, and over a line's units as they come in; what
    was never ordered carries none. before: how many units of the line were still on order.
    """
    whole = truth.read["freight"].get(line.pk, 0)
    if not whole:
        return 0
    done = max(0, line.quantity - before)
    upto = min(line.quantity, done + came)
    return share(whole, upto, line.quantity) - share(whole, done, line.quantity)


def spread_freight(
    order: Any, lines: Sequence[Any], decimals: Mapping[int, int], home: str
) -> dict[int, int]:
    """What of an order's freight each of its lines carries, by value, in home currency.

    decimals: of the quantities of the products.
    """
    values = [
        extended(line.unit_cost_micro, line.quantity, decimals[line.product_id], order.currency, per=line.per)
        for line in lines
    ]
    if not sum(values):
        return {}
    freight = at_home(order.freight_minor, order.currency, order.rate_micro, home)
    return {line.pk: part for line, part in zip(lines, shares(freight, values), strict=True)}


def _value(plan: Plan, truth: Truth, order: Any, line: Any, parts: Sequence[Part], freight: int) -> None:
    """Open cost layers worth what the order says, freight included: rounded once, shared out without a remainder."""
    product = truth.read["products"][line.product_id]
    whole = sum(quantity for _, quantity, _ in parts)
    total = home_cost(truth, order, line, whole) + freight
    done = before = 0
    layer = None
    for step, quantity, lot in parts:
        done += quantity
        upto = rounded(total * done, whole)
        worth, before = upto - before, upto
        own = product.cost_method == "specific" or order.ship_to == "organization"
        if order.ship_to == "organization":
            _pass_through(plan, truth, step, product.pk, quantity, worth, lot)
        else:
            layer = stock.value_receipt(
                plan,
                truth,
                step,
                product.pk,
                product.cost_method,
                quantity,
                worth,
                lot.id,
                into=None if own else layer,
            )


def _pass_through(
    plan: Plan, truth: Truth, step: int, product: int, quantity: int, worth: int, lot: LotRef
) -> None:
    """Goods that go from the vendor to the customer open and draw a layer of their own in one entry."""
    made = plan.create(
        "ledger.Layer",
        product_id=product,
        lot_id=lot.id if lot.serial else None,
        effective_on=truth.effective_on,
        quantity=0,
        value_minor=0,
    )
    plan.draw(step, made, -quantity, -worth)
    plan.draw(step, made, quantity, worth)
