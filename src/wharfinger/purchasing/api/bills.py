"""Vendors' bills over HTTP: entered from receipts, accepted where they differ, taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import (
    Amount,
    Done,
    Given,
    Id,
    Listing,
    Note,
    Page,
    Percent,
    Price,
    Quantity,
    Request,
    Shown,
)
from wharfinger.base.money import micro, minor
from wharfinger.base.quantity import quantity, scaled
from wharfinger.ledger.door import detail, make, write
from wharfinger.purchasing.actions import billing as actions
from wharfinger.purchasing.api.orders import MOST_DECIMALS
from wharfinger.purchasing.queries import bills as queries
from wharfinger.purchasing.queries import paying
from wharfinger.purchasing.queries.shown import decimals_of_purchase_lines
from wharfinger.purchasing.rules.billing import Bill, BillLine
from wharfinger.purchasing.rules.discounting import Granted
from wharfinger.purchasing.rules.paying import PaidAtOnce

router = Router(tags=["purchasing"])

Status = Literal["goods_missing", "to_accept", "accepted", "cancelled"]
Paid = Literal["open", "partly", "overdue", "paid"]
Code = Literal["over_received", "over_ordered", "price", "freight", "total"]


class BillLineGiven(Given):
    """What the vendor bills of an order's line."""

    purchase_line: Id
    receipt: Id | None = Field(
        default=None,
        description="What brought it. Without it whichever did, and what has not come is waited for.",
    )
    quantity: Quantity
    unit_cost: Price | None = Field(
        default=None, description="In the currency of the order, for its unit; as booked without it."
    )


class PaidAtOnceGiven(Given):
    """How a bill is paid in the act that enters it: all of it, today."""

    method: str = Field(default="", max_length=40, examples=["Cash"])
    reference: str = Field(default="", max_length=100)
    discount: Amount = Field(
        default="0", examples=["0"], description="What is taken off for early payment; so much less is paid."
    )


class BillGiven(Given):
    """A vendor's bill of what came or is on order, in the currency of its orders."""

    number: str = Field(min_length=1, max_length=60, examples=["R-4711"], description="The vendor's own.")
    billed_on: date
    due_on: date | None = Field(
        default=None, description="By the order's or the vendor's days to pay without it."
    )
    lines: list[BillLineGiven] = Field(min_length=1, max_length=1000)
    rate: Price | None = Field(
        default=None,
        description="What one unit of another currency is worth in the company's; that day's rate without it.",
    )
    freight: Amount = Field(default="0", examples=["12.00"])
    tax: Amount = Field(default="0", examples=["190.00"])
    total: Amount | None = Field(
        default=None, description="As it is printed, tax included; only compared.", examples=["1202.00"]
    )
    discount_percent: Percent | None = Field(
        default=None,
        examples=["2"],
        description="The cash discount that it names; as is agreed with the vendor without it.",
    )
    discount_until: date | None = Field(
        default=None, description="Needed with a discount: it is for payments until that day."
    )
    note: str = Field(default="", max_length=500, examples=["Freight as agreed"])
    pay: PaidAtOnceGiven | None = Field(
        default=None,
        examples=[None],
        description="Pays it in the same entry, with the right to pay; only of a bill that is accepted at once.",
    )


class AcceptBill(Given):
    """Why what is off is accepted."""

    note: str = Field(
        default="",
        max_length=500,
        examples=["Agreed by telephone"],
        description="Needed where something is off.",
    )


class CancelBill(Given):
    """Why a bill is taken back."""

    reason: Note = ""


class BillLineOut(Shown):
    """A line of a bill beside what was ordered, received and billed before."""

    id: Id
    receipt: Id | None = Field(description="Null where none is named, and where nothing had come for it.")
    receipt_number: str | None = Field(examples=["GR-4"])
    purchase_line: Id
    purchase_order: Id
    product: Id
    sku: str = Field(examples=["AP-1040"])
    ordered: str = Field(examples=["5"])
    received: str = Field(examples=["3"], description="By the receipt; by any where none is named.")
    billed_before: str = Field(examples=["1"], description="Of these.")
    quantity: str = Field(examples=["2"])
    unit: str = Field(
        examples=["case"], description="The unit whose cost that is; empty for the product's own."
    )
    booked_cost: str | None = Field(
        examples=["31.5"], description="What a unit was booked at until the bill."
    )
    unit_cost: str | None = Field(examples=["32"])
    net: str | None = Field(examples=["64.00"])


class DifferenceOut(Shown):
    """By what a bill differs from the books."""

    code: Code
    line: int | None = Field(description="Its turn among the lines, from 0; nothing for the whole bill.")
    by: str | None = Field(examples=["1.00"], description="A quantity, or an amount in the bill's currency.")
    tolerated: bool = Field(description="Whether the company's tolerance puts up with it.")


class BillOut(Shown):
    """A vendor's bill. Amounts only for who may see costs."""

    id: Id
    number: str = Field(examples=["R-4711"])
    status: Status
    payment: Paid | None = Field(
        description="How far it is paid; null before it is accepted, and of what was before payables were kept."
    )
    vendor: Id
    vendor_name: str = Field(examples=["Harbour Supplies"])
    billed_on: date
    due_on: date | None
    currency: str = Field(examples=["EUR"])
    rate: str = Field(examples=["1"])
    net: str | None = Field(examples=["64.00"])
    freight: str | None = Field(examples=["0.00"])
    tax: str | None = Field(examples=["12.16"])
    total: str | None = Field(examples=["76.16"])
    open: str | None = Field(examples=["76.16"], description="What we still owe for it.")
    discount_percent: str = Field(examples=["2"])
    discount_until: date | None
    discount: str | None = Field(
        examples=["1.52"], description="What may be taken off when it is paid today."
    )
    discount_taken: str | None = Field(examples=["0.00"])
    note: str
    accepted_at: datetime | None
    accepted_by: int | None
    cancelled_at: datetime | None
    lines: list[BillLineOut]
    differences: list[DifferenceOut] = Field(description="Accepted ones as they were found then.")


class BillDone(BillOut, Done):
    """A vendor's bill, and the entry that wrote it."""


class UnbilledOut(Shown):
    """A line of a purchase order of which more came than is billed."""

    id: Id = Field(description="The purchase order's line.")
    purchase_order: Id
    purchase_order_number: str = Field(examples=["PO-12"])
    vendor: Id
    vendor_name: str = Field(examples=["Harbour Supplies"])
    product: Id
    sku: str = Field(examples=["AP-1040"])
    received: str = Field(examples=["5"])
    billed: str = Field(examples=["2"])
    unbilled: str = Field(examples=["3"], description="What a bill is still expected for.")


UNBILLED = Listing(
    "lines that are not billed",
    filters={
        "vendor": "purchase_order__vendor_id",
        "purchase_order": "purchase_order_id",
        "product": "product_id",
    },
    q=("purchase_order__number", "purchase_order__vendor__name", "product__sku"),
)
BILLS = Listing(
    "vendor bills",
    sorts={"number": "number", "billed_on": "billed_on"},
    filters={
        "number": "number",
        "vendor": "vendor_id",
        "status": queries.with_status,
        "payment": paying.with_word,
        "receipt": "lines__receipt_id",
        "purchase_order": "lines__purchase_line__purchase_order_id",
    },
    days={"billed_on": "billed_on", "due_on": "due_on"},
    q=("number", "vendor__name"),
)


def _shower(request: Request) -> Callable[[int], dict[str, Any]]:
    costs = request.auth.may("catalog.see_cost")
    return lambda pk: queries.show_bills([queries.bill(pk)], costs=costs)[0]


@router.get(
    "/vendor-bills", response=Page[BillOut], openapi_extra=BILLS.described, summary="List vendors' bills"
)
def bills(request: Request) -> HttpResponse:
    """Vendors' bills, newest first."""
    require(request.auth, "purchasing.read")
    show = partial(queries.show_bills, costs=request.auth.may("catalog.see_cost"))
    return BILLS.answer(request, queries.bills(), show)


@router.get(
    "/unbilled-lines",
    response=Page[UnbilledOut],
    openapi_extra=UNBILLED.described,
    summary="List what came and is not billed",
)
def unbilled_lines(request: Request) -> HttpResponse:
    """Lines of purchase orders of which more came than vendors have billed, newest first."""
    require(request.auth, "purchasing.read")
    return UNBILLED.answer(request, queries.unbilled(), queries.show_unbilled)


@router.get("/vendor-bills/{id}", response=BillOut, summary="Read a vendor's bill")
def bill(request: Request, id: Id) -> HttpResponse:
    """A bill beside what was ordered, received and billed before."""
    require(request.auth, "purchasing.read")
    return detail(request, f"vendor_bill:{id}", _shower(request)(id))


@router.post("/vendor-bills", response={201: BillDone}, summary="Enter a vendor's bill")
def enter_bill(request: Request, body: BillGiven) -> HttpResponse:
    """Write down what a vendor bills of receipts, or of orders before their goods.

    Within the company's tolerance it is accepted at once: its goods are worth what is billed for them, and freight
    beyond that of the orders lands on them. Else it waits for its goods, or for somebody to accept it.
    """
    require(request.auth, "purchasing.bill")
    require(request.auth, "catalog.see_cost")
    bill = _bill(body)
    act = partial(actions.enter_bill, actor=request.auth, bill=bill)
    return make(request, act, "purchasing.VendorBill", _shower(request), subject="vendor_bill")


@router.post("/vendor-bills/{id}/accept", response=BillDone, summary="Accept a vendor's bill")
def accept_bill(request: Request, id: Id, body: AcceptBill) -> HttpResponse:
    """Accept a bill with what is off, and say why; who entered it does not, unless the company lets them."""
    act = partial(actions.accept_bill, actor=request.auth, bill=id, note=body.note)
    return write(request, act, lambda _: _shower(request)(id), about=f"vendor_bill:{id}")


@router.post("/vendor-bills/{id}/cancel", response=BillDone, summary="Take a vendor's bill back")
def cancel_bill(request: Request, id: Id, body: CancelBill) -> HttpResponse:
    """Take a bill back: prices and freight that it brought go with it, and what it billed is to be billed again."""
    act = partial(actions.cancel_bill, actor=request.auth, bill=id, reason=body.reason)
    return write(request, act, lambda _: _shower(request)(id), about=f"vendor_bill:{id}")


def _bill(body: BillGiven) -> Bill:
    lines = [one.purchase_line for one in body.lines]
    places, currency = decimals_of_purchase_lines(lines), queries.currency_of(lines)
    return Bill(
        body.number,
        body.billed_on,
        tuple(
            BillLine(
                one.purchase_line,
                one.receipt,
                quantity(
                    one.quantity,
                    places.get(one.purchase_line, MOST_DECIMALS),
                    field=f"lines.{n}.quantity",
                ),
                None if one.unit_cost is None else micro(one.unit_cost, field=f"lines.{n}.unit_cost"),
            )
            for n, one in enumerate(body.lines)
        ),
        due_on=body.due_on,
        rate_micro=None if body.rate is None else micro(body.rate, field="rate"),
        freight_minor=minor(body.freight, currency, field="freight"),
        tax_minor=minor(body.tax, currency, field="tax"),
        total_minor=None if body.total is None else minor(body.total, currency, field="total"),
        note=body.note,
        pay=_paid(body.pay, currency) if body.pay is not None else None,
        granted=_granted(body),
    )


def _paid(pay: PaidAtOnceGiven, currency: str) -> PaidAtOnce:
    return PaidAtOnce(pay.method, pay.reference, minor(pay.discount, currency, field="pay.discount"))


def _granted(body: BillGiven) -> Granted | None:
    if body.discount_percent is None:
        return None
    return Granted(scaled(body.discount_percent, 4, field="discount_percent"), body.discount_until)
