"""Vendors' bills in the browser: what came and is not billed, a bill entered, laid beside the books, accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wharfinger.base import configuration, further
from wharfinger.base.asking import Ask, capped
from wharfinger.base.page import came_from, flash_refusal, page, page_act, selected
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.table import Act, Column, Filter, Row, Rows, Tab, Table, table_page
from wharfinger.base.typed import amount, written
from wharfinger.ledger.telling import timeline
from wharfinger.purchasing.actions import billing as actions
from wharfinger.purchasing.queries import bills as queries
from wharfinger.purchasing.queries import paying
from wharfinger.purchasing.queries.landed import split

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
        "share": f"{written(row.discount_micro, 4)} %",
        "discount": paying.may_be_taken(row, paying.today()),
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
