"""Reports over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext
from ninja import Router
from pydantic import Field

from wharfinger.base import clock, configuration
from wharfinger.base.access import require
from wharfinger.base.door import Page, Request, Shown, answer
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.site.queries.reports import REPORTS

router = Router(tags=["reports"])


class ReportOut(Shown):
    """A report that can be read."""

    name: str = Field(examples=["stock-valuation"])
    title: str = Field(examples=["What stock is worth"])
    columns: list[str] = Field(examples=[["sku", "quantity", "value"]])


class ReportRows(ReportOut):
    """What a report says of a day."""

    on: date
    items: list[dict[str, Any]] = Field(examples=[[{"sku": "AP-1040", "quantity": "3", "value": "94.50"}]])


@router.get("/reports", response=Page[ReportOut], summary="List reports")
def reports(request: Request) -> HttpResponse:
    """The reports that the caller may read."""
    require(request.auth, "boards.read")
    names = [name for name, one in REPORTS.items() if request.auth.may(one.permission)]
    return answer({"items": [_shown(name) for name in names], "next": None})


@router.get("/reports/{name}", response=ReportRows, summary="Read a report")
def report(request: Request, name: str, on: date | None = None, since: date | None = None) -> HttpResponse:
    """Every row of a report, as of today or where the report can of a day before.

    A report of what happened takes ``since``, its first day: the first of the month where it is not given.
    """
    require(request.auth, "boards.read")
    found = REPORTS.get(name)
    if found is None:
        raise NotThere("no_such_report", N_("There is no such report."))
    require(request.auth, found.permission)
    today = clock.today(configuration.one("time_zone"))
    if on is not None and on != today and not found.past:
        raise BadInput(
            "only_today", N_("This report can be had of today only. Leave the date out."), field="on"
        )
    day = on or today
    if since is not None and not found.period:
        raise BadInput("no_period", N_("This report is of one day. Leave the first day out."), field="since")
    days = (since or day.replace(day=1), day) if found.period else (day,)
    return answer({**_shown(name), "on": day.isoformat(), "items": found.rows(*days)})


def _shown(name: str) -> dict[str, Any]:
    one = REPORTS[name]
    return {"name": name, "title": gettext(one.title), "columns": list(one.columns)}
