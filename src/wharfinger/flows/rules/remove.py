"""Pure decision about goods that come off a job: they are ours again, and what was invoiced of them is credited."""

from __future__ import annotations

from collections.abc import Sequence

from wharfinger.billing.rules.credits import cover_of
from wharfinger.billing.rules.credits import credit as add_credit
from wharfinger.billing.rules.drafts import TooMuch, lessen, too_much
from wharfinger.demand import rules as demand
from wharfinger.demand.rules import kits
from wharfinger.demand.rules.waiving import never_billed
from wharfinger.devices.rules.parts import along
from wharfinger.flows.rules.crediting import require_credit
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.work.rules.providing import Removal, take_off

THEIRS = ("customer", "rented")


def plan_remove(
    truth: Truth,
    *,
    work_order: int,
    removals: Sequence[Removal],
    reason: str,
    credit: bool,
    may_credit: bool,
    parts: bool = True,
) -> Plan:
    """Take goods back to the bins they came from; they are billed no more, and credited where they were.

    parts: whether parts of what comes off come off as well, as far as this work handed them over.
    Raises BadInput where somebody declines the credit note without a reason.
    """
    plan = Plan()
    much: dict[int, TooMuch] = {}
    taken = take_off(plan, truth, work_order=work_order, removals=removals)
    if parts and (further := _parts(plan, truth)):
        for line, units in take_off(plan, truth, work_order=work_order, removals=further).items():
            taken[line] = taken.get(line, 0) + units
    for line, units in taken.items():
        one = kits.billed(truth, line, units, THEIRS)
        found = too_much(truth, one.line, one.units, one.kept - _never_billed(truth, line))
        lessen(plan, truth, {one.line: found.off})
        # The components of a kit come off each by itself, the kit is credited once.
        much[one.line] = max(found, much.get(one.line, found))
        demand.advance(plan, truth, one.line, ("to_bill",), "waived", one.units - found.credit)
    wanted = [part for line, one in much.items() for part in cover_of(truth, line, one.credit)]
    if require_credit(wanted, reason=reason, credit=credit, may_credit=may_credit):
        add_credit(plan, truth, wanted, reason=reason)
    return plan


def _parts(plan: Plan, truth: Truth) -> list[Removal]:
    """The parts of what came off that this work handed over, and that can go back the way they came."""
    found = []
    for part in along(truth.read["parts"], plan.steps, THEIRS):
        held = next((h for h in truth.of_claim(part.claim, ("customer",)) if h.lot == part.lot), None)
        came = truth.incoming.get(held.id, ()) if held is not None else ()
        if any(move.left and move.source.kind in ("bin", "ready") for move in came):
            found.append(Removal(part.claim, 1, lots=(part.lot,)))
    return found


def _never_billed(truth: Truth, line: int) -> int:
    """How many units that the customer still has are a partner's, or lent: they keep none of ours from being credited."""
    moves = (move for held in truth.of_claim(line, THEIRS) for move in truth.incoming.get(held.id, ()))
    return never_billed(truth, line, {move.entry for move in moves if move.left})
