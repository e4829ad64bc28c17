"""Pure decisions about purchase orders that are drafted: submitting, cancelling, closing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from wharfinger.base.refusal import N_, NotThere, Refusal, Remedy
from wharfinger.demand.rules import uncover
from wharfinger.ledger.plan import Held, PlaceRef, Plan, Truth, fixed, spot
from wharfinger.purchasing.rules.approving import asking, nothing_to_approve, sheets_of, unapproved


def plan_submit(truth: Truth, *, order: int) -> Plan:
    """Order the goods: the lines' wishes are covered, the vendor owes them, for customers and for stock.

    What nobody said when to expect is expected as many days later as this vendor takes for it, where that is known.
    """
    plan = Plan()
    row = draft_of(truth, order)
    lines = truth.read["purchase_lines"].values()
    if not lines:
        raise Refusal("no_lines", N_("The order has no lines yet. Add one first."), field="lines")
    drafted = drafted_by_line(truth)
    asks = unapproved(truth, row, lines, drafted)
    if asks:
        raise Refusal(
            "needs_approval",
            N_("This must be approved first: {skus}."),
            skus=", ".join(sorted({truth.read["products"][line.product_id].sku for line in asks})),
            remedies=[
                Remedy("approve", {"purchase_order": order}),
                *(
                    [Remedy("ask_purchase", {"purchase_order": order})]
                    if row.approval_asked_at is None
                    else ()
                ),
            ],
        )
    for line in lines:
        stock = line.quantity
        for held in truth.at(line.drafted_place_id):
            plan.move(held.spot, held.spot.at(fixed("covered")), held.quantity)
            order_goods(plan, truth, line, held.claim, held.quantity)
            stock -= held.quantity
        if stock:
            order_goods(plan, truth, line, 0, stock)
        lead = truth.read["lead_days"].get(line.pk, 0)
        if lead:
            # From the day it is ordered: a draft may lie for weeks.
            plan.change(line, expected_on=truth.effective_on + timedelta(days=lead))
    plan.change(
        row,
        submitted_at=truth.now,
        ordered_on=truth.effective_on,
        approval_asked_at=None,
        rejected_note="",
    )
    mention_lines(plan, truth)
    return plan


def plan_ask(truth: Truth, *, order: int) -> Plan:
    """Ask for the approval that a draft needs before it is submitted."""
    plan = Plan()
    row = draft_of(truth, order)
    if row.approval_asked_at is not None:
        raise Refusal(
            "already_asked",
            N_("{number} waits for approval already."),
            number=row.number,
            subject=f"purchase_order:{order}",
        )
    if not asking(truth, row):
        raise nothing_to_approve(row)
    asker = truth.actor or row.approval_asked_by_id
    plan.change(row, approval_asked_at=truth.now, approval_asked_by_id=asker, rejected_note="")
    plan.mention(row)
    return plan


def plan_send(truth: Truth, *, order: int) -> Plan:
    """Send an order to its vendor by mail; a draft is submitted by it, in the same entry."""
    row = live(truth, order)
    if not truth.read["vendor_mail"]:
        raise Refusal(
            "no_mail_address",
            N_("{vendor} has no mail address. Give it one, or submit the order and send it yourself."),
            field="vendor",
            vendor=truth.read["vendor_name"],
        )
    plan = plan_submit(truth, order=order) if row.submitted_at is None else Plan()
    if row.submitted_at is not None:
        plan.mention(row)
    plan.change(row, sent_at=truth.now)
    return plan


def order_goods(plan: Plan, truth: Truth, line: Any, claim: int, quantity: int) -> None:
    """Let the vendor owe so many of a line, to a customer's line or to stock."""
    promised = spot(truth.lot(line.product_id), PlaceRef(line.place_id, "on_order"), claim)
    plan.move(promised.at(fixed("vendor")), promised, quantity)


def plan_cancel(truth: Truth, *, order: int) -> Plan:
    """Cancel an order of which nothing has arrived: the customers' lines are to be ordered again."""
    plan = Plan()
    row = live(truth, order)
    if row.submitted_at is not None and truth.read["arrived"]:
        raise Refusal(
            "partly_received",
            N_("Part of {number} has arrived. Close what is still on order instead."),
            number=row.number,
            remedies=[Remedy("close", {"purchase_order": order})],
        )
    for line in truth.read["purchase_lines"].values():
        for held in truth.at(line.drafted_place_id):
            plan.move(held.spot, held.spot.at(fixed("to_order")), held.quantity)
        _take_off(plan, truth, line)
    plan.change(row, cancelled_at=truth.now, approval_asked_at=None, asked_change=None)
    mention_lines(plan, truth)
    return plan


def plan_close(truth: Truth, *, order: int, lines: Sequence[int] | None) -> Plan:
    """Expect no more of an order, or of some of its lines; who waits for it is to be ordered again."""
    plan = Plan()
    row = live(truth, order)
    if row.submitted_at is None:
        raise Refusal(
            "not_submitted", N_("{number} is not submitted yet. Cancel it instead."), number=row.number
        )
    known = truth.read["purchase_lines"]
    for n, pk in enumerate(lines or ()):
        if pk not in known:
            raise NotThere(
                "no_such_purchase_line", N_("There is no such line on this order."), field=f"lines.{n}"
            )
    for line in known.values():
        if lines is None or line.pk in lines:
            _take_off(plan, truth, line)
    if not plan.steps:
        raise Refusal("nothing_on_order", N_("Nothing of this is on order any more."))
    if not any(h.quantity for line in known.values() for h in truth.at(line.place_id)):
        plan.change(row, closed_at=truth.now, approval_asked_at=None, asked_change=None)
    mention_lines(plan, truth)
    return plan


def _take_off(plan: Plan, truth: Truth, line: Any) -> None:
    for held in truth.at(line.place_id):
        take_off(plan, truth, held, held.quantity)


def take_off(plan: Plan, truth: Truth, held: Held, units: int) -> None:
    """Expect so many fewer of what is on order; whom they were meant for is to be ordered for again."""
    plan.move(held.spot, held.spot.at(fixed("vendor")), units)
    held.quantity -= units
    if held.claim:
        uncover(plan, truth, held.claim, units, wanted_as(truth, held.claim))


def wanted_as(truth: Truth, claim: int) -> str:
    """How a line wants what it no longer has on order: to be bought, or as it is quoted and not firm yet."""
    sheet = truth.read["lines"][claim].sheet
    firm = sheet.kind != "quote" and (sheet.kind != "order" or sheet.order.confirmed_at is not None)
    return "to_order" if firm else "quoted"


def draft_of(truth: Truth, order: int) -> Any:
    """The order, if it may still be changed; raises Refusal otherwise."""
    row = live(truth, order)
    if row.submitted_at is not None:
        raise Refusal(
            "already_submitted",
            N_("{number} is submitted already."),
            number=row.number,
            subject=f"purchase_order:{order}",
        )
    return row


def live(truth: Truth, order: int) -> Any:
    """The order, if it is neither undone nor cancelled nor closed; raises Refusal otherwise."""
    row = truth.documents["purchasing.PurchaseOrder"].get(order)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_purchase_order", N_("There is no such purchase order."))
    if row.cancelled_at is not None:
        raise Refusal(
            "purchase_cancelled",
            N_("{number} is cancelled. Make a new one."),
            number=row.number,
            subject=f"purchase_order:{order}",
        )
    if row.closed_at is not None:
        raise Refusal(
            "purchase_closed",
            N_("{number} is closed. Make a new one."),
            number=row.number,
            subject=f"purchase_order:{order}",
        )
    return row


def drafted_by_line(truth: Truth) -> dict[int, dict[int, int]]:
    """By line of the order, how many are drafted for which claim."""
    return {
        line.pk: {h.claim: h.quantity for h in truth.at(line.drafted_place_id)}
        for line in truth.read["purchase_lines"].values()
    }


def mention_lines(plan: Plan, truth: Truth) -> None:
    """Let the journal of the orders and of every document whose lines they serve show the entry."""
    plan.mention(*truth.documents["purchasing.PurchaseOrder"].values())
    for line in truth.read["lines"].values():
        plan.mention(*sheets_of(line))
