"""Where goods that came in belong, over HTTP."""

from __future__ import annotations

from typing import Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import quantity
from wharfinger.base.access import require
from wharfinger.base.door import Id, Request, Shown, answer
from wharfinger.base.refusal import N_, BadInput
from wharfinger.catalog.entry import Packs
from wharfinger.ledger.door import write
from wharfinger.ledger.write import Written
from wharfinger.stock.actions import goods as actions
from wharfinger.stock.api.goods import Move, Stocked, numbers_of, transfer_of
from wharfinger.stock.models import Location
from wharfinger.stock.queries import putting_away

router = Router(tags=["stock"])


class PutOut(Shown):
    """Something that waits to be put away, and the bin that is proposed for it."""

    product: Id
    sku: str = Field(examples=["RT-100"])
    code: str = Field(examples=["SN-0001"], description="Its serial number or batch, where it has one.")
    quantity: str = Field(examples=["1"])
    line: int | None = Field(description="The line that holds it.")
    owner: int | None = Field(description="Whose it is, where we only keep it.")
    bin: int | None = Field(description="None where no bin is left for it.")
    bin_name: str = Field(examples=["A-01"])
    why: Literal["own", "batch", "same", "empty", ""] = Field(
        examples=["own"], description="Its own bin; where more of the batch or of it lies; an empty one."
    )


class PutList(Shown):
    """What waits in the default bin of a location."""

    location: Id
    bin: int | None = Field(description="The default bin, where what comes in is put first.")
    items: list[PutOut]
    more: bool = Field(description="Whether more waits after these.")


@router.get("/stock/put-away", response=PutList, summary="Say where goods belong")
def where_goods_belong(request: Request, location: Id) -> HttpResponse:
    """What lies in the default bin of a location and belongs elsewhere, the latest 500, each with a bin for it."""
    require(request.auth, "stock.read")
    here = Location.objects.filter(pk=location).first()
    if here is None:
        raise BadInput("no_such_location", N_("There is no such location."), field="location")
    found = putting_away.waiting(here)
    items = [
        {
            "product": row.product.pk,
            "sku": row.product.sku,
            "code": row.code,
            "quantity": quantity.plain(row.put.quantity, row.product.quantity_decimals),
            "line": row.put.goods.claim or None,
            "owner": row.put.goods.owner,
            "bin": row.bin.pk if row.bin else None,
            "bin_name": row.bin.name if row.bin else "",
            "why": row.put.why,
        }
        for row in found.rows
    ]
    inbound = found.inbound.pk if found.inbound else None
    return answer({"location": location, "bin": inbound, "items": items, "more": found.more})


@router.post("/stock/put-away", response=Stocked, summary="Put goods away")
def put_away(request: Request, body: Move) -> HttpResponse:
    """Bring goods to the bin where they belong, within their location."""
    require(request.auth, "stock.put_away")

    def act() -> Written:
        return actions.put_away(actor=request.auth, items=[transfer_of(body, Packs([body.product]))])

    return write(request, act, numbers_of(request, {body.product}))
