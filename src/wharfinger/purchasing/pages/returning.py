"""Goods that go back to their vendor, in the browser: what was rejected at the door, and what lies in stock."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base import configuration
from wharfinger.base.page import Form, came_from, page, page_act
from wharfinger.base.typed import minor, quantity, written
from wharfinger.demand.pages import typed_id
from wharfinger.parties.models import Organization
from wharfinger.purchasing.actions import receiving as actions
from wharfinger.purchasing.queries import crediting, paper, shown
from wharfinger.purchasing.rules.crediting import SendBack
from wharfinger.stock.pages.goods import codes_of, place_of, place_options, product_of, units_of


@require_http_methods(["GET", "HEAD", "POST"])
@page("purchasing.send_back")
def send_refused(request: HttpRequest, pk: int) -> HttpResponse:
    """Give what was rejected at the door back to the vendor of the order."""
    user: Any = request.user
    back = reverse("purchasing:order", args=[pk])
    rows = paper.refused(pk)

    def show(form: Form) -> HttpResponse:
        there = {"order": paper.found(pk), "rows": rows, "form": form, "back": back}
        return render(request, "purchasing/send_refused.html", there)

    if request.method != "POST":
        decimals = {line.pk: line.product.quantity_decimals for line, _units in rows}
        return show(Form({f"quantity-{line.pk}": written(units, decimals[line.pk]) for line, units in rows}))
    chosen = [line for line, _units in rows if request.POST.get(f"quantity-{line.pk}", "").strip()]

    def again(form: Form) -> HttpResponse:
        parts = (form.refusal.field or "").split(".") if form.refusal is not None else []
        if form.refusal is not None and len(parts) == 3 and int(parts[1]) < len(chosen):
            form.refusal.field = f"quantity-{chosen[int(parts[1])].pk}"
        return show(form)

    return page_act(
        request,
        lambda: actions.send_back(
            actor=user,
            goods=[_refused(request.POST, line) for line in chosen],
            credit_minor=_credit(request.POST, crediting.currency_of([line.pk for line in chosen])),
            reason=request.POST.get("reason", "").strip()[:1000],
        ),
        ok=lambda done: _("Sent back %(goods)s.") % {"goods": _named(request.POST, chosen)},
        back=_return_of,
        again=again,
    )


def _return_of(done: Any) -> str:
    """The document of what went back, from where its slip is printed."""
    return reverse("purchasing:vendor_return", args=[done.one("purchasing.VendorReturn")])


def _credit(typed: QueryDict, currency: str) -> int | None:
    text = typed.get("credit", "").strip()
    return minor(text, currency, field="credit") if text else None


def _refused(typed: QueryDict, line: Any) -> SendBack:
    name = f"quantity-{line.pk}"
    units = quantity(typed.get(name, ""), line.product.quantity_decimals, field=name)
    return SendBack(units, purchase_line=line.pk)


def _named(typed: QueryDict, lines: list[Any]) -> str:
    return ", ".join(f"{typed.get(f'quantity-{line.pk}', '').strip()} × {line.product.sku}" for line in lines)


@require_http_methods(["GET", "HEAD", "POST"])
@page("purchasing.send_back")
def send_stock(request: HttpRequest) -> HttpResponse:
    """Give free goods of ours back to the vendor; their value leaves with them."""
    user: Any = request.user
    back = came_from(request, reverse("stock:inventory"))
    fields = ("product", "location", "quantity", "serials-scan", "receipt", "vendor", "credit", "reason")

    def show(form: Form) -> HttpResponse:
        apart = form.refusal if form.refusal is not None and form.refusal.field not in fields else None
        vendors = Organization.objects.filter(vendor=True, retired_on__isnull=True).order_by("name")
        there = {
            "form": form,
            "apart": apart,
            "spots": place_options(),
            "vendors": list(vendors.values_list("pk", "name")),
            "currency": configuration.one("currency"),
            "back": back,
        }
        return render(request, "purchasing/send_stock.html", there)

    if request.method != "POST":
        return show(Form(request.GET.dict()))

    def again(form: Form) -> HttpResponse:
        if form.refusal is not None and (form.refusal.field or "").startswith("lines.0."):
            form.refusal.field = (form.refusal.field or "").removeprefix("lines.0.")
        return show(form)

    return page_act(
        request,
        lambda: actions.send_back(
            actor=user,
            goods=[_stocked(request.POST)],
            vendor=typed_id(request.POST, "vendor"),
            credit_minor=_credit(request.POST, crediting.currency_of([])),
            reason=request.POST.get("reason", "").strip()[:1000],
        ),
        ok=_("The goods are sent back to the vendor."),
        back=_return_of,
        again=again,
    )


def _stocked(typed: QueryDict) -> SendBack:
    product, codes = product_of(typed.get("product", "")), codes_of(typed)
    location, bin = place_of(typed.get("location", ""), "location")
    lots = shown.lots_of(product.pk, codes, field="serials-scan")
    return SendBack(
        units_of(typed, product, codes),
        product=product.pk,
        location=location,
        bin=bin,
        lots=lots,
        receipt=shown.receipt_of(typed.get("receipt", "").strip(), field="receipt"),
    )
