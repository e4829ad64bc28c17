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
from wharfinger.stock.rules.keeping import Keep

router = Router(tags=["stock"])

Kept = Field(default="0", pattern=r"^[0-9]{1,15}(\.[0-9]{1,6})?$", examples=["5"])


class LevelGiven(Given):
    """How many of a product are kept at a location; nought and nought: none."""

    product: Id
    location: Id
    minimum: str = Kept
    maximum: str = Kept
    reorder_point: str | None = Field(
        default=None,
        pattern=r"^[0-9]{1,15}(\.[0-9]{1,6})?$",
        examples=["8"],
        description="At how many more is got; at the minimum where nothing is said.",
    )
    reorder_quantity: str = Field(
        default="0",
        pattern=r"^[0-9]{1,15}(\.[0-9]{1,6})?$",
        examples=["12"],
        description="How many are got at a time; up to the maximum where it is nought.",
    )
    vendor: Id | None = Field(
        default=None, examples=[None], description="From whom; the default vendor where neither is said."
    )
    source: Id | None = Field(default=None, examples=[None], description="From which other location.")
    built: bool = Field(default=False, description="It is built there, of its components.")
    bin: Id | None = Field(default=None, examples=[None], description="The bin in which it belongs there.")


class LevelOut(Shown):
    """Between which quantities a product is kept at a location."""

    id: Id
    product: Id
    sku: str = Field(examples=["RT-100"])
    location: Id
    minimum: str = Field(examples=["5"])
    maximum: str = Field(examples=["20"])
    reorder_point: str | None
    reorder_quantity: str
    vendor: Id | None
    source: Id | None
    built: bool
    bin: Id | None


class LevelDone(LevelOut, Done):
    """What is kept, and the entry that said so."""


LEVELS = Listing(
    "levels",
    filters={
        "product": "product_id",
        "location": "location_id",
        "vendor": "vendor_id",
        "source": "source_id",
        "built": "built",
        "bin": "bin_id",
    },
)


@router.get(
    "/stock/levels", response=Page[LevelOut], openapi_extra=LEVELS.described, summary="List what is kept"
)
def levels(request: Request) -> HttpResponse:
    """What is kept per product and location; ``GET /replenishment`` proposes by it what to get."""
    require(request.auth, "stock.read")
    return LEVELS.answer(request, queries.levels(), queries.show_levels)


@router.post("/stock/levels", response=LevelDone, summary="Say what is kept")
def say(request: Request, body: LevelGiven) -> HttpResponse:
    """Keep a product between two quantities at a location; what was said before gives way."""
    require(request.auth, "stock.level")
    product = Product.objects.filter(pk=body.product).first()
    if product is None:
        raise BadInput("no_such_product", N_("There is no such product."), field="product")
    d, point = product.quantity_decimals, body.reorder_point
    keep = Keep(
        scaled(body.minimum, d, field="minimum"),
        scaled(body.maximum, d, field="maximum"),
        scaled(point, d, field="reorder_point") if point is not None else None,
        scaled(body.reorder_quantity, d, field="reorder_quantity"),
        body.vendor,
        body.source,
        body.built,
        body.bin,
    )
    act = partial(set_level, actor=request.auth, product=body.product, location=body.location, keep=keep)

    def shown(_done: Any) -> dict[str, Any]:
        (one,) = queries.levels().filter(product=body.product, location=body.location)
        return queries.show_levels([one])[0]

    return write(request, act, shown)
