"""How documents are numbered, series by series, under the settings."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from wharfinger.base import clock, configuration
from wharfinger.base.asking import Ask
from wharfinger.base.fields import checked
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.base.table import Column, Row, Rows, Table, table_page
from wharfinger.ledger.numbered import said
from wharfinger.ledger.numbering import SERIES, counters, sides, stands
from wharfinger.ledger.telling import timeline
from wharfinger.parties.actions import numbers as actions


def _rows(ask: Ask) -> Rows:
    kept, year = counters(), _year()
    return Rows([_row(name, *stands(name, kept, year), year) for name in SERIES])


def _year() -> int:
    return clock.today(configuration.one("time_zone")).year


def _row(name: str, pattern: str, following: int, year: int) -> Row:
    word = _(SERIES[name].word)
    return Row(
        id=name,
        name=word,
        cells={
            "series": (word, reverse("parties:number", args=[name])),
            "pattern": pattern,
            "next": said(pattern, following, year),
        },
    )


NUMBERS = Table(
    name="numbers",
    title=N_("Numbers"),
    permission="site.settings",
    columns=(
        Column("series", N_("Series"), "link"),
        Column("pattern", N_("Pattern")),
        Column("next", N_("Next number")),
    ),
    rows=_rows,
)


@require_safe
def numbers(request: HttpRequest) -> HttpResponse:
    """Every series, with the number that comes next."""
    return table_page(request, NUMBERS)


@require_http_methods(["GET", "HEAD", "POST"])
@page("site.settings")
def number(request: HttpRequest, series: str) -> HttpResponse:
    """Decide how one series is numbered from now on."""
    if series not in SERIES:
        raise NotThere("no_such_series", N_("There is no series “{name}”."), name=series[:60])
    actor: Any = request.user
    word = _(SERIES[series].word)
    year = _year()
    pattern, following = stands(series, counters(series), year)

    def show(form: Form) -> HttpResponse:
        context = {
            "form": form,
            "word": word,
            "number": said(pattern, following, year),
            "entries": timeline(f"counter:{series}", most=12),
        }
        return render(request, "parties/number.html", context)

    if request.method != "POST" and "pattern" in request.GET:
        # What is typed is told before it is kept.
        try:
            asked = checked(actions.CHECKS, _typed(request.GET))
            sides(asked["pattern"])
        except BadInput as refusal:
            return show(Form(request.GET, refusal))
        pattern, following = asked["pattern"], asked["next"]
        return show(Form(request.GET))
    if request.method != "POST":
        return show(Form({"pattern": pattern, "next": str(following)}))
    return page_act(
        request,
        lambda: actions.set_number(actor=actor, series=series, values=_typed(request.POST)),
        ok=_("Changed the numbers of %(name)s.") % {"name": word},
        back=reverse("parties:numbers"),
        again=show,
    )


def _typed(post: QueryDict) -> dict[str, Any]:
    following = post.get("next", "").strip()
    return {
        "pattern": post.get("pattern", ""),
        "next": int(following)
        if following.isascii() and following.isdecimal() and len(following) < 19
        else 0,
    }
