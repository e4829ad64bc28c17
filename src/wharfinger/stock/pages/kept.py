"""Goods that we keep for others, and giving them back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from wharfinger.base.access import Actor
from wharfinger.base.asking import Ask
from wharfinger.base.page import page
from wharfinger.base.refusal import N_
from wharfinger.base.table import Column, Filter, New, Row, Rows, Table, table_page
from wharfinger.ledger.write import Written
from wharfinger.stock.actions.goods import hand_back as give
from wharfinger.stock.models import Location
from wharfinger.stock.pages.goods import codes_of, one_form, owner_of, place_of, product_of, units_of
from wharfinger.stock.queries.kept import kept_for_others
from wharfinger.stock.rules.moving import Goods


def _rows(ask: Ask) -> Rows:
    found = kept_for_others()
    if text := ask.one("owner"):
        found = found.filter(lot__owner__name__icontains=text)
    if text := ask.one("product"):
        found = found.filter(Q(product__sku__icontains=text) | Q(product__name__icontains=text))
    if text := ask.one("number"):
        found = found.filter(lot__code_key__icontains=text.casefold())
    if chosen := ask.ids("location"):
        found = found.filter(place__parent__location__in=chosen)
    cut = ask.slice(found, {"owner": "owner_name", "sku": "sku"})
    return Rows([_row(one, ask.actor) for one in cut.items], cut.before, cut.after)


def _row(one: dict[str, Any], actor: Actor) -> Row:
    at = f"bin-{one['bin']}" if one["bin"] else f"location-{one['at']}"
    asked = {"product": one["sku"], "owner": one["owner_name"], "back": reverse("stock:kept")}
    if one["code"]:
        asked["serials-scan" if one["alone"] else "batch"] = one["code"]
    back = urlencode(asked | {"location": at})
    move = urlencode(asked | {"from": at})
    in_bin = one["bin"] is not None
    return Row(
        id=one["id"],
        name=one["sku"],
        cells={
            "owner": (one["owner_name"], reverse("parties:organization", args=[one["owner"]])),
            "sku": (one["sku"], reverse("stock:product", args=[one["product_id"]])),
            "name": one["name"],
            "code": one["code"] or None,
            "expires": one["expires_on"],
            "where": " / ".join(part for part in (one["at_name"], one["bin_name"]) if part),
            "units": (one["quantity"], one["decimals"]),
            "move": (_("Transfer"), f"{reverse('stock:transfer')}?{move}")
            if in_bin and actor.may("stock.transfer")
            else None,
            "back": (_("Hand back"), f"{reverse('stock:hand_back')}?{back}")
            if in_bin and actor.may("stock.adjust")
            else None,
        },
    )


def _locations(ask: Ask) -> list[tuple[str, str]]:
    found = Location.objects.order_by("-default", "name").values_list("pk", "name")
    return [(str(pk), name) for pk, name in found]


KEPT = Table(
    name="kept",
    title=N_("Kept for others"),
    permission="stock.read",
    columns=(
        Column("owner", N_("Whose goods"), "link", sortable=True),
        Column("sku", N_("SKU"), "link", sortable=True),
        Column("name", N_("Product")),
        Column("code", N_("Number")),
        Column("expires", N_("Expires on"), "date", optional=True),
        Column("where", N_("Where")),
        Column("units", N_("Quantity"), "quantity"),
        Column("move", N_("Transfer"), "link"),
        Column("back", N_("Hand back"), "link"),
    ),
    filters=(
        Filter("owner", N_("Whose goods")),
        Filter("product", N_("SKU or name")),
        Filter("number", N_("Number")),
        Filter("location", N_("Location"), "many", _locations),
    ),
    new=New(N_("Take goods in"), "stock:adjust", "stock.adjust"),
    rows=_rows,
    empty=N_("Goods of others appear here once they are taken in: adjust stock, and say whose they are."),
)


@require_safe
def kept(request: HttpRequest) -> HttpResponse:
    """Goods that we keep for others, by whose they are."""
    return table_page(request, KEPT)


@require_http_methods(["GET", "HEAD", "POST"])
@page("stock.adjust")
def hand_back(request: HttpRequest) -> HttpResponse:
    """Give goods that we only kept back to whose they are."""

    def act(post: QueryDict) -> Written:
        actor: Any = request.user
        product = product_of(post.get("product", ""))
        codes = codes_of(post)
        location, bin = place_of(post.get("location", ""), "location")
        count = units_of(post, product, codes)
        goods = Goods(product.pk, count, location, bin, codes, owner=owner_of(post.get("owner", "")))
        return give(actor=actor, items=[goods], reason=post.get("reason", ""))

    fields = ("product", "owner", "location", "quantity", "serials", "batch", "reason")
    return one_form(request, "stock/hand_back.html", act, _("Handed the goods back."), fields, {})
