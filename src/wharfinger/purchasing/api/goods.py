"""Receipts over HTTP: goods taken in, receipts taken back, goods sent back to their vendor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Amount, Done, Given, Id, Listing, Note, Page, Quantity, Request, Shown, Unit
from wharfinger.base.money import minor
from wharfinger.base.quantity import quantity, scaled
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import ranged
from wharfinger.catalog.entry import Packs
from wharfinger.ledger.door import detail, make, write
from wharfinger.ledger.write import Written
from wharfinger.purchasing.actions import receiving as actions
from wharfinger.purchasing.api.orders import MOST_DECIMALS, show_one
from wharfinger.purchasing.api.shapes import OrderDone, WaitingOut
from wharfinger.purchasing.queries import crediting
from wharfinger.purchasing.queries import shown as queries
from wharfinger.purchasing.rules.crediting import SendBack
from wharfinger.purchasing.rules.receiving import Arrival, Delivery

router = Router(tags=["purchasing"])

Serials = list[str]
Spread = Literal["value", "quantity", "weight"]


class SerialRange(Given):
    """Serial numbers from one to another: alike but for the number at their end."""

    first: str = Field(max_length=100, examples=["A001"])
    last: str = Field(max_length=100, examples=["A010"])


class ArrivalGiven(Given):
    """What arrived of a line of a purchase order."""

    purchase_line: Id
    quantity: Quantity = Field(description="All that arrived, what is rejected included.")
    unit: Unit = ""
    rejected: Quantity = Field(
        default="0", description="How many of them are rejected at the door.", examples=["0"]
    )
    serials: Serials = Field(
        default=[], max_length=10000, description="Of what is accepted, then, if known, of what is rejected."
    )
    serial_range: SerialRange | None = Field(
        default=None, description="As many serial numbers at once, behind those of ``serials``."
    )
    numbered: bool = Field(
        default=False,
        description="Whether what is accepted and has no serial number gets the next ones of the product's series.",
    )
    reason: str = Field(
        default="",
        max_length=60,
        examples=["Damaged"],
        description="Why those are rejected; else the receipt's.",
    )
    note: str = Field(default="", max_length=500, examples=["Box torn open"])
    batch: str = Field(default="", max_length=100, examples=["L-2026-7"])
    expires_on: date | None = None
    bin: Id | None = Field(default=None, description="Without it: the default bin of the line's location.")
    line: Id | None = Field(
        default=None, description="The customer's line to serve; without it by promised date, then age."
    )


class ReceiptGiven(Given):
    """What arrived in one delivery of one vendor, perhaps of several orders."""

    lines: list[ArrivalGiven] = Field(min_length=1, max_length=1000)
    vendor_invoice_number: str = Field(default="", max_length=50, examples=["R-4711"])
    received_on: date | None = None
    accept_over: bool = Field(
        default=False, description="Whether more than was ordered is taken as free stock."
    )
    reason: Note = Field(
        default="", description="Why goods are rejected, of all lines that give no reason of their own."
    )


class CancelReceipt(Given):
    """Which lines of a receipt are taken back, and why."""

    lines: list[Id] | None = Field(
        default=None, max_length=1000, description="Lines of its purchase orders; all without it."
    )
    reason: Note = ""


class SendBackLine(Given):
    """Goods for the vendor: rejected ones of an order's line, or free stock of a product."""

    purchase_line: Id | None = None
    product: Id | None = None
    quantity: Quantity
    bin: Id | None = None
    serials: Serials = Field(default=[], max_length=10000)
    receipt: Id | None = Field(
        default=None, description="By which the stock came: it then leaves at what it cost."
    )


class SendBackGiven(Given):
    """What goes back to its vendor, and why."""

    lines: list[SendBackLine] = Field(min_length=1, max_length=1000)
    vendor: Id | None = Field(
        default=None, description="Without it the one the goods came from, else the product's default."
    )
    credit: Amount | None = Field(
        default=None,
        examples=["59.50"],
        description="What the vendor is to credit, in the currency of the order whose goods were refused, else of the "
        "company; what the goods cost without it.",
    )
    reason: Note = ""


class RejectionOut(Shown):
    """How many of a line were turned away at the door, and why."""

    quantity: str = Field(examples=["1"])
    reason: str = Field(examples=["Damaged"])
    note: str


class ReceiptLineOut(Shown):
    """What a receipt brought of a line and was not taken back."""

    purchase_line: Id
    purchase_order: Id
    purchase_order_number: str = Field(examples=["PO-12"])
    product: Id
    sku: str = Field(examples=["AP-1040"])
    quantity: str = Field(examples=["3"])
    rejected: str = Field(examples=["0"])
    billed: str = Field(
        examples=["2"], description="By vendors' bills of this receipt that were not cancelled."
    )
    rejections: list[RejectionOut]
    bins: list[Id]
    serials: list[str]
    served: list[WaitingOut]
    unit_cost: str | None = Field(
        examples=["31.5"], description="As billed, else as ordered; only for who may see costs."
    )
    unit: str = Field(
        examples=["case"], description="The unit of the product whose cost that is; empty for its own."
    )
    currency: str = Field(examples=["EUR"])


class ReceiptCostOut(Shown):
    """Freight, customs or the like of a receipt, and where it went."""

    id: Id
    name: str = Field(examples=["Freight"])
    vendor: int | None = Field(description="Who asks for it, where that is not the vendor of the goods.")
    reference: str
    spread: Spread
    amount: str = Field(examples=["45.00"])
    currency: str = Field(examples=["EUR"])
    rate: str = Field(examples=["1"])
    bill: int | None = Field(description="The vendor's bill that asked for it beside the goods.")
    in_stock: str | None = Field(
        examples=["30.00"],
        description="What reached goods in stock, in home currency; nothing where it came with a bill.",
    )
    variance: str | None = Field(
        examples=["15.00"],
        description="What was stated for goods that had left; nothing where it came with a bill.",
    )
    home_currency: str = Field(examples=["EUR"])
    cancelled_at: datetime | None


class ReceiptOut(Shown):
    """A receipt."""

    id: Id
    number: str = Field(examples=["GR-4"])
    vendor: Id
    vendor_name: str = Field(examples=["Harbour Supplies"])
    vendor_invoice_number: str
    received_on: date
    cancelled_at: datetime | None
    lines: list[ReceiptLineOut]
    costs: list[ReceiptCostOut] | None = Field(description="Only for who may see costs.")


class ReceiptDone(ReceiptOut, Done):
    """A receipt, and the entry that wrote it."""


class OrderReceived(OrderDone):
    """A purchase order after a receipt."""

    receipt: Id


class SentBack(Done):
    """The entry by which goods went back, and the document of it."""

    vendor_return: Id


RECEIPTS = Listing(
    "receipts",
    sorts={"number": "number", "received_on": "received_on"},
    filters={
        "number": "number",
        "vendor": "vendor_id",
        "vendor_invoice_number": "vendor_invoice_number",
        "purchase_order": queries.of_orders,
    },
    days={"received_on": "received_on"},
    q=("number", "vendor__name", "vendor_invoice_number"),
)


def _show(pk: int, *, costs: bool) -> dict[str, Any]:
    return queries.show_receipts([queries.receipt(pk)], costs=costs)[0]


def shower(request: Request) -> Callable[[int], dict[str, Any]]:
    """How a receipt is shown to whoever asks."""
    return partial(_show, costs=request.auth.may("catalog.see_cost"))


@router.get("/receipts", response=Page[ReceiptOut], openapi_extra=RECEIPTS.described, summary="List receipts")
def receipts(request: Request) -> HttpResponse:
    """Receipts, newest first."""
    require(request.auth, "purchasing.read")
    show = partial(queries.show_receipts, costs=request.auth.may("catalog.see_cost"))
    return RECEIPTS.answer(request, queries.receipts(), show)


@router.get("/receipts/{id}", response=ReceiptOut, summary="Read a receipt")
def receipt(request: Request, id: Id) -> HttpResponse:
    """A receipt with what it brought."""
    require(request.auth, "purchasing.read")
    return detail(request, f"receipt:{id}", shower(request)(id))


@router.post("/receipts", response={201: ReceiptDone}, summary="Receive goods of several orders")
def receive(request: Request, body: ReceiptGiven) -> HttpResponse:
    """Take in what one vendor delivered, of any of its submitted orders."""
    require(request.auth, "purchasing.receive")
    act = partial(
        actions.receive,
        actor=request.auth,
        arrivals=arrivals_of(body.lines),
        delivery=_delivery(body),
        reason=body.reason,
    )
    return make(request, act, "purchasing.Receipt", shower(request), subject="receipt")


@router.post("/purchase-orders/{id}/receive", response=OrderReceived, summary="Receive goods of an order")
def receive_order(request: Request, id: Id, body: ReceiptGiven) -> HttpResponse:
    """Take in what arrived of one order, fully or partly."""
    require(request.auth, "purchasing.receive")
    queries.order(id)
    act = partial(
        actions.receive,
        actor=request.auth,
        arrivals=arrivals_of(body.lines),
        delivery=_delivery(body, order=id),
        reason=body.reason,
    )

    def shown(done: Written) -> dict[str, Any]:
        return {**show_one(request, id), "receipt": done.one("purchasing.Receipt")}

    return write(request, act, shown, about=f"purchase_order:{id}")


@router.post("/receipts/{id}/cancel", response=ReceiptDone, summary="Take a receipt back")
def cancel_receipt(request: Request, id: Id, body: CancelReceipt) -> HttpResponse:
    """Take a receipt back while its goods are untouched, whole or in lines; they are on order again."""
    act = partial(
        actions.cancel_receipt, actor=request.auth, receipt=id, lines=body.lines, reason=body.reason
    )
    return write(request, act, lambda _: shower(request)(id), about=f"receipt:{id}")


@router.post("/send-back", response=SentBack, summary="Send goods back to their vendor")
def send_back(request: Request, body: SendBackGiven) -> HttpResponse:
    """Give back what was rejected at the door, or free stock, whose value leaves with it."""
    require(request.auth, "purchasing.send_back")
    currency = crediting.currency_of([one.purchase_line for one in body.lines])
    act = partial(
        actions.send_back,
        actor=request.auth,
        goods=_goods(body.lines),
        vendor=body.vendor,
        credit_minor=None if body.credit is None else minor(body.credit, currency, field="credit"),
        reason=body.reason,
    )
    return write(request, act, lambda done: {"vendor_return": done.one("purchasing.VendorReturn")})


def arrivals_of(lines: Sequence[ArrivalGiven]) -> list[Arrival]:
    """What arrived, as it was sent, in the products' smallest units."""
    places = queries.decimals_of_purchase_lines(one.purchase_line for one in lines)
    counted = queries.products_of_purchase_lines([one.purchase_line for one in lines if one.unit])
    packs = Packs(product.pk for product in counted.values())

    def units(n: int, one: ArrivalGiven, name: str, text: str, read: Callable[..., int]) -> int:
        if product := counted.get(one.purchase_line):
            return packs.sent(text, one.unit, product, f"lines.{n}.", name=name, read=read)
        return read(text, places.get(one.purchase_line, MOST_DECIMALS), field=f"lines.{n}.{name}")

    return [
        Arrival(
            one.purchase_line,
            units(n, one, "quantity", one.quantity, quantity),
            rejected=units(n, one, "rejected", one.rejected, scaled),
            serials=(*_codes(one.serials, f"lines.{n}.serials"), *_range(one.serial_range, n)),
            numbered=one.numbered,
            batch=one.batch.strip(),
            expires_on=one.expires_on,
            bin=one.bin,
            reason=one.reason,
            note=one.note,
            line=one.line,
        )
        for n, one in enumerate(lines)
    ]


def _codes(codes: Sequence[str], field: str) -> tuple[str, ...]:
    for code in codes:
        if len(code) > 100:
            raise BadInput("too_long", N_("At most {most} characters fit here."), field=field, most=100)
    return tuple(codes)


def _range(given: SerialRange | None, n: int) -> list[str]:
    return ranged(given.first, given.last, field=f"lines.{n}.serial_range") if given is not None else []


def _delivery(body: ReceiptGiven, order: int | None = None) -> Delivery:
    return Delivery(body.vendor_invoice_number, body.received_on, body.accept_over, order)


def _goods(lines: Sequence[SendBackLine]) -> list[SendBack]:
    bought = queries.decimals_of_purchase_lines(
        one.purchase_line for one in lines if one.purchase_line is not None
    )
    kept = queries.decimals_of_products(one.product for one in lines if one.product is not None)
    bins = queries.places_of_bins(one.bin for one in lines if one.bin is not None)
    goods = []
    for n, one in enumerate(lines):
        places = bought.get(one.purchase_line or 0, kept.get(one.product or 0, MOST_DECIMALS))
        if one.bin is not None and one.bin not in bins:
            raise BadInput("no_such_bin", N_("There is no such bin."), field=f"lines.{n}.bin")
        goods.append(
            SendBack(
                quantity(one.quantity, places, field=f"lines.{n}.quantity"),
                purchase_line=one.purchase_line,
                product=one.product,
                bin=None if one.bin is None else bins[one.bin],
                lots=queries.lots_of(one.product or 0, one.serials, field=f"lines.{n}.serials"),
                receipt=one.receipt,
            )
        )
    return goods
