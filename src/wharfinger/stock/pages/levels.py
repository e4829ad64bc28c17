"""How many of a product are kept at a location: the list of it, and the form that says it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from wharfinger.base import typed
from wharfinger.base.asking import Ask
from wharfinger.base.page import page
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.table import Column, Filter, New, Row, Rows, Table, table_page
from wharfinger.catalog.models import Product
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization
from wharfinger.stock.actions.levels import set_level
from wharfinger.stock.models import Level, Location
from wharfinger.stock.pages.goods import one_form, place_options, product_of
from wharfinger.stock.queries import levels as queries
from wharfinger.stock.rules.keeping import Keep

FIELDS = ("product", "location", "minimum", "maximum", "reorder_point", "reorder_quantity", "source", "bin")
BUILT = "built"
"""The choice of a product that is built where it is kept."""


@require_http_methods(["GET", "HEAD", "POST"])
@page("stock.level")
def level(request: HttpRequest) -> HttpResponse:
    """Keep a product between two quantities at a location, and say where more of it comes from."""

    def act(post: QueryDict) -> Written:
        actor: Any = request.user
        product = product_of(post.get("product", ""))
        d = product.quantity_decimals
        low, high, lot = (
            typed.scaled(post.get(name, "") or "0", d, field=name)
            for name in ("minimum", "maximum", "reorder_quantity")
        )
        point = post.get("reorder_point", "").strip()
        vendor, source = _source(post.get("source", ""))
        bin = post.get("bin", "").partition("-")[2]
        return set_level(
            actor=actor,
            product=product.pk,
            location=_number(post.get("location", "")),
            keep=Keep(
                low,
                high,
                typed.scaled(point, d, field="reorder_point") if point else None,
                lot,
                vendor,
                source,
                post.get("source") == BUILT,
                _number(bin) if bin else None,
            ),
        )

    found = Location.objects.filter(retired_on__isnull=True).order_by("-default", "name")
    vendors = Organization.objects.filter(vendor=True, retired_on__isnull=True).order_by("name")
    return one_form(
        request,
        "stock/level.html",
        act,
        _("Saved what is kept."),
        FIELDS,
        _known(request),
        locations=[(str(one.pk), one.name) for one in found],
        bins=[(value, words) for value, words in place_options() if value.startswith("bin-")],
        sources=[
            (BUILT, _("Built here, of its components")),
            *((f"vendor-{one.pk}", one.name) for one in vendors),
            *((f"location-{one.pk}", _("Transfer from %(place)s") % {"place": one.name}) for one in found),
        ],
    )


def _known(request: HttpRequest) -> dict[str, Any]:
    """What is kept already of the product at the location that the address names."""
    sku, at = request.GET.get("product", ""), _number(request.GET.get("location", ""))
    found = queries.levels().filter(product__sku__iexact=sku, location=at).first() if sku and at else None
    if found is None:
        return {}
    d = found.product.quantity_decimals
    return {
        "minimum": typed.written(found.minimum, d),
        "maximum": typed.written(found.maximum, d),
        "reorder_point": "" if found.reorder_point is None else typed.written(found.reorder_point, d),
        "reorder_quantity": typed.written(found.reorder_quantity, d) if found.reorder_quantity else "",
        "bin": f"bin-{found.bin_id}" if found.bin_id else "",
        "source": BUILT
        if found.built
        else f"vendor-{found.vendor_id}"
        if found.vendor_id
        else f"location-{found.source_id}"
        if found.source_id
        else "",
    }


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _source(text: str) -> tuple[int | None, int | None]:
    """The vendor or the location that was chosen; raises BadInput when it is neither."""
    if text in ("", BUILT):
        return None, None
    kind, _dash, key = text.partition("-")
    if kind not in ("vendor", "location") or not _number(key):
        raise BadInput("no_such_source", N_("Choose another location from which it comes."), field="source")
    return (_number(key), None) if kind == "vendor" else (None, _number(key))


def _rows(ask: Ask) -> Rows:
    found = queries.levels().select_related("product", "location", "vendor", "source", "bin")
    if text := ask.one("product"):
        found = found.filter(product__sku__icontains=text) | found.filter(product__name__icontains=text)
    if chosen := ask.ids("location"):
        found = found.filter(location__in=chosen)
    cut = ask.slice(found, {"sku": "product__sku", "location": "location__name"})
    return Rows([_row(one) for one in cut.items], cut.before, cut.after)


def _row(one: Level) -> Row:
    product: Product = one.product
    d = product.quantity_decimals
    asked = urlencode({"product": product.sku, "location": one.location_id, "back": reverse("stock:levels")})
    return Row(
        id=one.pk,
        name=product.sku,
        cells={
            "sku": (product.sku, f"{reverse('stock:level')}?{asked}"),
            "name": product.name,
            "location": one.location.name,
            "minimum": (one.minimum, d),
            "point": None if one.reorder_point is None else (one.reorder_point, d),
            "maximum": (one.maximum, d),
            "lot": (one.reorder_quantity, d) if one.reorder_quantity else None,
            "source": one.vendor.name
            if one.vendor
            else _("Transfer from %(place)s") % {"place": one.source.name}
            if one.source
            else _("Built here")
            if one.built
            else None,
            "bin": one.bin.name if one.bin else None,
        },
    )


def _locations(ask: Ask) -> list[tuple[str, str]]:
    found = Location.objects.order_by("-default", "name").values_list("pk", "name")
    return [(str(pk), name) for pk, name in found]


LEVELS = Table(
    name="levels",
    title=N_("What is kept"),
    permission="stock.read",
    columns=(
        Column("sku", N_("SKU"), "link", sortable=True),
        Column("name", N_("Product")),
        Column("location", N_("Location"), sortable=True),
        Column("minimum", N_("Minimum"), "quantity"),
        Column("point", N_("Reorder point"), "quantity"),
        Column("maximum", N_("Maximum"), "quantity"),
        Column("lot", N_("Reorder quantity"), "quantity"),
        Column("source", N_("Comes from")),
        Column("bin", N_("Own bin")),
    ),
    filters=(Filter("product", N_("SKU or name")), Filter("location", N_("Location"), "many", _locations)),
    new=New(N_("Set minimum and maximum"), "stock:level", "stock.level"),
    rows=_rows,
    empty=N_("Say how many of a product are kept at a location; what falls short is then proposed."),
)


@require_safe
def levels(request: HttpRequest) -> HttpResponse:
    """How many of every product are kept at every location."""
    return table_page(request, LEVELS)
