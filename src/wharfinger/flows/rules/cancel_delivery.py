"""Pure decision about a cancelled delivery: goods come back, and what was invoiced of them is credited."""

from __future__ import annotations

from collections.abc import Sequence

from wharfinger.billing.rules.credits import cover_of
from wharfinger.billing.rules.credits import credit as add_credit
from wharfinger.billing.rules.drafts import TooMuch, lessen, too_much
from wharfinger.demand.rules import kits
from wharfinger.demand.rules.waiving import never_billed
from wharfinger.devices.rules.parts import along
from wharfinger.flows.rules.crediting import require_credit
from wharfinger.fulfilment.rules import Pick, taking_back
from wharfinger.ledger.plan import Plan, Truth

GONE = ("in_transit", "customer")
"""Where goods stand that were delivered."""


def plan_cancel_delivery(
    truth: Truth,
    *,
    picks: Sequence[Pick],
    containers: Sequence[int],
    reason: str,
    credit: bool,
    may_credit: bool,
    parts: bool = True,
) -> Plan:
    """Take units back to where they were ready, and credit what is invoiced without being delivered.

    Their bills are to be invoiced again once they are delivered; drafts bill that much less. Raises BadInput
    where somebody declines the credit note without a reason.
    """
    plan = Plan()
    back = taking_back.cancel_delivery(plan, truth, picks=picks, containers=containers)
    if parts and (further := _parts(plan, truth)):
        back += taking_back.cancel_delivery(plan, truth, picks=further, containers=())
    units: dict[int, int] = {}
    for one in back:
        units[one.claim] = units.get(one.claim, 0) + one.quantity
    much: dict[int, TooMuch] = {}
    for claim, quantity in units.items():
        line, found = _too_much_invoiced(truth, claim, quantity)
        # The components of a kit come back each by itself, the kit is credited once.
        much[line] = max(found, much.get(line, found))
    lessen(plan, truth, {line: one.off for line, one in much.items()})
    wanted = [part for line, one in much.items() for part in cover_of(truth, line, one.credit)]
    if require_credit(wanted, reason=reason, credit=credit, may_credit=may_credit):
        add_credit(plan, truth, wanted, reason=reason, bill_again=True)
    return plan


def _parts(plan: Plan, truth: Truth) -> list[Pick]:
    """The parts of what came back that lines at hand delivered, and that can go back the way they came."""
    home = taking_back.Return(plan, truth.read["ways"], taking_back.READY)
    there = {h.lot: h for h in truth.held if h.spot.serial and h.kind in GONE and h.quantity}
    return [
        Pick(part.claim, 1, lots=(part.lot,))
        for part in along(truth.read["parts"], plan.steps, GONE)
        if part.claim in truth.read["lines"] and part.lot in there and home.reach(there[part.lot].spot)
    ]


def _too_much_invoiced(truth: Truth, claim: int, quantity: int) -> tuple[int, TooMuch]:
    """By which line units that came back are invoiced, and how much more of it than is still delivered."""
    one = kits.billed(truth, claim, quantity, GONE)
    return one.line, too_much(truth, one.line, one.units, one.kept - _partners(truth, claim))


def _partners(truth: Truth, claim: int) -> int:
    """How many delivered units were a partner's: whoever delivered them waived their bills in the same entry."""
    ways = (one for spot, came in truth.read["ways"].items() if spot.claim == claim for one in came)
    return never_billed(truth, claim, {way.entry for way in ways})
