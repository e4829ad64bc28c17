"""Bundles built and taken apart over HTTP."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import configuration, money, quantity
from wharfinger.base.access import require
from wharfinger.base.door import Amount, Given, Id, Note, Quantity, Request
from wharfinger.ledger.door import write
from wharfinger.ledger.write import Written
from wharfinger.stock.actions import building as actions
from wharfinger.stock.api.goods import Code, Stocked, numbers_of
from wharfinger.stock.queries import places
from wharfinger.stock.rules.building import Build, Exchange, TakeApart

router = Router(tags=["stock"])


class BuildGiven(Given):
    """So many of a bundle, and where it is built."""

    product: Id
    location: Id
    bin: Id | None = Field(
        default=None, examples=[None], description="The location's default where none is named."
    )
    quantity: Quantity
    serials: list[Code] = Field(default=[], max_length=1000, examples=[[]])
    batch: str = Field(default="", max_length=100, examples=[""])
    inside: list[Code] = Field(
        default=[], max_length=10_000, examples=[[]], description="The numbers of the components that go in."
    )
    extra_cost: Amount = Field(default="0", examples=["0"], description="What building itself costs, in all.")
    reason: Note = ""
    effective_on: date | None = Field(default=None, examples=[None])


class TakeApartGiven(Given):
    """So many free units of a bundle, and where they are."""

    product: Id
    location: Id
    bin: Id | None = Field(default=None, examples=[None])
    quantity: Quantity
    serials: list[Code] = Field(default=[], max_length=1000, examples=[[]])
    reason: Note = ""


@router.post("/stock/build", response=Stocked, summary="Build a bundle")
def build(request: Request, body: BuildGiven) -> HttpResponse:
    """Build a bundle of a location's free components; short ones that are built themselves go in as theirs."""
    require(request.auth, "stock.adjust")

    def act() -> Written:
        product = places.product_of(body.product)
        wish = Build(
            product.pk,
            quantity.quantity(body.quantity, product.quantity_decimals),
            places.place_of(body.location),
            places.bin_of(body.bin),
            tuple(body.serials),
            body.batch,
            tuple(body.inside),
            money.minor(body.extra_cost, configuration.one("currency"), field="extra_cost"),
        )
        return actions.build(
            actor=request.auth, build=wish, reason=body.reason, effective_on=body.effective_on
        )

    return write(request, act, numbers_of(request, {body.product}, {body.location}))


@router.post("/stock/take-apart", response=Stocked, summary="Take a bundle apart")
def take_apart(request: Request, body: TakeApartGiven) -> HttpResponse:
    """Take free units of a bundle apart: the very components that went in stand where they came from."""
    require(request.auth, "stock.adjust")

    def act() -> Written:
        product = places.product_of(body.product)
        wish = TakeApart(
            product.pk,
            quantity.quantity(body.quantity, product.quantity_decimals),
            places.place_of(body.location),
            places.bin_of(body.bin),
            tuple(places.unit_of(product.pk, code, field="serials") for code in body.serials),
        )
        return actions.take_apart(actor=request.auth, apart=wish, reason=body.reason)

    return write(request, act, numbers_of(request, {body.product}, {body.location}))


class PartGiven(Given):
    """A component: a unit by its number, or so much of a product."""

    product: Id
    serial: str = Field(default="", max_length=100, examples=["SN-0001"], description="Or its batch.")
    quantity: Quantity = Field(default="1")


class ReplaceComponent(Given):
    """What comes out of a unit, and what goes in instead."""

    product: Id
    serial: str = Field(
        min_length=1, max_length=100, examples=["S1"], description="Of the unit that is built."
    )
    component: PartGiven
    instead: PartGiven
    reason: Note = ""


@router.post("/stock/replace-component", response=Stocked, summary="Exchange a component")
def replace_component(request: Request, body: ReplaceComponent) -> HttpResponse:
    """Take a component out of a unit in a bin, where it lies then, and put another of its location in."""
    require(request.auth, "stock.adjust")

    def act() -> Written:
        old = places.product_of(body.component.product, field="component.product")
        new = places.product_of(body.instead.product, field="instead.product")
        exchange = Exchange(
            places.unit_of(body.product, body.serial),
            places.lot_of(old.pk, body.component.serial, field="component.serial"),
            quantity.quantity(body.component.quantity, old.quantity_decimals, field="component.quantity"),
            new.pk,
            quantity.quantity(body.instead.quantity, new.quantity_decimals, field="instead.quantity"),
            body.instead.serial,
        )
        return actions.replace_component(actor=request.auth, exchange=exchange, reason=body.reason)

    concerned = {body.product, body.component.product, body.instead.product}
    return write(request, act, numbers_of(request, concerned))
