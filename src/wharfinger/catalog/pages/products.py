"""Products in the browser: the list, one of them, and its form."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from wharfinger.base import configuration, further, owned
from wharfinger.base.asking import Ask, capped
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, NotThere
from wharfinger.base.table import Act, Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.base.typed import unit_price
from wharfinger.catalog import actions
from wharfinger.catalog.models import Barcode, Component, Product, TaxCode, VendorPrice
from wharfinger.catalog.pages import families, offers, substitutes, typed
from wharfinger.catalog.pages.units import told
from wharfinger.catalog.queries import barcodes, every_path, made_of, marked, means, steps_of, unit_of, varied
from wharfinger.catalog.queries import products as every_product
from wharfinger.ledger.telling import timeline
from wharfinger.parties.models import Organization

KINDS = {
    "stocked": N_("Stocked"),
    "non_stocked": N_("Non-stocked"),
    "service": N_("Service"),
    "kit": N_("Kit"),
}
TRACED = {"none": N_("Not traced"), "serial": N_("By serial number"), "batch": N_("By batch")}
TRACED_FROM = {"receipt": N_("From receipt on"), "shipping": N_("When shipped")}
METHODS = {
    "specific": N_("Each unit its own cost"),
    "fifo": N_("First in, first out"),
    "average": N_("Moving average"),
    "lifo": N_("Last in, first out"),
}


def _rows(ask: Ask) -> Rows:
    used = every_product().filter(retired_on__isnull=True)
    found = every_product() if ask.tab == "all" else used
    if text := ask.one("product"):
        found = found.filter(
            Q(sku__icontains=text)
            | Q(name__icontains=text)
            | Q(gtin=text)
            | Q(pk__in=marked(text))
            | varied(text)
        )
    if kinds := ask.many("kind"):
        found = found.filter(kind__in=kinds)
    if ways := ask.many("traced"):
        found = found.filter(traced__in=ways)
    if text := ask.one("category"):
        found = found.filter(category__path__icontains=text)
    if text := ask.one("manufacturer"):
        found = found.filter(manufacturer__icontains=text)
    if text := ask.one("vendor"):
        sold = VendorPrice.objects.filter(organization__name__icontains=text)
        found = found.filter(pk__in=sold.values("product_id"))
    found = owned.narrowed(found, ask, "product")
    cut = ask.slice(found, {"sku": "sku", "name": "name", "category": "category__path"})
    kept = [one.pk for one in cut.items if one.kind != "service"]
    free = further.figure("product.available", kept) if ask.actor.may("stock.read") else {}
    shown = [one.pk for one in cut.items] if ask.actor.may("notices.read") else []
    shots = further.figure("product.picture", shown)
    currency = configuration.one("currency")
    return Rows(
        [_row(one, free, shots.get(one.pk), currency) for one in cut.items],
        cut.before,
        cut.after,
        counts={"used": capped(used)},
    )


def _row(one: Product, free: Any, shot: tuple[str, str] | None, currency: str) -> Row:
    units = free.get(one.pk)
    return Row(
        id=one.pk,
        name=one.sku,
        cells={
            "sku": (one.sku, reverse("catalog:product", args=[one.pk])),
            "picture": shot,
            "name": one.name,
            "kind": _(KINDS[one.kind]),
            "category": one.category_path or None,
            "available": None if units is None else (units, one.quantity_decimals),
            "price": (one.price_micro, currency),
            "traced": _(TRACED[one.traced]),
            "manufacturer": one.manufacturer or None,
            "gtin": one.gtin or None,
            "word": ("grey", _("Retired")) if one.retired_on else None,
        },
        own=one.own,
    )


PRODUCTS = Table(
    name="products",
    title=N_("Products"),
    permission="catalog.read",
    columns=(
        Column("sku", N_("SKU"), "link", sortable=True),
        Column("picture", N_("Picture"), "picture"),
        Column("name", N_("Product"), sortable=True),
        Column("kind", N_("Kind")),
        Column("category", N_("Category"), sortable=True),
        Column("available", N_("Available"), "quantity"),
        Column("price", N_("Price"), "price"),
        Column("traced", N_("Tracing"), optional=True),
        Column("manufacturer", N_("Manufacturer"), optional=True),
        Column("gtin", N_("GTIN"), optional=True),
        Column("word", N_("State"), "chip"),
    ),
    filters=(
        Filter("product", N_("SKU, name, GTIN or value")),
        Filter("kind", N_("Kind"), "many", lambda _ask: typed.options(KINDS)),
        Filter("category", N_("Category")),
        Filter("vendor", N_("Vendor")),
        Filter("manufacturer", N_("Manufacturer")),
        Filter("traced", N_("Tracing"), "many", lambda _ask: typed.options(TRACED)),
    ),
    tabs=(Tab("used", N_("In use")), Tab("all", N_("All"))),
    acts=(Act("labels", N_("Print labels"), "documents:label_products", "catalog.read", icon="printer"),),
    new=New(N_("New product"), "catalog:new_product", "catalog.product"),
    rows=_rows,
    empty=N_("Add what you buy, keep, sell or do."),
    own="product",
)


@require_safe
def products(request: HttpRequest) -> HttpResponse:
    """Everything that is bought, kept, sold or done."""
    return table_page(request, PRODUCTS)


def _there(pk: int) -> Product:
    found = every_product().select_related("merged_into").filter(pk=pk).first()
    if found is None:
        raise NotThere("no_such_product", N_("There is no such product."))
    return found


@require_safe
@page("catalog.read")
def product(request: HttpRequest, pk: int) -> HttpResponse:
    """One product: what it is, who sells it for how much, where it is, who wants it."""
    found = _there(pk)
    actor: Any = request.user
    currency = configuration.one("currency")
    costs = actor.may("catalog.see_cost")
    prices, steps = list(typed.prices(pk)), steps_of([pk]) if costs else {}
    return render(
        request,
        "catalog/product.html",
        {
            "product": found,
            "currency": currency,
            "kind": _(KINDS[found.kind]),
            "tracing": _(TRACED[found.traced])
            if found.traced != "serial"
            else f"{_(TRACED['serial'])}, {_(TRACED_FROM[found.traced_from])}",
            "method": _(METHODS[found.cost_method]) if costs else "",
            "costs": costs,
            "vendors": [offers.row(one, steps.get(one.pk, ()), found, costs) for one in prices],
            "substitutes": substitutes.rows(pk, actor),
            "family": families.beside(found, actor),
            "shot": further.figure("product.picture", [pk] if actor.may("notices.read") else []).get(pk),
            "coming": [row for one in prices for row in offers.coming(one, steps.get(one.pk, ()), found)],
            "units": told(found),
            "components": [_component(one) for one in made_of([pk])],
            "barcodes": [
                _barcode(one, found)
                for one in barcodes().filter(product=pk).select_related("product").order_by("pk")
            ],
            "parts": further.told("product", request, pk),
            "entries": timeline(f"product:{pk}", most=12),
        },
    )


def _component(one: Component) -> dict[str, Any]:
    part = one.product
    return {
        "product": (f"{part.sku} · {part.name}", reverse("catalog:product", args=[part.pk])),
        "quantity": (one.quantity, part.quantity_decimals),
    }


def _barcode(one: Barcode, product: Product) -> dict[str, Any]:
    said = unit_of(one)
    return {
        "code": one.code,
        "quantity": (means(one), product.quantity_decimals),
        "unit": said or None,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@page("catalog.product")
def new_product(request: HttpRequest) -> HttpResponse:
    """Add something that is bought, kept, sold or done."""
    show = partial(_form, request, None)
    if request.method != "POST":
        return show(Form(typed.BORN))
    actor: Any = request.user
    return page_act(
        request,
        lambda: typed.act(
            request.POST,
            lambda values, vendors, components, barcodes: actions.add_product(
                actor=actor, values=values, vendors=vendors, components=components, barcodes=barcodes
            ),
        ),
        ok=_("Added %(name)s.") % {"name": request.POST.get("sku", "").strip()},
        back=lambda done: reverse("catalog:product", args=[done.one("catalog.Product")]),
        again=show,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("catalog.product")
def change_product(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a product and what vendors ask for it, or retire it."""
    found = _there(pk)
    actor: Any = request.user
    show = partial(_form, request, found)
    if request.method != "POST":
        return show(Form(typed.of(found, costs=actor.may("catalog.see_cost"))))
    return page_act(
        request,
        lambda: typed.act(
            request.POST,
            lambda values, vendors, components, barcodes: actions.change_product(
                actor=actor,
                product=pk,
                values=values,
                vendors=vendors,
                components=components,
                barcodes=barcodes,
            ),
            retiring=True,
        ),
        ok=_("Changed %(name)s.") % {"name": found.sku},
        back=reverse("catalog:product", args=[pk]),
        again=show,
    )


def _form(request: HttpRequest, found: Product | None, form: Form) -> HttpResponse:
    actor: Any = request.user
    vendors = Organization.objects.filter(vendor=True, retired_on__isnull=True).order_by("name")
    codes = TaxCode.objects.filter(Q(retired_on__isnull=True) | Q(products=found)).distinct().order_by("code")
    return render(
        request,
        "catalog/product_form.html",
        {
            "form": form,
            "product": found,
            "kinds": typed.options(KINDS),
            "traced": typed.options(TRACED),
            "traced_from": typed.options(TRACED_FROM),
            "methods": typed.options(METHODS),
            "tax_codes": [(one.pk, f"{one.code} · {one.name}") for one in codes],
            "vendors": list(vendors.values_list("pk", "name")) if actor.may("catalog.price") else [],
            "rows": range(typed.rows_of(form, "vendors", "organization")),
            "parts": range(typed.rows_of(form, "components", "sku")),
            "codes": range(typed.rows_of(form, "barcodes", "code")),
            "costs": actor.may("catalog.see_cost"),
            "categories": every_path(),
            "currency": configuration.one("currency"),
            "price": unit_price(found.price_micro, configuration.one("currency")) if found else "",
        },
    )
