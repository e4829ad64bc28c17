"""Shipments and containers over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any, Literal, get_args

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Listing, Note, Page, Request, Shown, there
from wharfinger.fulfilment.actions import second
from wharfinger.fulfilment.actions.packing import describe_container
from wharfinger.fulfilment.actions.shipping import correct_shipment
from wharfinger.fulfilment.queries import shown
from wharfinger.fulfilment.rules.correcting import Correction
from wharfinger.fulfilment.rules.packing import Box
from wharfinger.ledger.door import detail, write

router = Router(tags=["fulfilment"])

Word = Literal["in_transit", "delivered", "cancelled"]


class OfBatch(Shown):
    """How much of goods is of which batch."""

    batch: str = Field(examples=["L-2026-07"])
    quantity: str = Field(examples=["3"])


class GoodsRow(Shown):
    """Units of a line that lie together."""

    line: Id
    order: Id | None
    container: Id | None
    product: Id
    sku: str = Field(examples=["AP-1040"])
    description: str
    quantity: str = Field(examples=["3"])
    serials: list[str] = Field(examples=[[]], description="Of units that have a number each.")
    batches: list[OfBatch] = Field(examples=[[]], description="Of goods that are kept by batches.")


class ShipmentOut(Shown):
    """Goods on their way to one destination, possibly of several orders."""

    id: Id
    number: str = Field(examples=["SH-4"])
    status: Word
    organization: Id
    site: Id
    carrier: str
    service: str
    tracking: str
    tracking_url: str = Field(
        description="Where the carrier shows it; empty where the list of carriers has no link."
    )
    shipped_on: str = Field(examples=["2026-11-30"])
    delivered_on: str | None
    way: Literal["carrier", "pick_up", "hand_over"]
    proof: str
    attachments: list[Id] = Field(
        description="Its files: the signature and photos of its delivery, and others."
    )
    containers: list[Id]
    goods: list[GoodsRow]


class ContainerOut(Shown):
    """A box or pallet for one destination, and what lies in it."""

    id: Id
    number: str = Field(examples=["BOX-1"])
    kind: Literal["box", "pallet"]
    organization: Id
    site: Id
    location: Id
    shipment: Id | None
    tracking: str
    tracking_url: str
    weight_grams: int | None
    size_mm: str
    sscc: str
    inside: Id | None = Field(description="The pallet it stands on.")
    checked_by: Id | None
    checked_at: datetime | None
    holds: list[Id] = Field(description="The boxes that stand on it.")
    contents: list[GoodsRow]


class ShipmentDone(ShipmentOut, Done):
    """A shipment, and the entry that changed it."""


class ContainerDone(ContainerOut, Done):
    """A container, and the entry that changed it."""


class FollowGiven(Given):
    """A container of a shipment, and the number under which the carrier follows it."""

    id: Id
    tracking: str = Field(max_length=100)


class ShipmentChange(Given):
    """What is corrected of a shipment; what is left out stays as it is."""

    carrier: str | None = Field(default=None, max_length=60)
    service: str | None = Field(default=None, max_length=60)
    tracking: str | None = Field(default=None, max_length=100)
    shipped_on: date | None = Field(
        default=None, description="What the shipment says; its goods moved on the day of their entry."
    )
    delivered_on: date | None = Field(default=None, description="Of a shipment that has arrived.")
    proof: str | None = Field(default=None, max_length=200, description="Who signed, or how it is known.")
    reason: Note = Field(default="", description="Needed where a day or the proof changes.")
    containers: list[FollowGiven] = Field(
        default=[],
        max_length=1000,
        examples=[[]],
        description="Those of which another tracking number is said.",
    )


class ContainerChange(Given):
    """What is said of a container."""

    kind: Literal["box", "pallet"] | None = None
    weight_grams: int | None = Field(default=None, ge=1, le=100_000_000)
    size_mm: str | None = Field(default=None, max_length=40)
    tracking: str | None = Field(default=None, max_length=100)
    sscc: str | None = Field(default=None, pattern=r"^([0-9]{18})?$", examples=["340123450000000017"])


SHIPMENTS = Listing(
    "shipments",
    sorts={"number": "number", "shipped_on": "shipped_on"},
    filters={
        "organization": "organization_id",
        "site": "site_id",
        "carrier": "carrier",
        "tracking": shown.followed,
        "number": "number",
        "status": shown.with_word,
    },
    words={"status": get_args(Word)},
    days={"shipped_on": "shipped_on", "delivered_on": "delivered_on"},
    q=("number", "tracking", "organization__name"),
)
CONTAINERS = Listing(
    "containers",
    sorts={"number": "number"},
    filters={
        "organization": "organization_id",
        "site": "site_id",
        "location": "location_id",
        "shipment": "shipment_id",
        "number": "number",
        "shipped": shown.shipped,
    },
    q=("number", "tracking", "sscc", "organization__name"),
)


@router.get(
    "/shipments", response=Page[ShipmentOut], openapi_extra=SHIPMENTS.described, summary="List shipments"
)
def list_shipments(request: Request) -> HttpResponse:
    """Shipments, newest first, with what they took along."""
    require(request.auth, "fulfilment.read")
    return SHIPMENTS.answer(request, shown.shipments().select_related("site"), shown.show_shipments)


@router.get("/shipments/{id}", response=ShipmentOut, summary="Read a shipment")
def one_shipment(request: Request, id: Id) -> HttpResponse:
    """A shipment with what it took along."""
    require(request.auth, "fulfilment.read")
    return detail(request, f"shipment:{id}", _shipment(id))


@router.patch("/shipments/{id}", response=ShipmentDone, summary="Correct a shipment")
def change_shipment(request: Request, id: Id, body: ShipmentChange) -> HttpResponse:
    """Correct how it travelled, when it left, when it arrived, or who signed; the last three with a reason."""
    boxes = tuple((one.id, one.tracking) for one in body.containers)
    said = Correction(**body.model_dump(exclude={"reason", "containers"}), boxes=boxes)
    act = partial(correct_shipment, actor=request.auth, shipment=id, said=said, reason=body.reason)
    return write(request, act, lambda _: _shipment(id), about=f"shipment:{id}")


@router.get(
    "/containers", response=Page[ContainerOut], openapi_extra=CONTAINERS.described, summary="List containers"
)
def list_containers(request: Request) -> HttpResponse:
    """Containers, newest first, with what lies in them."""
    require(request.auth, "fulfilment.read")
    return CONTAINERS.answer(request, shown.containers(), shown.show_containers)


@router.get("/containers/{id}", response=ContainerOut, summary="Read a container")
def one_container(request: Request, id: Id) -> HttpResponse:
    """A container with what lies in it."""
    require(request.auth, "fulfilment.read")
    return detail(request, f"container:{id}", _container(id))


@router.patch("/containers/{id}", response=ContainerDone, summary="Describe a container")
def change_container(request: Request, id: Id, body: ContainerChange) -> HttpResponse:
    """Say what a container weighs and measures, and under which number the carrier follows it."""
    require(request.auth, "fulfilment.pack")
    now = there(shown.containers(), id)
    said: dict[str, Any] = {
        "kind": now.kind,
        "weight_grams": now.weight_grams,
        "size_mm": now.size_mm,
        "tracking": now.tracking,
        "sscc": now.sscc,
    }
    sent = body.model_dump(exclude_unset=True)
    said |= {key: value for key, value in sent.items() if value is not None or key == "weight_grams"}
    act = partial(describe_container, actor=request.auth, container=id, box=Box(**said))
    return write(request, act, lambda _: _container(id), about=f"container:{id}")


@router.post("/containers/{id}/check", response=ContainerDone, summary="Check a container")
def check_container(request: Request, id: Id) -> HttpResponse:
    """Say that somebody looked into it who neither picked nor packed what lies in it; it may then leave."""
    require(request.auth, "fulfilment.check")
    act = partial(second.check_container, actor=request.auth, container=id)
    return write(request, act, lambda _: _container(id), about=f"container:{id}")


def _shipment(pk: int) -> dict[str, Any]:
    return shown.show_shipments([there(shown.shipments().select_related("site"), pk)])[0]


def _container(pk: int) -> dict[str, Any]:
    return shown.show_containers([there(shown.containers(), pk)])[0]
