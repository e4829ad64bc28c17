"""The list of carriers over HTTP."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Listing, Page, Request, Shown, there
from wharfinger.fulfilment.actions import carriers as actions
from wharfinger.fulfilment.queries import carriers as queries
from wharfinger.ledger.door import detail, make, write

router = Router(tags=["fulfilment"])

Service = Annotated[str, Field(min_length=1, max_length=60, examples=["Express"])]
FOLLOWED = "https://carrier.example/track/{number}"


class CarrierGiven(Given):
    """A carrier that forms propose."""

    name: str = Field(min_length=1, max_length=60, examples=["DHL"])
    services: list[Service] = Field(default=[], max_length=20, examples=[["Express"]])
    link: str = Field(
        default="",
        max_length=200,
        examples=[FOLLOWED],
        description="Where a parcel is followed, with ``{number}`` in place of its tracking number.",
    )


class CarrierChange(Given):
    """What changes about a carrier."""

    name: str | None = Field(default=None, min_length=1, max_length=60, examples=["DHL"])
    services: list[Service] | None = Field(default=None, max_length=20, examples=[["Express"]])
    link: str | None = Field(default=None, max_length=200, examples=[FOLLOWED])
    retired_on: date | None = Field(default=None, examples=[None])


class CarrierOut(Shown):
    """A carrier of the list."""

    id: Id
    name: str = Field(examples=["DHL"])
    services: list[str] = Field(examples=[["Express"]])
    link: str = Field(examples=[FOLLOWED])
    retired_on: date | None


class CarrierDone(CarrierOut, Done):
    """A carrier, and the entry that wrote it."""


CARRIERS = Listing(
    "carriers", sorts={"name": "name"}, filters={"name": "name", "retired": queries.retired}, q=("name",)
)


def _one(pk: int) -> dict[str, Any]:
    return queries.show_carriers([there(queries.carriers(), pk)])[0]


@router.get("/carriers", response=Page[CarrierOut], openapi_extra=CARRIERS.described, summary="List carriers")
def list_carriers(request: Request) -> HttpResponse:
    """The carriers that forms propose, newest first."""
    require(request.auth, "fulfilment.read")
    return CARRIERS.answer(request, queries.carriers(), queries.show_carriers)


@router.get("/carriers/{id}", response=CarrierOut, summary="Read a carrier")
def one_carrier(request: Request, id: Id) -> HttpResponse:
    """A carrier of the list."""
    require(request.auth, "fulfilment.read")
    return detail(request, f"carrier:{id}", _one(id))


@router.post("/carriers", response={201: CarrierDone}, summary="Add a carrier")
def add_carrier(request: Request, body: CarrierGiven) -> HttpResponse:
    """Add a carrier to the list; tracking numbers of its shipments become links."""
    act = partial(actions.add_carrier, actor=request.auth, values=body.model_dump())
    return make(request, act, "fulfilment.Carrier", _one, subject="carrier")


@router.patch("/carriers/{id}", response=CarrierDone, summary="Change a carrier")
def change_carrier(request: Request, id: Id, body: CarrierChange) -> HttpResponse:
    """Change a carrier; a date in ``retired_on`` takes it off the list, and its links stay."""
    values = body.model_dump(exclude_unset=True)
    act = partial(actions.change_carrier, actor=request.auth, carrier=id, values=values)
    return write(request, act, lambda _: _one(id), about=f"carrier:{id}")
