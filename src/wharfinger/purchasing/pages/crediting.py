"""Returns to vendors in the browser: the list, one of them, and what its vendor credited."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wharfinger.base import configuration, further
from wharfinger.base.asking import Ask, capped
from wharfinger.base.page import came_from, page, page_act
from wharfinger.base.refusal import N_
from wharfinger.base.table import Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.base.typed import amount, minor
from wharfinger.ledger.telling import timeline
from wharfinger.purchasing.actions import receiving as actions
from wharfinger.purchasing.queries import crediting as queries
from wharfinger.purchasing.queries.paying import left_of
from wharfinger.purchasing.rules.landing import at_home


def _rows(ask: Ask) -> Rows:
    found = queries.returns()
    if ask.tab in queries.WORDS:
        found = queries.with_status(found, [ask.tab])
    if text := ask.one("number"):
        found = found.filter(number__icontains=text)
    if text := ask.one("vendor"):
        found = found.filter(vendor__name__icontains=text)
    cut = ask.slice(found, {"number": "number"})
    waits = capped(queries.with_status(queries.returns(), ["expected"]))
    return Rows([_row(one) for one in cut.items], cut.before, cut.after, counts={"expected": waits})


def _row(one: Any) -> Row:
    status = queries.word(one)
    return Row(
        one.pk,
        {
            "number": (one.number, reverse("purchasing:vendor_return", args=[one.pk])),
            "vendor": one.vendor.name,
            "sent": one.made.effective_on,
            "word": (queries.TONES[status], _(queries.WORDS[status])),
            "credit": (one.credit_minor, one.currency),
            "got": None if one.credit_got_minor is None else (one.credit_got_minor, one.currency),
        },
        name=one.number,
    )


RETURNS = Table(
    name="vendor_returns",
    title=N_("Returns to vendors"),
    permission="purchasing.read",
    columns=(
        Column("number", N_("Return"), "link", sortable=True),
        Column("vendor", N_("Vendor")),
        Column("sent", N_("Sent back"), "date"),
        Column("word", N_("Progress"), "chip"),
        Column("credit", N_("Credit expected"), "money", permission="catalog.see_cost"),
        Column("got", N_("Credited"), "money", permission="catalog.see_cost"),
    ),
    filters=(Filter("number", N_("Number")), Filter("vendor", N_("Vendor"))),
    tabs=(
        Tab("expected", N_("Credit expected")),
        Tab("credited", N_("Credited")),
        Tab("all", N_("All")),
    ),
    new=New(N_("Send back"), "purchasing:send_stock", "purchasing.send_back"),
    empty=N_("What goes back to a vendor stands here until it is credited."),
    rows=_rows,
)


_FROM = {"refused": N_("Refused at the door"), "bin": N_("Stock"), "at_vendor": N_("Claim on a vendor")}


def return_list(request: HttpRequest) -> HttpResponse:
    """Every return to a vendor."""
    return table_page(request, RETURNS)


@require_GET
@page("purchasing.read")
def vendor_return(request: HttpRequest, pk: int) -> HttpResponse:
    """What went back to a vendor in one act, and what is credited for it."""
    user: Any = request.user
    row, home = queries.one(pk), configuration.one("currency")
    status = queries.word(row)
    less = None
    if row.credit_got_minor is not None:
        expected, got = (
            at_home(minor, row.currency, row.rate_micro, home)
            for minor in (row.credit_minor, row.credit_got_minor)
        )
        less = (expected - got, home)
    there = {
        "row": row,
        "word": (queries.TONES[status], _(queries.WORDS[status])),
        "costs": user.may("catalog.see_cost"),
        "uncredited": row.credited_at is None,
        "proposed": amount(row.credit_minor, row.currency),
        "less": less,
        "left": left_of([pk]).get(pk, 0),
        "lines": [
            {
                "product": (f"{one.sku} {one.name}", reverse("catalog:product", args=[one.product])),
                "quantity": (one.quantity, one.decimals),
                "serial": one.code,
                "order": (one.number, reverse("purchasing:order", args=[one.order])) if one.order else None,
                "from": _(_FROM.get(one.kind, "Stock")),
            }
            for one in queries.went([row.made_id])[row.made_id]
        ],
        "entries": timeline(f"vendor_return:{pk}"),
        "parts": further.told("vendor_return", request, pk),
    }
    return render(request, "purchasing/vendor_return.html", there)


@require_POST
@page("purchasing.bill")
def credit(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what the vendor credited."""
    user: Any = request.user
    typed = request.POST
    currency = queries.one(pk).currency
    return page_act(
        request,
        lambda: actions.credit_vendor_return(
            actor=user,
            vendor_return=pk,
            got_minor=minor(typed.get("amount", ""), currency, field="amount"),
            tax_minor=minor(tax, currency, field="tax") if (tax := typed.get("tax", "").strip()) else 0,
            reference=typed.get("reference", ""),
        ),
        ok=_("The vendor's credit is written down."),
        back=came_from(request, reverse("purchasing:vendor_return", args=[pk])),
    )
