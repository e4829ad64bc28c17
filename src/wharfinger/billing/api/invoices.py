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
    there,
)
from wharfinger.base.quantity import quantity, scaled
from wharfinger.base.refusal import N_, BadInput
from wharfinger.billing.actions import invoices, payments, writing_off
from wharfinger.billing.actions.credits import cancel_invoice, credit
from wharfinger.billing.models import InvoiceLine
from wharfinger.billing.queries import shown
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.demand.models import Line
from wharfinger.ledger.door import detail, make, write
from wharfinger.ledger.prepared import Prepared, ids

router = Router(tags=["billing"])

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


class InvoiceGiven(Given):
    """What one customer is to pay for."""

    lines: list[BillGiven] = Field(min_length=1, max_length=1000)
    issued_on: date | None = Field(default=None, examples=[None])
    due_on: date | None = Field(
        default=None, examples=[None], description="Without it: by the customer's terms."
    )
    customer_reference: str = Field(default="", max_length=60, examples=["PO 4711"])
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
    issued_on: str = Field(examples=["2026-11-30"])
    due_on: str = Field(examples=["2026-12-14"])
    discount_percent: str = Field(examples=["2"], description="May be taken off what is paid by that day.")
    discount_until: str | None = Field(examples=["2026-12-10"])
    discount: str = Field(examples=["3.56"], description="What that comes to of the total.")
    net: str = Field(examples=["149.70"])
    tax: str = Field(examples=["28.44"])
    total: str = Field(examples=["178.14"])
    open: str = Field(examples=["178.14"])
    credited: str = Field(examples=["0.00"])
    written_off: str = Field(examples=["0.00"])
    discount_taken: str = Field(examples=["0.00"], description="Cash discount that was taken off.")
    exchange_difference: str = Field(
        examples=["0.00"],
        description="In home currency, what the money that settled it was worth more; a loss is below zero.",
    )
    posted_at: str | None
    sent_at: str | None
    lines: list[InvoiceRow]


class InvoiceDone(InvoiceOut, Done):
    """An invoice, and the entry that wrote it."""


class CreditGiven(Given):
    """So many units of an invoice line."""

    invoice_line: Id
    quantity: Quantity


class CreditNoteGiven(Given):
    """What is taken back of one invoice: of one line, or of several."""

    invoice_line: Id | None = Field(default=None, examples=[None])
    quantity: Quantity | None = Field(default=None, examples=[None])
    lines: list[CreditGiven] = Field(default=[], max_length=1000)
    reason: str = Field(default="", max_length=500, examples=["Wrong colour"])
    issued_on: date | None = Field(default=None, examples=[None])
    bill_again: bool = Field(default=False, description="Whether it is to be invoiced anew.")


class CancelGiven(Given):
    """Why an invoice is taken back whole, and whether what it billed is invoiced anew."""

    reason: str = Field(min_length=1, max_length=500, examples=["Wrong customer"])
    bill_again: bool
    issued_on: date | None = Field(default=None, examples=[None])


class CreditRow(Shown):
    """A quantity of an invoice line that was taken back."""

    id: Id
    invoice_line: Id
    line: Id | None
    product: Id
    description: str
    quantity: str = Field(examples=["1"])
    net: str = Field(examples=["49.90"])
    tax: str = Field(examples=["9.48"])


class CreditNoteOut(Shown):
    """What we took back of an invoice."""

    id: Id
    number: str = Field(examples=["CN-2"])
    invoice: Id
    organization: Id
    currency: str = Field(examples=["EUR"])
    issued_on: str = Field(examples=["2026-11-30"])
    reason: str
    net: str = Field(examples=["49.90"])
    tax: str = Field(examples=["9.48"])
    total: str = Field(examples=["59.38"])
    lines: list[CreditRow]


class CreditNoteDone(CreditNoteOut, Done):
    """A credit note, and the entry that made it."""


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
CREDIT_NOTES = Listing(
    "credit_notes",
    sorts={"number": "number", "issued_on": "issued_on"},
    filters={"organization": "organization_id", "invoice": "invoice_id", "number": "number"},
    days={"issued_on": "issued_on"},
    q=("number", "reason", "organization__name"),
)


_LINES = Prepared(
    lambda lines: Line.objects.filter(pk__in=lines).values_list(
        "pk", "product__quantity_decimals", "organization_id", "currency", "tax_included"
    ),
    ids("lines"),
)


def bills_of(given: Sequence[BillGiven]) -> tuple[Bill, ...]:
    """Bills as the verbs take them, all of one customer; raises BadInput naming the field."""
    found = _LINES({one.line for one in given})
    known = {pk: whose for pk, *whose in found}
    bills = []
    for n, one in enumerate(given):
        if one.line not in known:
            raise BadInput("no_such_line", N_("There is no such line."), field=f"lines.{n}.line")
        if known[one.line][1:] != known[given[0].line][1:]:
            raise BadInput(
                "several_customers",
                N_(
                    "An invoice has one customer and one currency, and its prices are all with tax or all before it. "
                    "Invoice the others apart."
                ),
                field=f"lines.{n}.line",
            )
        price, less = one.unit_price, one.discount_percent
        bills.append(
            Bill(
                one.line,
                quantity(one.quantity, known[one.line][0], field=f"lines.{n}.quantity"),
                None if price is None else money.micro(price, field=f"lines.{n}.unit_price"),
                None if less is None else scaled(less, 4, field=f"lines.{n}.discount_percent"),
                one.description,
                one.reason,
            )
        )
    return tuple(bills)


@router.get("/invoices", response=Page[InvoiceOut], openapi_extra=INVOICES.described, summary="List invoices")
def list_invoices(request: Request) -> HttpResponse:
    """Invoices, newest first, each with what is open of it."""
    require(request.auth, "billing.read")
    return INVOICES.answer(request, shown.invoices(), shown.show_invoices)


@router.get("/invoices/{id}", response=InvoiceOut, summary="Read an invoice")
def one_invoice(request: Request, id: Id) -> HttpResponse:
    """An invoice with its lines."""
    require(request.auth, "billing.read")
    return detail(request, f"invoice:{id}", _invoice(id))


@router.post("/invoices", response={201: InvoiceDone}, summary="Invoice lines")
def create_invoice(request: Request, body: InvoiceGiven) -> HttpResponse:
    """Ask a customer to pay for quantities of lines, whatever the stage of their goods; posted at once."""
    require(request.auth, "billing.invoice")
    rate = None if body.rate is None else money.micro(body.rate, field="rate")
    wish = InvoiceWish(bills_of(body.lines), body.issued_on, body.due_on, body.customer_reference, rate)
    verb = invoices.draft_invoice if body.draft else invoices.invoice
    act = partial(verb, actor=request.auth, wish=wish)
    return make(request, act, "billing.Invoice", _invoice, subject="invoice")


@router.post("/invoices/{id}/post", response=InvoiceDone, summary="Post a draft invoice")
def post_invoice(request: Request, id: Id, body: PostGiven) -> HttpResponse:
    """Give a draft its number; the customer owes it from then on."""
    act = partial(invoices.post_invoice, actor=request.auth, invoice=id, issued_on=body.issued_on)
    return write(request, act, lambda _: _invoice(id), about=f"invoice:{id}")


@router.post("/invoices/{id}/send", response=InvoiceDone, summary="Send an invoice")
def send_invoice(request: Request, id: Id) -> HttpResponse:
    """Mail an invoice to the customer."""
    act = partial(invoices.send_invoice, actor=request.auth, invoice=id)
    return write(request, act, lambda _: _invoice(id), about=f"invoice:{id}")


@router.post("/invoices/{id}/cancel", response={201: CreditNoteDone}, summary="Cancel an invoice")
def cancel(request: Request, id: Id, body: CancelGiven) -> HttpResponse:
    """Take back all that is left of a posted invoice by one credit note; what was paid becomes store credit."""
    act = partial(
        cancel_invoice,
        actor=request.auth,
        invoice=id,
        reason=body.reason,
        bill_again=body.bill_again,
        issued_on=body.issued_on,
    )
    return make(request, act, "billing.CreditNote", _credit_note, subject="credit_note")


@router.get(
    "/credit-notes",
    response=Page[CreditNoteOut],
    openapi_extra=CREDIT_NOTES.described,
    summary="List credit notes",
)
def list_credit_notes(request: Request) -> HttpResponse:
    """Credit notes, newest first."""
    require(request.auth, "billing.read")
    return CREDIT_NOTES.answer(request, shown.credit_notes(), shown.show_credit_notes)


@router.get("/credit-notes/{id}", response=CreditNoteOut, summary="Read a credit note")
def one_credit_note(request: Request, id: Id) -> HttpResponse:
    """A credit note with its lines."""
    require(request.auth, "billing.read")
    return detail(request, f"credit_note:{id}", _credit_note(id))


@router.post("/credit-notes", response={201: CreditNoteDone}, summary="Credit invoice lines")
def create_credit_note(request: Request, body: CreditNoteGiven) -> HttpResponse:
    """Take back quantities of one invoice's lines; what was paid of them becomes store credit."""
    require(request.auth, "billing.credit")
    items = _credits(_named(body))
    act = partial(
        credit,
        actor=request.auth,
        items=items,
        reason=body.reason,
        issued_on=body.issued_on,
        bill_again=body.bill_again,
    )
    return make(request, act, "billing.CreditNote", _credit_note, subject="credit_note")


def _named(body: CreditNoteGiven) -> list[CreditGiven]:
    """The lines that are named, and the one that stands alone."""
    if body.invoice_line is not None:
        if body.quantity is None:
            raise BadInput("missing", N_("Please fill this in."), field="quantity")
        return [*body.lines, CreditGiven(invoice_line=body.invoice_line, quantity=body.quantity)]
    if not body.lines:
        raise BadInput("missing", N_("Please fill this in."), field="lines")
    return body.lines


def _credits(given: Sequence[CreditGiven]) -> tuple[Credit, ...]:
    rows = InvoiceLine.objects.filter(pk__in={one.invoice_line for one in given})
    known = {
        pk: (decimals, invoice)
        for pk, decimals, invoice in rows.values_list("pk", "product__quantity_decimals", "invoice_id")
    }
    items = []
    for n, one in enumerate(given):
        if one.invoice_line not in known:
            raise BadInput(
                "no_such_invoice_line", N_("There is no such invoice line."), field=f"lines.{n}.invoice_line"
            )
        if known[one.invoice_line][1] != known[given[0].invoice_line][1]:
            raise BadInput(
                "several_invoices",
                N_("A credit note belongs to one invoice. Credit the others apart."),
                field=f"lines.{n}.invoice_line",
            )
        units = quantity(one.quantity, known[one.invoice_line][0], field=f"lines.{n}.quantity")
        items.append(Credit(one.invoice_line, units))
    return tuple(items)


def _invoice(pk: int) -> dict[str, Any]:
    return shown.show_invoices([shown.invoice(pk)])[0]


def _credit_note(pk: int) -> dict[str, Any]:
    return shown.show_credit_notes([there(shown.credit_notes(), pk)])[0]


@router.post("/invoices/{id}/write-off", response=InvoiceDone, summary="Write an invoice off")
def write_off(request: Request, id: Id, body: WriteOffGiven) -> HttpResponse:
    """Do without what is open of an invoice, or a part of it; tax is less by its share."""
    require(request.auth, "billing.write_off")
    currency = shown.invoice(id).currency
    amount = None if body.amount is None else money.minor(body.amount, currency)
    act = partial(
        writing_off.write_off, actor=request.auth, invoice=id, amount_minor=amount, reason=body.reason
    )
    return write(request, act, lambda _: _invoice(id), about=f"invoice:{id}")


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
    return write(request, act, lambda _: _invoice(id), about=f"invoice:{id}")
