"""Pure decisions about what is asked for a unit whose old one is kept, and what comes of that once it is back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from wharfinger.base.refusal import N_, Refusal
from wharfinger.devices.rules import WITH_CUSTOMER
from wharfinger.ledger.plan import Plan, Truth, fixed
from wharfinger.returns.rules.ahead import by_line, kept
from wharfinger.returns.rules.settling import give_credit


def plan_charge(truth: Truth, *, rma: int, before: date | None) -> Plan:
    """Let be billed what left first and whose old units are not back, at the price that was agreed.

    before: only what was to be back before that day. Of what has not reached the customer nothing is charged.
    """
    plan = Plan()
    row = truth.documents["returns.Rma"][rma]
    for pk, rows in by_line(truth).items():
        line = truth.documents["returns.RmaLine"][pk]
        still = kept(line, rows, truth.read["received"].get(pk, 0))
        for one in rows:
            if before is None or one.back_by < before:
                _charge(plan, truth, one, still[one.pk] - one.charged_quantity)
    if not plan.steps:
        raise Refusal(
            "nothing_kept",
            N_(
                "Nothing of {number} is to be charged: what left first is paid for, or its old units are back."
            ),
            number=row.number,
        )
    plan.mention(row, *truth.documents["demand.Sheet"].values())
    return plan


def _charge(plan: Plan, truth: Truth, row: Any, units: int) -> None:
    theirs = truth.quantity_of(row.line_id, WITH_CUSTOMER) - row.charged_quantity
    left = units = min(units, theirs)
    if units <= 0:
        return
    for held in truth.of_claim(row.line_id, ("waived",)):
        part = min(left, held.quantity)
        if part:
            plan.move(held.spot, held.spot.at(fixed("to_bill")), part)
            held.quantity -= part
            left -= part
    units -= left
    if units:
        plan.change(truth.read["lines"][row.line_id], unit_price_micro=row.charge_micro, price_typed=True)
        plan.change(row, charged_quantity=row.charged_quantity + units)


def credit_what_came(plan: Plan, truth: Truth, arrived: Mapping[int, int], reason: str) -> None:
    """Take back what was charged for units whose old ones come after all: credited where it is invoiced, else not billed.

    arrived: by line of the return, how many come now. That was agreed when the new ones left, so nobody needs a right
    of their own.
    """
    for pk, rows in by_line(truth).items():
        line = truth.documents["returns.RmaLine"][pk]
        still = kept(line, rows, truth.read["received"].get(pk, 0) + arrived.get(pk, 0))
        for one in rows:
            units = one.charged_quantity - still[one.pk]
            if units > 0:
                give_credit(plan, truth, one.line_id, units, reason=reason, may_credit=True, field="lines")
                plan.change(one, charged_quantity=one.charged_quantity - units)
