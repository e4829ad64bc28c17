"""Credit notes over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Listing, Page, Quantity, Request, Shown, there
from wharfinger.base.quantity import quantity
from wharfinger.base.refusal import N_, BadInput
from wharfinger.billing.actions.credits import cancel_invoice, credit
from wharfinger.billing.models import InvoiceLine
from wharfinger.billing.queries import shown
from wharfinger.billing.rules.credits import Credit
from wharfinger.ledger.door import detail, make

router = Router(tags=["billing"])


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


class FeeRow(Shown):
    """What is kept of a credit note; it comes to less by it."""

    product: Id
    description: str
    net: str = Field(examples=["4.99"])
    tax: str = Field(examples=["0.95"])


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
    rounding: str = Field(examples=["0.00"], description="As its invoice is rounded.")
    total: str = Field(examples=["59.38"])
    sent_at: str | None
    taken_back_by: Id | None = Field(description="The invoice that asks again for what it gave back.")
    lines: list[CreditRow]
    fees: list[FeeRow]


class CreditNoteDone(CreditNoteOut, Done):
    """A credit note, and the entry that made it."""


CREDIT_NOTES = Listing(
    "credit_notes",
    sorts={"number": "number", "issued_on": "issued_on"},
    filters={"organization": "organization_id", "invoice": "invoice_id", "number": "number"},
    days={"issued_on": "issued_on"},
    q=("number", "reason", "organization__name"),
)


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


def _credit_note(pk: int) -> dict[str, Any]:
    return shown.show_credit_notes([there(shown.credit_notes(), pk)])[0]
