"""Sending quotes, confirmations, invoices, credit notes and statements: to whom, with which words, or by hand."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base import configuration
from wharfinger.base.access import require
from wharfinger.base.page import Form, page, page_act
from wharfinger.billing.actions import sending as billing
from wharfinger.billing.pages.typed import day_of
from wharfinger.billing.queries.statements import period
from wharfinger.documents.kinds import kind_named
from wharfinger.documents.queries.letters import draft, draft_statement
from wharfinger.ledger.write import Written
from wharfinger.returns.actions import slips
from wharfinger.sales.actions import sending as sales
from wharfinger.sales.rules.sending import Letter, addresses

PAGES = {
    "quote": ("sales:quote", "sales.send"),
    "order-confirmation": ("sales:order", "sales.send"),
    "invoice": ("billing:invoice", "billing.send"),
    "credit-note": ("billing:credit_note", "billing.send"),
    "rma-slip": ("returns:rma", "returns.approve"),
}
"""The page of what is sent, and what one must hold to send it, by kind of document."""
ACTS: dict[str, tuple[str, Callable[..., Written], Callable[..., Written]]] = {
    "quote": ("quote", sales.send_quote, sales.mark_quote_sent),
    "order-confirmation": ("order", sales.send_order, sales.mark_order_sent),
    "invoice": ("invoice", billing.send_invoice, billing.mark_invoice_sent),
    "credit-note": ("credit_note", billing.send_credit_note, billing.mark_credit_note_sent),
    "rma-slip": ("rma", slips.send_rma, slips.mark_rma_sent),
}
"""What is sent is called so by the two verbs that send it, by mail and by hand."""


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def send(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Send a document to the customer: the mail as it would leave, to be changed before it does."""
    actor: Any = request.user
    of = kind_named(kind)
    of.require(actor)
    require(actor, PAGES.get(of.name, ("", "documents.send"))[1])
    found = draft(of, pk)
    back = reverse(PAGES[of.name][0], args=[pk])
    printed = reverse("documents:pdf", args=[of.name, pk])
    show = partial(_show, request, found, back=back, printed=printed, pdf=of.name)
    if request.method != "POST":
        return show(_start(found))
    by_hand = request.POST.get("by_hand") == "yes"
    named, mails, marks = ACTS[of.name]
    return page_act(
        request,
        lambda: (
            marks(actor=actor, **{named: pk})
            if by_hand
            else mails(actor=actor, **{named: pk}, letter=_letter(request.POST))
        ),
        ok=_("Marked %(number)s as sent.") % {"number": found["number"]}
        if by_hand
        else _("%(number)s is on its way by mail.") % {"number": found["number"]},
        back=back,
        again=show,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("billing.send")
def send_statement(request: HttpRequest, organization: int) -> HttpResponse:
    """Send a customer the statement of a period in one currency."""
    actor: Any = request.user
    require(actor, "billing.read")
    first, last = period(day_of(request.GET, "since"), day_of(request.GET, "until"))
    currency = request.GET.get("currency") or configuration.one("currency")
    found = draft_statement(organization, currency, last)
    asked = urlencode({"since": first, "until": last, "currency": currency})
    back = f"{reverse('billing:statement', args=[organization])}?{urlencode({'since': first, 'until': last})}"
    printed = f"{reverse('documents:statement', args=[organization])}?{asked}"
    show = partial(_show, request, found, back=back, printed=printed, pdf="")
    if request.method != "POST":
        return show(_start(found))
    return page_act(
        request,
        lambda: billing.send_statement(
            actor=actor,
            organization=organization,
            currency=currency,
            first=first,
            last=last,
            letter=_letter(request.POST),
        ),
        ok=_("%(number)s is on its way by mail.") % {"number": found["number"]},
        back=back,
        again=show,
    )


def _show(
    request: HttpRequest, found: dict[str, Any], form: Form, *, back: str, printed: str, pdf: str
) -> HttpResponse:
    own: Any = request.user
    context = {
        "form": form,
        "number": found["number"],
        "own": own.email,
        "back": back,
        "print": printed,
        "pdf": pdf,
    }
    return render(request, "documents/send.html", context)


def _start(found: dict[str, Any]) -> Form:
    return Form(
        {
            "to": ", ".join(found["to"]),
            "subject": found["subject"],
            "text": found["text"],
            "file": "yes",
            "link": "yes",
        }
    )


def _letter(given: QueryDict) -> Letter:
    return Letter(
        addresses(given.get("to", "")),
        given.get("copy") == "yes",
        given.get("subject", ""),
        given.get("text", ""),
        given.get("file") == "yes",
        given.get("link") == "yes",
    )
