"""Bundles built and taken apart over HTTP."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import configuration, money
from wharfinger.base import quantity as quantities
from wharfinger.base.access import require
from wharfinger.base.door import Amount, Given, Id, Note, Quantity, Request, Shown, answer
from wharfinger.base.refusal import N_, BadInput
from wharfinger.ledger.door import write
from wharfinger.ledger.write import Written
from wharfinger.stock.actions import building as actions
from wharfinger.stock.api.goods import Code, Stocked, numbers_of
from wharfinger.stock.queries import buildable, places
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
            quantities.quantity(body.quantity, product.quantity_decimals),
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
            quantities.quantity(body.quantity, product.quantity_decimals),
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
            quantities.quantity(body.component.quantity, old.quantity_decimals, field="component.quantity"),
            new.pk,
            quantities.quantity(body.instead.quantity, new.quantity_decimals, field="instead.quantity"),
            body.instead.serial,
        )
        return actions.replace_component(actor=request.auth, exchange=exchange, reason=body.reason)

    concerned = {body.product, body.component.product, body.instead.product}
    return write(request, act, numbers_of(request, concerned))


class NeededPartOut(Shown):
    """A component of what is to be built."""

    product: Id
    sku: str = Field(examples=["CASE-2U"])
    in_one: str = Field(examples=["1"], description="Nought where only a sub-bundle is made of it.")
    needed: str = Field(examples=["2"])
    available: str = Field(examples=["5"])
    short: str = Field(examples=["0"])
    as_components: str = Field(
        examples=["0"], description="For how much of it its own components go in, since it is not there."
    )


class TakesOut(Shown):
    """What building takes."""

    product: Id
    location: Id
    quantity: str = Field(examples=["2"])
    can_build: str = Field(examples=["5"], description="How many could be built of what is free there.")
    parts: list[NeededPartOut]


@router.get("/stock/build", response=TakesOut, summary="Say what building takes")
def takes(request: Request, product: Id, location: Id, quantity: str = "1") -> HttpResponse:
    """Which components building so many takes at a location, and which of them lack."""
    require(request.auth, "stock.read")
    found = places.product_of(product)
    units = quantities.quantity(quantity, found.quantity_decimals)
    whole, odd = divmod(units, 10**found.quantity_decimals)
    if odd:
        raise BadInput("not_whole", N_("Build whole units."), field="quantity")
    told = buildable.takes(found, places.place_of(location), whole)
    return answer(
        {
            "product": product,
            "location": location,
            "quantity": str(whole),
            "can_build": str(told.can),
            "parts": [
                {
                    "product": part.product.pk,
                    "sku": part.product.sku,
                    **{
                        name: quantities.plain(much, part.product.quantity_decimals)
                        for name, much in (
                            ("in_one", part.in_one),
                            ("needed", part.needed),
                            ("available", part.free),
                            ("short", part.short),
                            ("as_components", part.instead),
                        )
                    },
                }
                for part in told.parts
            ],
        }
    )
