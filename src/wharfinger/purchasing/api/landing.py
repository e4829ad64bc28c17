"""What receipts cost beside the price of their goods, and at which price these were billed, over HTTP."""

from __future__ import annotations

from datetime import date
from functools import partial

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import configuration
from wharfinger.base.door import Amount, Currency, Given, Id, Note, Price, Request
from wharfinger.base.money import micro, minor
from wharfinger.ledger.door import write
from wharfinger.purchasing.actions import landing
from wharfinger.purchasing.api.goods import ReceiptDone, Spread, shower
from wharfinger.purchasing.rules.landing import Billed, Cost

router = Router(tags=["purchasing"])


class CostGiven(Given):
    """Freight, customs or the like of a receipt, net of tax."""

    name: str = Field(min_length=1, max_length=60, examples=["Freight"])
    amount: Amount
    currency: Currency | None = Field(default=None, description="The company's without it.")
    rate: Price | None = Field(
        default=None,
        description="What one unit of another currency is worth in the company's; that day's rate without it.",
    )
    spread: Spread = Field(default="value", description="How it is spread over the goods.")
    vendor: Id | None = Field(default=None, description="Who asks for it, if not the vendor of the goods.")
    reference: str = Field(default="", max_length=60, examples=["F-2026-88"])
    effective_on: date | None = Field(default=None, description="When it counts; today without it.")
    reason: Note = ""


class CancelCost(Given):
    """Why a cost is taken back."""

    reason: Note = ""


class BilledLine(Given):
    """What the vendor bills for one unit of a line."""

    purchase_line: Id
    unit_cost: Price


class RepriceGiven(Given):
    """Prices on the vendor's bill that differ from what was ordered."""

    lines: list[BilledLine] = Field(min_length=1, max_length=1000)
    reference: str = Field(default="", max_length=60, examples=["R-4711"])
    effective_on: date | None = Field(default=None, description="When it counts; today without it.")
    reason: Note = ""


@router.post("/receipts/{id}/costs", response=ReceiptDone, summary="Add freight or another cost to a receipt")
def land_cost(request: Request, id: Id, body: CostGiven) -> HttpResponse:
    """Spread freight, customs or the like over the goods of a receipt, net of tax.

    It reaches what is still in stock; the share of what has left is stated as purchase variance.
    """
    currency = body.currency or configuration.one("currency")
    cost = Cost(
        body.name,
        minor(body.amount, currency, field="amount"),
        currency,
        None if body.rate is None else micro(body.rate, field="rate"),
        body.spread,
        body.vendor,
        body.reference,
    )
    act = partial(
        landing.land_cost,
        actor=request.auth,
        receipt=id,
        cost=cost,
        reason=body.reason,
        effective_on=body.effective_on,
    )
    return write(request, act, lambda _: shower(request)(id), about=f"receipt:{id}")


@router.post(
    "/receipts/{id}/costs/{cost}/cancel", response=ReceiptDone, summary="Take a cost of a receipt back"
)
def cancel_cost(request: Request, id: Id, cost: Id, body: CancelCost) -> HttpResponse:
    """Take a cost back, from what is still in stock and from the variance alike."""
    act = partial(landing.cancel_cost, actor=request.auth, receipt=id, cost=cost, reason=body.reason)
    return write(request, act, lambda _: shower(request)(id), about=f"receipt:{id}")


@router.post("/receipts/{id}/reprice", response=ReceiptDone, summary="Take over billed prices of a receipt")
def reprice(request: Request, id: Id, body: RepriceGiven) -> HttpResponse:
    """Take over what the vendor billed for lines of a receipt, in the order's currency."""
    prices = [
        Billed(one.purchase_line, micro(one.unit_cost, field=f"lines.{n}.unit_cost"))
        for n, one in enumerate(body.lines)
    ]
    act = partial(
        landing.reprice,
        actor=request.auth,
        receipt=id,
        prices=prices,
        reference=body.reference,
        reason=body.reason,
        effective_on=body.effective_on,
    )
    return write(request, act, lambda _: shower(request)(id), about=f"receipt:{id}")
