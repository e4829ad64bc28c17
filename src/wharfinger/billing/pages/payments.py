"""Pages of payments: money that came in, what it settles, and what goes back."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wharfinger.base import configuration, further, money
from wharfinger.base.asking import Ask
from wharfinger.base.door import there
from wharfinger.base.page import Form, came_from, page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.table import Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.base.typed import amount, minor, scaled, written
from wharfinger.billing.actions import payments as actions
from wharfinger.billing.pages.typed import day_of, id_of
from wharfinger.billing.queries import differences, shown
from wharfinger.billing.queries.truth import applied_to
from wharfinger.billing.rules.payments import Allocation, PaymentWish
from wharfinger.billing.rules.terms import may_take
from wharfinger.ledger.look import house
from wharfinger.ledger.telling import timeline
from wharfinger.parties.models import Organization

WORDS = {
    "left": ("teal", N_("Credit left")),
    "spent": ("green", N_("Applied")),
    "cancelled": ("red", N_("Cancelled")),
    "refund": ("violet", N_("Refund")),
}


def word(row: Any) -> tuple[str, str]:
    """How far a payment is, as a chip."""
    found = (
        "cancelled"
        if row.cancelled_at
        else row.kind
        if row.kind == "refund"
        else "left"
        if row.left_minor < 0
        else "spent"
    )
    tone, words = WORDS[found]
    return tone, _(words)


def _rows(ask: Ask) -> Rows:
    found = shown.payments()
    if ask.tab in ("payment", "refund"):
        found = found.filter(kind=ask.tab)
    if text := ask.one("customer"):
        found = found.filter(organization__name__icontains=text)
    if text := ask.one("reference"):
        found = found.filter(reference__icontains=text)
    first, last = ask.days("received")
    found = found.filter(received_on__gte=first) if first else found
    found = found.filter(received_on__lte=last) if last else found
    sorts = {"number": "number", "received": "received_on", "amount": "amount_minor"}
    cut = ask.slice(found.select_related("organization"), sorts)
    return Rows([payment_row(row) for row in cut.items], cut.before, cut.after)


def payment_row(row: Any) -> Row:
    return Row(
        id=row.pk,
        name=row.number,
        cells={
            "number": (row.number, reverse("billing:payment", args=[row.pk])),
            "customer": row.organization.name,
            "word": word(row),
            "received": row.received_on,
            "method": row.method or None,
            "reference": row.reference or None,
            "amount": (row.amount_minor, row.currency),
            "left": (-row.left_minor, row.currency),
        },
    )


PAYMENTS = Table(
    name="payments",
    title=N_("Payments"),
    permission="billing.read",
    columns=(
        Column("number", N_("Payment"), "link", sortable=True),
        Column("customer", N_("Customer")),
        Column("word", N_("Progress"), "chip"),
        Column("received", N_("Received"), "date", sortable=True),
        Column("method", N_("Method")),
        Column("reference", N_("Payment reference")),
        Column("amount", N_("Amount"), "money", sortable=True),
        Column("left", N_("Not applied"), "money"),
    ),
    filters=(
        Filter("customer", N_("Customer")),
        Filter("reference", N_("Payment reference")),
        Filter("received", N_("Received"), "date"),
    ),
    tabs=(Tab("all", N_("All")), Tab("payment", N_("Payments")), Tab("refund", N_("Refunds"))),
    new=New(N_("New payment"), "billing:new_payment", "billing.pay"),
    empty=N_("Payments appear here when money comes in."),
    rows=_rows,
)


def payment_list(request: HttpRequest) -> HttpResponse:
    """Every payment and refund."""
    return table_page(request, PAYMENTS)


@page("billing.read")
def payment(request: HttpRequest, pk: int) -> HttpResponse:
    """One payment: the invoices it settles, and what is left of it."""
    row = there(shown.payments().select_related("organization"), pk)
    settled = applied_to([pk]).get(pk, {})
    home = house().currency
    invoices = {i.pk: i for i in shown.invoices().filter(pk__in=settled)}
    rows = [
        {
            "invoice": (invoices[invoice].number, reverse("billing:invoice", args=[invoice])),
            "amount": (one.minor, row.currency),
            "gain": (one.gain_minor, home),
        }
        for invoice, one in sorted(settled.items())
    ]
    context = {
        "doc": row,
        "word": word(row),
        "rows": rows,
        "home": home,
        "gain": differences.of_payments([row], home).get(pk, 0),
        "parts": further.told("payment", request, pk),
        "timeline": timeline(f"payment:{pk}"),
    }
    return render(request, "billing/payment.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page("billing.pay")
def new_payment(request: HttpRequest) -> HttpResponse:
    """Take a customer's money in; without amounts beside invoices it settles the oldest first."""
    return _money_form(request, refunds=False)


@require_http_methods(["GET", "HEAD", "POST"])
@page("billing.refund")
def new_refund(request: HttpRequest) -> HttpResponse:
    """Give a customer's store credit back as money."""
    return _money_form(request, refunds=True)


def _money_form(request: HttpRequest, *, refunds: bool) -> HttpResponse:
    user: Any = request.user
    organization = id_of(request.POST if request.method == "POST" else request.GET, "organization")
    customer = get_object_or_404(Organization, pk=organization) if organization else None
    rows = open_invoices(customer) if customer and not refunds else []

    def show(form: Form) -> HttpResponse:
        context = {
            "form": form,
            "day": shown.today(),
            "shares": {row.pk: f"{written(row.discount_micro, 4)} %" for row in rows},
            "customer": customer,
            "rows": rows,
            "refunds": refunds,
            "customers": [] if customer else _customers(),
            "currency": customer.currency if customer else configuration.one("currency"),
            "home": configuration.one("currency"),
            "credit": shown.credit_of(customer.pk) if customer else {},
        }
        return render(request, "billing/money.html", context)

    if request.method != "POST":
        return show(Form(_proposed(request.GET, customer, rows, refunds=refunds)))
    verb = actions.refund if refunds else actions.pay
    return page_act(
        request,
        lambda: verb(
            actor=user, wish=_wish(request.POST, customer, rows), key=request.POST.get("key") or None
        ),
        ok=_("The refund is written.") if refunds else _("The payment is written."),
        back=lambda done: reverse("billing:payment", args=[done.one("billing.Payment")]),
        again=show,
    )


def _customers() -> list[tuple[int, str]]:
    found = Organization.objects.filter(customer=True, retired_on__isnull=True)
    return list(found.order_by("name", "pk").values_list("pk", "name")[:500])


def open_invoices(customer: Organization) -> list[Any]:
    found = shown.invoices().filter(organization=customer, posted_at__isnull=False, open_minor__gt=0)
    return list(found.order_by("next_due_on", "pk")[:500])


def _proposed(given: QueryDict, customer: Any, rows: list[Any], *, refunds: bool) -> dict[str, Any]:
    values: dict[str, Any] = {"organization": customer.pk if customer else ""}
    wanted = id_of(given, "invoice")
    for row in rows:
        if row.pk == wanted:
            less = may_take(row, shown.today())
            figure = amount(row.open_minor - less, row.currency)
            values |= {"amount": figure, f"invoice-{row.pk}": figure, "currency": row.currency}
            values |= {f"discount-{row.pk}": amount(less, row.currency)} if less else {}
    if refunds and customer:
        values["amount"] = amount(shown.credit_of(customer.pk).get(customer.currency, 0), customer.currency)
    return values


def _wish(given: QueryDict, customer: Any, rows: list[Any]) -> PaymentWish:
    if customer is None:
        raise BadInput("missing", N_("Please fill this in."), field="organization")
    currency = given.get("currency", "").strip() or customer.currency
    chosen = [
        Allocation(row.pk, minor(text, currency, field=f"invoice-{row.pk}"), _discount(given, row, currency))
        for row in rows
        if (text := given.get(f"invoice-{row.pk}", "").strip()) not in ("", "0")
    ]
    paid = minor(given.get("amount", ""), currency)
    open_minor = {row.pk: row.open_minor for row in rows}
    if len(chosen) == 1 and 0 < paid < chosen[0].amount_minor == open_minor[chosen[0].invoice]:
        # The form proposed all of this invoice, and a part of it was paid.
        chosen = [replace(chosen[0], amount_minor=paid)]
    rate = given.get("rate", "").strip()
    return PaymentWish(
        customer.pk,
        paid,
        currency,
        day_of(given, "received_on"),
        given.get("method", ""),
        given.get("reference", ""),
        tuple(chosen) or None,
        scaled(rate, money.MICRO, field="rate") if rate else None,
    )


def _discount(given: QueryDict, row: Any, currency: str) -> int:
    """What is taken off an invoice besides, since it is paid early."""
    text = given.get(f"discount-{row.pk}", "").strip()
    return minor(text, currency, field=f"discount-{row.pk}") if text else 0


@require_POST
@page("billing.pay")
def apply_payment(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle the oldest invoices with what is left of a payment."""
    user: Any = request.user
    act = partial(actions.apply_payment, actor=user, payment=pk)
    return page_act(request, act, ok=_("The payment is applied."), back=reverse("billing:payment", args=[pk]))


@require_POST
@page("billing.pay")
def unapply_payment(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the invoices be open again that a payment settled."""
    user: Any = request.user
    act = partial(actions.unapply, actor=user, payment=pk)
    return page_act(
        request, act, ok=_("The payment is store credit now."), back=reverse("billing:payment", args=[pk])
    )


@require_POST
@page("billing.cancel_payment")
def cancel_payment(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a mistyped payment out of the books."""
    user: Any = request.user
    act = partial(actions.cancel_payment, actor=user, payment=pk, reason=request.POST.get("reason", ""))
    return page_act(
        request, act, ok=_("The payment is cancelled."), back=reverse("billing:payment", args=[pk])
    )


@require_POST
@page("billing.pay")
def apply_credit(request: HttpRequest, organization: int) -> HttpResponse:
    """Settle a customer's oldest invoices with all their store credit."""
    user: Any = request.user
    currency = request.POST.get("currency", "")
    act = partial(actions.apply_credit, actor=user, organization=organization, currency=currency)
    back = came_from(request, reverse("billing:statement", args=[organization]))
    return page_act(request, act, ok=_("The store credit is applied."), back=back)
