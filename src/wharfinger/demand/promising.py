"""The page on which lines of a document are promised for another day, and what endangers its promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from wharfinger.base import clock, configuration
from wharfinger.base.page import Form, page_act
from wharfinger.demand.models import Line
from wharfinger.demand.pages import document_address, typed_day
from wharfinger.demand.queries import promises
from wharfinger.demand.rules.promising import Promised
from wharfinger.ledger.write import Written

Promise = Callable[[list[Promised], str], Written]
"""Promises lines for another day, and says why."""


def promise_anew(
    request: HttpRequest, doc: Any, found: Sequence[Line], act: Promise, *, sends: str = ""
) -> HttpResponse:
    """Promise lines for another day: those in danger are proposed for the day on which the last of them comes.

    found: the lines of which something may be promised, with their products. sends: where whoever is to tell the
    customer goes next.
    """
    rows, back = _rows(doc, found), document_address(doc)

    def show(form: Form) -> HttpResponse:
        if form.refusal is not None:
            form.refusal.field = _field(form.refusal.field, form.values, rows)
        context = {"doc": doc, "form": form, "rows": rows, "may_send": bool(sends), "back": back}
        return render(request, "demand/promise.html", context)

    if request.method != "POST":
        return show(Form({f"on-{one['line'].pk}": one["proposed"] for one in rows}))
    given = request.POST
    return page_act(
        request,
        lambda: act(_typed(given, rows), given.get("reason", "")[:200]),
        ok=_("Promised anew: %(number)s.") % {"number": doc.number},
        back=sends if sends and given.get("send") else back,
        again=show,
    )


def dangers(found: Sequence[Line]) -> list[dict[str, Any]]:
    """Which of these lines are promised for earlier than they come, and why; one statement."""
    waiting = _waiting(found)
    bad = [(line, promises.worst(waiting.get(line.pk, ()))) for line in found]
    return [
        {
            "product": (line.product.sku, reverse("demand:line", args=[line.pk])),
            "promise": promises.chip(one.danger),
            "why": promises.reason(one),
        }
        for line, one in bad
        if one is not None
    ]


def _waiting(found: Sequence[Line], *, whole: bool = False) -> dict[int, list[promises.Wait]]:
    """What each line waits for. whole: what a kit's components wait for is the kit's."""
    waiting: dict[int, list[promises.Wait]] = {}
    on = clock.today(configuration.one("time_zone"))
    for one in promises.waits((line.pk for line in found), on):
        waiting.setdefault((one.kit if whole else None) or one.line, []).append(one)
    return waiting


def _rows(doc: Any, found: Sequence[Line]) -> list[dict[str, Any]]:
    """The lines of which something is still to come or to go, with what endangers them and the day to propose."""
    waiting = _waiting(found, whole=True)
    today = clock.today(configuration.one("time_zone"))
    rows = []
    for line in found:
        here = waiting.get(line.pk)
        if not here or line.parent_id is not None:
            continue
        bad, comes = promises.worst(here), promises.latest(here)
        day = max(comes, today) if comes else None
        rows.append(
            {
                "line": line,
                "promised": here[0].promised,
                "comes": comes,
                "why": promises.reason(bad) if bad else "",
                "danger": promises.chip(bad.danger) if bad else None,
                "proposed": day.isoformat() if bad and day else "",
            }
        )
    return rows


def _typed(given: Mapping[str, Any], rows: list[dict[str, Any]]) -> list[Promised]:
    """The lines for which another day was typed."""
    typed = [(one, typed_day(given, f"on-{one['line'].pk}")) for one in rows]
    return [Promised(one["line"].pk, day) for one, day in typed if day and day != one["promised"]]


def _field(field: str | None, given: Mapping[str, Any], rows: list[dict[str, Any]]) -> str | None:
    """Where the field of the n-th line that is promised anew stands on the page."""
    parts = (field or "").split(".")
    return f"on-{_typed(given, rows)[int(parts[1])].line}" if len(parts) == 3 else field
