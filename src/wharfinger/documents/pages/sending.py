"""Sending a quote or an order confirmation: to whom, with which words, or by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base.page import Form, page, page_act
from wharfinger.documents.kinds import kind_named
from wharfinger.documents.queries.letters import draft
from wharfinger.ledger.write import Written
from wharfinger.sales.actions import sending as actions
from wharfinger.sales.rules.sending import Letter, addresses

PAGES = {"quote": "sales:quote", "order-confirmation": "sales:order"}
"""The page of what is sent, by kind of document."""


@require_http_methods(["GET", "HEAD", "POST"])
@page("sales.send")
def send(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Send a document to the customer: the mail as it would leave, to be changed before it does."""
    of = kind_named(kind)
    of.require(request.user)  # type: ignore[arg-type]
    found = draft(of, pk)
    back = reverse(PAGES[of.name], args=[pk])

    def show(form: Form) -> HttpResponse:
        own: Any = request.user
        context = {
            "form": form,
            "number": found["number"],
            "own": own.email,
            "back": back,
            "pdf": of.name,
            "pk": pk,
        }
        return render(request, "documents/send.html", context)

    if request.method != "POST":
        start = {
            "to": ", ".join(found["to"]),
            "subject": found["subject"],
            "text": found["text"],
            "file": "yes",
            "link": "yes",
        }
        return show(Form(start))
    by_hand = request.POST.get("by_hand") == "yes"
    return page_act(
        request,
        _act(request, of.name, pk, by_hand=by_hand),
        ok=_("Marked %(number)s as sent.") % {"number": found["number"]}
        if by_hand
        else _("%(number)s is on its way by mail.") % {"number": found["number"]},
        back=back,
        again=show,
    )


def _act(request: HttpRequest, kind: str, pk: int, *, by_hand: bool) -> Callable[[], Written]:
    actor: Any = request.user
    given = request.POST

    def act() -> Written:
        if by_hand and kind == "quote":
            return actions.mark_quote_sent(actor=actor, quote=pk)
        if by_hand:
            return actions.mark_order_sent(actor=actor, order=pk)
        letter = Letter(
            addresses(given.get("to", "")),
            given.get("copy") == "yes",
            given.get("subject", ""),
            given.get("text", ""),
            given.get("file") == "yes",
            given.get("link") == "yes",
        )
        if kind == "quote":
            return actions.send_quote(actor=actor, quote=pk, letter=letter)
        return actions.send_order(actor=actor, order=pk, letter=letter)

    return act
