"""Counting over HTTP: begin, record, review, complete."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import money, quantity
from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Line, Listing, Page, Price, Quantity, Request, Shown, there
from wharfinger.base.refusal import N_, BadInput
from wharfinger.ledger.door import detail, make, write
from wharfinger.ledger.write import Written
from wharfinger.stock.actions import counts as actions
from wharfinger.stock.api.goods import Code
from wharfinger.stock.models import Count
from wharfinger.stock.queries import counts as queries
from wharfinger.stock.queries import places
from wharfinger.stock.rules.counting import Tally

router = Router(tags=["stock"])


class CountGiven(Given):
    """Where is counted."""

    location: Id
    note: Line = ""


class TallyGiven(Given):
    """What was counted of a product in a bin."""

    product: Id
    bin: Id
    counted: Quantity
    serials: list[Code] = Field(default=[], max_length=10_000, examples=[[]])
    batch: str = Field(default="", max_length=100, examples=[""])
    unit_cost: Price | None = Field(default=None, description="Of goods nobody knew of.")


class Record(Given):
    """What was counted."""

    lines: list[TallyGiven] = Field(min_length=1, max_length=1000)


class CountLineOut(Shown):
    """What was counted of a product in a bin, and how far the books were off."""

    id: Id
    product: Id
    sku: str
    bin: Id
    code: str
    counted: str = Field(examples=["7"])
    difference: str = Field(examples=["-1"])


class CountOut(Shown):
    """A count of a location."""

    id: Id
    number: str = Field(examples=["CT-1"])
    location: Id
    note: str
    reviewed_at: datetime | None
    completed_at: datetime | None
    lines: list[CountLineOut]


class CountDone(CountOut, Done):
    """A count, and the entry that wrote it."""


COUNTS = Listing("counts", filters={"location": "location_id", "number": "number"}, q=("number", "note"))


def _show(found: Iterable[Count]) -> list[dict[str, Any]]:
    return [
        {
            "id": count.pk,
            "number": count.number,
            "location": count.location_id,
            "note": count.note,
            "reviewed_at": count.reviewed_at.isoformat() if count.reviewed_at else None,
            "completed_at": count.completed_at.isoformat() if count.completed_at else None,
            "lines": [
                {
                    "id": line.pk,
                    "product": line.product_id,
                    "sku": line.product.sku,
                    "bin": line.bin_id,
                    "code": line.code,
                    "counted": quantity.plain(line.counted, line.product.quantity_decimals),
                    "difference": quantity.plain(line.difference, line.product.quantity_decimals),
                }
                for line in lines
            ],
        }
        for count, lines in queries.with_lines(found)
    ]


def _afterwards(pk: int) -> Callable[[Written], dict[str, Any]]:
    def show(done: Written) -> dict[str, Any]:
        return _one(pk)

    return show


def _one(pk: int) -> dict[str, Any]:
    return _show([there(queries.counts(), pk)])[0]


@router.get("/stock/counts", response=Page[CountOut], openapi_extra=COUNTS.described, summary="List counts")
def counts(request: Request) -> HttpResponse:
    """Counts with what was counted, newest first."""
    require(request.auth, "stock.read")
    return COUNTS.answer(request, queries.counts(), _show)


@router.get("/stock/counts/{id}", response=CountOut, summary="Read a count")
def count(request: Request, id: Id) -> HttpResponse:
    """A count with what was counted."""
    require(request.auth, "stock.read")
    return detail(request, f"count:{id}", _one(id))


@router.post("/stock/counts", response={201: CountDone}, summary="Begin a count")
def begin(request: Request, body: CountGiven) -> HttpResponse:
    """Begin a count of a location; goods may go on moving while people count."""
    act = partial(actions.begin_count, actor=request.auth, location=body.location, note=body.note)
    return make(request, act, "stock.Count", _one, subject="count")


def _tally(given: TallyGiven, field: str) -> Tally:
    product = places.product_of(given.product, field=f"{field}product")
    place = places.bin_of(given.bin, field=f"{field}bin")
    if place is None:
        raise BadInput("no_such_bin", N_("The location has no such bin."), field=f"{field}bin")
    return Tally(
        product.pk,
        place,
        quantity.scaled(given.counted, product.quantity_decimals, field=f"{field}counted"),
        tuple(given.serials),
        given.batch,
        None if given.unit_cost is None else money.micro(given.unit_cost, field=f"{field}unit_cost"),
        field,
    )


@router.post("/stock/counts/{id}/record", response=CountDone, summary="Record what was counted")
def record(request: Request, id: Id, body: Record) -> HttpResponse:
    """Write down what was counted; the difference from the books is taken at this instant."""
    require(request.auth, "stock.count")
    tallies = [_tally(line, f"lines.{n}.") for n, line in enumerate(body.lines)]
    act = partial(actions.record_count, actor=request.auth, count=id, tallies=tallies)
    return write(request, act, _afterwards(id), about=f"count:{id}")


@router.post("/stock/counts/{id}/review", response=CountDone, summary="Review a count")
def review(request: Request, id: Id) -> HttpResponse:
    """Say that the differences have been looked at and may be posted."""
    act = partial(actions.review_count, actor=request.auth, count=id)
    return write(request, act, _afterwards(id), about=f"count:{id}")


@router.post("/stock/counts/{id}/complete", response=CountDone, summary="Complete a count")
def complete(request: Request, id: Id) -> HttpResponse:
    """Post the differences of a reviewed count as one entry."""
    act = partial(actions.complete_count, actor=request.auth, count=id)
    return write(request, act, _afterwards(id), about=f"count:{id}")
