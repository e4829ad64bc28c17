"""The payments of a bank list in one go: pasted, looked at, then taken in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base.page import Form, page, page_act
from wharfinger.base.typed import minor
from wharfinger.billing.actions import payments as actions
from wharfinger.billing.queries.matching import Row, match, rows_of


@require_http_methods(["GET", "HEAD", "POST"])
@page("billing.pay")
def many_payments(request: HttpRequest) -> HttpResponse:
    """Paste the rows of a bank list, see what each pays, and take those in that are ticked."""
    user: Any = request.user
    rows = rows_of(request.POST.get("rows", ""))
    match(rows, minor)

    def show(form: Form) -> HttpResponse:
        known, unknown = [one for one in rows if not one.why], [one for one in rows if one.why]
        context = {"form": form, "known": known, "unknown": unknown, "looked": request.method == "POST"}
        context |= {"discounts": any(row.discount for row in known), "beyond": user.may("billing.write_off")}
        return render(request, "billing/many.html", context)

    if request.method != "POST" or request.POST.get("do") != "take":
        return show(Form(request.POST))
    ticked = {int(one) for one in request.POST.getlist("row") if one.isdecimal() and len(one) < 6}
    less = set(request.POST.getlist("discount"))
    for row in rows:
        row.take = str(row.n) in less
    chosen = [row for row in rows if row.n in ticked and not row.why]
    return page_act(
        request,
        lambda: actions.pay_many(
            actor=user, wishes=[row.wish for row in chosen], key=request.POST.get("key") or None
        ),
        ok=_told(chosen),
        back=reverse("billing:payments"),
        again=show,
    )


def _told(chosen: list[Row]) -> str:
    return _("%(count)s payments are written.") % {"count": len(chosen)}
