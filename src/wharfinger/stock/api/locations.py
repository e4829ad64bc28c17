"""Locations and their bins over HTTP."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Listing, Page, Request, Shown, there
from wharfinger.ledger.door import detail, make, write
from wharfinger.stock.actions import locations as actions
from wharfinger.stock.models import Location
from wharfinger.stock.queries import locations as queries

router = Router(tags=["stock"])

Kind = Literal["warehouse", "person", "returns", "virtual"]
Channel = Literal["direct", "indirect", "rental"]


class BinGiven(Given):
    """A new bin."""

    name: str = Field(min_length=1, max_length=40, examples=["A-01"])
    sequence: int = Field(default=1, ge=0, le=1_000_000, description="Its turn when the location is walked.")
    capacity: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000_000,
        examples=[40],
        description="How many whole units of anything fit in: more is not proposed when goods are put away.",
    )


class BinChange(Given):
    """What changes of a bin."""

    name: str | None = Field(default=None, min_length=1, max_length=40, examples=["A-01"])
    sequence: int | None = Field(default=None, ge=0, le=1_000_000)
    capacity: int | None = Field(default=None, ge=1, le=1_000_000_000, examples=[40])
    default: bool | None = Field(default=None, description="Whether what comes in lies here first.")
    retired_on: date | None = None


class BinOut(Shown):
    """A compartment of a location."""

    id: Id
    name: str = Field(examples=["A-01"])
    default: bool
    sequence: int
    capacity: int | None
    retired_on: date | None


class LocationGiven(Given):
    """A new location."""

    name: str = Field(min_length=1, max_length=50, examples=["North warehouse"])
    kind: Kind = "warehouse"
    channel: Channel = "direct"
    default: bool | None = Field(default=None, description="Without it: the first location is.")
    person: Id | None = Field(
        default=None, examples=[None], description="In whose custody; needed for the kind person."
    )
    returns_location: Id | None = Field(
        default=None, examples=[None], description="Where returns of goods issued here land."
    )
    bins: list[BinGiven] = Field(
        default=[], max_length=500, description="The first is the default; without bins one is made."
    )


class LocationChange(Given):
    """What changes of a location."""

    name: str | None = Field(default=None, min_length=1, max_length=50, examples=["North warehouse"])
    kind: Kind | None = None
    channel: Channel | None = None
    default: bool | None = None
    person: Id | None = Field(default=None, examples=[None])
    returns_location: Id | None = Field(default=None, examples=[None])
    retired_on: date | None = None


class LocationOut(Shown):
    """Where goods are kept."""

    id: Id
    name: str = Field(examples=["North warehouse"])
    kind: Kind
    channel: Channel
    default: bool
    person: Id | None
    returns_location: Id | None
    retired_on: date | None
    bins: list[BinOut]


class LocationDone(LocationOut, Done):
    """A location, and the entry that wrote it."""


LOCATIONS = Listing(
    "locations",
    sorts={"name": "name"},
    filters={
        "name": "name",
        "kind": "kind",
        "channel": "channel",
        "default": "default",
        "person": "person_id",
        "retired": queries.retired,
    },
    q=("name",),
)


def _show(pk: int) -> dict[str, Any]:
    return queries.show_locations([there(Location.objects.all(), pk)])[0]


@router.get(
    "/locations", response=Page[LocationOut], openapi_extra=LOCATIONS.described, summary="List locations"
)
def locations(request: Request) -> HttpResponse:
    """Locations with their bins."""
    require(request.auth, "stock.read")
    return LOCATIONS.answer(request, Location.objects.all(), queries.show_locations)


@router.get("/locations/{id}", response=LocationOut, summary="Read a location")
def location(request: Request, id: Id) -> HttpResponse:
    """A location with its bins."""
    require(request.auth, "stock.read")
    return detail(request, f"location:{id}", _show(id))


@router.post("/locations", response={201: LocationDone}, summary="Add a location")
def add_location(request: Request, body: LocationGiven) -> HttpResponse:
    """Add a warehouse, a van, a person's custody or a place for returns."""
    values = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
    bins = values.pop("bins", [])
    act = partial(actions.add_location, actor=request.auth, values=values, bins=bins)
    return make(request, act, "stock.Location", _show, subject="location")


@router.patch("/locations/{id}", response=LocationDone, summary="Change a location")
def change_location(request: Request, id: Id, body: LocationChange) -> HttpResponse:
    """Change a location; a date in ``retired_on`` retires it once it is empty."""
    act = partial(
        actions.change_location, actor=request.auth, location=id, values=body.model_dump(exclude_unset=True)
    )
    return write(request, act, lambda _: _show(id), about=f"location:{id}")


@router.post("/locations/{id}/bins", response={201: LocationDone}, summary="Add a bin")
def add_bin(request: Request, id: Id, body: BinGiven) -> HttpResponse:
    """Add a bin to a location."""
    act = partial(
        actions.add_bin, actor=request.auth, location=id, values=body.model_dump(exclude_unset=True)
    )
    return write(request, act, lambda _: _show(id), about=f"location:{id}", status=201)


@router.patch("/locations/{id}/bins/{bin}", response=LocationDone, summary="Change a bin")
def change_bin(request: Request, id: Id, bin: Id, body: BinChange) -> HttpResponse:
    """Rename a bin, give it another turn in the walk, make it the default, or retire it once it is empty."""
    require(request.auth, "stock.location")
    there(there(Location.objects.all(), id).bins.all(), bin)
    act = partial(actions.change_bin, actor=request.auth, bin=bin, values=body.model_dump(exclude_unset=True))
    return write(request, act, lambda _: _show(id), about=f"location:{id}")
