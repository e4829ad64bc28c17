"""Invoices and credit notes over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any, Literal, get_args

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import money
from wharfinger.base.access import require
from wharfinger.base.door import (
    Amount,
    Done,
    Given,
    Id,
    Listing,
    Page,
    Percent,
    Price,
    Quantity,
    Request,
    Shown,
)
from wharfinger.base.quantity import quantity, scaled
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.billing.actions import drafts, invoices, payments, writing_off
from wharfinger.billing.api.dues import DuePart
from wharfinger.billing.models import InvoiceLine
from wharfinger.billing.queries import shown
from wharfinger.billing.queries.fees import fee_product
from wharfinger.billing.rules.changing import DraftChange, RowChange
from wharfinger.billing.rules.fees import Fee
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.catalog.models import Product
from wharfinger.demand.models import Line
from wharfinger.ledger.door import detail, make, write
from wharfinger.ledger.prepared import Prepared, ids

router = Router(tags=["billing"])

FeeKind = Literal["freight", "restocking", "return_freight"]
Status = Literal["draft", "open", "partly", "overdue", "paid", "credited", "written_off"]


class BillGiven(Given):
    """So many units of a line, at its own price unless another is given."""

    line: Id
    quantity: Quantity
    unit_price: Price | None = Field(default=None, examples=[None])
    discount_percent: Percent | None = Field(default=None, examples=[None])
    description: str = Field(default="", max_length=500)
    reason: str = Field(
        default="", max_length=200, description="Why another price is asked than the line's; never on paper."
    )


class FeeGiven(Given):
    """So much of a service beside the lines: freight, a fee."""

    kind: FeeKind | None = Field(
        default=None, examples=[None], description="The service that the setting `fee_products` names for it."
    )
    product: Id | None = Field(default=None, description="Or a service by its id.")
    quantity: Quantity = Field(default="1", examples=["1"])
    unit_price: Price = Field(examples=["12.50"], description="With tax where the prices of the lines are.")
    description: str = Field(default="", max_length=500)


class InvoiceGiven(Given):
    """What one customer is to pay for."""

    lines: list[BillGiven] = Field(min_length=1, max_length=1000)
    fees: list[FeeGiven] = Field(default=[], max_length=100, examples=[[]])
    issued_on: date | None = Field(default=None, examples=[None])
    due_on: date | None = Field(
        default=None, examples=[None], description="Without it: by the customer's terms."
    )
    terms: Id | None = Field(
        default=None,
        examples=[None],
        description="Terms of payment; without them those of the order, else the customer's.",
    )
    customer_reference: str = Field(default="", max_length=60, examples=["PO 4711"])
    remarks: str = Field(
        default="", max_length=2000, description="What the customer reads beneath the lines."
    )
    rate: Price | None = Field(
        default=None,
        examples=[None],
        description="What one unit of the invoice's currency is worth in home currency.",
    )
    draft: bool = Field(default=False, description="Prepare it only; it has no number until it is posted.")


class PostGiven(Given):
    """On which day a draft is posted."""

    issued_on: date | None = Field(default=None, examples=[None])


class InvoiceRow(Shown):
    """A quantity of a line, billed at a price."""

    id: Id
    line: Id | None
    product: Id
    sku: str = Field(examples=["AP-1040"])
    description: str
    quantity: str = Field(examples=["3"])
    credited: str = Field(examples=["0"])
    unit_price: str = Field(examples=["49.90"])
    price_unit: str = Field(
        examples=["pc"], description="What the price is for; quantities are in the product's own."
    )
    discount_percent: str = Field(examples=["0"])
    tax_code: Id
    tax_percent: str = Field(examples=["19"])
    second_tax_percent: str = Field(examples=["0"], description="Of a second tax; 0 where there is none.")
    takes_off: Id | None = Field(description="The deposit invoice of which it takes something off.")
    reason: str = Field(description="Why its price is another than the line's; never on paper.")
    net: str = Field(examples=["149.70"])
    gross: str | None = Field(
        examples=[None], description="With tax, where the unit price includes it; none where it does not."
    )


class WriteOffGiven(Given):
    """What of an invoice we do without, and why."""

    amount: Amount | None = Field(default=None, examples=[None], description="Without it: all that is open.")
    reason: str = Field(max_length=500, examples=["The customer is insolvent."])


class PaidGiven(Given):
    """What was paid of an invoice in all."""

    paid: Amount = Field(description="What came before is in it, and is not booked again.")
    received_on: date | None = Field(default=None, examples=[None])
    method: str = Field(default="", max_length=40, examples=["Transfer"])
    reference: str = Field(default="", max_length=100)


class InvoiceOut(Shown):
    """What a customer is asked to pay."""

    id: Id
    number: str | None = Field(examples=["INV-9"])
    kind: Literal["invoice", "deposit"]
    status: Status
    organization: Id
    site: Id | None
    sheet: Id | None
    currency: str = Field(examples=["EUR"])
    rate: str = Field(examples=["1"])
    customer_reference: str
    remarks: str
    issued_on: str = Field(
        examples=["2026-11-30"], description="Of a draft: today, unless somebody said which day."
    )
    due_on: str = Field(examples=["2026-12-14"], description="When all of it is due.")
    terms: Id | None = Field(description="Under which it was written.")
    due: list[DuePart] = Field(description="What of it is due when; one part where it is due as a whole.")
    discount_percent: str = Field(examples=["2"], description="May be taken off what is paid by that day.")
    discount_until: str | None = Field(examples=["2026-12-10"])
    discount: str = Field(examples=["3.56"], description="What that comes to of the total.")
    net: str = Field(examples=["149.70"])
    tax: str = Field(examples=["28.44"])
    rounding: str = Field(
        examples=["0.00"], description="What the total is more than net and tax, so that coins can pay it."
    )
    total: str = Field(examples=["178.14"])
    open: str = Field(examples=["178.14"])
    credited: str = Field(examples=["0.00"])
    written_off: str = Field(examples=["0.00"])
    discount_taken: str = Field(examples=["0.00"], description="Cash discount that was taken off.")
    exchange_difference: str = Field(
        examples=["0.00"],
        description="In home currency, what the money that settled it was worth more; a loss is below zero.",
    )
    margin: str | None = Field(
        examples=["40.00"],
        description="In home currency what is left over the real cost of the goods, less what was credited; read by who "
        "may see costs, once as many went as it bills.",
    )
    margin_percent: str | None = Field(examples=["36.1"])
    posted_at: str | None
    sent_at: str | None
    takes_back: Id | None = Field(description="The credit note that it takes back.")
    lines: list[InvoiceRow]


class InvoiceDone(InvoiceOut, Done):
    """An invoice, and the entry that wrote it."""


class RowGiven(Given):
    """What becomes different about a row; what is left out stays."""

    id: Id
    quantity: Quantity | None = Field(default=None, examples=["2"], description="0 takes it off the draft.")
    unit_price: Price | None = Field(default=None, examples=[None])
    discount_percent: Percent | None = Field(default=None, examples=[None])
    description: str | None = Field(default=None, max_length=500, examples=[None])
    reason: str | None = Field(
        default=None,
        max_length=200,
        examples=[None],
        description="Why another price is asked than the line's; never on paper.",
    )


class DraftGiven(Given):
    """What becomes different about a draft; what is left out stays."""

    rows: list[RowGiven] = Field(default=[], max_length=1000)
    add: list[BillGiven] = Field(default=[], max_length=1000, examples=[[]])
    fees: list[FeeGiven] = Field(default=[], max_length=100, examples=[[]])
    issued_on: date | None = Field(
        default=None, examples=["2026-11-30"], description="null: the day on which it is posted."
    )
    due_on: date | None = Field(
        default=None, examples=["2026-12-14"], description="null: by the customer's terms."
    )
    customer_reference: str | None = Field(default=None, max_length=60, examples=["PO 4711"])
    remarks: str | None = Field(default=None, max_length=2000, examples=["Delivered in two parts."])


class DiscardDone(Done):
    """The draft that is gone, and the entry that gave it up."""

    id: Id


INVOICES = Listing(
    "invoices",
    sorts={"number": "number", "issued_on": "issued_on", "due_on": "due_on", "total": "total_minor"},
    filters={
        "organization": "organization_id",
        "sheet": "sheet_id",
        "number": "number",
        "currency": "currency",
        "customer_reference": "customer_reference",
        "kind": "kind",
        "status": shown.with_status,
    },
    words={"status": get_args(Status), "kind": ("invoice", "deposit")},
    days={"issued_on": "issued_on", "due_on": "due_on"},
    q=("number", "customer_reference", "organization__name"),
)
_LINES = Prepared(
    lambda lines: Line.objects.filter(pk__in=lines).values_list(
        "pk", "product__quantity_decimals", "organization_id", "currency", "tax_included"
    ),
    ids("lines"),
)


def bills_of(given: Sequence[BillGiven], field: str = "lines") -> tuple[Bill, ...]:
    """Bills as the verbs take them, all of one customer; raises BadInput naming the field."""
    found = _LINES({one.line for one in given})
    known = {pk: whose for pk, *whose in found}
    bills = []
    for n, one in enumerate(given):
        if one.line not in known:
            raise BadInput("no_such_line", N_("There is no such line."), field=f"{field}.{n}.line")
        if known[one.line][1:] != known[given[0].line][1:]:
            raise BadInput(
                "several_customers",
                N_(
                    "An invoice has one customer and one currency, and its prices are all with tax or all before it. "
                    "Invoice the others apart."
                ),
                field=f"{field}.{n}.line",
            )
        price, less = one.unit_price, one.discount_percent
        bills.append(
            Bill(
                one.line,
                quantity(one.quantity, known[one.line][0], field=f"{field}.{n}.quantity"),
                None if price is None else money.micro(price, field=f"{field}.{n}.unit_price"),
                None if less is None else scaled(less, 4, field=f"{field}.{n}.discount_percent"),
                one.description,
                one.reason,
            )
        )
    return tuple(bills)


@router.get("/invoices", response=Page[InvoiceOut], openapi_extra=INVOICES.described, summary="List invoices")
def list_invoices(request: Request) -> HttpResponse:
    """Invoices, newest first, each with what is open of it."""
    require(request.auth, "billing.read")
    show_all = partial(shown.show_invoices, costs=request.auth.may("catalog.see_cost"))
    return INVOICES.answer(request, shown.invoices(), show_all)


@router.get("/invoices/{id}", response=InvoiceOut, summary="Read an invoice")
def one_invoice(request: Request, id: Id) -> HttpResponse:
    """An invoice with its lines."""
    require(request.auth, "billing.read")
    costs = request.auth.may("catalog.see_cost")
    return detail(request, f"invoice:{id}", shown.show_invoices([shown.invoice(id)], costs=costs)[0])


@router.post("/invoices", response={201: InvoiceDone}, summary="Invoice lines")
def create_invoice(request: Request, body: InvoiceGiven) -> HttpResponse:
    """Ask a customer to pay for quantities of lines, whatever the stage of their goods; posted at once."""
    require(request.auth, "billing.invoice")
    rate = None if body.rate is None else money.micro(body.rate, field="rate")
    wish = InvoiceWish(
        bills_of(body.lines),
        body.issued_on,
        body.due_on,
        body.customer_reference,
        rate,
        body.remarks,
        fees_of(body.fees),
        body.terms,
    )
    verb = invoices.draft_invoice if body.draft else invoices.invoice
    act = partial(verb, actor=request.auth, wish=wish)
    return make(request, act, "billing.Invoice", show, subject="invoice")


@router.patch("/invoices/{id}", response=InvoiceDone, summary="Change a draft invoice")
def change_draft(request: Request, id: Id, body: DraftGiven) -> HttpResponse:
    """Change rows, days and words of a draft, or add what is still to be billed; what is posted stays as it is."""
    require(request.auth, "billing.invoice")
    given = body.model_dump(exclude_unset=True, exclude={"rows", "add", "fees"})
    change = DraftChange(
        _rows(body.rows), bills_of(body.add, "add"), tuple(given.items()), fees_of(body.fees)
    )
    act = partial(drafts.change_draft, actor=request.auth, invoice=id, change=change)
    return write(request, act, lambda _: show(id), about=f"invoice:{id}")


@router.post("/invoices/{id}/discard", response=DiscardDone, summary="Discard a draft invoice")
def discard(request: Request, id: Id) -> HttpResponse:
    """Give a draft up; what it billed is to be billed again."""
    act = partial(drafts.discard_draft, actor=request.auth, invoice=id)
    return write(request, act, lambda _: {"id": id}, about=f"invoice:{id}")


@router.post("/invoices/{id}/post", response=InvoiceDone, summary="Post a draft invoice")
def post_invoice(request: Request, id: Id, body: PostGiven) -> HttpResponse:
    """Give a draft its number; the customer owes it from then on."""
    act = partial(invoices.post_invoice, actor=request.auth, invoice=id, issued_on=body.issued_on)
    return write(request, act, lambda _: show(id), about=f"invoice:{id}")


def show(pk: int) -> dict[str, Any]:
    """An invoice with its lines, by its id."""
    return shown.show_invoices([shown.invoice(pk)])[0]


@router.post("/invoices/{id}/write-off", response=InvoiceDone, summary="Write an invoice off")
def write_off(request: Request, id: Id, body: WriteOffGiven) -> HttpResponse:
    """Do without what is open of an invoice, or a part of it; tax is less by its share."""
    require(request.auth, "billing.write_off")
    currency = shown.invoice(id).currency
    amount = None if body.amount is None else money.minor(body.amount, currency)
    act = partial(
        writing_off.write_off, actor=request.auth, invoice=id, amount_minor=amount, reason=body.reason
    )
    return write(request, act, lambda _: show(id), about=f"invoice:{id}")


@router.post("/invoices/{id}/paid", response=InvoiceDone, summary="Say what was paid in all")
def paid_in_all(request: Request, id: Id, body: PaidGiven) -> HttpResponse:
    """Take in what was paid of an invoice in all, less what has come of it already."""
    require(request.auth, "billing.pay")
    act = partial(
        payments.paid_in_all,
        actor=request.auth,
        invoice=id,
        paid_minor=money.minor(body.paid, shown.invoice(id).currency, field="paid"),
        received_on=body.received_on,
        method=body.method,
        reference=body.reference,
    )
    return write(request, act, lambda _: show(id), about=f"invoice:{id}")


def fees_of(given: Sequence[FeeGiven]) -> tuple[Fee, ...]:
    """Fees as the verbs take them; raises BadInput naming the field."""
    fees = []
    for n, one in enumerate(given):
        at = f"fees.{n}"
        if (one.kind is None) == (one.product is None):
            raise BadInput(
                "kind_or_product", N_("Give a kind or a product, one of them."), field=f"{at}.kind"
            )
        product = (one.product or 0) if one.kind is None else fee_product(one.kind, f"{at}.kind")
        decimals = Product.objects.filter(pk=product).values_list("quantity_decimals", flat=True).first() or 0
        fees.append(
            Fee(
                product,
                money.micro(one.unit_price, field=f"{at}.unit_price"),
                quantity(one.quantity, decimals, field=f"{at}.quantity"),
                one.description,
            )
        )
    return tuple(fees)


def _rows(given: Sequence[RowGiven]) -> tuple[RowChange, ...]:
    found = InvoiceLine.objects.filter(pk__in={one.id for one in given})
    decimals = dict(found.values_list("pk", "product__quantity_decimals"))
    return tuple(_row(one, f"rows.{n}", decimals) for n, one in enumerate(given))


def _row(one: RowGiven, field: str, decimals: dict[int, int]) -> RowChange:
    if one.id not in decimals:
        raise NotThere("no_such_invoice_line", N_("There is no such invoice line."), field=f"{field}.id")

    def read(text: str | None, how: Any) -> int | None:
        return None if text is None else int(how(text))

    return RowChange(
        one.id,
        read(one.quantity, partial(scaled, decimals=decimals[one.id], field=f"{field}.quantity")),
        read(one.unit_price, partial(money.micro, field=f"{field}.unit_price")),
        read(one.discount_percent, partial(scaled, decimals=4, field=f"{field}.discount_percent")),
        one.description,
        one.reason,
    )
