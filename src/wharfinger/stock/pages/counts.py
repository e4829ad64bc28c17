"""The list of counts, the form that begins one, and what is due to be counted."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wharfinger.base import configuration
from wharfinger.base.asking import Ask
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.table import Act, Asked, Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.catalog.models import Product
from wharfinger.catalog.queries import categories, category_of, every_path
from wharfinger.stock.actions import counts as actions
from wharfinger.stock.models import Bin, Count, Location
from wharfinger.stock.pages.goods import product_of
from wharfinger.stock.queries import counts as queries
from wharfinger.stock.queries.cycles import Due, due
from wharfinger.stock.rules.counting import Scope

WORDS = {
    "counting": ("blue", N_("Counting")),
    "reviewed": ("amber", N_("Reviewed")),
    "completed": ("green", N_("Completed")),
    "cancelled": ("grey", N_("Given up")),
}


def word_of(count: Count) -> tuple[str, str]:
    """How far a count is, as a chip."""
    tone, word = WORDS[queries.word(count)]
    return tone, _(word)


def scope_words(count: Count) -> str:
    """What of its location a count looks at, in words."""
    said = count.scope
    parts = []
    if said.get("bins"):
        parts.append(", ".join(Bin.objects.filter(pk__in=said["bins"]).values_list("name", flat=True)[:20]))
    if said.get("products"):
        skus = Product.objects.filter(pk__in=said["products"]).order_by("sku").values_list("sku", flat=True)
        parts.append(", ".join(skus[:10]) + (" …" if len(said["products"]) > 10 else ""))
    if said.get("category"):
        parts.extend(categories().filter(pk=said["category"]).values_list("path", flat=True))
    if said.get("moved_since"):
        parts.append(_("moved since %(day)s") % {"day": said["moved_since"]})
    return "; ".join(parts) or _("All of it")


def _rows(ask: Ask) -> Rows:
    found = queries.counts()
    if ask.tab == "open":
        found = queries.standing(found, ("counting", "reviewed"))
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
            "word": word_of(count),
        },
    )


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


@require_http_methods(["GET", "HEAD", "POST"])
@page("stock.count")
def new_count(request: HttpRequest) -> HttpResponse:
    """Begin a count of a location, or of a part of it."""
    actor: Any = request.user

    def show(form: Form) -> HttpResponse:
        found = Location.objects.filter(retired_on__isnull=True).order_by("-default", "name")
        bins = Bin.objects.filter(retired_on__isnull=True, location__in=found).select_related("location")
        return render(
            request,
            "stock/new_count.html",
            {
                "form": form,
                "locations": list(found.values_list("pk", "name")),
                "bins": [
                    (str(one.pk), f"{one.location.name} / {one.name}")
                    for one in bins.order_by("location__name", "place__sequence", "name")[:500]
                ],
                "categories": every_path(),
            },
        )

    if request.method != "POST":
        return show(Form(request.GET.dict()))
    post = request.POST
    return page_act(
        request,
        lambda: actions.begin_count(
            actor=actor,
            location=_whole(post.get("location", "")),
            scope=Scope(
                tuple(_whole(text, "bins") for text in post.getlist("bins")),
                tuple(product_of(sku, field="products").pk for sku in post.get("products", "").split()),
                category_of(post.get("category", "")),
                _day(post.get("moved_since", "")),
            ),
            blind=post.get("blind") == "yes",
            note=post.get("note", ""),
        ),
        ok=_("Began the count."),
        back=lambda done: reverse("stock:count", args=[done.one("stock.Count")]),
        again=show,
    )


def _whole(text: str, field: str = "location") -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise BadInput("no_such_location", N_("Choose a location."), field=field)
    return int(text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput(
            "not_a_date",
            N_("“{text}” is not a date. Write it like 2026-11-30."),
            field="moved_since",
            text=text[:20],
        ) from None


def _locations(ask: Ask) -> list[tuple[str, str]]:
    found = ask.once(
        "locations",
        lambda: list(
            Location.objects.filter(retired_on__isnull=True)
            .order_by("-default", "name")
            .values_list("pk", "name")
        ),
    )
    return [(str(pk), name) for pk, name in found]


def _due_rows(ask: Ask) -> Rows:
    places = _locations(ask)
    chosen = ask.ids("location") or [int(pk) for pk, _name in places[:1]]
    if not chosen:
        return Rows(())
    start = int(ask.cursor) if ask.cursor.isdecimal() and len(ask.cursor) < 9 else 0
    found = due(chosen[0])
    if ask.one("class") in ("A", "B", "C"):
        found = [one for one in found if one.letter == ask.one("class")]
    part = found[start : start + ask.limit]
    products = Product.objects.in_bulk([one.product for one in part])
    currency = configuration.one("currency") if ask.actor.may("catalog.see_cost") else ""
    return Rows(
        [_due_row(one, products[one.product], chosen[0], currency) for one in part],
        str(max(0, start - ask.limit)) if start else None,
        str(start + ask.limit) if start + ask.limit < len(found) else None,
    )


def _due_row(one: Due, product: Product, location: int, currency: str) -> Row:
    cells: dict[str, Any] = {
        "sku": (product.sku, reverse("stock:product", args=[product.pk])),
        "name": product.name,
        "class": one.letter,
        "stock": (one.units, product.quantity_decimals),
        "counted": one.since if one.counted else None,
        "due": one.due_on,
    }
    if currency:
        cells["value"] = (one.value_minor, currency)
    return Row(id=f"{location}-{product.pk}", name=product.sku, cells=cells)


DUE = Table(
    name="due_counts",
    title=N_("Due to be counted"),
    permission="stock.read",
    columns=(
        Column("sku", N_("SKU"), "link"),
        Column("name", N_("Product")),
        Column("class", N_("Class")),
        Column("stock", N_("In bins"), "quantity"),
        Column("value", N_("Value"), "money", permission="catalog.see_cost"),
        Column("counted", N_("Last counted"), "date"),
        Column("due", N_("Due on"), "date"),
    ),
    filters=(
        Filter("location", N_("Location"), "choice", _locations),
        Filter("class", N_("Class"), "choice", lambda ask: [(one, one) for one in "ABC"]),
    ),
    acts=(
        Act(
            "begin",
            N_("Begin a count"),
            "stock:begin_due",
            "stock.count",
            icon="clipboard-check",
            asks=(
                Asked(
                    "blind",
                    N_("Those who count"),
                    choices=lambda ask: [("yes", _("see no figures of the books"))],
                    empty=N_("see the figures of the books"),
                ),
            ),
        ),
    ),
    rows=_due_rows,
    empty=N_("Nothing stands in the bins of this location."),
)


@require_safe
def due_counts(request: HttpRequest) -> HttpResponse:
    """Which products are to be counted next: the more they are worth, the more often."""
    return table_page(request, DUE)


@require_POST
@page("stock.count")
def begin_due(request: HttpRequest) -> HttpResponse:
    """Begin a count of the products that were ticked."""
    actor: Any = request.user

    def act() -> Any:
        pairs = [text.partition("-")[::2] for text in request.POST.getlist("selected")]
        if not pairs:
            raise BadInput("nothing_selected", N_("Select at least one row first."))
        return actions.begin_count(
            actor=actor,
            location=_whole(pairs[0][0]),
            scope=Scope(products=tuple(_whole(product, "products") for _location, product in pairs)),
            blind=request.POST.get("blind") == "yes",
        )

    return page_act(
        request,
        act,
        ok=_("Began the count."),
        back=lambda done: (
            reverse("stock:count", args=[done.one("stock.Count")]) if done else reverse("stock:due_counts")
        ),
    )
