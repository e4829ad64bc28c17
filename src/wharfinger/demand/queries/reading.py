"""Lines as every answer reads them: with product, tax code and claim, by a query made once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from wharfinger.demand.models import Line
from wharfinger.ledger.prepared import Prepared, an_id, ids

ORDER, SHEET = "order", "sheet"
"""By which of a line's documents it counts: the sales order that collects it, or the one it stands on."""


def lines() -> QuerySet[Line, Line]:
    """Every line that is not undone or taken off its document."""
    return Line.objects.filter(void__isnull=True, removed_at__isnull=True)


QUOTED_GROUP = Coalesce("came_from__group_id", "came_from__came_from__group_id")
"""The group of a quote in which what a line came from stands, also where a back order was split off in between."""


def joined(rows: QuerySet[Line, Line]) -> QuerySet[Any, Any]:
    """Lines with product, tax code and claim; ``sheet_kind``, ``confirmed_at`` and ``won_at`` of their document.

    ``quoted_group`` is the group in which they stood on the quote that was won.
    """
    documents = {
        "sheet_kind": F("sheet__kind"),
        "confirmed_at": F("sheet__order__confirmed_at"),
        "won_at": F("sheet__quote__won_at"),
        "quoted_group": QUOTED_GROUP,
    }
    return rows.select_related("product", "tax_code", "claim").annotate(**documents)


_SHOWN = (
    *(
        "sheet_id",
        "order_id",
        "came_from_id",
        "parent_id",
        "ratio",
        "position",
        "product_id",
        "description",
        "site_id",
        "quantity",
    ),
    *("unit", "per", "price_typed", "price_list_id", "price_from", "product__unit"),
    *(
        "unit_price_micro",
        "own_discount_micro",
        "discount_micro",
        "group_id",
        "discount_each_micro",
        "tax_code_id",
        "currency",
        "tax_included",
        "billable",
        "promised_on",
        "own",
    ),
    *("option", "instead_of_id", "taken", "every"),
    *("product__sku", "product__kind", "product__quantity_decimals"),
    *("tax_code__category", "tax_code__rate_micro", "tax_code__exemption_reason", "claim__hold_until"),
    *("tax_code__exemption_code", "tax_code__valid_until"),
    *("tax_code__second_name", "tax_code__second_rate_micro", "tax_code__compound"),
)
"""The columns that a line's answer and its document's totals are made of; a row is a hundred otherwise."""


def _joined(**which: Any) -> QuerySet[Any, Any]:
    return joined(lines().filter(**which)).only(*_SHOWN)


_CHOSEN = Prepared(lambda wanted: _joined(pk__in=wanted).order_by("pk"), ids("lines"))
_STANDING = {
    SHEET: Prepared(lambda wanted: _joined(sheet__in=wanted).order_by("position", "pk"), ids("sheets")),
    ORDER: Prepared(
        lambda wanted: _joined(order__in=wanted).order_by("sheet_id", "position", "pk"), ids("orders")
    ),
}


def _figured(rows: QuerySet[Line, Line]) -> QuerySet[Any, Any]:
    return rows.values_list("pk", "product_id", "product__quantity_decimals")


_PRODUCTS = Prepared(lambda wanted: _figured(Line.objects.filter(pk__in=wanted)), ids("lines"))


_PRODUCTS_ON = {
    "quote": Prepared(lambda pk: _figured(lines().filter(sheet=pk, sheet__kind="quote")), an_id("quote")),
    "order": Prepared(lambda pk: _figured(lines().filter(order=pk)), an_id("order")),
}


def lines_with(wanted: Iterable[int]) -> list[Line]:
    """These lines with product, tax code and claim, sorted by id."""
    chosen = list(wanted)
    return _CHOSEN(chosen) if chosen else []


def lines_on(documents: Iterable[int], by: str) -> list[Line]:
    """The lines of these documents in their order, with product, tax code and claim."""
    chosen = list(documents)
    return _STANDING[by](chosen) if chosen else []


def products_of(wanted: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Product and its decimals of each line."""
    chosen = set(wanted)
    return {pk: (product, decimals) for pk, product, decimals in _PRODUCTS(chosen)} if chosen else {}


def products_on(document: int, kind: str) -> dict[int, tuple[int, int]]:
    """Product and its decimals of each line of one document. kind: quote or order, with all it collects."""
    return {pk: (product, decimals) for pk, product, decimals in _PRODUCTS_ON[kind](document)}
