"""Deposits over HTTP."""

from __future__ import annotations

from datetime import date
from functools import partial

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import money
from wharfinger.base.access import require
from wharfinger.base.door import Given, Id, Percent, Price, Request
from wharfinger.base.quantity import scaled
from wharfinger.billing.actions.deposits import ask_deposit
from wharfinger.billing.api.invoices import InvoiceDone
from wharfinger.billing.queries import shown
from wharfinger.billing.rules.deposits import DepositWish
from wharfinger.demand.models import Sheet
from wharfinger.ledger.door import make

router = Router(tags=["billing"])


class DepositGiven(Given):
    """Which part of an order is asked for beforehand: a share in percent, or an amount as its prices say it."""

    order: Id
    product: Id = Field(description="The service by which it is named on the invoice.")
    percent: Percent | None = Field(default=None, examples=["30"])
    amount: str | None = Field(default=None, max_length=30, examples=[None])
    issued_on: date | None = Field(default=None, examples=[None])
    due_on: date | None = Field(default=None, examples=[None])
    rate: Price | None = Field(default=None, examples=[None])


@router.post("/invoices/deposit", response={201: InvoiceDone}, summary="Ask for a deposit")
def deposit(request: Request, body: DepositGiven) -> HttpResponse:
    """Ask for a part of an order beforehand, for each rate of tax; the order's next invoices take it off."""
    require(request.auth, "billing.invoice")
    currency = Sheet.objects.filter(pk=body.order).values_list("currency", flat=True).first() or "EUR"
    wish = DepositWish(
        body.order,
        body.product,
        None if body.percent is None else scaled(body.percent, 4, field="percent"),
        None if body.amount is None else money.minor(body.amount, currency, field="amount"),
        body.issued_on,
        body.due_on,
        None if body.rate is None else money.micro(body.rate, field="rate"),
    )
    act = partial(ask_deposit, actor=request.auth, wish=wish)
    return make(
        request,
        act,
        "billing.Invoice",
        lambda pk: shown.show_invoices([shown.invoice(pk)])[0],
        subject="invoice",
    )
