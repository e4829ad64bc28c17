"""Quotes and order confirmations that go to the customer, over HTTP."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Line, Request, Shown, answer
from wharfinger.base.refusal import N_, BadInput
from wharfinger.ledger.door import write
from wharfinger.sales import links, queries
from wharfinger.sales.actions import answering, sending
from wharfinger.sales.api.orders import OrderDone
from wharfinger.sales.api.quotes import QuoteDone
from wharfinger.sales.rules.sending import Letter

router = Router(tags=["selling"])


class MailGiven(Given):
    """How a mail goes to the customer; what is left out is the house's usual."""

    to: list[str] = Field(
        default=[],
        max_length=10,
        examples=[["buying@example.com"]],
        description="Mail addresses; without any the contact's, else the organization's.",
    )
    copy_me: bool = Field(default=False, description="Whether the caller gets the mail, too.")
    subject: Line = ""
    text: str = Field(default="", max_length=5000, examples=["Dear Ms Quinn,\n\nas promised."])
    file: bool = Field(default=True, description="Whether the document goes along as PDF.")


class LetterGiven(MailGiven):
    """How a document goes to the customer."""

    by_hand: bool = Field(
        default=False, examples=[False], description="It was sent otherwise: nobody is written to."
    )


class QuoteLetterGiven(LetterGiven):
    """How a quote goes to the customer."""

    link: bool = Field(
        default=True,
        description="Whether the mail tells the link by which the customer reads and answers it.",
    )


class LinkOut(Shown):
    """The link by which a customer reads and answers a quote, and what they answered."""

    link: str | None = Field(
        examples=["https://stock.example.com/q/17-0123456789abcdef0123456789abcdef/"],
        description="None unless the quote is sent, undecided and not expired.",
    )
    opened_at: datetime | None
    accepted_at: datetime | None
    accepted_by: str
    declined_at: datetime | None
    decline_reason: str


class LinkDone(LinkOut, Done):
    """The link that holds from now on, and the entry that ended the one before."""


USUAL, USUAL_QUOTE = LetterGiven(), QuoteLetterGiven()
"""What is meant where a body is left out."""


@router.post("/quotes/{id}/send", response=QuoteDone, summary="Send a quote")
def send_quote(request: Request, id: Id, body: QuoteLetterGiven = USUAL_QUOTE) -> HttpResponse:
    """Send a quote to the customer by mail, or mark it as sent by hand; without an address it is refused."""
    require(request.auth, "sales.send")
    costs = request.auth.may("catalog.see_cost")
    act = chosen(body, sending.send_quote, sending.mark_quote_sent)
    return write(
        request,
        partial(act, actor=request.auth, quote=id),
        lambda _: queries.show_quote(queries.quote(id), costs=costs),
        about=f"quote:{id}",
    )


@router.get("/quotes/{id}/link", response=LinkOut, summary="Read the link of a quote")
def link(request: Request, id: Id) -> HttpResponse:
    """The link that was told to the customer, and what became of it; for who may send quotes."""
    require(request.auth, "sales.send")
    return answer(_link(id))


@router.post("/quotes/{id}/revoke-link", response=LinkDone, summary="End the link of a quote")
def revoke_link(request: Request, id: Id) -> HttpResponse:
    """End every link of a quote that was told so far; sending it again tells a new one."""
    act = partial(answering.revoke_link, actor=request.auth, quote=id)
    return write(request, act, lambda _: _link(id), about=f"quote:{id}")


@router.post("/orders/{id}/send", response=OrderDone, summary="Send an order confirmation")
def send_order(request: Request, id: Id, body: LetterGiven = USUAL) -> HttpResponse:
    """Send the confirmation of an order to the customer by mail, or mark it as sent by hand."""
    require(request.auth, "sales.send")
    act = chosen(body, sending.send_order, sending.mark_order_sent)
    return write(
        request,
        partial(act, actor=request.auth, order=id),
        lambda _: queries.show_order(queries.order_alone(id)),
        about=f"order:{id}",
    )


def _link(pk: int) -> dict[str, Any]:
    row = queries.quote(pk).quote
    return {
        "link": links.address(row) if links.is_live(row) else None,
        "opened_at": row.opened_at,
        "accepted_at": row.accepted_at,
        "accepted_by": row.accepted_by if row.accepted_at else "",
        "declined_at": row.declined_at,
        "decline_reason": row.decline_reason,
    }


def chosen(body: LetterGiven, by_mail: Any, by_hand: Any) -> Any:
    """The act that a body asks for: by mail with its letter, or by hand."""
    if not body.by_hand:
        return partial(by_mail, letter=mail(body))
    if body.to or body.copy_me or body.subject or body.text:
        raise BadInput(
            "by_hand_or_mail",
            N_("What is sent by hand has no addresses and no text. Leave them out."),
            field="by_hand",
        )
    return by_hand


def mail(body: MailGiven) -> Letter:
    """The letter that a body tells."""
    link = getattr(body, "link", False)
    return Letter(tuple(body.to), body.copy_me, body.subject, body.text, body.file, link)
