"""Templates of quotes in the browser: their list, one with what it offers, and keeping a quote as one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wharfinger.base import kept
from wharfinger.base.asking import Ask
from wharfinger.base.kept import Kept
from wharfinger.base.page import page, page_act
from wharfinger.base.refusal import N_
from wharfinger.base.table import Column, Filter, Row, Rows, Table, table_page
from wharfinger.base.typed import written
from wharfinger.demand.pages import typed_id
from wharfinger.demand.rules.offering import ALTERNATIVE, OPTIONAL
from wharfinger.demand.rules.recurring import PERIODS
from wharfinger.ledger.telling import timeline
from wharfinger.sales.actions import templates as actions
from wharfinger.sales.models import QuoteTemplate
from wharfinger.sales.queries import templates as queries


def _rows(ask: Ask) -> Rows:
    found = kept.in_use(ask, queries.templates())
    if text := ask.one("name"):
        found = found.filter(name__icontains=text)
    cut = ask.slice(found, {"name": "name"})
    return Rows([_row(one) for one in cut.items], cut.before, cut.after)


def _row(one: QuoteTemplate) -> Row:
    return Row(
        id=one.pk,
        name=one.name,
        cells={
            "name": (one.name, reverse("sales:quote_template", args=[one.pk])),
            "lines": len(one.content["lines"]),
            "currency": one.content["currency"],
            "word": kept.word(one),
        },
    )


TEMPLATES = Table(
    name="quote_templates",
    title=N_("Quote templates"),
    permission="sales.read",
    columns=(
        Column("name", N_("Template"), "link", sortable=True),
        Column("lines", N_("Lines"), "number"),
        Column("currency", N_("Currency")),
        Column("word", N_("State"), "chip"),
    ),
    filters=(Filter("name", N_("Name")),),
    tabs=kept.TABS,
    rows=_rows,
    empty=N_("Write a quote and keep it as a template on its page; new quotes may begin with it."),
)


def _besides(found: QuoteTemplate) -> dict[str, Any]:
    return {
        "shown": (shown := queries.show([found])[0]),
        "rows": [_line(one, found.content["currency"], shown["groups"]) for one in shown["lines"]],
        "less": f"{written(found.content['discount_micro'], 4)} %" if found.content["discount_micro"] else "",
        "entries": timeline(f"quote_template:{found.pk}", most=12),
    }


def _line(one: dict[str, Any], currency: str, groups: list[dict[str, Any]]) -> dict[str, Any]:
    words = {OPTIONAL: _("Optional"), ALTERNATIVE: _("Alternative")}
    group = groups[one["group"]]["title"] if one["group"] is not None else ""
    every = _(PERIODS[one["every"]]) if one["every"] else ""
    less = (
        f"−{one['discount_each']} {currency}" if one["discount_each"] != "0" else "",
        f"−{one['discount_percent']} %" if one["discount_percent"] not in (None, "0") else "",
    )
    price = "" if one["unit_price"] is None else f"{one['unit_price']} {currency}"
    return {
        "product": (
            f"{one['sku'] or ''} {one['description']}".strip(),
            reverse("catalog:product", args=[one["product"]]),
        ),
        "quantity": f"{one['quantity']} {one['unit']}",
        "price": price or _("Of the day"),
        "less": " ".join(filter(None, less)) or None,
        "words": " · ".join(filter(None, (group, words.get(one["option"], ""), every))) or None,
    }


TEMPLATE = Kept(
    rows=queries.templates,
    missing=("no_such_template", N_("There is no such template.")),
    listed="sales:quote_templates",
    template="sales/template_form.html",
    known_by="name",
    fields=("name",),
    typed=lambda post: {"name": post.get("name", "").strip()},
    stands=lambda found: {"name": found.name},
    add=lambda actor, values: None,
    change=lambda actor, pk, values: actions.change_template(actor=actor, template=pk, values=values),
    besides=_besides,
)


@require_safe
def quote_templates(request: HttpRequest) -> HttpResponse:
    """Every template of quotes."""
    return table_page(request, TEMPLATES)


@require_http_methods(["GET", "HEAD", "POST"])
@page("sales.template")
def quote_template(request: HttpRequest, pk: int) -> HttpResponse:
    """What a template offers; whoever may keeps its name, or retires it."""
    return kept.change_one(request, TEMPLATE, pk)


@require_POST
@page("sales.template")
def keep_template(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what a quote offers as a template, a new one or in place of one that is there."""
    actor: Any = request.user
    name, template = request.POST.get("name", "").strip(), typed_id(request.POST, "template")
    if template is not None:
        act = lambda: actions.change_template(actor=actor, template=template, values={}, quote=pk)  # noqa: E731
    else:
        act = lambda: actions.keep_template(actor=actor, quote=pk, name=name)  # noqa: E731
    return page_act(
        request,
        act,
        ok=_("Kept as a template."),
        back=reverse("sales:quote", args=[pk]),
    )
