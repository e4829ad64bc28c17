"""Pick runs at the desk: the list of them, one run with its totes, and how one is begun and stopped."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wharfinger.base import further
from wharfinger.base.asking import Ask, capped
from wharfinger.base.door import there
from wharfinger.base.page import page, page_act
from wharfinger.base.refusal import N_
from wharfinger.base.table import Column, Filter, Row, Rows, Tab, Table, table_page
from wharfinger.demand.models import Sheet
from wharfinger.fulfilment.actions import runs as actions
from wharfinger.fulfilment.queries import runs as queries
from wharfinger.ledger.telling import timeline
from wharfinger.stock.models import Location

WORDS = {
    "under_way": ("blue", N_("Being picked")),
    "stopped": ("grey", N_("Stopped")),
    "done": ("green", N_("Done")),
}


def _rows(ask: Ask) -> Rows:
    every = queries.runs()
    under_way = every.filter(under_way=True)
    found = under_way if ask.tab == "under_way" else every
    if text := ask.one("picker"):
        found = found.filter(picker__name__icontains=text)
    if text := ask.one("order"):
        found = found.filter(tasks__line__sheet__number__iexact=text).distinct()
    if places := ask.ids("location"):
        found = found.filter(location__in=places)
    cut = ask.slice(found.select_related("location", "picker", "made"), {"number": "number"})
    tasks = queries.tasks_of(cut.items)
    rows = [_row(one, tasks.get(one.pk, ())) for one in cut.items]
    return Rows(rows, cut.before, cut.after, counts={"under_way": capped(under_way)})


def _row(run: Any, tasks: Any) -> Row:
    tone, words = WORDS[queries.run_word(run)]
    orders = dict.fromkeys((task.line.order or task.line.sheet).number for task in tasks)
    return Row(
        id=run.pk,
        name=run.number,
        cells={
            "number": (run.number, reverse("fulfilment:run", args=[run.pk])),
            "word": (tone, _(words)),
            "picker": str(run.picker),
            "location": run.location.name,
            "since": run.made.recorded_at,
            "orders": ", ".join(orders),
            "left": len([task for task in tasks if task.ended_at is None]),
        },
    )


def _locations(ask: Ask) -> list[tuple[str, str]]:
    found = Location.objects.order_by("-default", "name").values_list("pk", "name")
    return [(str(pk), name) for pk, name in ask.once("locations", lambda: list(found))]


RUNS = Table(
    name="pick_runs",
    title=N_("Pick runs"),
    permission="fulfilment.read",
    columns=(
        Column("number", N_("Pick run"), "link", sortable=True),
        Column("word", N_("Progress"), "chip"),
        Column("picker", N_("Picker"), "person"),
        Column("location", N_("Location")),
        Column("since", N_("Started"), "ago"),
        Column("orders", N_("For")),
        Column("left", N_("Lines left"), "number"),
    ),
    filters=(
        Filter("picker", N_("Picker")),
        Filter("order", N_("Order")),
        Filter("location", N_("Location"), "many", _locations),
    ),
    tabs=(Tab("under_way", N_("Being picked")), Tab("all", N_("All"))),
    empty=N_("Pick runs appear here when somebody starts picking, from To pick or from an order."),
    rows=_rows,
)


def run_list(request: HttpRequest) -> HttpResponse:
    """Every pick run."""
    return table_page(request, RUNS)


@page("fulfilment.read")
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: what is still to be taken from where, and what lies in which tote."""
    row = there(queries.runs().select_related("location", "picker", "made"), pk)
    tasks = queries.tasks_of([row])
    stops, picked = queries.stops_of([row], tasks)[pk], queries.picked_in([row])
    tone, words = WORDS[queries.run_word(row)]
    context = {
        "doc": row,
        "word": (tone, _(words)),
        "stops": [
            {
                "bin": stop.bin_name,
                "tote": stop.tote,
                "product": (stop.product.sku, reverse("catalog:product", args=[stop.product.pk])),
                "description": stop.line.description,
                "quantity": (stop.units, stop.product.quantity_decimals),
                "numbers": ", ".join([stop.batch.code] if stop.batch else stop.codes) or None,
            }
            for stop in stops
        ],
        "lines": [
            {
                "tote": f"{row.number}/{task.tote}",
                "document": _document(task.line),
                "product": (task.line.product.sku, reverse("demand:line", args=[task.line_id])),
                "picked": (picked.get((pk, task.line_id), 0), task.line.product.quantity_decimals),
            }
            for task in tasks.get(pk, ())
        ],
        "timeline": timeline(f"pick_run:{pk}"),
        "parts": further.told("pick_run", request, pk),
    }
    return render(request, "fulfilment/run.html", context)


def _document(line: Any) -> tuple[str, str]:
    sheet = line.order or line.sheet
    return sheet.number, reverse(
        "sales:order" if sheet.kind == "order" else "work:work_order", args=[sheet.pk]
    )


def _act(verb: Any, sentence: str) -> Any:
    @require_POST
    @page("fulfilment.pick")
    def acted(request: HttpRequest, pk: int) -> HttpResponse:
        user: Any = request.user
        there(queries.runs(), pk)
        return page_act(
            request,
            lambda: verb(actor=user, run=pk),
            ok=_(sentence),
            back=reverse("fulfilment:run", args=[pk]),
        )

    return acted


stop_run = _act(
    actions.stop_run, N_("The run is stopped. What it reserved and is still in a bin is free again.")
)
take_over = _act(actions.take_over, N_("The run is yours now."))


@require_POST
@page("fulfilment.pick")
def start_run(request: HttpRequest, order: int) -> HttpResponse:
    """Begin to pick an order where most of its goods stand."""
    sheet = get_object_or_404(Sheet, pk=order, void__isnull=True)
    user: Any = request.user
    return page_act(
        request,
        lambda: actions.start_run(actor=user, location=queries.best_location(sheet), orders=[sheet.pk]),
        ok=_("Yours to pick."),
        back=lambda done: reverse("fulfilment:run", args=[done.one("fulfilment.PickRun")]),
    )
