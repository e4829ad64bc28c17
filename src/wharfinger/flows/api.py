"""Verbs that span sibling modules, over HTTP."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.door import Given, Id, Note, Request
from wharfinger.flows.actions.cancel_delivery import cancel_delivery
from wharfinger.flows.actions.reopen import reopen
from wharfinger.fulfilment.api.goods import GoodsDone, PickGiven, moved, picks_of
from wharfinger.fulfilment.queries.inside import lines_packed_once
from wharfinger.ledger.door import write
from wharfinger.sales import queries as sales
from wharfinger.sales.api.orders import OrderDone

router = Router(tags=["flows"])


class CancelDelivery(Given):
    """Units of lines, or whole containers, that come back from the customer."""

    picks: list[PickGiven] = Field(default=[], max_length=1000)
    containers: list[Id] = Field(default=[], max_length=1000, examples=[[]])
    reason: Note = ""
    credit: bool = Field(
        default=True, description="Credit what is invoiced of them; without it a reason is needed."
    )


class Reopen(Given):
    """Why an order is re-opened."""

    reason: Note = ""


@router.post("/cancel-delivery", response=GoodsDone, summary="Cancel a delivery")
def cancel(request: Request, body: CancelDelivery) -> HttpResponse:
    """Take chosen units back to where they were ready, and credit what is invoiced of them."""
    picks = picks_of(body.picks)
    act = partial(
        cancel_delivery,
        actor=request.auth,
        picks=picks,
        containers=body.containers,
        reason=body.reason,
        credit=body.credit,
    )
    touched = sorted({*(one.line for one in picks), *lines_packed_once(body.containers)})
    return write(request, act, lambda done: moved(done, touched))


@router.post("/orders/{id}/reopen", response=OrderDone, summary="Re-open a sales order")
def reopen_order(request: Request, id: Id, body: Reopen) -> HttpResponse:
    """Take back everything that was done for an order; afterwards it is as freshly confirmed."""
    sales.order(id)
    act = partial(reopen, actor=request.auth, order=id, reason=body.reason)
    return write(request, act, lambda _: sales.show_order(sales.order(id)), about=f"order:{id}")
