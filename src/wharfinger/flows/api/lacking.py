"""What a document lacks is ordered, over HTTP."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from ninja import Router

from wharfinger.base.access import require
from wharfinger.base.door import Id, Request
from wharfinger.flows.actions.lacking import order_lacking
from wharfinger.ledger.door import write
from wharfinger.purchasing.api.orders import drafted
from wharfinger.purchasing.api.shapes import OrdersDone
from wharfinger.sales import queries as sales
from wharfinger.work import queries as work

router = Router(tags=["flows"])


@router.post(
    "/orders/{id}/order-lacking", response={201: OrdersDone}, summary="Order what a sales order lacks"
)
def lacking_of_order(request: Request, id: Id) -> HttpResponse:
    """Draft a purchase order for each vendor of what the order's lines need and is free nowhere, all in one entry."""
    require(request.auth, "purchasing.order")
    sales.order(id)
    return _ordered(request, id)


@router.post(
    "/work-orders/{id}/order-lacking", response={201: OrdersDone}, summary="Order what a work order lacks"
)
def lacking_of_work(request: Request, id: Id) -> HttpResponse:
    """Draft a purchase order for each vendor of what the charges need and is free nowhere, all in one entry."""
    require(request.auth, "purchasing.order")
    work.work_order(id)
    return _ordered(request, id)


def _ordered(request: Request, sheet: int) -> HttpResponse:
    act = partial(order_lacking, actor=request.auth, sheet=sheet)
    return write(request, act, partial(drafted, request), status=201)
