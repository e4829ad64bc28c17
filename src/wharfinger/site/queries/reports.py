"""Reports: each is one query and one row of the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, Sum

from wharfinger.base import configuration, money
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_
from wharfinger.billing.models import Relief
from wharfinger.billing.queries.statements import AGED, aged, ageing
from wharfinger.catalog.models import Product
from wharfinger.ledger.models import Account
from wharfinger.parties.models import Organization
from wharfinger.stock.queries import reasons, worth
from wharfinger.work.queries import goods_left

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Report:
    """What a report is called, who may read it, and what it says of a day."""

    title: str
    permission: str
    columns: tuple[str, ...]
    rows: Callable[[date], Rows] | Callable[[date, date], Rows]
    past: bool = True
    """Whether it can be had of a day that is over."""
    period: bool = False
    """Whether it tells what happened from a day to a day; its rows take both."""


def _valuation(on: date) -> Rows:
    currency = configuration.one("currency")
    found = worth.valuation(on)
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


def _written_off(since: date, until: date) -> Rows:
    found = Relief.objects.filter(void__isnull=True, made__effective_on__range=(since, until))
    return [
        {
            "invoice": one.invoice_id,
            "number": one.invoice.number,
            "organization": one.invoice.organization_id,
            "name": one.invoice.organization.name,
            "on": one.made.effective_on.isoformat(),
            "amount": money.plain(one.amount_minor, one.invoice.currency),
            "tax": money.plain(one.tax_minor, one.invoice.currency),
            "currency": one.invoice.currency,
            "reason": one.reason,
            "by": one.made.actor_id,
        }
        for one in found.select_related("invoice__organization", "made").order_by("pk")
    ]


def _ageing(on: date) -> Rows:
    found = ageing(on)
    names = dict(Organization.objects.filter(pk__in={pk for pk, _ in found}).values_list("pk", "name"))
    return [
        {
            "organization": pk,
            "name": names[pk],
            "currency": currency,
            **aged(one, currency),
            "balance": money.plain(one.balance, currency),
        }
        for (pk, currency), one in sorted(found.items(), key=lambda row: (names[row[0][0]], *row[0]))
    ]


def _by_reason(since: date, until: date) -> Rows:
    currency = configuration.one("currency")
    found = reasons.given(since, until)
    products = Product.objects.in_bulk({one.product for one in found})
    names = reasons.by_id(one.reason for one in found)
    return [
        {
            "reason": names[one.reason].name if one.reason in names else "",
            "verb": one.verb,
            "product": one.product,
            "sku": products[one.product].sku,
            "came": plain(one.came, products[one.product].quantity_decimals),
            "went": plain(one.went, products[one.product].quantity_decimals),
            "came_value": money.plain(one.came_minor, currency),
            "went_value": money.plain(one.went_minor, currency),
            "currency": currency,
        }
        for one in found
    ]


def _closed_work(_on: date) -> Rows:
    still = goods_left().filter(claim__line__sheet__void__isnull=True)
    ended = Q(claim__line__sheet__work_order__completed_at__isnull=False) | Q(
        claim__line__sheet__work_order__cancelled_at__isnull=False
    )
    path = "claim__line__sheet"
    found = still.filter(ended).values(
        *(f"{path}__{name}" for name in ("pk", "number", "organization", "organization__name")),
        *("product", "product__sku", "product__quantity_decimals"),
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
            "quantity": plain(one["units"], one["product__quantity_decimals"]),
        }
        for one in found.annotate(units=Sum("quantity")).order_by(*order)
    ]


REPORTS: Mapping[str, Report] = {
    "stock-valuation": Report(
        N_("What stock is worth"),
        "catalog.see_cost",
        ("product", "sku", "quantity", "value", "currency"),
        _valuation,
    ),
    "stock-by-reason": Report(
        N_("What was found, lost and set aside, by reason"),
        "catalog.see_cost",
        ("reason", "verb", "product", "sku", "came", "went", "came_value", "went_value", "currency"),
        _by_reason,
        period=True,
    ),
    "receivables": Report(
        N_("What customers owe"),
        "billing.read",
        ("organization", "name", "open", "currency"),
        _receivables,
        past=False,
    ),
    "written-off": Report(
        N_("What was written off"),
        "billing.read",
        ("invoice", "number", "organization", "name", "on", "amount", "tax", "currency", "reason", "by"),
        _written_off,
        period=True,
    ),
    "ageing": Report(
        N_("What customers owe, by days overdue"),
        "billing.read",
        ("organization", "name", "currency", *AGED, "balance"),
        _ageing,
    ),
    "closed-work-open-goods": Report(
        N_("Ended work of which goods are still open"),
        "work.read",
        ("work_order", "number", "organization", "name", "product", "sku", "quantity"),
        _closed_work,
        past=False,
    ),
}
