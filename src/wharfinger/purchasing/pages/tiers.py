"""Approval tiers under the settings, and on one's own account who decides in one's place."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wharfinger.base import clock, configuration, kept
from wharfinger.base.asking import Ask
from wharfinger.base.fields import day
from wharfinger.base.kept import Kept
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.table import Column, New, Row, Rows, Table, table_page
from wharfinger.base.typed import amount, minor
from wharfinger.ledger.telling import timeline
from wharfinger.purchasing.actions import tiers as actions
from wharfinger.purchasing.models import ApprovalTier
from wharfinger.purchasing.queries import tiers as queries


def _rows(ask: Ask) -> Rows:
    cut = ask.slice(kept.in_use(ask, queries.tiers()), {"limit": "limit_minor"})
    names, home = queries.names(cut.items), configuration.one("currency")
    return Rows([_row(one, names, home) for one in cut.items], cut.before, cut.after)


def _row(one: ApprovalTier, names: dict[int, str], home: str) -> Row:
    return Row(
        one.pk,
        {
            "name": (one.name, reverse("purchasing:tier", args=[one.pk])),
            "limit": None if one.limit_minor is None else (one.limit_minor, home),
            "needed": one.needed,
            "people": ", ".join(names.get(person, "?") for person in one.people),
            "word": kept.word(one),
        },
        name=one.name,
    )


TIERS = Table(
    name="approval_tiers",
    title=N_("Approval tiers"),
    permission="purchasing.read",
    columns=(
        Column("name", N_("Tier"), "link"),
        Column("limit", N_("Up to"), "money", sortable=True),
        Column("needed", N_("How many must approve"), "number"),
        Column("people", N_("Who may approve")),
        Column("word", N_("State"), "chip"),
    ),
    tabs=kept.TABS,
    new=New(N_("New tier"), "purchasing:new_tier", "purchasing.approval_tier"),
    rows=_rows,
    empty=N_(
        "Whoever may approve purchases approves any amount. Add a tier to say who may up to which amount, and how many must."
    ),
)


@require_safe
def tiers(request: HttpRequest) -> HttpResponse:
    """Who may approve up to which amount."""
    return table_page(request, TIERS)


def _typed(post: QueryDict) -> dict[str, Any]:
    limit, needed = post.get("limit", "").strip(), post.get("needed", "")
    return {
        "name": post.get("name", ""),
        "limit_minor": minor(limit, configuration.one("currency"), field="limit") if limit else None,
        "needed": int(needed) if needed.isascii() and needed.isdecimal() and len(needed) < 3 else 0,
        "people": [int(one) for one in post.getlist("people") if one.isdecimal() and len(one) < 19],
    }


def _stands(found: ApprovalTier) -> dict[str, Any]:
    limit = found.limit_minor
    return {
        "name": found.name,
        "limit": "" if limit is None else amount(limit, configuration.one("currency")),
        "needed": str(found.needed),
        "people": found.people,
    }


TIER = Kept(
    rows=queries.tiers,
    missing=("no_such_tier", N_("There is no such approval tier. Look at the list of them.")),
    listed="purchasing:tiers",
    template="purchasing/tier.html",
    known_by="name",
    fields=("name", "limit", "needed", "people"),
    typed=_typed,
    born={"needed": "1"},
    stands=_stands,
    add=lambda actor, values: actions.add_tier(actor=actor, values=values),
    change=lambda actor, pk, values: actions.change_tier(actor=actor, tier=pk, values=values),
    besides=lambda found: {
        "who": queries.approvers(),
        "currency": configuration.one("currency"),
        "entries": timeline(f"approval_tier:{found.pk}", most=12) if found else [],
    },
)


@require_http_methods(["GET", "HEAD", "POST"])
@page("purchasing.approval_tier")
def new_tier(request: HttpRequest) -> HttpResponse:
    """Add a tier."""
    return kept.add_one(request, TIER)


@require_http_methods(["GET", "HEAD", "POST"])
@page("purchasing.approval_tier")
def tier(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a tier, or let it hold no longer."""
    return kept.change_one(request, TIER, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@page("purchasing.approve")
def absence(request: HttpRequest) -> HttpResponse:
    """Who approves purchases in one's own place, and on which days."""
    user: Any = request.user

    def show(form: Form) -> HttpResponse:
        others = [(pk, name) for pk, name in queries.approvers() if pk != user.pk]
        today = clock.today(configuration.one("time_zone"))
        context = {"form": form, "others": others, "found": queries.shown_of(user.pk, today)}
        return render(request, "purchasing/absence.html", context)

    if request.method != "POST":
        return show(Form())
    return page_act(
        request,
        lambda: actions.delegate(
            actor=user,
            delegate=_person(request.POST),
            first_on=day(request.POST.get("first_on", ""), "first_on"),
            last_on=day(request.POST.get("last_on", ""), "last_on"),
        ),
        ok=_("Somebody else decides on these days."),
        back=reverse("purchasing:absence"),
        again=show,
    )


@require_POST
@page("purchasing.approve")
def end_absence(request: HttpRequest, pk: int) -> HttpResponse:
    """One is back before the last day."""
    user: Any = request.user
    return page_act(
        request,
        lambda: actions.end_delegation(actor=user, delegation=pk),
        ok=_("You decide yourself again."),
        back=reverse("purchasing:absence"),
    )


def _person(post: QueryDict) -> int:
    text = post.get("delegate", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise BadInput("missing", N_("Please fill this in."), field="delegate")
    return int(text)
