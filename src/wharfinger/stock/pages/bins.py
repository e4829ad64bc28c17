"""What lies in a bin: whoever stands before it scans its label and compares."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from wharfinger.base.asking import Ask
from wharfinger.base.page import page
from wharfinger.base.refusal import N_, NotThere
from wharfinger.base.table import Column, Filter, Row, Rows, Table, table_page
from wharfinger.stock.models import Bin
from wharfinger.stock.queries.bins import lying


def _rows(place: int, ask: Ask) -> Rows:
    found = lying(place)
    if text := ask.one("product"):
        found = found.filter(Q(product__sku__icontains=text) | Q(product__name__icontains=text))
    cut = ask.slice(found, {"sku": "sku"}, by="sku")
    return Rows([_row(one) for one in cut.items], cut.before, cut.after)


def _row(one: dict[str, Any]) -> Row:
    lot = "stock:unit" if one["serial"] else "stock:batch"
    return Row(
        id=one["id"],
        name=f"{one['sku']} {one['code']}".strip(),
        cells={
            "sku": (one["sku"], reverse("stock:product", args=[one["product_id"]])),
            "name": one["name"],
            "code": (one["code"], reverse(lot, args=[one["lot_id"]])) if one["code"] else None,
            "expires": one["expires_on"],
            "units": (one["quantity"], one["decimals"]),
            "for": one["document"],
            "owner": one["owner"],
        },
    )


def _table(bin: Bin) -> Table:
    return Table(
        name="bin_goods",
        title=f"{bin.location.name} / {bin.name}",
        permission="stock.read",
        columns=(
            Column("sku", N_("SKU"), "link", sortable=True),
            Column("name", N_("Product")),
            Column("code", N_("Serial or batch"), "link"),
            Column("expires", N_("Expires on"), "date", optional=True),
            Column("units", N_("Quantity"), "quantity"),
            Column("for", N_("For")),
            Column("owner", N_("Whose goods"), optional=True),
        ),
        filters=(Filter("product", N_("SKU or name")),),
        rows=partial(_rows, bin.place_id),
        empty=N_("Nothing lies in this bin."),
    )


@require_safe
@page("stock.read")
def bin(request: HttpRequest, pk: int) -> HttpResponse:
    """The goods in one bin."""
    found = Bin.objects.select_related("location").filter(pk=pk).first()
    if found is None:
        raise NotThere("no_such_bin", N_("There is no such bin. Look at the page of its location."))
    return table_page(request, _table(found))
