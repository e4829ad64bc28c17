"""A purchase order that is changed in the browser: a draft in everything, a submitted one in what the vendor was told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base import owned
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.typed import amount, micro, minor, unit_price, written
from wharfinger.base.words import tidy
from wharfinger.catalog.rules.units import told
from wharfinger.demand.entry import typed_quantity
from wharfinger.demand.pages import typed_id
from wharfinger.purchasing.actions import ordering
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.pages.orders import (
    ROWS,
    adds_vendor,
    and_filled,
    choices,
    new_lines,
    typed_day,
    typed_days,
    typed_rows,
    with_row_names,
)
from wharfinger.purchasing.queries import approvals, paper
from wharfinger.purchasing.queries import orders as queries
from wharfinger.purchasing.rules.changing import LineChange, PurchaseChange, says_little
from wharfinger.purchasing.rules.drafting import Wanted
from wharfinger.purchasing.rules.taxing import NO_TAX


@require_http_methods(["GET", "HEAD", "POST"])
@page("purchasing.order")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft; of a submitted order what the vendor was told, and its notes."""
    order, lines, user = paper.found(pk), paper.lines_of(pk), _user(request)
    costs, draft = user.may("catalog.see_cost"), order.submitted_at is None

    def show(form: Form) -> HttpResponse:
        standing = queries.figures(line.pk for line in lines)
        came = {line: some.received + some.rejected for line, some in standing.items()}
        there = {
            "order": order,
            "lines": lines,
            "came": came,
            "may_amend": draft or (order.done_id is None and user.may("purchasing.submit")),
            "form": form,
            "rows": range(ROWS),
            **choices(),
        }
        return render(request, "purchasing/change.html", there)

    if request.method != "POST":
        return show(Form(_as_typed(order, lines, costs=costs)))

    def act() -> Any:
        changes = _changes(request.POST, order, lines)
        amends = not draft and not says_little(changes)
        verb = ordering.amend_purchase if amends else ordering.change_purchase
        return verb(actor=user, order=pk, change=changes)

    return page_act(
        request,
        act,
        ok=lambda done: (
            approvals.asks_first(done) or and_filled(_("The purchase order is changed."), done, request.POST)
        ),
        back=reverse("purchasing:order", args=[pk]),
        again=_with_line_names(with_row_names(show, typed_rows(request.POST)), request.POST, lines),
    )


def _user(request: HttpRequest) -> Any:
    return request.user


def _with_line_names(
    show: Callable[[Form], HttpResponse], typed: QueryDict, lines: list[PurchaseLine]
) -> Callable[[Form], HttpResponse]:
    """Let a refusal about a line that is there stand beside the field in which it was typed."""
    kept = [line.pk for line in _kept(typed, lines)]

    def again(form: Form) -> HttpResponse:
        parts = ((form.refusal.field if form.refusal else "") or "").split(".")
        if form.refusal is not None and parts[0] == "change" and len(parts) > 1 and int(parts[1]) < len(kept):
            what = {"unit_cost": "cost", "wanted": "for", "tax_code": "tax"}.get(parts[-1], "quantity")
            form.refusal.field = f"line-{what}-{kept[int(parts[1])]}"
        return show(form)

    return again


def _kept(typed: Mapping[str, Any], lines: list[PurchaseLine]) -> list[PurchaseLine]:
    return [line for line in lines if not typed.get(f"line-remove-{line.pk}")]


def _as_typed(order: Any, lines: list[PurchaseLine], *, costs: bool) -> dict[str, Any]:
    values = {
        "vendor": str(order.vendor_id),
        "external_number": order.external_number,
        "memo": order.memo,
        "expected_on": order.expected_on.isoformat() if order.expected_on else "",
        "shipping_method": order.shipping_method,
        "ship_on": order.ship_on.isoformat() if order.ship_on else "",
        "terms_days": "" if order.terms_days is None else str(order.terms_days),
    }
    if costs:
        values["freight"] = amount(order.freight_minor, order.currency)
    for line in lines:
        said = (
            (line.quantity, line.product.quantity_decimals)
            if line.per is None
            else told(line.quantity, line.per)
        )
        values[f"line-quantity-{line.pk}"] = written(*said)
        values[f"line-expected-{line.pk}"] = line.expected_on.isoformat() if line.expected_on else ""
        values[f"line-description-{line.pk}"] = line.description
        values[f"line-location-{line.pk}"] = str(line.location_id)
        values[f"line-tax-{line.pk}"] = str(line.tax_code_id or NO_TAX)
        if costs:
            values[f"line-cost-{line.pk}"] = unit_price(line.unit_cost_micro, order.currency)
    return values


def _changes(typed: QueryDict, order: Any, lines: list[PurchaseLine]) -> PurchaseChange:
    values: dict[str, Any] = {name: typed.get(name, "").strip() for name in ("external_number", "memo")}
    values["expected_on"] = typed_day(typed, "expected_on")
    if "freight" in typed:
        # Whoever may not see costs is not asked for them, and leaves them as they are.
        freight = minor(typed.get("freight") or "0", order.currency, field="freight")
        if freight != order.freight_minor:
            values["freight_minor"] = freight
    if "ship_on" in typed:
        told = {
            "shipping_method": tidy(
                typed.get("shipping_method", ""), field="shipping_method", most=60, needed=False
            ),
            "ship_on": typed_day(typed, "ship_on"),
            "terms_days": typed_days(typed),
        }
        values |= {name: value for name, value in told.items() if value != getattr(order, name)}
    kept = _kept(typed, lines)
    changes = tuple(_change(typed, line) for line in kept)
    vendor = typed_id(typed, "vendor")
    return PurchaseChange(
        tuple(values.items()),
        new_lines(typed),
        changes if any(one != LineChange(one.purchase_line) for one in changes) else (),
        tuple(sorted({line.pk for line in lines} - {line.pk for line in kept})),
        add_vendor=adds_vendor(typed),
        fill_packs=True,
        own=owned.read(typed, "purchase_order"),
        vendor=None if vendor == order.vendor_id else vendor,
    )


def _change(typed: QueryDict, line: PurchaseLine) -> LineChange:
    """What is to be different about a line; what stands as it stood was not typed."""

    def text(name: str) -> str:
        return str(typed.get(f"line-{name}-{line.pk}", "")).strip()

    quantity: int | None = None
    if f"line-quantity-{line.pk}" in typed:
        quantity = typed_quantity(text("quantity"), line.product, line.per, f"line-quantity-{line.pk}")
    cost = micro(text("cost"), field=f"line-cost-{line.pk}") if f"line-cost-{line.pk}" in typed else None
    expected = typed_day(typed, f"line-expected-{line.pk}")
    description, location = text("description"), typed_id(typed, f"line-location-{line.pk}")
    wanted, tax = typed_id(typed, f"line-for-{line.pk}"), typed_id(typed, f"line-tax-{line.pk}")
    return LineChange(
        line.pk,
        None if quantity == line.quantity else quantity,
        # Another quantity may find another cost where the one that stands was not typed.
        None if cost == line.unit_cost_micro else cost,
        None if expected == line.expected_on else expected,
        description if description and description != line.description else None,
        None if location == line.location_id else location,
        None if tax == (line.tax_code_id or NO_TAX) else tax,
        (Wanted(wanted),) if wanted else (),
    )
