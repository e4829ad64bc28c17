"""Doing without what will not be paid, and saying what was paid in all, on the page of an invoice."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wharfinger.base.door import there
from wharfinger.base.page import page, page_act
from wharfinger.base.typed import minor
from wharfinger.billing.actions.payments import paid_in_all as take_rest
from wharfinger.billing.actions.writing_off import write_off as write_off_invoice
from wharfinger.billing.pages.typed import day_of
from wharfinger.billing.queries import shown


@require_POST
@page("billing.write_off")
def write_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Do without what is open of an invoice, or a part of it."""
    user: Any = request.user
    row = there(shown.invoices(), pk)

    def act() -> Any:
        given = request.POST.get("amount", "").strip()
        return write_off_invoice(
            actor=user,
            invoice=pk,
            amount_minor=minor(given, row.currency) if given else None,
            reason=request.POST.get("reason", ""),
        )

    return page_act(request, act, ok=_("It is written off."), back=reverse("billing:invoice", args=[pk]))


@require_POST
@page("billing.pay")
def paid_in_all(request: HttpRequest, pk: int) -> HttpResponse:
    """Take in what was paid of an invoice in all, less what has come of it already."""
    user: Any = request.user
    row = there(shown.invoices(), pk)

    def act() -> Any:
        return take_rest(
            actor=user,
            invoice=pk,
            paid_minor=minor(request.POST.get("paid", ""), row.currency, field="paid"),
            received_on=day_of(request.POST, "received_on"),
            method=request.POST.get("method", ""),
        )

    return page_act(request, act, ok=_("The payment is written."), back=reverse("billing:invoice", args=[pk]))
