"""Pure decision about lines that get less or more, whatever of them is reserved or on a purchase order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal, Remedy
from wharfinger.demand import rules as demand
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange, add, plan_change, plan_remove, require_open
from wharfinger.demand.rules.kits import components
from wharfinger.flows.rules.bought import LetGo
from wharfinger.ledger.plan import Held, Plan, Truth, fixed, spot
from wharfinger.sales.rules.win import as_wish

SHELVED = ("bin", "transfer")
"""Where a line holds goods of ours, which are free again; what vendors still owe it is decided about."""

OPEN = ("quoted", "demand", "to_approve", "to_order", "ready")
"""What of a line is taken off first, since nobody has done anything for it yet."""


@dataclass(frozen=True, slots=True)
class Amend:
    """A line and how many of it there are from now on, in the product's smallest unit; nought takes it off."""

    line: int
    quantity: int | None
    """Without one, as much less as is open, where it is replaced."""
    replace_by: int | None = None
    """The product of a new line for whatever it gets less."""
    back_order_on: date | None = None
    """For which day whatever it gets less is promised, on a new line of the same product."""


def plan_amend(
    truth: Truth,
    *,
    sheet: int,
    amends: Sequence[Amend],
    purchased: str,
    waiting: Sequence[tuple[int, int]] = (),
) -> Plan:
    """Change how many of these lines there are, all at once.

    What nobody has done anything for goes first, then what is reserved, which is free again, then what is on a
    purchase order. purchased: what becomes of that, one of ``PURCHASED``; without it the refusal asks. Raises
    Refusal for what is picked, sent or invoiced.
    """
    plan = Plan()
    require_open(truth.read["standing"].get(sheet))
    bought = LetGo(plan, truth, purchased, waiting)
    fresh: list[tuple[int, Any, int, int]] = []
    later: list[tuple[Any, int, date]] = []
    for n, one in enumerate(amends):
        row = truth.read["lines"].get(one.line)
        if row is None or sheet not in (row.sheet_id, row.order_id):
            raise NotThere("no_such_line", N_("There is no such line."), field=f"lines.{n}.line")
        stays = row.quantity - _open(truth, row) if one.quantity is None else one.quantity
        if one.replace_by is not None:
            units = _instead(truth, row, row.quantity - stays, one.replace_by, n)
            fresh.append((n, row, units, one.replace_by))
        if one.back_order_on is not None:
            later.append((row, _rest(truth, row, stays, one.back_order_on, n), one.back_order_on))
        try:
            firm = truth.read["standing"][row.sheet_id].firm
            _give_back(plan, truth, bought, row, row.quantity - stays, firm=firm)
            plan.then(
                plan_change(
                    truth, line=row.pk, change=LineChange(quantity=stays, reprice=one.back_order_on is None)
                )
                if stays
                else plan_remove(truth, line=row.pk)
            )
        except Refusal as refusal:
            if refusal.field != "purchased":
                refusal.field = f"lines.{n}.quantity"
            raise
    bought.settle()
    for n, row, units, product in fresh:
        try:
            _replace(plan, truth, row, units, product)
        except Refusal as refusal:
            refusal.field = f"lines.{n}.replace_by"
            raise
    for row, units, day in later:
        _split_off(plan, truth, row, units, day)
    plan.mention(*truth.documents["demand.Sheet"].values())
    return plan


def _open(truth: Truth, row: Any) -> int:
    """How many of a line nobody has done anything for."""
    parts = components(truth, row.pk)
    return min(
        (truth.quantity_of(part.pk, OPEN) // part.ratio for part in parts),
        default=truth.quantity_of(row.pk, OPEN),
    )


def _nothing_open(row: Any, n: int) -> Refusal:
    return Refusal(
        "nothing_open",
        N_("Nothing of this line is open any more. Say how many of it stay, and it is done for the rest."),
        field=f"lines.{n}.quantity",
        line=row.pk,
    )


def _instead(truth: Truth, row: Any, units: int, product: int, n: int) -> int:
    """How many of another product so many of a line are; raises Refusal where none or no whole number."""
    old, new = truth.read["products"][row.product_id], truth.read["products"].get(product)
    if new is None:
        raise BadInput("no_such_product", N_("There is no such product."), field=f"lines.{n}.replace_by")
    if product == row.product_id:
        raise BadInput(
            "same_product", N_("The line is of this product already."), field=f"lines.{n}.replace_by"
        )
    if units <= 0:
        raise _nothing_open(row, n)
    found, rest = divmod(units * 10**new.quantity_decimals, 10**old.quantity_decimals)
    if rest:
        raise Refusal(
            "no_whole_number",
            N_(
                "{sku} is counted in whole {unit}. Let so many of the line stay that whole ones are replaced."
            ),
            field=f"lines.{n}.quantity",
            sku=new.sku,
            unit=new.unit,
        )
    return found


def _rest(truth: Truth, row: Any, stays: int, day: date, n: int) -> int:
    """How many of a line are promised for later; raises Refusal where none, or all of it."""
    if day < truth.today:
        raise BadInput(
            "promised_past",
            N_("{day} has passed. Promise today or a day to come."),
            field=f"lines.{n}.back_order_on",
            day=day.isoformat(),
        )
    if stays >= row.quantity:
        raise _nothing_open(row, n)
    if stays <= 0:
        raise Refusal(
            "all_open",
            N_("Nothing of this line would stay. Promise it anew, or say how many of it stay."),
            field=f"lines.{n}.quantity",
            line=row.pk,
        )
    return int(row.quantity - stays)


def _split_off(plan: Plan, truth: Truth, row: Any, units: int, day: date) -> None:
    """Let so many of a line be wanted by a line of their own, at its place and price, promised for this day."""
    whole = replace(as_wish(row, None), quantity=units, promised_on=day)
    parts = components(truth, row.pk)
    wishes = [
        whole,
        *(replace(as_wish(part, 0), quantity=units * part.ratio, promised_on=day) for part in parts),
    ]
    standing = truth.read["standing"][row.sheet_id]
    document = truth.document("demand.Sheet", row.sheet_id)
    made = add(
        plan,
        truth,
        standing,
        wishes,
        document,
        order=row.order_id,
        site=row.site_id,
        first=row.position,
        rest_of=[row.pk, *(part.pk for part in parts)],
    )
    for claim in made:
        plan.creates["demand.Line"][claim.n]["position"] = row.position


def _replace(plan: Plan, truth: Truth, row: Any, units: int, product: int) -> None:
    """Let so many of another product be wanted at the place of a line, for the same site and day, priced anew."""
    wish = LineWish(
        product, units, site=row.site_id, billable=row.billable, promised_on=row.promised_on, kept=row.own
    )
    standing = truth.read["standing"][row.sheet_id]
    document = truth.document("demand.Sheet", row.sheet_id)
    made = add(
        plan,
        truth,
        standing,
        [wish],
        document,
        order=row.order_id,
        site=row.site_id,
        first=row.position,
    )
    for claim in made:
        born = plan.creates["demand.Line"][claim.n]
        born["position"] = row.position
        born["came_from_id"] = row.pk if born["parent_id"] is None else None


def _give_back(plan: Plan, truth: Truth, bought: LetGo, row: Any, less: int, *, firm: bool) -> None:
    """Let a line hold so many fewer than its open wishes allow, and show it as open, so that it can be lowered."""
    if parts := components(truth, row.pk):
        for part in parts:
            _give_back(plan, truth, bought, part, less * part.ratio, firm=firm)
        return
    left = less - truth.quantity_of(row.pk, OPEN)
    for held in truth.of_claim(row.pk, SHELVED):
        if (units := min(left, held.quantity)) > 0:
            plan.move(held.spot, held.spot.for_claim(0), units)
            held.quantity -= units
            _want_again(plan, truth, row, units, "demand" if firm else "quoted")
            left -= units
    for held in truth.of_claim(row.pk, ("drafted", "on_order")):
        if (units := min(left, held.quantity)) > 0:
            if not bought.choice:
                raise _asked(row)
            if held.kind == "drafted":
                bought.units(held, units, wish="to_order")
                _shown(truth, row, "to_order", units)
            else:
                bought.units(held, units)
                _want_again(plan, truth, row, units, "to_order")
            left -= units
    if not truth.quantity_of(row.pk, demand.HELD):
        demand.end_hold(plan, truth, row.pk)


def _want_again(plan: Plan, truth: Truth, row: Any, units: int, target: str) -> None:
    demand.uncover(plan, truth, row.pk, units, target)
    _shown(truth, row, target, units)


def _shown(truth: Truth, row: Any, target: str, units: int) -> None:
    """Let the truth show the wish that the plan gives back, since the line is lowered after it."""
    truth.held.append(Held(0, spot(truth.lot(row.product_id), fixed(target), row.pk), units))


def _asked(row: Any) -> Refusal:
    return Refusal(
        "purchased",
        N_(
            "Goods of this line are on a purchase order. Keep them for stock, give them to whoever waits next, or take them off it."
        ),
        field="purchased",
        line=row.pk,
        remedies=[Remedy("amend", {"sheet": row.order_id or row.sheet_id})],
    )
