"""Customer groups in the browser."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from wharfinger.base import kept
from wharfinger.base.asking import Ask
from wharfinger.base.kept import Kept
from wharfinger.base.page import page
from wharfinger.base.refusal import N_
from wharfinger.base.table import Column, New, Row, Rows, Table, table_page
from wharfinger.ledger.telling import timeline
from wharfinger.parties.actions import groups as actions
from wharfinger.parties.models import CustomerGroup


def _rows(ask: Ask) -> Rows:
    found = kept.in_use(ask, CustomerGroup.objects.annotate(members=Count("organizations")))
    cut = ask.slice(found, {"name": "name"})
    return Rows([_row(one) for one in cut.items], cut.before, cut.after)


def _row(one: Any) -> Row:
    return Row(
        id=one.pk,
        name=one.name,
        cells={
            "name": (one.name, reverse("parties:customer_group", args=[one.pk])),
            "members": one.members,
            "word": kept.word(one),
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
    tabs=kept.TABS,
    new=New(N_("New customer group"), "parties:new_customer_group", "parties.organization"),
    rows=_rows,
    empty=N_("Put customers for whom the same prices hold into a group."),
)
GROUP = Kept(
    rows=CustomerGroup.objects.all,
    missing=("no_such_group", N_("There is no such customer group.")),
    listed="parties:customer_groups",
    template="parties/group_form.html",
    known_by="name",
    fields=("name",),
    typed=lambda post: {"name": post.get("name", "").strip()},
    stands=lambda found: {"name": found.name},
    add=lambda actor, values: actions.add_customer_group(actor=actor, values=values),
    change=lambda actor, pk, values: actions.change_customer_group(actor=actor, group=pk, values=values),
    besides=lambda found: {"entries": timeline(f"customer_group:{found.pk}", most=12) if found else []},
)


@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    """Every group of customers."""
    return table_page(request, GROUPS)


@require_http_methods(["GET", "HEAD", "POST"])
@page("parties.organization")
def new_group(request: HttpRequest) -> HttpResponse:
    """Add a group of customers."""
    return kept.add_one(request, GROUP)


@require_http_methods(["GET", "HEAD", "POST"])
@page("parties.organization")
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename or retire a group of customers."""
    return kept.change_one(request, GROUP, pk)
