"""What stock was worth at the end of a day, product by product, and what changed that since another."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from wharfinger.base import clock, configuration, money
from wharfinger.base.asking import Ask
from wharfinger.base.money import rounded
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.table import Column, Filter, Row, Rows, Table, table_page
from wharfinger.catalog.models import Product
from wharfinger.ledger.models import Layer
from wharfinger.stock.queries import worth
from wharfinger.stock.queries.worth import Amount, Changed

TITLE = N_("Value of stock")


def days(ask: Ask) -> tuple[date, date]:
    """From which day on changes are told and at whose end stock is valued; this month until today unless asked."""
    first, last = ask.days("day")
    until = last or clock.today(configuration.one("time_zone"))
    since = first or until.replace(day=1)
    if since > until:
        raise BadInput("ends_before_it_begins", N_("The end lies before the beginning."), field="day")
    return since, until


def _rows(ask: Ask) -> Rows:
    since, until = days(ask)
    here = Layer.objects.filter(product=OuterRef("pk"), effective_on__lte=until)
    found = Product.objects.filter(Exists(here))
    if text := ask.one("product"):
        found = found.filter(Q(sku__icontains=text) | Q(name__icontains=text))
    cut = ask.slice(found, {"sku": "sku", "name": "name"})
    changed = {one.product: one for one in worth.changes(since, until, [p.pk for p in cut.items])}
    currency = configuration.one("currency")
    rows = [_row(p, changed.get(p.pk, Changed(p.pk, Amount(), {})), currency) for p in cut.items]
    return Rows(rows, cut.before, cut.after)


def _row(product: Product, changed: Changed, currency: str) -> Row:
    d, end = product.quantity_decimals, changed.closing
    cells: dict[str, Any] = {
        "sku": (product.sku, reverse("stock:product", args=[product.pk])),
        "name": product.name,
        "opening_quantity": (changed.opening.quantity, d),
        "opening": (changed.opening.value_minor, currency),
        "quantity": (end.quantity, d),
        "value": (end.value_minor, currency),
        "unit": _unit(end, d, currency),
    }
    for cause in worth.CAUSES:
        amount = changed.causes.get(cause)
        cells[cause] = (amount.value_minor, currency) if amount else None
        cells[f"{cause}_quantity"] = (amount.quantity, d) if amount and amount.quantity else None
    return Row(id=product.pk, name=product.sku, cells=cells)


def _unit(amount: Amount, decimals: int, currency: str) -> tuple[int, str] | None:
    if not amount.quantity:
        return None
    whole, cents = 10 ** (money.MICRO + decimals), 10 ** money.decimals(currency)
    return rounded(amount.value_minor * whole, amount.quantity * cents), currency


WORTH = Table(
    name="worth",
    title=TITLE,
    permission="catalog.see_cost",
    columns=(
        Column("sku", N_("SKU"), "link", sortable=True),
        Column("name", N_("Product"), sortable=True),
        Column("opening_quantity", N_("Quantity before"), "quantity", optional=True),
        Column("opening", N_("Value before"), "money"),
        Column("bought", N_("Bought"), "money"),
        Column("bought_quantity", N_("Bought, quantity"), "quantity", optional=True),
        Column("sold", N_("Sold"), "money"),
        Column("sold_quantity", N_("Sold, quantity"), "quantity", optional=True),
        Column("returned", N_("Returned"), "money"),
        Column("returned_quantity", N_("Returned, quantity"), "quantity", optional=True),
        Column("adjusted", N_("Found or lost"), "money"),
        Column("adjusted_quantity", N_("Found or lost, quantity"), "quantity", optional=True),
        Column("built", N_("Built or merged"), "money", optional=True),
        Column("built_quantity", N_("Built or merged, quantity"), "quantity", optional=True),
        Column("valued", N_("Valued anew"), "money"),
        Column("quantity", N_("Quantity"), "quantity"),
        Column("value", N_("Value"), "money"),
        Column("unit", N_("One unit"), "price", optional=True),
    ),
    filters=(Filter("day", N_("Days"), "date"), Filter("product", N_("SKU or name"))),
    rows=_rows,
    empty=N_("Products appear here once goods of them have come in."),
)


@require_safe
def value(request: HttpRequest) -> HttpResponse:
    """What stock is or was worth, and why."""
    return table_page(request, WORTH, template="stock/worth.html", sum=_Total(request))


class _Total:
    """What all stock was worth at the end of the chosen day; asked only once the page shows it."""

    def __init__(self, request: HttpRequest) -> None:
        self._asked = request.GET.get("day-to", "")

    @property
    def day(self) -> date | None:
        """The chosen day; none where what was typed is no day."""
        try:
            return (
                date.fromisoformat(self._asked)
                if self._asked
                else clock.today(configuration.one("time_zone"))
            )
        except ValueError:
            return None

    @property
    def minor(self) -> int:
        """Its value in minor units."""
        return worth.total(self.day) if self.day else 0

    @property
    def currency(self) -> str:
        """The company's."""
        currency: str = configuration.one("currency")
        return currency
