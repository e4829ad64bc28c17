"""Pure decisions about goods that one line holds and another asks for: ask, give way, keep."""

from __future__ import annotations

from typing import Any

from wharfinger.base.refusal import N_, NotThere, Refusal
from wharfinger.base.words import tidy
from wharfinger.demand import rules as demand
from wharfinger.demand.rules.amend import require_open
from wharfinger.ledger.plan import Held, Plan, Truth
from wharfinger.sales.rules.holds import end_of, set_ends
from wharfinger.stock.rules import expired_on, taken_from

LABEL = "sales.HoldRequest"


def plan_ask(
    truth: Truth, *, asking: int, holding: int, quantity: int, place: int | None = None, note: str = ""
) -> Plan:
    """Ask that goods which one line holds are given to another; nothing moves."""
    plan = Plan()
    wants, holds = _line(truth, asking, "asking"), _line(truth, holding, "holding")
    if wants.product_id != holds.product_id:
        raise Refusal(
            "other_product", N_("They hold another product. Choose a line of the same one."), field="asking"
        )
    if wants.sheet_id == holds.sheet_id:
        raise Refusal(
            "own_goods",
            N_("Both lines are on one document. Release the one and reserve for the other."),
            field="asking",
        )
    require_open(truth.read["standing"].get(wants.sheet_id))
    if truth.read["asked"]:
        raise Refusal(
            "asked_already", N_("They are asked already. Wait for the answer, or take the request back.")
        )
    _held(truth, wants, holds, quantity, place)
    still = truth.quantity_of(asking, demand.COVER_ORDER)
    if still < quantity:
        raise demand.more_than_wanted(asking, quantity, still)
    made = plan.create(
        LABEL,
        asking_id=asking,
        holding_id=holding,
        quantity=quantity,
        place_id=place,
        note=tidy(note, field="note", most=500, needed=False),
        asked_at=truth.now,
        asked_by_id=truth.actor,
        given_at=None,
        kept_at=None,
        answer="",
    )
    plan.mention(("hold_request", made), *truth.documents["demand.Sheet"].values())
    return plan


def plan_give(truth: Truth, *, request: int, quantity: int | None = None, answer: str = "") -> Plan:
    """Give way: goods pass from line to line where they stand, and so do the wishes that they cover.

    quantity: fewer than were asked for, or as many.
    """
    plan = Plan()
    row = open_request(truth, request)
    wants, holds = _line(truth, row.asking_id, "asking"), _line(truth, row.holding_id, "holding")
    require_open(truth.read["standing"].get(wants.sheet_id))
    units = row.quantity if quantity is None else quantity
    if units > row.quantity:
        raise Refusal(
            "more_than_asked",
            N_("Only {free} are asked for. Give no more."),
            field="quantity",
            wanted=units,
            free=row.quantity,
            product=wants.product_id,
        )
    there = _held(truth, wants, holds, units, row.place_id)
    demand.cover(plan, truth, wants.pk, units)
    for held, part in taken_from(there, units):
        plan.move(held.spot, held.spot.for_claim(wants.pk), part)
    demand.uncover(plan, truth, holds.pk, units, truth.read["falls_to"][holds.pk])
    if not truth.quantity_of(holds.pk, demand.HELD):
        demand.end_hold(plan, truth, holds.pk)
    if (quote := truth.documents["sales.Quote"].get(wants.sheet_id)) is not None:
        set_ends(plan, truth, {wants.pk: end_of(truth, quote)})
    plan.change(row, given_at=truth.now, quantity=units, answer=_answer(answer))
    plan.mention(*truth.documents["demand.Sheet"].values())
    return plan


def plan_keep(truth: Truth, *, request: int, answer: str = "") -> Plan:
    """Say no: the goods stay with the line that holds them."""
    plan = Plan()
    row = open_request(truth, request)
    plan.change(row, kept_at=truth.now, answer=_answer(answer))
    plan.mention(*truth.documents["demand.Sheet"].values())
    return plan


def open_request(truth: Truth, request: int) -> Any:
    """The request, while nobody has answered; raises NotThere or Refusal."""
    row = truth.documents[LABEL].get(request)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_request", N_("There is no such request, or it was taken back."))
    if row.given_at is not None or row.kept_at is not None:
        raise answered_already(request)
    return row


def answered_already(request: int) -> Refusal:
    """Why a request is neither answered again nor taken back."""
    return Refusal(
        "answered_already",
        N_("This request is answered already. Undo the answer first."),
        subject=f"hold_request:{request}",
    )


def giveable(truth: Truth, wants: Any, holds: Any, place: int | None) -> list[Held]:
    """What one line holds that another may have: nothing that goes past us, is only lent here, or has expired."""
    selling = demand.selling(truth, wants) or {}
    found = []
    for held in truth.of_claim(holds.pk, demand.HELD):
        if held.kind == "bin":
            at, fits = held.location, selling.get(held.location or 0) != "rental"
        else:
            at, fits = held.place, held.place not in truth.read["drop_ships"]
        if fits and place in (None, at) and not expired_on(held, truth.today):
            found.append(held)
    return found


def _held(truth: Truth, wants: Any, holds: Any, quantity: int, place: int | None) -> list[Held]:
    there = giveable(truth, wants, holds, place)
    free = sum(held.quantity for held in there)
    if free < quantity:
        raise Refusal(
            "not_held",
            N_(
                "{wanted} asked for, but only {free} are held there. Ask for less, or reserve what is available."
            ),
            field="quantity",
            wanted=quantity,
            free=free,
            product=wants.product_id,
        )
    return there


def _answer(text: str) -> str:
    return tidy(text, field="answer", most=500, needed=False)


def _line(truth: Truth, line: int, field: str) -> Any:
    found = truth.read["lines"].get(line)
    if found is None:
        raise NotThere("no_such_line", N_("There is no such line."), field=field)
    return found
