"""Pages of tickets, projects, contracts and jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base import further
from wharfinger.base.asking import Ask
from wharfinger.base.door import module_on
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_
from wharfinger.base.table import Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.base.words import tidy
from wharfinger.catalog.pages.typed import whole
from wharfinger.demand import needed, pressing, taking
from wharfinger.demand.acting import verbs_of
from wharfinger.demand.entry import in_rows, tax_words
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.pages import (
    GOODS_TONES,
    MONEY_TONES,
    another_row,
    bar_of,
    chosen_customer,
    columns,
    contacts_of,
    goods_chip,
    limited,
    line_rows,
    money_chip,
    offers,
    stages_of,
    typed_day,
    typed_id,
    typed_lines,
)
from wharfinger.demand.promising import dangers
from wharfinger.demand.queries import quantities
from wharfinger.demand.queries.amounts import money_of, open_on, totals_of
from wharfinger.demand.queries.reading import SHEET, lines_on
from wharfinger.demand.queries.shown import lines_of
from wharfinger.demand.queries.standing import people_who
from wharfinger.demand.rules.words import GOODS, MONEY
from wharfinger.ledger.telling import timeline
from wharfinger.work import actions, queries
from wharfinger.work.pages import doing, job_types
from wharfinger.work.rules import KINDS, SCOPE_WORDS, SCOPES, STATES, WorkWish, state_of

STATE_TONES = {"open": "grey", "started": "blue", "completed": "green", "cancelled": "grey"}
PLURALS = {"ticket": "tickets", "project": "projects", "contract": "contracts", "job": "jobs"}


def _rows(kind: str, ask: Ask) -> Rows:
    found = queries.work_orders().filter(kind=kind)
    if ask.tab == "open":
        found = found.filter(work_order__completed_at__isnull=True, work_order__cancelled_at__isnull=True)
    if ask.tab == "late":
        found = queries.late(found)
    if ask.tab == "left":
        found = queries.ended_with_open_goods(found)
    if text := ask.one("customer"):
        found = found.filter(organization__name__icontains=text)
    if words := ask.many("goods"):
        found = found.filter(goods_word__in=words)
    if words := ask.many("money"):
        found = found.filter(money_word__in=words)
    if words := ask.many("type"):
        found = found.filter(work_order__type__in=[one for one in words if one.isdecimal() and len(one) < 19])
    if words := ask.many("priority"):
        found = found.filter(priority__in=words)
    for role in ("lead", "resource"):
        if person := ask.one(role):
            named = int(person) if person.isdecimal() else 0
            found = found.filter(**{f"work_order__{role}_id": named})
    first, last = ask.days("expected")
    found = found.filter(work_order__expected_on__gte=first) if first else found
    found = found.filter(work_order__expected_on__lte=last) if last else found
    cut = ask.slice(found, {"number": "number", "title": "title", "expected": "work_order__expected_on"})
    ids = [row.pk for row in cut.items]
    lines = lines_on(ids, SHEET)
    figures = quantities([line.pk for line in lines])
    ended = {row.pk for row in cut.items if row.goods_word == "cancelled"}
    sums = totals_of(ids, SHEET, ended, lines, figures)
    where: dict[int, list[dict[str, int]]] = {pk: [] for pk in ids}
    for line in lines:
        where[line.sheet_id].append(figures[line.pk])
    rows = [_row(row, sums[row.pk].total, bar_of(where[row.pk])) for row in cut.items]
    return Rows(rows, cut.before, cut.after)


def _row(row: Any, total: int, stages: dict[str, int]) -> Row:
    return Row(
        id=row.pk,
        name=row.number,
        cells={
            "number": (row.number, reverse("work:work_order", args=[row.pk])),
            "title": row.title or None,
            "customer": row.organization.name,
            "type": str(row.work_order.type) if row.work_order.type else None,
            "priority": pressing.chip(row.priority),
            "goods": goods_chip(row.goods_word),
            "money": money_chip(row.money_word),
            "where": (stages, 0),
            "expected": row.work_order.expected_on,
            "total": (total, row.currency),
            "lead": str(row.work_order.lead) if row.work_order.lead else None,
            "resource": str(row.work_order.resource) if row.work_order.resource else None,
        },
    )


def _who(_ask: Ask) -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in people_who("work.read").items()]


def _table(kind: str, title: str, new: str, empty: str) -> Table:
    return Table(
        name=PLURALS[kind],
        title=title,
        permission="work.read",
        columns=(
            Column("number", KINDS[kind], "link", sortable=True),
            Column("title", N_("Title"), sortable=True),
            Column("customer", N_("Customer")),
            *((Column("type", N_("Type")),) if kind == "job" else ()),
            pressing.COLUMN,
            Column("goods", N_("Goods"), "chip"),
            Column("money", N_("Money"), "chip"),
            Column("where", N_("Where"), "stage_bar"),
            Column("expected", N_("Expected"), "date", sortable=True),
            Column("total", N_("Total"), "money"),
            Column("lead", N_("Lead"), "person"),
            Column("resource", N_("Resource"), "person"),
        ),
        filters=(
            Filter("customer", N_("Customer")),
            Filter("goods", N_("Goods"), "many", lambda _ask: [(k, _(GOODS[k])) for k in GOODS_TONES]),
            Filter("money", N_("Money"), "many", lambda _ask: [(k, _(MONEY[k])) for k in MONEY_TONES]),
            Filter("lead", N_("Lead"), "choice", _who),
            Filter("resource", N_("Resource"), "choice", _who),
            pressing.FILTER,
            *((Filter("type", N_("Type"), "many", job_types.all_choices),) if kind == "job" else ()),
            Filter("expected", N_("Expected"), "date"),
        ),
        tabs=(
            Tab("open", N_("Open")),
            Tab("late", N_("Late")),
            Tab("left", N_("Ended, goods open")),
            Tab("all", N_("All")),
        ),
        new=New(new, f"work:new_{kind}", "work.create"),
        empty=empty,
        rows=partial(_rows, kind),
    )


NEW = {
    "ticket": N_("New ticket"),
    "project": N_("New project"),
    "contract": N_("New contract"),
    "job": N_("New job"),
}
TABLES = {
    "ticket": _table(
        "ticket", N_("Tickets"), NEW["ticket"], N_("Open a ticket to charge goods and work on it.")
    ),
    "project": _table(
        "project", N_("Projects"), NEW["project"], N_("A won quote can be charged on a project.")
    ),
    "contract": _table(
        "contract", N_("Contracts"), NEW["contract"], N_("A won quote can be charged on a contract.")
    ),
    "job": _table("job", N_("Jobs"), NEW["job"], N_("Goods handed over on a job are sold at once.")),
}


def work_list(request: HttpRequest, kind: str) -> HttpResponse:
    """Every work order of a kind."""
    if kind == "job":
        module_on("jobs")
    return table_page(request, TABLES[kind])


@page("work.read")
def work_order(request: HttpRequest, pk: int) -> HttpResponse:
    """One ticket, project, contract or job with its charges."""
    row = queries.work_order(pk)
    found = list(lines_of(pk, "sheet").select_related("product", "tax_code"))
    rows = line_rows(found)
    still_open = row.work_order.completed_at is None and row.work_order.cancelled_at is None
    ended = [pk] if row.goods_word == "cancelled" else []
    sums = totals_of([pk], SHEET, ended=ended)[pk]
    does = doing.offered(row, request.user) if still_open else None
    verbs = _verbs(row, rows) if still_open else {}
    context = {
        "doc": row,
        "does": does,
        "work": row.work_order,
        "kind": _(KINDS[row.kind]),
        "open": still_open,
        "state": (STATE_TONES[state_of(row.work_order)], _(STATES[state_of(row.work_order)])),
        "may_add": still_open and request.user.may("work.charge"),  # type: ignore[union-attr]
        "pressing": pressing.chip(row.priority),
        "takes_from": taking.words(row),
        "scope": _(SCOPE_WORDS[row.work_order.scope]) if row.kind == "job" else "",
        "goods_word": goods_chip(row.goods_word),
        "money_word": money_chip(row.money_word),
        "open_minor": open_on(row, sums.total, money_of([pk], SHEET)[pk]),
        "columns": columns(row.tax_included),
        "rows": rows,
        "stages": stages_of(rows),
        "sums": sums,
        "taxed": tax_words(found, row.organization),
        "verbs": {verb: first and not (does and does["next"]) for verb, first in verbs.items()},
        "needs": needed.needs(found, rows) if still_open else [],
        "got": needed.got(found, rows),
        "dangers": dangers(found) if still_open else [],
        "promise_at": reverse("work:promise", args=[pk])
        if still_open and _may_promise(found, request.user)
        else "",
        "parts": limited(request, row) + further.told("work_order", request, pk),
        "timeline": timeline(f"work_order:{pk}"),
    }
    return render(request, "work/work_order.html", context)


def _may_promise(found: Sequence[Line], user: Any) -> bool:
    """Whether charges are promised for another day here; those that a sales order collects are so on the order."""
    return any(one.order_id is None for one in found) and user.may("work.amend")


def _verbs(row: Any, rows: Sequence[Mapping[str, Any]]) -> dict[str, bool]:
    """What may be done with charges; what was handed over on a job is taken back by a verb of its own."""
    found = verbs_of(rows, row.money_word)
    return {verb: first for verb, first in found.items() if row.kind != "job" or verb != "cancel_delivery"}


@require_http_methods(["GET", "HEAD", "POST"])
@page("work.create")
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Open a ticket, project, contract or job."""
    if kind == "job":
        module_on("jobs")

    def show(form: Form) -> HttpResponse:
        context = {
            "form": form,
            "heading": _(NEW[kind]),
            "scopes": _scopes(kind),
            "types": job_types.choices() if kind == "job" else [],
            "people": _people(),
            "serves": _served(form.values) or None,
            "priorities": pressing.choices(),
            "locations": taking.choices(),
            "ways": further.ways(request.user, kind),  # type: ignore[arg-type]
            "back": reverse(f"work:{PLURALS[kind]}"),
        }
        return render(request, "work/form.html", context | offers(form.values))

    if request.method != "POST" or another_row(request):
        return show(Form(request.POST or request.GET))
    given = request.POST

    def act() -> Any:
        wish = WorkWish(
            kind=kind,
            organization=chosen_customer(given),
            lines=typed_lines(given),
            title=tidy(given.get("title", ""), field="title", needed=False),
            customer_reference=_reference(given),
            billable=None if given.get("billable") == "type" else given.get("billable") == "yes",
            scope=given.get("scope") or None,
            type=typed_id(given, "type"),
            starts_on=typed_day(given, "starts_on"),
            estimate_days=whole(given, "estimate_days"),
            expected_on=typed_day(given, "promised_on"),
            owner=typed_id(given, "owner"),
            lead=typed_id(given, "lead"),
            resource=typed_id(given, "resource"),
            order=typed_id(given, "order"),
            **pressing.typed(given),
            location=typed_id(given, "location"),
        )
        if (then := given.get("then")) and wish.lines:
            return further.charging[0].open(actor=request.user, wish=wish, then=then)
        return actions.create_work_order(actor=request.user, wish=wish)  # type: ignore[arg-type]

    return page_act(
        request,
        act,
        ok=lambda done: further.charged(done, given) or _("It is open."),
        back=lambda done: reverse("work:work_order", args=[done.one("demand.Sheet")]),
        again=in_rows(show, given),
    )


def _served(given: Mapping[str, Any]) -> list[tuple[int, str]]:
    """The order that new work is to serve, where one is named."""
    named = str(given.get("order", ""))
    found = Sheet.objects.filter(pk=int(named), kind="order") if named.isdecimal() and len(named) < 19 else ()
    return [(one.pk, one.number) for one in found]


def _scopes(kind: str) -> list[tuple[str, str]]:
    return [(k, _(v)) for k, v in SCOPE_WORDS.items()] if kind == "job" else []


def _people(*there: Any) -> list[tuple[int, str]]:
    """Who may own or lead work, and whoever does so already."""
    return list(({one.pk: str(one) for one in there if one} | people_who("work.read")).items())


def _reference(given: Mapping[str, Any]) -> str:
    return tidy(given.get("customer_reference", ""), field="customer_reference", most=60, needed=False)


@require_http_methods(["GET", "HEAD", "POST"])
@page("work.create")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the words and dates of a work order."""
    row = queries.work_order(pk)
    back = reverse("work:work_order", args=[pk])

    def show(form: Form) -> HttpResponse:
        heading = _("Edit %(number)s") % {"number": row.number}
        context = {
            "form": form,
            "heading": heading,
            "scopes": _scopes(row.kind),
            "people": _people(row.owner, row.work_order.lead, row.work_order.resource),
            "serves": queries.orders_of(row.organization_id),
            "priorities": pressing.choices(),
            "locations": taking.choices(row.location_id),
            "contacts": contacts_of(row.organization_id),
            "back": back,
        }
        return render(request, "work/form.html", context)

    if request.method != "POST":
        return show(
            Form(
                {
                    "title": row.title,
                    "customer_reference": row.customer_reference,
                    "contact": row.contact_id or "",
                    "owner": row.owner_id or "",
                    "lead": row.work_order.lead_id or "",
                    "resource": row.work_order.resource_id or "",
                    "order": row.work_order.order_id or "",
                    "scope": row.work_order.scope,
                    **job_types.days_of(row.work_order),
                    "priority": row.priority,
                    "location": row.location_id or "",
                }
            )
        )
    given = request.POST
    return page_act(
        request,
        lambda: actions.change_work_order(
            actor=request.user,  # type: ignore[arg-type]
            work_order=pk,
            values={
                "title": tidy(given.get("title", ""), field="title", needed=False),
                "customer_reference": _reference(given),
                "contact_id": typed_id(given, "contact"),
                "owner_id": typed_id(given, "owner"),
                **pressing.typed(given),
                **taking.typed(given),
            },
            own={
                **job_types.typed_days(given, row.work_order),
                "lead_id": typed_id(given, "lead"),
                "resource_id": typed_id(given, "resource"),
                "order_id": typed_id(given, "order"),
                **({"scope": given["scope"]} if given.get("scope") in SCOPES else {}),
            },
        ),
        ok=_("Changed %(number)s.") % {"number": row.number},
        back=back,
        again=show,
    )
