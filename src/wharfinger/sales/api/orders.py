"""Sales orders over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any, Literal, get_args

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import (
    Done,
    Given,
    Id,
    Line,
    Listing,
    OwnShown,
    OwnValues,
    Page,
    Request,
    flag,
    included,
)
from wharfinger.demand import actions as demand
from wharfinger.demand.api.lines import LineGiven, LineOut, wishes
from wharfinger.demand.api.promising import Promises, promised
from wharfinger.demand.api.sheets import SheetChange, SheetGiven, SheetOut
from wharfinger.demand.rules.permitted import let_in
from wharfinger.ledger.door import detail, make, write
from wharfinger.sales import queries
from wharfinger.sales.actions import holds, orders, promising
from wharfinger.sales.api.holds import holds_of
from wharfinger.sales.api.quotes import GroupOut, LinesGiven, Release, Reserve, named
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.stock.rules.serving import Priority

router = Router(tags=["selling"])

Goods = Literal["unconfirmed", "unfulfilled", "started", "delivered", "fulfilled", "cancelled", "closed"]
Money = Literal["unconfirmed", "uninvoiced", "invoiced", "partial", "paid", "owing", "cancelled", "closed"]


class OrderGiven(SheetGiven):
    """A new sales order."""

    lines: list[LineGiven] = Field(min_length=1, max_length=1000)
    customer_reference: str = Field(default="", max_length=60, examples=["PO 4711"])
    ordered_on: date | None = None
    promised_on: date | None = None
    terms: Id | None = Field(
        default=None,
        examples=[None],
        description="Terms of payment of its invoices; without them the customer's.",
    )
    priority: Priority = Field(default="normal", description="The more pressing order is served first.")
    own: OwnValues = {}


class OrderChange(SheetChange):
    """What changes of an order; its lines have verbs of their own."""

    promised_on: date | None = None
    terms: Id | None = Field(
        default=None, examples=[None], description="Terms of payment; null for the customer's."
    )
    priority: Priority | None = None
    own: OwnValues = {}


class OrderOut(SheetOut):
    """A sales order with its lines."""

    number: str = Field(examples=["SO-12"])
    promised_on: date | None
    terms: Id | None = Field(description="Terms of payment; null for the customer's.")
    priority: Priority
    open: str = Field(examples=["119.00"], description="What the customer still has to pay.")
    quote: Id | None
    ordered_on: date
    confirmed_at: datetime | None
    fulfilled_at: datetime | None
    cancelled_at: datetime | None
    held_at: datetime | None
    hold_reason: str
    sent_at: datetime | None = Field(description="When its confirmation went to the customer, last.")
    own: OwnShown
    goods_status: Goods
    money_status: Money
    groups: list[GroupOut] = Field(
        description="The groups of its quote, and what they come to on this order."
    )
    lines: list[LineOut] | None = None


class OrderDone(OrderOut, Done):
    """A sales order, and the entry that wrote it."""


class Confirm(Given):
    """Whether a new order is firm at once."""

    confirm: bool = False


class Reason(Given):
    """Why."""

    reason: Line = ""


class Fulfil(Given):
    """Whether open lines may stay open."""

    anyway: bool = Field(default=False, description="Yes although lines are still open.")


NO_REASON, NOTHING_OPEN = Reason(), Fulfil()
"""What is meant where a body is left out."""

ORDERS = Listing(
    "orders",
    sorts={"number": "number", "ordered_on": "ordered_on", "promised_on": "promised_on"},
    filters={
        "organization": "organization_id",
        "owner": "owner_id",
        "number": "number",
        "customer_reference": "customer_reference",
        "quote": "order__quote_id",
        "priority": "priority",
        "goods_status": lambda rows, values: rows.filter(goods_word__in=values),
        "money_status": lambda rows, values: rows.filter(money_word__in=values),
    },
    words={
        "goods_status": get_args(Goods),
        "money_status": get_args(Money),
        "priority": get_args(Priority),
    },
    days={
        "ordered_on": "ordered_on",
        "promised_on": "promised_on",
        "confirmed_at": "order__confirmed_at",
        "fulfilled_at": "order__fulfilled_at",
    },
    q=("number", "title", "customer_reference", "organization__name"),
    includes=("lines",),
    own=("order", "order__own"),
    also=("all",),
)
ALL = {
    "in": "query",
    "name": "all",
    "schema": {"type": "boolean", "default": False},
    "required": False,
    "description": "Cancelled orders too; without it only where `number`, `goods_status` or `money_status` ask for them.",
}
DESCRIBED = {"parameters": [*ORDERS.described["parameters"], ALL]}


@router.get("/orders", response=Page[OrderOut], openapi_extra=DESCRIBED, summary="List sales orders")
def list_orders(request: Request) -> HttpResponse:
    """Sales orders, newest first; cancelled ones where they are asked for."""
    require(request.auth, "sales.read")
    show = partial(queries.show_orders, include=included(request, ORDERS.includes))
    rows = queries.orders()
    asked = {word for name in ("goods_status", "money_status") for word in ORDERS.given(request, name)}
    if not (flag(request, "all") or "number" in request.GET or "cancelled" in asked):
        rows = rows.filter(order__cancelled_at__isnull=True)
    return ORDERS.answer(request, rows, show)


@router.post("/orders", response={201: OrderDone}, summary="Make a sales order")
def create_order(request: Request, body: OrderGiven, asked: Query[Confirm]) -> HttpResponse:
    """Make an order; it is born unconfirmed unless ``?confirm=true``."""
    require(request.auth, "sales.order")
    wish = OrderWish(
        **body.model_dump(exclude={"lines"}),
        lines=wishes(body.lines, organization=body.organization),
        confirm=asked.confirm,
    )
    act = partial(orders.create_order, actor=request.auth, wish=wish)
    return make(request, act, "demand.Sheet", _order, subject="order")


@router.get("/orders/{id}", response=OrderOut, summary="Read a sales order")
def one_order(request: Request, id: Id) -> HttpResponse:
    """A sales order with its lines."""
    require(request.auth, "sales.read")
    return detail(request, f"order:{id}", _order(id))


@router.patch("/orders/{id}", response=OrderDone, summary="Change a sales order")
def change_order(request: Request, id: Id, body: OrderChange) -> HttpResponse:
    """Change the words, dates and people of an order."""
    given = body.model_dump(exclude_unset=True)
    own = given.pop("own", None)
    values = named(given, may_be_empty=("contact", "promised_on", "location", "terms"))
    act = partial(orders.change_order, actor=request.auth, order=id, values=values, own=own)
    return _done(request, act, id)


@router.post("/orders/{id}/lines", response=OrderDone, summary="Add lines to a sales order")
def add_lines(request: Request, id: Id, body: LinesGiven) -> HttpResponse:
    """Add lines; on a firm order they are served at once."""
    let_in(request.auth)
    lines = wishes(body.lines, organization=queries.order(id).organization_id)
    return _done(request, partial(demand.add_lines, actor=request.auth, sheet=id, wishes=lines), id)


@router.post("/orders/{id}/confirm", response=OrderDone, summary="Confirm a sales order")
def confirm(request: Request, id: Id) -> HttpResponse:
    """Make an order firm; it reserves nothing by itself."""
    return _done(request, partial(orders.confirm, actor=request.auth, order=id), id)


@router.post("/orders/{id}/unconfirm", response=OrderDone, summary="Unconfirm a sales order")
def unconfirm(request: Request, id: Id) -> HttpResponse:
    """Make a firm order provisional again."""
    return _done(request, partial(orders.unconfirm, actor=request.auth, order=id), id)


@router.post("/orders/{id}/reserve", response=OrderDone, summary="Reserve stock for a sales order")
def reserve(request: Request, id: Id, body: Reserve) -> HttpResponse:
    """Hold free goods for the order's lines, wherever they are billed."""
    require(request.auth, "sales.reserve")
    wanted = holds_of(body.lines, document=id, kind="order")
    until = queries.until(body.until)
    return _done(request, partial(holds.reserve, actor=request.auth, holds=wanted, until=until), id)


@router.post("/orders/{id}/release", response=OrderDone, summary="Release reserved stock")
def release(request: Request, id: Id, body: Release) -> HttpResponse:
    """Free goods that the order's lines reserved."""
    require(request.auth, "sales.reserve")
    wanted = holds_of(body.lines, document=id, kind="order")
    return _done(request, partial(holds.release, actor=request.auth, holds=wanted), id)


@router.post("/orders/{id}/mark-fulfilled", response=OrderDone, summary="Mark a sales order as fulfilled")
def mark_fulfilled(request: Request, id: Id, body: Fulfil = NOTHING_OPEN) -> HttpResponse:
    """Declare an order fulfilled; open lines are named and need a yes."""
    return _done(
        request, partial(orders.mark_fulfilled, actor=request.auth, order=id, anyway=body.anyway), id
    )


@router.post("/orders/{id}/promise", response=OrderDone, summary="Promise lines for another day")
def promise(request: Request, id: Id, body: Promises) -> HttpResponse:
    """Promise lines for another day; sending the confirmation tells the customer."""
    wanted = promised(body)
    act = partial(promising.promise, actor=request.auth, order=id, promises=wanted, reason=body.reason)
    return _done(request, act, id)


@router.post("/orders/{id}/hold", response=OrderDone, summary="Put a sales order on hold")
def hold(request: Request, id: Id, body: Reason = NO_REASON) -> HttpResponse:
    """Keep an order from being picked and sent."""
    return _done(request, partial(orders.hold, actor=request.auth, order=id, reason=body.reason), id)


@router.post("/orders/{id}/unhold", response=OrderDone, summary="Let a sales order go on")
def unhold(request: Request, id: Id) -> HttpResponse:
    """Let an order that was on hold go on."""
    return _done(request, partial(orders.unhold, actor=request.auth, order=id), id)


def _order(pk: int) -> dict[str, Any]:
    return queries.show_order(queries.order_alone(pk))


def _done(request: Request, act: Any, pk: int) -> HttpResponse:
    return write(request, act, lambda _: _order(pk), about=f"order:{pk}")
