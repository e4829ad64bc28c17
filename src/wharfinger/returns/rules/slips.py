"""Pure decisions about the slip of an RMA: that it goes to the customer, and that goods are asked for once more."""

from __future__ import annotations

from datetime import date
from typing import Any

from wharfinger.base.refusal import N_, Refusal
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.returns.rules import rma_of
from wharfinger.returns.rules.allowed import check_approved
from wharfinger.sales.rules.sending import LETTER, Letter, told

SOON, LATE = 1, 2


def level_on(day: date, due: date) -> int:
    """Which reminder a day asks for: the one before goods are due, or the one after."""
    return LATE if day > due else SOON


def plan_send_slip(truth: Truth, *, rma: int, letter: Letter | None) -> Plan:
    """Send the slip of an approved RMA by mail, or say that somebody did it by hand."""
    plan = Plan()
    row = _with_slip(truth, rma)
    plan.change(row, sent_at=truth.now)
    plan.notes[LETTER] = told(truth, letter, {"rma": rma})
    plan.mention(row)
    return plan


def plan_remind(truth: Truth, *, rma: int, letter: Letter) -> Plan:
    """Remind the customer of goods that have not come: once before they are due, and once after."""
    plan = Plan()
    row = _with_slip(truth, rma)
    if row.due_on is None:
        raise Refusal("no_due_day", N_("{number} has no day on which its goods are due."), number=row.number)
    lines = [one for one in truth.documents["returns.RmaLine"].values() if one.void_id is None]
    if all(truth.read["received"].get(one.pk, 0) >= one.quantity for one in lines):
        raise Refusal("nothing_missing", N_("All goods of {number} are here already."), number=row.number)
    level = level_on(truth.today, row.due_on)
    if level in truth.read["reminded"]:
        raise Refusal(
            "reminded_already",
            N_("{number} was reminded of already. The next time is after its goods were due.")
            if level == SOON
            else N_("{number} was reminded of already, before its goods were due and after."),
            number=row.number,
        )
    plan.change(row, sent_at=truth.now)
    plan.create("returns.RmaReminder", rma_id=row.pk, level=level)
    plan.notes[LETTER] = told(truth, letter, {"rma": rma}) | {
        "reminder": level,
        "due_on": row.due_on.isoformat(),
    }
    plan.mention(row)
    return plan


def _with_slip(truth: Truth, rma: int) -> Any:
    row = rma_of(truth, rma)
    if not row.authorized:
        raise Refusal(
            "no_slip", N_("{number} came without RMA, so there is no slip to send."), number=row.number
        )
    check_approved(row)
    return row
