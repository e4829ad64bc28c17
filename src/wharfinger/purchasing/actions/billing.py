"""Enter what vendors bill, accept what differs, take a bill back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.base.words import tidy
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization
from wharfinger.pricing.queries import read_rates
from wharfinger.purchasing.models import PurchaseOrder, Receipt, ReceiptCost, VendorBill
from wharfinger.purchasing.queries import arrived, billed, paying
from wharfinger.purchasing.queries import truth as reads
from wharfinger.purchasing.rules import billing
from wharfinger.purchasing.rules.billing import Bill
from wharfinger.purchasing.rules.paying import PaidAtOnce
from wharfinger.stock.queries.truth import read_layer_dates


def enter_bill(*, actor: Actor, bill: Bill, key: str | None = None) -> Written:
    """Write down what a vendor bills; within the tolerance it is accepted in the same entry.

    A line that names no receipt is of whichever brings it; what has not come waits for it.
    What is accepted makes its goods as dear as they were billed, and lands freight beyond that of the orders.
    One that is accepted is paid in the same entry where that is wished; it is taken back after its payment.
    Raises Refusal when it is of several vendors or currencies, or its number is entered already.
    """
    require(actor, "purchasing.bill")
    require(actor, "catalog.see_cost")
    if bill.pay is not None:
        require(actor, "purchasing.pay")
    bill = _checked(bill)
    lines = {one.purchase_line for one in bill.lines}
    anywhere = {one.purchase_line for one in bill.lines if one.receipt is None}
    named = Receipt.objects.filter(pk__in={one.receipt for one in bill.lines if one.receipt is not None})
    receipts = dict(named.values_list("pk", "made"))
    wish = _wish(lines, receipts, anywhere)
    wish = replace(
        wish,
        documents=[(Organization, billed.vendors_of(lines)), *wish.documents],
        reads=(
            *wish.reads,
            billed.read_billed(lines),
            billed.read_number(bill.number),
            paying.read_terms,
            _read_rates,
        ),
    )
    plan = partial(billing.plan_enter_bill, bill=bill, beyond=actor.may("purchasing.accept_bill"))
    return post("enter_bill", wish, plan, actor=actor, key=key, reason=bill.note)


def accept_bill(*, actor: Actor, bill: int, note: str = "", key: str | None = None) -> Written:
    """Accept a bill with what is off, and say why; who entered it does not, unless people decide about their own.

    A bill that has come to be what was received needs no reason, and anybody who may accept does.
    """
    require(actor, "purchasing.accept_bill")
    require(actor, "catalog.see_cost")
    note = tidy(note, field="note", most=500, needed=False)
    plan = partial(billing.plan_accept_bill, bill=bill, note=note)
    return post("accept_bill", _wish_of(bill), plan, actor=actor, key=key, reason=note)


def cancel_bill(*, actor: Actor, bill: int, reason: str = "", key: str | None = None) -> Written:
    """Take a bill back: prices and freight that it brought go with it, and what it billed is to be billed again."""
    require(actor, "purchasing.bill")
    require(actor, "catalog.see_cost")
    reason = tidy(reason, field="reason", most=1000, needed=False)
    plan = partial(billing.plan_cancel_bill, bill=bill)
    wish = _wish_of(bill)
    wish = replace(wish, reads=(*wish.reads, paying.read_posted))
    return post("cancel_bill", wish, plan, actor=actor, key=key, reason=reason)


def _checked(bill: Bill) -> Bill:
    if not bill.lines:
        raise BadInput("no_lines", N_("Choose at least one line."), field="lines")
    anywhere = {one.purchase_line for one in bill.lines if one.receipt is None}
    keys = {(None if one.purchase_line in anywhere else one.receipt, one.purchase_line) for one in bill.lines}
    if len(keys) != len(bill.lines):
        raise BadInput("line_twice", N_("A line stands there twice. Send it once."), field="lines")
    for n, one in enumerate(bill.lines):
        if one.quantity <= 0:
            raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"lines.{n}.quantity")
    for name in ("freight", "tax"):
        if getattr(bill, f"{name}_minor") < 0:
            raise BadInput("below_zero", N_("Give an amount that is not below zero."), field=name)
    return replace(
        bill,
        number=tidy(bill.number, field="number", most=60),
        note=tidy(bill.note, field="note", most=500, needed=False),
        pay=_checked_payment(bill.pay) if bill.pay is not None else None,
    )


def _checked_payment(paid: PaidAtOnce) -> PaidAtOnce:
    if paid.discount_minor < 0:
        raise BadInput("below_zero", N_("Give an amount that is not below zero."), field="pay.discount")
    return replace(
        paid,
        method=tidy(paid.method, field="method", most=40, needed=False),
        reference=tidy(paid.reference, field="reference", most=100, needed=False),
    )


def _wish_of(bill: int) -> Wish:
    # Which orders' lines a bill is of never changes, so these may say what is locked.
    rows = billed.lines_of(bill)
    if not rows:
        raise NotThere("no_such_bill", N_("There is no such bill."))
    lines = {one.purchase_line_id for one in rows}
    named = {one.receipt.pk: one.receipt.made_id for one in rows if one.receipt is not None}
    anywhere = {one.purchase_line_id for one in rows if one.receipt is None}
    wish = _wish(lines, named, anywhere)
    return replace(
        wish,
        documents=[*wish.documents, (ReceiptCost, billed.costs_of(bill)), (VendorBill, [bill])],
        reads=(*wish.reads, billed.read_billed(lines, bill), billed.read_lines(bill)),
    )


def _wish(lines: Collection[int], named: Mapping[int, int], anywhere: Collection[int]) -> Wish:
    """What acts about bills lock and read: these lines, and these receipts with the entries that made them.

    anywhere: the lines among them that are of whichever receipt brings them; one that comes meanwhile is not counted on.
    """
    receipts = {**named, **(billed.receipts_of(anywhere) if anywhere else {})}
    entries = list(receipts.values())
    # The moves of an entry never change, so they may say what is locked.
    products = {move.source.product for move in arrived.receipt_moves(entries)}
    products |= billed.products_of(anywhere) if anywhere else set()
    return Wish(
        documents=[(PurchaseOrder, reads.orders_of(lines)), (Receipt, sorted(receipts))],
        first=billed.read_bought(lines),
        products=products,
        # The layers are the receipts' own, of single units among them; they are read below.
        layers=_none,
        reads=(arrived.read_landed(entries), read_layer_dates),
    )


def _read_rates(truth: Truth) -> None:
    read_rates(truth, {order.currency for order in truth.documents["purchasing.PurchaseOrder"].values()})


def _none(_truth: Truth) -> list[int]:
    return []
