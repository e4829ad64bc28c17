"""Counting on a phone between the shelves: begin, record, review, complete."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wharfinger.base import typed as written
from wharfinger.base.asking import Ask
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.base.table import Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.ledger.telling import timeline
from wharfinger.ledger.write import Written
from wharfinger.stock.actions import counts as actions
from wharfinger.stock.models import Bin, Count, Location
from wharfinger.stock.pages.goods import codes_of, product_of
from wharfinger.stock.queries import counts as queries
from wharfinger.stock.rules.counting import Tally


def _rows(ask: Ask) -> Rows:
    found = queries.counts()
    if ask.tab == "open":
        found = found.filter(completed_at__isnull=True)
    if text := ask.one("location"):
        found = found.filter(location__name__icontains=text)
    cut = ask.slice(found, {"number": "number"})
    return Rows([_row(one) for one in cut.items], cut.before, cut.after)


def _row(count: Count) -> Row:
    return Row(
        id=count.pk,
        name=count.number,
        cells={
            "number": (count.number, reverse("stock:count", args=[count.pk])),
            "location": count.location.name,
            "note": count.note or None,
            "word": _word(count),
        },
    )


def _word(count: Count) -> tuple[str, str]:
    if count.completed_at is not None:
        return "green", _("Completed")
    return ("amber", _("Reviewed")) if count.reviewed_at is not None else ("blue", _("Counting"))


COUNTS = Table(
    name="counts",
    title=N_("Counts"),
    permission="stock.read",
    columns=(
        Column("number", N_("Count"), "link", sortable=True),
        Column("location", N_("Location")),
        Column("note", N_("Note")),
        Column("word", N_("State"), "chip"),
    ),
    filters=(Filter("location", N_("Location")),),
    tabs=(Tab("open", N_("Open")), Tab("all", N_("All"))),
    new=New(N_("New count"), "stock:new_count", "stock.count"),
    rows=_rows,
    empty=N_("Begin a count to compare the shelves with the books."),
)


@require_safe
def counts(request: HttpRequest) -> HttpResponse:
    """Every count."""
    return table_page(request, COUNTS)


def _there(pk: int) -> Count:
    found = queries.counts().filter(pk=pk).first()
    if found is None:
        raise NotThere("no_such_count", N_("There is no such count."))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@page("stock.count")
def new_count(request: HttpRequest) -> HttpResponse:
    """Begin a count of a location."""
    actor: Any = request.user

    def show(form: Form) -> HttpResponse:
        found = (
            Location.objects.filter(retired_on__isnull=True)
            .order_by("-default", "name")
            .values_list("pk", "name")
        )
        return render(request, "stock/new_count.html", {"form": form, "locations": list(found)})

    if request.method != "POST":
        return show(Form(request.GET.dict()))
    return page_act(
        request,
        lambda: actions.begin_count(
            actor=actor, location=_whole(request.POST.get("location", "")), note=request.POST.get("note", "")
        ),
        ok=_("Began the count."),
        back=lambda done: reverse("stock:count", args=[done.one("stock.Count")]),
        again=show,
    )


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadInput("no_such_location", N_("Choose a location."), field="location")
    return int(text)


@require_safe
@page("stock.read")
def count(request: HttpRequest, pk: int) -> HttpResponse:
    """A count: what was counted, and how far the books are off."""
    return _shown(request, _there(pk), Form({"bin": request.GET.get("bin", "")}))


def _shown(request: HttpRequest, found: Count, form: Form) -> HttpResponse:
    ((_same, lines),) = queries.with_lines([found])
    bins = Bin.objects.filter(location=found.location_id, retired_on__isnull=True).order_by(
        "place__sequence", "name"
    )
    fields = ("product", "bin", "counted", "serials", "batch", "unit_cost")
    return render(
        request,
        "stock/count.html",
        {
            "count": found,
            "word": _word(found),
            "lines": [_line(line) for line in lines],
            "bins": list(bins.values_list("pk", "name")),
            "form": form,
            "apart": form.refusal if form.refusal is not None and form.refusal.field not in fields else None,
            "entries": timeline(f"count:{found.pk}", most=12),
        },
    )


def _line(line: Any) -> dict[str, Any]:
    d = line.product.quantity_decimals
    return {
        "bin": line.bin.name,
        "product": (line.product.sku, reverse("stock:product", args=[line.product_id])),
        "code": line.code or None,
        "counted": (line.counted, d),
        "difference": (line.difference, d),
    }


@require_POST
@page("stock.count")
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what was counted of a product in a bin."""
    found = _there(pk)
    post = request.POST
    actor: Any = request.user

    def act() -> Written:
        product = product_of(post.get("product", ""))
        place = (
            Bin.objects.filter(pk=_whole_bin(post.get("bin", ""))).values_list("place_id", flat=True).first()
        )
        if place is None:
            raise BadInput("no_such_bin", N_("The location has no such bin."), field="bin")
        codes = codes_of(post)
        typed = post.get("counted", "").strip() or (str(len(codes)) if product.traced == "serial" else "")
        cost = post.get("unit_cost", "").strip()
        tally = Tally(
            product.pk,
            place,
            written.scaled(typed, product.quantity_decimals, field="counted"),
            codes if product.traced != "batch" else (),
            codes[0] if product.traced == "batch" and codes else "",
            written.micro(cost, field="unit_cost") if cost else None,
        )
        return actions.record_count(actor=actor, count=pk, tallies=[tally])

    back = f"{reverse('stock:count', args=[pk])}?bin={_whole_bin(post.get('bin', ''))}"
    return page_act(
        request, act, ok=_("Written down."), back=back, again=lambda form: _shown(request, found, form)
    )


def _whole_bin(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


@require_POST
@page("stock.review_count")
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the differences have been looked at."""
    actor: Any = request.user
    back = reverse("stock:count", args=[pk])
    return page_act(
        request, lambda: actions.review_count(actor=actor, count=pk), ok=_("Reviewed."), back=back
    )


@require_POST
@page("stock.complete_count")
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Post the differences."""
    actor: Any = request.user
    back = reverse("stock:count", args=[pk])
    return page_act(
        request,
        lambda: actions.complete_count(actor=actor, count=pk),
        ok=_("Posted the differences."),
        back=back,
    )
