"""Pages that show every part of the look with sample goods; tests visit them in a real browser."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from wharfinger.base import clock
from wharfinger.base.asking import Ask
from wharfinger.base.page import Form, flash, page
from wharfinger.base.refusal import Arrival, BadInput, Holder, Remedy
from wharfinger.base.table import Act, Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.site.urls import handler403, handler404, handler500
from wharfinger.site.urls import urlpatterns as real

__all__ = ["handler403", "handler404", "handler500", "urlpatterns"]

CUSTOMERS = (
    "Brandt & Söhne KG",
    "Alpenblick IT GmbH",
    "Kontor Systems AG",
    "Lumen Retail Ltd",
    "Nordlicht MSP",
)
WORDS = (
    ("amber", "Started"),
    ("violet", "Unconfirmed"),
    ("blue", "Unfulfilled"),
    ("green", "Delivered"),
    ("red", "Owing"),
)
BARS: tuple[dict[str, int], ...] = (
    {
        "wanted": 2,
        "to_approve": 1,
        "to_order": 2,
        "on_order": 3,
        "reserved": 4,
        "picked": 2,
        "packed": 2,
        "delivered": 3,
    },
    {"reserved": 3, "on_order": 2},
    {"shipped": 4, "delivered": 8, "returned": 1},
    {"delivered": 6},
    {"to_order": 5, "picked": 5},
)


def rows(ask: Ask) -> Rows:
    """Fifty sales orders, some of them on each stage."""
    made = [
        Row(
            id=at,
            name=f"SO-{5000 - at}",
            quantity=((3 + at % 4) * 10, 1) if at % 3 else None,
            cells={
                "number": (f"SO-{5000 - at}", f"/gallery/detail?{at}"),
                "customer": (CUSTOMERS[at % 5], "/gallery/detail"),
                "goods": WORDS[at % 5],
                "lines": 3 + at * 7 % 31,
                "where": (BARS[at % 5], 0),
                "total": (99367 + at * 123457 % 2000000, "EUR"),
                "due": date(2026, 12, 13) + timedelta(days=at % 20),
                "owner": ("Mara Klein", "Sven Wolf", "Jo Brandt")[at % 3],
                "made": clock.now() - timedelta(hours=at * 5),
            },
        )
        for at in range(ask.limit)
    ]
    return Rows(made, None, "next", {"all": 1001, "draft": 675, "started": 12, "delivered": 0})


ORDERS = Table(
    name="gallery",
    title="Sales orders",
    permission="",
    columns=(
        Column("number", "Order", "link", sortable=True),
        Column("customer", "Customer", "link", sortable=True),
        Column("goods", "Goods", "chip"),
        Column("lines", "Lines", "number"),
        Column("where", "Where", "stage_bar"),
        Column("total", "Total", "money", sortable=True),
        Column("due", "Due", "date", sortable=True),
        Column("owner", "Owner", "person"),
        Column("made", "Made", "ago", optional=True),
    ),
    filters=(
        Filter("customer", "Customer"),
        Filter("owner", "Owner", "choice", lambda ask: [("1", "Mara Klein"), ("2", "Sven Wolf")]),
        Filter("goods", "Goods", "many", lambda ask: [(w, w) for _tone, w in WORDS]),
        Filter("due", "Due", "date"),
    ),
    tabs=(Tab("all", "All"), Tab("draft", "Draft"), Tab("started", "Started"), Tab("delivered", "Delivered")),
    acts=(
        Act("pick", "Pick", "gallery_form", "", takes_quantity=True, icon="hand"),
        Act("print", "Print pick list", "gallery_form", "", icon="printer"),
        Act("hold", "Hold", "gallery_form", "", icon="ban", tone="danger"),
    ),
    new=New("New order", "gallery_form", ""),
    rows=rows,
)
EMPTY = Table(
    "empty",
    "Purchase orders",
    "",
    ORDERS.columns,
    lambda ask: Rows(()),
    new=New("New order", "gallery_form", ""),
)
SHORT = BadInput(
    "not_enough",
    "{wanted} wanted, {free} free in A1; 4 more arrive on 3 May.",
    field="quantity",
    wanted=3,
    free=2,
    held_by=[Holder("order:17", 5, "2027-05-03"), Holder("quote:9", 1)],
    arriving=[Arrival("purchase_order:12", 4, "2027-05-03")],
    remedies=[Remedy("take_less", {"quantity": "2"}), Remedy("order_rest", {"order": "1"})],
)


def listing(request: HttpRequest) -> HttpResponse:
    """The list page."""
    if "said" in request.GET:
        flash(request, "Shipped 3 routers to Acme in 1 box.")
    return table_page(request, ORDERS)


def empty(request: HttpRequest) -> HttpResponse:
    """A list of nothing yet."""
    return table_page(request, EMPTY)


@page()
def detail(request: HttpRequest) -> HttpResponse:
    """An order with its lines, documents and life."""
    from types import SimpleNamespace as Value

    lines = [
        {
            "product": (f"Router RX-{at}00", "#"),
            "wanted": (5 * at, 0),
            "where": (BARS[at % 5], 0),
            "price": (129_990_000 * at, "EUR"),
            "total": (64995 * at * at, "EUR"),
        }
        for at in range(1, 7)
    ]
    life = [
        Value(
            id=at,
            verb="pick",
            actor=None,
            sentence=sentence,
            who="Mara Klein",
            at=clock.now() - timedelta(hours=at * 7),
            url="#",
            undo="#" if at < 2 else "",
            moves=moves,
        )
        for at, (sentence, moves) in enumerate(
            [
                ("Picked 3 for SO-17", [("3", "Router RX-100", "A1", "Picked")]),
                ("Reserved 3 in Main warehouse", [("3", "Router RX-100", "A1", "A1 for SO-17")]),
                ("Won quote Q-9", []),
            ]
        )
    ]
    return render(request, "gallery/detail.html", {"lines": lines, "life": life})


@page()
def form(request: HttpRequest) -> HttpResponse:
    """A form that was refused, a dry run, a scanner."""
    typed: dict[str, Any] = {
        "quantity": "3",
        "note": "For the branch in Kiel",
        "serial": ["SN-1001", "SN-1002"],
    }
    return render(request, "gallery/form.html", {"form": Form(typed, SHORT)})


urlpatterns = [
    path("gallery/", listing, name="gallery"),
    path("gallery/empty", empty),
    path("gallery/detail", detail),
    path("gallery/form", form, name="gallery_form"),
    path("search", empty, name="gallery_search"),
    path("", include(real)),
]
