"""Repairs of returned goods over HTTP."""

from __future__ import annotations

from functools import partial
from typing import Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import configuration, money
from wharfinger.base.access import require
from wharfinger.base.door import Amount, Given, Id, Listing, Page, Price, Quantity, Request, Shown, Text
from wharfinger.base.quantity import quantity
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import same
from wharfinger.billing.queries.fees import fee_product
from wharfinger.demand.queries.where import bin_places, location_places
from wharfinger.ledger.door import write
from wharfinger.returns.actions.repairing import finish_repair
from wharfinger.returns.api.rmas import show_one
from wharfinger.returns.api.shapes import Code, RmaDone
from wharfinger.returns.queries import repairing as queries
from wharfinger.returns.queries.shown import decimals_of
from wharfinger.returns.queries.truth import decimals_by_goods
from wharfinger.returns.rules.repairing import Part, Repaired

router = Router(tags=["returns"])


class PartGiven(Given):
    """So many units of a product that went into a repair."""

    product: Id
    quantity: Quantity = "1"
    serials: list[Code] = Field(default=[], max_length=1000, examples=[[]])
    unit_price: Price | None = Field(
        default=None,
        examples=[None],
        description="What the customer pays; the warranty covers it without one.",
    )


class RepairGiven(Given):
    """What was done to units on the bench, or at the vendor."""

    rma_line: Id
    quantity: Quantity = "1"
    serials: list[Code] = Field(default=[], max_length=1000, examples=[[]])
    text: Text = Field(max_length=500, examples=["Fan replaced"])
    parts: list[PartGiven] = Field(default=[], max_length=100, examples=[[]])
    location: Id | None = Field(default=None, examples=[None], description="Where the parts are taken from.")
    vendor: Id | None = Field(default=None, examples=[None], description="Who did it; we did without one.")
    cost: Amount | None = Field(
        default=None,
        examples=["40.00"],
        description="Of our work, or what the vendor asks, in home currency.",
    )
    charge: Price | None = Field(
        default=None, examples=[None], description="To be billed; the warranty covers the work without one."
    )
    service: Id | None = Field(
        default=None,
        examples=[None],
        description="By which the work is charged; that of the setting `fee_products` unless given.",
    )
    document: Id | None = Field(
        default=None,
        examples=[None],
        description="The ticket or order of parts and charge; that of the goods unless given.",
    )
    then: Literal["send_back", "restock"] | None = Field(
        default=None, examples=["send_back"], description="Without it they wait on the bench."
    )
    bin: Id | None = Field(default=None, examples=[None])


class UsedOut(Shown):
    """A part that went into a repair."""

    line: Id
    product: Id
    quantity: str = Field(examples=["1"])
    unit_price: str = Field(examples=["0"])


class RepairOut(Shown):
    """A repair, with its parts and, for who may see costs, what it cost."""

    id: Id
    rma: Id
    rma_line: Id
    serial: str = Field(examples=["SN-0001"])
    quantity: str = Field(examples=["1"])
    text: str = Field(examples=["Fan replaced"])
    vendor: Id | None
    document: Id | None
    charge_line: Id | None
    charge: str | None = Field(examples=["60"])
    parts: list[UsedOut]
    work_cost: str | None = Field(examples=["40.00"], description="Nothing for who may not see costs.")
    parts_cost: str | None = Field(examples=["12.00"])
    repaired_at: str = Field(examples=["2026-11-02T09:30:00Z"])
    repaired_by: Id | None
    entry: Id


REPAIRS = Listing(
    "repairs",
    filters={
        "rma": "rma_line__rma_id",
        "organization": "rma_line__rma__organization_id",
        "document": "sheet_id",
        "vendor": "vendor_id",
        "product": "rma_line__product_id",
        "serial": lambda rows, values: rows.filter(lot__code_key__in=[same(value) for value in values]),
    },
    q=("text", "lot__code"),
)


@router.get("/repairs", response=Page[RepairOut], openapi_extra=REPAIRS.described, summary="List repairs")
def repairs(request: Request) -> HttpResponse:
    """What was done to goods that came back, newest first."""
    require(request.auth, "returns.read")
    show = partial(queries.show_repairs, actor=request.auth)
    return REPAIRS.answer(request, queries.repairs(), show)


@router.post("/rmas/{id}/repair", response=RmaDone, summary="Finish a repair")
def repair(request: Request, id: Id, body: RepairGiven) -> HttpResponse:
    """Say that units are repaired: parts leave stock, the work is charged or covered, and the goods go on."""
    require(request.auth, "returns.inspect")
    places = decimals_of(id)
    if body.rma_line not in places:
        raise BadInput("no_such_rma_line", N_("This RMA has no such line."), field="rma_line")
    parts = decimals_by_goods([(None, one.product, None) for one in body.parts])
    (location,) = location_places([body.location])
    (bin,) = bin_places([body.bin])
    charged = body.charge is not None
    home = configuration.one("currency")
    done = Repaired(
        body.rma_line,
        quantity(body.quantity, places[body.rma_line], field="quantity"),
        body.text,
        tuple(body.serials),
        tuple(
            Part(
                one.product,
                quantity(one.quantity, parts[n], field=f"parts.{n}.quantity"),
                tuple(one.serials),
                None
                if one.unit_price is None
                else money.micro(one.unit_price, field=f"parts.{n}.unit_price"),
            )
            for n, one in enumerate(body.parts)
        ),
        location,
        body.vendor,
        0 if body.cost is None else money.minor(body.cost, home, field="cost"),
        money.micro(body.charge, field="charge") if body.charge is not None else None,
        (body.service or fee_product("repair", "service")) if charged else None,
        body.document,
        body.then or "",
        bin,
    )
    act = partial(finish_repair, actor=request.auth, rma=id, done=done)
    return write(request, act, lambda _: show_one(id), about=f"rma:{id}")
