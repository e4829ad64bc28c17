"""The list of reasons over HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Listing, Page, Request, Shown, there
from wharfinger.ledger.door import detail, make, write
from wharfinger.stock.actions import reasons as actions
from wharfinger.stock.models import Reason
from wharfinger.stock.queries import reasons as queries

router = Router(tags=["stock"])

Use = Literal["found", "lost", "hold", "scrap", "correct_serial", "reject"]


class ReasonGiven(Given):
    """A reason from which people choose."""

    name: str = Field(min_length=1, max_length=60, examples=["Damaged"])
    uses: list[Use] = Field(
        default=["found", "lost"], min_length=1, max_length=6, description="For which acts it is offered."
    )
    note_required: bool = Field(default=False, description="Whether whoever gives it says more in a note.")


class ReasonChange(Given):
    """What changes about a reason."""

    name: str | None = Field(default=None, min_length=1, max_length=60, examples=["Damaged"])
    uses: list[Use] | None = Field(default=None, min_length=1, max_length=6, examples=[["lost", "scrap"]])
    note_required: bool | None = Field(default=None, examples=[True])
    retired_on: date | None = Field(default=None, examples=[None])


class ReasonOut(Shown):
    """A reason of the list."""

    id: Id
    name: str = Field(examples=["Damaged"])
    uses: list[str] = Field(examples=[["lost", "scrap"]])
    note_required: bool
    retired_on: date | None


class ReasonDone(ReasonOut, Done):
    """A reason, and the entry that wrote it."""


REASONS = Listing(
    "reasons",
    sorts={"name": "name"},
    filters={"name": "name", "use": queries.used, "retired": queries.retired},
    q=("name",),
)


def _show(found: Iterable[Reason]) -> list[dict[str, Any]]:
    return [
        {
            "id": row.pk,
            "name": row.name,
            "uses": row.uses,
            "note_required": row.note_required,
            "retired_on": row.retired_on.isoformat() if row.retired_on else None,
        }
        for row in found
    ]


def _one(pk: int) -> dict[str, Any]:
    return _show([there(Reason.objects.all(), pk)])[0]


@router.get(
    "/stock/reasons", response=Page[ReasonOut], openapi_extra=REASONS.described, summary="List reasons"
)
def reasons(request: Request) -> HttpResponse:
    """Why goods are found, lost, set aside, scrapped or called otherwise, as the company lists it."""
    require(request.auth, "stock.read")
    return REASONS.answer(request, Reason.objects.all(), _show)


@router.get("/stock/reasons/{id}", response=ReasonOut, summary="Read a reason")
def reason(request: Request, id: Id) -> HttpResponse:
    """A reason of the list."""
    require(request.auth, "stock.read")
    return detail(request, f"reason:{id}", _one(id))


@router.post("/stock/reasons", response={201: ReasonDone}, summary="Add a reason")
def add_reason(request: Request, body: ReasonGiven) -> HttpResponse:
    """Add a reason to the list from which people choose."""
    act = partial(actions.add_reason, actor=request.auth, values=body.model_dump())
    return make(request, act, "stock.Reason", _one, subject="reason")


@router.patch("/stock/reasons/{id}", response=ReasonDone, summary="Change a reason")
def change_reason(request: Request, id: Id, body: ReasonChange) -> HttpResponse:
    """Change a reason; a date in ``retired_on`` takes it off the list, and acts that gave it keep it."""
    values = body.model_dump(exclude_unset=True)
    act = partial(actions.change_reason, actor=request.auth, reason=id, values=values)
    return write(request, act, lambda _: _one(id), about=f"reason:{id}")
