"""Pages by which work begins and ends, and on which the customer signs for it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wharfinger.base import further, proving
from wharfinger.base.page import Form, came_from, page, page_act
from wharfinger.demand.pages import columns, open_rows
from wharfinger.work import actions, queries


@require_POST
@page("work.complete")
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that somebody has begun with the work."""
    row = queries.work_order(pk)
    return page_act(
        request,
        lambda: actions.start_work(actor=request.user, work_order=pk),  # type: ignore[arg-type]
        ok=_("%(number)s has begun.") % {"number": row.number},
        back=came_from(request, reverse("work:work_order", args=[pk])),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("work.complete")
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Declare work completed, and let the customer sign for it; open charges are named and need a yes."""
    row = queries.work_order(pk)
    user: Any = request.user
    back = came_from(request, reverse("work:work_order", args=[pk]))

    def show(form: Form) -> HttpResponse:
        context = {
            "doc": row,
            "form": form,
            "columns": columns(row.tax_included),
            "rows": open_rows(pk, "sheet"),
            "draws": further.may_attach(user),
            "back": back,
        }
        return render(request, "work/complete.html", context)

    if request.method != "POST":
        return show(Form())
    given = request.POST
    return page_act(
        request,
        lambda: actions.complete(
            actor=user,
            work_order=pk,
            anyway=given.get("anyway") == "yes",
            signed_by=given.get("signed_by", ""),
            pictures=proving.proofs(user, given.get("signature", ""), request.FILES.getlist("photo")),
        ),
        ok=_("%(number)s is completed.") % {"number": row.number},
        back=back,
        again=show,
    )


@require_POST
@page("work.read")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel work that nothing has happened to."""
    return page_act(
        request,
        lambda: actions.cancel_work(actor=request.user, work_order=pk),  # type: ignore[arg-type]
        ok=_("It is cancelled."),
        back=reverse("work:work_order", args=[pk]),
    )
