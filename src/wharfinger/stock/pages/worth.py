"""What stock was worth at the end of a day, product by product, and what changed that since another."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
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
CAUSES = {
    "bought": N_("Bought"),
    "sold": N_("Sold"),
    "returned": N_("Returned"),
    "adjusted": N_("Found or lost"),
    "built": N_("Built or merged"),
    "valued": N_("Valued anew"),
}


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
    found = _wanted(ask).filter(Exists(here)).select_related("category")
    cut = ask.slice(found, {"sku": "sku", "name": "name"})
    changed = {one.product: one for one in worth.changes(since, until, [p.pk for p in cut.items])}
    currency = configuration.one("currency")
    rows = [_row(p, changed.get(p.pk, Changed(p.pk, Amount(), {})), currency) for p in cut.items]
    return Rows(rows, cut.before, cut.after)


def _wanted(ask: Ask) -> QuerySet[Product, Product]:
    found = Product.objects.all()
    if text := ask.one("product"):
        found = found.filter(Q(sku__icontains=text) | Q(name__icontains=text))
    if text := ask.one("category"):
        found = found.filter(category__path__icontains=text)
    return found


def _row(product: Product, changed: Changed, currency: str) -> Row:
    d, end = product.quantity_decimals, changed.closing
    cells: dict[str, Any] = {
        "sku": (product.sku, reverse("stock:product", args=[product.pk])),
        "name": product.name,
        "category": str(product.category) if product.category else None,
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
    each = rounded(amount.value_minor * whole, amount.quantity * cents)
    return money.reckoned(each, currency), currency


WORTH = Table(
    name="worth",
    title=TITLE,
    permission="catalog.see_cost",
    columns=(
        Column("sku", N_("SKU"), "link", sortable=True),
        Column("name", N_("Product"), sortable=True),
        Column("category", N_("Category"), optional=True),
        Column("opening_quantity", N_("Quantity before"), "quantity", optional=True),
        Column("opening", N_("Value before"), "money"),
        Column("bought", CAUSES["bought"], "money"),
        Column("bought_quantity", N_("Bought, quantity"), "quantity", optional=True),
        Column("sold", CAUSES["sold"], "money"),
        Column("sold_quantity", N_("Sold, quantity"), "quantity", optional=True),
        Column("returned", CAUSES["returned"], "money"),
        Column("returned_quantity", N_("Returned, quantity"), "quantity", optional=True),
        Column("adjusted", CAUSES["adjusted"], "money"),
        Column("adjusted_quantity", N_("Found or lost, quantity"), "quantity", optional=True),
        Column("built", CAUSES["built"], "money"),
        Column("built_quantity", N_("Built or merged, quantity"), "quantity", optional=True),
        Column("valued", CAUSES["valued"], "money"),
        Column("quantity", N_("Quantity"), "quantity"),
        Column("value", N_("Value"), "money"),
        Column("unit", N_("One unit"), "price", optional=True),
    ),
    filters=(
        Filter("day", N_("Days"), "date"),
        Filter("product", N_("SKU or name")),
        Filter("category", N_("Category")),
    ),
    rows=_rows,
    empty=N_("Products appear here once goods of them have come in."),
)


@require_safe
def value(request: HttpRequest) -> HttpResponse:
    """What stock is or was worth, and why."""
    return table_page(request, WORTH, template="stock/worth.html", sum=_Sum(request))


class _Told(NamedTuple):
    since: date
    until: date
    opening: int
    causes: list[tuple[str, int]]
    closing: int
    currency: str


class _Sum:
    """What all that the list shows was worth together, and why; asked only once the page shows it."""

    def __init__(self, request: HttpRequest) -> None:
        actor: Any = request.user
        filters = [one.key for one in WORTH.filters]
        self._ask = Ask.from_query(
            request.GET, table=WORTH.name, actor=actor, filters=filters, tab="", limit=1
        )

    @property
    def told(self) -> _Told | None:
        """What it was worth before the chosen days, what changed that, and at their end; nothing where they are no days."""
        try:
            since, until = days(self._ask)
        except BadInput:
            return None
        some = any(self._ask.one(name) for name in ("product", "category"))
        found = worth.overall(
            since, until, list(_wanted(self._ask).values_list("pk", flat=True)) if some else None
        )
        causes = [
            (_(word), found.causes[cause].value_minor)
            for cause, word in CAUSES.items()
            if cause in found.causes
        ]
        return _Told(
            since,
            until,
            found.opening.value_minor,
            causes,
            found.closing.value_minor,
            configuration.one("currency"),
        )
