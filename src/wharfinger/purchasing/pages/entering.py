"""A vendor's bill as it is entered in the browser: proposed as its goods were booked, typed as it came."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base import configuration
from wharfinger.base.money import MICRO, extended
from wharfinger.base.page import Form, came_from, page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.typed import amount, micro, minor, percent, quantity, scaled, unit_price, written
from wharfinger.demand.pages import typed_day
from wharfinger.purchasing.actions import billing as actions
from wharfinger.purchasing.queries import bills as queries
from wharfinger.purchasing.queries import paying, vendor_terms
from wharfinger.purchasing.queries.billed import freight_due, taxed_on
from wharfinger.purchasing.rules.billing import Bill, BillLine
from wharfinger.purchasing.rules.discounting import Granted
from wharfinger.purchasing.rules.paying import PaidAtOnce
from wharfinger.purchasing.rules.taxing import sums

MOST = 500
"""So many lines of receipts are billed at once on the page."""


@require_http_methods(["GET", "HEAD", "POST"])
@page("purchasing.bill")
def new(request: HttpRequest) -> HttpResponse:
    """Enter what a vendor bills: what came and is not billed, or an order before its goods."""
    user: Any = request.user
    receipts, lines = _ids(request.GET.getlist("receipt")), _ids(request.GET.getlist("line"))
    order = _ids(request.GET.getlist("order")[:1])
    rows = queries.of_order(order[0]) if order else queries.due(receipts=receipts, purchase_lines=lines)
    back = came_from(request, reverse("purchasing:bills"))
    orders = {one.line.purchase_order_id: one.line.purchase_order for one in rows}
    first = next(iter(orders.values()), None)
    home = configuration.one("currency")
    currency = first.currency if first else home

    def show(form: Form) -> HttpResponse:
        there = {
            "form": form,
            "rows": [_to_enter(one) for one in rows],
            "vendor": ", ".join(sorted({order.vendor.name for order in orders.values()})),
            "currency": currency,
            "abroad": currency != home,
            "taxed": any(one.line.tax_code_id is not None for one in rows),
            "agreed": _agreed(first),
            "ahead": any(one.left > one.stands.open for one in rows),
            "back": back,
        }
        return render(request, "purchasing/new_bill.html", there)

    if request.method != "POST":
        return show(Form(_proposed(rows, currency, freight_due(orders.values()))))
    taken = [one for one in rows if request.POST.get(f"quantity-{_key(one)}", "").strip() not in ("", "0")]

    def again(form: Form) -> HttpResponse:
        parts = (form.refusal.field or "").split(".") if form.refusal is not None else []
        if form.refusal is not None and parts == ["pay", "discount"]:
            form.refusal.field = "pay_discount"
        if form.refusal is not None and len(parts) == 3 and int(parts[1]) < len(taken):
            name = "cost" if parts[2] == "unit_cost" else "quantity"
            form.refusal.field = f"{name}-{_key(taken[int(parts[1])])}"
        return show(form)

    return page_act(
        request,
        lambda: actions.enter_bill(
            actor=user, bill=_typed(request.POST, taken, currency), key=request.POST.get("key") or None
        ),
        ok=lambda done: _entered(done.one("purchasing.VendorBill")),
        back=lambda done: reverse("purchasing:bill", args=[done.one("purchasing.VendorBill")]),
        again=again,
    )


def _agreed(order: Any) -> str:
    """The cash discount that is always agreed with the vendor of an order."""
    terms = vendor_terms.of_vendor(order.vendor_id) if order is not None else None
    if terms is None or not terms.discount_micro:
        return ""
    share = f"{written(terms.discount_micro, 4)} %"
    return _("{share} if paid within {days} days").format(share=share, days=terms.discount_days)


def _entered(pk: int) -> str:
    row = queries.bill(pk)
    if row.accepted_at is None:
        if queries.word(row) == "goods_missing":
            return _("Entered the bill %(number)s; it waits for its goods.") % {"number": row.number}
        return _("Entered the bill %(number)s; somebody has to accept what is off.") % {"number": row.number}
    if paying.payments_of(pk):
        return _("Entered and paid the bill %(number)s.") % {"number": row.number}
    return _("Entered and accepted the bill %(number)s.") % {"number": row.number}


def _ids(texts: list[str]) -> list[int]:
    return [int(text) for text in texts[:MOST] if text.isascii() and text.isdecimal() and len(text) < 19]


def _key(one: queries.Due) -> str:
    return f"{one.receipt.pk if one.receipt is not None else 0}-{one.line.pk}"


def _to_enter(one: queries.Due) -> dict[str, Any]:
    places = one.line.product.quantity_decimals
    return {
        "key": _key(one),
        "line": one.line,
        "receipt": one.receipt,
        "ordered": (one.stands.ordered, places),
        "received": (one.stands.received, places),
        "billed": (one.stands.billed, places),
        "left": (one.left, places),
    }


def _proposed(rows: list[queries.Due], currency: str, freight: int) -> dict[str, Any]:
    """All that came is billed as it was booked, taxed as its codes say on the day it came; of an order of which nothing came, all of it.

    freight: of the orders, as far as no bill asks for it yet.
    """
    found: dict[str, Any] = {}
    nets: list[int] = []
    taxed: list[tuple[Any, date]] = []
    came = any(one.stands.open for one in rows)
    for one in rows:
        line, places = one.line, one.line.product.quantity_decimals
        units = min(one.left, one.stands.open) if came else one.left
        found[f"quantity-{_key(one)}"] = written(units, places) if units else ""
        found[f"cost-{_key(one)}"] = unit_price(one.stands.booked_micro, currency)
        net = extended(one.stands.booked_micro, units, places, currency, per=line.per)
        came_on = one.receipt.made.effective_on if one.receipt is not None else paying.today()
        nets.append(net)
        taxed.append((line.tax_code, came_on))
    tax = sums(zip(nets, taxed_on(taxed), strict=True), freight).tax
    number = {one.receipt.vendor_invoice_number for one in rows if one.receipt is not None}
    return found | {
        "number": number.pop() if len(number) == 1 else "",
        "freight": amount(freight, currency) if freight else "",
        "tax": amount(tax, currency) if tax else "",
    }


def _typed(typed: QueryDict, rows: list[queries.Due], currency: str) -> Bill:
    lines = []
    for one in rows:
        key, places = _key(one), one.line.product.quantity_decimals
        units = quantity(typed.get(f"quantity-{key}", ""), places, field=f"quantity-{key}")
        cost = typed.get(f"cost-{key}", "").strip()
        asked = micro(cost, field=f"cost-{key}") if cost else None
        if asked is not None and unit_price(asked, currency) == unit_price(one.stands.booked_micro, currency):
            # What stood in the field was rounded to be read; it is as it was booked.
            asked = None
        receipt = one.receipt.pk if one.receipt is not None else None
        lines.append(BillLine(one.line.pk, receipt, units, asked))
    rate = typed.get("rate", "").strip()
    total = typed.get("total", "").strip()
    return Bill(
        typed.get("number", ""),
        _needed_day(typed, "billed_on"),
        tuple(lines),
        due_on=typed_day(typed, "due_on"),
        rate_micro=scaled(rate, MICRO, field="rate") if rate else None,
        freight_minor=_amount(typed, "freight", currency),
        tax_minor=_amount(typed, "tax", currency),
        total_minor=minor(total, currency, field="total") if total else None,
        note=typed.get("note", ""),
        pay=_paid(typed, currency) if typed.get("pay") else None,
        granted=_granted(typed),
    )


def _paid(typed: QueryDict, currency: str) -> PaidAtOnce:
    less = _amount(typed, "pay_discount", currency)
    return PaidAtOnce(typed.get("method", ""), typed.get("reference", ""), less)


def _granted(typed: QueryDict) -> Granted | None:
    """The cash discount as it was typed; as is agreed with the vendor where nothing was."""
    text, until = typed.get("discount_percent", "").strip(), typed_day(typed, "discount_until")
    if not text and until is None:
        return None
    return Granted(percent(text.rstrip("% "), field="discount_percent"), until)


def _amount(typed: QueryDict, name: str, currency: str) -> int:
    text = typed.get(name, "").strip()
    return minor(text, currency, field=name) if text else 0


def _needed_day(typed: QueryDict, name: str) -> date:
    found = typed_day(typed, name)
    if found is None:
        raise BadInput("missing", N_("Please fill this in."), field=name)
    return found
