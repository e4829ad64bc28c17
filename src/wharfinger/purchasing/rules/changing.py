"""Pure decisions about changing a purchase order while it is a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.ledger import owning
from wharfinger.ledger.plan import Plan, Truth, fixed
from wharfinger.purchasing.rules.asking import Worth, offered_cost
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, add_line
from wharfinger.purchasing.rules.ordering import draft_of, live, mention_lines

ALWAYS = frozenset({"external_number", "memo", "expected_on"})
"""What may still be changed once the order is submitted."""


@dataclass(frozen=True, slots=True)
class LineChange:
    """What becomes different about a line of a draft; what is None stays."""

    purchase_line: int
    quantity: int | None = None
    unit_cost_micro: int | None = None
    expected_on: date | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class PurchaseChange:
    """What becomes different about a purchase order."""

    values: tuple[tuple[str, Any], ...] = ()
    """Fields of the order itself: external_number, memo, expected_on, freight_minor."""
    add: tuple[PurchaseLineWish, ...] = ()
    change: tuple[LineChange, ...] = field(default=())
    remove: tuple[int, ...] = ()
    add_vendor: bool = False
    """Whether the order's vendor becomes one of the vendors of what is added and it is not known to sell."""
    fill_packs: bool = False
    """Whether what is added is filled up to whole packs and the vendor's minimum."""
    own: Mapping[str, Any] | None = None
    """Its own fields that change, by key; also once it is submitted."""


def plan_change(truth: Truth, *, order: int, change: PurchaseChange) -> Plan:
    """Change a draft's lines and terms; what is no longer on it is to be ordered again."""
    plan = Plan()
    row = live(truth, order)
    if change.add or change.change or change.remove or not {name for name, _ in change.values} <= ALWAYS:
        draft_of(truth, order)
    plan.change(row, **dict(change.values))
    owning.change(plan, truth, row, "purchase_order", change.own)
    lines = truth.read["purchase_lines"]
    for n, pk in enumerate(change.remove):
        _remove(plan, truth, _line(lines, pk, f"remove.{n}"))
    for n, one in enumerate(change.change):
        line = _line(lines, one.purchase_line, f"lines.{n}.purchase_line")
        _change(plan, truth, row, line, one, f"lines.{n}")
    last = max((line.position for line in truth.read["positions"]), default=0)
    wish = PurchaseWish(
        row.vendor_id,
        change.add,
        currency=row.currency,
        rate_micro=row.rate_micro,
        ship_to=row.ship_to,
        ship_to_site=row.ship_to_site_id,
        expected_on=row.expected_on,
        add_vendor=change.add_vendor,
        fill_packs=change.fill_packs,
    )
    for n, added in enumerate(change.add):
        vendor = truth.read["vendors"][row.vendor_id]
        add_line(plan, truth, row.pk, vendor, last + 1 + n, added, wish, field=f"add.{n}")
    if not (plan.steps or plan.changes or plan.creates):
        raise Refusal("nothing_changed", N_("This changes nothing. Change something first."))
    mention_lines(plan, truth)
    return plan


def _line(lines: Mapping[int, Any], pk: int, where: str) -> Any:
    if pk not in lines:
        raise NotThere("no_such_purchase_line", N_("There is no such line on this order."), field=where)
    return lines[pk]


def _remove(plan: Plan, truth: Truth, line: Any) -> None:
    for held in truth.at(line.drafted_place_id):
        plan.move(held.spot, held.spot.at(fixed("to_order")), held.quantity)
        held.quantity = 0
    plan.change(line, removed_at=truth.now)


def _change(plan: Plan, truth: Truth, order: Any, line: Any, change: LineChange, where: str) -> None:
    if change.quantity is not None:
        if change.quantity <= 0:
            raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"{where}.quantity")
        # What is for stock goes first, then whoever asked last.
        drafted = sorted(truth.at(line.drafted_place_id), key=lambda h: -h.claim)
        surplus = sum(h.quantity for h in drafted) - change.quantity
        for held in drafted:
            part = min(surplus, held.quantity)
            if part > 0:
                plan.move(held.spot, held.spot.at(fixed("to_order")), part)
                held.quantity -= part
                surplus -= part
        plan.change(line, quantity=change.quantity)
    cost = change.unit_cost_micro
    if cost is not None:
        plan.change(line, unit_cost_micro=cost, cost_typed=True)
    else:
        cost = _offered_anew(truth, order, line, change, where)
        plan.change(line, unit_cost_micro=cost)
    if change.expected_on is not None:
        plan.change(line, expected_on=change.expected_on)
    if change.description is not None:
        plan.change(line, description=change.description)
    quantity = line.quantity if change.quantity is None else change.quantity
    if quantity * cost > line.quantity * line.unit_cost_micro:
        # Whoever raises it asks for it, and so does not approve it.
        plan.change(line, requested_by_id=truth.actor or line.requested_by_id)


def _offered_anew(truth: Truth, order: Any, line: Any, change: LineChange, where: str) -> int:
    """What the line costs of another quantity: by the vendor's breaks where nobody typed a cost."""
    kept: int = line.unit_cost_micro
    asked = truth.read["prices"][line.product_id].get(order.vendor_id)
    if line.cost_typed or asked is None or change.quantity in (None, line.quantity):
        return kept
    product, vendor = truth.read["products"][line.product_id], truth.read["vendors"][order.vendor_id]
    worth = Worth(order.currency, order.rate_micro)
    return offered_cost(truth, asked, product, vendor, change.quantity or 0, line.per, worth, where)
