"""Goods that are kept for others, over HTTP."""

from __future__ import annotations

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import quantity
from wharfinger.base.access import require
from wharfinger.base.door import MOST_ITEMS, Given, Id, Note, Quantity, Request, Shown, answer
from wharfinger.ledger.door import write
from wharfinger.ledger.write import Written
from wharfinger.stock.actions import goods as actions
from wharfinger.stock.api.goods import Code, Stocked, numbers_of
from wharfinger.stock.queries import places
from wharfinger.stock.queries.kept import kept_for_others
from wharfinger.stock.rules.moving import Goods

router = Router(tags=["stock"])


class HandBack(Given):
    """Goods that we kept for somebody and give back."""

    product: Id
    owner: Id
    location: Id
    bin: Id | None = Field(default=None, examples=[None])
    quantity: Quantity
    serials: list[Code] = Field(default=[], max_length=10_000, examples=[[]])
    batch: str = Field(default="", max_length=100, examples=[""])
    reason: Note = ""


class KeptOut(Shown):
    """Goods that we keep for somebody."""

    owner: Id
    product: Id
    sku: str
    code: str
    location: Id | None
    bin: Id | None
    quantity: str = Field(examples=["5"])


class KeptList(Shown):
    """What we keep for others."""

    items: list[KeptOut]


@router.get("/stock/kept", response=KeptList, summary="List what is kept for others")
def kept(request: Request, owner: Id | None = None) -> HttpResponse:
    """Goods that we keep for others, or for one of them, the first 500: counted and moved, never sold as ours."""
    require(request.auth, "stock.read")
    found = kept_for_others().order_by("lot__owner", "product__sku", "pk")
    rows = found.filter(lot__owner=owner) if owner is not None else found
    return answer(
        {
            "items": [
                {
                    "owner": one["owner"],
                    "product": one["product_id"],
                    "sku": one["sku"],
                    "code": one["code"],
                    "location": one["at"],
                    "bin": one["bin"],
                    "quantity": quantity.plain(one["quantity"], one["decimals"]),
                }
                for one in rows[:MOST_ITEMS]
            ]
        }
    )


@router.post("/stock/hand-back", response=Stocked, summary="Hand back what was kept")
def hand_back(request: Request, body: HandBack) -> HttpResponse:
    """Give goods that we only kept back to whose they are."""
    require(request.auth, "stock.adjust")

    def act() -> Written:
        product = places.product_of(body.product)
        goods = Goods(
            product.pk,
            quantity.quantity(body.quantity, product.quantity_decimals),
            places.place_of(body.location),
            places.bin_of(body.bin),
            (*body.serials, *([body.batch] if body.batch else [])),
            owner=body.owner,
        )
        return actions.hand_back(actor=request.auth, items=[goods], reason=body.reason)

    return write(request, act, numbers_of(request, {body.product}, {body.location}))
