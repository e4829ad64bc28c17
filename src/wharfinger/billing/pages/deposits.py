"""Ask for a deposit on an order."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base import configuration, money
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.typed import minor, percent, scaled
from wharfinger.billing.actions.deposits import ask_deposit
from wharfinger.billing.models import Invoice
from wharfinger.billing.pages.typed import day_of, id_of
from wharfinger.billing.queries.deposits import named_by, still_to_take_off
from wharfinger.billing.rules.deposits import DepositWish
from wharfinger.demand.models import Sheet
from wharfinger.ledger.post import attempt, dry


@require_http_methods(["GET", "HEAD", "POST"])
@page("billing.invoice")
def new_deposit(request: HttpRequest, order: int) -> HttpResponse:
    """Say which part of an order is asked for beforehand, see what it comes to, and post it."""
    user: Any = request.user
    sheet = get_object_or_404(
        Sheet.objects.select_related("organization"), pk=order, kind="order", void__isnull=True
    )
    services = named_by()

    def show(form: Form, told: Any = None) -> HttpResponse:
        left = [one for one in still_to_take_off(sheet.organization_id) if one[0] == sheet.pk]
        context = {
            "doc": sheet,
            "form": form,
            "services": services,
            "left": left[0][3] if left else 0,
            "told": told,
            "foreign": sheet.currency != configuration.one("currency"),
        }
        return render(request, "billing/deposit.html", context)

    def act() -> Any:
        return ask_deposit(actor=user, wish=_wish(request, sheet), key=request.POST.get("key") or None)

    if request.method != "POST":
        first = {"percent": "30", "product": services[0][0] if services else ""}
        return show(Form(first))
    if request.POST.get("do") == "preview":
        try:
            return show(Form(request.POST), attempt(lambda: dry(lambda: _comes_to(act()))))
        except Refusal as refused:
            response = show(Form(request.POST, refused))
            response.status_code = refused.http_code
            return response
    return page_act(
        request,
        act,
        ok=_("The deposit is asked for."),
        back=lambda done: reverse("billing:invoice", args=[done.one("billing.Invoice")]),
        again=show,
    )


def _wish(request: HttpRequest, sheet: Sheet) -> DepositWish:
    given = request.POST
    share, asked, rate = (given.get(name, "").strip() for name in ("percent", "amount", "rate"))
    product = id_of(given, "product")
    if product is None:
        raise BadInput("missing", N_("Please fill this in."), field="product")
    return DepositWish(
        sheet.pk,
        product,
        percent(share, field="percent") if share else None,
        minor(asked, sheet.currency, field="amount") if asked else None,
        day_of(given, "issued_on"),
        day_of(given, "due_on"),
        scaled(rate, money.MICRO, field="rate") if rate else None,
    )


def _comes_to(done: Any) -> Invoice:
    """The deposit as it would be."""
    return Invoice.objects.get(pk=done.one("billing.Invoice"))
