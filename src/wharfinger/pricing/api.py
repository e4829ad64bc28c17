"""Price lists over HTTP."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import (
    Currency,
    Done,
    Given,
    Id,
    Listing,
    Page,
    Price,
    Request,
    Shown,
    Text,
    included,
    there,
)
from wharfinger.catalog.queries import retired
from wharfinger.ledger.door import detail, make, write
from wharfinger.pricing import actions, queries
from wharfinger.pricing.models import PriceList

router = Router(tags=["pricing"])


class ItemGiven(Given):
    """The price of one unit of a product from a quantity on."""

    product: Id
    unit: str = Field(
        default="", max_length=20, examples=["pc"], description="Without it: the product's own."
    )
    from_quantity: str = Field(default="0", max_length=30, examples=["10"], description="In that unit.")
    price: Price | None = Field(examples=["8.50"], description="Null takes the price off the list.")


class ListGiven(Given):
    """A new price list."""

    name: Text = Field(examples=["Resellers 2027"])
    customer_group: Id | None = Field(default=None, examples=[None], description="Without it: for everybody.")
    currency: Currency
    tax_included: bool = Field(default=False, description="Whether its prices include their taxes.")
    valid_from: date | None = None
    valid_until: date | None = Field(default=None, description="The last day on which it holds.")
    items: list[ItemGiven] = Field(default=[], max_length=10_000)


class ListChange(Given):
    """What changes of a price list; prices that are not named stay."""

    name: Text | None = Field(default=None, examples=["Resellers 2027"])
    customer_group: Id | None = Field(default=None, examples=[None])
    currency: Currency | None = None
    tax_included: bool | None = Field(default=None, description="Only while the list has no prices.")
    valid_from: date | None = None
    valid_until: date | None = None
    retired_on: date | None = Field(default=None, examples=[None])
    items: list[ItemGiven] = Field(default=[], max_length=10_000)


class CopyGiven(Given):
    """How a copy differs from the list that it is made of."""

    name: Text = Field(examples=["Resellers 2028"])
    customer_group: Id | None = Field(default=None, examples=[None], description="Without it: the same.")
    valid_from: date | None = None
    valid_until: date | None = None
    percent: str = Field(default="0", max_length=20, examples=["3.5"], description="By how much prices rise.")


class Rise(Given):
    """By how much all prices rise; below zero they fall."""

    percent: str = Field(max_length=20, examples=["3.5"])


class ItemOut(Shown):
    """A price of a list."""

    product: Id
    sku: str = Field(examples=["AP-1040"])
    unit: str = Field(examples=["pc"])
    from_quantity: str = Field(examples=["10"])
    price: str = Field(examples=["8.5"])


class ListOut(Shown):
    """What goods cost a group of customers, or everybody, for a time."""

    id: Id
    name: str = Field(examples=["Resellers 2027"])
    customer_group: Id | None
    currency: str = Field(examples=["EUR"])
    tax_included: bool
    valid_from: date | None
    valid_until: date | None
    retired_on: date | None
    items: list[ItemOut] | None = Field(default=None, description="In a list only with `include=items`.")


class ListDone(ListOut, Done):
    """A price list, and the entry that wrote it."""


LISTS = Listing(
    "price-lists",
    sorts={"name": "name", "valid_from": "valid_from"},
    filters={
        "name": "name",
        "customer_group": "customer_group_id",
        "currency": "currency",
        "product": queries.with_product,
        "retired": retired,
    },
    q=("name",),
    includes=("items",),
)


def _show(pk: int) -> dict[str, Any]:
    return queries.show_lists([there(PriceList.objects.all(), pk)], include=("items",))[0]


@router.get("/price-lists", response=Page[ListOut], openapi_extra=LISTS.described, summary="List price lists")
def lists(request: Request) -> HttpResponse:
    """Price lists, newest first."""
    require(request.auth, "pricing.read")
    show = partial(queries.show_lists, include=included(request, LISTS.includes))
    return LISTS.answer(request, PriceList.objects.all(), show)


@router.get("/price-lists/{id}", response=ListOut, summary="Read a price list")
def one_list(request: Request, id: Id) -> HttpResponse:
    """A price list with its prices."""
    require(request.auth, "pricing.read")
    return detail(request, f"price_list:{id}", _show(id))


@router.post("/price-lists", response={201: ListDone}, summary="Add a price list")
def add_list(request: Request, body: ListGiven) -> HttpResponse:
    """Add a price list with its prices."""
    values = body.model_dump(exclude_unset=True)
    items = values.pop("items", [])
    act = partial(actions.add_price_list, actor=request.auth, values=values, items=items)
    return make(request, act, "pricing.PriceList", _show, subject="price_list")


@router.patch("/price-lists/{id}", response=ListDone, summary="Change a price list")
def change_list(request: Request, id: Id, body: ListChange) -> HttpResponse:
    """Change a price list or set prices on it; lines keep the price that they were offered."""
    values = body.model_dump(exclude_unset=True)
    items = values.pop("items", [])
    act = partial(actions.change_price_list, actor=request.auth, price_list=id, values=values, items=items)
    return write(request, act, lambda _: _show(id), about=f"price_list:{id}")


@router.post("/price-lists/{id}/copy", response={201: ListDone}, summary="Copy a price list")
def copy_list(request: Request, id: Id, body: CopyGiven) -> HttpResponse:
    """Make another list of the same prices, raised by so many percent."""
    values = body.model_dump(exclude_unset=True)
    percent = values.pop("percent", "0")
    act = partial(actions.copy_price_list, actor=request.auth, price_list=id, values=values, percent=percent)
    return make(request, act, "pricing.PriceList", _show, subject="price_list")


@router.post("/price-lists/{id}/raise", response=ListDone, summary="Raise the prices of a list")
def raise_list(request: Request, id: Id, body: Rise) -> HttpResponse:
    """Raise all prices of a list by so many percent, each to the smallest coin."""
    act = partial(actions.raise_prices, actor=request.auth, price_list=id, percent=body.percent)
    return write(request, act, lambda _: _show(id), about=f"price_list:{id}")


class RateGiven(Given):
    """What one unit of a currency is worth at home from a day on."""

    currency: Currency = Field(examples=["USD"])
    valid_from: date
    rate: Price = Field(examples=["0.92"])


class RatesGiven(Given):
    """Rates of exchange; one of the same day corrects it."""

    rates: list[RateGiven] = Field(min_length=1, max_length=1000)


class RateOut(Shown):
    """What one unit of a currency is worth at home, from a day on until the next."""

    id: Id
    currency: str = Field(examples=["USD"])
    valid_from: date
    rate: str = Field(examples=["0.92"])


class RatesDone(Done):
    """The rates of the days that were named, and the entry that wrote them."""

    items: list[RateOut]


RATES = Listing(
    "rates",
    sorts={"valid_from": "valid_from", "currency": "currency"},
    filters={"currency": "currency"},
    days={"valid_from": "valid_from"},
)


@router.get("/rates", response=Page[RateOut], openapi_extra=RATES.described, summary="List rates of exchange")
def rates(request: Request) -> HttpResponse:
    """What currencies are worth at home, newest first."""
    require(request.auth, "pricing.read")
    return RATES.answer(request, queries.rates(), queries.show_rates)


@router.post("/rates", response={201: RatesDone}, summary="Set rates of exchange")
def set_rates(request: Request, body: RatesGiven) -> HttpResponse:
    """Say what currencies are worth from a day on; documents that are there keep their rate."""
    given = [one.model_dump() for one in body.rates]
    named = {(one.currency, one.valid_from) for one in body.rates}

    def show(_: Any) -> dict[str, Any]:
        rows = queries.rates().filter(currency__in={currency for currency, _ in named}).order_by("pk")
        return {"items": queries.show_rates(one for one in rows if (one.currency, one.valid_from) in named)}

    return write(request, partial(actions.set_rates, actor=request.auth, rates=given), show, status=201)
