"""The list of grades in which goods come back, and what was found of a unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from wharfinger.base import kept
from wharfinger.base.asking import Ask
from wharfinger.base.kept import Kept
from wharfinger.base.page import page
from wharfinger.base.refusal import N_
from wharfinger.base.table import Column, New, Row, Rows, Table, table_page
from wharfinger.devices.models import Device
from wharfinger.ledger.telling import timeline
from wharfinger.returns.actions import grading as actions
from wharfinger.returns.models import Finding, Grade
from wharfinger.returns.queries import found
from wharfinger.returns.rules import OUTCOMES


def _rows(ask: Ask) -> Rows:
    cut = ask.slice(kept.in_use(ask, Grade.objects.all()), {"code": "code"})
    return Rows([_row(one) for one in cut.items], cut.before, cut.after)


def _row(one: Grade) -> Row:
    return Row(
        id=one.pk,
        name=one.code,
        cells={
            "code": (one.code, reverse("returns:grade", args=[one.pk])),
            "name": found.words_of(one).removeprefix(one.code).removeprefix(" · ") or None,
            "sold": _("Yes") if one.resellable else _("No"),
            "outcome": _(OUTCOMES[one.outcome]) if one.outcome else None,
            "word": kept.word(one),
        },
    )


GRADES = Table(
    name="grades",
    title=N_("Grades"),
    permission="returns.read",
    columns=(
        Column("code", N_("Grade"), "link", sortable=True),
        Column("name", N_("Name")),
        Column("sold", N_("Sold again")),
        Column("outcome", N_("Outcome")),
        Column("word", N_("State"), "chip"),
    ),
    tabs=kept.TABS,
    new=New(N_("New grade"), "returns:new_grade", "site.settings"),
    rows=_rows,
    empty=N_("Add the grades in which goods come back here, so that whoever inspects them chooses one."),
)


@require_safe
def grades(request: HttpRequest) -> HttpResponse:
    """Every grade that can be given."""
    return table_page(request, GRADES)


def _typed(post: QueryDict) -> dict[str, Any]:
    return {
        "code": post.get("code", ""),
        "names": {language: post.get(f"name_{language}", "") for language, _name in settings.LANGUAGES},
        "resellable": post.get("resellable") == "yes",
        "outcome": post.get("outcome", ""),
    }


def _stands(one: Grade) -> dict[str, Any]:
    names = {f"name_{language}": one.names.get(language, "") for language, _name in settings.LANGUAGES}
    return names | {"code": one.code, "resellable": "yes" if one.resellable else "", "outcome": one.outcome}


GRADE = Kept(
    rows=Grade.objects.all,
    missing=("no_such_grade", N_("There is no such grade. Look at the list of grades.")),
    listed="returns:grades",
    template="returns/grade.html",
    known_by="code",
    fields=("code", "resellable", "outcome"),
    typed=_typed,
    born={"resellable": "yes"},
    stands=_stands,
    add=lambda actor, values: actions.add_grade(actor=actor, values=values),
    change=lambda actor, pk, values: actions.change_grade(actor=actor, grade=pk, values=values),
    besides=lambda one: {
        "languages": settings.LANGUAGES,
        "outcomes": [(key, _(word)) for key, word in OUTCOMES.items()],
        "entries": timeline(f"grade:{one.pk}", most=12) if one else [],
    },
)


@require_http_methods(["GET", "HEAD", "POST"])
@page("site.settings")
def new_grade(request: HttpRequest) -> HttpResponse:
    """Add a grade to the list."""
    return kept.add_one(request, GRADE)


@require_http_methods(["GET", "HEAD", "POST"])
@page("site.settings")
def grade(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a grade, or take it off the list."""
    return kept.change_one(request, GRADE, pk)


def told(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """What was found, as pages show it: the acts in their order, each with its photos."""
    pictures = found.pictures_of(findings)
    acts: dict[int, dict[str, Any]] = {}
    for one in findings:
        act = acts.setdefault(
            one.made_id,
            {
                "at": one.made.recorded_at,
                "by": one.made.actor,
                "rma": one.rma_line.rma,
                "pictures": pictures.get(one.made_id, ()),
                "rows": [],
            },
        )
        act["rows"].append(
            {
                "product": one.rma_line.product,
                "serial": one.lot.code if one.lot is not None else "",
                "quantity": one.quantity,
                "grade": found.words_of(one.grade) if one.grade is not None else "",
                "outcome": _(OUTCOMES[one.outcome]),
                "text": one.text,
            }
        )
    return list(acts.values())


def of_a_device(request: HttpRequest, pk: int) -> str:
    """What inspections found of a device."""
    actor: Any = request.user
    lot = Device.objects.filter(pk=pk).values_list("lot_id", flat=True).first()
    if lot is None or not actor.may("returns.read"):
        return ""
    acts = told(found.of_lot(lot))
    return render_to_string("returns/found.html", {"acts": acts, "of_unit": True}, request) if acts else ""
