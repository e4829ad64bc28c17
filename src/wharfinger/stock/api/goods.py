"""Goods found, lost, moved, set aside, scrapped and valued, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import money, quantity
from wharfinger.base.access import require
from wharfinger.base.door import (
    Difference,
    Done,
    Given,
    Id,
    Note,
    Price,
    Quantity,
    Request,
    Shown,
    Text,
    Unit,
)
from wharfinger.catalog.entry import Packs
from wharfinger.catalog.models import Product
from wharfinger.ledger.door import write
from wharfinger.ledger.write import Written
from wharfinger.stock.actions import goods as actions
from wharfinger.stock.actions.values import revalue
from wharfinger.stock.api.figures import StockOut
from wharfinger.stock.queries import places
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.moving import Goods, Transfer

router = Router(tags=["stock"])

Code = Annotated[str, Field(min_length=1, max_length=100, examples=["SN-0001"])]


class Found(Given):
    """Goods found, or lost when the quantity is below zero."""

    product: Id
    location: Id
    bin: Id | None = Field(
        default=None, examples=[None], description="The location's default where none is named."
    )
    quantity: Difference
    unit: Unit = ""
    unit_cost: Price | None = Field(
        default=None, description="What such goods cost on average where it is not given."
    )
    serials: list[Code] = Field(default=[], max_length=10_000, examples=[[]])
    batch: str = Field(default="", max_length=100, examples=[""])
    expires_on: date | None = Field(default=None, examples=[None])
    owner: Id | None = Field(
        default=None, examples=[None], description="Whose goods they are, where we only keep them."
    )


Reason = Field(
    min_length=1,
    max_length=500,
    description="A reason of the list, or another where it does not bind.",
    examples=["Damaged"],
)


class Adjust(Found):
    """Goods found or lost, and why."""

    reason: Text = Reason
    note: Note = ""
    effective_on: date | None = Field(
        default=None, examples=[None], description="Today where it is not given."
    )


class AdjustMany(Given):
    """Goods found and lost, in one entry."""

    items: list[Found] = Field(min_length=1, max_length=10_000)
    reason: Text = Reason
    note: Note = ""
    effective_on: date | None = Field(default=None, examples=[None])


class Where(Given):
    """A location, and a bin of it where it matters."""

    location: Id
    bin: Id | None = Field(default=None, examples=[None])


class Move(Given):
    """Goods, and from where to where."""

    product: Id
    quantity: Quantity
    unit: Unit = ""
    source: Id | Where = Field(
        alias="from", description="A location, or a location and its bin.", examples=[1]
    )
    target: Id | Where = Field(alias="to", examples=[2])
    serials: list[Code] = Field(default=[], max_length=10_000, examples=[[]])
    batch: str = Field(default="", max_length=100, examples=[""])
    line: Id | None = Field(
        default=None, examples=[None], description="Whose goods, where a line holds them."
    )
    owner: Id | None = Field(
        default=None, examples=[None], description="Whose goods they are, where we only keep them."
    )
    reason: Note = ""


class MoveMany(Given):
    """Goods that move in one entry."""

    items: list[Move] = Field(min_length=1, max_length=1000)


class Aside(Given):
    """Free goods that are set aside, brought back or thrown away."""

    product: Id
    location: Id
    bin: Id | None = Field(default=None, examples=[None])
    quantity: Quantity
    unit: Unit = ""
    serials: list[Code] = Field(default=[], max_length=10_000, examples=[[]])
    batch: str = Field(default="", max_length=100, examples=[""])
    reason: Note = Field(
        default="",
        max_length=500,
        description="A reason of the list, or another where it does not bind.",
        examples=["Damaged"],
    )
    note: Note = ""


class Scrap(Aside):
    """Goods that are thrown away: free ones, or those set aside."""

    held: bool = Field(default=False, description="From those set aside.")
    effective_on: date | None = Field(default=None, examples=[None])


class Revalue(Given):
    """What one unit of all that is left is worth, and why."""

    product: Id
    unit_cost: Price
    reason: Text


class Stocked(Done):
    """The lines of numbers that changed."""

    stock: list[StockOut]


class Correct(Given):
    """The number that a unit has, and the one it should have."""

    product: Id
    serial: Code
    correct: Code
    reason: Text = Reason
    note: Note = ""


class Corrected(Done, Shown):
    """The unit under its right number."""

    id: Id
    serial: str


def numbers_of(
    request: Request, products: set[int], locations: set[int] | None = None
) -> Callable[[Written], dict[str, Any]]:
    def show(done: Written) -> dict[str, Any]:
        found = list(Product.objects.filter(pk__in=products).order_by("pk"))
        costs = request.auth.may("catalog.see_cost")
        return {"stock": places.show_stock(found, locations or (), costs=costs)}

    return show


_LESS_TOO = partial(quantity.scaled, negative=True)
"""Reads a quantity that may be below zero."""


def _found(body: Found, packs: Packs, field: str = "") -> Adjustment:
    product = places.product_of(body.product, field=f"{field}product")
    return Adjustment(
        product.pk,
        packs.sent(body.quantity, body.unit, product, field, read=_LESS_TOO),
        places.place_of(body.location, field=f"{field}location"),
        places.bin_of(body.bin, field=f"{field}bin"),
        None if body.unit_cost is None else money.micro(body.unit_cost, field=f"{field}unit_cost"),
        tuple(body.serials),
        body.batch,
        body.expires_on,
        field,
        body.owner,
    )


@router.post("/stock/adjust", response=Stocked, summary="Adjust stock")
def adjust(request: Request, body: Adjust) -> HttpResponse:
    """Put goods into the books that were found, or out that were lost.

    A loss takes free goods first, then those of the lines with the latest promise, which want them again.
    """
    require(request.auth, "stock.adjust")

    def act() -> Written:
        return actions.adjust(
            actor=request.auth,
            items=[_found(body, Packs([body.product]))],
            reason=body.reason,
            note=body.note,
            effective_on=body.effective_on,
        )

    return write(request, act, numbers_of(request, {body.product}, {body.location}))


@router.post("/stock/adjust-many", response=Stocked, summary="Adjust the stock of many products")
def adjust_many(request: Request, body: AdjustMany) -> HttpResponse:
    """Put many goods into the books or out of them, in one entry: all or nothing."""
    require(request.auth, "stock.adjust")

    def act() -> Written:
        packs = Packs(item.product for item in body.items)
        items = [_found(item, packs, f"items.{n}.") for n, item in enumerate(body.items)]
        return actions.adjust(
            actor=request.auth,
            items=items,
            reason=body.reason,
            note=body.note,
            effective_on=body.effective_on,
        )

    return write(
        request, act, numbers_of(request, {i.product for i in body.items}, {i.location for i in body.items})
    )


def transfer_of(body: Move, packs: Packs, field: str = "") -> Transfer:
    """What a body says that moves, and to where."""
    product = places.product_of(body.product, field=f"{field}product")
    source = body.source if isinstance(body.source, Where) else Where(location=body.source)
    target = body.target if isinstance(body.target, Where) else Where(location=body.target)
    goods = Goods(
        product.pk,
        packs.sent(body.quantity, body.unit, product, field),
        places.place_of(source.location, field=f"{field}from"),
        places.bin_of(source.bin, field=f"{field}from"),
        _codes(body),
        body.line,
        field=field,
        owner=body.owner,
    )
    return Transfer(
        goods,
        places.place_of(target.location, field=f"{field}to"),
        places.bin_of(target.bin, field=f"{field}to"),
    )


def _codes(body: Move | Aside) -> tuple[str, ...]:
    return (*body.serials, *([body.batch] if body.batch else []))


@router.post("/stock/transfer", response=Stocked, summary="Transfer stock")
def transfer(request: Request, body: Move) -> HttpResponse:
    """Bring goods to another bin, location, van or person; what is claimed or picked stays so."""
    require(request.auth, "stock.transfer")

    def act() -> Written:
        return actions.transfer(
            actor=request.auth, items=[transfer_of(body, Packs([body.product]))], reason=body.reason
        )

    return write(request, act, numbers_of(request, {body.product}))


@router.post("/stock/transfer-many", response=Stocked, summary="Transfer many goods")
def transfer_many(request: Request, body: MoveMany) -> HttpResponse:
    """Bring many goods elsewhere in one entry: all or nothing."""
    require(request.auth, "stock.transfer")

    def act() -> Written:
        packs = Packs(item.product for item in body.items)
        items = [transfer_of(item, packs, f"items.{n}.") for n, item in enumerate(body.items)]
        return actions.transfer(actor=request.auth, items=items)

    return write(request, act, numbers_of(request, {i.product for i in body.items}))


def _goods(body: Aside, kind: str = "bin") -> Goods:
    product = places.product_of(body.product)
    return Goods(
        product.pk,
        Packs([product.pk]).sent(body.quantity, body.unit, product),
        places.place_of(body.location),
        places.bin_of(body.bin),
        _codes(body),
        kind=kind,
    )


@router.post("/stock/hold", response=Stocked, summary="Set goods aside")
def hold(request: Request, body: Aside) -> HttpResponse:
    """Set free goods aside, where they stay ours and on hand, but for nobody to sell."""
    require(request.auth, "stock.hold")

    def act() -> Written:
        return actions.hold(actor=request.auth, goods=_goods(body), reason=body.reason, note=body.note)

    return write(request, act, numbers_of(request, {body.product}, {body.location}))


@router.post("/stock/unhold", response=Stocked, summary="Bring goods back that were set aside")
def unhold(request: Request, body: Aside) -> HttpResponse:
    """Bring goods that were set aside back to a bin."""
    require(request.auth, "stock.hold")

    def act() -> Written:
        return actions.unhold(actor=request.auth, goods=_goods(body, "quarantine"), reason=body.reason)

    return write(request, act, numbers_of(request, {body.product}, {body.location}))


@router.post("/stock/scrap", response=Stocked, summary="Scrap goods")
def scrap(request: Request, body: Scrap) -> HttpResponse:
    """Throw free or set-aside goods away; their cost leaves the books."""
    require(request.auth, "stock.scrap")

    def act() -> Written:
        goods = _goods(body, "quarantine" if body.held else "bin")
        return actions.scrap(
            actor=request.auth,
            goods=goods,
            reason=body.reason,
            note=body.note,
            effective_on=body.effective_on,
        )

    return write(request, act, numbers_of(request, {body.product}, {body.location}))


@router.post("/stock/revalue", response=Stocked, summary="Value stock anew")
def value(request: Request, body: Revalue) -> HttpResponse:
    """Give all that is left of a product another unit cost; what was issued keeps the cost it left with."""

    def act() -> Written:
        cost = money.micro(body.unit_cost, field="unit_cost")
        return revalue(actor=request.auth, product=body.product, unit_cost_micro=cost, reason=body.reason)

    return write(request, act, numbers_of(request, {body.product}))


@router.post("/stock/correct-serial", response=Corrected, summary="Correct a serial number")
def correct_serial(request: Request, body: Correct) -> HttpResponse:
    """Give a unit in stock its right serial number; the wrong one stays in its history."""
    require(request.auth, "stock.correct_serial")

    def act() -> Written:
        lot = places.unit_of(body.product, body.serial)
        return actions.correct_serial(
            actor=request.auth, lot=lot, serial=body.correct, reason=body.reason, note=body.note
        )

    return write(request, act, partial(_corrected, body))


def _corrected(body: Correct, done: Written) -> dict[str, Any]:
    return {"id": places.unit_of(body.product, body.correct), "serial": body.correct.strip()}
