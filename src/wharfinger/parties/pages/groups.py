"""Customer groups in the browser."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from wharfinger.base.asking import Ask
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, NotThere
from wharfinger.base.table import Column, New, Row, Rows, Tab, Table, table_page
from wharfinger.ledger.telling import timeline
from wharfinger.parties.actions import groups as actions
from wharfinger.parties.models import CustomerGroup
from wharfinger.parties.pages.organizations import retired


def _rows(ask: Ask) -> Rows:
    found = CustomerGroup.objects.annotate(members=Count("organizations"))
    if ask.tab != "all":
        found = found.filter(retired_on__isnull=True)
    cut = ask.slice(found, {"name": "name"})
    return Rows([_row(one) for one in cut.items], cut.before, cut.after)


def _row(one: Any) -> Row:
    return Row(
        id=one.pk,
        name=one.name,
        cells={
            "name": (one.name, reverse("parties:customer_group", args=[one.pk])),
            "members": one.members,
            "word": ("grey", _("Retired")) if one.retired_on else None,
        },
    )


GROUPS = Table(
    name="customer_groups",
    title=N_("Customer groups"),
    permission="parties.read",
    columns=(
        Column("name", N_("Customer group"), "link", sortable=True),
        Column("members", N_("Customers"), "number"),
        Column("word", N_("State"), "chip"),
    ),
    tabs=(Tab("used", N_("In use")), Tab("all", N_("All"))),
    new=New(N_("New customer group"), "parties:new_customer_group", "parties.organization"),
    rows=_rows,
    empty=N_("Put customers for whom the same prices hold into a group."),
)


@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    """Every group of customers."""
    return table_page(request, GROUPS)


@require_http_methods(["GET", "HEAD", "POST"])
@page("parties.organization")
def new_group(request: HttpRequest) -> HttpResponse:
    """Add a group of customers."""
    show = partial(_form, request, None)
    if request.method != "POST":
        return show(Form({}))
    actor: Any = request.user
    name = request.POST.get("name", "").strip()
    return page_act(
        request,
        lambda: actions.add_customer_group(actor=actor, values={"name": name}),
        ok=_("Added %(name)s.") % {"name": name},
        back=reverse("parties:customer_groups"),
        again=show,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("parties.organization")
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename or retire a group of customers."""
    found = CustomerGroup.objects.filter(pk=pk).first()
    if found is None:
        raise NotThere("no_such_group", N_("There is no such customer group."))
    show = partial(_form, request, found)
    if request.method != "POST":
        return show(Form({"name": found.name, "retired_on": found.retired_on or ""}))
    actor: Any = request.user
    values = {"name": request.POST.get("name", "").strip(), **retired(request.POST)}
    return page_act(
        request,
        lambda: actions.change_customer_group(actor=actor, group=pk, values=values),
        ok=_("Changed %(name)s.") % {"name": values["name"]},
        back=reverse("parties:customer_groups"),
        again=show,
    )


def _form(request: HttpRequest, found: CustomerGroup | None, form: Form) -> HttpResponse:
    entries = timeline(f"customer_group:{found.pk}", most=12) if found else []
    return render(request, "parties/group_form.html", {"form": form, "found": found, "entries": entries})
