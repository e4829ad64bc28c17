"""The page on which charges are promised for another day."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from wharfinger.base.page import page
from wharfinger.demand.promising import promise_anew
from wharfinger.demand.queries.shown import lines_of
from wharfinger.work import queries
from wharfinger.work.actions import promise_work


@require_http_methods(["GET", "HEAD", "POST"])
@page("work.amend")
def promise(request: HttpRequest, pk: int) -> HttpResponse:
    """Promise charges for another day; those that a sales order collects are promised on the order."""
    row = queries.work_order(pk)
    charges = lines_of(pk, "sheet").filter(order__isnull=True)
    return promise_anew(
        request,
        row,
        list(charges.select_related("product", "sheet")),
        lambda lines, reason: promise_work(
            actor=request.user,  # type: ignore[arg-type]
            work_order=pk,
            promises=lines,
            reason=reason,
        ),
    )
