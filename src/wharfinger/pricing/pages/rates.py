"""Rates of exchange in the browser: what currencies are worth at home, and since when."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from wharfinger.base import clock, configuration
from wharfinger.base.asking import Ask
from wharfinger.base.money import MICRO
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_
from wharfinger.base.table import Column, Filter, New, Row, Rows, Table, table_page
from wharfinger.base.typed import scaled, written
from wharfinger.pricing import actions
from wharfinger.pricing.models import Rate


def _rows(ask: Ask) -> Rows:
    found = Rate.objects.filter(void__isnull=True)
    if text := ask.one("currency"):
        found = found.filter(currency__iexact=text)
    first, last = ask.days("from")
    found = found.filter(valid_from__gte=first) if first else found
    found = found.filter(valid_from__lte=last) if last else found
    cut = ask.slice(found, {"currency": "currency", "from": "valid_from"})
    known = configuration.read("currency", "time_zone")
    today = clock.today(known["time_zone"])
    return Rows([_row(one, known["currency"], today) for one in cut.items], cut.before, cut.after)


def _row(one: Rate, home: str, today: Any) -> Row:
    return Row(
        id=one.pk,
        name=f"{one.currency} {one.valid_from}",
        cells={
            "currency": one.currency,
            "from": one.valid_from,
            "rate": f"1 {one.currency} = {written(one.rate_micro, MICRO)} {home}",
            "word": ("blue", _("Not yet valid")) if one.valid_from > today else None,
        },
    )


RATES = Table(
    name="rates",
    title=N_("Rates of exchange"),
    permission="pricing.read",
    columns=(
        Column("currency", N_("Currency"), sortable=True),
        Column("from", N_("Valid from"), "date", sortable=True),
        Column("rate", N_("Rate of exchange")),
        Column("word", N_("State"), "chip"),
    ),
    filters=(Filter("currency", N_("Currency")), Filter("from", N_("Valid from"), "date")),
    new=New(N_("New rate"), "pricing:new_rate", "pricing.rate"),
    rows=_rows,
    empty=N_(
        "Enter what a currency is worth, and prices, purchase orders, invoices and payments in it use the rate of their day."
    ),
)


@require_safe
def rates(request: HttpRequest) -> HttpResponse:
    """Every rate, the newest first."""
    return table_page(request, RATES)


@require_http_methods(["GET", "HEAD", "POST"])
@page("pricing.rate")
def set_rate(request: HttpRequest, currency: str = "") -> HttpResponse:
    """Say what a currency is worth from a day on, or correct what was said of that day."""
    home = configuration.one("currency")

    def show(form: Form) -> HttpResponse:
        refusal = form.refusal
        if refusal is not None and refusal.field:
            refusal.field = refusal.field.rpartition(".")[2]
        return render(request, "pricing/rate_form.html", {"form": form, "home": home})

    if request.method != "POST":
        today = clock.today(configuration.one("time_zone"))
        return show(Form({"currency": currency.upper(), "valid_from": today.isoformat()}))
    actor: Any = request.user
    return page_act(
        request,
        lambda: actions.set_rates(actor=actor, rates=[_typed(request.POST)]),
        ok=_("The rate is kept."),
        back=reverse("pricing:rates"),
        again=show,
    )


def _typed(post: Any) -> dict[str, Any]:
    return {
        "currency": post.get("currency", "").strip().upper(),
        "valid_from": post.get("valid_from", "").strip(),
        "rate": plain(scaled(post.get("rate", "").strip(), MICRO, field="rate"), MICRO),
    }
