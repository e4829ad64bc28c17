"""What there is, who holds it, what arrives, and what it is worth, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field

from wharfinger.base import clock, configuration, money, quantity
from wharfinger.base.access import require
from wharfinger.base.door import MOST_ITEMS, Id, Listing, Page, Request, Shown, answer, whole
from wharfinger.base.refusal import N_, BadInput
from wharfinger.catalog.models import Product
from wharfinger.catalog.queries import in_category
from wharfinger.stock.models import Location
from wharfinger.stock.queries import holders, places, worth
from wharfinger.stock.queries.expiring import expiring
from wharfinger.stock.queries.free import show_available

router = Router(tags=["stock"])

MOST_LOCATIONS = 100


class StockOut(Shown):
    """One line of numbers of a product at a location."""

    product: Id
    sku: str = Field(examples=["RT-100"])
    location: Id
    on_hand: str = Field(examples=["10"], description="What lies there, picked and packed goods included.")
    available: str = Field(examples=["6"], description="What is free.")
    reserved: str = Field(examples=["3"])
    picked: str = Field(examples=["1"])
    set_aside: str = Field(examples=["0"], description="For nobody to sell until it is brought back.")
    expired: str = Field(examples=["0"], description="Free of batches past their day; promised to nobody.")
    in_transit: str = Field(
        examples=["0"], description="On its way here from another location of ours; on hand at neither."
    )
    on_order: str = Field(examples=["0"])
    back_order: str = Field(
        examples=["0"], description="Wanted and covered by nothing; at the default location."
    )
    value: str | None = Field(examples=["100.00"], description="Only for who may see costs.")
    average_cost: str | None = Field(examples=["10"])
    currency: str = Field(examples=["EUR"])


class AvailableOut(Shown):
    """What is free of a product at a location."""

    product: Id
    sku: str = Field(examples=["RT-100"])
    location: Id
    available: str = Field(examples=["6"])
    buildable: str = Field(
        default="0", examples=["0"], description="How many more a pick would build of free components there."
    )


class HoldOut(Shown):
    """Goods that a line holds."""

    product: Id
    line: Id
    subject: str = Field(examples=["order:17"])
    organization: str
    kind: str = Field(examples=["bin"])
    location: Id | None
    quantity: str = Field(examples=["3"])
    until: datetime | None


class ArrivingOut(Shown):
    """Goods that a vendor owes."""

    product: Id
    subject: str = Field(examples=["purchase_order:12"])
    quantity: str = Field(examples=["4"])
    on: date | None
    line: int | None = Field(description="The line they are for; none when they are for stock.")
    location: int | None


class HoldsOut(Shown):
    """Who holds a product, and what of it arrives."""

    holds: list[HoldOut]
    arriving: list[ArrivingOut]


class ValuedOut(Shown):
    """What a product was worth on a day."""

    product: Id
    sku: str
    product_name: str
    quantity: str
    value: str = Field(examples=["94.50"])
    currency: str


class ValuationOut(Shown):
    """What stock was worth at the end of a day."""

    on: date
    total: str = Field(examples=["94.50"])
    currency: str
    items: list[ValuedOut]


class AmountOut(Shown):
    """A quantity with what it is worth; below zero where it left."""

    quantity: str = Field(examples=["3"])
    value: str = Field(examples=["94.50"])


class ChangedOut(Shown):
    """What changed the worth of a product's stock, by cause."""

    product: Id
    sku: str
    opening: AmountOut
    bought: AmountOut
    sold: AmountOut
    returned: AmountOut
    adjusted: AmountOut = Field(description="Found, lost, scrapped.")
    built: AmountOut = Field(description="Put together or taken apart.")
    valued: AmountOut = Field(description="Freight, billed prices, another value of what is there.")
    closing: AmountOut
    currency: str


class ChangesOut(Shown):
    """What changed the worth of stock from one day to another, both included."""

    since: date
    until: date
    items: list[ChangedOut]


def _lines_only(rows: Any, values: list[str]) -> Any:
    """A location narrows the lines of numbers, not the products."""
    return rows


STOCK = Listing(
    "stock",
    sorts={"sku": "sku", "name": "name"},
    filters={
        "product": "pk",
        "sku": "sku",
        "category": in_category,
        "location": _lines_only,
    },
    q=("sku", "name"),
    first="sku",
)


AVAILABLE = replace(STOCK, name="available")


@router.get("/stock", response=Page[StockOut], openapi_extra=STOCK.described, summary="List stock")
def stock(request: Request) -> HttpResponse:
    """On hand, available, reserved, picked, on order and back order per product and location.

    ``limit`` counts products; each comes with all its locations.
    """
    require(request.auth, "stock.read")
    costs = request.auth.may("catalog.see_cost")
    rows, known = _asked(request)
    return STOCK.answer(request, rows, partial(places.show_stock, locations=known, costs=costs))


@router.get(
    "/stock/available",
    response=Page[AvailableOut],
    openapi_extra=AVAILABLE.described,
    summary="List what is free",
)
def stock_available(request: Request) -> HttpResponse:
    """Only what is free per product and location, for shops that ask often; noughts are left out.

    ``limit`` counts products; each comes with all its locations.
    """
    require(request.auth, "stock.read")
    rows, known = _asked(request)
    few = rows.values("pk", "sku", "name", "quantity_decimals", "kind", "build_on_pick")
    return AVAILABLE.answer(request, few, partial(show_available, locations=known))


def _asked(request: Request) -> tuple[QuerySet[Product], set[int]]:
    """The products that are asked for, and the locations, where any are named."""
    given = [part for value in request.GET.getlist("location") for part in value.split(",") if part.strip()]
    wanted = [whole(part.strip(), "location") for part in given[:MOST_LOCATIONS]]
    known = set(Location.objects.filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
    rows = Product.objects.none() if wanted and not known else places.kept()
    if known and not ({"product", "sku"} & request.GET.keys()):
        # A product that is asked for is answered with noughts where it is not; others are left out.
        rows = places.standing_at(rows, known)
    return rows, known


@router.get("/stock/holders", response=HoldsOut, summary="Say who holds a product")
def stock_holders(request: Request, product: Id) -> HttpResponse:
    """Who holds goods of a product and until when, and what of it is on order."""
    require(request.auth, "stock.read")
    found = places.product_of(product)
    locations = dict(Location.objects.values_list("place_id", "pk"))
    d = found.quantity_decimals
    held = [
        h._asdict()
        | {
            "quantity": quantity.plain(h.quantity, d),
            "location": locations.get(h.location or 0),
            "until": _when(h.until),
        }
        for h in holders.holds([product])
    ]
    arriving = [
        a._asdict() | {"quantity": quantity.plain(a.quantity, d), "on": _when(a.on)}
        for a in holders.arrivals([product])
    ]
    return answer({"holds": held, "arriving": arriving})


def _when(at: date | None) -> str | None:
    return at.isoformat() if at else None


@router.get("/stock/valuation", response=ValuationOut, summary="Value the stock of a day")
def valuation(request: Request, on: date) -> HttpResponse:
    """What stock was worth at the end of a day, from what had come in and gone out until then."""
    require(request.auth, "catalog.see_cost")
    currency = configuration.one("currency")
    found = worth.valuation(on)
    products = Product.objects.in_bulk([one.product for one in found])
    items = [
        {
            "product": one.product,
            "sku": products[one.product].sku,
            "product_name": products[one.product].name,
            "quantity": quantity.plain(one.quantity, products[one.product].quantity_decimals),
            "value": money.plain(one.value_minor, currency),
            "currency": currency,
        }
        for one in found
    ]
    total = money.plain(sum(one.value_minor for one in found), currency)
    return answer({"on": on.isoformat(), "total": total, "currency": currency, "items": items})


@router.get("/stock/changes", response=ChangesOut, summary="Say what changed the worth of stock")
def changes(request: Request, since: date, until: date) -> HttpResponse:
    """What each product's stock was worth before a time, what changed it and why, and what it was worth at its end.

    Opening and changes add up to closing, to the cent; undone is undone under the same cause.
    """
    require(request.auth, "catalog.see_cost")
    if until < since:
        raise BadInput("ends_before_it_begins", N_("The end lies before the beginning."), field="until")
    currency = configuration.one("currency")
    found = worth.changes(since, until)
    products = Product.objects.in_bulk([one.product for one in found])

    def shown(amount: worth.Amount, decimals: int) -> dict[str, str]:
        return {
            "quantity": quantity.plain(amount.quantity, decimals),
            "value": money.plain(amount.value_minor, currency),
        }

    items = [
        {
            "product": one.product,
            "sku": products[one.product].sku,
            "opening": shown(one.opening, d),
            **{cause: shown(one.causes.get(cause, worth.Amount()), d) for cause in worth.CAUSES},
            "closing": shown(one.closing, d),
            "currency": currency,
        }
        for one in found
        for d in [products[one.product].quantity_decimals]
    ]
    return answer({"since": since.isoformat(), "until": until.isoformat(), "items": items})


class ExpiringOut(Shown):
    """A batch at hand that expires or has expired."""

    product: Id
    sku: str
    batch: str = Field(examples=["L-7"])
    expires_on: date
    location: Id | None
    bin: str | None = Field(examples=["A1"])
    kind: str = Field(examples=["bin"])
    quantity: str = Field(examples=["12"])
    line: Id | None = Field(description="The line that holds it.")


class ExpiringList(Shown):
    """What expires, the first to expire first."""

    items: list[ExpiringOut]


@router.get("/stock/expiring", response=ExpiringList, summary="List what expires")
def what_expires(
    request: Request, days: Annotated[int, Query(ge=0, le=3650, examples=[30])] = 30
) -> HttpResponse:
    """Batches at hand that expire within so many days or have expired, the first 500."""
    require(request.auth, "stock.read")
    until = clock.today(configuration.one("time_zone")) + timedelta(days=days)
    return answer(
        {
            "items": [
                {
                    "product": one["product_id"],
                    "sku": one["sku"],
                    "batch": one["batch"],
                    "expires_on": one["expires_on"].isoformat(),
                    "location": one["at"],
                    "bin": one["bin_name"],
                    "kind": one["kind"],
                    "quantity": quantity.plain(one["quantity"], one["decimals"]),
                    "line": one["claim_id"] or None,
                }
                for one in expiring(until)[:MOST_ITEMS]
            ]
        }
    )
