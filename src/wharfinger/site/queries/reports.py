"""Reports: each is one query and one row of the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Sum

from wharfinger.base import configuration, money
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_
from wharfinger.catalog.models import Product
from wharfinger.ledger.models import Account
from wharfinger.stock.queries import figures

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Report:
    """What a report is called, who may read it, and what it says of a day."""

    title: str
    permission: str
    columns: tuple[str, ...]
    rows: Callable[[date], Rows]
    past: bool = True
    """Whether it can be had of a day that is over."""


def _valuation(on: date) -> Rows:
    currency = configuration.one("currency")
    found = figures.valuation(on)
    products = Product.objects.in_bulk([one.product for one in found])
    return [
        {
            "product": one.product,
            "sku": products[one.product].sku,
            "quantity": plain(one.quantity, products[one.product].quantity_decimals),
            "value": money.plain(one.value_minor, currency),
            "currency": currency,
        }
        for one in found
    ]


def _receivables(_on: date) -> Rows:
    owed = Account.objects.filter(kind="receivable").exclude(balance_minor=0)
    sums = owed.values("party", "party__name", "currency").annotate(minor=Sum("balance_minor"))
    return [
        {
            "organization": one["party"],
            "name": one["party__name"],
            "open": money.plain(one["minor"], one["currency"]),
            "currency": one["currency"],
        }
        for one in sums.order_by("party__name", "party", "currency")
    ]


REPORTS: Mapping[str, Report] = {
    "stock-valuation": Report(
        N_("What stock is worth"),
        "catalog.see_cost",
        ("product", "sku", "quantity", "value", "currency"),
        _valuation,
    ),
    "receivables": Report(
        N_("What customers owe"),
        "billing.read",
        ("organization", "name", "open", "currency"),
        _receivables,
        past=False,
    ),
}
