"""The verbs of a count over HTTP: record, count again, review, complete, give up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import money, quantity
from wharfinger.base.access import Actor, require
from wharfinger.base.door import Given, Id, Note, Price, Quantity, Request, Unit, there
from wharfinger.base.refusal import N_, BadInput
from wharfinger.catalog.entry import Packs
from wharfinger.catalog.models import Product
from wharfinger.ledger.door import write
from wharfinger.ledger.write import Written
from wharfinger.stock.actions import counts as actions
from wharfinger.stock.api.counts import CountDone, one_count, shown
from wharfinger.stock.api.goods import Code
from wharfinger.stock.models import Bin
from wharfinger.stock.queries import counts as queries
from wharfinger.stock.rules.counting import Tally

router = Router(tags=["stock"])


class TallyGiven(Given):
    """What was counted of a product in a bin."""

    product: Id
    bin: Id
    counted: Quantity
    unit: Unit = ""
    serials: list[Code] = Field(default=[], max_length=10_000, examples=[[]])
    batch: str = Field(default="", max_length=100, examples=[""])
    expires_on: date | None = Field(default=None, examples=[None], description="Of a batch nobody knew of.")
    owner: Id | None = Field(
        default=None, examples=[None], description="Whose goods they are, where we only keep them."
    )
    unit_cost: Price | None = Field(default=None, description="Of goods nobody knew of.")


class Record(Given):
    """What was counted."""

    lines: list[TallyGiven] = Field(min_length=1, max_length=10_000)
    counted_at: datetime | None = Field(
        default=None,
        examples=[None],
        description="When it was counted, where it was written on paper first; what moved since is left out.",
    )


class CancelCount(Given):
    """Why a count is given up."""

    reason: Note = ""


def _afterwards(pk: int, actor: Actor) -> Callable[[Written], dict[str, Any]]:
    def show(done: Written) -> dict[str, Any]:
        return one_count(pk, actor)

    return show


def _tallies(body: Record) -> list[Tally]:
    """What was sent as what was counted, products and bins read together."""
    products = Product.objects.in_bulk({line.product for line in body.lines})
    bins = dict(Bin.objects.filter(pk__in={line.bin for line in body.lines}).values_list("pk", "place_id"))
    found, packs = [], Packs(products)
    for n, line in enumerate(body.lines):
        at = f"lines.{n}."
        if line.product not in products:
            raise BadInput("no_such_product", N_("There is no such product."), field=f"{at}product")
        if line.bin not in bins:
            raise BadInput("no_such_bin", N_("The location has no such bin."), field=f"{at}bin")
        found.append(
            Tally(
                line.product,
                bins[line.bin],
                packs.sent(
                    line.counted, line.unit, products[line.product], at, name="counted", read=quantity.scaled
                ),
                tuple(line.serials),
                line.batch,
                None if line.unit_cost is None else money.micro(line.unit_cost, field=f"{at}unit_cost"),
                at,
                line.owner,
                line.expires_on,
            )
        )
    return found


def _written_down(request: Request, pk: int, body: Record, act: Callable[..., Written]) -> HttpResponse:
    require(request.auth, "stock.count")

    def show(done: Written) -> dict[str, Any]:
        named = {(line.product, line.bin) for line in body.lines}
        rows = queries.lines_of(pk).filter(
            product__in={line.product for line in body.lines}, bin__in={line.bin for line in body.lines}
        )
        only = {pk: {row.pk for row in rows if (row.product_id, row.bin_id) in named}}
        return shown([there(queries.counts(), pk)], request.auth, lines=True, only=only)[0]

    def run() -> Written:
        return act(actor=request.auth, count=pk, tallies=_tallies(body), counted_at=body.counted_at)

    return write(request, run, show, about=f"count:{pk}")


@router.post("/stock/counts/{id}/record", response=CountDone, summary="Record what was counted")
def record(request: Request, id: Id, body: Record) -> HttpResponse:
    """Write down what was counted; the answer has the lines of these products and bins."""
    return _written_down(request, id, body, actions.record_count)


@router.post("/stock/counts/{id}/recount", response=CountDone, summary="Record a second count")
def recount(request: Request, id: Id, body: Record) -> HttpResponse:
    """Write down what a second count found; what the first one said stays beside it."""
    return _written_down(request, id, body, actions.recount)


@router.post("/stock/counts/{id}/review", response=CountDone, summary="Review a count")
def review(request: Request, id: Id) -> HttpResponse:
    """Say that the differences have been looked at and may be posted."""
    act = partial(actions.review_count, actor=request.auth, count=id)
    return write(request, act, _afterwards(id, request.auth), about=f"count:{id}")


@router.post("/stock/counts/{id}/complete", response=CountDone, summary="Complete a count")
def complete(request: Request, id: Id) -> HttpResponse:
    """Post the differences of a reviewed count as one entry."""
    act = partial(actions.complete_count, actor=request.auth, count=id)
    return write(request, act, _afterwards(id, request.auth), about=f"count:{id}")


@router.post("/stock/counts/{id}/cancel", response=CountDone, summary="Give a count up")
def cancel(request: Request, id: Id, body: CancelCount) -> HttpResponse:
    """Give a count up; nothing of it is posted."""
    act = partial(actions.cancel_count, actor=request.auth, count=id, reason=body.reason)
    return write(request, act, _afterwards(id, request.auth), about=f"count:{id}")
