"""Pure decisions about what a customer gets for goods that came back: credit, money, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wharfinger.base.access import lacks
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.worded import Amount
from wharfinger.billing.rules import Balance
from wharfinger.billing.rules.credits import cover_of
from wharfinger.billing.rules.credits import credit as add_credit
from wharfinger.billing.rules.drafts import lessen, on_drafts, too_much
from wharfinger.billing.rules.keeping_back import Kept, keep_back
from wharfinger.billing.rules.payments import refund_credit
from wharfinger.demand.rules import kits
from wharfinger.devices.rules import WITH_CUSTOMER
from wharfinger.fulfilment.rules import mention_lines
from wharfinger.ledger.plan import Plan, PostingStep, Truth, fixed
from wharfinger.returns.rules import ANSWERS, WITH_US, rma_line_of, rma_of
from wharfinger.returns.rules.ahead import Ahead, agreed
from wharfinger.returns.rules.allowed import Overruling, check_approved, not_received_yet
from wharfinger.returns.rules.replacing import (
    LIKE_FOR_LIKE,
    Instead,
    ToBill,
    ask_for,
    bill_at_once,
    credits_of,
    is_priced,
    nothing_came_yet,
    replace,
)
from wharfinger.stock.rules import price_issues

MONEY = ("credit", "refund", "store_credit")
GIVEN = (*MONEY, "replace")
"""The answers by which a customer gets something for goods."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is given for so many units of a return's line."""

    rma_line: int
    quantity: int
    answer: str
    amount_minor: int | None = None
    """What the credit is to come to, tax included; it must be what was billed for the units."""
    instead: Instead = LIKE_FOR_LIKE
    """What takes the place of the units, where they are replaced."""


def plan_settle(
    truth: Truth,
    *,
    rma: int,
    answers: Sequence[Answer],
    may_credit: bool,
    may_invoice: bool,
    overrule: str = "",
    kept: Sequence[Kept] = (),
) -> Plan:
    """Settle units of a return; what is invoiced of them is credited, what is not is not billed any more.

    What replaces them is reserved for the customer: at no price, or at its own with the old units credited and the new
    ones invoiced in the same entry. kept: a fee for taking them back, and the freight; money that goes back is less by
    them. Nothing is settled before the return is approved, and nothing is paid back or replaced before its goods are
    here, unless somebody overrules that: then the reason stays on the return.
    """
    plan = Plan()
    row = rma_of(truth, rma)
    check_approved(row)
    overruling = Overruling(overrule)
    back: list[PostingStep] = []
    to_bill: dict[int, ToBill] = {}
    for n, one in enumerate(answers):
        line = rma_line_of(truth, one.rma_line, f"lines.{n}.rma_line")
        if one.answer not in ANSWERS:
            raise BadInput("no_such_answer", N_("There is no such answer."), field=f"lines.{n}.answer")
        most = max(line.quantity, truth.read["received"].get(line.pk, 0)) - line.settled_quantity
        if one.quantity > most:
            raise Refusal(
                "settled_already",
                N_("{wanted} to settle, but only {free} are asked for or received and not settled yet."),
                field=f"lines.{n}.quantity",
                wanted=one.quantity,
                free=most,
                product=line.product_id,
            )
        ahead = None
        if one.answer in GIVEN:
            came = max(0, truth.read["received"].get(line.pk, 0) - line.settled_quantity)
            ahead = _ahead(truth, line, one, came, f"lines.{n}.instead")
            if came < one.quantity and ahead is None:
                early = nothing_came_yet if one.answer == "replace" else not_received_yet
                overruling.let(early(one.quantity, came, line.product_id, f"lines.{n}.quantity"))
        if one.answer in MONEY:
            back += _pay_back(plan, truth, line, one, n, row.number, may_credit)
        elif one.answer == "replace":
            _replace(plan, truth, row, line, one, n, may_credit, to_bill, ahead)
        plan.change(line, settled_quantity=line.settled_quantity + one.quantity, answer=one.answer)
        line.settled_quantity += one.quantity
    if any(one.instead.hand_over for one in answers):
        price_issues(plan, truth, lambda product: truth.products[product].cost_method)
    off = keep_back(plan, truth, kept)
    for p in back:
        less = off.pop(p.source, Balance())
        if p.amount_minor > less.minor:
            minor, home = p.amount_minor - less.minor, p.home_minor - less.home_minor
            refund_credit(plan, truth, p.source, minor, home, reference=row.number)
    bill_at_once(plan, truth, list(to_bill.values()), off, may_invoice=may_invoice)
    overruling.note(plan, truth, row)
    plan.mention(row)
    mention_lines(plan, truth)
    return plan


def _ahead(truth: Truth, line: Any, one: Answer, came: int, at: str) -> Ahead | None:
    """What is agreed where the unit that replaces another leaves first; raises Refusal where that cannot be."""
    if one.answer != "replace":
        return None
    back_by, charge = one.instead.back_by, one.instead.charge_micro
    if (back_by, charge) != (None, None) and is_priced(one.instead, line.product_id):
        raise BadInput(
            "paid_for_anyway",
            N_("What is replaced at a price is paid for anyway. Leave out the price, or the day."),
            field=f"{at}.back_by",
        )
    old = truth.read["lines"].get(line.line_id)
    return agreed(truth, line, old, came, one.quantity, back_by, charge, at)


def _replace(
    plan: Plan,
    truth: Truth,
    row: Any,
    line: Any,
    one: Answer,
    n: int,
    may_credit: bool,
    to_bill: dict[int, ToBill],
    ahead: Ahead | None,
) -> None:
    """Give other units for these; at a price they are billed as the old ones were, which are credited."""
    sheet, new = replace(plan, truth, row, line, one.quantity, one.instead, f"lines.{n}", ahead)
    if not is_priced(one.instead, line.product_id):
        return
    notes, postings = len(plan.creates.get("billing.CreditNote", ())), len(plan.postings)
    if line.line_id is not None:
        _pay_back(plan, truth, line, one, n, row.number, may_credit)
    if len(plan.creates.get("billing.CreditNote", ())) == notes:
        ask_for(plan, truth, new)
        return
    asked = to_bill.setdefault(sheet.pk, ToBill(sheet))
    asked.lines.append(new)
    asked.credits += credits_of(plan, postings)


def _pay_back(
    plan: Plan, truth: Truth, line: Any, one: Answer, n: int, number: str, may_credit: bool
) -> list[PostingStep]:
    """Credit what a customer gets for units; what of it was paid and goes back as money."""
    if line.line_id is None:
        raise Refusal(
            "never_sold",
            N_("We never sold these goods, so there is nothing to credit. Settle them without credit."),
            field=f"lines.{n}.answer",
        )
    if _credited_with_its_kit(truth, line.line_id, one.quantity, n):
        return []
    before = len(plan.creates.get("billing.CreditNote", ()))
    postings = len(plan.postings)
    give_credit(
        plan,
        truth,
        line.line_id,
        one.quantity,
        reason=number,
        may_credit=may_credit,
        field=f"lines.{n}.quantity",
    )
    notes = plan.creates.get("billing.CreditNote", [])[before:]
    total = sum(note["total_minor"] for note in notes)
    currency = truth.read["lines"][line.line_id].currency
    if one.amount_minor is not None and one.amount_minor != total:
        raise Refusal(
            "amount_differs",
            N_("The credit for {wanted} units comes to {total}. Credit another quantity instead."),
            field=f"lines.{n}.amount",
            wanted=one.quantity,
            product=line.product_id,
            total=Amount(total, currency),
        )
    if one.answer != "refund":
        return []
    paid = [p for p in plan.postings[postings:] if p.source.kind == "store_credit" and p.amount_minor]
    if not paid:
        raise Refusal(
            "nothing_paid",
            N_("Nothing was paid for these goods yet. Credit them instead."),
            field=f"lines.{n}.answer",
        )
    return paid


def _credited_with_its_kit(truth: Truth, line: int, quantity: int, n: int) -> bool:
    """Whether a component came back for a kit that is given back already.

    Raises Refusal while the customer has goods of the kit, which is credited with the last of them.
    """
    whole = kits.billed(truth, line, quantity, WITH_CUSTOMER)
    if whole.line == line or whole.units:
        return False
    row = truth.read["lines"][line]
    ended = truth.quantity_of(whole.line, ("credited", "waived"))
    if ended * row.ratio < truth.quantity_of(line, (*WITH_US, "returned")):
        raise Refusal(
            "kit_kept",
            N_("A kit is credited as one, with the last of its components. Settle these without credit."),
            field=f"lines.{n}.answer",
            line=line,
            kit=whole.line,
        )
    return True


def give_credit(
    plan: Plan, truth: Truth, line: int, quantity: int, *, reason: str, may_credit: bool, field: str
) -> None:
    """Credit units that came back, as far as more is invoiced than the customer has; the rest is billed no more.

    Components give their kit back once the customer has none of it. Raises Refusal where so many were
    neither invoiced nor are to be.
    """
    whole = kits.billed(truth, line, quantity, WITH_CUSTOMER)
    if whole.line != line and not whole.units:
        return
    line, quantity = whole.line, whole.units
    much = too_much(truth, line, quantity, whole.kept)
    drafted = on_drafts(truth, line)
    invoiced = truth.quantity_of(line, ("invoiced",)) - drafted
    to_bill = truth.quantity_of(line, ("to_bill", "offered"))
    # What is neither to be credited nor to be billed is on a draft, as far as one goes.
    off = min(drafted, max(much.off, quantity - to_bill - much.credit))
    lessen(plan, truth, {line: off})
    to_bill += off
    credited = max(much.credit, quantity - to_bill)
    if credited > invoiced:
        raise Refusal(
            "not_billed",
            N_("{wanted} to credit, but only {free} of this line are billed."),
            field=field,
            wanted=quantity,
            free=invoiced + to_bill,
            line=line,
        )
    if credited:
        if not may_credit:
            raise lacks("billing.credit")
        add_credit(plan, truth, cover_of(truth, line, credited), reason=reason)
    left = quantity - credited
    for held in truth.of_claim(line, ("to_bill", "offered")):
        units = min(left, held.quantity)
        if units:
            step = plan.move(held.spot, held.spot.at(fixed("waived")), units)
            plan.steps[step] = plan.steps[step]._replace(verb="settle")
            held.quantity -= units
            left -= units
