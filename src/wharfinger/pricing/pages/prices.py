"""All prices of all lists as one list, to look through and take away as CSV or XLSX."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from wharfinger.base.asking import Ask
from wharfinger.base.money import MICRO
from wharfinger.base.refusal import N_
from wharfinger.base.table import Column, Filter, Row, Rows, Table, table_page
from wharfinger.pricing.models import PriceItem, PriceList
from wharfinger.pricing.pages.lists import group_choices, group_word
from wharfinger.pricing.queries import sizes_of, standing


def _rows(ask: Ask) -> Rows:
    found = standing().filter(price_list__retired_on__isnull=True)
    if chosen := ask.ids("list"):
        found = standing().filter(price_list__in=chosen)
    if text := ask.one("product"):
        found = found.filter(Q(product__sku__icontains=text) | Q(product__name__icontains=text))
    if groups := ask.ids("group"):
        found = found.filter(price_list__customer_group__in=groups)
    rows = found.select_related("product", "price_list__customer_group")
    cut = ask.slice(rows, {"sku": "product__sku"})
    sizes = sizes_of(cut.items)
    return Rows([_row(one, sizes) for one in cut.items], cut.before, cut.after)


def _row(one: PriceItem, sizes: dict[tuple[int, str], int]) -> Row:
    size = sizes.get((one.product_id, one.unit), 10**one.product.quantity_decimals)
    return Row(
        id=one.pk,
        name=one.product.sku,
        cells={
            "list": (one.price_list.name, reverse("pricing:price_list", args=[one.price_list_id])),
            "group": group_word(one.price_list),
            "sku": one.product.sku,
            "name": one.product.name,
            "unit": one.unit or one.product.unit,
            "from": (one.from_quantity * 10**MICRO // size, MICRO) if one.from_quantity else None,
            "price": (one.price_micro, one.price_list.currency),
            "valid_from": one.price_list.valid_from,
            "valid_until": one.price_list.valid_until,
        },
    )


PRICES = Table(
    name="prices",
    title=N_("Prices"),
    permission="pricing.read",
    columns=(
        Column("list", N_("Price list"), "link"),
        Column("group", N_("Customer group")),
        Column("sku", N_("SKU"), sortable=True),
        Column("name", N_("Product")),
        Column("unit", N_("Unit")),
        Column("from", N_("From quantity"), "quantity"),
        Column("price", N_("Price"), "price"),
        Column("valid_from", N_("Valid from"), "date", optional=True),
        Column("valid_until", N_("Valid until"), "date", optional=True),
    ),
    filters=(
        Filter("product", N_("SKU or name")),
        Filter(
            "list",
            N_("Price list"),
            "many",
            lambda _ask: [
                (str(pk), name) for pk, name in PriceList.objects.order_by("name").values_list("pk", "name")
            ],
        ),
        Filter("group", N_("Customer group"), "many", group_choices),
    ),
    rows=_rows,
    empty=N_("Prices stand here once a price list has some."),
)


@require_safe
def prices(request: HttpRequest) -> HttpResponse:
    """Every price of every list in use."""
    return table_page(request, PRICES)
