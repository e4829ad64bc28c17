"""Pages of invoices: what is asked for, what is open, and what is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wharfinger.base import clock, configuration, further, money
from wharfinger.base.asking import Ask, capped_each
from wharfinger.base.door import there
from wharfinger.base.money import rounded
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.table import Act, Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.base.tax import Totals, totals
from wharfinger.base.typed import micro, quantity, scaled, written
from wharfinger.billing.actions import invoices as actions
from wharfinger.billing.actions.credits import cancel_invoice as cancel
from wharfinger.billing.actions.credits import credit
from wharfinger.billing.models import CreditLine, Invoice
from wharfinger.billing.pages import reminders
from wharfinger.billing.pages.typed import FEE_ROWS, day_of, fee_field, fees_of
from wharfinger.billing.queries import differences, shown
from wharfinger.billing.queries.dues import parts_of
from wharfinger.billing.queries.fees import services
from wharfinger.billing.queries.to_bill import ToBill, customers, to_bill
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.invoices import Bill, InvoiceWish, billed
from wharfinger.billing.rules.terms import discount_of
from wharfinger.demand import agreeing
from wharfinger.demand.entry import tax_words
from wharfinger.demand.pages import typed_id
from wharfinger.ledger.look import house
from wharfinger.ledger.post import attempt, dry
from wharfinger.ledger.telling import timeline
from wharfinger.parties.models import Organization

WORDS = {
    "draft": ("grey", N_("Draft")),
    "open": ("blue", N_("Open")),
    "partly": ("amber", N_("Partly paid")),
    "overdue": ("red", N_("Overdue")),
    "paid": ("green", N_("Paid")),
    "credited": ("violet", N_("Credited")),
    "written_off": ("grey", N_("Written off")),
}


def word(row: Any, day: date) -> tuple[str, str]:
    """How far an invoice is on a day, as a chip."""
    tone, words = WORDS[shown.word_of(row, day)]
    return tone, _(words)


def _rows(ask: Ask) -> Rows:
    every = shown.invoices()
    owing = every.filter(posted_at__isnull=False, open_minor__gt=0)
    found = {"open": owing, "draft": every.filter(posted_at__isnull=True)}.get(ask.tab, every)
    if text := ask.one("customer"):
        found = found.filter(organization__name__icontains=text)
    if words := ask.many("word"):
        found = shown.with_status(found, words)
    for key, path in (("issued", "issued_on"), ("due", "next_due_on")):
        first, last = ask.days(key)
        found = found.filter(**{f"{path}__gte": first}) if first else found
        found = found.filter(**{f"{path}__lte": last}) if last else found
    sorts = {"number": "number", "issued": "issued_on", "due": "next_due_on", "total": "total_minor"}
    cut = ask.slice(found.select_related("organization", "made__actor"), sorts)
    day = shown.today()
    costs = ask.actor.may("catalog.see_cost")
    left = further.figure("invoice.margin", [row.pk for row in cut.items]) if costs else {}
    rows = [_row(row, WORDS[shown.word_of(row, day)], left.get(row.pk)) for row in cut.items]
    counts = capped_each({"open": owing, "draft": every.filter(posted_at__isnull=True)})
    return Rows(rows, cut.before, cut.after, counts=counts)


def _row(row: Any, said: tuple[str, str], margin: Any) -> Row:
    return Row(
        id=row.pk,
        name=row.number or _("Draft"),
        cells={
            "number": (row.number or _("Draft"), reverse("billing:invoice", args=[row.pk])),
            "customer": row.organization.name,
            "word": (said[0], _(said[1])),
            "kind": _("Deposit") if row.kind == "deposit" else None,
            "by": str(row.made.actor or _("Wharfinger")),
            "issued": row.issued_on,
            "due": row.next_due_on,
            "reference": row.customer_reference or None,
            "total": (row.total_minor, row.currency),
            "open": (row.open_minor, row.currency),
            "margin": (margin.minor, configuration.one("currency")) if margin is not None else None,
            "share": f"{written(rounded(margin.share_micro, 1000), 1)} %" if margin and margin.net else None,
        },
    )


INVOICES = Table(
    name="invoices",
    title=N_("Invoices"),
    permission="billing.read",
    columns=(
        Column("number", N_("Invoice"), "link", sortable=True),
        Column("customer", N_("Customer")),
        Column("word", N_("Progress"), "chip"),
        Column("kind", N_("Kind"), optional=True),
        Column("by", N_("Written by"), "person"),
        Column("issued", N_("Issued"), "date", sortable=True),
        Column("due", N_("Due"), "date", sortable=True),
        Column("reference", N_("Their reference"), optional=True),
        Column("total", N_("Total"), "money", sortable=True),
        Column("open", N_("Open"), "money"),
        Column("margin", N_("Margin"), "money", permission="catalog.see_cost"),
        Column("share", N_("Of net"), permission="catalog.see_cost", optional=True),
    ),
    filters=(
        Filter("customer", N_("Customer")),
        Filter(
            "word",
            N_("Progress"),
            "many",
            lambda _ask: [(key, _(said)) for key, (_tone, said) in WORDS.items()],
        ),
        Filter("issued", N_("Issued"), "date"),
        Filter("due", N_("Due"), "date"),
    ),
    tabs=(Tab("open", N_("Open")), Tab("draft", N_("Drafts")), Tab("all", N_("All"))),
    new=New(N_("New invoice"), "billing:new_invoice", "billing.invoice"),
    empty=N_("Invoices appear here when lines are invoiced."),
    rows=_rows,
)


DRAFTS = replace(
    INVOICES, acts=(Act("post", N_("Post"), "billing:post_drafts", "billing.post", icon="check"),)
)
"""The same on its tab of drafts, where ticked ones are posted."""


def invoice_list(request: HttpRequest) -> HttpResponse:
    """Every invoice."""
    return table_page(request, DRAFTS if request.GET.get("tab") == "draft" else INVOICES)


@page("billing.read")
def invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """One invoice: its lines, what is open, and what happened to it."""
    user: Any = request.user
    row = there(shown.invoices().select_related("organization", "site", "sheet", "takes_back"), pk)
    lines = list(row.lines.filter(quantity__gt=0).select_related("product", "tax_code").order_by("position"))
    done = CreditLine.objects.filter(invoice_line__invoice=row, credit_note__void__isnull=True)
    credited: dict[int, int] = {}
    for one in done:
        credited[one.invoice_line_id] = credited.get(one.invoice_line_id, 0) + one.quantity
    sums = totals(billed(line) for line in lines)
    ours = house()
    due = parts_of([row])[pk]
    context = {
        "doc": row,
        "word": word(row, clock.today(ours.time_zone)),
        "home": ours.currency,
        "gain": differences.of_invoices([row], ours.currency).get(pk, 0),
        "rows": [_line(line, credited.get(line.pk, 0), row.currency) for line in lines],
        "left": [(line, line.quantity - credited.get(line.pk, 0)) for line in lines],
        "due": due,
        "due_rows": [
            {
                "due": one.due_on,
                "total": (one.minor, row.currency),
                "open": (one.open_minor, row.currency),
            }
            for one in due
        ],
        "discount": discount_of(row.total_minor, row.discount_micro),
        "share": f"{written(row.discount_micro, 4)} %",
        "creditable": row.posted_at is not None
        and user.may("billing.credit")
        and any(line.quantity > credited.get(line.pk, 0) for line in lines),
        "sums": sums,
        "taxed": tax_words(lines, row.organization, undecided=row.posted_at is None),
        "with_tax": any(line.gross_minor is not None for line in lines),
        "reliefs": list(row.reliefs.filter(void__isnull=True).select_related("made__actor").order_by("pk")),
        "notes": list(row.credit_notes.filter(void__isnull=True).order_by("pk")),
        "parts": [
            *([reminders.part(request, row.organization_id, pk)] if row.posted_at else []),
            *further.told("invoice", request, pk),
        ],
        "timeline": timeline(f"invoice:{pk}"),
    }
    return render(request, "billing/invoice.html", context)


def _line(line: Any, credited: int, currency: str) -> dict[str, Any]:
    decimals = line.product.quantity_decimals
    return {
        "product": (line.product.sku, reverse("catalog:product", args=[line.product_id])),
        "description": (
            line.description,
            _("Other price: %(reason)s") % {"reason": line.price_reason} if line.price_reason else "",
        ),
        "quantity": (line.quantity, decimals),
        "credited": (credited, decimals) if credited else None,
        "price": (line.unit_price_micro, currency),
        "discount": f"{written(line.discount_micro, 4)} %" if line.discount_micro else None,
        "tax": " + ".join(
            f"{written(rate, 4)} %" for rate in (line.rate_micro, line.tax_code.second_rate_micro) if rate
        )
        or "0 %",
        "net": (line.net_minor if line.gross_minor is None else line.gross_minor, currency),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@page("billing.invoice")
def new_invoice(request: HttpRequest) -> HttpResponse:
    """Choose a customer's lines, quantities and prices; see what the invoice comes to, then post it."""
    user: Any = request.user
    given = request.POST if request.method == "POST" else request.GET
    chosen = given.get("organization", "")
    if not (chosen.isascii() and chosen.isdecimal() and len(chosen) < 19):
        return render(request, "billing/choose.html", {"customers": list(customers()[:500])})
    customer = get_object_or_404(Organization, pk=int(chosen))
    rows = to_bill(customer.pk)
    home = configuration.one("currency")

    def show(form: Form, preview: Totals | None = None) -> HttpResponse:
        if form.refusal is not None:
            form.refusal.field = _field(form.refusal.field, request.POST, rows)
        foreign = any(row.line.currency != home for row in rows)
        context = {"customer": customer, "rows": rows, "form": form, "preview": preview, "foreign": foreign}
        context |= {"services": services(), "fee_rows": range(FEE_ROWS), "terms": agreeing.choices()}
        return render(
            request, "billing/new.html", context | {"currency": rows[0].line.currency if rows else home}
        )

    if request.method != "POST":
        return show(Form(_proposed(rows)))
    if request.POST.get("do") == "preview":
        try:
            wish = _wish(request.POST, rows, why=False)
            told = attempt(lambda: dry(lambda: _comes_to(actions.draft_invoice(actor=user, wish=wish))))
            return show(Form(request.POST), told)
        except Refusal as refused:
            response = show(Form(request.POST, refused))
            response.status_code = refused.http_code
            return response
    verb = actions.draft_invoice if request.POST.get("do") == "draft" else actions.invoice
    return page_act(
        request,
        lambda: verb(actor=user, wish=_wish(request.POST, rows), key=request.POST.get("key") or None),
        ok=_("The draft is kept.") if request.POST.get("do") == "draft" else _("The invoice is posted."),
        back=lambda done: reverse("billing:invoice", args=[done.made["billing.Invoice"][0]]),
        again=show,
    )


def _proposed(rows: Sequence[ToBill]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for row in rows:
        values[f"quantity-{row.line.pk}"] = (
            written(row.proposed, row.line.product.quantity_decimals) if row.proposed else ""
        )
        values[f"price-{row.line.pk}"] = written(row.line.unit_price_micro, money.MICRO)
    return values


def bills_of(given: QueryDict, rows: Sequence[ToBill], *, needed: bool = True) -> tuple[Bill, ...]:
    """What was typed, as bills; lines left empty are left out. needed: whether there has to be one."""
    bills = []
    for row in rows:
        pk = row.line.pk
        figure = given.get(f"quantity-{pk}", "").strip()
        if figure in ("", "0"):
            continue
        units = quantity(figure, row.line.product.quantity_decimals, field=f"quantity-{pk}")
        typed, reason = given.get(f"price-{pk}", "").strip(), given.get(f"reason-{pk}", "").strip()
        price = micro(typed, field=f"price-{pk}") if typed else None
        other = price is not None and price != row.line.unit_price_micro
        bills.append(Bill(pk, units, price, reason=reason if other else ""))
    if needed and not bills:
        raise BadInput("no_lines", N_("Give a quantity for at least one line."))
    return tuple(bills)


def _wish(given: QueryDict, rows: Sequence[ToBill], *, why: bool = True) -> InvoiceWish:
    """What was typed; why: whether another price wants its reason already."""
    rate = given.get("rate", "").strip()
    bills = bills_of(given, rows)
    if why:
        say_why(bills, rows)
    return InvoiceWish(
        bills,
        day_of(given, "issued_on"),
        day_of(given, "due_on"),
        given.get("customer_reference", ""),
        scaled(rate, money.MICRO, field="rate") if rate else None,
        given.get("remarks", ""),
        fees_of(given),
        typed_id(given, "terms"),
    )


def say_why(bills: Sequence[Bill], rows: Sequence[ToBill]) -> None:
    """Refuse another price than that of its line where nobody says why."""
    asked = {row.line.pk: row.line.unit_price_micro for row in rows}
    for bill in bills:
        if bill.unit_price_micro not in (None, asked[bill.line]) and not bill.reason:
            raise reason_wanted(f"reason-{bill.line}")


def reason_wanted(field: str) -> BadInput:
    """Another price than that of the order wants a reason."""
    return BadInput(
        "reason_wanted",
        N_("Another price than that of the order: say why. The customer does not read it."),
        field=field,
    )


def _comes_to(done: Any) -> Totals:
    """What the invoices come to that would be written."""
    made = Invoice.objects.filter(pk__in=done.made["billing.Invoice"])
    sums = {
        name: sum(getattr(one, f"{name}_minor") for one in made)
        for name in ("net", "tax", "total", "rounding")
    }
    return Totals(**sums)


def _field(field: str | None, given: QueryDict, rows: Sequence[ToBill]) -> str | None:
    """Where the field of the n-th bill stands on the page."""
    parts = (field or "").split(".")
    if len(parts) != 3 or parts[0] != "lines":
        return "issued_on" if field == "effective_on" else fee_field(field, given)
    pk = bills_of(given, rows)[int(parts[1])].line
    return f"{ {'unit_price': 'price', 'reason': 'reason'}.get(parts[2], 'quantity') }-{pk}"


@require_POST
@page("billing.post")
def post_invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """Post a draft: it gets its number."""
    user: Any = request.user
    act = partial(actions.post_invoice, actor=user, invoice=pk)
    return page_act(request, act, ok=_("The invoice is posted."), back=reverse("billing:invoice", args=[pk]))


@require_POST
@page("billing.credit")
def credit_invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back quantities of an invoice's lines."""
    user: Any = request.user
    row = shown.invoice(pk)

    def act() -> Any:
        items = []
        for line in row.lines.select_related("product").order_by("position"):
            figure = request.POST.get(f"quantity-{line.pk}", "").strip()
            if figure not in ("", "0"):
                items.append(
                    Credit(
                        line.pk, quantity(figure, line.product.quantity_decimals, field=f"quantity-{line.pk}")
                    )
                )
        again = request.POST.get("bill_again") == "yes"
        return credit(actor=user, items=items, reason=request.POST.get("reason", ""), bill_again=again)

    def back(done: Any) -> str:
        return reverse("billing:credit_note", args=[done.one("billing.CreditNote")])

    return page_act(request, act, ok=_("The credit note is posted."), back=back)


@require_POST
@page("billing.credit")
def cancel_invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back all that is left of an invoice, to be billed again or not."""
    user: Any = request.user
    given = request.POST

    def act() -> Any:
        if given.get("bill_again") not in ("yes", "no"):
            raise BadInput("missing", N_("Say whether its lines are to be billed again."), field="bill_again")
        again = given["bill_again"] == "yes"
        return cancel(actor=user, invoice=pk, reason=given.get("reason", ""), bill_again=again)

    return page_act(
        request,
        act,
        ok=_("The invoice is cancelled by a credit note."),
        back=lambda done: reverse("billing:credit_note", args=[done.one("billing.CreditNote")]),
    )
