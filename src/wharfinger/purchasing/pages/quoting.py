"""Requests for quotation in the browser: asked of several vendors, their answers side by side, the best ordered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wharfinger.base import clock, configuration, further
from wharfinger.base.asking import Ask, capped
from wharfinger.base.page import Form, Link, came_from, page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.table import Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.base.typed import amount, micro, minor, quantity, unit_price, written
from wharfinger.catalog.models import VendorPrice
from wharfinger.demand.models import Line
from wharfinger.demand.pages import typed_day
from wharfinger.ledger.models import Holding
from wharfinger.ledger.telling import timeline
from wharfinger.parties.models import Organization
from wharfinger.purchasing.actions import quoting as actions
from wharfinger.purchasing.models import PurchaseOrder
from wharfinger.purchasing.queries import quoting as queries
from wharfinger.purchasing.queries.vendor_terms import orders_emails
from wharfinger.purchasing.rules.drafting import BUYABLE, Wanted
from wharfinger.purchasing.rules.quoting import AnswerWish, Asked, Offered, RfqWish, has_it
from wharfinger.stock.pages.goods import product_of

BLANK = 5
"""So many rows stand ready for products that no line asks for."""
MOST_OFFERED = 200
"""So many vendors can be ticked."""


def _rows(ask: Ask) -> Rows:
    found = queries.rfqs()
    if ask.tab in queries.WORDS:
        found = queries.with_status(found, [ask.tab])
    elif ask.tab == "open":
        found = found.filter(closed_at__isnull=True)
    if text := ask.one("number"):
        found = found.filter(number__icontains=text)
    if text := ask.one("vendor"):
        found = found.filter(vendors__vendor__name__icontains=text).distinct()
    cut = ask.slice(found, {"number": "number", "answer_by": "answer_by"})
    open_ = ask.once("open", lambda: capped(queries.with_status(queries.rfqs(), ["asked", "answered"])))
    return Rows(
        [_row(one) for one in queries.beside(cut.items)], cut.before, cut.after, counts={"open": open_}
    )


def _row(one: queries.Beside) -> Row:
    row, word = one.rfq, one.word
    answered = sum(1 for column in one.columns if column.row.answered_on)
    return Row(
        row.pk,
        {
            "number": (row.number, reverse("purchasing:rfq", args=[row.pk])),
            "title": row.title or None,
            "vendors": ", ".join(column.row.vendor.name for column in one.columns),
            "answers": _("%(n)s of %(of)s") % {"n": answered, "of": len(one.columns)},
            "answer_by": row.answer_by,
            "word": (queries.TONES[word], _(queries.WORDS[word])),
            "by": str(row.made.actor or ""),
        },
        name=row.number,
    )


RFQS = Table(
    name="rfqs",
    title=N_("Requests for quotation"),
    permission="purchasing.read",
    columns=(
        Column("number", N_("Request"), "link", sortable=True),
        Column("title", N_("Title")),
        Column("vendors", N_("Vendors")),
        Column("answers", N_("Answers")),
        Column("answer_by", N_("Answer by"), "date", sortable=True),
        Column("word", N_("Progress"), "chip"),
        Column("by", N_("Asked by"), "person"),
    ),
    filters=(Filter("number", N_("Number")), Filter("vendor", N_("Vendor"))),
    tabs=(Tab("open", N_("Open")), Tab("all", N_("All"))),
    new=New(N_("Ask vendors"), "purchasing:new_rfq", "purchasing.rfq"),
    rows=_rows,
    empty=N_("Ask several vendors for the same goods, note what they answer, and order what is best."),
)


def rfq_list(request: HttpRequest) -> HttpResponse:
    """What vendors were asked for, and how many have answered."""
    return table_page(request, RFQS)


@require_http_methods(["GET", "HEAD", "POST"])
@page("purchasing.rfq")
def new(request: HttpRequest) -> HttpResponse:
    """Ask several vendors, for customers' lines, for stock, or both."""
    user: Any = request.user
    lines = _lines(request.GET.getlist("line"))
    open_ = _open(lines)

    def show(form: Form) -> HttpResponse:
        sold = VendorPrice.objects.filter(product__in={line.product_id for line in lines})
        sellers = set(sold.values_list("organization_id", flat=True))
        vendors = Organization.objects.filter(vendor=True, retired_on__isnull=True).order_by("name")
        there = {
            "form": form,
            "lines": [(line, (open_[line.pk], line.product.quantity_decimals)) for line in lines],
            "blank": range(BLANK),
            "vendors": sorted(
                ((one.pk, one.name, one.pk in sellers) for one in vendors[:MOST_OFFERED]),
                key=lambda one: not one[2],
            ),
            "back": came_from(request, reverse("purchasing:rfqs")),
        }
        return render(request, "purchasing/new_rfq.html", there)

    if request.method != "POST":
        begin = {
            f"quantity-{line.pk}": written(open_[line.pk], line.product.quantity_decimals) for line in lines
        }
        return show(Form(begin))
    return page_act(
        request,
        lambda: actions.ask_vendors(
            actor=user, wish=_wish(request.POST, lines), key=request.POST.get("key") or None
        ),
        ok=_("Noted what is asked. Send it to the vendors, and write down each answer as it comes."),
        back=lambda done: reverse("purchasing:rfq", args=[done.one("purchasing.Rfq")]),
        again=show,
    )


def _lines(texts: Sequence[str]) -> list[Line]:
    wanted = [int(text) for text in texts[: actions.MOST_LINES] if text.isdecimal() and len(text) < 19]
    found = Line.objects.filter(pk__in=wanted, void__isnull=True).select_related("product", "sheet")
    return list(found.order_by("pk"))


def _open(lines: Sequence[Line]) -> dict[int, int]:
    """How many of each line are still to be ordered."""
    found = dict.fromkeys((line.pk for line in lines), 0)
    held = Holding.objects.filter(claim__in=found, kind__in=BUYABLE, quantity__gt=0)
    for claim, units in held.values_list("claim", "quantity"):
        found[claim] += units
    return found


def _wish(post: QueryDict, lines: Sequence[Line]) -> RfqWish:
    by_product: dict[int, list[Wanted]] = {}
    for line in lines:
        text = post.get(f"quantity-{line.pk}", "").strip()
        if text:
            units = quantity(text, line.product.quantity_decimals, field=f"quantity-{line.pk}")
            by_product.setdefault(line.product_id, []).append(Wanted(line.pk, units))
    asked = [Asked(product, wanted=tuple(some)) for product, some in by_product.items()]
    for n in range(BLANK):
        if sku := post.get(f"sku-{n}", "").strip():
            product = product_of(sku, field=f"sku-{n}")
            units = quantity(post.get(f"units-{n}", ""), product.quantity_decimals, field=f"units-{n}")
            asked.append(Asked(product.pk, units))
    vendors = [int(one) for one in post.getlist("vendors") if one.isdecimal() and len(one) < 19]
    return RfqWish(
        tuple(vendors),
        tuple(asked),
        post.get("title", ""),
        typed_day(post, "answer_by"),
        post.get("note", ""),
    )


@require_GET
@page("purchasing.read")
def rfq(request: HttpRequest, pk: int) -> HttpResponse:
    """What was asked, and the vendors' answers side by side."""
    user: Any = request.user
    (one,) = queries.beside([queries.rfq(pk)])
    home, costs = configuration.one("currency"), user.may("catalog.see_cost")
    word, today = one.word, clock.today(configuration.one("time_zone"))
    mails = _mails(one.columns)
    sends = ""
    if one.rfq.closed_at is None and user.may("purchasing.rfq"):
        sends = "first" if any(new for _who, _mail, new in mails) else "again"
    there = {
        "rfq": one.rfq,
        "word": (queries.TONES[word], _(queries.WORDS[word])),
        "columns": [_column(column, home, costs=costs) for column in one.columns],
        "lines": [_line(one, line, home, costs=costs) for line in one.lines],
        "open": one.rfq.closed_at is None,
        "orders": sorted({(str(line.order), line.order_id) for line in one.lines if queries.taken(line)}),
        "awards": one.rfq.closed_at is None
        and costs
        and user.may("purchasing.rfq")
        and user.may("purchasing.order")
        and any(not queries.taken(line) and line.pk in one.cheapest for line in one.lines),
        "answers": one.rfq.closed_at is None and costs and user.may("purchasing.rfq"),
        "expired": any(
            each.row.valid_until and each.row.valid_until < today and each.answers for each in one.columns
        ),
        "mails": mails,
        "sends": sends,
        "entries": timeline(f"rfq:{pk}"),
        "parts": further.told("rfq", request, pk),
    }
    return render(request, "purchasing/rfq.html", there)


def _mails(columns: Sequence[queries.Column]) -> list[tuple[Any, str, bool]]:
    """Each vendor with its address, and whether it neither has the request nor has answered."""
    agreed = orders_emails([column.row.vendor_id for column in columns])
    return [
        (
            row.vendor,
            agreed.get(row.vendor_id) or row.vendor.email,
            not has_it(row),
        )
        for row in (column.row for column in columns)
    ]


def _column(column: queries.Column, home: str, *, costs: bool) -> dict[str, Any]:
    row = column.row
    state = ("amber", _("Sent")) if row.sent_at else ("grey", _("Not sent"))
    if row.told_at and not row.sent_at:
        state = ("amber", _("Asked"))
    if row.declined_on:
        state = ("red", _("Declined"))
    elif row.answered_on:
        state = ("green", _("Answered")) if column.whole else ("amber", _("Answered in part"))
    offered = costs and bool(column.answers)
    return {
        "row": row,
        "state": state,
        "whole": column.whole and offered,
        "freight": (row.freight_minor, row.currency) if offered and row.freight_minor else None,
        "total": (column.total_minor, row.currency) if offered else None,
        "home": (column.home_minor, home)
        if offered and row.currency != home and column.home_minor is not None
        else None,
    }


def _line(one: queries.Beside, line: Any, home: str, *, costs: bool) -> dict[str, Any]:
    cells = []
    for column in one.columns:
        answer, vendor = column.answers.get(line.pk), column.row.vendor_id
        net = queries.net_minor(line, column)
        cells.append(
            {
                "vendor": vendor,
                "offers": answer is not None,
                "cost": (answer.unit_cost_micro, column.row.currency) if answer and costs else None,
                "net": (net, column.row.currency) if net is not None and costs else None,
                "days": answer.lead_days if answer else 0,
                "cheapest": costs and len(one.columns) > 1 and one.cheapest.get(line.pk) == vendor,
                "best": one.cheapest.get(line.pk) == vendor,
                "fastest": len(one.columns) > 1 and one.fastest.get(line.pk) == vendor,
            }
        )
    return {
        "row": line,
        "quantity": (line.quantity, line.product.quantity_decimals),
        "cells": cells,
        "order": line.order if queries.taken(line) else None,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@page("purchasing.rfq")
def answer(request: HttpRequest, pk: int, vendor: int) -> HttpResponse:
    """Note what a vendor answers."""
    user: Any = request.user
    (one,) = queries.beside([queries.rfq(pk)])
    column = next((each for each in one.columns if each.row.vendor_id == vendor), None)
    if column is None or not user.may("catalog.see_cost"):
        raise BadInput("not_asked", N_("This vendor was not asked. Choose one that was."), field="vendor")
    row = column.row

    def show(form: Form) -> HttpResponse:
        there = {"form": form, "one": one, "row": row, "back": reverse("purchasing:rfq", args=[pk])}
        return render(request, "purchasing/answer.html", there)

    if request.method != "POST":
        return show(Form(_answered(one, column)))
    declined = request.POST.get("do") == "declined"
    return page_act(
        request,
        lambda: actions.answer_rfq(
            actor=user,
            rfq=pk,
            vendor=vendor,
            wish=AnswerWish(declined=True, note=request.POST.get("note", ""))
            if declined
            else _typed(request.POST, one, row.currency),
        ),
        ok=_("Noted the answer of %(name)s.") % {"name": row.vendor.name},
        back=reverse("purchasing:rfq", args=[pk]),
        again=show,
    )


def _answered(one: queries.Beside, column: queries.Column) -> dict[str, Any]:
    row = column.row
    found: dict[str, Any] = {
        "valid_until": row.valid_until.isoformat() if row.valid_until else "",
        "freight": amount(row.freight_minor, row.currency) if row.freight_minor else "",
        "note": row.note,
    }
    for line in one.lines:
        known = column.answers.get(line.pk)
        if known is not None and known.unit_cost_micro is not None:
            found[f"cost-{line.pk}"] = unit_price(known.unit_cost_micro, row.currency)
            found[f"days-{line.pk}"] = str(known.lead_days or "")
    return found


def _typed(post: QueryDict, one: queries.Beside, currency: str) -> AnswerWish:
    offers = []
    for line in one.lines:
        cost, days = post.get(f"cost-{line.pk}", "").strip(), post.get(f"days-{line.pk}", "").strip()
        if days and not (days.isascii() and days.isdecimal() and len(days) < 5):
            raise BadInput("no_days", N_("Write how many days as a whole number."), field=f"days-{line.pk}")
        asked = micro(cost, field=f"cost-{line.pk}") if cost else None
        offers.append(Offered(line.pk, asked, int(days or 0) if cost else 0))
    freight = post.get("freight", "").strip()
    return AnswerWish(
        tuple(offers),
        freight_minor=minor(freight, currency, field="freight") if freight else 0,
        valid_until=typed_day(post, "valid_until"),
        note=post.get("note", ""),
    )


@require_POST
@page("purchasing.rfq")
def award(request: HttpRequest, pk: int) -> HttpResponse:
    """Order what is ticked of each vendor, or all that one of them offers."""
    user: Any = request.user
    (one,) = queries.beside([queries.rfq(pk)])
    given = request.POST
    every = given.get("all", "")
    chosen: dict[int, int] = {}
    for line in one.lines:
        text = every or given.get(f"line-{line.pk}", "")
        if queries.taken(line) or not (text.isdecimal() and len(text) < 19):
            continue
        offers = {column.row.vendor_id for column in one.columns if line.pk in column.answers}
        if not every or int(text) in offers:
            chosen[line.pk] = int(text)
    return page_act(
        request,
        lambda: actions.award_rfq(
            actor=user,
            rfq=pk,
            choices=chosen,
            late=given.get("late") in ("yes", "true", "True"),
            add_vendor=given.get("add_vendor") in ("yes", "true", "True"),
        ),
        ok=_("Drafted what was chosen."),
        back=came_from(request, reverse("purchasing:rfq", args=[pk])),
        more=_drafts,
    )


def _drafts(done: Any) -> list[Link]:
    made = PurchaseOrder.objects.filter(pk__in=done.made.get("purchasing.PurchaseOrder", ())).order_by("pk")
    return [
        (number, reverse("purchasing:order", args=[pk])) for number, pk in made.values_list("number", "pk")
    ]


@require_POST
@page("purchasing.rfq")
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail the request to the vendors that are ticked, or note that they have it otherwise."""
    user: Any = request.user
    vendors = [int(one) for one in request.POST.getlist("vendors") if one.isdecimal() and len(one) < 19]
    by_hand = request.POST.get("by_hand") == "yes"
    return page_act(
        request,
        lambda: actions.send_rfq(actor=user, rfq=pk, vendors=vendors, by_hand=by_hand),
        ok=_("Noted whom the request was told.") if by_hand else _("The request is on its way by mail."),
        back=came_from(request, reverse("purchasing:rfq", args=[pk])),
    )


@require_POST
@page("purchasing.rfq")
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Expect no more answers."""
    user: Any = request.user
    return page_act(
        request,
        lambda: actions.close_rfq(actor=user, rfq=pk, reason=request.POST.get("reason", "")),
        ok=_("Closed the request."),
        back=came_from(request, reverse("purchasing:rfq", args=[pk])),
    )
