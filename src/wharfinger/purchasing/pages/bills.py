"""Vendors' bills in the browser: what came and is not billed, a bill entered, laid beside the books, accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wharfinger.base import configuration, further
from wharfinger.base.asking import Ask, capped
from wharfinger.base.money import MICRO, extended
from wharfinger.base.page import Form, came_from, flash_refusal, page, page_act, selected
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.table import Act, Column, Filter, Row, Rows, Tab, Table, table_page
from wharfinger.base.typed import amount, micro, minor, quantity, scaled, unit_price, written
from wharfinger.demand.pages import typed_day
from wharfinger.ledger.telling import timeline
from wharfinger.purchasing.actions import billing as actions
from wharfinger.purchasing.queries import bills as queries
from wharfinger.purchasing.queries import paying
from wharfinger.purchasing.queries.billed import freight_due
from wharfinger.purchasing.queries.landed import split
from wharfinger.purchasing.rules.billing import Bill, BillLine
from wharfinger.purchasing.rules.paying import PaidAtOnce
from wharfinger.purchasing.rules.taxing import sums

MOST = 500
"""So many lines of receipts are billed at once on the page."""

DIFFERS: dict[str, str] = {
    "over_received": N_("%(by)s more than came and is not billed"),
    "over_ordered": N_("%(by)s more than was ordered"),
    "price": N_("%(by)s off in price"),
    "freight": N_("%(by)s more freight than that of the orders"),
    "total": N_("%(by)s off between the lines and the printed total"),
}
"""What differs, in words."""


def _due(ask: Ask) -> Rows:
    found = queries.unbilled()
    if text := ask.one("vendor"):
        found = found.filter(purchase_order__vendor__name__icontains=text)
    if text := ask.one("number"):
        found = found.filter(purchase_order__number__icontains=text)
    cut = ask.slice(found, {})
    return Rows([_due_row(one) for one in cut.items], cut.before, cut.after, counts=_counts(ask))


def _due_row(one: Any) -> Row:
    places, order = one.product.quantity_decimals, one.purchase_order
    return Row(
        one.pk,
        {
            "order": (order.number, reverse("purchasing:order", args=[order.pk])),
            "vendor": order.vendor.name,
            "product": (one.product.sku, reverse("catalog:product", args=[one.product_id])),
            "received": (one.came, places),
            "billed": (one.billed, places),
            "left": (one.came - one.billed, places),
        },
        name=f"{order.number} {one.product.sku}",
    )


def _rows(ask: Ask) -> Rows:
    found = queries.bills()
    word = TABBED.get(ask.tab, "")
    found = queries.with_status(found, [word]) if word else found
    found = paying.to_pay(found) if ask.tab == "to_pay" else found
    if text := ask.one("vendor"):
        found = found.filter(vendor__name__icontains=text)
    if text := ask.one("number"):
        found = found.filter(number__icontains=text)
    first, last = ask.days("billed")
    found = found.filter(billed_on__gte=first) if first else found
    found = found.filter(billed_on__lte=last) if last else found
    cut = ask.slice(found, {"number": "number", "billed": "billed_on", "due": "due_on"})
    beside = queries.beside(cut.items)
    day = paying.today()
    return Rows([_row(one, day) for one in beside], cut.before, cut.after, counts=_counts(ask))


def _row(one: queries.Beside, day: date) -> Row:
    row: Any = one.bill
    return Row(
        row.pk,
        {
            "number": (row.number, reverse("purchasing:bill", args=[row.pk])),
            "vendor": row.vendor.name,
            "billed": row.billed_on,
            "due": row.due_on,
            "word": queries.chip(row, day),
            "total": (one.total_minor, row.currency),
            "open": (row.open_minor, row.currency) if row.open_minor else None,
            "by": str(row.made.actor or ""),
        },
        name=row.number,
    )


def _counts(ask: Ask) -> dict[str, int]:
    def capped_at(tab: str) -> int:
        return ask.once(tab, lambda: capped(queries.with_status(queries.bills(), [TABBED[tab]])))

    return {
        "due": ask.once("due", lambda: capped(queries.unbilled())),
        "missing": capped_at("missing"),
        "to_accept": capped_at("to_accept"),
        "to_pay": ask.once("to_pay", lambda: capped(paying.to_pay(queries.bills()))),
    }


TABBED = {"missing": "goods_missing", "to_accept": "to_accept", "accepted": "accepted"}
"""The word of the bills on each tab."""
TABS = (
    Tab("due", N_("Received, not billed")),
    Tab("missing", N_("Goods missing")),
    Tab("to_accept", N_("To accept")),
    Tab("to_pay", N_("To pay")),
    Tab("accepted", N_("Accepted")),
    Tab("all", N_("All")),
)
DUE = Table(
    name="unbilled",
    title=N_("Vendors' bills"),
    permission="purchasing.read",
    columns=(
        Column("order", N_("Purchase order"), "link"),
        Column("vendor", N_("Vendor")),
        Column("product", N_("Product"), "link"),
        Column("received", N_("Received"), "quantity"),
        Column("billed", N_("Billed before"), "quantity"),
        Column("left", N_("To be billed"), "quantity"),
    ),
    filters=(Filter("number", N_("Number")), Filter("vendor", N_("Vendor"))),
    tabs=TABS,
    acts=(Act("bill", N_("Enter a bill"), "purchasing:bill_lines", "purchasing.bill", icon="receipt"),),
    empty=N_("What came stands here until its vendor has billed it."),
    rows=_due,
)
BILLS = Table(
    name="vendor_bills",
    title=N_("Vendors' bills"),
    permission="purchasing.read",
    columns=(
        Column("number", N_("Bill"), "link", sortable=True),
        Column("vendor", N_("Vendor")),
        Column("billed", N_("Billed on"), "date", sortable=True),
        Column("due", N_("Due"), "date", sortable=True),
        Column("word", N_("Progress"), "chip"),
        Column("total", N_("Total"), "money", permission="catalog.see_cost"),
        Column("open", N_("Still to pay"), "money", permission="catalog.see_cost"),
        Column("by", N_("Entered by"), "person"),
    ),
    filters=(
        Filter("number", N_("Number")),
        Filter("vendor", N_("Vendor")),
        Filter("billed", N_("Billed on"), "date"),
    ),
    tabs=TABS,
    empty=N_("Bills appear here when they are entered, from what came or from a purchase order."),
    rows=_rows,
)
TO_PAY = replace(
    BILLS,
    name="bills_to_pay",
    acts=(Act("pay", N_("Pay"), "purchasing:bills_to_pay", "purchasing.pay", icon="banknote"),),
    empty=N_("Accepted bills stand here until they are paid."),
)


def bill_list(request: HttpRequest) -> HttpResponse:
    """What came and is not billed, bills to accept, those to pay, and all that are."""
    tables = {"due": DUE, "to_pay": TO_PAY}
    return table_page(request, tables.get(request.GET.get("tab", "due"), BILLS))


@require_POST
@page("purchasing.bill")
def chosen(request: HttpRequest) -> HttpResponse:
    """Enter a bill of the ticked lines."""
    try:
        ticked = "&".join(f"line={row.id}" for row in selected(request)[:MOST])
    except BadInput as refusal:
        flash_refusal(request, refusal)
        return HttpResponseRedirect(came_from(request, reverse("purchasing:bills")), status=303)
    return HttpResponseRedirect(f"{reverse('purchasing:new_bill')}?{ticked}", status=303)


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
            "ahead": any(one.left > one.stands.open for one in rows),
            "back": back,
        }
        return render(request, "purchasing/new_bill.html", there)

    if request.method != "POST":
        return show(Form(_proposed(rows, currency, freight_due(orders.values()))))
    taken = [one for one in rows if request.POST.get(f"quantity-{_key(one)}", "").strip() not in ("", "0")]

    def again(form: Form) -> HttpResponse:
        parts = (form.refusal.field or "").split(".") if form.refusal is not None else []
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
    """All that came is billed as it was booked, taxed as its codes say; of an order of which nothing came, all of it.

    freight: of the orders, as far as no bill asks for it yet.
    """
    found: dict[str, Any] = {}
    nets = []
    came = any(one.stands.open for one in rows)
    for one in rows:
        line, places = one.line, one.line.product.quantity_decimals
        units = min(one.left, one.stands.open) if came else one.left
        found[f"quantity-{_key(one)}"] = written(units, places) if units else ""
        found[f"cost-{_key(one)}"] = unit_price(one.stands.booked_micro, currency)
        net = extended(one.stands.booked_micro, units, places, currency, per=line.per)
        nets.append((net, line.tax_code))
    tax = sums(nets, freight).tax
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
        pay=PaidAtOnce(typed.get("method", ""), typed.get("reference", "")) if typed.get("pay") else None,
    )


def _amount(typed: QueryDict, name: str, currency: str) -> int:
    text = typed.get(name, "").strip()
    return minor(text, currency, field=name) if text else 0


def _needed_day(typed: QueryDict, name: str) -> date:
    found = typed_day(typed, name)
    if found is None:
        raise BadInput("missing", N_("Please fill this in."), field=name)
    return found


@require_GET
@page("purchasing.read")
def bill(request: HttpRequest, bill: int) -> HttpResponse:
    """One bill beside what was ordered, received and billed before."""
    user: Any = request.user
    (one,) = queries.beside([queries.bill(bill)])
    row: Any = one.bill
    costs = user.may("catalog.see_cost")
    status = queries.word(row)
    beyond = any(not off.taken for off in one.off)
    entries = timeline(f"vendor_bill:{bill}")
    went = split([entry.id for entry in entries]) if costs and row.accepted_at else {}
    home = configuration.one("currency")
    there = {
        "bill": row,
        "word": queries.chip(row),
        "costs": costs,
        "open": row.open_minor,
        "unkept": status == "accepted" and not row.kept and one.total_minor > 0,
        "payments": _payments(bill) if costs and status == "accepted" else [],
        "lines": [_line(one, n, costs=costs) for n in range(len(one.rows))],
        "net": one.net_minor,
        "total": one.total_minor,
        "whole": [_off(one, off, costs=costs) for off in one.off if off.line is None],
        "undecided": status == "to_accept"
        or (status == "goods_missing" and any(stands.received for _, _, stands in one.rows)),
        "goods_missing": status == "goods_missing",
        "live": status != "cancelled",
        "beyond": beyond,
        "own": beyond and row.made.actor_id == user.pk and not configuration.one("approval")["self_approval"],
        "reached": (sum(stock for stock, _varied in went.values()), home) if went else None,
        "varied": (sum(varied for _stock, varied in went.values()), home) if went else None,
        "entries": entries,
        "parts": further.told("vendor_bill", request, bill),
    }
    return render(request, "purchasing/bill.html", there)


def _payments(bill: int) -> list[dict[str, Any]]:
    return [
        {
            "number": (row.number, reverse("purchasing:vendor_payment", args=[row.pk])),
            "paid_on": row.paid_on,
            "amount": (minor_, row.currency),
        }
        for row, minor_ in paying.payments_of(bill)
    ]


def _line(one: queries.Beside, n: int, *, costs: bool) -> dict[str, Any]:
    line, row, stands = one.rows[n]
    bought, currency = line.purchase_line, one.bill.currency
    return {
        "product": bought.product.sku,
        "order": bought.purchase_order,
        "receipt": line.receipt,
        "unit": bought.unit,
        "ordered": (stands.ordered, row.decimals),
        "received": (stands.received, row.decimals),
        "before": (stands.billed, row.decimals),
        "quantity": (row.quantity, row.decimals),
        "booked": (row.booked_micro, currency) if costs else None,
        "cost": (row.unit_cost_micro, currency) if costs else None,
        "net": (row.net(row.unit_cost_micro, currency), currency) if costs else None,
        "off": [_off(one, off, costs=costs) for off in one.off if off.line == n],
    }


def _off(one: queries.Beside, off: Any, *, costs: bool) -> tuple[str, bool]:
    """What differs in words, and whether it is put up with."""
    if off.line is not None and off.code != "price":
        by = plain(off.off, one.rows[off.line][1].decimals)
    else:
        by = f"{amount(off.off, one.bill.currency)} {one.bill.currency}" if costs else ""
    return (_(DIFFERS[off.code]) % {"by": by}).strip(), off.taken


@require_POST
@page("purchasing.accept_bill")
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept a bill with what is off."""
    user: Any = request.user
    return page_act(
        request,
        lambda: actions.accept_bill(actor=user, bill=pk, note=request.POST.get("note", "")),
        ok=_("Accepted the bill; its goods are worth what is billed for them."),
        back=came_from(request, reverse("purchasing:bill", args=[pk])),
    )


@require_POST
@page("purchasing.bill")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a bill back."""
    user: Any = request.user
    return page_act(
        request,
        lambda: actions.cancel_bill(actor=user, bill=pk, reason=request.POST.get("reason", "")),
        ok=_("Took the bill back; what it billed is to be billed again."),
        back=came_from(request, reverse("purchasing:bill", args=[pk])),
    )
