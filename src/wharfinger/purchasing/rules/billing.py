"""Pure decisions about vendors' bills: whether they are what came and was ordered, and what they make dearer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from wharfinger.base.money import rounded, shares
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.ledger.plan import Id, Plan, Truth
from wharfinger.purchasing.rules import landing
from wharfinger.purchasing.rules.asking import rate_of
from wharfinger.purchasing.rules.brought import Goods, Parts, booked_parts, matched_to, of_receipts, standing
from wharfinger.purchasing.rules.discounting import Granted, granted
from wharfinger.purchasing.rules.landing import Cost, Landed
from wharfinger.purchasing.rules.matching import Matched, Part, match
from wharfinger.purchasing.rules.paying import PaidAtOnce, owe, owe_no_more, pay_at_once


@dataclass(frozen=True, slots=True)
class BillLine:
    """What a vendor bills of an order's line, in the currency of the order."""

    purchase_line: int
    receipt: int | None
    """By none it is of whichever brings it, also later."""
    quantity: int
    unit_cost_micro: int | None = None
    """As booked where none is given."""


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill as it came from the vendor; amounts without tax but for the total."""

    number: str
    billed_on: date
    lines: tuple[BillLine, ...]
    due_on: date | None = None
    """As the order's or the vendor's days to pay say where nothing is said."""
    rate_micro: int | None = None
    freight_minor: int = 0
    tax_minor: int = 0
    total_minor: int | None = None
    """As it is printed."""
    note: str = ""
    pay: PaidAtOnce | None = None
    """It is paid in the same entry where that is said."""
    granted: Granted | None = None
    """The cash discount that it names; as is agreed with the vendor where nothing is said."""


def plan_enter_bill(truth: Truth, *, bill: Bill, beyond: bool = False) -> Plan:
    """Write a vendor's bill down; one that is what came and was ordered, or near enough, is accepted at once.

    beyond: whether more cash discount may be taken than is agreed.
    """
    plan = Plan()
    vendor, currency = _of_one_vendor(truth, bill)
    if known := truth.read["same_number"].get(vendor):
        raise Refusal(
            "bill_twice",
            N_("The bill {number} of this vendor is entered already."),
            field="number",
            number=known[1],
            subject=f"vendor_bill:{known[0]}",
        )
    if bill.due_on is not None and bill.due_on < bill.billed_on:
        raise BadInput(
            "due_before", N_("It cannot be due before it is written. Give a later day."), field="due_on"
        )
    lines = [Asked(one.purchase_line, one.receipt, one.quantity, one.unit_cost_micro) for one in bill.lines]
    stands = standing(truth, lines)
    rows = [matched_to(truth, one, stands[n]) for n, one in enumerate(lines)]
    discount = granted(truth.read["vendor_terms"].get(vendor), bill.granted, bill.billed_on)
    values: dict[str, Any] = {
        "number": bill.number,
        "vendor_id": vendor,
        "billed_on": bill.billed_on,
        "due_on": _due(truth, bill, vendor),
        "currency": currency,
        "rate_micro": rate_of(truth, currency, bill.rate_micro),
        "freight_minor": bill.freight_minor,
        "tax_minor": bill.tax_minor,
        "total_minor": bill.total_minor,
        **discount._asdict(),
        "note": bill.note,
    }
    amounts = Amounts(
        currency, values["rate_micro"], bill.freight_minor, bill.tax_minor, bill.total_minor, bill.number
    )
    free = freight_open(truth, [one.purchase_line for one in bill.lines])
    off = match(rows, amounts, sum(free.values()), truth.read["tolerance"], truth.home_currency)
    accepted = all(one.taken for one in off)
    if bill.pay is not None and not accepted:
        raise Refusal(
            "pay_when_accepted",
            N_(
                "{number} is not what came and was ordered, so it is accepted first. Enter it without a payment."
            ),
            field="pay",
            number=bill.number,
        )
    made = plan.create(
        "purchasing.VendorBill",
        **values,
        accepted_at=truth.now if accepted else None,
        accepted_by_id=truth.actor if accepted else None,
    )
    parts = [Part(n, one.receipt_id, rows[n]) for n, one in enumerate(lines)]
    if accepted:
        parts = booked_parts(truth, lines, rows)
    for n, part in enumerate(parts):
        _write_line(plan, made, n + 1, lines[part.turn].purchase_line_id, part, accepted=accepted)
    plan.mention(("vendor_bill", made))
    if accepted:
        _take_over(plan, truth, made, amounts, of_receipts(lines, parts), free)
        owed = owe(plan, truth, made, vendor, amounts, _net(parts, currency))
        if bill.pay is not None:
            pay_at_once(plan, truth, made, vendor, amounts, owed, bill.pay, discount, beyond=beyond)
    _mention_all(plan, truth, [one.receipt_id for one in parts])
    return plan


def _due(truth: Truth, bill: Bill, vendor: int) -> date:
    """Until when a bill is to be paid: as it says, else as the order or the vendor's days to pay do."""
    if bill.due_on is not None:
        return bill.due_on
    order = next(iter(truth.documents["purchasing.PurchaseOrder"].values()))
    agreed = truth.documents["parties.Organization"][vendor].terms_days
    return bill.billed_on + timedelta(days=agreed if order.terms_days is None else order.terms_days)


def _net(parts: Iterable[Part], currency: str) -> int:
    """What the goods of a bill come to, line by line as they are written."""
    return sum(one.row.net(one.row.unit_cost_micro, currency) for one in parts)


class Asked(NamedTuple):
    """A line of a bill as it is asked for, before it is written."""

    purchase_line_id: int
    receipt_id: int | None
    quantity: int
    unit_cost_micro: int | None
    booked_micro: int | None = None


def _write_line(plan: Plan, bill: Id, position: int, line: int, part: Part, *, accepted: bool) -> None:
    plan.create(
        "purchasing.VendorBillLine",
        bill_id=bill,
        position=position,
        purchase_line_id=line,
        receipt_id=part.receipt_id,
        quantity=part.row.quantity,
        unit_cost_micro=part.row.unit_cost_micro,
        booked_quantity=part.row.booked_quantity if accepted else None,
        booked_micro=part.row.booked_micro if accepted else None,
    )


class Amounts(NamedTuple):
    """What of a bill is laid beside the books."""

    currency: str
    rate_micro: int
    freight_minor: int
    tax_minor: int
    total_minor: int | None
    number: str


def plan_accept_bill(truth: Truth, *, bill: int, note: str) -> Plan:
    """Accept a bill that differs from what came or was ordered: its prices and freight are taken over."""
    plan = Plan()
    row = live_bill(truth, bill)
    if row.accepted_at is not None:
        raise Refusal(
            "bill_accepted",
            N_("The bill {number} is accepted already."),
            number=row.number,
            subject=f"vendor_bill:{bill}",
        )
    lines = truth.read["bill_lines"]
    stands = standing(truth, lines)
    rows = [matched_to(truth, one, stands[n]) for n, one in enumerate(lines)]
    parts = booked_parts(truth, lines, rows)
    if all(one.receipt_id is None for one in parts):
        raise Refusal(
            "nothing_came",
            N_("Nothing of what {number} bills has come yet. Accept it once that is received."),
            number=row.number,
            subject=f"vendor_bill:{bill}",
        )
    free = freight_open(truth, [one.purchase_line_id for one in lines])
    off = match(rows, row, sum(free.values()), truth.read["tolerance"], truth.home_currency)
    if not all(one.taken for one in off):
        _by_another(truth)
        if not note:
            raise BadInput("missing", N_("Please fill this in."), field="note")
    plan.change(row, accepted_at=truth.now, accepted_by_id=truth.actor)
    written: set[int] = set()
    for part in parts:
        one, known = lines[part.turn], part.row
        if part.turn in written:
            position = len(lines) + len(plan.creates.get("purchasing.VendorBillLine", ())) + 1
            _write_line(plan, row.pk, position, one.purchase_line_id, part, accepted=True)
            continue
        written.add(part.turn)
        plan.change(
            one,
            receipt_id=part.receipt_id,
            quantity=known.quantity,
            booked_quantity=known.booked_quantity,
            booked_micro=known.booked_micro,
        )
    _take_over(plan, truth, row.pk, row, of_receipts(lines, parts), free)
    owe(plan, truth, row.pk, row.vendor_id, row, _net(parts, row.currency))
    plan.mention(row)
    _mention_all(plan, truth, [one.receipt_id for one in parts])
    return plan


def plan_cancel_bill(truth: Truth, *, bill: int) -> Plan:
    """Take a bill back: what it billed is to be billed again, at what it was booked at before."""
    plan = Plan()
    row = live_bill(truth, bill)
    lines = truth.read["bill_lines"]
    if row.accepted_at is not None:
        owe_no_more(plan, truth, row)
        goods, parts = Goods(truth), Parts()
        for one in lines:
            if one.receipt_id is None:
                continue
            key = one.receipt_id, one.purchase_line_id
            # Goods may have been taken back before the bill was accepted: it made nothing dearer then.
            if there := goods.lines[key]:
                parts.spread(there, -_dearer(truth, there[0], one))
                _reprice(plan, truth, key, there, goods.billed[key], one.booked_micro, row.number)
        parts.reach(plan, truth)
        for cost in truth.documents["purchasing.ReceiptCost"].values():
            if cost.cancelled_at is None:
                at = landing.live_receipt(truth, cost.receipt_id)
                landing.drop_cost(plan, truth, at, cost, goods.receipts[cost.receipt_id])
    plan.change(row, cancelled_at=truth.now)
    plan.mention(row)
    _mention_all(plan, truth, [one.receipt_id for one in lines])
    return plan


def live_bill(truth: Truth, bill: int) -> Any:
    """A bill that was not cancelled."""
    row = truth.documents["purchasing.VendorBill"].get(bill)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_bill", N_("There is no such bill."))
    if row.cancelled_at is not None:
        raise Refusal(
            "bill_cancelled",
            N_("The bill {number} is cancelled already."),
            number=row.number,
            subject=f"vendor_bill:{bill}",
        )
    return row


def _of_one_vendor(truth: Truth, bill: Bill) -> tuple[int, str]:
    """Whose bill it is and in which currency, as the orders of its lines say; refuses lines that it cannot bill."""
    orders, brought = truth.documents["purchasing.PurchaseOrder"], Goods(truth).lines
    for n, one in enumerate(bill.lines):
        if one.receipt is None:
            _is_ordered(truth, one.purchase_line, f"lines.{n}.purchase_line")
            continue
        if one.receipt not in truth.documents["purchasing.Receipt"]:
            raise NotThere("no_such_receipt", N_("There is no such receipt."), field=f"lines.{n}.receipt")
        landing.live_receipt(truth, one.receipt)
        if (one.receipt, one.purchase_line) not in brought:
            raise NotThere(
                "no_such_purchase_line",
                N_("There is no such line on this receipt."),
                field=f"lines.{n}.purchase_line",
            )
    if len({order.vendor_id for order in orders.values()}) > 1:
        raise Refusal(
            "many_vendors_billed",
            N_("A bill is of one vendor. Enter those of the others apart."),
            field="lines",
        )
    if len({order.currency for order in orders.values()}) > 1:
        raise Refusal(
            "many_currencies_billed", N_("A bill is in one currency. Enter the others apart."), field="lines"
        )
    first = next(iter(orders.values()))
    return first.vendor_id, first.currency


def _is_ordered(truth: Truth, line: int, field: str) -> None:
    """Refuse to bill what no vendor was asked to deliver."""
    bought = truth.read["purchase_lines"].get(line)
    if bought is None or bought.removed_at is not None:
        raise NotThere("no_such_purchase_line", N_("There is no such line on a purchase order."), field=field)
    order = truth.documents["purchasing.PurchaseOrder"][bought.purchase_order_id]
    if order.submitted_at is None:
        raise Refusal(
            "not_ordered",
            N_("{number} is a draft. Submit it before its bill is entered."),
            field=field,
            number=order.number,
        )


def _by_another(truth: Truth) -> None:
    """Refuse who entered a bill to accept what is wrong with it, unless the company lets people decide about their own."""
    by = truth.read["bill_lines"][0].made.actor_id
    if by is not None and by == truth.actor and not truth.read["house"].approval["self_approval"]:
        raise Refusal(
            "own_bill",
            N_("You entered this bill, so somebody else accepts what is off."),
        )


def freight_open(truth: Truth, purchase_lines: Sequence[int]) -> dict[int, int]:
    """By order what of its freight no bill asked for yet, in the order in which the lines name them."""
    lines, orders = truth.read["purchase_lines"], truth.documents["purchasing.PurchaseOrder"]
    named = dict.fromkeys(lines[pk].purchase_order_id for pk in purchase_lines)
    asked = truth.read["freight_billed"]
    return {pk: max(0, orders[pk].freight_minor - asked.get(pk, 0)) for pk in named}


def _take_over(
    plan: Plan,
    truth: Truth,
    bill: Id,
    amounts: Any,
    lines: Sequence[tuple[int, int, Matched]],
    free: Mapping[int, int],
) -> None:
    """Let the goods be worth what is billed for them, and land what freight is beyond that of the orders."""
    goods, parts = Goods(truth), Parts()
    weights: dict[int, int] = defaultdict(int)
    for receipt, line, row in lines:
        there = goods.lines[receipt, line]
        weights[receipt] += row.net(row.unit_cost_micro, amounts.currency)
        if there:
            parts.spread(there, _dearer(truth, there[0], row))
            billed = [*goods.billed[receipt, line], (row.booked_quantity, row.unit_cost_micro)]
            _reprice(plan, truth, (receipt, line), there, billed, row.booked_micro, amounts.number)
    parts.reach(plan, truth)
    left = amounts.freight_minor
    for order, units in free.items():
        if part := min(left, units):
            plan.create("purchasing.BilledFreight", bill_id=bill, purchase_order_id=order, amount_minor=part)
            left -= part
    if not sum(weights.values()):
        weights = defaultdict(int, dict.fromkeys(weights, 1))
    for receipt, amount in zip(weights, shares(left, list(weights.values())), strict=True):
        if amount:
            at = landing.live_receipt(truth, receipt)
            there = goods.receipts[receipt]
            spread = "value" if any(one.value_minor for one in there) else "quantity"
            cost = Cost(
                "Freight", amount, amounts.currency, amounts.rate_micro, spread, reference=amounts.number
            )
            landing.add_cost(plan, truth, at, cost, there, bill)


def _dearer(truth: Truth, goods: Landed, row: Any) -> int:
    """What is billed of a line more than it was booked at, in home currency; below zero where it is less."""
    units = row.booked_quantity
    return landing.worth(truth, goods, row.unit_cost_micro, units) - landing.worth(
        truth, goods, row.booked_micro, units
    )


def _reprice(
    plan: Plan,
    truth: Truth,
    key: tuple[int, int],
    goods: Sequence[Landed],
    billed: Sequence[tuple[int, int]],
    booked_micro: int,
    number: str,
) -> None:
    """Write down what a unit of a receipt's line costs now: as billed, and as booked what is not billed yet."""
    units = sum(one.quantity for one in goods)
    whole = sum(quantity * cost for quantity, cost in billed)
    cost = rounded(whole + (units - sum(quantity for quantity, _ in billed)) * booked_micro, units)
    if cost != truth.read["billed"].get(key, goods[0].line.unit_cost_micro):
        plan.create(
            "purchasing.BilledPrice",
            receipt_id=key[0],
            purchase_line_id=key[1],
            unit_cost_micro=cost,
            reference=number,
        )


def _mention_all(plan: Plan, truth: Truth, receipts: Iterable[int | None]) -> None:
    plan.mention(*(("receipt", pk) for pk in sorted({pk for pk in receipts if pk is not None})))
    plan.mention(*(("purchase_order", pk) for pk in sorted(truth.documents["purchasing.PurchaseOrder"])))
