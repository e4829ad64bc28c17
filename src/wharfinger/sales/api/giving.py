"""Requests to give way over HTTP."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Listing, Page, Quantity, Request, Shown, there
from wharfinger.base.quantity import quantity
from wharfinger.ledger.door import detail, make, write
from wharfinger.sales.actions import giving as actions
from wharfinger.sales.queries import giving as queries

router = Router(tags=["selling"])


def _open(rows: QuerySet[Any, Any], values: list[str]) -> QuerySet[Any, Any]:
    wanted = {value == "true" for value in values}
    if len(wanted) > 1:
        return rows
    return rows.filter(queries.OPEN) if wanted.pop() else rows.exclude(queries.OPEN)


REQUESTS = Listing(
    "hold_requests",
    filters={
        "document": "asking__sheet_id",
        "holder": "holding__sheet_id",
        "asked_by": "asked_by_id",
        "product": "holding__product_id",
        "open": _open,
    },
    words={"open": ("true", "false")},
    q=("holding__product__sku",),
)


class RequestGiven(Given):
    """Which line asks for how many of the goods that another holds, and where they are."""

    line: Id = Field(description="The line that wants the goods.")
    holding: Id = Field(description="The line that holds them, as `holding` in a refusal's remedy.")
    quantity: Quantity
    location: Id | None = Field(default=None, description="Only of what is held at this location.")
    purchase_line: Id | None = Field(default=None, description="Only of what arrives with this line.")
    transfer: Id | None = Field(default=None, description="Only of what is on its way with this transfer.")
    note: str = Field(default="", max_length=500, examples=["Their lift goes out on Friday"])


class Answered(Given):
    """What is said to who asked."""

    answer: str = Field(default="", max_length=500, examples=["Ours may wait a week"])


class Gives(Answered):
    """How many are given; all that were asked for unless said."""

    quantity: Quantity | None = None


class RequestOut(Shown):
    """A request that one line gives goods to another."""

    id: Id
    product: Id
    line: Id
    subject: str = Field(examples=["order:17"])
    holding: Id
    holder: str = Field(examples=["quote:12"])
    quantity: Quantity = Field(description="How many are asked for; of what was given, how many were.")
    location: Id | None
    purchase_line: Id | None
    transfer: Id | None
    note: str
    asked_by: Id | None
    asked_at: datetime
    still_held: Quantity
    still_wanted: Quantity
    given_at: datetime | None
    kept_at: datetime | None
    answer: str


class RequestDone(RequestOut, Done):
    """A request, and the entry that wrote it."""


@router.get(
    "/hold-requests",
    response=Page[RequestOut],
    openapi_extra=REQUESTS.described,
    summary="List requests to give way",
)
def requests(request: Request) -> HttpResponse:
    """Who asks for goods that others hold, newest first; ``?open=true`` is what waits for an answer."""
    require(request.auth, "sales.read")
    return REQUESTS.answer(request, queries.named(), queries.shown)


@router.get("/hold-requests/{id}", response=RequestOut, summary="Read a request to give way")
def one(request: Request, id: Id) -> HttpResponse:
    """One request, and what of it is still held and still wanted."""
    require(request.auth, "sales.read")
    return detail(request, f"hold_request:{id}", _shown(id))


@router.post("/hold-requests", response={201: RequestDone}, summary="Ask a holder to give way")
def ask(request: Request, body: RequestGiven) -> HttpResponse:
    """Ask that goods which one line holds are given to another; nothing moves until somebody gives way."""
    require(request.auth, "sales.reserve")
    act = partial(
        actions.ask,
        actor=request.auth,
        asking=body.line,
        holding=body.holding,
        quantity=quantity(body.quantity, queries.decimals_of(body.holding), field="quantity"),
        place=queries.place_of(body.location, body.purchase_line, body.transfer),
        note=body.note,
    )
    return make(request, act, "sales.HoldRequest", _shown, subject="hold_request")


@router.post("/hold-requests/{id}/give-way", response=RequestDone, summary="Give way")
def give_way(request: Request, id: Id, body: Gives) -> HttpResponse:
    """Give the goods, or fewer, to the line that asks; the line that held them wants them again."""
    require(request.auth, "sales.give_way")
    units = None
    if body.quantity is not None:
        row = there(queries.named(), id)
        units = quantity(body.quantity, row.holding.product.quantity_decimals, field="quantity")
    act = partial(actions.give_way, actor=request.auth, request=id, quantity=units, answer=body.answer)
    return write(request, act, lambda _: _shown(id), about=f"hold_request:{id}")


@router.post("/hold-requests/{id}/keep", response=RequestDone, summary="Keep what is asked for")
def keep(request: Request, id: Id, body: Answered) -> HttpResponse:
    """Say no: the goods stay with the line that holds them."""
    act = partial(actions.keep, actor=request.auth, request=id, answer=body.answer)
    return write(request, act, lambda _: _shown(id), about=f"hold_request:{id}")


def _shown(pk: int) -> dict[str, Any]:
    return queries.shown([there(queries.named(), pk)])[0]
