"""Pages of reports: which there are, and each with its table and, of figures, its plot."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from wharfinger.base import clock, configuration, money
from wharfinger.base.access import require
from wharfinger.base.asking import Ask
from wharfinger.base.page import page
from wharfinger.base.refusal import N_
from wharfinger.base.table import Column, Filter, Row, Rows, Table, table_page
from wharfinger.catalog.models import Product
from wharfinger.ledger.telling import verb_words
from wharfinger.parties.models import User
from wharfinger.site.cells import show
from wharfinger.site.nav import address
from wharfinger.site.pages.figures import Reading, days
from wharfinger.site.pages.plots import Plot, plotted
from wharfinger.site.queries.reports import BROKEN, REPORTS
from wharfinger.site.queries.reports.goods import AGES
from wharfinger.site.queries.reports.names import beneath, choices
from wharfinger.site.queries.reports.shape import BY, Report

OWN_PAGE = {"stock-valuation": "stock:worth", "receivables": "billing:ageing", "ageing": "billing:ageing"}
"""Reports that a page of another module tells, with more beside."""


@require_safe
@page("boards.read")
def reports(request: HttpRequest) -> HttpResponse:
    """Every report that the reader may see, with what it tells."""
    actor: Any = request.user
    rows = [
        (_(one.title), _(one.says), reverse("site:report", args=[name]))
        for name, one in BROKEN.items()
        if all(actor.may(right) for right in one.permissions)
    ]
    rows += [
        (_(row.title), _(row.says), address(OWN_PAGE.get(name, "")) or reverse("site:report", args=[name]))
        for name, row in REPORTS.items()
        if actor.may(row.permission)
    ]
    # A page that tells two reports is named once, by the one that says more.
    once = {to: (title, says, to) for title, says, to in rows}
    return render(request, "site/reports.html", {"rows": list(once.values())})


@require_safe
@page("boards.read")
def report(request: HttpRequest, name: str) -> HttpResponse:
    """One report, as lists are: narrowed, sorted, kept as a view, and taken out as a file."""
    if name in BROKEN:
        for right in BROKEN[name].permissions:
            require(request.user, right)  # type: ignore[arg-type]  # page() let in who is signed in
        found = Reading(name, BROKEN[name], request)
        return table_page(
            request, found.table(), template="site/report.html", part="site/report_part.html", reading=found
        )
    if name in REPORTS:
        rows = Listed(name, REPORTS[name])
        return table_page(
            request, rows.table(), template="site/report.html", part="site/report_part.html", reading=rows
        )
    raise Http404


MONEY = frozenset(("value", "came_value", "went_value", "open", "amount", "tax", *AGES))
PARTS = frozenset((*AGES, *(f"{one}_quantity" for one in AGES)))
"""What is a part of the whole; none of it is a dash."""
QUANTITIES = frozenset(("quantity", "came", "went", *(f"{one}_quantity" for one in AGES)))
LINKS = {"sku": ("product", "stock:product"), "name": ("organization", "parties:organization")}
"""What leads somewhere, by the column of the id of what it leads to."""
RELIEF = {"write_off": N_("Written off"), "discount": N_("Cash discount")}
LABELS = {
    "sku": N_("SKU"),
    "product_name": N_("Name"),
    "quantity": N_("Quantity"),
    "value": N_("Value"),
    "currency": N_("Currency"),
    "reason": N_("Reason"),
    "verb": N_("What happened"),
    "came": N_("Came"),
    "went": N_("Went"),
    "came_value": N_("Value that came"),
    "went_value": N_("Value that went"),
    "name": N_("Customer"),
    "open": N_("Open"),
    "number": N_("Number"),
    "on": N_("Day"),
    "amount": N_("Amount"),
    "tax": N_("Tax"),
    "by": N_("By"),
    "to_30": N_("Worth, until 30 days"),
    "to_30_quantity": N_("Until 30 days"),
    "to_90": N_("Worth, until 90 days"),
    "to_90_quantity": N_("Until 90 days"),
    "to_180": N_("Worth, until 180 days"),
    "to_180_quantity": N_("Until 180 days"),
    "to_365": N_("Worth, until 365 days"),
    "to_365_quantity": N_("Until 365 days"),
    "older": N_("Worth, longer"),
    "older_quantity": N_("Longer"),
    "kind": N_("Kind"),
}


class Listed:
    """A report of rows for one reader: its list, and where its money is parted, the sums of all and a plot of them."""

    def __init__(self, name: str, report: Report) -> None:
        self.name, self.report = name, report
        self._sums: dict[str, Decimal] = {}

    @property
    def says(self) -> str:
        """In one sentence, what it is for."""
        return self.report.says

    def table(self) -> Table:
        """The list, which has what its columns say."""
        report = self.report
        goods = (Filter("product", BY["product"]), Filter("category", BY["category"], "many", _categories))
        return Table(
            name=f"report_{self.name.replace('-', '_')}",
            title=report.title,
            permission=report.permission,
            columns=[Column(key, LABELS[key], _kind(key)) for key in report.columns if key in LABELS],
            filters=(
                *((Filter("on", N_("Days"), "date"),) if report.past else ()),
                *(goods if "product" in report.columns else ()),
            ),
            empty=N_("There is nothing to tell."),
            rows=self._rows,
        )

    def _rows(self, ask: Ask) -> Rows:
        report, today = self.report, clock.today(configuration.one("time_zone"))
        since, until = days(ask, today.replace(day=1), today)
        found = report.rows(since, until) if report.period else report.rows(until)  # type: ignore[call-arg]
        if "product" in report.columns and (only := _narrowed(ask)) is not None:
            found = [row for row in found if row["product"] in only]
        self._sums = {
            key: sum((Decimal(row[key]) for row in found), Decimal(0))
            for key in (("value", *report.parts) if found and report.parts else ())
        }
        people = (
            ask.once("people", lambda: {one.pk: str(one) for one in User.objects.all()})
            if "by" in report.columns
            else {}
        )
        return Rows([_row(n, row, report, people) for n, row in enumerate(found)])

    def told(self, _ask: Ask) -> list[tuple[str, Any]]:
        """What all of it comes to, and its parts."""
        return [(_(LABELS[key]), _home(amount)) for key, amount in self._sums.items() if amount]

    def plot(self, _ask: Ask) -> Plot | None:
        """Its parts, drawn in their order; the table says the same in words."""
        drawn = [(_(LABELS[key]), _minor(self._sums[key])) for key in self.report.parts if key in self._sums]
        return plotted(
            _("Value"), drawn, lambda minor: str(show("money")((minor, _currency()))), months=False
        )


def _categories(ask: Ask) -> list[tuple[str, str]]:
    return ask.once("choices", choices)["category"]


def _narrowed(ask: Ask) -> set[int] | None:
    """The products of which is told; None where all of them are."""
    text, chosen = ask.one("product"), ask.ids("category") if ask.many("category") else []
    if not (text or chosen):
        return None
    found = Product.objects.all()
    if text:
        found = found.filter(Q(sku__icontains=text) | Q(name__icontains=text))
    if chosen:
        found = found.filter(category__in=beneath(chosen))
    return set(found.values_list("pk", flat=True))


def _currency() -> str:
    return str(configuration.one("currency"))


def _minor(amount: Decimal) -> int:
    return int(amount.scaleb(money.decimals(_currency())))


def _home(amount: Decimal) -> Any:
    return show("money")((_minor(amount), _currency()))


def _kind(key: str) -> Any:
    if key in MONEY:
        return "money"
    if key in QUANTITIES:
        return "quantity"
    return {"sku": "link", "name": "link", "number": "link", "on": "date"}.get(key, "text")


def _row(n: int, row: dict[str, Any], told: Report, people: dict[int, str]) -> Row:
    cells: dict[str, Any] = dict(row)
    for key in MONEY & row.keys():
        places = money.decimals(row["currency"])
        cells[key] = (int(Decimal(row[key]).scaleb(places)), row["currency"])
    for key in QUANTITIES & row.keys():
        units = Decimal(row[key])
        decimals = -int(units.as_tuple().exponent)
        cells[key] = (int(units.scaleb(decimals)), decimals)
    for key in PARTS & row.keys():
        cells[key] = cells[key] if cells[key][0] else None
    for key, (of, url) in LINKS.items():
        if key in row:
            cells[key] = (row[key], address(url, row[of]) if row.get(of) else "")
    if "number" in row:
        of, url = ("invoice", "billing:invoice") if "invoice" in row else ("work_order", "work:work_order")
        cells["number"] = (row["number"], address(url, row[of]))
    if "on" in row:
        cells["on"] = date.fromisoformat(row["on"])
    if "verb" in row:
        cells["verb"] = verb_words(row["verb"])
    if "kind" in row:
        cells["kind"] = _(RELIEF[row["kind"]])
    if "by" in row:
        cells["by"] = people.get(row["by"])
    return Row(id=n, name=str(row.get(told.columns[1], n)), cells=cells)
