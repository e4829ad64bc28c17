"""The verbs of a sales order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.catalog.models import VendorPrice
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.ledger.look import Wish
from wharfinger.ledger.models import Claim
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization, Site
from wharfinger.sales.models import Order
from wharfinger.sales.rules import orders as rules
from wharfinger.sales.rules.orders import Hold, OrderWish


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
            reads=(_read_organization(wish.organization), demand.read_these_products(products), read_routing),
        ),
        partial(rules.plan_order, wish=wish),
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
            reads=(demand.read_products, read_routing),
        ),
        partial(rules.plan_confirm, order=order),
        actor=actor,
        key=key,
    )


def reserve(*, actor: Actor, holds: Sequence[Hold], until: datetime | None = None, key: str | None = None) -> Written:
    """Hold free goods for lines of quotes, orders or charges, until an instant if one is given."""
    require(actor, "sales.reserve")
    lines = _lines_of(holds)
    documents: list[tuple[type, Any]] = [(Sheet, demand.documents_of(lines))]
    if until is not None:
        documents.append((Claim, lines))
    return post(
        "reserve",
        Wish(
            documents=documents,
            first=demand.read_lines(lines),
            products=demand.line_products,
            claims=lines,
            free=True,
        ),
        partial(rules.plan_reserve, holds=tuple(holds), until=until),
        actor=actor,
        key=key,
    )


def release(*, actor: Actor, holds: Sequence[Hold], key: str | None = None) -> Written:
    """Free reserved goods; the lines want them again."""
    require(actor, "sales.reserve")
    lines = _lines_of(holds)
    return post(
        "release",
        Wish(
            documents=[(Sheet, demand.documents_of(lines))],
            first=demand.read_lines(lines),
            products=demand.line_products,
            claims=lines,
            free=True,
            reads=(_read_falls_to(lines),),
        ),
        partial(rules.plan_release, holds=tuple(holds)),
        actor=actor,
        key=key,
    )


def read_routing(truth: Truth) -> None:
    """Read what decides where a firm wish goes: the approval threshold and the products' costs."""
    truth.read["approval"] = truth.read["house"].approval
    if truth.read["approval"]["threshold_minor"] is None:
        truth.read["costs"] = {}
        return
    products = list(truth.read["products"])
    found = VendorPrice.objects.filter(product_id__in=products).order_by("default").values_list("product_id", "cost_micro")
    truth.read["costs"] = dict(found)


def _read_organization(pk: int) -> Callable[[Truth], None]:
    def read(truth: Truth) -> None:
        organization = Organization.objects.filter(pk=pk).first()
        if organization is None:
            raise BadInput("no_such_organization", N_("There is no such organization."), field="organization")
        if organization.retired_on is not None:
            raise Refusal("organization_retired", N_("{name} is retired. Choose another."), field="organization", name=organization.name)
        truth.read["organization"] = organization
        truth.read["default_site"] = (
            Site.objects.filter(organization_id=pk, retired_on__isnull=True, ship_to=True).order_by("pk").values_list("pk", flat=True).first()
        )

    return read


def _read_falls_to(lines: list[int]) -> Callable[[Truth], None]:
    def read(truth: Truth) -> None:
        truth.read["falls_to"] = demand.falls_to(lines)

    return read


def _lines_of(holds: Sequence[Hold]) -> list[int]:
    if not holds:
        raise BadInput("no_lines", N_("Choose at least one line."), field="lines")
    if any(hold.quantity <= 0 for hold in holds):
        raise BadInput("not_positive", N_("Give a quantity above zero."), field="lines")
    return sorted({hold.line for hold in holds})
