"""Reports of goods."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from django.db.models import Q, Sum

from wharfinger.base import configuration, money
from wharfinger.base.quantity import plain
from wharfinger.catalog.models import Product
from wharfinger.site.queries.reports.shape import Rows
from wharfinger.stock.queries import reasons, worth
from wharfinger.work.queries import goods_left


def valuation(on: date) -> Rows:
    """What stock was worth at the end of a day, by product."""
    currency = configuration.one("currency")
    found = worth.valuation(on)
    products = Product.objects.in_bulk([one.product for one in found])
    return [
        {
            "product": one.product,
            **_called(products[one.product]),
            "quantity": plain(one.quantity, products[one.product].quantity_decimals),
            "value": money.plain(one.value_minor, currency),
            "currency": currency,
        }
        for one in found
    ]


def _called(product: Product) -> dict[str, str]:
    return {"sku": product.sku, "product_name": product.name}


AGES = {"to_30": 30, "to_90": 90, "to_180": 180, "to_365": 365, "older": 10**6}
"""Until how many days after they came goods count to which part."""


def age(on: date) -> Rows:
    """What was in stock at the end of a day, by how many days before it came, at what it was worth; one statement for all."""
    currency = configuration.one("currency")
    parts: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    for product, day, units, minor in worth.ages(on):
        part = next(key for key, most in AGES.items() if (on - day).days <= most)
        before = parts[product].get(part, (0, 0))
        parts[product][part] = before[0] + units, before[1] + minor
    products = Product.objects.in_bulk(parts)
    rows = []
    for product in sorted(parts, key=lambda pk: products[pk].sku):
        decimals, theirs = products[product].quantity_decimals, parts[product]
        row: dict[str, Any] = {"product": product, **_called(products[product])}
        for name, pick in (("quantity", 0), ("value", 1)):
            total = sum(one[pick] for one in theirs.values())
            row[name] = money.plain(total, currency) if pick else plain(total, decimals)
        for key in AGES:
            units, minor = theirs.get(key, (0, 0))
            row[f"{key}_quantity"] = plain(units, decimals)
            row[key] = money.plain(minor, currency)
        rows.append(row | {"currency": currency})
    return rows


def by_reason(since: date, until: date) -> Rows:
    """What was found, lost and set aside in a period, by reason and product."""
    currency = configuration.one("currency")
    found = reasons.given(since, until)
    products = Product.objects.in_bulk({one.product for one in found})
    names = reasons.by_id(one.reason for one in found)
    return [
        {
            "reason": names[one.reason].name if one.reason in names else "",
            "verb": one.verb,
            "product": one.product,
            **_called(products[one.product]),
            "came": plain(one.came, products[one.product].quantity_decimals),
            "went": plain(one.went, products[one.product].quantity_decimals),
            "came_value": money.plain(one.came_minor, currency),
            "went_value": money.plain(one.went_minor, currency),
            "currency": currency,
        }
        for one in found
    ]


def closed_work(_on: date) -> Rows:
    """What is still open of work that was completed or cancelled."""
    still = goods_left().filter(claim__line__sheet__void__isnull=True)
    ended = Q(claim__line__sheet__work_order__completed_at__isnull=False) | Q(
        claim__line__sheet__work_order__cancelled_at__isnull=False
    )
    path = "claim__line__sheet"
    found = still.filter(ended).values(
        *(f"{path}__{name}" for name in ("pk", "number", "organization", "organization__name")),
        *("product", "product__sku", "product__name", "product__quantity_decimals"),
    )
    order = (f"{path}__organization__name", f"{path}__pk", "product__sku", "product")
    return [
        {
            "work_order": one[f"{path}__pk"],
            "number": one[f"{path}__number"],
            "organization": one[f"{path}__organization"],
            "name": one[f"{path}__organization__name"],
            "product": one["product"],
            "sku": one["product__sku"],
            "product_name": one["product__name"],
            "quantity": plain(one["units"], one["product__quantity_decimals"]),
        }
        for one in found.annotate(units=Sum("quantity")).order_by(*order)
    ]
