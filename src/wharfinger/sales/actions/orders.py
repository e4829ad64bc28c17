"""The verbs of a sales order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.demand.queries.standing import read_changed, read_customer, read_standing
from wharfinger.ledger.look import Wish
from wharfinger.ledger.post import Planner, post
from wharfinger.ledger.write import Written
from wharfinger.sales.actions.holds import release, reserve
from wharfinger.sales.models import Order
from wharfinger.sales.rules import orders as rules
from wharfinger.sales.rules.orders import OrderWish

__all__ = [
    "cancel",
    "change_order",
    "confirm",
    "create_order",
    "hold",
    "mark_fulfilled",
    "release",
    "reserve",
    "unconfirm",
    "unhold",
]


def create_order(*, actor: Actor, wish: OrderWish, key: str | None = None) -> Written:
    """Make a sales order; it is born unconfirmed unless the wish says confirm."""
    require(actor, "sales.order")
    if not wish.lines:
        raise BadInput("no_lines", N_("An order needs at least one line."), field="lines")
    products = {line.product for line in wish.lines}
    return post(
        "order",
        Wish(
            products=products,
            loose=True,
            reads=(
                read_customer(
                    wish.organization,
                    site=wish.site,
                    contact=wish.contact,
                    people=(wish.owner,),
                    location=wish.location,
                    terms=wish.terms,
                ),
                demand.read_these_products(products),
                demand.read_components,
                demand.read_routing,
                demand.read_offers(
                    wish.lines,
                    organization=wish.organization,
                    currency=wish.currency,
                    tax_included=wish.tax_included,
                ),
            ),
        ),
        partial(rules.plan_order, wish=wish),
        actor=actor,
        key=key,
    )


def change_order(
    *,
    actor: Actor,
    order: int,
    values: dict[str, Any],
    own: Mapping[str, Any] | None = None,
    key: str | None = None,
) -> Written:
    """Change the words, dates and people of an order; values are columns of its common part, own its own fields."""
    require(actor, "sales.order")
    return post(
        "change",
        Wish(documents=[(Sheet, [order]), (Order, [order])], reads=(read_changed(order, values),)),
        partial(rules.plan_change, order=order, values=values, own=own),
        actor=actor,
        key=key,
    )


def confirm(*, actor: Actor, order: int, key: str | None = None) -> Written:
    """Make an order firm; confirming reserves nothing by itself."""
    require(actor, "sales.confirm")
    return post(
        "confirm",
        Wish(
            documents=[(Sheet, [order]), (Order, [order])],
            first=demand.read_lines_of(order),
            products=demand.line_products,
            claims=demand.line_ids,
            loose=True,
            reads=(read_standing, demand.read_products, demand.read_routing),
        ),
        partial(rules.plan_confirm, order=order),
        actor=actor,
        key=key,
    )


def unconfirm(*, actor: Actor, order: int, key: str | None = None) -> Written:
    """Make a firm order provisional again; what it reserved stays reserved."""
    require(actor, "sales.unconfirm")
    return _with_lines(actor, "unconfirm", order, partial(rules.plan_unconfirm, order=order), key)


def cancel(*, actor: Actor, order: int, reason: str = "", key: str | None = None) -> Written:
    """Cancel an untouched order at once; otherwise the refusal names what stands against it."""
    require(actor, "sales.cancel")
    return _with_lines(actor, "cancel", order, partial(rules.plan_cancel, order=order), key, reason)


def mark_fulfilled(*, actor: Actor, order: int, anyway: bool = False, key: str | None = None) -> Written:
    """Declare an order fulfilled; lines that are still open need a yes."""
    require(actor, "sales.fulfil")
    return _with_lines(
        actor, "mark_fulfilled", order, partial(rules.plan_fulfil, order=order, anyway=anyway), key
    )


def hold(*, actor: Actor, order: int, reason: str = "", key: str | None = None) -> Written:
    """Keep an order from being picked and sent until it is let go on."""
    require(actor, "sales.order")
    return _decide(
        actor, "hold_order", order, partial(rules.plan_hold, order=order, reason=reason), key, reason
    )


def unhold(*, actor: Actor, order: int, key: str | None = None) -> Written:
    """Let an order that was on hold go on."""
    require(actor, "sales.order")
    return _decide(actor, "unhold_order", order, partial(rules.plan_unhold, order=order), key)


def _decide(actor: Actor, verb: str, order: int, plan: Planner, key: str | None, reason: str = "") -> Written:
    wish = Wish(documents=[(Sheet, [order]), (Order, [order])])
    return post(verb, wish, plan, actor=actor, key=key, reason=reason)


def _with_lines(
    actor: Actor, verb: str, order: int, plan: Planner, key: str | None, reason: str = ""
) -> Written:
    wish = Wish(
        documents=[(Sheet, [order]), (Order, [order])],
        first=demand.read_lines_of(order),
        products=demand.line_products,
        claims=demand.line_ids,
        reads=(demand.read_claims,) if verb == "cancel" else (),
    )
    return post(verb, wish, plan, actor=actor, key=key, reason=reason)
