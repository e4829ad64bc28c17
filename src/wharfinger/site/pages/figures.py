"""A report of figures as somebody asked for it: read once for its table, its sums and its plot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from wharfinger.base import clock
from wharfinger.base.asking import Ask
from wharfinger.base.money import rounded
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.table import Column, Filter, Row, Rows, Tab, Table
from wharfinger.base.typed import written
from wharfinger.catalog.models import Product
from wharfinger.parties.models import Organization
from wharfinger.site.cells import show
from wharfinger.site.house import house
from wharfinger.site.nav import address
from wharfinger.site.pages.plots import Plot, plotted
from wharfinger.site.queries.reports.names import Names, beneath, choices, names
from wharfinger.site.queries.reports.shape import BY, Broken, Figure, Figures, Key, Told, Wanted

PERIODS = {
    "month": N_("This month"),
    "last_month": N_("Last month"),
    "quarter": N_("This quarter"),
    "year": N_("This year"),
    "last_year": N_("Last year"),
}
TYPED = ("customer", "vendor", "product")
"""What a report is narrowed to by what is typed; all else is chosen."""
PLAIN = ("month", "currency")
"""What it is not narrowed to."""
KINDS: dict[str, Any] = {"money": "money", "quantity": "quantity", "share": "share"}


def period(tab: str, today: date) -> tuple[date, date]:
    """The first and the last day of a period that has a name."""
    first = today.replace(day=1)
    match tab:
        case "last_month":
            last = first - timedelta(days=1)
            return last.replace(day=1), last
        case "quarter":
            return first.replace(month=(today.month - 1) // 3 * 3 + 1), today
        case "year":
            return first.replace(month=1), today
        case "last_year":
            return date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)
    return first, today


def days(ask: Ask, since: date, until: date) -> tuple[date, date]:
    """The days that were typed, else these; raises BadInput where they end before they begin."""
    first, last = ask.days("on")
    if first or last:
        until = last or max(until, first or until)
        since = first or until.replace(day=1)
    if since > until:
        raise BadInput("ends_before_it_begins", N_("The end lies before the beginning."), field="on")
    return since, until


class Reading:
    """One report for one reader."""

    def __init__(self, name: str, broken: Broken, request: HttpRequest) -> None:
        asked = request.GET.get("by", "")
        self.name, self.broken = name, broken
        self.by = asked if asked in broken.by else broken.by[0]
        self.figures = broken.columns(self.by)
        ours = house(request)
        self.home, self.today = ours["currency"], clock.today(ours["time_zone"])
        self._read: tuple[Wanted, Told, Names] | None = None

    @property
    def says(self) -> str:
        """In one sentence, what it is for."""
        return self.broken.says

    def table(self) -> Table:
        """Its list: what it is told by, and its figures."""
        columns = [Column(one.key, one.label, KINDS[one.kind], sortable=True) for one in self.figures]
        return Table(
            name=f"report_{self.name.replace('-', '_')}",
            title=self.broken.title,
            permission=self.broken.permissions[0],
            columns=(Column("key", BY[self.by], "link", sortable=True), *columns),
            filters=self._filters(),
            tabs=tuple(Tab(key, words) for key, words in PERIODS.items()),
            empty=N_("Nothing happened in this time."),
            rows=self._rows,
        )

    def _filters(self) -> tuple[Filter, ...]:
        by = [(key, _(BY[key])) for key in self.broken.by]
        return (
            Filter("by", N_("Told by"), "choice", lambda _ask: by),
            Filter("on", N_("Days"), "date"),
            *(Filter(key, BY[key]) for key in TYPED if key in self.broken.by),
            *(
                Filter(key, BY[key], "many", _choices(key))
                for key in self.broken.by
                if key not in (*TYPED, *PLAIN)
            ),
        )

    def _wanted(self, ask: Ask) -> Wanted:
        since, until = days(ask, *period(ask.tab, self.today))
        only: dict[str, list[int]] = {}
        for key in self.broken.by:
            if key in TYPED and (text := ask.one(key)):
                only[key] = _typed(key, text)
            elif key not in (*TYPED, *PLAIN) and ask.many(key):
                only[key] = beneath(ask.ids(key)) if key == "category" else ask.ids(key)
        return Wanted(since, until, self.by, self.home, only)

    def _once(self, ask: Ask) -> tuple[Wanted, Told, Names]:
        if self._read is None:
            wanted = self._wanted(ask)
            told = self.broken.read(wanted)
            self._read = wanted, told, names(self.by, told.groups)
        return self._read

    def _rows(self, ask: Ask) -> Rows:
        wanted, told, called = self._once(ask)
        keys = self._sorted(told, called, ask.sort)
        at, end = int(ask.cursor) if ask.cursor.isdecimal() else 0, len(keys)
        rows = [
            self._row(
                str(key), called.get(key, str(key)), self._leads(key, called, wanted, ask), told.groups[key]
            )
            for key in keys[at : at + ask.limit]
        ]
        last = at + ask.limit >= end
        if last and len(keys) > 1:
            rows.append(self._row("all", _("All of them"), "", told.total))
        before = str(max(0, at - ask.limit)) if at else None
        return Rows(rows, before, None if last else str(at + ask.limit))

    def _row(self, pk: str, words: str, leads: str, figures: Figures) -> Row:
        cells = {one.key: self._cell(one, figures.get(one.key)) for one in self.figures}
        return Row(id=pk, name=words, cells={"key": (words, leads), **cells})

    def _cell(self, figure: Figure, value: Any) -> Any:
        match figure.kind:
            case "money" if isinstance(value, int):
                return value, self.home
            case "share" if value is not None:
                return f"{written(rounded(value, 1000), 1)} %"
        return value

    def _sorted(self, told: Told, called: Names, sort: str) -> list[Key]:
        """Its groups, the largest first; months as they follow one another."""
        by_name = sorted(
            told.groups,
            key=lambda key: (
                key is None,
                str(key) if self.by == "month" else called.get(key, str(key)).casefold(),
            ),
        )
        key, down = sort.removeprefix("-"), sort.startswith("-")
        kinds = {one.key for one in self.figures}
        if key not in kinds:
            if key == "key" or self.by == "month":
                return by_name[::-1] if down else by_name
            key, down = self.broken.plot, True

        def size(group: Key) -> Any:
            value = told.groups[group].get(key)
            if isinstance(value, tuple):
                value = value[0] if isinstance(value[1], str) else value[0] * 10.0 ** -value[1]
            return (value is not None, value or 0)

        return sorted(by_name, key=size, reverse=down)

    def _leads(self, key: Key, called: Names, wanted: Wanted, ask: Ask) -> str:
        """To the documents of a group, or to its customers, each of whom leads to theirs."""
        since, until = wanted.since, wanted.until
        if self.by == "month" and isinstance(key, str):
            first = date.fromisoformat(key)
            since = max(since, first)
            until = min(until, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
        elif self.by not in (self.broken.whom, "month") and key is not None and self.by != "currency":
            words = called.get(key, "").partition(" · ")[0] if self.by in TYPED else key
            asked = {"by": self.broken.whom, "on-from": since, "on-to": until, self.by: words}
            return (
                f"{reverse('site:report', args=[self.name])}?{urlencode(asked)}"
                if self.broken.whom in self.broken.by
                else ""
            )
        elif self.by != self.broken.whom or key is None:
            return ""
        asked = {"tab": "all"}
        if self.broken.issued:
            asked |= {f"{self.broken.issued}-from": since, f"{self.broken.issued}-to": until}
        if self.by == self.broken.whom:
            asked[self.by] = called[key]
        page = address(self.broken.papers) if ask.actor.may(self.broken.permissions[0]) else ""
        return f"{page}?{urlencode(asked)}" if page else ""

    def told(self, ask: Ask) -> list[tuple[str, Any]]:
        """The days that are told, and what it all comes to."""
        if self._read is None:
            return []
        wanted, told, _called = self._once(ask)
        sums = [
            (_(one.label), show(KINDS[one.kind])(self._cell(one, told.total.get(one.key))))
            for one in self.figures
            if told.total.get(one.key) is not None
        ]
        first, last = show("date")(wanted.since), show("date")(wanted.until)
        return [(_("Days"), f"{first} – {last}"), *sums]

    def plot(self, ask: Ask) -> Plot | None:
        """The largest groups, or all months, drawn; the table says the same in words."""
        if self._read is None or len(self._read[1].groups) < 2:
            return None
        _wanted, told, called = self._once(ask)
        figure = next(one for one in self.figures if one.key == self.broken.plot)
        keys = self._sorted(told, called, "")
        drawn = [(called.get(key, str(key)), told.groups[key].get(figure.key) or 0) for key in keys]
        title = _("%(figure)s by %(part)s") % {"figure": _(figure.label), "part": _(BY[self.by])}
        said = show(KINDS[figure.kind])
        return plotted(title, drawn, lambda v: str(said(self._cell(figure, v))), months=self.by == "month")


def _choices(key: str) -> Callable[[Ask], list[tuple[str, str]]]:
    return lambda ask: ask.once("choices", choices)[key]


def _typed(key: str, text: str) -> list[int]:
    if key in ("customer", "vendor"):
        return list(Organization.objects.filter(name__icontains=text).values_list("pk", flat=True))
    found = Product.objects.filter(sku__icontains=text) | Product.objects.filter(name__icontains=text)
    return list(found.values_list("pk", flat=True))
