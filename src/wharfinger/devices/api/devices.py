"""Devices and subscriptions over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import money
from wharfinger.base.access import require
from wharfinger.base.door import (
    Done,
    Given,
    Id,
    Listing,
    Note,
    OwnShown,
    OwnValues,
    Page,
    Price,
    Request,
    Shown,
    answer,
    there,
)
from wharfinger.base.quantity import quantity
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import same
from wharfinger.demand.queries.reading import products_of
from wharfinger.devices.actions import installing, keeping
from wharfinger.devices.actions.covering import review_contract
from wharfinger.devices.queries import owners, shown
from wharfinger.devices.queries.covering import covered
from wharfinger.devices.rules.covering import COVER
from wharfinger.devices.rules.installing import Installation
from wharfinger.devices.rules.keeping import SubscriptionWish
from wharfinger.ledger.door import detail, make, write

router = Router(tags=["devices"])


class RelatedOut(Shown):
    """A device that belongs to another, and what it is to it."""

    device: Id
    kind: Literal["parent", "child", "related"]


class DeviceOut(Shown):
    """A unit at a customer; its life is under /serials."""

    id: Id
    number: str = Field(examples=["D-12"])
    product: Id
    serial: str = Field(examples=["SN-0001"])
    organization: Id | None
    site: Id | None
    contact: Id | None
    line: Id | None = Field(description="The line by which it was sold.")
    contract: Id | None
    reference: str
    own: OwnShown
    sold_on: date | None
    installed_on: date | None
    removed_on: date | None = Field(description="The day it left the customer.")
    warranty_policy: Id | None
    warranty_start_on: date | None
    warranty_end_on: date | None
    warranty: Literal["none", "covered", "ends_soon", "ended"]
    cover: Literal["contract", "subscription", "reviewed", "none"] = Field(
        description="By what it is covered; reviewed: somebody decided that it needs no contract."
    )
    reviewed_at: datetime | None
    reviewed_by: Id | None
    replaces: Id | None
    replaced_by: Id | None
    related: list[RelatedOut]
    subscriptions: list[Id] = Field(description="Those that use it now.")
    users: list[Id] = Field(description="The contacts of its customer who use it.")
    work_orders: list[Id] = Field(description="Tickets, projects, contracts and jobs that are about it.")


class DeviceDone(DeviceOut, Done):
    """A device, and the entry that changed it."""


class InstallItem(Given):
    """Units to install: of a delivered line, or of a product that we never sold."""

    line: Id | None = Field(default=None, examples=[None])
    product: Id | None = Field(default=None, description="Of goods that we never sold.")
    quantity: str = Field(default="1", pattern=r"^[0-9]{1,6}$", examples=["1"])
    serial: str = Field(default="", max_length=100, examples=["SN-0001"])
    site: Id | None = Field(default=None, examples=[None])
    contact: Id | None = Field(default=None, examples=[None])
    contract: Id | None = Field(default=None, examples=[None])
    reference: str = Field(default="", max_length=60, examples=["Rack 4"])
    warranty: Literal["policy", "none"] = "policy"
    warranty_end_on: date | None = Field(default=None, examples=[None])
    own: OwnValues = {}


class Install(Given):
    """Units that become devices."""

    items: list[InstallItem] = Field(min_length=1, max_length=1000)
    installed_on: date | None = Field(default=None, examples=[None])


class InstallDone(Done):
    """The devices that were made, and the entry that made them."""

    devices: list[DeviceOut]


class Review(Given):
    """Devices without a contract that need none."""

    devices: list[Id] = Field(min_length=1, max_length=500)
    note: Note = Field(default="", examples=["Out of service soon"])


class ReviewDone(Done):
    """The devices that were reviewed, and the entry that says so."""

    devices: list[DeviceOut]


class Relate(Given):
    """Another device of the same customer, and what it is to this one."""

    device: Id
    kind: Literal["parent", "child", "related"]


class Unrelate(Given):
    """Another device, with which this one no longer belongs."""

    device: Id


class UsersGiven(Given):
    """The contacts that use a device from now on, and those that do no longer."""

    add: list[Id] = Field(default=[], max_length=500, examples=[[4]])
    remove: list[Id] = Field(default=[], max_length=500, examples=[[]])


class Move(Given):
    """Where a device goes, with its components: another site, of the same customer or of a new owner."""

    site: Id
    parts: bool = Field(default=True, description="Whether its components go along.")
    contact: Id | None = Field(default=None, examples=[None])
    reference: str | None = Field(default=None, max_length=60, examples=["Rack 5"])
    moved_on: date | None = Field(default=None, examples=[None])


class DeviceChange(Given):
    """What changes of a device; warranty dates need a right of their own."""

    contact: Id | None = Field(default=None, examples=[None])
    contract: Id | None = Field(default=None, examples=[None])
    reference: str = Field(default="", max_length=60, examples=["Rack 4"])
    own: OwnValues = {}
    warranty_start_on: date | None = Field(default=None, examples=[None])
    warranty_end_on: date | None = Field(default=None, examples=[None])


class OwnerOut(Shown):
    """Whose a device was, from when until when."""

    organization: Id
    name: str = Field(examples=["Acme"])
    since: date
    until: date | None
    entry: Id = Field(description="The entry by which it became theirs.")


class OwnersOut(Shown):
    """Everybody whose a device was, the latest first."""

    items: list[OwnerOut]


class SubscriptionOut(Shown):
    """A recurring service, and the device it uses."""

    id: Id
    number: str = Field(examples=["SUB-3"])
    organization: Id
    product: Id
    device: Id | None
    contract: Id | None
    price: str = Field(examples=["49.9"])
    currency: str = Field(examples=["EUR"])
    starts_on: date
    ended_on: date | None


class SubscriptionDone(SubscriptionOut, Done):
    """A subscription, and the entry that wrote it."""


class SubscriptionGiven(Given):
    """A new subscription; price of the product unless given."""

    organization: Id
    product: Id
    device: Id | None = Field(default=None, examples=[None])
    contract: Id | None = Field(default=None, examples=[None])
    price: Price | None = Field(default=None, examples=[None])
    starts_on: date | None = Field(default=None, examples=[None])


class SubscriptionEnd(Given):
    """The day a subscription ends."""

    ended_on: date | None = Field(default=None, examples=[None])


class SubscriptionUse(Given):
    """The device that a subscription uses from now on, or none."""

    device: Id | None


DEVICES = Listing(
    "devices",
    sorts={"number": "number", "warranty_end_on": "warranty_end_on", "installed_on": "installed_on"},
    filters={
        "organization": "organization_id",
        "number": "number",
        "serial": lambda rows, values: rows.filter(lot__code_key__in=[same(value) for value in values]),
        "reference": "reference",
        "site": "site_id",
        "product": "product_id",
        "contract": "contract_id",
        "line": "line_id",
        "cover": lambda rows, values: covered(rows, *values),
    },
    words={"cover": COVER},
    days={"warranty_end_on": "warranty_end_on", "installed_on": "installed_on", "removed_on": "removed_on"},
    q=("number", "lot__code", "reference", "product__name"),
    own=("device", "own"),
)
SUBSCRIPTIONS = Listing(
    "subscriptions",
    sorts={"number": "number", "starts_on": "starts_on"},
    filters={
        "organization": "organization_id",
        "number": "number",
        "device": "device_id",
        "product": "product_id",
        "contract": "contract_id",
    },
    days={"starts_on": "starts_on", "ended_on": "ended_on"},
    q=("number", "organization__name"),
)


@router.get("/devices", response=Page[DeviceOut], openapi_extra=DEVICES.described, summary="List devices")
def devices(request: Request) -> HttpResponse:
    """Every device that a customer has or had, newest first."""
    require(request.auth, "devices.read")
    return DEVICES.answer(request, shown.devices(), shown.show_devices)


@router.get("/devices/{id}", response=DeviceOut, summary="Read a device")
def device(request: Request, id: Id) -> HttpResponse:
    """A device with its warranty, its relations and what uses it."""
    require(request.auth, "devices.read")
    return detail(request, f"device:{id}", shown.show_device(there(shown.devices(), id)))


def _items(given: Sequence[InstallItem]) -> list[Installation]:
    known = products_of(one.line for one in given if one.line is not None)
    found = []
    for n, one in enumerate(given):
        if (one.line is None) == (one.product is None):
            raise BadInput("line_or_product", N_("Name either a line or a product."), field=f"items.{n}.line")
        if one.line is not None and one.line not in known:
            raise BadInput("no_such_line", N_("There is no such line."), field=f"items.{n}.line")
        units = quantity(one.quantity, 0, field=f"items.{n}.quantity")
        if units > 1000:
            raise BadInput(
                "too_many", N_("At most {most} at a time."), field=f"items.{n}.quantity", most=1000
            )
        found.append(
            Installation(
                one.line,
                units,
                one.serial,
                one.product,
                one.site,
                one.contact,
                one.contract,
                one.reference,
                one.own,
                one.warranty == "policy",
                one.warranty_end_on,
            )
        )
    return found


@router.post("/devices/install", response={201: InstallDone}, summary="Install units as devices")
def install(request: Request, body: Install) -> HttpResponse:
    """Make devices of delivered units, or of goods we never sold; warranty comes from the policies."""
    require(request.auth, "devices.install")
    act = partial(
        installing.install, actor=request.auth, items=_items(body.items), installed_on=body.installed_on
    )
    return write(request, act, lambda done: {"devices": _touched(done.id)}, status=201)


def _touched(entry: int) -> list[dict[str, Any]]:
    """The devices that an entry made or brought back, as the journal has it."""
    return shown.show_devices(list(shown.devices().filter(pk__in=shown.devices_of(entry)).order_by("pk")))


@router.post("/devices/review", response=ReviewDone, summary="Say that devices need no contract")
def review(request: Request, body: Review) -> HttpResponse:
    """Review devices without a contract: they are off the list of those without one until something of them changes."""
    act = partial(review_contract, actor=request.auth, devices=body.devices, note=body.note)
    return write(request, act, lambda done: {"devices": _touched(done.id)})


@router.post("/devices/{id}/relate", response=DeviceDone, summary="Relate two devices")
def relate(request: Request, id: Id, body: Relate) -> HttpResponse:
    """Let two devices of one customer belong together; kind is what the other one is to this one."""
    act = partial(keeping.relate, actor=request.auth, device=id, other=body.device, kind=body.kind)
    return _device(request, id, act)


@router.post("/devices/{id}/unrelate", response=DeviceDone, summary="Separate two devices")
def unrelate(request: Request, id: Id, body: Unrelate) -> HttpResponse:
    """Let two devices belong together no longer; the journal keeps that they did."""
    act = partial(keeping.unrelate, actor=request.auth, device=id, other=body.device)
    return _device(request, id, act)


@router.post("/devices/{id}/users", response=DeviceDone, summary="Say who uses a device")
def users(request: Request, id: Id, body: UsersGiven) -> HttpResponse:
    """Name persons of its customer who use a device, and those who no longer do; they go with a swap, and end with a new owner."""
    act = partial(keeping.name_users, actor=request.auth, device=id, add=body.add, remove=body.remove)
    return _device(request, id, act)


@router.post("/devices/{id}/move", response=DeviceDone, summary="Move a device")
def move(request: Request, id: Id, body: Move) -> HttpResponse:
    """Take a device with its components to another site, of the same customer or of a new owner."""
    act = partial(keeping.move, actor=request.auth, device=id, **body.model_dump())
    return _device(request, id, act)


@router.patch("/devices/{id}", response=DeviceDone, summary="Change a device")
def change(request: Request, id: Id, body: DeviceChange) -> HttpResponse:
    """Change contact, contract, reference or warranty."""
    columns = {"contact": "contact_id", "contract": "contract_id"}
    values = {columns.get(name, name): value for name, value in body.model_dump(exclude_unset=True).items()}
    return _device(request, id, partial(keeping.change, actor=request.auth, device=id, values=values))


@router.get("/devices/{id}/owners", response=OwnersOut, summary="List whose a device was")
def owned_by(request: Request, id: Id) -> HttpResponse:
    """Everybody whose a device was, as the journal has it, the latest first."""
    require(request.auth, "devices.read")
    found = owners.owners(there(shown.devices(), id))
    return answer({"items": [one._asdict() for one in found]})


def _device(request: Request, id: int, act: Any) -> HttpResponse:
    return write(request, act, lambda _: shown.show_device(there(shown.devices(), id)), about=f"device:{id}")


@router.get(
    "/subscriptions",
    response=Page[SubscriptionOut],
    openapi_extra=SUBSCRIPTIONS.described,
    summary="List subscriptions",
)
def subscriptions(request: Request) -> HttpResponse:
    """Every subscription, newest first."""
    require(request.auth, "devices.read")
    return SUBSCRIPTIONS.answer(request, shown.subscriptions(), shown.show_subscriptions)


@router.get("/subscriptions/{id}", response=SubscriptionOut, summary="Read a subscription")
def subscription(request: Request, id: Id) -> HttpResponse:
    """A subscription and the device it uses."""
    require(request.auth, "devices.read")
    return detail(request, f"subscription:{id}", _show_subscription(id))


@router.post("/subscriptions", response={201: SubscriptionDone}, summary="Begin a subscription")
def subscribe(request: Request, body: SubscriptionGiven) -> HttpResponse:
    """Let a customer have a recurring service, of a device where it uses one."""
    require(request.auth, "devices.subscription")
    price = None if body.price is None else money.micro(body.price, field="price")
    wish = SubscriptionWish(
        body.organization, body.product, body.device, body.contract, price, body.starts_on
    )
    act = partial(keeping.subscribe, actor=request.auth, wish=wish)
    return make(request, act, "devices.Subscription", _show_subscription, subject="subscription")


@router.post("/subscriptions/{id}/end", response=SubscriptionDone, summary="End a subscription")
def end(request: Request, id: Id, body: SubscriptionEnd) -> HttpResponse:
    """End a subscription; its device may be returned then."""
    return _subscription(
        request,
        id,
        partial(keeping.end_subscription, actor=request.auth, subscription=id, ended_on=body.ended_on),
    )


@router.post(
    "/subscriptions/{id}/use", response=SubscriptionDone, summary="Let a subscription use another device"
)
def use(request: Request, id: Id, body: SubscriptionUse) -> HttpResponse:
    """Let a subscription use another device of the same customer, or none."""
    return _subscription(
        request, id, partial(keeping.use_device, actor=request.auth, subscription=id, device=body.device)
    )


def _subscription(request: Request, id: int, act: Any) -> HttpResponse:
    return write(request, act, lambda _: _show_subscription(id), about=f"subscription:{id}")


def _show_subscription(pk: int) -> dict[str, Any]:
    return shown.show_subscription(there(shown.subscriptions(), pk))
