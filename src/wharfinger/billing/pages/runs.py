"""Invoice what is due: what there is, and how far it is on its way."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wharfinger.base.page import Form, page, page_act, selected
from wharfinger.base.refusal import N_, BadInput
from wharfinger.billing.actions import runs as actions
from wharfinger.billing.models import InvoiceRun
from wharfinger.billing.pages.typed import day_of
from wharfinger.billing.queries import runs as queries
from wharfinger.billing.queries.runs import Due

SHOWN = 200
"""No more invoices than this are told one by one."""


@require_http_methods(["GET", "HEAD", "POST"])
@page("billing.invoice")
def invoice_due(request: HttpRequest) -> HttpResponse:
    """Show what is due by customer, choose whose, and begin to write the invoices or drafts."""
    user: Any = request.user
    given = request.POST if request.method == "POST" else request.GET

    def show(form: Form) -> HttpResponse:
        refusal = form.refusal
        try:
            until = day_of(given, "until")
        except BadInput as refused:
            until, refusal = None, refused
        rows = _by_customer(queries.invoices_due((), until))
        context = {
            "rows": rows,
            "count": sum(row["invoices"] for row in rows),
            "chosen": set(request.POST.getlist("customer")),
            "form": Form(given, refusal),
            "runs": list(InvoiceRun.objects.select_related("by").order_by("-pk")[:10]),
        }
        return render(request, "billing/due.html", context)

    if request.method != "POST":
        return show(Form())

    def act() -> InvoiceRun:
        customers = [int(one) for one in given.getlist("customer") if one.isascii() and one.isdecimal()]
        if not customers:
            raise BadInput("nothing_selected", N_("Choose at least one customer."))
        until, draft = day_of(given, "until"), given.get("do") == "draft"
        return actions.invoice_due(actor=user, customers=customers, until=until, draft=draft)

    return page_act(
        request,
        act,
        ok=_("The invoices are being written."),
        back=lambda run: reverse("billing:invoice_run", args=[run.pk]),
        again=show,
    )


def _by_customer(found: list[Due]) -> list[dict[str, Any]]:
    """What is due of each customer and currency: how many invoices, of what, and what they come to."""
    rows: dict[tuple[int, str], dict[str, Any]] = {}
    for one in found:
        empty = {"organization": one.organization, "customer": one.customer, "currency": one.currency}
        row = rows.setdefault(
            (one.organization, one.currency), {**empty, "invoices": 0, "lines": 0, "minor": 0, "numbers": {}}
        )
        row["invoices"] += 1
        row["lines"] += len(one.lines)
        row["minor"] += one.minor
        row["numbers"] |= one.numbers
    return list(rows.values())


@require_POST
@page("billing.post")
def post_drafts(request: HttpRequest) -> HttpResponse:
    """Begin to post the ticked drafts, and go to where one sees how far that is."""
    user: Any = request.user
    return page_act(
        request,
        lambda: actions.post_drafts(actor=user, drafts=[row.id for row in selected(request)]),
        ok=_("The drafts are being posted."),
        back=lambda run: reverse("billing:invoice_run", args=[run.pk]),
    )


@page("billing.read")
def invoice_run(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a run is, what it made, and what was refused and why."""
    run = queries.run_of(pk)
    made = queries.made(run)
    context = {"run": run, "made": made[:SHOWN], "more": max(0, len(made) - SHOWN)}
    return render(
        request, "billing/run.html", context | {"problems": queries.refused(run), **_of_drafts(run)}
    )


def _of_drafts(run: InvoiceRun) -> dict[str, Any]:
    """Whether a run posts drafts, and those of its own that wait to be posted."""
    return {"posts": queries.posts(run), "drafts": queries.drafts_of(run) if run.draft else []}


@require_POST
@page("billing.invoice")
def proceed(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on for some seconds, and say how far it is."""
    user: Any = request.user
    run = actions.proceed(actor=user, run=queries.run_of(pk))
    if not getattr(request, "htmx", None):
        to = reverse("billing:invoice_run", args=[pk])
        return page_act(request, lambda: run, ok=_("The invoices are being written."), back=to)
    if run.finished_at is not None:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "billing/run_progress.html", {"run": run})
