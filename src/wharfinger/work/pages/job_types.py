"""The list of job types under the settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from wharfinger.base import kept
from wharfinger.base.asking import Ask
from wharfinger.base.door import module_on
from wharfinger.base.kept import Kept
from wharfinger.base.page import page
from wharfinger.base.refusal import N_
from wharfinger.base.table import Column, New, Row, Rows, Table, table_page
from wharfinger.catalog.pages.typed import whole
from wharfinger.demand.pages import typed_day
from wharfinger.ledger.telling import timeline
from wharfinger.work import actions, queries
from wharfinger.work.rules import SCOPE_WORDS


def _rows(ask: Ask) -> Rows:
    cut = ask.slice(kept.in_use(ask, queries.job_types()), {"name": "name"})
    return Rows([_row(one) for one in cut.items], cut.before, cut.after)


def _row(one: Any) -> Row:
    return Row(
        id=one.pk,
        name=one.name,
        cells={
            "name": (one.name, reverse("work:job_type", args=[one.pk])),
            "scope": _(SCOPE_WORDS[one.scope]),
            "billable": _("yes") if one.billable else _("no"),
            "estimate": one.estimate_days,
            "word": kept.word(one),
        },
    )


TYPES = Table(
    name="job_types",
    title=N_("Job types"),
    permission="work.read",
    columns=(
        Column("name", N_("Job type"), "link", sortable=True),
        Column("scope", N_("Fulfilment scope")),
        Column("billable", N_("Billable")),
        Column("estimate", N_("Days it takes"), "number"),
        Column("word", N_("State"), "chip"),
    ),
    tabs=kept.TABS,
    new=New(N_("New job type"), "work:new_job_type", "work.job_type"),
    rows=_rows,
    empty=N_("Add the kinds of job you do: each says its scope, whether it is billed and how long it takes."),
)


def _typed(post: QueryDict) -> dict[str, Any]:
    return {
        "name": post.get("name", ""),
        "scope": post.get("scope") or "generic",
        "billable": post.get("billable") == "yes",
        "estimate_days": whole(post, "estimate_days"),
        "agreed": post.get("agreed", ""),
    }


TYPE = Kept(
    rows=queries.job_types,
    missing=("no_such_job_type", N_("There is no such job type, or it is retired. Look at the list.")),
    listed="work:job_types",
    template="work/job_type.html",
    known_by="name",
    fields=("name", "scope", "billable", "estimate_days", "agreed"),
    typed=_typed,
    stands=lambda found: {
        "name": found.name,
        "scope": found.scope,
        "billable": "yes" if found.billable else "",
        "estimate_days": "" if found.estimate_days is None else found.estimate_days,
        "agreed": found.agreed,
    },
    add=lambda actor, values: actions.add_job_type(actor=actor, values=values),
    change=lambda actor, pk, values: actions.change_job_type(actor=actor, job_type=pk, values=values),
    born={"scope": "generic", "billable": "yes"},
    besides=lambda found: {
        "scopes": [(key, _(words)) for key, words in SCOPE_WORDS.items()],
        "entries": timeline(f"job_type:{found.pk}", most=12) if found else [],
    },
)


@require_safe
def job_types(request: HttpRequest) -> HttpResponse:
    """Every type that jobs can have."""
    module_on("jobs")
    return table_page(request, TYPES)


@require_http_methods(["GET", "HEAD", "POST"])
@page("work.job_type")
def new_job_type(request: HttpRequest) -> HttpResponse:
    """Add a type of job to the list."""
    module_on("jobs")
    return kept.add_one(request, TYPE)


@require_http_methods(["GET", "HEAD", "POST"])
@page("work.job_type")
def job_type(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a type of job, or take it off the list."""
    module_on("jobs")
    return kept.change_one(request, TYPE, pk)


def choices() -> list[tuple[int, str]]:
    """The types that a new job can have."""
    used = queries.job_types().filter(retired_on__isnull=True)
    return list(used.order_by("name").values_list("pk", "name"))


def all_choices(_ask: Ask) -> list[tuple[str, str]]:
    """The types that jobs have, retired ones as well."""
    return [(str(pk), name) for pk, name in queries.job_types().order_by("name").values_list("pk", "name")]


def days_of(work: Any) -> dict[str, str]:
    """The days of work as a form shows them."""

    def written(day: date | None) -> str:
        return day.isoformat() if day else ""

    takes = work.estimate_days
    return {
        "starts_on": written(work.starts_on),
        "estimate_days": "" if takes is None else str(takes),
        "promised_on": written(work.expected_on),
    }


def typed_days(given: Mapping[str, Any], work: Any) -> dict[str, Any]:
    """The days as typed; where the start or the estimate moved and the expected day did not, it follows them."""
    expected = typed_day(given, "promised_on")
    found: dict[str, Any] = {}
    if "starts_on" in given:
        found = {"starts_on": typed_day(given, "starts_on"), "estimate_days": whole(given, "estimate_days")}  # type: ignore[arg-type]
    moved = any(getattr(work, name) != value for name, value in found.items())
    return found if moved and expected == work.expected_on else found | {"expected_on": expected}
