"""Picking, packing, shipping and delivering over HTTP, and what takes them back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import configuration, further, proving
from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Note, Quantity, Request, Shown, Unit
from wharfinger.base.quantity import quantity
from wharfinger.base.refusal import N_, BadInput
from wharfinger.catalog.entry import Packs
from wharfinger.catalog.models import Product
from wharfinger.demand.api.lines import LineOut
from wharfinger.demand.queries.reading import lines_with, products_of
from wharfinger.demand.queries.shown import show_lines
from wharfinger.demand.queries.where import bin_places, location_places
from wharfinger.fulfilment.actions import packing, picking, shipping
from wharfinger.fulfilment.api.shipments import ContainerOut, ShipmentOut
from wharfinger.fulfilment.queries.shown import (
    show_containers,
    show_shipments,
    these_containers,
    these_shipments,
)
from wharfinger.fulfilment.rules import Consignment, Loaded, Pick
from wharfinger.fulfilment.rules.packing import Box
from wharfinger.fulfilment.rules.short import Short
from wharfinger.ledger.door import write
from wharfinger.ledger.write import Written

router = Router(tags=["fulfilment"])

Code = Annotated[str, Field(min_length=1, max_length=100, examples=["SN-0001"])]


class PickGiven(Given):
    """So many units of a line, wherever they stand or at a chosen place, or exactly these."""

    line: Id
    quantity: Quantity
    unit: Unit = ""
    location: Id | None = Field(default=None, examples=[None])
    bin: Id | None = Field(default=None, examples=[None])
    serials: list[Code] = Field(
        default=[],
        max_length=10_000,
        examples=[[]],
        description="Goods that are traced only from shipping get these numbers when they leave, "
        "those in the containers that are named beside, too.",
    )
    batch: str = Field(default="", max_length=100, examples=[""])


class Picks(Given):
    """Goods of lines."""

    picks: list[PickGiven] = Field(min_length=1, max_length=1000)


class ShortGiven(Given):
    """So many units of a line that are not in the bin where the books have them."""

    line: Id
    bin: Id
    quantity: Quantity
    serials: list[Code] = Field(default=[], max_length=1000, examples=[[]])
    batch: str = Field(default="", max_length=100, examples=[""])
    reason: str = Field(min_length=1, max_length=500, examples=["Not in its bin"])
    note: str = Field(default="", max_length=499)
    then: Literal["", "again", "order"] = Field(
        default="",
        examples=["again"],
        description="`again` reserves others that are free at this location, `order` lets them be bought.",
    )


class PickWanted(Given):
    """Goods of lines that are taken, and what is missing from its bin beside."""

    picks: list[PickGiven] = Field(default=[], max_length=1000)
    short: list[ShortGiven] = Field(
        default=[],
        max_length=200,
        examples=[[]],
        description="What is missing from its bin: it is set aside in the same act, and its line is served otherwise.",
    )


class PutBack(Picks):
    """Goods of lines that go back, and why."""

    reason: Note = ""


class PackGiven(Picks):
    """Goods of lines, and the container they go into; a new one for each destination where none is named."""

    container: Id | None = Field(default=None, examples=[None])
    kind: Literal["box", "pallet"] = "box"
    weight_grams: int | None = Field(default=None, ge=1, le=100_000_000, examples=[1200])
    size_mm: str = Field(default="", max_length=40, examples=["600x400x300"])
    tracking: str = Field(default="", max_length=100)
    sscc: str = Field(default="", pattern=r"^([0-9]{18})?$", examples=[""])


class Unpack(Given):
    """Goods of lines that come out of containers; everything in the containers where no line is named."""

    picks: list[PickGiven] = Field(default=[], max_length=1000)
    containers: list[Id] = Field(default=[], max_length=1000, examples=[[]])
    reason: Note = ""


class UnstackGiven(Given):
    """Boxes that are taken off their pallet."""

    containers: list[Id] = Field(min_length=1, max_length=1000)


class StackGiven(UnstackGiven):
    """Boxes, and the pallet onto which they are put; a new one where none is named."""

    pallet: Id | None = Field(default=None, examples=[None])
    weight_grams: int | None = Field(default=None, ge=1, le=100_000_000, examples=[180_000])
    size_mm: str = Field(default="", max_length=40, examples=["1200x800x900"])
    sscc: str = Field(default="", pattern=r"^([0-9]{18})?$", examples=[""])


class LoadGiven(Given):
    """A container that leaves, and under which number the carrier follows it."""

    id: Id
    tracking: str = Field(default="", max_length=100, examples=["JJD000390008"])
    weight_grams: int | None = Field(default=None, ge=1, le=100_000_000, examples=[1200])


class ShipGiven(Given):
    """Loose goods of lines and whole containers, and how they travel."""

    picks: list[PickGiven] = Field(default=[], max_length=1000)
    containers: list[Id | LoadGiven] = Field(
        default=[],
        max_length=1000,
        examples=[[]],
        description="Each by its id, or with its tracking number and weight.",
    )
    carrier: str = Field(default="", max_length=60, examples=["DHL"])
    service: str = Field(default="", max_length=60, examples=["Express"])
    tracking: str = Field(default="", max_length=100, examples=["JJD000390007"])
    shipped_on: date | None = Field(default=None, examples=[None])
    proof: bool | None = Field(
        default=None,
        examples=[False],
        description="Goods stay in transit until their delivery is proved by /deliver; as the setting "
        "shipment_proof says where nothing is given.",
    )


class InstallGiven(Given):
    """What is said of all devices that are made of the units with a serial number."""

    contact: Id | None = Field(default=None, examples=[None])
    contract: Id | None = Field(default=None, examples=[None])
    reference: str = Field(default="", max_length=60, examples=["Rack 2"])


class DeliverGiven(Given):
    """What reaches the customer: shipments under way, or goods of lines wherever they are.

    What is handed over makes a shipment. Where a pick names a location, free goods of it serve the line, too.
    """

    picks: list[PickGiven] = Field(default=[], max_length=1000)
    shipments: list[Id] = Field(default=[], max_length=1000, examples=[[]])
    proof: str = Field(default="", max_length=200, examples=["Signed by M. Krause"])
    signature: str = Field(
        default="",
        max_length=400_000,
        examples=[""],
        description="A PNG picture in Base64, which is attached to the shipments.",
    )
    photos: list[str] = Field(
        default=[],
        max_length=8,
        examples=[[]],
        description="Pictures in Base64, which are attached likewise; large ones go to `POST /attachments`.",
    )
    way: Literal["hand_over", "pick_up"] = Field(
        default="hand_over", description="How goods at hand leave: by one of us, or fetched by the customer."
    )
    install: InstallGiven | None = Field(
        default=None,
        examples=[None],
        description="Makes devices of the units with a serial number in the same entry.",
    )
    delivered_on: date | None = Field(default=None, examples=[None])


class OneStep(Picks):
    """Goods of lines that are picked, packed and shipped at once."""

    carrier: str = Field(default="", max_length=60, examples=["DHL"])
    service: str = Field(default="", max_length=60)
    tracking: str = Field(default="", max_length=100)
    shipped_on: date | None = Field(default=None, examples=[None])
    proof: bool | None = Field(default=None, examples=[False])


class GoodsOut(Shown):
    """The lines whose goods went, and the containers and shipments that the act made."""

    lines: list[LineOut]
    containers: list[ContainerOut]
    shipments: list[ShipmentOut]


class GoodsDone(GoodsOut, Done):
    """Where goods are now, and the entry that moved them."""


def picks_of(given: Sequence[PickGiven]) -> tuple[Pick, ...]:
    """Picks as the verbs take them; raises BadInput naming the field."""
    products = products_of(one.line for one in given)
    locations = location_places([one.location for one in given], rows="picks") if given else []
    bins = bin_places([one.bin for one in given], rows="picks")
    named = {products[one.line][0] for one in given if one.unit and one.line in products}
    counted = Product.objects.in_bulk(named) if named else {}
    found, packs = [], Packs(named)
    for n, one in enumerate(given):
        if one.line not in products:
            raise BadInput("no_such_line", N_("There is no such line."), field=f"picks.{n}.line")
        if one.unit:
            units = packs.sent(one.quantity, one.unit, counted[products[one.line][0]], f"picks.{n}.")
        else:
            units = quantity(one.quantity, products[one.line][1], field=f"picks.{n}.quantity")
        found.append(Pick(one.line, units, locations[n], bins[n], (), tuple(one.serials), one.batch))
    return tuple(found)


def answered(
    request: Request, act: Callable[[], Written], touched: Callable[[], Sequence[int]]
) -> HttpResponse:
    """Do the act; answer with the lines it touched, and with what it made."""
    return write(request, act, lambda done: moved(done, touched()))


def moved(done: Written, touched: Sequence[int]) -> dict[str, Any]:
    """Where goods of lines are now, and the containers and shipments that an act made."""
    return {
        "lines": show_lines(lines_with(touched)),
        "containers": show_containers(these_containers(done.made.get("fulfilment.Container", ()))),
        "shipments": show_shipments(these_shipments(done.made.get("fulfilment.Shipment", ()))),
    }


def _consignment(body: ShipGiven | OneStep) -> Consignment:
    """How goods travel; whether delivery is proved as the settings say where nobody does."""
    proof = configuration.one("shipment_proof") if body.proof is None else body.proof
    boxes = [one for one in getattr(body, "containers", ()) if isinstance(one, LoadGiven)]
    loaded = tuple(Loaded(one.id, one.tracking, one.weight_grams) for one in boxes)
    return Consignment(body.carrier, body.service, body.tracking, body.shipped_on, proof, boxes=loaded)


def _lines(picks: Sequence[Pick]) -> Callable[[], list[int]]:
    return lambda: sorted({one.line for one in picks})


@router.post("/pick", response=GoodsDone, summary="Pick goods")
def pick(request: Request, body: PickWanted) -> HttpResponse:
    """Take goods out of their bins for lines: reserved ones first, free ones for the rest.

    What is missing from its bin is set aside with a reason; its line gets others, lets them be bought, or wants them again.
    """
    require(request.auth, "fulfilment.pick")
    picks, short = picks_of(body.picks), _short_of(body.short)
    lines = sorted({*(one.line for one in picks), *(one.short.line for one in short)})
    act = partial(picking.pick, actor=request.auth, picks=picks, short=short)
    return answered(request, act, lambda: lines)


def _short_of(given: Sequence[ShortGiven]) -> list[picking.Missing]:
    """What is missing, as the verb takes it; raises BadInput naming the field."""
    products = products_of(one.line for one in given)
    bins = bin_places([one.bin for one in given], rows="short")
    found = []
    for n, (one, place) in enumerate(zip(given, bins, strict=True)):
        if one.line not in products:
            raise BadInput("no_such_line", N_("There is no such line."), field=f"short.{n}.line")
        units = quantity(one.quantity, products[one.line][1], field=f"short.{n}.quantity")
        short = Short(one.line, place or 0, units, tuple(one.serials), one.batch, one.then)
        found.append(picking.Missing(short, one.reason, one.note))
    return found


@router.post("/unpick", response=GoodsDone, summary="Put picked goods back")
def unpick(request: Request, body: PutBack) -> HttpResponse:
    """Put picked goods back into the bins they came from; what came from free stock is free again."""
    require(request.auth, "fulfilment.unpick")
    picks = picks_of(body.picks)
    act = partial(picking.unpick, actor=request.auth, picks=picks, reason=body.reason)
    return answered(request, act, _lines(picks))


@router.post("/pack", response=GoodsDone, summary="Pack goods")
def pack(request: Request, body: PackGiven) -> HttpResponse:
    """Put goods of lines into a container, or into a new one for each destination."""
    require(request.auth, "fulfilment.pack")
    picks = picks_of(body.picks)
    box = Box(body.kind, body.weight_grams, body.size_mm, body.tracking, body.sscc)
    act = partial(packing.pack, actor=request.auth, picks=picks, container=body.container, box=box)
    return answered(request, act, _lines(picks))


@router.post("/unpack", response=GoodsDone, summary="Take goods out of containers")
def unpack(request: Request, body: Unpack) -> HttpResponse:
    """Take goods out of containers, back to where they were packed from."""
    require(request.auth, "fulfilment.unpack")
    picks = picks_of(body.picks)
    act = partial(
        packing.unpack, actor=request.auth, picks=picks, containers=body.containers, reason=body.reason
    )
    return answered(request, act, _lines(picks))


@router.post("/stack", response=GoodsDone, summary="Stack boxes on a pallet")
def stack(request: Request, body: StackGiven) -> HttpResponse:
    """Put boxes onto a pallet, or onto a new one; they leave with it."""
    require(request.auth, "fulfilment.pack")
    box = Box("pallet", body.weight_grams, body.size_mm, "", body.sscc)
    act = partial(packing.stack, actor=request.auth, containers=body.containers, pallet=body.pallet, box=box)
    return _stacked(request, act, [*body.containers, *([body.pallet] if body.pallet else [])])


@router.post("/unstack", response=GoodsDone, summary="Take boxes off their pallet")
def unstack(request: Request, body: UnstackGiven) -> HttpResponse:
    """Take boxes off their pallet; they leave by themselves again."""
    require(request.auth, "fulfilment.pack")
    act = partial(packing.unstack, actor=request.auth, containers=body.containers)
    return _stacked(request, act, body.containers)


def _stacked(request: Request, act: Callable[[], Written], touched: Sequence[int]) -> HttpResponse:
    """Do the act; answer with the containers it was about, the pallet that it made among them."""

    def shown(done: Written) -> dict[str, Any]:
        made = done.made.get("fulfilment.Container", ())
        return moved(done, ()) | {"containers": show_containers(these_containers(sorted({*touched, *made})))}

    return write(request, act, shown)


@router.post("/ship", response=GoodsDone, summary="Ship goods")
def ship(request: Request, body: ShipGiven) -> HttpResponse:
    """Hand loose goods and whole containers to the carrier; what is not picked yet is taken from its bin."""
    require(request.auth, "fulfilment.ship")
    picks = picks_of(body.picks)
    consignment = _consignment(body)
    containers = [one.id if isinstance(one, LoadGiven) else one for one in body.containers]
    act = partial(
        shipping.ship, actor=request.auth, picks=picks, containers=containers, consignment=consignment
    )
    return answered(request, act, _lines(picks))


@router.post("/deliver", response=GoodsDone, summary="Deliver goods")
def deliver(request: Request, body: DeliverGiven) -> HttpResponse:
    """Let goods reach the customer: those under way, or those at hand, which are handed over."""
    require(request.auth, "fulfilment.deliver")
    picks = picks_of(body.picks)

    def act() -> Written:
        return shipping.deliver(
            actor=request.auth,
            picks=picks,
            shipments=body.shipments,
            proof=body.proof,
            pictures=proving.sent(request.auth, body.signature, body.photos),
            way=body.way,
            installing=further.installing[0].given(**body.install.model_dump()) if body.install else None,
            delivered_on=body.delivered_on,
        )

    return answered(request, act, _lines(picks))


@router.post("/pick-pack-ship", response=GoodsDone, summary="Pick, pack and ship in one step")
def pick_pack_ship(request: Request, body: OneStep) -> HttpResponse:
    """Goods at hand first, then free goods for what the lines still want."""
    require(request.auth, "fulfilment.pick_pack_ship")
    picks = picks_of(body.picks)
    consignment = _consignment(body)
    act = partial(shipping.pick_pack_ship, actor=request.auth, picks=picks, consignment=consignment)
    return answered(request, act, _lines(picks))
