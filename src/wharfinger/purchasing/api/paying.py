"""Payments to vendors over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Amount, Done, Given, Id, Listing, Note, Page, Price, Request, Shown
from wharfinger.base.money import micro, minor
from wharfinger.ledger.door import detail, write
from wharfinger.ledger.write import Written
from wharfinger.purchasing.actions import paying as actions
from wharfinger.purchasing.queries import paying as queries
from wharfinger.purchasing.rules.paying import Part, PayWish

router = Router(tags=["purchasing"])


class BillPaid(Given):
    """How much of a vendor's bill is paid."""

    bill: Id
    amount: Amount | None = Field(default=None, examples=[None], description="All that is open without it.")
    discount: Amount = Field(
        default="0",
        examples=["0"],
        description="What is taken off besides for early payment, as the bill's `discount` proposes.",
    )


class CreditTaken(Given):
    """How much of what a vendor credited is taken."""

    vendor_return: Id
    amount: Amount | None = Field(default=None, examples=[None], description="All that is left without it.")


class PayGiven(Given):
    """Bills to pay in one act, and the credits that are taken for them."""

    bills: list[BillPaid] = Field(default=[], max_length=actions.MOST)
    credits: list[CreditTaken] = Field(
        default=[],
        max_length=actions.MOST,
        examples=[[]],
        description="What exceeds the bills was paid out to us.",
    )
    paid_on: date | None = Field(default=None, examples=[None], description="Today without it.")
    method: str = Field(default="", max_length=40, examples=["Transfer"])
    reference: str = Field(default="", max_length=100)
    rate: Price | None = Field(
        default=None, examples=[None], description="Of the only foreign currency; that of the day without it."
    )


class CancelVendorPayment(Given):
    """Why a payment is taken out of the books."""

    reason: Note = ""


class BillPaidOut(Shown):
    """How much of a bill a payment paid."""

    bill: Id
    number: str = Field(examples=["R-4711"])
    amount: str = Field(examples=["119.00"])
    discount: str = Field(examples=["0.00"], description="What was taken off besides.")
    exchange_difference: str = Field(
        examples=["0.00"], description="In home currency, what was gained; a loss is below zero."
    )


class CreditTakenOut(Shown):
    """How much of a vendor's credit a payment took."""

    vendor_return: Id
    number: str = Field(examples=["VR-3"])
    amount: str = Field(examples=["59.50"])


class VendorPaymentOut(Shown):
    """Money that went to a vendor for its bills, less what its credits covered."""

    id: Id
    number: str = Field(examples=["VP-3"])
    vendor: Id
    vendor_name: str = Field(examples=["Harbour Supplies"])
    currency: str = Field(examples=["EUR"])
    amount: str = Field(examples=["59.50"], description="Below zero where the vendor paid a credit out.")
    paid_on: date
    method: str
    reference: str
    cancelled_at: datetime | None
    bills: list[BillPaidOut]
    credits: list[CreditTakenOut]


class VendorPaymentDone(VendorPaymentOut, Done):
    """A payment to a vendor, and the entry that wrote it."""


class VendorPaymentsOut(Shown):
    """Payments, one for each vendor and currency."""

    payments: list[VendorPaymentOut]


class VendorPaymentsDone(VendorPaymentsOut, Done):
    """Payments to vendors, and the entry that wrote them."""


PAYMENTS = Listing(
    "payments to vendors",
    sorts={"number": "number", "paid_on": "paid_on"},
    filters={"number": "number", "vendor": "vendor_id", "reference": "reference"},
    days={"paid_on": "paid_on"},
    q=("number", "reference", "vendor__name"),
)


def _reads(request: Request) -> None:
    require(request.auth, "purchasing.read")
    require(request.auth, "catalog.see_cost")


@router.get(
    "/vendor-payments",
    response=Page[VendorPaymentOut],
    openapi_extra=PAYMENTS.described,
    summary="List payments to vendors",
)
def vendor_payments(request: Request) -> HttpResponse:
    """Payments to vendors, newest first; only for who may see costs."""
    _reads(request)
    return PAYMENTS.answer(request, queries.payments(), queries.show_payments)


@router.get("/vendor-payments/{id}", response=VendorPaymentOut, summary="Read a payment to a vendor")
def vendor_payment(request: Request, id: Id) -> HttpResponse:
    """A payment with the bills it pays and the credits it takes."""
    _reads(request)
    return detail(request, f"vendor_payment:{id}", _show(id))


@router.post("/vendor-payments", response={201: VendorPaymentsDone}, summary="Pay vendors' bills")
def pay_bills(request: Request, body: PayGiven) -> HttpResponse:
    """Pay accepted bills, in part or whole, all in one entry: a payment for each vendor and currency."""
    require(request.auth, "purchasing.pay")
    require(request.auth, "catalog.see_cost")
    act = partial(actions.pay_bills, actor=request.auth, wish=_wish(body))

    def shape(done: Written) -> dict[str, Any]:
        return {"payments": queries.show_payments(queries.payments().filter(made=done.id).order_by("pk"))}

    return write(request, act, shape, status=201)


@router.post(
    "/vendor-payments/{id}/cancel", response=VendorPaymentDone, summary="Cancel a payment to a vendor"
)
def cancel(request: Request, id: Id, body: CancelVendorPayment) -> HttpResponse:
    """Take a mistyped payment out of the books: its bills are owed again, its credits may be taken again."""
    act = partial(actions.cancel_vendor_payment, actor=request.auth, payment=id, reason=body.reason)
    return write(request, act, lambda _: _show(id), about=f"vendor_payment:{id}")


def _show(pk: int) -> dict[str, Any]:
    return queries.show_payments([queries.payment(pk)])[0]


def _wish(body: PayGiven) -> PayWish:
    currencies = queries.currencies(
        [one.bill for one in body.bills], [one.vendor_return for one in body.credits]
    )

    def part(subject: str, pk: int, amount: str | None, field: str, discount: str = "0") -> Part:
        currency = currencies.get((subject, pk), "EUR")
        return Part(
            pk,
            None if amount is None else minor(amount, currency, field=f"{field}.amount"),
            minor(discount, currency, field=f"{field}.discount"),
        )

    return PayWish(
        tuple(
            part("vendor_bill", one.bill, one.amount, f"bills.{n}", one.discount)
            for n, one in enumerate(body.bills)
        ),
        tuple(
            part("vendor_return", one.vendor_return, one.amount, f"credits.{n}")
            for n, one in enumerate(body.credits)
        ),
        body.paid_on,
        body.method,
        body.reference,
        None if body.rate is None else micro(body.rate, field="rate"),
    )
