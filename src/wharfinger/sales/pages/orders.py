"""Pages of sales orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wharfinger.base import further, owned
from wharfinger.base.access import Actor
from wharfinger.base.asking import Ask, capped
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_
from wharfinger.base.table import Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.demand import agreeing, needed, pressing, taking
from wharfinger.demand.acting import verbs_of
from wharfinger.demand.arranging import heads
from wharfinger.demand.entry import in_rows, tax_words
from wharfinger.demand.models import Sheet
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
    open_rows,
    stages_of,
    typed_id,
    typed_lines,
    typed_taxes,
)
from wharfinger.demand.promising import dangers
from wharfinger.demand.queries import promises, quantities
from wharfinger.demand.queries.amounts import Money, open_on
from wharfinger.demand.queries.done import fulfilled_by
from wharfinger.demand.queries.grouping import groups_of, in_groups, quoted_group
from wharfinger.demand.queries.reading import ORDER, QUOTED_GROUP, lines_on
from wharfinger.demand.queries.shown import lines_of
from wharfinger.demand.rules.permitted import permission
from wharfinger.demand.rules.words import GOODS, MONEY
from wharfinger.ledger.telling import timeline
from wharfinger.sales import queries
from wharfinger.sales.actions import orders as actions
from wharfinger.sales.pages.lights import goes_on, lights_of
from wharfinger.sales.pages.quotes import OWNER, owned_by, owners, typed_of, words_of
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.work.queries import serving


def _rows(ask: Ask) -> Rows:
    every = queries.orders()
    standing = every.filter(order__cancelled_at__isnull=True, order__fulfilled_at__isnull=True)
    kept = every.filter(order__cancelled_at__isnull=True)
    given_up = every.filter(order__cancelled_at__isnull=False)
    found = {"open": standing, "cancelled": given_up}.get(ask.tab, kept)
    if text := ask.one("customer"):
        found = found.filter(organization__name__icontains=text)
    found = owned_by(found, ask)
    if words := ask.many("goods"):
        found = found.filter(goods_word__in=words)
    if words := ask.many("money"):
        found = found.filter(money_word__in=words)
    if words := ask.many("priority"):
        found = found.filter(priority__in=words)
    if words := ask.many("promise"):
        found = promises.in_danger(found, words, ask.once("today", queries.today))
    for key, path in (("ordered", "ordered_on"), ("promised", "promised_on")):
        first, last = ask.days(key)
        found = found.filter(**{f"{path}__gte": first}) if first else found
        found = found.filter(**{f"{path}__lte": last}) if last else found
    found = owned.narrowed(found, ask, "order", at="order__own")
    cut = ask.slice(found, {"number": "number", "ordered": "ordered_on", "promised": "promised_on"})
    lines = lines_on([row.pk for row in cut.items], ORDER)
    figures = quantities([line.pk for line in lines])
    sums, billed = queries.order_totals(cut.items, lines, figures)
    where: dict[int, list[dict[str, int]]] = {row.pk: [] for row in cut.items}
    for line in lines:
        where.setdefault(line.order_id or 0, []).append(figures[line.pk])
    waiting: dict[int, list[promises.Wait]] = {row.pk: [] for row in cut.items}
    for one in promises.waits_of(waiting, ask.once("today", queries.today)):
        waiting[one.document].append(one)
    rows = [
        _row(
            row,
            sums[row.pk].total,
            billed[row.pk],
            bar_of(where[row.pk]),
            promises.danger_of(waiting[row.pk]),
        )
        for row in cut.items
    ]
    open_orders = Sheet.objects.filter(
        kind="order", void__isnull=True, order__cancelled_at__isnull=True, order__fulfilled_at__isnull=True
    )
    return Rows(rows, cut.before, cut.after, counts={"open": capped(open_orders)})


def _row(row: Any, total: int, billed: Money, stages: dict[str, int], danger: str) -> Row:
    return Row(
        id=row.pk,
        name=row.number,
        cells={
            "number": (row.number, reverse("sales:order", args=[row.pk])),
            "customer": row.organization.name,
            "priority": pressing.chip(row.priority),
            "reference": row.customer_reference or None,
            "goods": goods_chip(row.goods_word),
            "money": money_chip(row.money_word),
            "where": (stages, 0),
            "ordered": row.ordered_on,
            "promised": row.promised_on,
            "promise": promises.chip(danger),
            "total": (total, row.currency),
            "open": (open_on(row, total, billed), row.currency),
            "owner": str(row.owner) if row.owner else None,
        },
        own=row.order.own,
    )


ORDERS = Table(
    name="sales_orders",
    title=N_("Sales orders"),
    permission="sales.read",
    columns=(
        Column("number", N_("Order"), "link", sortable=True),
        Column("customer", N_("Customer")),
        pressing.COLUMN,
        Column("reference", N_("Their reference"), optional=True),
        Column("goods", N_("Goods"), "chip"),
        Column("money", N_("Money"), "chip"),
        Column("where", N_("Where"), "stage_bar"),
        Column("ordered", N_("Ordered"), "date", sortable=True, optional=True),
        Column("promised", N_("Promised"), "date", sortable=True),
        Column("promise", N_("Promise"), "chip"),
        Column("total", N_("Total"), "money"),
        Column("open", N_("Still to pay"), "money", optional=True),
        Column("owner", N_("Owner"), "person"),
    ),
    filters=(
        Filter("customer", N_("Customer")),
        OWNER,
        Filter(
            "goods",
            N_("Goods"),
            "many",
            lambda _ask: [(k, _(GOODS[k])) for k in GOODS_TONES if k != "cancelled"],
        ),
        Filter(
            "money",
            N_("Money"),
            "many",
            lambda _ask: [(k, _(MONEY[k])) for k in MONEY_TONES if k != "cancelled"],
        ),
        pressing.FILTER,
        Filter("ordered", N_("Ordered"), "date"),
        Filter("promised", N_("Promised"), "date"),
        Filter("promise", N_("Promise"), "many", lambda _ask: [(k, _(w)) for k, w in promises.WORDS.items()]),
    ),
    tabs=(Tab("open", N_("Open")), Tab("all", N_("All")), Tab("cancelled", N_("Cancelled"))),
    new=New(N_("New order"), "sales:new_order", "sales.order"),
    empty=N_("Orders appear here when a quote is won or one is written by hand."),
    own="order",
    rows=_rows,
)


def order_list(request: HttpRequest) -> HttpResponse:
    """Every sales order."""
    return table_page(request, ORDERS)


@page("sales.read")
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """One sales order: its lines wherever they are billed, and what happened to it."""
    row = queries.order(pk)
    groups = list(groups_of(row.order.quote_id)) if row.order.quote_id else []
    read = lines_of(pk, "order").select_related("product", "tax_code").annotate(quoted_group=QUOTED_GROUP)
    found = in_groups(list(read), groups, quoted_group)
    rows = line_rows(found)
    sums, billed = queries.order_totals([row])
    # What winning charged on work came from the quote; what was charged there by hand came from there.
    charged, put = (
        {one.sheet_id for one in found if one.sheet_id != pk and (one.came_from_id is not None) == quoted}
        for quoted in (False, True)
    )
    elsewhere = list(Sheet.objects.filter(pk__in=charged | put).order_by("pk")) if charged | put else []
    firm = row.order.confirmed_at is not None
    may_change = row.order.cancelled_at is None and request.user.may(permission("order", firm=firm))  # type: ignore[union-attr]
    context = {
        "doc": row,
        "order": row.order,
        "pressing": pressing.chip(row.priority),
        "takes_from": taking.words(row),
        "paid_by": agreeing.words(row),
        "goods_word": goods_chip(row.goods_word),
        "money_word": money_chip(row.money_word),
        "open_minor": open_on(row, sums[pk].total, billed[pk]),
        "may_change": may_change,
        "may_add": may_change,
        "tickets": _tickets(pk) if request.user.may("work.read") else [],  # type: ignore[union-attr]
        "quote": Sheet.objects.filter(pk=row.order.quote_id).first() if row.order.quote_id else None,
        "charged": [one for one in elsewhere if one.pk in charged],
        "put": [one for one in elsewhere if one.pk not in charged],
        "heads": heads(found, groups, row.currency, quoted_group),
        "columns": columns(row.tax_included),
        "rows": rows,
        "taxed": tax_words(found, row.organization),
        "stages": stages_of(rows),
        "sums": sums[pk],
        "lights": lights_of(found, rows),
        "goes_on": goes_on(row.order),
        "verbs": verbs_of(rows, row.money_word) if goes_on(row.order) else {},
        "dangers": dangers(found),
        "promise_at": reverse("sales:promise_order", args=[pk]) if request.user.may("sales.order") else "",  # type: ignore[union-attr]
        "needs": needed.needs(found, rows) if goes_on(row.order) else [],
        "got": needed.got(found, rows),
        "parts": limited(request, row) + further.told("order", request, pk),
        "timeline": timeline(f"order:{pk}"),
    }
    return render(request, "sales/order.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page("sales.order")
def new_order(request: HttpRequest) -> HttpResponse:
    """Write a sales order by hand."""

    def show(form: Form) -> HttpResponse:
        context = {
            "form": form,
            "heading": _("New order"),
            "own": {},
            "confirmable": True,
            "priorities": pressing.choices(),
            "locations": taking.choices(),
            "terms": agreeing.choices(),
            "owners": owners(),
            "back": reverse("sales:orders"),
        }
        return render(request, "sales/document_form.html", context | offers(form.values))

    if request.method != "POST" or another_row(request):
        return show(Form(request.POST or request.GET))
    given = request.POST

    def act() -> Any:
        words = words_of(given)
        wish = OrderWish(
            organization=chosen_customer(given),
            lines=typed_lines(given),
            title=words["title"],
            customer_reference=words["customer_reference"],
            promised_on=words["promised_on"],
            confirm=given.get("confirm") == "yes",
            owner=typed_id(given, "owner"),
            tax_included=typed_taxes(given),
            **pressing.typed(given),
            location=typed_id(given, "location"),
            terms=typed_id(given, "terms"),
            own=owned.read(given, "order"),
        )
        return actions.create_order(actor=request.user, wish=wish)  # type: ignore[arg-type]

    return page_act(
        request,
        act,
        ok=_("The order is written."),
        back=lambda done: reverse("sales:order", args=[done.one("demand.Sheet")]),
        again=in_rows(show, given),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("sales.order")
def edit_order(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the words and dates of an order."""
    row = queries.order(pk)
    back = reverse("sales:order", args=[pk])

    def show(form: Form) -> HttpResponse:
        context = {
            "form": form,
            "heading": _("Edit %(number)s") % {"number": row.number},
            "contacts": contacts_of(row.organization_id),
            "owners": owners(row.owner),
            "own": row.order.own,
            "priorities": pressing.choices(),
            "locations": taking.choices(row.location_id),
            "terms": agreeing.choices(row.terms_id),
            "back": back,
        }
        return render(request, "sales/document_form.html", context)

    if request.method != "POST":
        return show(
            Form(
                typed_of(row)
                | {"terms": row.terms_id or "", "owner": row.owner_id or "", "priority": row.priority}
            )
        )
    return page_act(
        request,
        lambda: actions.change_order(
            actor=request.user,  # type: ignore[arg-type]
            order=pk,
            values=words_of(request.POST)
            | {"owner_id": typed_id(request.POST, "owner")}
            | pressing.typed(request.POST)
            | taking.typed(request.POST)
            | agreeing.typed(request.POST),
            own=owned.read(request.POST, "order"),
        ),
        ok=_("Changed %(number)s.") % {"number": row.number},
        back=back,
        again=show,
    )


def _tickets(order: int) -> list[tuple[Sheet, tuple[str, str]]]:
    """The work that serves an order, each with what is said of its goods."""
    return [(one, goods_chip(one.goods_word)) for one in serving(order)]  # type: ignore[attr-defined]


def to_fulfil(entry: int, actor: Actor) -> list[further.Offered]:
    """The orders that an entry left with nothing open, for who may mark them as fulfilled."""
    if not actor.may("sales.fulfil"):
        return []
    return [
        further.Offered(
            "mark-fulfilled",
            "order",
            pk,
            _("Mark %(number)s as fulfilled") % {"number": number},
            reverse("sales:fulfil_order", args=[pk]),
        )
        for pk, number in fulfilled_by(entry)
    ]


def _verb(name: str, act: Callable[..., Any], sentence: str) -> Callable[..., HttpResponse]:
    """The page of a verb that needs no form beyond a reason."""

    @require_POST
    @page("sales.read")
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        said = {"reason": request.POST.get("reason", "").strip()[:200]} if "reason" in request.POST else {}
        sure = {"anyway": True} if request.POST.get("anyway") in ("yes", "true", "True") else {}
        return page_act(
            request,
            lambda: act(actor=request.user, order=pk, **said, **sure),
            ok=_(sentence),
            back=reverse("sales:order", args=[pk]),
        )

    view.__name__ = name
    return view


confirm_order = _verb("confirm_order", actions.confirm, N_("The order is confirmed."))
unconfirm_order = _verb("unconfirm_order", actions.unconfirm, N_("The order is provisional again."))
cancel_order = _verb("cancel_order", actions.cancel, N_("The order is cancelled."))
hold_order = _verb("hold_order", actions.hold, N_("The order is on hold."))
unhold_order = _verb("unhold_order", actions.unhold, N_("The order goes on."))


@require_http_methods(["GET", "HEAD", "POST"])
@page("sales.fulfil")
def fulfil_order(request: HttpRequest, pk: int) -> HttpResponse:
    """Declare an order fulfilled; open lines are shown first and need a yes."""
    row = queries.order(pk)
    back = reverse("sales:order", args=[pk])

    def show(form: Form) -> HttpResponse:
        context = {
            "doc": row,
            "form": form,
            "columns": columns(row.tax_included),
            "rows": open_rows(pk, "order"),
            "back": back,
        }
        return render(request, "sales/fulfil.html", context)

    if request.method != "POST":
        return show(Form())
    sure = request.POST.get("anyway") == "yes"
    return page_act(
        request,
        lambda: actions.mark_fulfilled(actor=request.user, order=pk, anyway=sure),  # type: ignore[arg-type]
        ok=_("The order is marked as fulfilled."),
        back=back,
        again=show,
    )
