"""Pages of what customers owe: one customer's statement, and how old it is with all of them."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from wharfinger.base import clock, further
from wharfinger.base.asking import Ask
from wharfinger.base.page import Form, page
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.table import Column, Filter, Row, Rows, Table, table_page
from wharfinger.billing.pages import reminders
from wharfinger.billing.pages.invoices import word as invoice_word
from wharfinger.billing.pages.payments import open_invoices, payment_row
from wharfinger.billing.pages.typed import day_of
from wharfinger.billing.queries import differences, shown
from wharfinger.billing.queries.deposits import still_to_take_off
from wharfinger.billing.queries.statements import Movement, Statement, ageing, period, statements
from wharfinger.billing.rules.ageing import Ageing
from wharfinger.ledger.look import house
from wharfinger.parties.models import Organization

PAPERS = {
    "invoice": "billing:invoice",
    "credit_note": "billing:credit_note",
    "payment": "billing:payment",
    "refund": "billing:payment",
}


def of_an_organization(request: HttpRequest, pk: int) -> str:
    """What a customer has still to pay in each currency, how much of it is overdue, and what we owe them."""
    user: Any = request.user
    if not user.may("billing.read"):
        return ""
    found = sorted(
        (currency, one) for (_party, currency), one in ageing(shown.today(), organization=pk).items()
    )
    rows = [(currency, one) for currency, one in found if one.owed or one.credit]
    is_customer = bool(rows) or Organization.objects.filter(pk=pk, customer=True).exists()
    context = {"organization": pk, "rows": rows}
    return render_to_string("billing/owed.html", context, request) if is_customer else ""


@page("billing.read")
def statement(request: HttpRequest, organization: int) -> HttpResponse:
    """What a customer owes, what we owe them, how it came to that in a period, and what was paid last."""
    customer = get_object_or_404(Organization, pk=organization)
    form = Form(request.GET)
    try:
        first, last = period(day_of(request.GET, "since"), day_of(request.GET, "until"))
    except BadInput as refused:
        form = Form(request.GET, refused)
        first, last = period(None, None)
    owing = open_invoices(customer)
    ours = house()
    day = clock.today(ours.time_zone)
    rows = [
        {
            "number": (row.number, reverse("billing:invoice", args=[row.pk])),
            "issued": row.issued_on,
            "due": row.next_due_on,
            "word": invoice_word(row, day),
            "total": (row.total_minor, row.currency),
            "open": (row.open_minor, row.currency),
        }
        for row in owing
    ]
    sums: dict[str, int] = {}
    for row in owing:
        sums[row.currency] = sums.get(row.currency, 0) + row.open_minor
    paid = shown.payments().filter(organization=customer).select_related("organization").order_by("-pk")[:20]
    context = {
        "customer": customer,
        "form": form,
        "first": first,
        "last": last,
        "statements": [_statement(customer.pk, one) for one in statements(customer.pk, first, last)],
        "rows": rows,
        "sums": sorted(sums.items()),
        "credit": sorted(shown.credit_of(organization).items()),
        "beforehand": still_to_take_off(organization),
        "reminded": reminders.part(request, customer.pk),
        "parts": further.told("statement", request, customer.pk),
        "payments": [payment_row(row).cells for row in paid],
        "home": ours.currency,
        "gain": differences.of_customer(organization),
    }
    return render(request, "billing/statement.html", context)


def _statement(organization: int, one: Statement) -> dict[str, Any]:
    asked = urlencode({"since": one.first, "until": one.last, "currency": one.currency})
    return {
        "currency": one.currency,
        "closing": one.closing,
        "rows": [
            {
                "on": one.first,
                "words": _("Balance brought forward"),
                "balance": (one.opening, one.currency),
                **dict.fromkeys(("number", "due", "amount")),
            },
            *(_movement(row, one.currency) for row in one.movements),
        ],
        "ageing": [(_(words), minor) for words, minor in told(one.ageing)],
        "mail": f"{reverse('documents:send_statement', args=[organization])}?{asked}",
        "paper": f"{reverse('documents:statement', args=[organization])}?{asked}",
    }


def told(one: Ageing) -> list[tuple[str, int]]:
    """What is owed by days overdue, in words that are still to be translated; what we owe is below zero."""
    return [
        (N_("Not due"), one.current),
        (N_("1–30 days"), one.to_30),
        (N_("31–60 days"), one.to_60),
        (N_("61 days and more"), one.older),
        (N_("Not applied"), -one.credit),
    ]


def _movement(row: Movement, currency: str) -> dict[str, Any]:
    return {
        "on": row.on,
        "words": row.words,
        "number": (row.number, reverse(PAPERS[row.subject], args=[row.pk])),
        "due": row.due_on,
        "amount": (row.minor, currency),
        "balance": (row.balance, currency),
    }


def _rows(ask: Ask) -> Rows:
    on: date = ask.days("on")[1] or shown.today()
    found = ageing(on)
    names = dict(Organization.objects.filter(pk__in={pk for pk, _ in found}).values_list("pk", "name"))
    text, wanted = ask.one("customer").casefold(), set(ask.many("currency"))
    chosen = [
        (pk, currency, one)
        for (pk, currency), one in found.items()
        if text in names[pk].casefold() and (not wanted or currency in wanted)
    ]
    key, down = ask.sort.removeprefix("-"), ask.sort.startswith("-")
    by_name = sorted(chosen, key=lambda row: (names[row[0]].casefold(), row[0], row[1]))
    listed = sorted(by_name, key=lambda row: getattr(row[2], key), reverse=down) if key in SORTS else by_name
    if key not in SORTS and down:
        listed.reverse()
    sums: dict[str, Ageing] = {}
    for _pk, currency, one in chosen:
        sums.setdefault(currency, Ageing()).take_in(one)
    rows = [
        _row(f"{pk}-{currency}", (names[pk], reverse("billing:statement", args=[pk])), currency, one)
        for pk, currency, one in listed
    ]
    open_ones = f"{reverse('billing:invoices')}?status=open&status=partly&status=overdue"
    rows += [
        _row(f"all-{currency}", (_("All of them"), open_ones), currency, one)
        for currency, one in sorted(sums.items())
        if len(listed) > 1
    ]
    return Rows(rows)


SORTS = frozenset(("current", "to_30", "to_60", "older", "credit", "balance"))


def _row(pk: str, customer: tuple[str, str], currency: str, one: Ageing) -> Row:
    return Row(
        id=pk,
        name=f"{customer[0]} {currency}",
        cells={
            "customer": customer,
            "currency": currency,
            **{name: (getattr(one, name), currency) for name in sorted(SORTS)},
        },
    )


AGEING = Table(
    name="ageing",
    title=N_("Ageing"),
    permission="billing.read",
    columns=(
        Column("customer", N_("Customer"), "link", sortable=True),
        Column("currency", N_("Currency")),
        Column("current", N_("Not due"), "money", sortable=True),
        Column("to_30", N_("1–30 days"), "money", sortable=True),
        Column("to_60", N_("31–60 days"), "money", sortable=True),
        Column("older", N_("61 days and more"), "money", sortable=True),
        Column("credit", N_("Not applied"), "money", sortable=True),
        Column("balance", N_("Balance"), "money", sortable=True),
    ),
    filters=(
        Filter("customer", N_("Customer")),
        Filter(
            "currency",
            N_("Currency"),
            "many",
            lambda _ask: (
                (code, code) for code in sorted({currency for _, currency in ageing(shown.today())})
            ),
        ),
        Filter("on", N_("As of"), "date"),
    ),
    empty=N_("Customers who owe something stand here."),
    rows=_rows,
)


def ageing_list(request: HttpRequest) -> HttpResponse:
    """What every customer owes, by how long it has been due."""
    return table_page(request, AGEING)
