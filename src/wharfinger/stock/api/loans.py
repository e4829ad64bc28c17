"""Loans over HTTP: lend goods until a day, take them back, let them stay longer."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Listing, Page, Quantity, Request, Shown
from wharfinger.base.refusal import N_, BadInput
from wharfinger.catalog.entry import Packs
from wharfinger.ledger.door import detail, make, write
from wharfinger.stock.actions import lending as actions
from wharfinger.stock.queries import loans as queries
from wharfinger.stock.queries import places
from wharfinger.stock.rules.lending import Borrower, GivenBack
from wharfinger.stock.rules.moving import Goods

router = Router(tags=["stock"])


class LendLine(Given):
    """Free goods that leave."""

    product: Id
    location: Id
    bin: int | None = None
    quantity: Quantity = Field(examples=["1"])
    serials: list[str] = Field(default=[], max_length=1000, examples=[["S1"]])


class LoanGiven(Given):
    """Who borrows what until when."""

    organization: int | None = Field(default=None, description="Who borrows; or a person of the house.")
    contact: int | None = Field(default=None, description="Who of the organization.")
    person: int | None = None
    due_on: date
    accepted_by: str = Field(default="", max_length=100, examples=["M. Krause"])
    note: str = Field(default="", max_length=500)
    lines: list[LendLine] = Field(min_length=1, max_length=1000)


class BackLine(Given):
    """Goods that are back."""

    product: Id
    quantity: Quantity = Field(examples=["1"])
    serials: list[str] = Field(default=[], max_length=1000, examples=[["S1"]])
    bin: int | None = Field(default=None, description="Where they were taken from, unless given.")


class BackGiven(Given):
    """What is back; everything where nothing is named."""

    lines: list[BackLine] | None = Field(default=None, max_length=1000)


class ExtendLoan(Given):
    """Until when the goods stay."""

    due_on: date
    reason: str = Field(default="", max_length=500)


class LoanLineOut(Shown):
    """Goods of a loan."""

    product: Id
    sku: str = Field(examples=["NB-14"])
    serial: str
    quantity: str = Field(examples=["1"], description="How many were lent.")
    out: str = Field(examples=["1"], description="How many are not back.")


class LoanOut(Shown):
    """Goods of ours that somebody has until a day."""

    id: Id
    number: str = Field(examples=["L-3"])
    status: Literal["lent", "overdue", "back"]
    organization: int | None
    contact: int | None
    person: int | None
    borrower: str = Field(examples=["Acme"])
    lent_on: date
    due_on: date
    days_left: int | None = Field(description="Below zero where the day has passed.", examples=[3])
    accepted_by: str
    note: str
    lines: list[LoanLineOut]


class LoanDone(LoanOut, Done):
    """A loan, and the entry that wrote it."""


LOANS = Listing(
    "loans",
    sorts={"number": "number", "due_on": "due_on"},
    filters={
        "number": "number",
        "organization": "organization_id",
        "person": "person_id",
        "status": queries.with_status,
    },
    words={"status": (*queries.WORDS, "open")},
    days={"due_on": "due_on"},
    q=("number", "organization__name", "accepted_by"),
)


def _show(pk: int) -> dict[str, Any]:
    return queries.show_loans([queries.one(pk)])[0]


@router.get("/loans", response=Page[LoanOut], openapi_extra=LOANS.described, summary="List loans")
def loans(request: Request) -> HttpResponse:
    """Goods that are or were on loan, newest first."""
    require(request.auth, "stock.read")
    return LOANS.answer(request, queries.loans(), queries.show_loans)


@router.get("/loans/{id}", response=LoanOut, summary="Read a loan")
def loan(request: Request, id: Id) -> HttpResponse:
    """What somebody borrowed, until when, and what of it is back."""
    require(request.auth, "stock.read")
    return detail(request, f"loan:{id}", _show(id))


@router.post("/loans", response={201: LoanDone}, summary="Lend goods")
def lend(request: Request, body: LoanGiven) -> HttpResponse:
    """Lend free goods to an organization or a person until a day; they stay ours."""
    require(request.auth, "stock.lend")
    act = partial(
        actions.lend,
        actor=request.auth,
        to=Borrower(body.organization, body.contact, body.person),
        items=_items(body),
        due_on=body.due_on,
        accepted_by=body.accepted_by,
        note=body.note,
    )
    return make(request, act, "stock.Loan", _show, subject="loan")


def _items(body: LoanGiven) -> list[Goods]:
    packs = Packs([one.product for one in body.lines])
    found = []
    for n, one in enumerate(body.lines):
        at = f"lines.{n}."
        product = places.product_of(one.product, field=f"{at}product")
        found.append(
            Goods(
                product.pk,
                packs.sent(one.quantity, "", product, at),
                places.place_of(one.location, field=f"{at}location"),
                places.bin_of(one.bin, field=f"{at}bin"),
                tuple(one.serials),
                field=at,
            )
        )
    return found


@router.post("/loans/{id}/give-back", response=LoanDone, summary="Take back what was lent")
def give_back(request: Request, id: Id, body: BackGiven | None = None) -> HttpResponse:
    """Put what is back into the bins it was taken from; everything where nothing is named."""
    require(request.auth, "stock.lend")
    lines = body.lines if body is not None else None
    items = None if lines is None else _back(lines)
    act = partial(actions.give_back, actor=request.auth, loan=id, items=items)
    return write(request, act, lambda _: _show(id), about=f"loan:{id}")


def _back(lines: list[BackLine]) -> list[GivenBack]:
    if not lines:
        raise BadInput("no_lines", N_("Choose at least one line."), field="lines")
    packs = Packs([one.product for one in lines])
    found = []
    for n, one in enumerate(lines):
        at = f"lines.{n}."
        product = places.product_of(one.product, field=f"{at}product")
        units = packs.sent(one.quantity, "", product, at)
        found.append(
            GivenBack(product.pk, units, tuple(one.serials), places.bin_of(one.bin, field=f"{at}bin"))
        )
    return found


@router.post("/loans/{id}/extend", response=LoanDone, summary="Lend for longer")
def extend(request: Request, id: Id, body: ExtendLoan) -> HttpResponse:
    """Let the goods of a loan be back on another day."""
    act = partial(actions.extend_loan, actor=request.auth, loan=id, due_on=body.due_on, reason=body.reason)
    return write(request, act, lambda _: _show(id), about=f"loan:{id}")
