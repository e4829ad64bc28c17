"""Reports: each is one query and one row of the table."""

from __future__ import annotations

from collections.abc import Mapping

from wharfinger.base.refusal import N_
from wharfinger.billing.queries.statements import AGED
from wharfinger.site.queries.reports import buying, goods, margin, owed, sales
from wharfinger.site.queries.reports.shape import Broken, Report

BROKEN: Mapping[str, Broken] = {
    "sales": sales.SALES,
    "margin": margin.MARGIN,
    "purchases": buying.PURCHASES,
    "vendor-punctuality": buying.PUNCTUALITY,
}
"""Reports of figures, by product, customer, month …"""

REPORTS: Mapping[str, Report] = {
    "stock-valuation": Report(
        N_("What stock is worth"),
        N_("What is in stock at the end of a day, and what that is worth."),
        "catalog.see_cost",
        ("product", "sku", "product_name", "quantity", "value", "currency"),
        goods.valuation,
    ),
    "stock-age": Report(
        N_("How long stock has been there"),
        N_("What is in stock at the end of a day by how many days before it came, and what that is worth."),
        "catalog.see_cost",
        (
            *("product", "sku", "product_name", "quantity", "value"),
            *(name for key in goods.AGES for name in (f"{key}_quantity", key)),
            "currency",
        ),
        goods.age,
        parts=tuple(goods.AGES),
    ),
    "stock-by-reason": Report(
        N_("What was found, lost and set aside, by reason"),
        N_("What adjustments, counts and scrapping brought and took, and why."),
        "catalog.see_cost",
        (
            "reason",
            "verb",
            "product",
            "sku",
            "product_name",
            "came",
            "went",
            "came_value",
            "went_value",
            "currency",
        ),
        goods.by_reason,
        period=True,
    ),
    "receivables": Report(
        N_("What customers owe"),
        N_("Everything that customers have not paid yet."),
        "billing.read",
        ("organization", "name", "open", "currency"),
        owed.receivables,
        past=False,
    ),
    "written-off": Report(
        N_("What was written off or taken off as cash discount"),
        N_("What will not be paid any more, with its share of tax."),
        "billing.read",
        (
            "invoice",
            "number",
            "organization",
            "name",
            "on",
            "kind",
            "amount",
            "tax",
            "currency",
            "reason",
            "by",
        ),
        owed.written_off,
        period=True,
    ),
    "ageing": Report(
        N_("What customers owe, by days overdue"),
        N_("How long it has been due what customers owe."),
        "billing.read",
        ("organization", "name", "currency", *AGED, "balance"),
        owed.ageing,
    ),
    "closed-work-open-goods": Report(
        N_("Ended work of which goods are still open"),
        N_("Goods of completed or cancelled work that nobody has delivered or taken back."),
        "work.read",
        ("work_order", "number", "organization", "name", "product", "sku", "product_name", "quantity"),
        goods.closed_work,
        past=False,
    ),
}
