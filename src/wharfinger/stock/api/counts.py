"""Counting over HTTP: begin, record, count again, review, complete, give up; and what is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import configuration, money, quantity
from wharfinger.base.access import Actor, require
from wharfinger.base.door import (
    Done,
    Given,
    Id,
    Line,
    Listing,
    Page,
    Request,
    Shown,
    answer,
    included,
    there,
)
from wharfinger.catalog.models import Product
from wharfinger.catalog.queries import categories, category_of
from wharfinger.ledger.door import detail, make
from wharfinger.stock.actions import counts as actions
from wharfinger.stock.models import Count, CountLine
from wharfinger.stock.queries import counts as queries
from wharfinger.stock.queries import places
from wharfinger.stock.queries.cycles import due
from wharfinger.stock.rules.counting import Scope

router = Router(tags=["stock"])


class CountScope(Given):
    """What of the location is counted; all of it where nothing is said."""

    bins: list[Id] = Field(default=[], max_length=10_000, examples=[[]])
    products: list[Id] = Field(default=[], max_length=10_000, examples=[[]])
    category: str = Field(default="", max_length=100, examples=[""])
    moved_since: date | None = Field(
        default=None, examples=[None], description="What came, went or changed places since that day."
    )


class CountGiven(Given):
    """Where is counted, and what of it."""

    location: Id
    scope: CountScope = CountScope()
    blind: bool = Field(default=False, description="Whether those who count see no figures of the books.")
    note: Line = ""


class CountLineOut(Shown):
    """What was counted of a product in a bin, and how far the books were off."""

    id: Id
    product: Id
    sku: str
    bin: Id
    code: str
    owner: Id | None
    counted: str = Field(examples=["7"])
    first_counted: str | None = Field(examples=[None])
    difference: str | None = Field(
        examples=["-1"], description="Null for those who count blind, until the count is over."
    )
    counted_at: datetime | None
    counted_by: Id | None


class ScopeOut(Shown):
    """What of the location is counted."""

    bins: list[Id]
    products: list[Id]
    category: str
    moved_since: date | None


class CountOut(Shown):
    """A count of a location."""

    id: Id
    number: str = Field(examples=["CT-1"])
    location: Id
    scope: ScopeOut
    blind: bool
    note: str
    status: Literal["counting", "reviewed", "completed", "cancelled"]
    reviewed_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    lines: list[CountLineOut] | None = Field(description="In lists where they are asked for.")


class CountDone(CountOut, Done):
    """A count with what was written down, and the entry that wrote it."""


class SpotOut(Shown):
    """A product in a bin that is to be counted."""

    bin: Id
    bin_name: str
    product: Id
    sku: str
    batch: str
    owner: Id | None
    books: str | None = Field(
        examples=["7"], description="What the books have there; null for those who count blind."
    )


class SheetOut(Shown):
    """What is to be counted, in walking order."""

    items: list[SpotOut]


class OffOut(Shown):
    """A difference, and what it is worth to those who may see cost."""

    line: Id
    product: Id
    difference: str
    value: str | None
    beyond: bool = Field(description="Whether it is off by more than the tolerance.")
    counted_twice: bool


class WithoutOut(Shown):
    """A line that would go without."""

    line: Id
    subject: str = Field(examples=["order:17"])
    organization: str
    owner: str
    sku: str
    quantity: str


class DifferencesOut(Shown):
    """What completing a count would change."""

    differences: list[OffOut]
    gained: str | None
    lost: str | None
    currency: str
    without: list[WithoutOut]


class DueOut(Shown):
    """A product that is to be counted, and when."""

    product: Id
    sku: str
    quantity: str
    value: str | None
    letter: Literal["A", "B", "C"]
    last_counted_on: date | None
    due_on: date


class DueList(Shown):
    """What is due at a location, the longest overdue first."""

    items: list[DueOut]


COUNTS = Listing(
    "counts",
    filters={"location": "location_id", "number": "number", "status": queries.standing},
    q=("number", "note"),
    includes=("lines",),
    words={"status": ("counting", "reviewed", "completed", "cancelled")},
)


def shown(
    found: Iterable[Count], actor: Actor, *, lines: bool, only: Mapping[int, set[int]] | None = None
) -> list[dict[str, Any]]:
    listed = list(found)
    counted = queries.with_lines(listed) if lines else [(count, []) for count in listed]
    named = {count.scope["category"] for count in listed if "category" in count.scope}
    paths = dict(categories().filter(pk__in=named).values_list("pk", "path")) if named else {}
    return [
        {
            "id": count.pk,
            "number": count.number,
            "location": count.location_id,
            "scope": {
                "bins": count.scope.get("bins", []),
                "products": count.scope.get("products", []),
                "category": paths.get(count.scope.get("category"), ""),
                "moved_since": count.scope.get("moved_since"),
            },
            "blind": count.blind,
            "note": count.note,
            "status": queries.word(count),
            "reviewed_at": _instant(count.reviewed_at),
            "completed_at": _instant(count.completed_at),
            "cancelled_at": _instant(count.cancelled_at),
            "lines": [
                _line(line, books=_sees_books(count, actor))
                for line in of
                if only is None or line.pk in only[count.pk]
            ]
            if lines
            else None,
        }
        for count, of in counted
    ]


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _sees_books(count: Count, actor: Actor) -> bool:
    over = queries.word(count) in ("completed", "cancelled")
    return not count.blind or over or actor.may("stock.review_count")


def _line(line: CountLine, *, books: bool) -> dict[str, Any]:
    d = line.product.quantity_decimals
    return {
        "id": line.pk,
        "product": line.product_id,
        "sku": line.product.sku,
        "bin": line.bin_id,
        "code": line.code,
        "owner": line.owner_id,
        "counted": quantity.plain(line.counted, d),
        "first_counted": None if line.first_counted is None else quantity.plain(line.first_counted, d),
        "difference": quantity.plain(line.difference, d) if books else None,
        "counted_at": _instant(line.counted_at),
        "counted_by": line.counted_by_id,
    }


def one_count(pk: int, actor: Actor) -> dict[str, Any]:
    return shown([there(queries.counts(), pk)], actor, lines=True)[0]


@router.get("/stock/counts", response=Page[CountOut], openapi_extra=COUNTS.described, summary="List counts")
def counts(request: Request) -> HttpResponse:
    """Counts, newest first; ``include=lines`` adds what was counted."""
    require(request.auth, "stock.read")
    lines = "lines" in included(request, COUNTS.includes)
    return COUNTS.answer(request, queries.counts(), partial(shown, actor=request.auth, lines=lines))


@router.get("/stock/counts/due", response=DueList, summary="List what is due to be counted")
def due_counts(request: Request, location: Id) -> HttpResponse:
    """Products at a location by when they are to be counted: the more they are worth, the more often."""
    require(request.auth, "stock.read")
    places.place_of(location)
    costs, currency = request.auth.may("catalog.see_cost"), configuration.one("currency")
    found = due(location)
    products = Product.objects.in_bulk([one.product for one in found])
    return answer(
        {
            "items": [
                {
                    "product": one.product,
                    "sku": products[one.product].sku,
                    "quantity": quantity.plain(one.units, products[one.product].quantity_decimals),
                    "value": money.plain(one.value_minor, currency) if costs else None,
                    "letter": one.letter,
                    "last_counted_on": one.since.isoformat() if one.counted else None,
                    "due_on": one.due_on.isoformat(),
                }
                for one in found
            ]
        }
    )


@router.get("/stock/counts/{id}", response=CountOut, summary="Read a count")
def count(request: Request, id: Id) -> HttpResponse:
    """A count with what was counted."""
    require(request.auth, "stock.read")
    return detail(request, f"count:{id}", one_count(id, request.auth))


@router.get("/stock/counts/{id}/sheet", response=SheetOut, summary="Read what is to be counted")
def sheet(request: Request, id: Id, bin: Id | None = None) -> HttpResponse:
    """What has not been counted yet, in walking order; of one bin where it is named."""
    require(request.auth, "stock.read")
    found = there(queries.counts(), id)
    books = _sees_books(found, request.auth)
    return answer(
        {
            "items": [
                {
                    "bin": spot.bin,
                    "bin_name": spot.bin_name,
                    "product": spot.product,
                    "sku": spot.sku,
                    "batch": spot.code,
                    "owner": spot.owner,
                    "books": quantity.plain(spot.units, spot.decimals) if books else None,
                }
                for spot in queries.spots(found, bin=bin)
            ]
        }
    )


@router.get(
    "/stock/counts/{id}/differences", response=DifferencesOut, summary="Read what a count would change"
)
def differences(request: Request, id: Id) -> HttpResponse:
    """The differences, what is worth most first, and by name who would go without if they were posted."""
    require(request.auth, "stock.review_count")
    found = there(queries.counts(), id)
    off = queries.off_lines(id)
    open_yet = queries.word(found) in ("counting", "reviewed")
    without = actions.foresee_count(actor=request.auth, count=id) if open_yet else []
    costs, currency = request.auth.may("catalog.see_cost"), configuration.one("currency")
    decimals = dict(
        Product.objects.filter(pk__in={one.product for one in off}).values_list("pk", "quantity_decimals")
    )
    return answer(
        {
            "differences": [
                {
                    "line": one.pk,
                    "product": one.product,
                    "difference": quantity.plain(one.difference, decimals[one.product]),
                    "value": money.plain(one.value_minor, currency) if costs else None,
                    "beyond": one.beyond,
                    "counted_twice": one.first_counted is not None,
                }
                for one in off
            ],
            "gained": money.plain(sum(max(0, o.value_minor) for o in off), currency) if costs else None,
            "lost": money.plain(sum(min(0, o.value_minor) for o in off), currency) if costs else None,
            "currency": currency,
            "without": [
                {
                    "line": one.line,
                    "subject": one.subject,
                    "organization": one.organization,
                    "owner": one.owner,
                    "sku": one.sku,
                    "quantity": quantity.plain(one.quantity, one.decimals),
                }
                for one in without
            ],
        }
    )


@router.post("/stock/counts", response={201: CountDone}, summary="Begin a count")
def begin(request: Request, body: CountGiven) -> HttpResponse:
    """Begin a count of a location or of a part of it; goods may go on moving while people count."""
    said = body.scope
    act = partial(
        actions.begin_count,
        actor=request.auth,
        location=body.location,
        scope=Scope(tuple(said.bins), tuple(said.products), category_of(said.category), said.moved_since),
        blind=body.blind,
        note=body.note,
    )
    return make(request, act, "stock.Count", lambda pk: one_count(pk, request.auth), subject="count")
