"""Invoices, credit notes and statements that go to the customer, over HTTP."""

from __future__ import annotations

from datetime import date
from functools import partial

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Currency, Done, Id, Request, there
from wharfinger.billing.actions import sending
from wharfinger.billing.api.credits import CreditNoteDone
from wharfinger.billing.api.invoices import InvoiceDone, show
from wharfinger.billing.queries import shown
from wharfinger.ledger.door import write
from wharfinger.sales.api.sending import USUAL, LetterGiven, MailGiven, chosen, mail

router = Router(tags=["billing"])


class StatementGiven(MailGiven):
    """Which statement goes to the customer, and how."""

    currency: Currency = Field(examples=["EUR"])
    since: date | None = Field(
        default=None, examples=[None], description="The first day of the month before the last, if left out."
    )
    until: date | None = Field(default=None, examples=[None], description="Today, if left out.")


class StatementDone(Done):
    """A statement that goes out, and the entry that says so."""

    organization: Id
    currency: str = Field(examples=["EUR"])


@router.post("/invoices/{id}/send", response=InvoiceDone, summary="Mail an invoice")
def send_invoice(request: Request, id: Id, body: LetterGiven = USUAL) -> HttpResponse:
    """Send an invoice to the customer by mail, or mark it as sent by hand; without an address it is refused."""
    require(request.auth, sending.RIGHT)
    act = chosen(body, sending.send_invoice, sending.mark_invoice_sent)
    return write(
        request,
        partial(act, actor=request.auth, invoice=id),
        lambda _: show(id),
        about=f"invoice:{id}",
    )


@router.post("/credit-notes/{id}/send", response=CreditNoteDone, summary="Mail a credit note")
def send_credit_note(request: Request, id: Id, body: LetterGiven = USUAL) -> HttpResponse:
    """Send a credit note to the customer by mail, or mark it as sent by hand; without an address it is refused."""
    require(request.auth, sending.RIGHT)
    act = chosen(body, sending.send_credit_note, sending.mark_credit_note_sent)
    return write(
        request,
        partial(act, actor=request.auth, credit_note=id),
        lambda _: shown.show_credit_notes([there(shown.credit_notes(), id)])[0],
        about=f"credit_note:{id}",
    )


@router.post("/organizations/{id}/statement/send", response=StatementDone, summary="Mail a statement")
def send_statement(request: Request, id: Id, body: StatementGiven) -> HttpResponse:
    """Send a customer the statement of a period in one currency by mail; without an address it is refused."""
    require(request.auth, sending.RIGHT)
    act = partial(
        sending.send_statement,
        actor=request.auth,
        organization=id,
        currency=body.currency,
        first=body.since,
        last=body.until,
        letter=mail(body),
    )
    return write(
        request,
        act,
        lambda _: {"organization": id, "currency": body.currency},
        about=f"organization:{id}",
    )
