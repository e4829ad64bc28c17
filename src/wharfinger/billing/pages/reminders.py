"""Reminders: who is to be reminded of what, the letters that were written, and who is left out."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wharfinger.base import further
from wharfinger.base.asking import Ask
from wharfinger.base.door import there
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.table import Column, Filter, Row, Rows, Table, table_page
from wharfinger.billing.actions import reminders as actions
from wharfinger.billing.models import ReminderRun
from wharfinger.billing.pages.typed import day_of, id_of
from wharfinger.billing.queries import reminding
from wharfinger.billing.queries.reminding import LEVELS
from wharfinger.billing.queries.shown import today
from wharfinger.ledger.telling import timeline

TONES = {1: "blue", 2: "amber", 3: "red"}
SHOWN = 200
"""No more letters of a run than this are told one by one."""


def level_word(level: int) -> tuple[str, str]:
    """The level of a letter as a chip."""
    return TONES[level], _(LEVELS[level])


@require_http_methods(["GET", "HEAD", "POST"])
@page("billing.read")
def due(request: HttpRequest) -> HttpResponse:
    """Show who is to be reminded at which level; choose whom, and begin to write the letters."""
    user: Any = request.user
    given = request.POST if request.method == "POST" else request.GET
    level = int(given["level"]) if given.get("level") in ("1", "2", "3") else None

    def show(form: Form) -> HttpResponse:
        found = reminding.due_to_remind()
        counts = {one: sum(row.level == one for row in found) for one in LEVELS}
        context = {
            "rows": [one for one in found if level in (None, one.level)],
            "levels": [(one, level_word(one), counts[one]) for one in LEVELS if counts[one]],
            "level": level,
            "many": len(found),
            "words": {one: level_word(one) for one in LEVELS},
            "chosen": set(request.POST.getlist("customer")),
            "form": form,
            "out": list(
                reminding.pauses(today()).select_related("organization", "invoice").order_by("pk")[:SHOWN]
            ),
            "day": today(),
            "runs": list(ReminderRun.objects.select_related("by").order_by("-pk")[:5]),
        }
        return render(request, "billing/reminders.html", context)

    if request.method != "POST":
        return show(Form())

    def act() -> ReminderRun:
        customers = [int(one) for one in given.getlist("customer") if one.isascii() and one.isdecimal()]
        if not customers and user.may(actions.RIGHT):
            raise BadInput("nothing_selected", N_("Choose at least one customer."))
        return actions.remind_due(actor=user, customers=customers, level=level)

    return page_act(
        request,
        act,
        ok=_("The reminders are being written."),
        back=lambda run: reverse("billing:reminder_run", args=[run.pk]),
        again=show,
    )


@page("billing.read")
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a run is, what it wrote, and what was refused and why."""
    found = reminding.run_of(pk)
    made = reminding.made(found)
    context = {"run": found, "made": made[:SHOWN], "more": max(0, len(made) - SHOWN)}
    words = {one: level_word(one) for one in LEVELS}
    return render(
        request,
        "billing/reminder_run.html",
        context | {"problems": reminding.refused(found), "words": words},
    )


@require_POST
@page(actions.RIGHT)
def proceed(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on for some seconds, and say how far it is."""
    user: Any = request.user
    found = actions.proceed(actor=user, run=reminding.run_of(pk))
    if not getattr(request, "htmx", None):
        to = reverse("billing:reminder_run", args=[pk])
        return page_act(request, lambda: found, ok=_("The reminders are being written."), back=to)
    if found.finished_at is not None:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "billing/reminder_progress.html", {"run": found})


def _rows(ask: Ask) -> Rows:
    found = reminding.reminders()
    if text := ask.one("customer"):
        found = found.filter(organization__name__icontains=text)
    if levels := [one for one in ask.many("level") if one in ("1", "2", "3")]:
        found = found.filter(level__in=levels)
    first, last = ask.days("issued")
    found = found.filter(issued_on__gte=first) if first else found
    found = found.filter(issued_on__lte=last) if last else found
    cut = ask.slice(found.select_related("organization"), {"number": "number", "issued": "issued_on"})
    return Rows([_row(row) for row in cut.items], cut.before, cut.after)


def _row(row: Any) -> Row:
    return Row(
        id=row.pk,
        name=row.number,
        cells={
            "number": (row.number, reverse("billing:reminder", args=[row.pk])),
            "customer": row.organization.name,
            "level": level_word(row.level),
            "issued": row.issued_on,
            "pay_by": row.pay_by,
            "total": (row.total_minor, row.currency),
        },
    )


REMINDERS = Table(
    name="reminders",
    title=N_("Letters of reminders"),
    permission="billing.read",
    columns=(
        Column("number", N_("Reminder"), "link", sortable=True),
        Column("customer", N_("Customer")),
        Column("level", N_("Level"), "chip"),
        Column("issued", N_("Issued"), "date", sortable=True),
        Column("pay_by", N_("To be paid by"), "date"),
        Column("total", N_("Amount asked for"), "money"),
    ),
    filters=(
        Filter("customer", N_("Customer")),
        Filter(
            "level", N_("Level"), "many", lambda _ask: [(str(one), _(said)) for one, said in LEVELS.items()]
        ),
        Filter("issued", N_("Issued"), "date"),
    ),
    empty=N_("Letters appear here when somebody is reminded."),
    rows=_rows,
)


def written(request: HttpRequest) -> HttpResponse:
    """Every letter."""
    return table_page(request, REMINDERS)


@page("billing.read")
def reminder(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter: its invoices, what it asks for, and whether it left."""
    doc = there(reminding.reminders().select_related("organization"), pk)
    rows = [
        {
            "number": (one.invoice.number, reverse("billing:invoice", args=[one.invoice_id])),
            "due": one.since,
            "days": ((doc.issued_on - one.since).days, 0),
            "level": level_word(one.level),
            "open": (one.open_minor, doc.currency),
        }
        for one in doc.lines.select_related("invoice").order_by("invoice__due_on", "pk")
    ]
    context = {
        "doc": doc,
        "word": level_word(doc.level),
        "rows": rows,
        "parts": further.told("reminder", request, pk),
        "timeline": timeline(f"reminder:{pk}"),
    }
    return render(request, "billing/reminder.html", context)


@require_POST
@page(actions.RIGHT)
def leave_out(request: HttpRequest, organization: int) -> HttpResponse:
    """Leave a customer, or one invoice, out of reminders."""
    user: Any = request.user
    given = request.POST

    def act() -> Any:
        return actions.leave_out(
            actor=user,
            organization=organization,
            invoice=id_of(given, "invoice"),
            reason=given.get("reason", ""),
            until=day_of(given, "until"),
        )

    return page_act(
        request, act, ok=_("Left out of reminders."), back=given.get("back") or reverse("billing:reminders")
    )


@require_POST
@page(actions.RIGHT)
def let_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Let reminders go on for whoever was left out."""
    user: Any = request.user
    act = partial(actions.let_in, actor=user, pause=pk)
    back = request.POST.get("back") or reverse("billing:reminders")
    return page_act(request, act, ok=_("Reminders go on."), back=back)


def part(request: HttpRequest, organization: int, invoice: int | None = None) -> str:
    """What a customer was reminded of, or of one invoice, and whether they are left out, as a section of a page."""
    user: Any = request.user
    if not user.may("billing.read"):
        return ""
    if invoice is None:
        letters = [(one, one.level) for one in reminding.of_customer(organization, 6)]
    else:
        letters = [(one.reminder, one.level) for one in reminding.of_invoice(invoice)]
    out = reminding.pauses_of(organization, invoice)
    whole = next((one for one in out if one.invoice_id is None), None)
    own = next((one for one in out if one.invoice_id == invoice), None)
    if not letters and not out and not user.may(actions.RIGHT):
        return ""
    context = {
        "organization": organization,
        "invoice": invoice,
        "letters": [(one, level_word(level)) for one, level in letters],
        "out": out,
        "leaves_out": user.may(actions.RIGHT) and whole is None and own is None,
        "right": user.may(actions.RIGHT),
    }
    return render_to_string("billing/reminded.html", context, request)
