"""Pure decisions about lines: how a wish is made, covered, given back, and how goods pass between claims."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from wharfinger.base.refusal import N_, Refusal
from wharfinger.ledger.chart import OPEN_WISHES
from wharfinger.ledger.plan import Held, Id, LotRef, Plan, Ref, Spot, Truth, fixed, spot

COVER_ORDER = ("demand", "to_order", "to_approve", "quoted")
"""From which wishes goods at hand are covered first."""


@dataclass(frozen=True, slots=True)
class LineWish:
    """A line as a person asks for it. quantity in the product's smallest unit, price at 10⁻⁶."""

    product: int
    quantity: int
    unit_price_micro: int | None = None
    discount_micro: int = 0
    tax_code: int | None = None
    site: int | None = None
    description: str = ""
    billable: bool = True
    promised_on: date | None = None


def make_lines(
    plan: Plan,
    truth: Truth,
    wishes: Sequence[LineWish],
    *,
    sheet: Id,
    order: Id | None,
    organization: int,
    site: int | None,
    currency: str,
    products: dict[int, Any],
    promised_on: date | None = None,
    came_from: Sequence[int | None] | None = None,
    first_position: int = 1,
) -> list[Ref]:
    """Make the lines of a document; each is born with the claim that is its primary key. Nothing is wanted yet."""
    claims = []
    for n, wish in enumerate(wishes):
        product = products.get(wish.product)
        if product is None:
            raise Refusal("no_such_product", N_("There is no such product."), field=f"lines.{n}.product")
        if product.retired_on is not None and not came_from:
            raise Refusal(
                "product_retired", N_("{sku} is no longer sold. Choose another product."), field=f"lines.{n}.product", sku=product.sku
            )
        claim = plan.create("ledger.Claim", hold_until=None)
        plan.create(
            "demand.Line",
            claim_id=claim,
            sheet_id=sheet,
            order_id=order,
            came_from_id=came_from[n] if came_from else None,
            position=first_position + n,
            product_id=wish.product,
            description=wish.description or product.name,
            organization_id=organization,
            site_id=wish.site or site,
            quantity=wish.quantity,
            unit_price_micro=product.price_micro if wish.unit_price_micro is None else wish.unit_price_micro,
            discount_micro=wish.discount_micro,
            tax_code_id=wish.tax_code or product.tax_code_id,
            currency=currency,
            billable=wish.billable,
            promised_on=wish.promised_on or promised_on,
            requested_by_id=truth.actor,
        )
        claims.append(claim)
    return claims


def want(plan: Plan, loose: LotRef, claim: Id, quantity: int, *, wish: str, bill: str | None) -> None:
    """Let a line be born: its whole quantity as a wish of a kind and, where it is billed, as a bill."""
    plan.move(spot(loose, fixed("want"), claim), spot(loose, fixed(wish), claim), quantity)
    if bill is not None:
        plan.move(spot(loose, fixed("bill"), claim), spot(loose, fixed(bill), claim), quantity)


def advance(plan: Plan, truth: Truth, claim: int, source: Iterable[str], target: str, quantity: int | None = None) -> int:
    """Move the wishes or bills of a line from kinds of place to another, all or so many; how many went."""
    gone = 0
    for held in truth.of_claim(claim, tuple(source)):
        part = held.quantity if quantity is None else min(held.quantity, quantity - gone)
        if part > 0 and held.kind != target:
            plan.move(held.spot, held.spot.at(fixed(target)), part)
            held.quantity -= part
            gone += part
    return gone


def cover(plan: Plan, truth: Truth, claim: int, quantity: int, *, field: str = "quantity", partly: bool = False) -> int:
    """Discharge a wish of a line by goods; raises Refusal when less is still wanted. How many were covered."""
    still = truth.quantity_of(claim, COVER_ORDER)
    if still < quantity and not partly:
        raise Refusal(
            "more_than_wanted",
            N_("{wanted} asked for, but only {free} of this line are still open."),
            field=field,
            wanted=quantity,
            free=still,
            line=claim,
        )
    return advance(plan, truth, claim, COVER_ORDER, "covered", min(quantity, still))


def uncover(plan: Plan, truth: Truth, claim: int, quantity: int, target: str) -> None:
    """Give a line its wish back, since goods of it were released or lost, or send it to the end *returned*."""
    went = advance(plan, truth, claim, ("covered",), target, quantity)
    assert went == quantity, f"line {claim} is covered by {went}, not {quantity}"


def take(plan: Plan, chosen: Sequence[tuple[Held, int]], claim: Id) -> list[tuple[Spot, int]]:
    """Reserve chosen free goods for a line, where they stand; the spots they now stand at."""
    spots = []
    for held, quantity in chosen:
        target = held.spot.for_claim(claim)
        plan.move(held.spot, target, quantity)
        spots.append((target, quantity))
    return spots


def open_wish(truth: Truth, claim: int) -> int:
    """How many of a line are wanted and covered by nothing."""
    return truth.quantity_of(claim, OPEN_WISHES)
