"""What is offered, sold and bought, as it leaves the house."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.db.models import F, Q, Sum

from wharfinger.base import money
from wharfinger.base.money import MICRO
from wharfinger.base.quantity import plain
from wharfinger.billing.models import InvoiceLine
from wharfinger.catalog.rules.units import said
from wharfinger.demand.models import Line
from wharfinger.demand.rules.discounts import before
from wharfinger.exchange.lists.catalog import PERCENT
from wharfinger.exchange.lists.parties import CHUNK, Ids, Rows, among, called
from wharfinger.ledger.models import Holding
from wharfinger.purchasing.models import PurchaseLine

OPEN: tuple[str, ...] = ("quoted", "demand", "to_approve", "to_order", "drafted", "on_order")
OPEN += ("bin", "picked", "container", "ready", "transfer", "quarantine")
"""Where units of a line stand that are wanted or claimed, and not the customer's yet."""


def quotes(ids: Ids) -> Rows:
    """Quotes that are neither won nor lost, a row for each line."""
    found = _lines("quote").filter(among(ids, "sheet"))
    open_ones = Q(sheet__quote__won_at__isnull=True, sheet__quote__lost_at__isnull=True)
    found = found.filter(open_ones) if ids is None else found
    # As quotes show them: what stands alone first, then group by group.
    found = found.order_by("sheet_id", F("group__position").asc(nulls_first=True), "position")
    every = found.select_related("sheet__quote", "group").iterator(chunk_size=CHUNK)
    for _sheet, together in groupby(every, key=lambda one: one.sheet_id):
        lines = list(together)
        row = {one.pk: n for n, one in enumerate(lines, 1)}
        for one in lines:
            yield (
                _head(one)
                | _goods(one, one.quantity)
                | {
                    "quoted_on": one.sheet.ordered_on,
                    "expires_on": one.sheet.quote.expires_on,
                    "discount": plain(one.own_discount_micro, PERCENT),
                    "discount_whole": _share(one.sheet.discount_micro),
                    "group": one.group.title if one.group else "",
                    "group_discount": _share(one.group.discount_micro) if one.group else "",
                    "option": one.option,
                    "instead_of": row.get(one.instead_of_id, ""),
                    "taken": one.taken if one.option or not one.taken else "",
                }
            )


def orders(ids: Ids) -> Rows:
    """Sales orders, a row for each line: whole where they are named, else what of them is still to be delivered."""
    found = _lines("order").filter(among(ids, "sheet"))
    if ids is None:
        found = found.filter(sheet__order__cancelled_at__isnull=True, sheet__order__fulfilled_at__isnull=True)
    left = _open() if ids is None else None
    for one in found.select_related("sheet__order", "sheet__terms").iterator(chunk_size=CHUNK):
        units = one.quantity if left is None else left.get(one.pk, 0)
        if units:
            yield (
                _head(one)
                | _goods(one, units)
                | {
                    "ordered_on": one.sheet.ordered_on,
                    "priority": one.sheet.priority,
                    "terms": one.sheet.terms.name if one.sheet.terms else "",
                    "confirm": one.sheet.order.confirmed_at is not None,
                    "own": one.sheet.order.own,
                }
            )


def purchase_orders(ids: Ids) -> Rows:
    """Purchase orders, a row for each line: whole where they are named, else what of them has not arrived."""
    found = PurchaseLine.objects.filter(
        among(ids, "purchase_order"),
        void__isnull=True,
        removed_at__isnull=True,
        purchase_order__void__isnull=True,
    )
    if ids is None:
        found = found.filter(
            purchase_order__cancelled_at__isnull=True, purchase_order__closed_at__isnull=True
        )
    left = _on_order() if ids is None else None
    every = found.select_related("purchase_order__vendor", "product", "location", "tax_code")
    for one in every.order_by("purchase_order_id", "position").iterator(chunk_size=CHUNK):
        order, product = one.purchase_order, one.product
        units = one.quantity if left is None or order.submitted_at is None else left.get(one.place_id, 0)
        if not units:
            continue
        yield {
            name: getattr(order, name)
            for name in (
                "external_number",
                "currency",
                "expected_on",
                "ship_on",
                "terms_days",
                "shipping_method",
                "memo",
            )
        } | {
            "freight": money.plain(order.freight_minor, order.currency) if order.freight_minor else "",
            "tax_code": one.tax_code.code if one.tax_code else "none",
            "line_expected_on": one.expected_on if one.expected_on != order.expected_on else None,
            "number": order.number,
            "vendor": called(order.vendor),
            "submit": order.submitted_at is not None,
            "sku": product.sku,
            "quantity": said(units, one.per, product.quantity_decimals),
            "unit": one.unit,
            "unit_cost": plain(one.unit_cost_micro, MICRO),
            "location": one.location.name,
            "description": one.description,
            "own": order.own,
        }


def invoices(ids: Ids) -> Rows:
    """The lines of posted invoices: history, which leaves and does not come in."""
    found = InvoiceLine.objects.filter(
        among(ids, "invoice"), invoice__posted_at__isnull=False, invoice__void__isnull=True, quantity__gt=0
    ).select_related("invoice__organization", "product")
    for one in found.order_by("invoice_id", "position").iterator(chunk_size=CHUNK):
        invoice = one.invoice
        yield {name: getattr(invoice, name) for name in ("number", "issued_on", "due_on", "currency")} | {
            "customer": called(invoice.organization),
            "sku": one.product.sku,
            "quantity": said(one.quantity, one.per, one.product.quantity_decimals),
            "unit": one.unit,
            "unit_price": plain(one.unit_price_micro, MICRO),
            "discount": plain(one.discount_micro, PERCENT),
            "tax_included": one.gross_minor is not None,
            "net": money.plain(one.net_minor, invoice.currency),
        }


def _lines(kind: str) -> Any:
    """The lines of documents of a kind that somebody wrote; components are their kits'."""
    found = Line.objects.filter(
        sheet__kind=kind,
        void__isnull=True,
        removed_at__isnull=True,
        sheet__void__isnull=True,
        parent__isnull=True,
    ).select_related("sheet__organization", "sheet__owner", "product", "site", "tax_code")
    return found.order_by("sheet_id", "position")


def _open() -> dict[int, int]:
    """How much of each line is still to be delivered; of a kit as many as its last component lacks."""
    wanted = Holding.objects.filter(claim__line__isnull=False, kind__in=OPEN, quantity__gt=0)
    left: dict[int, int] = dict(
        wanted.order_by()
        .values_list("claim_id")
        .annotate(units=Sum("quantity"))
        .values_list("claim_id", "units")
    )
    parts = Line.objects.filter(parent__isnull=False, ratio__gt=0, void__isnull=True, pk__in=list(left))
    for parent, pk, ratio in parts.values_list("parent_id", "pk", "ratio"):
        left[parent] = max(left.get(parent, 0), -(-left[pk] // (ratio or 1)))
    return left


def _on_order() -> dict[int, int]:
    """How much of each submitted line has not arrived, by its place."""
    found = Holding.objects.filter(kind="on_order", quantity__gt=0).order_by()
    return dict(
        found.values_list("place_id").annotate(units=Sum("quantity")).values_list("place_id", "units")
    )


def _head(one: Line) -> dict[str, Any]:
    sheet = one.sheet
    return {
        "number": sheet.number,
        "customer": called(sheet.organization),
        "site": one.site.name if one.site else "",
        "promised_on": sheet.promised_on,
        "customer_reference": sheet.customer_reference,
        "title": sheet.title,
        "currency": sheet.currency,
        "owner": sheet.owner.username if sheet.owner and sheet.owner.is_active else "",
        "tax_included": sheet.tax_included,
    }


def _goods(one: Line, units: int) -> dict[str, Any]:
    return {
        "sku": one.product.sku,
        "quantity": said(units, one.per, one.product.quantity_decimals),
        "unit": one.unit,
        "unit_price": plain(before(one), MICRO),
        "line.own": one.own,
        "discount": plain(one.discount_micro, PERCENT),
        "discount_each": plain(one.discount_each_micro, MICRO) if one.discount_each_micro else "",
        "tax_code": one.tax_code.code,
        "description": one.description,
        "every": one.every,
        "line_promised_on": one.promised_on if one.promised_on != one.sheet.promised_on else None,
    }


def _share(micro: int) -> str:
    """A share in percent; nothing where it is nought."""
    return plain(micro, PERCENT) if micro else ""
