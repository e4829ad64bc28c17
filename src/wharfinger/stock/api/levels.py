"""Between which quantities products are kept, over HTTP."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Listing, Page, Request, Shown
from wharfinger.base.quantity import scaled
from wharfinger.base.refusal import N_, BadInput
from wharfinger.catalog.models import Product
from wharfinger.ledger.door import write
from wharfinger.stock.actions.levels import set_level
from wharfinger.stock.queries import levels as queries

router = Router(tags=["stock"])

Kept = Field(default="0", pattern=r"^[0-9]{1,15}(\.[0-9]{1,6})?$", examples=["5"])


class LevelGiven(Given):
    """How many of a product are kept at a location; nought and nought: none."""

    product: Id
    location: Id
    minimum: str = Kept
    maximum: str = Kept


class LevelOut(Shown):
    """Between which quantities a product is kept at a location."""

    id: Id
    product: Id
    sku: str = Field(examples=["RT-100"])
    location: Id
    minimum: str = Field(examples=["5"])
    maximum: str = Field(examples=["20"])


class LevelDone(LevelOut, Done):
    """What is kept, and the entry that said so."""


LEVELS = Listing("levels", filters={"product": "product_id", "location": "location_id"})


@router.get(
    "/stock/levels", response=Page[LevelOut], openapi_extra=LEVELS.described, summary="List what is kept"
)
def levels(request: Request) -> HttpResponse:
    """Minimum and maximum per product and location; ``POST /purchase-orders/auto-fill`` buys by them."""
    require(request.auth, "stock.read")
    return LEVELS.answer(request, queries.levels(), queries.show_levels)


@router.post("/stock/levels", response=LevelDone, summary="Say what is kept")
def say(request: Request, body: LevelGiven) -> HttpResponse:
    """Keep a product between two quantities at a location; what was said before gives way."""
    require(request.auth, "stock.level")
    product = Product.objects.filter(pk=body.product).first()
    if product is None:
        raise BadInput("no_such_product", N_("There is no such product."), field="product")
    act = partial(
        set_level,
        actor=request.auth,
        product=body.product,
        location=body.location,
        minimum=scaled(body.minimum, product.quantity_decimals, field="minimum"),
        maximum=scaled(body.maximum, product.quantity_decimals, field="maximum"),
    )

    def shown(_done: Any) -> dict[str, Any]:
        (one,) = queries.levels().filter(product=body.product, location=body.location)
        return queries.show_levels([one])[0]

    return write(request, act, shown)
