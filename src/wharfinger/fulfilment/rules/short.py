"""Pure decisions about goods that are not in the bin where the books have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from wharfinger.base.refusal import N_, NotThere, Refusal
from wharfinger.demand import rules as demand
from wharfinger.fulfilment.rules import Pick, mention_lines, named, require_firm
from wharfinger.fulfilment.rules.picking import plan_pick
from wharfinger.ledger.plan import Held, PlaceRef, Plan, Truth
from wharfinger.stock import rules as stock
from wharfinger.stock.rules import taken_from
from wharfinger.stock.rules.reasons import Why, give


@dataclass(frozen=True, slots=True)
class Short:
    """So many units that are not in the bin where the books have them, and what comes next."""

    line: int
    bin: int
    """The place of the bin."""
    quantity: int
    serials: tuple[str, ...] = ()
    batch: str = ""
    then: str = ""
    """``again``: others of this location serve; ``order``: they are bought; nothing: the line wants them."""


class Lack(NamedTuple):
    """What is missing, and the reason that is given for it."""

    short: Short
    why: Why


def plan_pick_short(truth: Truth, *, picks: Sequence[Pick], lacks: Sequence[Lack]) -> Plan:
    """Take goods out of their bins for lines, and set aside what is missing there, in one act."""
    plan = Plan()
    for n, (short, why) in enumerate(lacks):
        line = truth.read["lines"].get(short.line)
        if line is None:
            raise NotThere("no_such_line", N_("There is no such line."), field=f"short.{n}.line")
        require_firm(truth, line, f"short.{n}.line")
        set_aside(plan, truth, short, why, before=f"short.{n}.")
    if picks:
        picked = plan_pick(truth, picks=picks)
        picked.steps = [step._replace(verb=step.verb or "pick") for step in picked.steps]
        plan.then(picked)
    mention_lines(plan, truth)
    return plan


def set_aside(
    plan: Plan, truth: Truth, short: Short, why: Why, *, location: int | None = None, before: str = ""
) -> None:
    """Set aside, free, what is missing from a bin; its line gets others of the location, or wants them again.

    Nobody adjusts stock by picking: what is missing stands aside until somebody finds or writes it off. location: the
    place of the location in which is picked, of the bin's own where none is named; before: what the names of the
    fields begin with.
    """
    line = truth.read["lines"][short.line]
    lots = _lots(truth, line, short, before)
    there = [
        h for h in truth.of_claim(line.pk, ("bin",)) if h.place == short.bin and (not lots or h.lot in lots)
    ]
    at_hand = sum(h.quantity for h in there)
    if at_hand < short.quantity:
        raise Refusal(
            "not_reserved_there",
            N_("{wanted} cannot be missing: the books have {free} of this line in that bin."),
            field=f"{before}quantity",
            wanted=short.quantity,
            free=at_hand,
            product=line.product_id,
        )
    at = location or there[0].location
    assert at is not None, "a bin is at a location"
    aside = PlaceRef(truth.read["quarantines"][at], "quarantine")
    for held, part in taken_from(there, short.quantity):
        plan.move(held.spot, held.spot.for_claim(0).at(aside), part)
    found = _others(plan, truth, line, at, short, before) if short.then == "again" else 0
    if found < short.quantity:
        to = _bought(truth, line) if short.then == "order" else "demand"
        demand.uncover(plan, truth, line.pk, short.quantity - found, to)
    plan.mention(("product", line.product_id))
    give(plan, truth, why, before=before)


def _lots(truth: Truth, line: Any, short: Short, before: str) -> tuple[int, ...]:
    """Which units or batch are missing, where somebody says so."""
    pick = Pick(line.pk, short.quantity, serials=short.serials, batch=short.batch)
    try:
        return named(truth, line, pick, 0).lots
    except Refusal as refusal:
        refusal.field = f"{before}serials" if short.serials else f"{before}batch"
        raise


def _others(plan: Plan, truth: Truth, line: Any, location: int, short: Short, before: str) -> int:
    """Let a line have others of its location in place of what is missing, as many as are free."""
    free = [h for h in truth.free if h.location == location and h.place != short.bin]
    units = min(short.quantity, stock.at_hand(free, line.product_id, channels=None, fresh_on=truth.today))
    if not units:
        raise Refusal(
            "nothing_elsewhere",
            N_("Nothing more of it is free at this location. Order it, or leave it wanted."),
            field=f"{before}then",
            product=line.product_id,
        )
    chosen = stock.choose(free, line.product_id, units, fresh_on=truth.today, field=f"{before}then")
    demand.take(plan, chosen, line.pk)
    # Whoever has found the others already takes them in the same act.
    truth.held += [
        Held(0, held.spot.for_claim(line.pk), part, held.location, held.sequence, held.code, held.expires_on)
        for held, part in chosen
    ]
    return units


def _bought(truth: Truth, line: Any) -> str:
    """To which wish goes what is to be bought in place of what is missing."""
    order = line.order_id or line.sheet_id
    together = [
        one
        for one in truth.read["together"]
        if one.product_id == line.product_id and (one.order_id or one.sheet_id) == order
    ]
    approved = sum(one.approved_minor or 0 for one in together)
    wanted = [(one.product_id, one.quantity) for one in together]
    to = demand.route(truth, wanted, {line.product_id: approved} if approved else None)[line.product_id]
    return to if to in ("to_approve", "to_order") else "demand"
