"""Drafts of invoices in the browser: changed before they are posted, or given up."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wharfinger.base import money
from wharfinger.base.door import there
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import Refusal
from wharfinger.base.typed import micro, scaled, written
from wharfinger.billing.actions import drafts as actions
from wharfinger.billing.models import Invoice, InvoiceLine
from wharfinger.billing.pages.invoices import bills_of, reason_wanted, say_why
from wharfinger.billing.pages.typed import FEE_ROWS, day_of, fee_field, fees_of
from wharfinger.billing.queries import shown
from wharfinger.billing.queries.fees import services
from wharfinger.billing.queries.to_bill import ToBill, to_bill
from wharfinger.billing.rules.changing import DraftChange, RowChange
from wharfinger.ledger.post import attempt, dry


@require_http_methods(["GET", "HEAD", "POST"])
@page("billing.invoice")
def change_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what a draft bills, its days and its words; see what it comes to, then keep it."""
    user: Any = request.user
    draft = there(shown.invoices().select_related("organization"), pk)
    rows = list(
        draft.lines.filter(quantity__gt=0).select_related("product", "line__sheet").order_by("position")
    )
    waiting = to_bill(draft.organization_id)
    left = {one.line.pk: one.units for one in waiting}
    ours = {row.line_id for row in rows}
    included = any(row.gross_minor is not None for row in rows)
    more = [
        one
        for one in waiting
        if (one.line.currency, one.line.tax_included) == (draft.currency, included)
        and one.line.pk not in ours
    ]

    def show(form: Form, preview: Any = None) -> HttpResponse:
        if form.refusal is not None:
            form.refusal.field = _field(form.refusal.field, request.POST, rows, more)
        there = {"doc": draft, "rows": rows, "left": left, "more": more, "form": form, "preview": preview}
        there |= {"services": services(), "fee_rows": range(FEE_ROWS)}
        return render(request, "billing/change.html", there)

    def act() -> Any:
        change = _change(request.POST, draft, rows, more)
        return actions.change_draft(
            actor=user, invoice=pk, change=change, key=request.POST.get("key") or None
        )

    if request.method != "POST":
        return show(Form(_as_it_is(draft, rows, more)))
    if request.POST.get("do") == "preview":
        try:
            return show(Form(request.POST), attempt(lambda: dry(lambda: _comes_to(act(), pk))))
        except Refusal as refused:
            response = show(Form(request.POST, refused))
            response.status_code = refused.http_code
            return response
    return page_act(
        request, act, ok=_("The draft is changed."), back=reverse("billing:invoice", args=[pk]), again=show
    )


@require_POST
@page("billing.invoice")
def discard_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a draft up."""
    user: Any = request.user
    act = partial(actions.discard_draft, actor=user, invoice=pk)
    back = reverse("billing:invoices") + "?tab=draft"
    return page_act(request, act, ok=_("The draft is gone; what it billed is to be billed again."), back=back)


def _comes_to(_done: Any, pk: int) -> Invoice:
    return Invoice.objects.get(pk=pk)


def _as_it_is(draft: Any, rows: Sequence[InvoiceLine], more: Sequence[ToBill]) -> dict[str, Any]:
    values: dict[str, Any] = {
        "issued_on": draft.issued_on.isoformat() if draft.day_stands else "",
        "due_on": draft.due_on.isoformat(),
        "customer_reference": draft.customer_reference,
        "remarks": draft.remarks,
    }
    for row in rows:
        values[f"quantity-r{row.pk}"] = written(row.quantity, row.product.quantity_decimals)
        values[f"price-r{row.pk}"] = written(row.unit_price_micro, money.MICRO)
        values[f"reason-r{row.pk}"] = row.price_reason
    for one in more:
        values[f"price-{one.line.pk}"] = written(one.line.unit_price_micro, money.MICRO)
    return values


def _change(given: QueryDict, draft: Any, rows: Sequence[InvoiceLine], more: Sequence[ToBill]) -> DraftChange:
    added = bills_of(given, more, needed=False)
    say_why(added, more)
    issued, due = day_of(given, "issued_on"), day_of(given, "due_on")
    values: list[tuple[str, Any]] = [
        (name, given.get(name, "").strip()) for name in ("customer_reference", "remarks")
    ]
    if issued != (draft.issued_on if draft.day_stands else None):
        values.append(("issued_on", issued))
    if due != draft.due_on:
        values.append(("due_on", due))
    return DraftChange(tuple(_row(given, row) for row in rows), added, tuple(values), fees_of(given))


def _row(given: QueryDict, row: InvoiceLine) -> RowChange:
    """What was typed for a row; an empty quantity takes it off."""
    named = f"r{row.pk}"
    quantity = given.get(f"quantity-{named}", "").strip() or "0"
    typed, reason = given.get(f"price-{named}", "").strip(), given.get(f"reason-{named}", "").strip()
    price = micro(typed, field=f"price-{named}") if typed else row.unit_price_micro
    units = scaled(quantity, row.product.quantity_decimals, field=f"quantity-{named}")
    if row.line is not None and units and price != row.line.unit_price_micro and not reason:
        raise reason_wanted(f"reason-{named}")
    return RowChange(row.pk, units, price, reason=reason)


def _field(
    field: str | None, given: QueryDict, rows: Sequence[InvoiceLine], more: Sequence[ToBill]
) -> str | None:
    """Where what was refused stands on the page."""
    parts = (field or "").split(".")
    if len(parts) != 3 or parts[0] == "fees":
        return fee_field(field, given)
    what = {"unit_price": "price", "reason": "reason"}.get(parts[2], "quantity")
    n = int(parts[1])
    if parts[0] == "rows":
        return f"{what}-r{rows[n].pk}"
    return f"{what}-{bills_of(given, more)[n].line}"
