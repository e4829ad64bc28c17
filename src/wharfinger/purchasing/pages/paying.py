"""Payments to vendors in the browser: several bills at once, credits taken, a mistyped payment cancelled."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wharfinger.base import configuration, further, money
from wharfinger.base.access import require
from wharfinger.base.asking import Ask
from wharfinger.base.page import Form, came_from, flash_refusal, page, page_act, selected
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.table import Column, Filter, New, Row, Rows, Table, table_page
from wharfinger.base.typed import amount, minor, scaled, written
from wharfinger.demand.pages import typed_day
from wharfinger.ledger.telling import timeline
from wharfinger.ledger.write import Written
from wharfinger.purchasing.actions import paying as actions
from wharfinger.purchasing.queries import bills
from wharfinger.purchasing.queries import paying as queries
from wharfinger.purchasing.rules.paying import Part, PayWish


def _rows(ask: Ask) -> Rows:
    found = queries.payments()
    if text := ask.one("vendor"):
        found = found.filter(vendor__name__icontains=text)
    if text := ask.one("reference"):
        found = found.filter(reference__icontains=text)
    first, last = ask.days("paid")
    found = found.filter(paid_on__gte=first) if first else found
    found = found.filter(paid_on__lte=last) if last else found
    cut = ask.slice(found, {"number": "number", "paid": "paid_on"})
    return Rows([_row(one) for one in cut.items], cut.before, cut.after)


def _row(row: Any) -> Row:
    return Row(
        row.pk,
        {
            "number": (row.number, reverse("purchasing:vendor_payment", args=[row.pk])),
            "vendor": row.vendor.name,
            "word": _word(row),
            "paid": row.paid_on,
            "method": row.method or None,
            "reference": row.reference or None,
            "amount": (row.amount_minor, row.currency),
        },
        name=row.number,
    )


def _word(row: Any) -> tuple[str, str]:
    return ("red", _("Cancelled")) if row.cancelled_at else ("green", _("Paid"))


PAYMENTS = Table(
    name="vendor_payments",
    title=N_("Payments to vendors"),
    permission="purchasing.read",
    columns=(
        Column("number", N_("Payment"), "link", sortable=True),
        Column("vendor", N_("Vendor")),
        Column("word", N_("Progress"), "chip"),
        Column("paid", N_("Paid on"), "date", sortable=True),
        Column("method", N_("Method")),
        Column("reference", N_("Payment reference")),
        Column("amount", N_("Amount"), "money", permission="catalog.see_cost"),
    ),
    filters=(
        Filter("vendor", N_("Vendor")),
        Filter("reference", N_("Payment reference")),
        Filter("paid", N_("Paid on"), "date"),
    ),
    new=New(N_("Pay bills"), "purchasing:new_vendor_payment", "purchasing.pay"),
    empty=N_("Payments appear here when vendors' bills are paid."),
    rows=_rows,
)


def payment_list(request: HttpRequest) -> HttpResponse:
    """Every payment to a vendor."""
    return table_page(request, PAYMENTS)


@require_POST
@page("purchasing.pay")
def chosen(request: HttpRequest) -> HttpResponse:
    """Pay the ticked bills."""
    try:
        ticked = "&".join(f"bill={row.id}" for row in selected(request)[: actions.MOST])
    except BadInput as refusal:
        flash_refusal(request, refusal)
        to = came_from(request, f"{reverse('purchasing:bills')}?tab=to_pay")
        return HttpResponseRedirect(to, status=303)
    return HttpResponseRedirect(f"{reverse('purchasing:new_vendor_payment')}?{ticked}", status=303)


@require_http_methods(["GET", "HEAD", "POST"])
@page("purchasing.pay")
def new(request: HttpRequest) -> HttpResponse:
    """Pay bills: those that are named, else all that are open of a vendor."""
    user: Any = request.user
    require(user, "catalog.see_cost")
    rows = _open(request.GET)
    taken = queries.credits_left({row.vendor_id for row in rows})
    back = came_from(request, f"{reverse('purchasing:bills')}?tab=to_pay")
    home = configuration.one("currency")

    def show(form: Form) -> HttpResponse:
        there = {
            "form": form,
            "groups": _grouped(rows, taken),
            "vendors": [] if rows else _vendors(),
            "abroad": any(row.currency != home for row in rows),
            "day": queries.today(),
            "shares": {row.pk: f"{written(row.discount_micro, 4)} %" for row in rows},
            "back": back,
        }
        return render(request, "purchasing/pay.html", there)

    if request.method != "POST":
        return show(Form(_proposed(rows)))
    paid = [row for row in rows if _typed(request.POST, f"bill-{row.pk}")]
    credited = [row for row, _left in taken if _typed(request.POST, f"credit-{row.pk}")]

    def again(form: Form) -> HttpResponse:
        parts = (form.refusal.field or "").split(".") if form.refusal is not None else []
        listed = {"bills": ("bill", paid), "credits": ("credit", credited)}
        if form.refusal is not None and len(parts) == 3 and parts[0] in listed:
            noun, named = listed[parts[0]]
            noun = "discount" if parts[2] == "discount" else noun
            form.refusal.field = f"{noun}-{named[int(parts[1])].pk}"
        return show(form)

    return page_act(
        request,
        lambda: actions.pay_bills(
            actor=user, wish=_wish(request.POST, paid, credited), key=request.POST.get("key") or None
        ),
        ok=_told,
        back=_to,
        again=again,
    )


def _proposed(rows: list[Any]) -> dict[str, str]:
    """All that is open, less what may be taken off today."""
    found, day = {}, queries.today()
    for row in rows:
        less = queries.may_be_taken(row, day)
        found[f"bill-{row.pk}"] = amount(row.open_minor - less, row.currency)
        if less:
            found[f"discount-{row.pk}"] = amount(less, row.currency)
    return found


def _open(asked: QueryDict) -> list[Any]:
    """The bills that are to be paid: those that are named, else all of a vendor; what is due first, first."""
    found = queries.to_pay(bills.bills())
    named, vendor = _ids(asked.getlist("bill")), _ids(asked.getlist("vendor")[:1])
    if not named and not vendor:
        return []
    found = found.filter(pk__in=named) if named else found.filter(vendor__in=vendor)
    return list(found.order_by("vendor__name", "vendor", "currency", "due_on", "pk")[: actions.MOST])


def _ids(texts: list[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 19]


def _grouped(rows: list[Any], taken: list[tuple[Any, int]]) -> list[dict[str, Any]]:
    """Bills by vendor and currency, each group a payment, with the credits that may be taken for it."""
    groups: dict[tuple[int, str], dict[str, Any]] = {}
    for row in rows:
        key = row.vendor_id, row.currency
        group = groups.setdefault(
            key, {"vendor": row.vendor, "currency": row.currency, "bills": [], "credits": [], "open": 0}
        )
        group["bills"].append(row)
        group["open"] += row.open_minor
    for credit, left in taken:
        if (credit.vendor_id, credit.currency) in groups:
            groups[credit.vendor_id, credit.currency]["credits"].append((credit, left))
    return list(groups.values())


def _vendors() -> list[tuple[int, str]]:
    owed = queries.to_pay(bills.bills()).order_by("vendor__name", "vendor")
    return list(owed.values_list("vendor", "vendor__name").distinct()[:500])


def _typed(typed: QueryDict, name: str) -> str:
    text = typed.get(name, "").strip()
    return "" if text == "0" else text


def _wish(typed: QueryDict, paid: list[Any], credited: list[Any]) -> PayWish:
    def part(noun: str, row: Any) -> Part:
        at, less = f"{noun}-{row.pk}", f"discount-{row.pk}"
        text = typed.get(less, "").strip() if noun == "bill" else ""
        discount = minor(text, row.currency, field=less) if text else 0
        return Part(row.pk, minor(_typed(typed, at), row.currency, field=at), discount)

    rate = typed.get("rate", "").strip()
    return PayWish(
        tuple(part("bill", row) for row in paid),
        tuple(part("credit", row) for row in credited),
        typed_day(typed, "paid_on"),
        typed.get("method", ""),
        typed.get("reference", ""),
        scaled(rate, money.MICRO, field="rate") if rate else None,
    )


def _told(done: Written) -> str:
    made = len(done.made["purchasing.VendorPayment"])
    return ngettext("The payment is written.", "%(count)s payments are written.", made) % {"count": made}


def _to(done: Written) -> str:
    made = done.made["purchasing.VendorPayment"]
    if len(made) == 1:
        return reverse("purchasing:vendor_payment", args=[made[0]])
    return reverse("purchasing:vendor_payments")


@require_GET
@page("purchasing.read")
def payment(request: HttpRequest, pk: int) -> HttpResponse:
    """One payment: the bills it pays, and the credits it takes."""
    user: Any = request.user
    require(user, "catalog.see_cost")
    row = queries.payment(pk)
    parts = queries.settled([row])[pk]
    home = configuration.one("currency")
    pages = {"vendor_bill": "purchasing:bill", "vendor_return": "purchasing:vendor_return"}
    there = {
        "doc": row,
        "word": _word(row),
        "rows": [
            {
                "about": (one.number, reverse(pages[one.subject], args=[one.pk])),
                "amount": (one.minor if one.subject == "vendor_bill" else -one.minor, row.currency),
                "discount": (one.discount_minor, row.currency),
                "gain": (one.gain_minor, home),
            }
            for one in parts
        ],
        "discount": any(one.discount_minor for one in parts),
        "home": home,
        "gain": sum(one.gain_minor for one in parts),
        "entries": timeline(f"vendor_payment:{pk}"),
        "parts": further.told("vendor_payment", request, pk),
    }
    return render(request, "purchasing/vendor_payment.html", there)


@require_POST
@page("purchasing.pay")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a mistyped payment out of the books."""
    user: Any = request.user
    act = partial(
        actions.cancel_vendor_payment, actor=user, payment=pk, reason=request.POST.get("reason", "")
    )
    back = came_from(request, reverse("purchasing:vendor_payment", args=[pk]))
    return page_act(
        request, act, ok=_("The payment is cancelled; its bills are to be paid again."), back=back
    )
