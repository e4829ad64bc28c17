"""The list of reasons from which people choose, and what happened for which of them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from wharfinger.base import clock, configuration, kept
from wharfinger.base.asking import Ask
from wharfinger.base.kept import Kept
from wharfinger.base.page import page
from wharfinger.base.refusal import N_
from wharfinger.base.table import Column, Filter, New, Row, Rows, Table, table_page
from wharfinger.catalog.models import Product
from wharfinger.ledger.telling import timeline, verb_words
from wharfinger.stock.actions import reasons as actions
from wharfinger.stock.models import Reason
from wharfinger.stock.queries import reasons as queries
from wharfinger.stock.rules.reasons import USES


def _rows(ask: Ask) -> Rows:
    cut = ask.slice(kept.in_use(ask, Reason.objects.all()), {"name": "name"})
    return Rows([_row(one) for one in cut.items], cut.before, cut.after)


def _row(one: Reason) -> Row:
    return Row(
        id=one.pk,
        name=one.name,
        cells={
            "name": (one.name, reverse("stock:reason", args=[one.pk])),
            "uses": ", ".join(_(USES[use]) for use in one.uses),
            "note": _("Required") if one.note_required else None,
            "word": kept.word(one),
        },
    )


REASONS = Table(
    name="reasons",
    title=N_("Reasons"),
    permission="stock.read",
    columns=(
        Column("name", N_("Reason"), "link", sortable=True),
        Column("uses", N_("Offered for")),
        Column("note", N_("Note")),
        Column("word", N_("State"), "chip"),
    ),
    tabs=kept.TABS,
    new=New(N_("New reason"), "stock:new_reason", "site.settings"),
    rows=_rows,
    empty=N_("Add the reasons for which goods are found, lost, set aside or scrapped here."),
)


@require_safe
def reasons(request: HttpRequest) -> HttpResponse:
    """Every reason that can be given."""
    return table_page(request, REASONS)


def _given(ask: Ask) -> Rows:
    first, last = ask.days("on")
    until = last or clock.today(configuration.one("time_zone"))
    found = queries.given(first or until.replace(month=1, day=1), until)
    products = Product.objects.in_bulk({one.product for one in found})
    names = queries.by_id(one.reason for one in found)
    currency = configuration.one("currency") if ask.actor.may("catalog.see_cost") else ""
    if wanted := ask.ids("reason"):
        found = [one for one in found if one.reason in wanted]
    start = int(ask.cursor) if ask.cursor.isdecimal() and len(ask.cursor) < 9 else 0
    rows = [
        _given_row(one, names.get(one.reason), products[one.product], currency)
        for one in found[start : start + ask.limit]
    ]
    return Rows(
        rows,
        str(max(0, start - ask.limit)) if start else None,
        str(start + ask.limit) if start + ask.limit < len(found) else None,
    )


def _given_row(one: queries.Given, reason: Reason | None, product: Product, currency: str) -> Row:
    d = product.quantity_decimals
    cells: dict[str, Any] = {
        "reason": reason.name if reason else _("In other words"),
        "verb": verb_words(one.verb),
        "sku": (product.sku, reverse("stock:product", args=[product.pk])),
        "came": (one.came, d) if one.came else None,
        "went": (one.went, d) if one.went else None,
    }
    if currency:
        cells["worth"] = (one.came_minor - one.went_minor, currency)
    return Row(id=f"{one.reason}-{one.verb}-{one.product}", name=product.sku, cells=cells)


BY_REASON = Table(
    name="by_reason",
    title=N_("Found and lost by reason"),
    permission="stock.read",
    columns=(
        Column("reason", N_("Reason")),
        Column("verb", N_("Act")),
        Column("sku", N_("SKU"), "link"),
        Column("came", N_("Came"), "quantity"),
        Column("went", N_("Went"), "quantity"),
        Column("worth", N_("Value"), "money", permission="catalog.see_cost"),
    ),
    filters=(
        Filter("on", N_("Day"), "date"),
        Filter(
            "reason",
            N_("Reason"),
            "many",
            lambda ask: [
                (str(pk), name) for pk, name in Reason.objects.order_by("name").values_list("pk", "name")
            ],
        ),
    ),
    rows=_given,
    empty=N_("Nothing was found, lost, set aside or scrapped in this time."),
)


@require_safe
def by_reason(request: HttpRequest) -> HttpResponse:
    """What was found, lost, set aside and corrected since the first of January, or in the chosen days."""
    return table_page(request, BY_REASON)


REASON = Kept(
    rows=Reason.objects.all,
    missing=("no_such_reason", N_("There is no such reason. Look at the list of reasons.")),
    listed="stock:reasons",
    template="stock/reason_form.html",
    known_by="name",
    fields=("name", "note_required"),
    typed=lambda post: {
        "name": post.get("name", ""),
        "uses": post.getlist("uses"),
        "note_required": post.get("note_required") == "yes",
    },
    born={"uses": ["found", "lost"]},
    stands=lambda found: {name: getattr(found, name) or "" for name in ("name", "uses", "note_required")},
    add=lambda actor, values: actions.add_reason(actor=actor, values=values),
    change=lambda actor, pk, values: actions.change_reason(actor=actor, reason=pk, values=values),
    besides=lambda found: {
        "uses": [(use, _(word)) for use, word in USES.items()],
        "entries": timeline(f"reason:{found.pk}", most=12) if found else [],
    },
)


@require_http_methods(["GET", "HEAD", "POST"])
@page("site.settings")
def new_reason(request: HttpRequest) -> HttpResponse:
    """Add a reason to the list."""
    return kept.add_one(request, REASON)


@require_http_methods(["GET", "HEAD", "POST"])
@page("site.settings")
def reason(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a reason, or take it off the list."""
    return kept.change_one(request, REASON, pk)
