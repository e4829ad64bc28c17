"""What there is: the list, one product's stock, serial numbers and the life of a unit."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from wharfinger.base import configuration
from wharfinger.base.asking import Ask
from wharfinger.base.money import reckoned
from wharfinger.base.page import page
from wharfinger.base.refusal import N_, NotThere
from wharfinger.base.table import Act, Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.catalog.models import Product
from wharfinger.catalog.queries import made_of, marked
from wharfinger.ledger.telling import place_words, timeline
from wharfinger.stock.models import Location
from wharfinger.stock.pages.life import where
from wharfinger.stock.queries import buildable, holders, places, units
from wharfinger.stock.queries.batches import at_hand
from wharfinger.stock.queries.figures import StockRow

FIGURES = (
    "on_hand",
    "available",
    "reserved",
    "picked",
    "set_aside",
    "expired",
    "in_transit",
    "on_order",
    "back_order",
)


def _inventory(ask: Ask) -> Rows:
    found = places.kept()
    locations = ask.ids("location")
    if text := ask.one("product"):
        found = found.filter(
            Q(sku__icontains=text) | Q(name__icontains=text) | Q(gtin=text) | Q(pk__in=marked(text))
        )
    if category := ask.one("category"):
        found = found.filter(category__path__icontains=category)
    if ask.tab == "there":
        known = locations or list(Location.objects.values_list("pk", flat=True))
        found = places.standing_at(found, known)
    cut = ask.slice(found, {"sku": "sku", "name": "name"})
    names = dict(Location.objects.values_list("pk", "name"))
    currency = configuration.one("currency")
    costs = ask.actor.may("catalog.see_cost")
    rows = [
        _row(product, row, names, currency if costs else "")
        for product, row in places.lines_of_numbers(cut.items, locations)
        # Of what is there, a location with nothing of it is not told.
        if ask.tab != "there" or any(getattr(row, figure) for figure in FIGURES)
    ]
    return Rows(rows, cut.before, cut.after)


def _row(product: Product, row: StockRow, names: dict[int, str], currency: str) -> Row:
    to = reverse("stock:product", args=[product.pk])
    d = product.quantity_decimals
    cells: dict[str, Any] = {
        "sku": (product.sku, to),
        "name": product.name,
        "location": (names[row.location], reverse("stock:location", args=[row.location])),
        **{figure: (getattr(row, figure), d) for figure in FIGURES},
    }
    for figure in ("reserved", "picked"):
        # Every claimed number leads to who holds it and until when.
        cells[figure] = (getattr(row, figure), d, f"{to}#holders")
    if currency:
        cells["value"] = (row.value_minor, currency)
        average = row.average_cost_micro(d, currency)
        cells["average"] = (reckoned(average, currency), currency) if average is not None else None
    return Row(id=f"{product.pk}-{row.location}", name=product.sku, cells=cells)


def _locations(ask: Ask) -> list[tuple[str, str]]:
    return [
        (str(pk), name)
        for pk, name in Location.objects.order_by("-default", "name").values_list("pk", "name")
    ]


INVENTORY = Table(
    name="inventory",
    title=N_("Inventory"),
    permission="stock.read",
    columns=(
        Column("sku", N_("SKU"), "link", sortable=True),
        Column("name", N_("Product"), sortable=True),
        Column("location", N_("Location"), "link"),
        Column("on_hand", N_("On hand"), "quantity"),
        Column("available", N_("Available"), "quantity"),
        Column("reserved", N_("Reserved"), "held"),
        Column("picked", N_("Picked"), "held"),
        Column("set_aside", N_("Kept aside"), "quantity", optional=True),
        Column("expired", N_("Expired"), "quantity", optional=True),
        Column("in_transit", N_("In transit"), "quantity"),
        Column("on_order", N_("On order"), "quantity"),
        Column("back_order", N_("Back order"), "quantity"),
        Column("value", N_("Value"), "money", permission="catalog.see_cost"),
        Column("average", N_("Average cost"), "price", optional=True, permission="catalog.see_cost"),
    ),
    filters=(
        Filter("product", N_("SKU, name or GTIN")),
        Filter("location", N_("Location"), "many", _locations),
        Filter("category", N_("Category")),
    ),
    tabs=(Tab("there", N_("In stock")), Tab("all", N_("All products"))),
    new=New(N_("Adjust stock"), "stock:adjust", "stock.adjust"),
    # A product has a row for each of its locations: fewer products keep the page light.
    limit=25,
    rows=_inventory,
    empty=N_("Goods appear here when they are received, or found and adjusted."),
)


@require_safe
def inventory(request: HttpRequest) -> HttpResponse:
    """One line of numbers per product and location."""
    return table_page(request, INVENTORY)


@require_safe
@page("stock.read")
def product_stock(request: HttpRequest, pk: int) -> HttpResponse:
    """The stock of one product: where it is, who holds it until when, what arrives, what happened."""
    product = places.kept().filter(pk=pk).first()
    if product is None:
        raise NotThere("no_such_product", N_("There is no such product."))
    actor: Any = request.user
    names = dict(Location.objects.values_list("pk", "name"))
    by_place = dict(Location.objects.values_list("place_id", "name"))
    currency = configuration.one("currency") if actor.may("catalog.see_cost") else ""
    numbers = [row for _product, row in places.lines_of_numbers([product])]
    d = product.quantity_decimals
    return render(
        request,
        "stock/product.html",
        {
            "product": product,
            "rows": [_row(product, row, names, currency).cells for row in numbers],
            "totals": {figure: sum(getattr(row, figure) for row in numbers) for figure in FIGURES},
            "value": sum(row.value_minor for row in numbers),
            "parts": list(made_of([pk])),
            "can_build": buildable.totals(buildable.buildable([pk])).get(pk, 0),
            "currency": currency,
            "holds": [
                (hold, by_place.get(hold.location or 0, ""), place_words(hold.kind))
                for hold in holders.holds([pk])
            ],
            "arrivals": [(one, names.get(one.location or 0, "")) for one in holders.arrivals([pk])],
            "decimals": d,
            "batches": at_hand(pk) if product.traced == "batch" else (),
            "entries": timeline(f"product:{pk}", most=12),
        },
    )


def _serials(ask: Ask) -> Rows:
    found = units.units()
    if text := ask.one("serial"):
        found = found.filter(code_key__icontains=text.casefold())
    if text := ask.one("product"):
        found = found.filter(Q(product__sku__icontains=text) | Q(product__name__icontains=text))
    cut = ask.slice(found, {"serial": "code_key", "sku": "product__sku"})
    return Rows([_serial(unit) for unit in units.whereabouts(cut.items)], cut.before, cut.after)


def _serial(unit: units.Unit) -> Row:
    lot = unit.lot
    return Row(
        id=lot.pk,
        name=lot.code,
        cells={
            "serial": (lot.code, reverse("stock:unit", args=[lot.pk])),
            "sku": (lot.product.sku, reverse("stock:product", args=[lot.product_id])),
            "name": lot.product.name,
            "where": where(unit),
            "whose": unit.organization or (lot.owner.name if lot.owner else None),
        },
    )


SERIALS = Table(
    name="serials",
    title=N_("Serial numbers"),
    permission="stock.read",
    columns=(
        Column("serial", N_("Serial number"), "link", sortable=True),
        Column("sku", N_("SKU"), "link", sortable=True),
        Column("name", N_("Product")),
        Column("where", N_("Where")),
        Column("whose", N_("For whom")),
    ),
    filters=(Filter("serial", N_("Serial number")), Filter("product", N_("SKU or name"))),
    acts=(Act("labels", N_("Print labels"), "documents:label_serials", "stock.read", icon="printer"),),
    rows=_serials,
    empty=N_("Serial numbers appear here when goods that have them are received."),
)


@require_safe
def serials(request: HttpRequest) -> HttpResponse:
    """Every unit that has a serial number."""
    return table_page(request, SERIALS)
