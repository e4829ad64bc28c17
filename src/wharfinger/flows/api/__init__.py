"""Verbs that span sibling modules, over HTTP."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import (
    Currency,
    Done,
    Given,
    Id,
    Line,
    Note,
    OwnValues,
    Price,
    Quantity,
    Request,
    Shown,
)
from wharfinger.base.money import micro
from wharfinger.base.quantity import quantity
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.demand.api.lines import LineGiven, counted, wishes
from wharfinger.demand.queries.reading import lines, products_of
from wharfinger.demand.queries.where import location_places, lots_of
from wharfinger.demand.rules.permitted import let_in
from wharfinger.flows.actions.amend import amend
from wharfinger.flows.actions.cancel_delivery import cancel_delivery
from wharfinger.flows.actions.cancel_order import cancel_order
from wharfinger.flows.actions.remove import remove
from wharfinger.flows.actions.reopen import reopen
from wharfinger.flows.actions.sell import Sale, sell
from wharfinger.flows.rules.amend import Amend
from wharfinger.fulfilment.api.goods import Code, GoodsDone, PickGiven, moved, picks_of
from wharfinger.fulfilment.queries.inside import lines_packed_once
from wharfinger.fulfilment.queries.shown import these_shipments
from wharfinger.ledger.door import write
from wharfinger.ledger.write import Written
from wharfinger.sales import queries as sales
from wharfinger.sales.actions import orders
from wharfinger.sales.api.orders import OrderDone, OrderOut
from wharfinger.work import queries as work
from wharfinger.work.api import WorkOrderDone
from wharfinger.work.rules.providing import Removal

router = Router(tags=["flows"])


class CancelDelivery(Given):
    """Units of lines, or whole containers, that come back from the customer."""

    picks: list[PickGiven] = Field(default=[], max_length=1000)
    containers: list[Id] = Field(default=[], max_length=1000, examples=[[]])
    shipment: Id | None = Field(
        default=None,
        examples=[None],
        description="Of the picks only what left with this shipment; without it the latest that left.",
    )
    reason: Note = ""
    credit: bool = Field(
        default=True, description="Credit what is invoiced of them; without it a reason is needed."
    )
    parts: bool = Field(
        default=True,
        description="Let parts of a device come back with it, as far as the same document delivered them.",
    )


class RemovalGiven(Given):
    """So many units of a charge that come back."""

    line: Id
    quantity: Quantity
    serials: list[str] = Field(default=[], max_length=1000, examples=[["SN-1001"]])


class Remove(Given):
    """What comes back from the customer, and why."""

    lines: list[RemovalGiven] = Field(min_length=1, max_length=500)
    reason: Note = ""
    credit: bool = Field(
        default=True, description="Credit what is invoiced of them; without it a reason is needed."
    )
    parts: bool = Field(
        default=True,
        description="Let parts of a device come off with it, as far as this work handed them over.",
    )


class CancelOrder(Given):
    """Why an order is cancelled, and what becomes of goods that are on purchase orders for it."""

    reason: Note = ""
    purchased: Literal["keep", "pass_on", "cut"] | None = Field(
        default=None,
        examples=[None],
        description="Keep them for stock, give them to whoever waits next, or take them off their order.",
    )


class SoldLine(LineGiven):
    """So much of a product that a customer takes with them."""

    serials: list[Code] = Field(
        default=[],
        max_length=1000,
        examples=[[]],
        description="Serial numbers or batches; without them the oldest goods go.",
    )


class SaleGiven(Given):
    """What one customer takes with them."""

    organization: Id
    lines: list[SoldLine] = Field(min_length=1, max_length=1000)
    location: Id | None = Field(
        default=None,
        examples=[None],
        description="From there and nowhere else; without it from anywhere that sells directly: from the customer's "
        "location first, else the owner's, else the default one.",
    )
    site: Id | None = None
    contact: Id | None = None
    owner: Id | None = None
    currency: Currency | None = None
    tax_included: bool | None = Field(
        default=None, description="Whether its prices include tax; else as the customer's price list says."
    )
    number: str | None = Field(default=None, min_length=1, max_length=40, examples=[None])
    title: Line = ""
    customer_reference: str = Field(default="", max_length=60, examples=["PO 4711"])
    rate: Price | None = Field(
        default=None, examples=[None], description="What one unit of the currency is worth in home currency."
    )
    paid_by: str | None = Field(
        default=None, max_length=40, examples=["cash"], description="How it is paid at once; owed without it."
    )
    own: OwnValues = {}


class Sell(Given):
    """What customers take with them, all of it in one entry."""

    sales: list[SaleGiven] = Field(min_length=1, max_length=500)
    sold_on: date | None = Field(default=None, examples=[None])


class SoldOut(Shown):
    """The orders that were sold."""

    orders: list[OrderOut]


class SoldDone(SoldOut, Done):
    """The orders that were sold, and the entry that wrote them."""


class AmendedLine(Given):
    """A line and how many of it there are from now on."""

    line: Id
    quantity: Quantity | None = Field(default=None, description="In the line's unit.")
    remove: bool = Field(default=False, description="Take it off instead.", examples=[False])
    replace_by: Id | None = Field(
        default=None,
        examples=[None],
        description="A product that comes instead of what the line gets less, without a quantity of what is open of it.",
    )
    back_order_on: date | None = Field(
        default=None,
        examples=[None],
        description="Whatever the line gets less, without a quantity what is open of it, is a line of its own that is promised for this day.",
    )


class AmendLines(Given):
    """Lines that get less or more, and what becomes of goods that are on purchase orders for them."""

    lines: list[AmendedLine] = Field(min_length=1, max_length=1000)
    purchased: Literal["keep", "pass_on", "cut"] | None = Field(
        default=None,
        examples=[None],
        description="Keep them for stock, give them to whoever waits next, or take them off their order.",
    )


NO_REASON = CancelOrder()


class Reopen(Given):
    """Why an order is re-opened."""

    reason: Note = ""


@router.post("/cancel-delivery", response=GoodsDone, summary="Cancel a delivery")
def cancel(request: Request, body: CancelDelivery) -> HttpResponse:
    """Take chosen units back to where they were ready, and credit what is invoiced of them."""
    require(request.auth, "fulfilment.cancel_delivery")
    picks = picks_of(body.picks)
    if body.shipment is not None:
        found = these_shipments([body.shipment])
        if not found:
            raise NotThere("no_such_shipment", N_("There is no such shipment."), field="shipment")
        picks = tuple(one.by(found[0].place_id) for one in picks)
    act = partial(
        cancel_delivery,
        actor=request.auth,
        picks=picks,
        containers=body.containers,
        reason=body.reason,
        credit=body.credit,
        parts=body.parts,
    )
    touched = sorted({*(one.line for one in picks), *lines_packed_once(body.containers)})
    return write(request, act, lambda done: moved(done, touched))


@router.post("/sell", response=SoldDone, summary="Sell at once")
def sell_at_once(request: Request, body: Sell) -> HttpResponse:
    """Make each sale an order that is handed over and invoiced at once, all or nothing."""
    require(request.auth, "sales.sell")
    places = location_places([one.location for one in body.sales], rows="sales")
    found = [_sale(one, n, places[n]) for n, one in enumerate(body.sales)]
    act = partial(sell, actor=request.auth, sales=found, sold_on=body.sold_on)
    return write(request, act, lambda done: _sold(done.made["demand.Sheet"]))


def _sale(given: SaleGiven, n: int, location: int | None) -> Sale:
    try:
        lines = wishes(given.lines, organization=given.organization)
        rate = None if given.rate is None else micro(given.rate, field="rate")
    except BadInput as refusal:
        refusal.field = f"sales.{n}.{refusal.field}"
        raise
    return Sale(
        **given.model_dump(exclude={"lines", "location", "rate"}),
        lines=lines,
        codes=tuple(tuple(line.serials) for line in given.lines),
        location=location,
        rate_micro=rate,
    )


def _sold(pks: list[int]) -> dict[str, Any]:
    rows = sorted(sales.orders().filter(pk__in=pks), key=lambda row: row.pk)
    return {"orders": sales.show_orders(rows, include=frozenset(("lines",)))}


@router.post("/orders/{id}/reopen", response=OrderDone, summary="Re-open a sales order")
def reopen_order(request: Request, id: Id, body: Reopen) -> HttpResponse:
    """Take back everything that was done for an order; afterwards it is as freshly confirmed."""
    require(request.auth, "sales.reopen")
    sales.order(id)
    act = partial(reopen, actor=request.auth, order=id, reason=body.reason)
    return write(request, act, lambda _: sales.show_order(sales.order(id)), about=f"order:{id}")


@router.post("/orders/{id}/amend", response=OrderDone, summary="Change quantities of a sales order")
def amend_order(request: Request, id: Id, body: AmendLines) -> HttpResponse:
    """Lower, raise, replace, split or take off lines in one entry; what is reserved of them is free again."""
    let_in(request.auth)
    sales.order(id)
    act = partial(_amend, request, id, body)
    return write(request, act, lambda _: sales.show_order(sales.order(id)), about=f"order:{id}")


@router.post("/work-orders/{id}/amend", response=WorkOrderDone, summary="Change quantities of a work order")
def amend_work_order(request: Request, id: Id, body: AmendLines) -> HttpResponse:
    """Lower, raise, replace, split or take off charges in one entry; what is reserved of them is free again."""
    require(request.auth, "work.amend")
    work.work_order(id)
    act = partial(_amend, request, id, body)
    return write(request, act, lambda _: work.show_work_order(work.work_order(id)), about=f"work_order:{id}")


def _amend(request: Request, sheet: int, body: AmendLines) -> Written:
    found = lines().select_related("product").in_bulk([one.line for one in body.lines])
    amends = []
    for n, one in enumerate(body.lines):
        fresh = one.replace_by is not None or one.back_order_on is not None
        if (one.quantity is not None) + one.remove != 1 and (one.remove or not fresh):
            raise BadInput(
                "quantity_or_remove",
                N_("Give a quantity, or take the line off."),
                field=f"lines.{n}.quantity",
            )
        line = found.get(one.line)
        if line is None:
            raise BadInput("no_such_line", N_("There is no such line."), field=f"lines.{n}.line")
        said = one.quantity
        units = 0 if one.remove else None
        if said is not None:
            units = counted(said, line.product, line.per, f"lines.{n}.quantity")
        amends.append(Amend(one.line, units, one.replace_by, one.back_order_on))
    return amend(actor=request.auth, sheet=sheet, amends=amends, purchased=body.purchased or "")


@router.post("/orders/{id}/cancel", response=OrderDone, summary="Cancel a sales order")
def cancel_sales_order(request: Request, id: Id, body: CancelOrder = NO_REASON) -> HttpResponse:
    """Cancel an untouched order at once; otherwise the refusal names what stands against it."""
    require(request.auth, "sales.cancel")
    sales.order(id)
    act = partial(orders.cancel, actor=request.auth, order=id, reason=body.reason)
    if body.purchased is not None:
        act = partial(
            cancel_order, actor=request.auth, order=id, purchased=body.purchased, reason=body.reason
        )
    return write(request, act, lambda _: sales.show_order(sales.order(id)), about=f"order:{id}")


@router.post("/work-orders/{id}/remove", response=WorkOrderDone, summary="Take goods back on a work order")
def remove_goods(request: Request, id: Id, body: Remove) -> HttpResponse:
    """Take goods back that were handed over on open work, and credit what is invoiced of them."""
    require(request.auth, "work.provide")
    work.work_order(id)
    products = products_of(one.line for one in body.lines)
    lots = lots_of(
        [products.get(one.line, (None, 0))[0] for one in body.lines], [one.serials for one in body.lines]
    )
    removals = [
        Removal(
            one.line,
            quantity(one.quantity, products.get(one.line, (0, 0))[1], field=f"lines.{n}.quantity"),
            lots=lots[n],
        )
        for n, one in enumerate(body.lines)
    ]
    act = partial(
        remove,
        actor=request.auth,
        work_order=id,
        removals=removals,
        reason=body.reason,
        credit=body.credit,
        parts=body.parts,
    )
    return write(request, act, lambda _: work.show_work_order(work.work_order(id)), about=f"work_order:{id}")
