"""What runs low, over HTTP: what is proposed, and getting it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import quantity
from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Quantity, Request, Shown, answer
from wharfinger.ledger.door import write
from wharfinger.ledger.write import Written
from wharfinger.purchasing.actions.replenishing import replenish
from wharfinger.purchasing.queries.replenishing import Choice, Proposal, proposals
from wharfinger.purchasing.rules.levels import Item
from wharfinger.stock.queries.places import product_of

router = Router(tags=["purchasing"])


class ChoiceOut(Shown):
    """Whence a product may come."""

    vendor: Id | None
    source: Id | None = Field(description="A location that can give some without running low itself.")
    name: str
    spare: str | None = Field(examples=[None], description="How many the location can give.")
    lead_days: int = Field(examples=[3])


class ProposalOut(Shown):
    """A product that runs low at a location."""

    product: Id
    sku: str
    location: Id
    available: str = Field(examples=["2"])
    on_order: str = Field(examples=["0"])
    in_transit: str = Field(examples=["0"])
    demanded: str = Field(examples=["0"])
    reorder_point: str = Field(examples=["5"])
    maximum: str = Field(examples=["20"])
    lacking: str = Field(examples=["18"])
    proposed: str = Field(
        examples=["18"], description="No more than its location, or its components, can give."
    )
    vendor: Id | None = Field(description="From whom it is proposed to be bought.")
    source: Id | None = Field(description="From which location it is proposed to be transferred.")
    built: bool = Field(description="Whether it is proposed to be built there, by `/stock/build`.")
    choices: list[ChoiceOut]


class ProposalsOut(Shown):
    """What is proposed."""

    items: list[ProposalOut]


class ItemGiven(Given):
    """So many of a product that are to come to a location."""

    product: Id
    location: Id
    quantity: Quantity
    vendor: Id | None = Field(default=None, examples=[3], description="From whom.")
    source: Id | None = Field(default=None, examples=[None], description="Or from which other location.")


class ReplenishGiven(Given):
    """What is to be got."""

    lines: list[ItemGiven] = Field(min_length=1, max_length=1000)


class ReplenishDone(Done):
    """The orders that were drafted."""

    purchase_orders: list[Id]
    transfers: list[Id]


def _choice(one: Choice, d: int) -> dict[str, Any]:
    return {
        "vendor": one.vendor,
        "source": one.source,
        "name": one.name,
        "spare": None if one.spare is None else quantity.plain(one.spare, d),
        "lead_days": one.lead_days,
    }


def _shown(one: Proposal) -> dict[str, Any]:
    need, d = one.need, one.product.quantity_decimals
    return {
        "product": one.product.pk,
        "sku": one.product.sku,
        "location": one.location.pk,
        "available": quantity.plain(need.available, d),
        "on_order": quantity.plain(need.on_order, d),
        "in_transit": quantity.plain(need.in_transit, d),
        "demanded": quantity.plain(need.demanded, d),
        "reorder_point": quantity.plain(need.point, d),
        "maximum": quantity.plain(need.maximum, d),
        "lacking": quantity.plain(need.lacking, d),
        "proposed": quantity.plain(need.proposed, d),
        "vendor": need.vendor,
        "source": need.source,
        "built": need.built,
        "choices": [_choice(choice, d) for choice in one.choices],
    }


@router.get("/replenishment", response=ProposalsOut, summary="List what runs low")
def proposed(request: Request) -> HttpResponse:
    """What has fallen to its point, counting what is free, on order, in transit and demanded; and what to get."""
    require(request.auth, "purchasing.read")
    return answer({"items": [_shown(one) for one in proposals()]})


@router.post("/replenishment", response=ReplenishDone, summary="Get what runs low")
def get_more(request: Request, body: ReplenishGiven) -> HttpResponse:
    """Draft a purchase order for each vendor and a transfer order for each pair of locations, in one entry."""

    def act() -> Written:
        if not request.auth.may("stock.transfer"):
            require(request.auth, "purchasing.order")
        items = []
        for n, one in enumerate(body.lines):
            product = product_of(one.product, field=f"lines.{n}.product")
            units = quantity.quantity(one.quantity, product.quantity_decimals, field=f"lines.{n}.quantity")
            items.append(Item(product.pk, one.location, units, one.vendor, one.source))
        return replenish(actor=request.auth, items=items)

    return write(request, act, _drafted)


def _drafted(done: Written) -> dict[str, Any]:
    return {
        "purchase_orders": list(done.made.get("purchasing.PurchaseOrder", ())),
        "transfers": list(done.made.get("stock.TransferOrder", ())),
    }
