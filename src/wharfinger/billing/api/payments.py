"""Payments and refunds over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import money
from wharfinger.base.access import require
from wharfinger.base.door import (
    Amount,
    Currency,
    Done,
    Given,
    Id,
    Listing,
    Note,
    Page,
    Price,
    Request,
    Shown,
    there,
)
from wharfinger.billing.actions import payments
from wharfinger.billing.queries import shown
from wharfinger.billing.rules.payments import Allocation, PaymentWish
from wharfinger.ledger.door import detail, make, write
from wharfinger.ledger.write import Written

router = Router(tags=["billing"])


class AllocationGiven(Given):
    """How much settles an invoice."""

    invoice: Id
    amount: Amount


class SettledGiven(AllocationGiven):
    """How much settles an invoice, and what is taken off it since it is paid early."""

    discount: Amount | None = Field(
        default=None, examples=[None], description="Later or more than agreed only by who may write off."
    )


class RefundGiven(Given):
    """Money that goes back to a customer."""

    organization: Id
    amount: Amount
    currency: Currency = "EUR"
    received_on: date | None = Field(default=None, examples=[None])
    method: str = Field(default="", max_length=40, examples=["Transfer"])
    reference: str = Field(default="", max_length=100)
    rate: Price | None = Field(default=None, examples=[None])


class PaymentGiven(RefundGiven):
    """Money that came from a customer."""

    allocations: list[SettledGiven] | None = Field(
        default=None, max_length=1000, examples=[None], description="Without it: the oldest invoices first."
    )


class ManyGiven(Given):
    """Money that came from many customers."""

    payments: list[PaymentGiven] = Field(min_length=1, max_length=500)


class Apply(Given):
    """Which invoices are settled with what is left; the oldest first where none is named."""

    allocations: list[AllocationGiven] | None = Field(default=None, max_length=1000, examples=[None])


class ApplyCredit(Apply):
    """Whose store credit settles which invoices."""

    currency: Currency = "EUR"


class Unapply(Given):
    """Which invoice is open again; all that the payment settled where none is named."""

    invoice: Id | None = Field(default=None, examples=[None])


class CancelPayment(Given):
    """Why a payment is taken out of the books."""

    reason: Note = ""


class AllocationOut(Shown):
    """How much of a payment settles an invoice."""

    invoice: Id
    amount: str = Field(examples=["119.00"])
    exchange_difference: str = Field(
        examples=["0.00"],
        description="In home currency, what was gained; a loss is below zero.",
    )


class PaymentOut(Shown):
    """Money that came from a customer, or went back as a refund."""

    id: Id
    number: str = Field(examples=["PAY-3"])
    kind: Literal["payment", "refund"]
    status: Literal["left", "spent", "cancelled"]
    organization: Id
    currency: str = Field(examples=["EUR"])
    amount: str = Field(examples=["119.00"])
    left: str = Field(examples=["0.00"])
    received_on: str = Field(examples=["2026-11-30"])
    method: str
    reference: str
    cancelled_at: str | None
    exchange_difference: str = Field(
        examples=["0.00"],
        description="In home currency, what was gained; a loss is below zero.",
    )
    allocations: list[AllocationOut]


class PaymentDone(PaymentOut, Done):
    """A payment, and the entry that wrote it."""


class ManyOut(Shown):
    """Money that came from many customers."""

    payments: list[PaymentOut]


class ManyDone(ManyOut, Done):
    """Many payments, and the entry that wrote them."""


class StoreCreditOut(Shown):
    """What we owe a customer after an act, by currency."""

    organization: Id
    store_credit: dict[str, str] = Field(examples=[{"EUR": "20.00"}])


class StoreCreditDone(StoreCreditOut, Done):
    """What we owe a customer, and the entry that changed it."""


PAYMENTS = Listing(
    "payments",
    sorts={"number": "number", "received_on": "received_on", "amount": "amount_minor"},
    filters={
        "organization": "organization_id",
        "kind": "kind",
        "number": "number",
        "method": "method",
        "reference": "reference",
    },
    days={"received_on": "received_on"},
    q=("number", "reference", "organization__name"),
)


@router.get("/payments", response=Page[PaymentOut], openapi_extra=PAYMENTS.described, summary="List payments")
def list_payments(request: Request) -> HttpResponse:
    """Payments and refunds, newest first."""
    require(request.auth, "billing.read")
    return PAYMENTS.answer(request, shown.payments(), shown.show_payments)


@router.get("/payments/{id}", response=PaymentOut, summary="Read a payment")
def one_payment(request: Request, id: Id) -> HttpResponse:
    """A payment with the invoices it settles."""
    require(request.auth, "billing.read")
    return detail(request, f"payment:{id}", _payment(id))


@router.post("/payments", response={201: PaymentDone}, summary="Take a payment in")
def create_payment(request: Request, body: PaymentGiven) -> HttpResponse:
    """Take a customer's money in; what is left over becomes store credit."""
    wish = _wish(body, _allocations(body.allocations, body.currency))
    return _made(request, partial(payments.pay, actor=request.auth, wish=wish))


@router.post("/payments/many", response={201: ManyDone}, summary="Take many payments in")
def create_payments(request: Request, body: ManyGiven) -> HttpResponse:
    """Take the money of many customers in, all in one entry or none of it."""
    wishes = [_wish(one, _allocations(one.allocations, one.currency)) for one in body.payments]
    act = partial(payments.pay_many, actor=request.auth, wishes=wishes)

    def shape(done: Written) -> dict[str, Any]:
        made = shown.payments().filter(made=done.id).order_by("pk")
        return {"payments": shown.show_payments(made)}

    return write(request, act, shape, status=201)


@router.post("/refunds", response={201: PaymentDone}, summary="Give store credit back")
def create_refund(request: Request, body: RefundGiven) -> HttpResponse:
    """Give a customer's store credit back as money."""
    return _made(request, partial(payments.refund, actor=request.auth, wish=_wish(body, None)))


@router.post("/payments/{id}/apply", response=PaymentDone, summary="Apply a payment")
def apply(request: Request, id: Id, body: Apply) -> HttpResponse:
    """Settle invoices with what is left of a payment."""
    require(request.auth, "billing.pay")
    currency = there(shown.payments(), id).currency
    chosen = _allocations(body.allocations, currency)
    act = partial(payments.apply_payment, actor=request.auth, payment=id, allocations=chosen)
    return write(request, act, lambda _: _payment(id), about=f"payment:{id}")


@router.post("/payments/{id}/unapply", response=PaymentDone, summary="Unapply a payment")
def unapply(request: Request, id: Id, body: Unapply) -> HttpResponse:
    """Let invoices be open again that a payment settled."""
    act = partial(payments.unapply, actor=request.auth, payment=id, invoice=body.invoice)
    return write(request, act, lambda _: _payment(id), about=f"payment:{id}")


@router.post("/payments/{id}/cancel", response=PaymentDone, summary="Cancel a payment")
def cancel(request: Request, id: Id, body: CancelPayment) -> HttpResponse:
    """Take a mistyped payment or refund out of the books."""
    act = partial(payments.cancel_payment, actor=request.auth, payment=id, reason=body.reason)
    return write(request, act, lambda _: _payment(id), about=f"payment:{id}")


@router.post("/organizations/{id}/apply-credit", response=StoreCreditDone, summary="Apply store credit")
def apply_credit(request: Request, id: Id, body: ApplyCredit) -> HttpResponse:
    """Settle a customer's invoices with all their store credit, the oldest first."""
    act = partial(
        payments.apply_credit,
        actor=request.auth,
        organization=id,
        currency=body.currency,
        allocations=_allocations(body.allocations, body.currency),
    )
    return write(request, act, lambda _: _credit(id), about=f"organization:{id}")


def _credit(organization: int) -> dict[str, Any]:
    left = shown.credit_of(organization)
    return {
        "organization": organization,
        "store_credit": {currency: money.plain(minor, currency) for currency, minor in left.items()},
    }


def _wish(body: RefundGiven, allocations: tuple[Allocation, ...] | None) -> PaymentWish:
    return PaymentWish(
        body.organization,
        money.minor(body.amount, body.currency),
        body.currency,
        body.received_on,
        body.method,
        body.reference,
        allocations,
        None if body.rate is None else money.micro(body.rate, field="rate"),
    )


def _allocations(given: Sequence[AllocationGiven] | None, currency: str) -> tuple[Allocation, ...] | None:
    if given is None:
        return None
    return tuple(
        Allocation(
            one.invoice,
            money.minor(one.amount, currency, field=f"allocations.{n}.amount"),
            money.minor(getattr(one, "discount", None) or "0", currency, field=f"allocations.{n}.discount"),
        )
        for n, one in enumerate(given)
    )


def _made(request: Request, act: partial[Written]) -> HttpResponse:
    return make(request, act, "billing.Payment", _payment, subject="payment")


def _payment(pk: int) -> dict[str, Any]:
    return shown.show_payments([there(shown.payments(), pk)])[0]
