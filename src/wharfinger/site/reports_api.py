"""Reports over HTTP."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils.translation import gettext
from ninja import Query, Router, Schema
from pydantic import Field

from wharfinger.base import clock, configuration, money
from wharfinger.base.access import require
from wharfinger.base.door import Page, Request, Shown, answer
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.catalog.models import Product
from wharfinger.site.queries.reports import BROKEN, REPORTS
from wharfinger.site.queries.reports.names import beneath, names
from wharfinger.site.queries.reports.shape import BY, Figure, Figures, Wanted

router = Router(tags=["reports"])


class ReportOut(Shown):
    """A report that can be read."""

    name: str = Field(examples=["stock-valuation"])
    title: str = Field(examples=["What stock is worth"])
    says: str = Field(examples=["What is in stock at the end of a day, and what that is worth."])
    columns: list[str] = Field(examples=[["sku", "quantity", "value"]])
    by: list[str] = Field(
        examples=[["customer", "product", "month"]],
        description="By what its figures are told; of rows, nothing.",
    )


class ReportRows(ReportOut):
    """What a report says of a day, or of what happened until then."""

    on: date
    since: date | None = Field(description="The first day, of a report of what happened.")
    told_by: str | None = Field(examples=["customer"])
    items: list[dict[str, Any]] = Field(
        examples=[[{"sku": "AP-1040", "quantity": "3", "value": "94.50"}]],
        description="Of figures, `key` is the id of what they are told by, the first day of a month, or a currency.",
    )
    total: dict[str, Any] | None = Field(examples=[{"net": "94.50"}], description="All of them together.")


class ReportWanted(Schema):
    """Which figures are wanted."""

    on: date | None = Field(None, description="The same as `to`.")
    since: date | None = Field(None, description="The same as `from`.")
    first: date | None = Field(None, alias="from", examples=["2026-01-01"])
    last: date | None = Field(None, alias="to", examples=["2026-11-30"])
    by: str = Field("", max_length=20, examples=["customer"])
    customer: int | None = None
    vendor: int | None = None
    product: int | None = None
    category: int | None = Field(None, description="With all that are below it.")
    group: int | None = None
    person: int | None = None
    buyer: int | None = None
    location: int | None = None


@router.get("/reports", response=Page[ReportOut], summary="List reports")
def reports(request: Request) -> HttpResponse:
    """The reports that the caller may read."""
    require(request.auth, "boards.read")
    names = [
        *(name for name, one in BROKEN.items() if all(map(request.auth.may, one.permissions))),
        *(name for name, one in REPORTS.items() if request.auth.may(one.permission)),
    ]
    return answer({"items": [_shown(name) for name in names], "next": None})


@router.get("/reports/{name}", response=ReportRows, summary="Read a report")
def report(request: Request, name: str, asked: Annotated[ReportWanted, Query()]) -> HttpResponse:
    """Every row of a report, as of today or where the report can of a day before.

    A report of what happened takes ``from`` and ``to``, its first and last day: from the first of the month until today
    where they are not given. Figures are told ``by`` one of the names that the list of reports says, and narrowed
    by the ids of these.
    """
    require(request.auth, "boards.read")
    today = clock.today(configuration.one("time_zone"))
    day, since = asked.last or asked.on, asked.first or asked.since
    if name in BROKEN:
        return _broken(request, name, asked, since, day or today)
    found = REPORTS.get(name)
    if found is None:
        raise NotThere("no_such_report", N_("There is no such report."))
    require(request.auth, found.permission)
    if day is not None and day != today and not found.past:
        raise BadInput(
            "only_today", N_("This report can be had of today only. Leave the date out."), field="on"
        )
    only = _only(asked, ("product", "category") if "product" in found.columns else ())
    day = day or today
    if since is not None and not found.period:
        raise BadInput("no_period", N_("This report is of one day. Leave the first day out."), field="since")
    since = _since(since, day) if found.period else None
    days = (since, day) if since else (day,)
    items = found.rows(*days)
    if only:
        columns = {"product": "pk__in", "category": "category__in"}
        narrowed = Product.objects.filter(**{columns[key]: ids for key, ids in only.items()})
        told = set(narrowed.values_list("pk", flat=True))
        items = [row for row in items if row["product"] in told]
    body = {"on": day.isoformat(), "since": since and since.isoformat(), "told_by": None, "total": None}
    return answer({**_shown(name), **body, "items": items})


def _only(asked: ReportWanted, known: Collection[str]) -> dict[str, list[int]]:
    """Of what alone is told, by its name; raises BadInput where a report is not narrowed by it."""
    only = {key: [pk] for key in BY if (pk := getattr(asked, key, None)) is not None}
    if wrong := only.keys() - set(known):
        key = min(wrong)
        raise BadInput(
            "not_narrowed_by", N_("This report is not narrowed by “{key}”. Leave it out."), field=key, key=key
        )
    if "category" in only:
        only["category"] = beneath(only["category"])
    return only


def _since(since: date | None, until: date) -> date:
    since = since or until.replace(day=1)
    if since > until:
        raise BadInput("ends_before_it_begins", N_("The end lies before the beginning."), field="to")
    return since


def _broken(
    request: Request, name: str, asked: ReportWanted, since: date | None, until: date
) -> HttpResponse:
    found = BROKEN[name]
    for right in found.permissions:
        require(request.auth, right)
    by = asked.by or found.by[0]
    if by not in found.by:
        raise BadInput(
            "no_such_grouping",
            N_("This report is not told by “{by}”. Choose one of {known}."),
            field="by",
            by=by,
            known=", ".join(found.by),
        )
    only = _only(asked, found.by)
    since = _since(since, until)
    home = configuration.one("currency")
    told = found.read(Wanted(since, until, by, home, only))
    called = names(by, told.groups)
    shown = found.columns(by)
    items = [
        {"key": key, "name": called[key] if key is not None else None, **_figures(shown, figures, home)}
        for key, figures in sorted(told.groups.items(), key=lambda row: (row[0] is None, row[0] or 0))
    ]
    body = {"on": until.isoformat(), "since": since.isoformat(), "told_by": by}
    return answer({**_shown(name), **body, "items": items, "total": _figures(shown, told.total, home)})


def _figures(shown: Sequence[Figure], figures: Figures, home: str) -> dict[str, Any]:
    return {one.key: _plain(one, figures.get(one.key), home) for one in shown} | {"currency": home}


def _plain(figure: Figure, value: Any, home: str) -> str | None:
    if value is None:
        return None
    match figure.kind:
        case "money":
            return money.plain(*(value if isinstance(value, tuple) else (value, home)))
        case "quantity":
            return plain(*value)
        case "share":
            return plain(value, money.MICRO)


def _shown(name: str) -> dict[str, Any]:
    if name in BROKEN:
        found = BROKEN[name]
        columns = ["key", "name", *(figure.key for figure in found.figures), "currency"]
        by = list(found.by)
        return {
            "name": name,
            "title": gettext(found.title),
            "says": gettext(found.says),
            "columns": columns,
            "by": by,
        }
    one = REPORTS[name]
    says = gettext(one.says)
    return {"name": name, "title": gettext(one.title), "says": says, "columns": list(one.columns), "by": []}
