"""Pages of what leaves for accounting: what would leave until a day, the files that left, the numbers of accounts."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from wharfinger.base import clock, configuration
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.exchange.actions.accounting import export_accounts
from wharfinger.exchange.queries import accounting as queries
from wharfinger.exchange.rules.accounting import KINDS, Ledger, Span
from wharfinger.ledger.look import settled
from wharfinger.parties.actions.settings import set_setting

MOST = 100
"""So many exports are listed."""


@require_http_methods(["GET", "HEAD", "POST"])
@page("exchange.accounts")
def accounting(request: HttpRequest) -> HttpResponse:
    """What would leave until a day, and what left before."""
    user: Any = request.user
    today = clock.today(configuration.one("time_zone"))
    proposed = today.replace(day=1) - timedelta(days=1)

    def show(form: Form) -> HttpResponse:
        until = _day(form.value("until"), proposed)
        sums = queries.preview(Span(until, settled()))
        context = {
            "form": form,
            "until": until,
            "rows": [_sum(one) for one in sums],
            "missing": sum(not one.number for one in sums),
            "exports": list(queries.exports().order_by("-pk")[:MOST]),
        }
        return render(request, "exchange/accounting.html", context)

    if request.method != "POST":
        return show(Form({"until": request.GET.get("until", "") or proposed.isoformat()}))

    def act() -> Any:
        until = _typed(request.POST.get("until", ""))
        return export_accounts(actor=user, until=until, key=request.POST.get("key") or None)

    return page_act(
        request,
        act,
        ok=_("The export is made; what is dated back later goes with the next."),
        back=reverse("exchange:accounting"),
        again=show,
        more=lambda _done: (
            [(_("Close the period"), reverse("site:settings"))] if user.may("site.settings") else []
        ),
    )


def _typed(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(
            "not_a_date",
            N_("“{text}” is not a date. Write it like 2026-11-30."),
            field="until",
            text=text[:20],
        ) from None


def _day(text: str, otherwise: date) -> date:
    try:
        return _typed(text)
    except BadInput:
        return otherwise


def _called(one: Ledger) -> str:
    """What an account is called: its kind, and of which tax, in which currency."""
    word = _(KINDS[one.kind]) if one.kind in KINDS else one.kind
    tax = one.tax.split(":")
    of = f" {tax[0]} {int(tax[1]) / 10_000:g} %" if len(tax) == 2 and tax[1].isdecimal() else ""
    return f"{word}{of}, {one.currency}"


def _sum(one: queries.Sum) -> dict[str, Any]:
    return {
        "account": _called(one.ledger),
        "number": one.number or None,
        "rows": one.rows,
        "home": (one.home_minor, configuration.one("currency")),
    }


@require_safe
@page("exchange.accounts")
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file of an export, as it left."""
    return leaving(pk)


def leaving(pk: int) -> HttpResponse:
    """The file of an export as an answer."""
    row = queries.export(pk)
    answer = HttpResponse(queries.file_of(row), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="accounting-{row.pk}-{row.until:%Y-%m-%d}.csv"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@page("site.settings")
def accounts(request: HttpRequest) -> HttpResponse:
    """Give each account the number that it has in accounting."""
    user: Any = request.user
    known: dict[str, str] = configuration.one("accounts")
    today = clock.today(configuration.one("time_zone"))
    sums = queries.preview(Span(today, settled()))
    rows = [(kind, _(word)) for kind, word in KINDS.items()]
    narrow: dict[str, str] = {}
    for one in sums:
        narrow |= dict.fromkeys(one.ledger.keys[:-1], _called(one.ledger))
    narrow |= {key: narrow.get(key, key) for key in known if key not in KINDS}

    def show(form: Form) -> HttpResponse:
        context = {
            "form": form,
            "rows": rows,
            "narrow": sorted(narrow.items()),
            "back": reverse("exchange:accounting"),
        }
        return render(request, "exchange/accounts.html", context)

    if request.method != "POST":
        return show(Form({f"accounts.{key}": number for key, number in known.items()}))
    named = [*KINDS, *narrow]
    value = {key: request.POST.get(f"accounts.{key}", "").strip() for key in named}
    return page_act(
        request,
        partial(set_setting, actor=user, name="accounts", value=value, key=request.POST.get("key") or None),
        ok=_("The numbers of the accounts are kept."),
        back=reverse("exchange:accounting"),
        again=show,
    )
