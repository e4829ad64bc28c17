"""The page on which lines of an order are promised for another day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base.page import Form, page, page_act
from wharfinger.demand.pages import typed_day
from wharfinger.demand.queries import promises
from wharfinger.demand.queries.shown import lines_of
from wharfinger.ledger.write import Written
from wharfinger.sales import queries
from wharfinger.sales.actions.promising import promise
from wharfinger.sales.rules.promising import Promised


@require_http_methods(["GET", "HEAD", "POST"])
@page("sales.order")
def promise_order(request: HttpRequest, pk: int) -> HttpResponse:
    """Promise lines for another day: those in danger are proposed for the day on which the last of them comes."""
    row = queries.order(pk)
    rows = _rows(pk)

    def show(form: Form) -> HttpResponse:
        if form.refusal is not None:
            form.refusal.field = _field(form.refusal.field, form.values, rows)
        context = {
            "doc": row,
            "form": form,
            "rows": rows,
            "may_send": row.order.confirmed_at is not None and request.user.may("sales.send"),  # type: ignore[union-attr]
            "back": reverse("sales:order", args=[pk]),
        }
        return render(request, "sales/promise.html", context)

    if request.method != "POST":
        return show(Form({f"on-{one['line'].pk}": one["proposed"] for one in rows}))
    given = request.POST

    def act() -> Written:
        return promise(
            actor=request.user,  # type: ignore[arg-type]
            order=pk,
            promises=_typed(given, rows),
            reason=given.get("reason", "")[:200],
        )

    return page_act(
        request,
        act,
        ok=_("Promised anew: %(number)s.") % {"number": row.number},
        back=_to_send(pk) if given.get("send") else reverse("sales:order", args=[pk]),
        again=show,
    )


def _rows(pk: int) -> list[dict[str, Any]]:
    """The lines of which something is still to come or to go, with what endangers them and the day to propose."""
    found = [one for one in lines_of(pk, "order").select_related("product", "sheet") if one.parent_id is None]
    waiting: dict[int, list[promises.Wait]] = {}
    today = queries.today()
    for one in promises.waits((line.pk for line in found), today):
        waiting.setdefault(one.kit or one.line, []).append(one)
    rows = []
    for line in found:
        here = waiting.get(line.pk)
        if not here:
            continue
        bad, comes = promises.worst(here), promises.latest(here)
        day = max(comes, today) if comes else None
        rows.append(
            {
                "line": line,
                "promised": line.promised_on or line.sheet.promised_on,
                "comes": comes,
                "why": promises.reason(bad) if bad else "",
                "danger": promises.chip(bad.danger) if bad else None,
                "proposed": day.isoformat() if bad and day else "",
            }
        )
    return rows


def _typed(given: Mapping[str, Any], rows: list[dict[str, Any]]) -> list[Promised]:
    """The lines for which another day was typed."""
    typed = [(one, typed_day(given, f"on-{one['line'].pk}")) for one in rows]
    return [Promised(one["line"].pk, day) for one, day in typed if day and day != one["promised"]]


def _field(field: str | None, given: Mapping[str, Any], rows: list[dict[str, Any]]) -> str | None:
    """Where the field of the n-th line that is promised anew stands on the page."""
    parts = (field or "").split(".")
    return f"on-{_typed(given, rows)[int(parts[1])].line}" if len(parts) == 3 else field


def _to_send(pk: int) -> str:
    try:
        return reverse("documents:send", args=["order-confirmation", pk])
    except NoReverseMatch:
        return reverse("sales:order", args=[pk])
