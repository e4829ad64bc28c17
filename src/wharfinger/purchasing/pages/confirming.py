"""What a vendor confirms of a purchase order, in the browser: a day and a cost for each line, as ordered at first."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base.page import Form, page, page_act
from wharfinger.base.typed import micro, unit_price
from wharfinger.purchasing.actions import ordering
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.pages.orders import typed_day
from wharfinger.purchasing.queries import approvals, paper
from wharfinger.purchasing.rules.confirming import Confirmed


@require_http_methods(["GET", "HEAD", "POST"])
@page("purchasing.order")
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down when the vendor delivers each line that is on order, and at which cost."""
    user: Any = request.user
    order, expected = paper.found(pk), paper.still_expected(pk)
    lines = [line for line, _left in expected]

    def show(form: Form) -> HttpResponse:
        return render(request, "purchasing/confirm.html", {"order": order, "lines": expected, "form": form})

    if request.method != "POST":
        return show(Form(_as_ordered(order, lines, costs=user.may("catalog.see_cost"))))
    return page_act(
        request,
        lambda: ordering.confirm_purchase(
            actor=user,
            order=pk,
            confirmation=request.POST.get("confirmation", ""),
            lines=_confirmed(request.POST, lines),
        ),
        ok=lambda done: approvals.asks_first(done) or _("The vendor's confirmation is written down."),
        back=reverse("purchasing:order", args=[pk]),
        again=show,
    )


def _as_ordered(order: Any, lines: list[PurchaseLine], *, costs: bool) -> dict[str, Any]:
    values: dict[str, Any] = {"confirmation": order.confirmation}
    for line in lines:
        day = line.expected_on or order.expected_on
        values[f"expected-{line.pk}"] = day.isoformat() if day else ""
        if costs:
            values[f"cost-{line.pk}"] = unit_price(line.unit_cost_micro, order.currency)
    return values


def _confirmed(typed: QueryDict, lines: list[PurchaseLine]) -> list[Confirmed]:
    found = []
    for line in lines:
        # Whoever may not see costs is not asked for them, and leaves them as they are.
        text = typed.get(f"cost-{line.pk}", "").strip()
        cost = micro(text, field=f"cost-{line.pk}") if text else None
        kept = cost is None or cost == line.unit_cost_micro
        found.append(Confirmed(line.pk, typed_day(typed, f"expected-{line.pk}"), None if kept else cost))
    return found
