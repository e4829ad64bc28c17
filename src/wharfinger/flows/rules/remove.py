"""Pure decision about goods that come off a job: they are ours again, and what was invoiced of them is credited."""

from __future__ import annotations

from collections.abc import Sequence

from wharfinger.billing.rules.credits import Credit, cover_of
from wharfinger.billing.rules.credits import credit as add_credit
from wharfinger.demand import rules as demand
from wharfinger.flows.rules.crediting import require_credit
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.work.rules import Removal, take_off


def plan_remove(
    truth: Truth,
    *,
    work_order: int,
    removals: Sequence[Removal],
    reason: str,
    credit: bool,
    may_credit: bool,
) -> Plan:
    """Take goods back to the bins they came from; they are billed no more, and credited where they were.

    Raises BadInput where somebody declines the credit note without a reason.
    """
    plan = Plan()
    wanted: list[Credit] = []
    for line, units in take_off(plan, truth, work_order=work_order, removals=removals).items():
        kept = truth.quantity_of(line, ("customer",))
        invoiced = truth.quantity_of(line, ("invoiced",))
        too_much = min(units, max(0, invoiced - kept))
        wanted += cover_of(truth, line, too_much)
        demand.advance(plan, truth, line, ("to_bill",), "waived", units - too_much)
    if require_credit(wanted, reason=reason, credit=credit, may_credit=may_credit):
        add_credit(plan, truth, wanted, reason=reason)
    return plan
