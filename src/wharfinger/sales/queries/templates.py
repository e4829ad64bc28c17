"""Templates of quotes as callers and pages read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from wharfinger.base.money import MICRO
from wharfinger.base.quantity import plain
from wharfinger.catalog.models import Product
from wharfinger.catalog.rules.units import said
from wharfinger.sales.models import QuoteTemplate


def templates() -> QuerySet[QuoteTemplate, QuoteTemplate]:
    """Every template that was not undone."""
    return QuoteTemplate.objects.filter(void__isnull=True)


def in_use() -> list[tuple[int, str]]:
    """The templates to choose from, by name."""
    return list(templates().filter(retired_on__isnull=True).order_by("name").values_list("pk", "name"))


def show(found: Iterable[QuoteTemplate]) -> list[dict[str, Any]]:
    """Templates with their lines, in two statements however many."""
    rows = list(found)
    named = {line["product"] for row in rows for line in row.content["lines"]}
    products = Product.objects.in_bulk(named)
    return [_template(row, products) for row in rows]


def _template(row: QuoteTemplate, products: dict[int, Product]) -> dict[str, Any]:
    content = row.content
    return {
        "id": row.pk,
        "name": row.name,
        "retired_on": row.retired_on.isoformat() if row.retired_on else None,
        **{name: content[name] for name in ("currency", "tax_included", "title", "introduction", "note")},
        "discount_percent": plain(content["discount_micro"], 4),
        "groups": [
            {"title": one["title"], "discount_percent": plain(one["discount_micro"], 4)}
            for one in content["groups"]
        ],
        "lines": _lines(content["lines"], products),
    }


def _lines(lines: Sequence[dict[str, Any]], products: dict[int, Product]) -> list[dict[str, Any]]:
    """What stands in a template; a product that is gone from the books altogether has no SKU."""
    found = []
    for one in lines:
        product = products.get(one["product"])
        price, share = one["unit_price_micro"], one["own_discount_micro"]
        found.append(
            {
                "product": one["product"],
                "sku": product.sku if product else None,
                "description": one["description"],
                "quantity": said(one["quantity"], one["per"], product.quantity_decimals if product else 0),
                "unit": one["unit"] or (product.unit if product else ""),
                "unit_price": None if price is None else plain(price, MICRO),
                "discount_percent": None if share is None else plain(share, 4),
                "discount_each": plain(one["discount_each_micro"], MICRO),
                "tax_code": one["tax_code"],
                **{name: one[name] for name in ("billable", "every", "option", "taken", "group", "instead")},
            }
        )
    return found
