"""What expires in the days to come, or has expired already."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from wharfinger.base.asking import Ask
from wharfinger.base.refusal import N_
from wharfinger.base.table import Column, Filter, Row, Rows, Tab, Table, table_page
from wharfinger.ledger.telling import place_words
from wharfinger.stock.models import Location
from wharfinger.stock.queries.batches import soon
from wharfinger.stock.queries.expiring import expiring as read

SPANS = {"90": 90, "year": 365}
"""The tabs by how many days they look ahead; the first as many as the company is told before, *expired* back only."""


def _rows(ask: Ask) -> Rows:
    today, days = soon()
    ahead = -1 if ask.tab == "expired" else SPANS.get(ask.tab or "", days)
    found = read(today + timedelta(days=ahead))
    if text := ask.one("product"):
        found = found.filter(Q(product__sku__icontains=text) | Q(product__name__icontains=text))
    if chosen := ask.ids("location"):
        found = found.filter(place__parent__location__in=chosen)
    cut = ask.slice(found, {"expires": "expires_on"}, by="expires")
    return Rows([_row(one, today) for one in cut.items], cut.before, cut.after)


def _row(one: dict[str, Any], today: date) -> Row:
    over = one["expires_on"] < today
    return Row(
        id=one["id"],
        name=f"{one['sku']} {one['batch']}",
        cells={
            "expires": one["expires_on"],
            "word": ("red", _("Expired")) if over else ("amber", _("Expires soon")),
            "sku": (one["sku"], reverse("stock:product", args=[one["product_id"]])),
            "name": one["name"],
            "batch": (one["batch"], reverse("stock:batch", args=[one["lot_id"]])),
            "where": " / ".join(part for part in (one["at_name"], one["bin_name"]) if part) or None,
            "stands": place_words(one["kind"]),
            "units": (one["quantity"], one["decimals"]),
            "for": one["document"] or one["owner"],
        },
    )


def _locations(ask: Ask) -> list[tuple[str, str]]:
    found = Location.objects.order_by("-default", "name").values_list("pk", "name")
    return [(str(pk), name) for pk, name in found]


EXPIRING = Table(
    name="expiring",
    title=N_("What expires"),
    permission="stock.read",
    columns=(
        Column("expires", N_("Expires on"), "date", sortable=True),
        Column("word", N_("State"), "chip"),
        Column("sku", N_("SKU"), "link"),
        Column("name", N_("Product")),
        Column("batch", N_("Batch"), "link"),
        Column("where", N_("Where")),
        Column("stands", N_("As")),
        Column("units", N_("Quantity"), "quantity"),
        Column("for", N_("For")),
    ),
    filters=(Filter("product", N_("SKU or name")), Filter("location", N_("Location"), "many", _locations)),
    tabs=(
        Tab("", N_("Soon")),
        Tab("90", N_("In 90 days")),
        Tab("year", N_("In a year")),
        Tab("expired", N_("Expired")),
    ),
    rows=_rows,
    empty=N_("No batch at hand expires so soon."),
)


@require_safe
def expiring(request: HttpRequest) -> HttpResponse:
    """Batches at hand by the day they expire."""
    return table_page(request, EXPIRING)
