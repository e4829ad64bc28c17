"""Pages of quotes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wharfinger.base import clock, configuration, further, money, worded
from wharfinger.base.asking import Ask, capped
from wharfinger.base.money import reckoned, rounded
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_
from wharfinger.base.table import Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.base.typed import written
from wharfinger.base.words import tidy
from wharfinger.demand import needed, options, taking
from wharfinger.demand.arranging import heads
from wharfinger.demand.entry import in_rows, tax_words
from wharfinger.demand.models import Line
from wharfinger.demand.pages import (
    another_row,
    chosen_customer,
    columns,
    contacts_of,
    document_address,
    limited,
    line_rows,
    offers,
    stages_of,
    typed_day,
    typed_id,
    typed_lines,
    typed_taxes,
)
from wharfinger.demand.queries.amounts import recurring_of
from wharfinger.demand.queries.grouping import groups_of, in_groups
from wharfinger.demand.queries.holding import held_of
from wharfinger.demand.queries.shown import lines_of
from wharfinger.demand.queries.standing import people_who
from wharfinger.demand.rules.discounts import before
from wharfinger.demand.rules.recurring import PERIODS
from wharfinger.ledger.telling import timeline
from wharfinger.sales import links, queries
from wharfinger.sales.actions import quotes as actions
from wharfinger.sales.actions.templates import quote_from
from wharfinger.sales.pages.approving import chip as approval_chip
from wharfinger.sales.queries import templates
from wharfinger.sales.queries.approvals import WAITING
from wharfinger.sales.queries.margins import Margin, concerns_of, costs_of, margins_of, together
from wharfinger.sales.rules.approving import word_of
from wharfinger.sales.rules.quotes import QuoteWish
from wharfinger.stock.queries.worth import UnitCosts

QUOTE_WORDS = {
    "open": N_("Open"),
    "sent": N_("Sent"),
    "expired": N_("Expired"),
    "won": N_("Won"),
    "lost": N_("Lost"),
}
QUOTE_TONES = {"open": "grey", "sent": "blue", "expired": "amber", "won": "green", "lost": "red"}


def _rows(ask: Ask) -> Rows:
    every = queries.quotes()
    standing = every.filter(quote__won_at__isnull=True, quote__lost_at__isnull=True)
    waiting = standing.filter(WAITING)
    found = {
        "open": standing,
        "won": every.filter(quote_word="won"),
        "lost": every.filter(quote_word="lost"),
        "approval": waiting,
    }.get(ask.tab, every)
    if text := ask.one("customer"):
        found = found.filter(organization__name__icontains=text)
    found = owned_by(found, ask)
    if words := ask.many("word"):
        found = found.filter(quote_word__in=words)
    first, last = ask.days("expires")
    found = found.filter(quote__expires_on__gte=first) if first else found
    found = found.filter(quote__expires_on__lte=last) if last else found
    cut = ask.slice(found, {"number": "number", "quoted": "ordered_on", "expires": "quote__expires_on"})
    sums = queries.quote_totals(cut.items)
    rows = [_row(quote, sums[quote.pk].total) for quote in cut.items]
    return Rows(rows, cut.before, cut.after, counts={"open": capped(standing), "approval": capped(waiting)})


def _row(row: Any, total: int) -> Row:
    return Row(
        id=row.pk,
        name=row.number,
        cells={
            "number": (row.number, reverse("sales:quote", args=[row.pk])),
            "customer": row.organization.name,
            "title": row.title or None,
            "word": (QUOTE_TONES[row.quote_word], _(QUOTE_WORDS[row.quote_word])),
            "quoted": row.ordered_on,
            "expires": row.quote.expires_on,
            "total": (total, row.currency),
            "owner": str(row.owner) if row.owner else None,
        },
    )


def owners(there: Any = None) -> list[tuple[int, str]]:
    """Who may own what is sold, and whoever does so already."""
    return list((({there.pk: str(there)} if there else {}) | people_who("sales.read")).items())


def owned_by(found: Any, ask: Ask) -> Any:
    """Those of whoever is chosen; all where nobody is."""
    return found.filter(owner_id__in=ask.ids("owner")) if ask.one("owner") else found


OWNER = Filter("owner", N_("Owner"), "choice", lambda _ask: [(str(pk), name) for pk, name in owners()])
"""Narrows a list of what is sold to what one person owns."""

QUOTES = Table(
    name="quotes",
    title=N_("Quotes"),
    permission="sales.read",
    columns=(
        Column("number", N_("Quote"), "link", sortable=True),
        Column("customer", N_("Customer")),
        Column("title", N_("Title")),
        Column("word", N_("Progress"), "chip"),
        Column("quoted", N_("Quoted"), "date", sortable=True),
        Column("expires", N_("Expires"), "date", sortable=True),
        Column("total", N_("Total"), "money"),
        Column("owner", N_("Owner"), "person"),
    ),
    filters=(
        Filter("customer", N_("Customer")),
        OWNER,
        Filter("word", N_("Progress"), "many", lambda _ask: [(k, _(v)) for k, v in QUOTE_WORDS.items()]),
        Filter("expires", N_("Expires"), "date"),
    ),
    tabs=(
        Tab("open", N_("Open")),
        Tab("approval", N_("Waiting Approval")),
        Tab("won", N_("Won")),
        Tab("lost", N_("Lost")),
        Tab("all", N_("All")),
    ),
    new=New(N_("New quote"), "sales:new_quote", "sales.quote"),
    empty=N_("Write a quote; it may hold stock until it expires."),
    rows=_rows,
)


def quote_list(request: HttpRequest) -> HttpResponse:
    """Every quote."""
    return table_page(request, QUOTES)


@page("sales.read")
def quote(request: HttpRequest, pk: int) -> HttpResponse:
    """One quote: its lines, what it holds, and what happened to it."""
    known = configuration.read("currency", "quote_approval", "time_zone")
    on = clock.today(known["time_zone"])
    row = queries.quote(pk, on)
    groups = list(groups_of(pk))
    found = in_groups(list(lines_of(pk, "sheet").select_related("product", "tax_code")), groups)
    rows = line_rows(found)
    shown = columns(row.tax_included)
    margin = None
    if request.user.may("catalog.see_cost"):  # type: ignore[union-attr]
        shown[4:4] = [("cost", _("Cost"), "noted")]
        # Where the price is from stands beneath it, so that what is left and the net are in sight.
        shown = [one for one in shown if one[0] != "origin"]
        shown[shown.index(("price", _("Unit price"), "price"))] = ("asked", _("Unit price"), "noted")
        shown[-1:-1] = [("margin", _("Margin"), "noted")]
        margin = _add_costs(rows, found, known["currency"], on)
    won = row.quote.won_at is not None
    still_open = row.quote.won_at is None and row.quote.lost_at is None
    offered = options.add_options(rows, found)
    beside = queries.optional_of([row], found)[pk]
    context = {
        "doc": row,
        "quote": row.quote,
        "word": (QUOTE_TONES[row.quote_word], _(QUOTE_WORDS[row.quote_word])),
        "open": still_open,
        "takes_from": taking.words(row),
        "approval": approval_chip(row.quote),
        "may_ask": still_open and _needs_approval(row, on, known),
        "may_add": still_open and request.user.may("sales.quote"),  # type: ignore[union-attr]
        "became": [(one.number, document_address(one)) for one in queries.became(pk)] if won else [],
        "holds": held_of([line.pk for line in found]),
        "columns": shown,
        "options": offered,
        "lacking": needed.lacking(found, rows) if still_open else [],
        "margin": margin,
        "discount": f"{written(row.discount_micro, 4)} %" if row.discount_micro else "",
        "beside": [(_("Optional, not taken"), worded.money(beside, row.currency))] if beside else [],
        "recurring": [
            (
                f"{_('With tax') if row.tax_included else _('Net')} · {_(PERIODS[every])}",
                worded.money(net, row.currency),
            )
            for every, net in recurring_of(found).items()
        ],
        "rows": rows,
        "taxed": tax_words(found, row.organization),
        "heads": heads(found, groups, row.currency),
        "stages": stages_of(rows) if still_open else {},
        "sums": queries.quote_totals([row], found, {one["id"]: one["figures"] for one in rows})[pk],
        "link": links.address(row.quote) if _has_link(request, row) else "",
        "templates": templates.in_use() if request.user.may("sales.template") else [],  # type: ignore[union-attr]
        "parts": limited(request, row) + further.told("quote", request, pk),
        "timeline": timeline(f"quote:{pk}"),
    }
    return render(request, "sales/quote.html", context)


def _has_link(request: HttpRequest, row: Any) -> bool:
    """Whether the customer may answer by a link, and this person be told it."""
    return row.quote_word == "sent" and request.user.may("sales.send")  # type: ignore[union-attr]


def _needs_approval(row: Any, on: date, known: Mapping[str, Any]) -> bool:
    """Whether somebody has to ask for an approval before the quote goes out."""
    return word_of(row.quote) in ("", "rejected") and concerns_of(row.pk, on, known).any


def _add_costs(rows: list[dict[str, Any]], found: list[Line], home: str, on: date) -> tuple[str, str] | None:
    """What a unit in stock costs, on average and at most, and what is left, beside each line; the margin of all."""
    costs = costs_of(found, home)
    margins = margins_of(found, costs, home, on)
    for row, line in zip(rows, found, strict=True):
        one = costs.get(line.product_id)
        cost = one and one.of(line.per, line.product.quantity_decimals)
        row["cost"] = _cost_words(cost, home) if cost else None
        row["asked"] = None
        if line.parent_id is None:
            row["asked"] = (_price_words(before(line), line.currency), row["origin"])
        row["margin"] = _margin_words(margins[line.pk], line.currency) if line.parent_id is None else None
    return _margin_words(together(found, margins), found[0].currency) if found else None


def _cost_words(cost: UnitCosts, home: str) -> tuple[str, str]:
    """What a unit costs on average and, where that is more, at most."""
    average, most = (_price_words(reckoned(one, home), home) for one in cost)
    return average, "" if average == most else _("at most %(cost)s") % {"cost": most}


def _price_words(micro: int, home: str) -> str:
    """A cost in words: in whole coins where it is, else as fine as it is."""
    coins, finer = divmod(micro, 10 ** (money.MICRO - money.decimals(home)))
    return f"{written(micro, money.MICRO)} {home}" if finer else worded.money(coins, home)


def _margin_words(margin: Margin | None, currency: str) -> tuple[str, str] | None:
    """What is left, and which share of the price that is."""
    if margin is None:
        return None
    share = margin.share_micro
    return worded.money(
        margin.minor, currency
    ), "" if share is None else f"{written(rounded(share, 1000), 1)} %"


@require_http_methods(["GET", "HEAD", "POST"])
@page("sales.quote")
def new_quote(request: HttpRequest) -> HttpResponse:
    """Write a quote."""

    def show(form: Form) -> HttpResponse:
        context = {"form": form, "heading": _("New quote"), "expires": True, "back": reverse("sales:quotes")}
        context["locations"] = taking.choices()
        context |= {"options": options.in_a_row(), "periods": options.recurs(), **offers(form.values)}
        context |= {"templates": templates.in_use()}
        return render(request, "sales/document_form.html", context)

    if request.method != "POST" or another_row(request):
        return show(Form(request.POST or _begun(request.GET)))
    given = request.POST

    def act() -> Any:
        wish = QuoteWish(
            organization=chosen_customer(given),
            lines=typed_lines(given),
            opportunity=typed_id(given, "opportunity"),
            title=tidy(given.get("title", ""), field="title", needed=False),
            customer_reference=tidy(
                given.get("customer_reference", ""), field="customer_reference", most=60, needed=False
            ),
            expires_on=typed_day(given, "expires_on"),
            promised_on=typed_day(given, "promised_on"),
            tax_included=typed_taxes(given),
            location=typed_id(given, "location"),
        )
        actor: Any = request.user
        if (template := typed_id(given, "template")) is not None:
            return quote_from(actor=actor, template=template, wish=wish)
        return actions.create_quote(actor=actor, wish=wish)

    return page_act(request, act, ok=_("The quote is written."), back=_to_made, again=in_rows(show, given))


def _begun(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a new quote begins with: what its link says, and the title of its opportunity."""
    values, deal = dict(given.items()), str(given.get("opportunity", ""))
    if deal.isascii() and deal.isdecimal() and len(deal) < 19 and not values.get("title"):
        values["title"] = (
            queries.opportunities().filter(pk=deal).values_list("title", flat=True).first() or ""
        )
    return values


def _to_made(done: Any) -> str:
    return reverse("sales:quote", args=[done.one("demand.Sheet")])


@require_http_methods(["GET", "HEAD", "POST"])
@page("sales.quote")
def edit_quote(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the words and dates of a quote."""
    row = queries.quote(pk)
    back = reverse("sales:quote", args=[pk])

    def show(form: Form) -> HttpResponse:
        context = {
            "form": form,
            "heading": _("Edit %(number)s") % {"number": row.number},
            "expires": True,
            "follows": True,
            "contacts": contacts_of(row.organization_id),
            "owners": owners(row.owner),
            "opportunities": queries.deals_of(row.organization_id, row.quote.opportunity_id),
            "locations": taking.choices(row.location_id),
            "worded": True,
            "back": back,
        }
        return render(request, "sales/document_form.html", context)

    if request.method != "POST":
        own = {
            "expires_on": row.quote.expires_on.isoformat(),
            "owner": row.owner_id or "",
            "opportunity": row.quote.opportunity_id,
            "introduction": row.quote.introduction,
            "note": row.quote.note,
        }
        return show(Form(typed_of(row) | own))
    return page_act(
        request,
        lambda: actions.change_quote(
            actor=request.user,  # type: ignore[arg-type]
            quote=pk,
            values=words_of(request.POST) | _own_words(request.POST),
            expires_on=typed_day(request.POST, "expires_on"),
        ),
        ok=_("Changed %(number)s.") % {"number": row.number},
        back=back,
        again=show,
    )


def _own_words(given: Any) -> dict[str, Any]:
    """What of a quote's edit page stands on a quote alone; what is not sent stays."""
    values: dict[str, Any] = {name: given[name] for name in ("introduction", "note") if name in given}
    if "owner" in given:
        values["owner_id"] = typed_id(given, "owner")
    values |= taking.typed(given)
    return values | {"opportunity_id": typed_id(given, "opportunity")}


def typed_of(row: Any) -> dict[str, Any]:
    """The words of a document as its form shows them."""
    return {
        "title": row.title,
        "customer_reference": row.customer_reference,
        "contact": row.contact_id or "",
        "location": row.location_id or "",
        "promised_on": row.promised_on.isoformat() if row.promised_on else "",
    }


def words_of(given: Any) -> dict[str, Any]:
    """The words of a document as typed."""
    return {
        "title": tidy(given.get("title", ""), field="title", needed=False),
        "customer_reference": tidy(
            given.get("customer_reference", ""), field="customer_reference", most=60, needed=False
        ),
        "contact_id": typed_id(given, "contact"),
        "promised_on": typed_day(given, "promised_on"),
    }


@require_POST
@page("sales.read")
def copy_quote(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer the same again."""
    return page_act(
        request,
        lambda: actions.copy_quote(actor=request.user, quote=pk),  # type: ignore[arg-type]
        ok=_("Copied."),
        back=_to_made,
    )


@require_POST
@page("sales.read")
def lose_quote(request: HttpRequest, pk: int) -> HttpResponse:
    """Lose a quote; what it held is free."""
    reason = request.POST.get("reason", "").strip()[:200]
    return page_act(
        request,
        lambda: actions.lose(actor=request.user, quote=pk, reason=reason),  # type: ignore[arg-type]
        ok=_("The quote is lost; what it held is available again."),
        back=reverse("sales:quote", args=[pk]),
    )
