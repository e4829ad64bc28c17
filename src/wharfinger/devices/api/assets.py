"""What a customer has from us, and what they once had, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.asking import Ask, Slice
from wharfinger.base.door import Id, Line, Listing, Page, Request, Shown, answer, there, whole
from wharfinger.devices.queries import assets
from wharfinger.devices.queries.assets import GOODS, Narrowed
from wharfinger.parties.models import Organization

router = Router(tags=["devices"])


class PaperOut(Shown):
    """A document by its id and number."""

    id: Id
    number: str


class AssetOut(Shown):
    """Goods that a customer has, with the documents by which they came."""

    product: Id
    sku: str
    name: str
    quantity: str
    serial: Line
    device: Id | None
    device_number: str | None
    line: Id | None
    document: str | None = Field(examples=["order:17"])
    number: str | None = Field(examples=["SO-17"])
    sold_on: date | None = Field(description="The day they left us for good.")
    issued_by: Id | None = Field(description="The entry by which they left us.")
    shipments: list[PaperOut]
    invoices: list[PaperOut] = Field(description="That bill its line.")
    credit_notes: list[PaperOut] = Field(description="That take back what was billed of its line.")
    site: Id | None
    contract: PaperOut | None = Field(description="The contract that covers the device.")
    subscriptions: list[PaperOut] = Field(description="Those that use the device now.")
    warranty_end_on: date | None
    on_loan: bool


class PastAssetOut(Shown):
    """Goods that a customer once had: when and by which entry they left."""

    product: Id
    sku: str
    name: str
    quantity: str
    serial: str
    device: Id | None
    device_number: str | None
    line: Id | None
    document: str | None
    number: str | None
    sold_on: date | None
    issued_by: Id | None
    shipments: list[PaperOut]
    invoices: list[PaperOut]
    credit_notes: list[PaperOut]
    site: Id | None
    left_on: date
    verb: str = Field(examples=["receive_return"])
    to: str = Field(examples=["returns"])
    reason: str
    entry: Id


ASSETS = Listing(
    "assets",
    # They narrow a statement of our own.
    filters=dict.fromkeys(("product", "serial", "site", "goods"), lambda rows, _values: rows),
    words={"goods": GOODS},
)


def _answer(
    request: Request, id: int, read: Callable[[Ask, int, Narrowed], Slice], shape: type[Shown]
) -> HttpResponse:
    require(request.auth, "devices.read")
    there(Organization.objects.all(), id)
    only = Narrowed(
        products=tuple(whole(one, "product") for one in ASSETS.given(request, "product")),
        serials=tuple(ASSETS.given(request, "serial")),
        sites=tuple(whole(one, "site") for one in ASSETS.given(request, "site")),
        goods=tuple(dict.fromkeys(ASSETS.given(request, "goods"))),
    )
    cut = read(ASSETS.asked(request), id, only)
    items = [{name: row[name] for name in shape.model_fields} for row in cut.items]
    return answer({"items": items, "next": cut.after})


@router.get(
    "/organizations/{id}/assets",
    response=Page[AssetOut],
    openapi_extra=ASSETS.described,
    summary="List what a customer has",
)
def assets_now(request: Request, id: Id) -> HttpResponse:
    """Devices and other goods that a customer has, with what they left us by and what was billed, newest first."""
    return _answer(request, id, assets.assets, AssetOut)


@router.get(
    "/organizations/{id}/assets/history",
    response=Page[PastAssetOut],
    openapi_extra=ASSETS.described,
    summary="List what a customer once had",
)
def assets_past(request: Request, id: Id) -> HttpResponse:
    """Goods that left a customer: when, where to, by which entry, with their documents, the latest first."""
    return _answer(request, id, assets.history, PastAssetOut)
