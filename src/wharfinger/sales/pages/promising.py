"""The page on which lines of an order are promised for another day."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_http_methods

from wharfinger.base.page import page
from wharfinger.demand.promising import promise_anew
from wharfinger.demand.queries.shown import lines_of
from wharfinger.sales import queries
from wharfinger.sales.actions.promising import promise


@require_http_methods(["GET", "HEAD", "POST"])
@page("sales.order")
def promise_order(request: HttpRequest, pk: int) -> HttpResponse:
    """Promise lines of an order for another day, and send its confirmation anew where that is wanted."""
    row = queries.order(pk)
    tells = row.order.confirmed_at is not None and request.user.may("sales.send")  # type: ignore[union-attr]
    return promise_anew(
        request,
        row,
        list(lines_of(pk, "order").select_related("product", "sheet")),
        lambda lines, reason: promise(actor=request.user, order=pk, promises=lines, reason=reason),  # type: ignore[arg-type]
        sends=_to_send(pk) if tells else "",
    )


def _to_send(pk: int) -> str:
    try:
        return reverse("documents:send", args=["order-confirmation", pk])
    except NoReverseMatch:
        return reverse("sales:order", args=[pk])
