"""Freight and other costs of a receipt, and what its goods were billed at, at once or long after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.base.words import tidy
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.pricing.queries import read_rates
from wharfinger.purchasing.models import Receipt, ReceiptCost
from wharfinger.purchasing.queries import arrived
from wharfinger.purchasing.rules import landing
from wharfinger.purchasing.rules.landing import Billed, Cost
from wharfinger.stock.queries.truth import read_layer_dates


def land_cost(
    *,
    actor: Actor,
    receipt: int,
    cost: Cost,
    reason: str = "",
    effective_on: date | None = None,
    key: str | None = None,
) -> Written:
    """Spread freight, customs or the like over the goods of a receipt by value, quantity or weight.

    It reaches what is still in stock; the share of what has left is stated as purchase variance. Without a rate,
    another currency counts at the rate of the day on which the cost counts.
    Raises Refusal when there is nothing to spread by, or it is dated before the goods or their last change.
    """
    require(actor, "purchasing.land_cost")
    require(actor, "catalog.see_cost")
    if cost.spread not in landing.SPREADS:
        raise BadInput("no_such_choice", N_("Choose one from the list."), field="spread")
    if cost.amount_minor <= 0:
        raise BadInput("not_positive_amount", N_("Give an amount above zero."), field="amount")
    cost = replace(
        cost,
        name=tidy(cost.name, field="name", most=60),
        reference=tidy(cost.reference, field="reference", most=60, needed=False),
    )
    return post(
        "land_cost",
        _wish(receipt, vendor=cost.vendor, currency=cost.currency),
        partial(landing.plan_land_cost, receipt=receipt, cost=cost),
        actor=actor,
        key=key,
        reason=tidy(reason, field="reason", most=1000, needed=False),
        effective_on=effective_on,
    )


def cancel_cost(
    *, actor: Actor, receipt: int, cost: int, reason: str = "", key: str | None = None
) -> Written:
    """Take a cost of a receipt back, from what is still in stock and from the variance alike."""
    require(actor, "purchasing.land_cost")
    require(actor, "catalog.see_cost")
    return post(
        "cancel_cost",
        _wish(receipt, cost=cost),
        partial(landing.plan_cancel_cost, receipt=receipt, cost=cost),
        actor=actor,
        key=key,
        reason=tidy(reason, field="reason", most=1000, needed=False),
    )


def reprice(
    *,
    actor: Actor,
    receipt: int,
    prices: Sequence[Billed],
    reference: str = "",
    reason: str = "",
    effective_on: date | None = None,
    key: str | None = None,
) -> Written:
    """Take over what the vendor billed for lines of a receipt; what was ordered stays on the order.

    The difference reaches what is still in stock; the share of what has left is stated as purchase variance.
    Taking over another price corrects it.
    """
    require(actor, "purchasing.reprice")
    require(actor, "catalog.see_cost")
    if not prices:
        raise BadInput("no_lines", N_("Choose at least one line."), field="lines")
    if len({one.purchase_line for one in prices}) != len(prices):
        raise BadInput("line_twice", N_("A line stands there twice. Send it once."), field="lines")
    reference = tidy(reference, field="reference", most=60, needed=False)
    wish = _wish(receipt)
    entries = [row.made_id for row in Receipt.objects.filter(pk=receipt)]
    return post(
        "reprice",
        replace(wish, reads=(*wish.reads, arrived.read_billed_by(entries))),
        partial(landing.plan_reprice, receipt=receipt, prices=tuple(prices), reference=reference),
        actor=actor,
        key=key,
        reason=tidy(reason, field="reason", most=1000, needed=False),
        effective_on=effective_on,
    )


def _wish(receipt: int, *, cost: int | None = None, vendor: int | None = None, currency: str = "") -> Wish:
    row = Receipt.objects.filter(pk=receipt).first()
    if row is None:
        raise NotThere("no_such_receipt", N_("There is no such receipt."))
    # The moves of an entry never change, so they may say what is locked.
    products = {move.source.product for move in arrived.receipt_moves([row.made_id])}
    return Wish(
        documents=[
            (Receipt, [receipt]),
            *([(ReceiptCost, [cost])] if cost is not None else []),
        ],
        products=products,
        # The layers are the receipt's own, of single units among them; they are read below.
        layers=_none,
        reads=(
            arrived.read_landed([row.made_id], vendor),
            read_layer_dates,
            lambda truth: read_rates(truth, [currency or truth.home_currency]),
        ),
    )


def _none(_truth: Truth) -> list[int]:
    return []
