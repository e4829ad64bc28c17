"""Pure decision about an order that is re-opened: afterwards it is as freshly confirmed."""

from __future__ import annotations

from typing import Any

from wharfinger.base.refusal import N_, NotThere, Refusal
from wharfinger.billing.rules.credits import cover_of, credit
from wharfinger.billing.rules.drafts import lessen, on_drafts
from wharfinger.demand import rules as demand
from wharfinger.fulfilment.rules.taking_back import Return, clear_containers
from wharfinger.ledger.plan import PlaceRef, Plan, Spot, Truth, fixed, spot
from wharfinger.ledger.reverse import reverse_draws

GONE = ("customer", "in_transit", "container", "picked")
"""Where goods of an order stand that are to come back, from the farthest to the nearest."""
ELSEWHERE = ("returns", "bench", "at_vendor", "rented", "quarantine", "transfer")
GOODS = (*GONE, "bin", "ready", "on_order", *ELSEWHERE)


def plan_reopen(truth: Truth, *, order: int, may_credit: bool) -> Plan:
    """Take back everything that was done for an order, newest first, and touch nothing but its own lines.

    Posted invoices get their cancelling credit notes, drafts bill nothing of it, and what was paid stays the
    customer's credit; goods come back to the bins they left and are free; the lines want them again. Purchase
    orders stay.
    Raises Refusal, naming it, where a unit has since gone elsewhere.
    """
    plan = Plan()
    row = truth.documents["sales.Order"].get(order)
    if row is None:
        raise NotThere("no_such_order", N_("There is no such sales order."))
    if row.confirmed_at is None:
        raise Refusal("not_confirmed", N_("This order is not confirmed, so there is nothing to re-open."))
    lines = truth.read["lines"]
    for line in lines.values():
        _nothing_elsewhere(truth, line)
    _credit_all(plan, truth, may_credit)
    home = Return(plan, truth.read["ways"], frozenset({"bin", "ready"}))
    routes = demand.route(
        truth,
        [(line.product_id, line.quantity) for line in lines.values()],
        {line.product_id: line.approved_minor for line in lines.values() if line.approved_minor is not None},
    )
    for line in lines.values():
        released = _bring_home(plan, truth, home, line)
        _want_again(
            plan, truth, line, routes[line.product_id], released, was_cancelled=row.cancelled_at is not None
        )
    reverse_draws(plan, truth.read["draws"], home.taken)
    clear_containers(plan, truth, home.back)
    plan.change(row, fulfilled_at=None, cancelled_at=None)
    if not plan.steps and not plan.changes:
        raise Refusal(
            "nothing_to_reopen", N_("Nothing was done for this order yet, so there is nothing to take back.")
        )
    plan.mention(*truth.documents["demand.Sheet"].values())
    return plan


def _nothing_elsewhere(truth: Truth, line: Any) -> None:
    """Every unit that covers a line must still be the line's, where this order can take it back."""
    missing = truth.quantity_of(line.pk, ("covered",)) - truth.quantity_of(line.pk, GOODS)
    away = [h for h in truth.held if h.claim == line.pk and h.kind in ELSEWHERE and h.quantity > 0]
    if not away and missing <= 0:
        return
    codes = [h.code for h in away if h.code] or _codes_gone(truth, line.pk)
    raise Refusal(
        "gone_elsewhere",
        N_("{name} has since gone elsewhere. Take that back first."),
        product=line.product_id,
        line=line.pk,
        name=", ".join(codes) or line.description,
    )


def _codes_gone(truth: Truth, claim: int) -> list[str]:
    held = {h.spot: h.quantity for h in truth.held}
    return [
        truth.read["codes"].get(at.lot, "")
        for at, ways in truth.read["ways"].items()
        if at.claim == claim and at.serial and sum(way.left for way in ways) > held.get(at, 0)
    ]


def _credit_all(plan: Plan, truth: Truth, may_credit: bool) -> None:
    lines = truth.read["lines"]
    lessen(plan, truth, {line: on_drafts(truth, line) for line in lines})
    wanted = [
        part for line in lines for part in cover_of(truth, line, truth.quantity_of(line, ("invoiced",)))
    ]
    if wanted and not may_credit:
        raise Refusal(
            "credit_first", N_("This order is invoiced. Somebody who may credit has to re-open it.")
        )
    credit(plan, truth, wanted, reason="", bill_again=True)


def _bring_home(plan: Plan, truth: Truth, home: Return, line: Any) -> int:
    """Bring a line's goods back to their bins and free them; how many units the line no longer has."""
    before = len(home.back)
    released = 0
    in_bins: dict[Spot, int] = {}
    for held in truth.of_claim(line.pk, GONE):
        went = home.send(held.spot, held.quantity, line.pk)
        rest = held.quantity - went
        if rest and held.kind in ("customer", "in_transit"):
            raise Refusal(
                "came_otherwise",
                N_("{name} did not leave from our stock. Take it back by a return first."),
                product=line.product_id,
                line=line.pk,
                name=held.code or line.description,
            )
        if rest:
            plan.move(
                held.spot,
                held.spot.at(PlaceRef(truth.read["homes"][held.location], "bin")).for_claim(0),
                rest,
            )
            released += rest
    for held in truth.of_claim(line.pk, ("bin",)):
        in_bins[held.spot] = in_bins.get(held.spot, 0) + held.quantity
    for one in home.back[before:]:
        if one.spot.kind == "ready":
            continue
        if one.spot.claim == 0:
            released += one.quantity
        else:
            in_bins[one.spot] = in_bins.get(one.spot, 0) + one.quantity
    for at, quantity in in_bins.items():
        plan.move(at, at.for_claim(0), quantity)
        released += quantity
    return released


def _want_again(plan: Plan, truth: Truth, line: Any, to: str, released: int, *, was_cancelled: bool) -> None:
    """Let the line want what it no longer has, and let all of it be billed."""
    dropped = ("dropped",) if was_cancelled else ()
    if to == "ready":
        again = demand.advance(plan, truth, line.pk, ("returned", *dropped), "covered")
        if again:
            loose = truth.lot(line.product_id)
            plan.move(spot(loose, fixed("provided"), line.pk), spot(loose, fixed("ready"), line.pk), again)
    else:
        if released:
            demand.uncover(plan, truth, line.pk, released, to)
        demand.advance(plan, truth, line.pk, ("returned", *dropped, "demand", "to_approve", "to_order"), to)
    demand.advance(plan, truth, line.pk, ("credited", "waived"), "to_bill")
