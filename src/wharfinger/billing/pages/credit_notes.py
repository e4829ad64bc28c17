"""Pages of credit notes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from wharfinger.base import further
from wharfinger.base.asking import Ask
from wharfinger.base.door import there
from wharfinger.base.page import page
from wharfinger.base.refusal import N_
from wharfinger.base.table import Column, Filter, Row, Rows, Table, table_page
from wharfinger.billing.queries import shown
from wharfinger.ledger.telling import timeline


def _rows(ask: Ask) -> Rows:
    found = shown.credit_notes()
    if text := ask.one("customer"):
        found = found.filter(organization__name__icontains=text)
    first, last = ask.days("issued")
    found = found.filter(issued_on__gte=first) if first else found
    found = found.filter(issued_on__lte=last) if last else found
    cut = ask.slice(
        found.select_related("organization", "invoice", "taken_back_by"),
        {"number": "number", "issued": "issued_on"},
    )
    return Rows([_row(row) for row in cut.items], cut.before, cut.after)


def _row(row: Any) -> Row:
    return Row(
        id=row.pk,
        name=row.number,
        cells={
            "number": (row.number, reverse("billing:credit_note", args=[row.pk])),
            "customer": row.organization.name,
            "invoice": (row.invoice.number, reverse("billing:invoice", args=[row.invoice_id])),
            "issued": row.issued_on,
            "reason": row.reason or None,
            "total": (row.total_minor, row.currency),
        },
    )


CREDIT_NOTES = Table(
    name="credit_notes",
    title=N_("Credit notes"),
    permission="billing.read",
    columns=(
        Column("number", N_("Credit note"), "link", sortable=True),
        Column("customer", N_("Customer")),
        Column("invoice", N_("Invoice"), "link"),
        Column("issued", N_("Issued"), "date", sortable=True),
        Column("reason", N_("Reason")),
        Column("total", N_("Total"), "money"),
    ),
    filters=(Filter("customer", N_("Customer")), Filter("issued", N_("Issued"), "date")),
    empty=N_("Credit notes appear here when something invoiced is taken back."),
    rows=_rows,
)


def credit_note_list(request: HttpRequest) -> HttpResponse:
    """Every credit note."""
    return table_page(request, CREDIT_NOTES)


@page("billing.read")
def credit_note(request: HttpRequest, pk: int) -> HttpResponse:
    """One credit note: what it takes back of which invoice."""
    row = there(shown.credit_notes().select_related("organization", "invoice", "taken_back_by"), pk)
    rows: list[dict[str, Any]] = [
        {
            "product": (
                one.invoice_line.product.sku,
                reverse("catalog:product", args=[one.invoice_line.product_id]),
            ),
            "description": one.invoice_line.description,
            "quantity": (one.quantity, one.invoice_line.product.quantity_decimals),
            "tax": (one.tax_minor, row.currency),
            "net": (one.net_minor, row.currency),
        }
        for one in row.lines.select_related("invoice_line__product").order_by("pk")
    ]
    rows += [
        {
            "product": (fee.product.sku, reverse("catalog:product", args=[fee.product_id])),
            "description": fee.description,
            "quantity": None,
            "tax": (-fee.tax_minor, row.currency),
            "net": (-fee.net_minor, row.currency),
        }
        for fee in row.fees.select_related("product").order_by("pk")
    ]
    context = {
        "doc": row,
        "taken_back_by": shown.taken_back_by(row),
        "rows": rows,
        "parts": further.told("credit_note", request, pk),
        "timeline": timeline(f"credit_note:{pk}"),
    }
    return render(request, "billing/credit_note.html", context)
