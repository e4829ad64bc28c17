"""Slips of RMAs that go to the customer, and reminders, over HTTP."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from ninja import Router

from wharfinger.base.access import require
from wharfinger.base.door import Id, Request
from wharfinger.ledger.door import write
from wharfinger.returns.actions import slips
from wharfinger.returns.api.rmas import show_one
from wharfinger.returns.api.shapes import RmaDone
from wharfinger.sales.api.sending import USUAL, LetterGiven, MailGiven, chosen, mail

router = Router(tags=["returns"])
WORDS = MailGiven()


@router.post("/rmas/{id}/send", response=RmaDone, summary="Mail an RMA slip")
def send_rma(request: Request, id: Id, body: LetterGiven = USUAL) -> HttpResponse:
    """Send the slip of an approved RMA by mail, or mark it as given by hand; without an address it is refused."""
    require(request.auth, "returns.approve")
    act = chosen(body, slips.send_rma, slips.mark_rma_sent)
    return write(request, partial(act, actor=request.auth, rma=id), lambda _: show_one(id), about=f"rma:{id}")


@router.post("/rmas/{id}/remind", response=RmaDone, summary="Remind of goods that have not come")
def remind_rma(request: Request, id: Id, body: MailGiven = WORDS) -> HttpResponse:
    """Remind the customer with the slip: once before the goods are due, and once after."""
    require(request.auth, "returns.approve")
    act = partial(slips.remind_rma, actor=request.auth, rma=id, letter=mail(body))
    return write(request, act, lambda _: show_one(id), about=f"rma:{id}")
