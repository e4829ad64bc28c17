"""Returns to vendors over HTTP: what went back, what is credited for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Amount, Done, Given, Id, Listing, Page, Request, Shown
from wharfinger.base.money import minor
from wharfinger.ledger.door import detail, write
from wharfinger.purchasing.actions import receiving as actions
from wharfinger.purchasing.queries import crediting as queries

router = Router(tags=["purchasing"])


class CreditGiven(Given):
    """What the vendor credited."""

    amount: Amount = Field(examples=["59.50"], description="In the currency of the return, without tax.")
    tax: Amount = Field(default="0", examples=["11.31"], description="What it credits of the tax besides.")
    reference: str = Field(
        default="", max_length=60, examples=["GS-881"], description="The vendor's own number."
    )


class ReturnLineOut(Shown):
    """Goods that went back and were not fetched again."""

    product: Id
    sku: str = Field(examples=["AP-1040"])
    quantity: str = Field(examples=["2"])
    serial: str
    refused: bool = Field(description="Whether they were refused at the door; else they came from stock.")
    purchase_order: int | None = Field(description="Whose goods were refused.")


class VendorReturnOut(Shown):
    """A return to a vendor. Amounts only for who may see costs."""

    id: Id
    number: str = Field(examples=["VR-3"])
    status: Literal["expected", "credited", "done"] = Field(
        description="Whether a credit is expected, has come, or is not expected."
    )
    vendor: Id
    vendor_name: str = Field(examples=["Harbour Supplies"])
    sent_on: date
    reason: str
    currency: str = Field(examples=["EUR"])
    credit: str | None = Field(examples=["59.50"], description="What is expected.")
    credited_at: datetime | None
    credit_got: str | None = Field(examples=["59.50"])
    credit_tax: str | None = Field(examples=["11.31"])
    credit_left: str | None = Field(
        examples=["70.81"], description="What may still be taken when the vendor's bills are paid."
    )
    credit_reference: str
    lines: list[ReturnLineOut]


class VendorReturnDone(VendorReturnOut, Done):
    """A return to a vendor, and the entry that wrote it."""


RETURNS = Listing(
    "vendor returns",
    sorts={"number": "number"},
    filters={"number": "number", "vendor": "vendor_id", "status": queries.with_status},
    days={"sent_on": "made__effective_on"},
    q=("number", "vendor__name", "credit_reference"),
)


def _shower(request: Request) -> Callable[[int], dict[str, Any]]:
    costs = request.auth.may("catalog.see_cost")
    return lambda pk: queries.show_returns([queries.one(pk)], costs=costs)[0]


@router.get(
    "/vendor-returns",
    response=Page[VendorReturnOut],
    openapi_extra=RETURNS.described,
    summary="List returns to vendors",
)
def vendor_returns(request: Request) -> HttpResponse:
    """Returns to vendors, newest first."""
    require(request.auth, "purchasing.read")
    show = partial(queries.show_returns, costs=request.auth.may("catalog.see_cost"))
    return RETURNS.answer(request, queries.returns(), show)


@router.get("/vendor-returns/{id}", response=VendorReturnOut, summary="Read a return to a vendor")
def vendor_return(request: Request, id: Id) -> HttpResponse:
    """What went back to a vendor in one act, and what is credited for it."""
    require(request.auth, "purchasing.read")
    return detail(request, f"vendor_return:{id}", _shower(request)(id))


@router.post("/vendor-returns/{id}/credit", response=VendorReturnDone, summary="Write down a vendor's credit")
def credit(request: Request, id: Id, body: CreditGiven) -> HttpResponse:
    """Write down what the vendor credited; what it is less than expected is stated as purchase variance."""
    require(request.auth, "purchasing.bill")
    require(request.auth, "catalog.see_cost")
    act = partial(
        actions.credit_vendor_return,
        actor=request.auth,
        vendor_return=id,
        got_minor=minor(body.amount, queries.one(id).currency, field="amount"),
        tax_minor=minor(body.tax, queries.one(id).currency, field="tax"),
        reference=body.reference,
    )
    return write(request, act, lambda _: _shower(request)(id), about=f"vendor_return:{id}")
