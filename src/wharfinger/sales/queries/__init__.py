"""Reads of opportunities, quotes and sales orders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from wharfinger.base import clock, configuration, money
from wharfinger.base.door import known
from wharfinger.base.quantity import plain
from wharfinger.base.tax import Totals
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.queries import quantities
from wharfinger.demand.queries.amounts import (
    Money,
    money_of,
    net_of,
    open_on,
    recurring_of,
    said_of,
    totals_of,
)
from wharfinger.demand.queries.grouping import show_groups, show_quoted_groups
from wharfinger.demand.queries.reading import ORDER, SHEET, lines_on
from wharfinger.demand.queries.shown import show_lines
from wharfinger.demand.queries.words import asked_beforehand, with_quote_word, with_words
from wharfinger.demand.rules.offering import OPTIONAL
from wharfinger.demand.rules.recurring import PERIODS
from wharfinger.ledger.prepared import Prepared, an_id, day
from wharfinger.sales.models import Opportunity
from wharfinger.sales.queries.deals import Worth, worth_of
from wharfinger.sales.queries.margins import costs_of, margins_of, shown, together
from wharfinger.sales.rules.approving import word_of
from wharfinger.sales.rules.holds import end_of_day

RELATED = ("organization", "contact", "owner", "location", "terms")


def until(wanted: datetime | date | None) -> datetime | None:
    """The instant a person means: a day counts to its end, in the company's time zone."""
    if wanted is None or isinstance(wanted, datetime):
        return wanted
    return end_of_day(wanted, configuration.one("time_zone"))


def work_orders_of(lines: Sequence[int]) -> list[int]:
    """The tickets, projects, contracts and jobs on which these lines are charged."""
    found = Line.objects.filter(pk__in=lines).exclude(sheet__kind__in=("order", "quote"))
    return sorted(set(found.values_list("sheet_id", flat=True)))


def became(quote: int) -> list[Sheet]:
    """The sales order that a quote became, and the work on which its lines are charged."""
    named = Q(order__quote_id=quote) | Q(
        pk__in=Line.objects.filter(came_from__sheet_id=quote, void__isnull=True).values("sheet_id")
    )
    found = Sheet.objects.filter(named, void__isnull=True).exclude(kind="quote")
    return sorted(found, key=lambda one: (one.kind != "order", one.pk))


def other_quotes(row: Any) -> QuerySet[Sheet, Sheet]:
    """The quotes of the same deal that are still open."""
    standing = {"quote__won_at": None, "quote__lost_at": None, "quote__opportunity": row.quote.opportunity_id}
    return quotes().filter(**standing).exclude(pk=row.pk).order_by("pk")


def won_beside(row: Any) -> QuerySet[Sheet, Sheet]:
    """The other quotes of the same deal that are won."""
    won = quotes().filter(quote__won_at__isnull=False, quote__opportunity=row.quote.opportunity_id)
    return won.exclude(pk=row.pk).order_by("pk")


def opportunities() -> QuerySet[Opportunity, Opportunity]:
    """Every deal that is not undone."""
    return Opportunity.objects.filter(void__isnull=True).select_related("organization", "owner")


def deals_of(organization: int, chosen: int) -> list[tuple[int, str]]:
    """The open deals of a customer that one may choose, with the one that is chosen."""
    still = Q(organization_id=organization, won_at__isnull=True, lost_at__isnull=True) | Q(pk=chosen)
    found = opportunities().filter(still).select_related(None).order_by("pk")
    return [(pk, f"{number} {title}") for pk, number, title in found.values_list("pk", "number", "title")]


def quotes(on: Any = None) -> QuerySet[Any, Any]:
    """Every quote that is not undone, with its word. on: the day by which one has expired."""
    rows = Sheet.objects.filter(kind="quote", void__isnull=True)
    return with_quote_word(rows.select_related(*RELATED, "quote__opportunity"), on or today())


def today() -> date:
    """The company's day."""
    return clock.today(configuration.one("time_zone"))


def orders() -> QuerySet[Any, Any]:
    """Every sales order that is not undone, with its words."""
    rows = Sheet.objects.filter(kind="order", void__isnull=True).annotate(beforehand=asked_beforehand())
    return with_words(rows.select_related(*RELATED, "order"), ORDER)


_ORDER = Prepared(lambda pk: orders().filter(pk=pk), an_id("order"))
_ALONE = Prepared(
    lambda pk: orders().select_related(None).select_related("order").filter(pk=pk), an_id("order")
)
_QUOTE = Prepared(lambda pk, today: quotes(today).filter(pk=pk), an_id("quote"), day("today"))


def order(pk: int) -> Any:
    """One sales order with its words and people; raises NotThere."""
    return known(_ORDER.first(pk), pk)


def order_alone(pk: int) -> Any:
    """One sales order with its words, and nothing else of those it names; raises NotThere."""
    return known(_ALONE.first(pk), pk)


def quote(pk: int, on: date | None = None) -> Any:
    """One quote with its word; raises NotThere. on: today, where that is known already."""
    return known(_QUOTE.first(pk, on or today()), pk)


def show_opportunity(row: Opportunity) -> dict[str, Any]:
    """A deal."""
    return show_opportunities([row])[0]


def show_opportunities(rows: Iterable[Opportunity]) -> list[dict[str, Any]]:
    """Deals as callers read them, and what they are worth, in one statement more."""
    deals = list(rows)
    worth = worth_of(row.pk for row in deals)
    return [
        {
            "id": row.pk,
            "number": row.number,
            "title": row.title,
            "organization": row.organization_id,
            "owner": row.owner_id,
            "pipeline_step": row.pipeline_step,
            "probability_percent": row.probability_percent,
            "expected_close_on": _day(row.expected_close_on),
            "won_at": _day(row.won_at),
            "lost_at": _day(row.lost_at),
            "lost_reason": row.lost_reason,
            **_worth(worth.get(row.pk)),
        }
        for row in deals
    ]


def _worth(worth: Worth | None) -> dict[str, str | None]:
    if worth is None:
        return {"currency": None, "net": None, "weighted": None}
    net, weighted = (money.plain(minor, worth.currency) for minor in (worth.net, worth.weighted))
    return {"currency": worth.currency, "net": net, "weighted": weighted}


def _day(value: Any) -> str | None:
    return value.isoformat() if value is not None else None


def shared(row: Any, sums: Totals) -> dict[str, Any]:
    """What every document with lines shows of itself."""
    return {
        "id": row.pk,
        "number": row.number,
        "title": row.title,
        "organization": row.organization_id,
        "contact": row.contact_id,
        "owner": row.owner_id,
        "currency": row.currency,
        "tax_included": row.tax_included,
        "customer_reference": row.customer_reference,
        "location": row.location_id,
        "promised_on": _day(row.promised_on),
        "net": money.plain(sums.net, row.currency),
        "tax": money.plain(sums.tax, row.currency),
        "total": money.plain(sums.total, row.currency),
    }


def quote_totals(
    rows: Sequence[Any],
    lines: Sequence[Line] | None = None,
    figures: Mapping[int, Mapping[str, int]] | None = None,
) -> dict[int, Totals]:
    """What quotes came to when they were sent. lines, figures: theirs, where they are read already."""
    ended = {row.pk for row in rows if row.quote_word in ("won", "lost")}
    return totals_of([row.pk for row in rows], SHEET, ended, lines, figures)


def optional_of(
    rows: Sequence[Any], lines: Sequence[Line], of: Callable[[Line], int] = said_of
) -> dict[int, int]:
    """What quotes offer beside what is taken; an alternative is not beside it."""
    found = dict.fromkeys((row.pk for row in rows), 0)
    for line in lines:
        if line.option == OPTIONAL and not line.taken:
            found[line.sheet_id] += of(line)
    return found


def order_totals(
    rows: Sequence[Any],
    lines: Sequence[Line] | None = None,
    figures: Mapping[int, dict[str, int]] | None = None,
) -> tuple[dict[int, Totals], dict[int, Money]]:
    """What orders come to, and what invoices ask for them. lines, figures: theirs, where read already."""
    ids = [row.pk for row in rows]
    ended = {row.pk for row in rows if row.goods_word == "cancelled"}
    billed = dict.fromkeys(ids, Money())
    asked = [row.pk for row in rows if row.beforehand or row.money_word not in ("uninvoiced", "unconfirmed")]
    return totals_of(ids, ORDER, ended, lines, figures), billed | (money_of(asked, ORDER) if asked else {})


def show_quote(row: Any, *, costs: bool = False) -> dict[str, Any]:
    """A quote with its lines."""
    return show_quotes([row], include=frozenset(("lines",)), costs=costs)[0]


def show_quotes(
    rows: Sequence[Any], include: frozenset[str] = frozenset(), *, costs: bool = False
) -> list[dict[str, Any]]:
    """Quotes as callers read them; what their products cost only for who may see costs."""
    found = lines_on([row.pk for row in rows], SHEET)
    sums, optional = quote_totals(rows, found), optional_of(rows, found, net_of)
    groups = show_groups(rows, found)
    recurring = {
        row.pk: recurring_of((line for line in found if line.sheet_id == row.pk), net_of) for row in rows
    }
    unit = costs_of(found) if costs else {}
    margins = margins_of(found, unit, configuration.one("currency"), today()) if costs and found else {}
    of_each = {row.pk: together([line for line in found if line.sheet_id == row.pk], margins) for row in rows}
    lines = _listed(rows, found, SHEET) if "lines" in include else None
    if lines is not None:
        rows_of = {row.pk: row for row in found}
        for line in (line for listed in lines.values() for line in listed):
            row, one = rows_of[line["id"]], unit.get(line["product"])
            cost = one and one.of(row.per, row.product.quantity_decimals)
            line["average_cost"] = plain(cost.average_micro, money.MICRO) if cost else None
            line["highest_cost"] = plain(cost.highest_micro, money.MICRO) if cost else None
            line.update(shown(margins.get(row.pk), row.currency))
    won = dict(
        Sheet.objects.filter(order__quote_id__in=[row.pk for row in rows], void__isnull=True).values_list(
            "order__quote_id", "pk"
        )
    )
    return [
        {
            **shared(row, sums[row.pk]),
            "introduction": row.quote.introduction,
            "note": row.quote.note,
            "opportunity": row.quote.opportunity_id,
            "order": won.get(row.pk),
            "quoted_on": _day(row.ordered_on),
            "expires_on": _day(row.quote.expires_on),
            "version": row.quote.version,
            "approval": word_of(row.quote),
            "approval_note": row.quote.approval_note,
            "sent_at": _day(row.quote.sent_at),
            "won_at": _day(row.quote.won_at),
            "lost_at": _day(row.quote.lost_at),
            "lost_reason": row.quote.lost_reason,
            "status": row.quote_word,
            "discount_percent": plain(row.discount_micro, 4),
            "groups": groups[row.pk],
            "recurring": {
                every: money.plain(recurring[row.pk].get(every, 0), row.currency) for every in PERIODS
            },
            "optional": money.plain(optional[row.pk], row.currency),
            **shown(of_each[row.pk], row.currency),
            **({"lines": lines[row.pk]} if lines is not None else {}),
        }
        for row in rows
    ]


def show_order(row: Any) -> dict[str, Any]:
    """A sales order with its lines."""
    return show_orders([row], include=frozenset(("lines",)))[0]


def show_orders(rows: Sequence[Any], include: frozenset[str] = frozenset()) -> list[dict[str, Any]]:
    """Sales orders as callers read them; a constant number of statements."""
    found = lines_on([row.pk for row in rows], ORDER)
    figures = quantities([line.pk for line in found]) if "lines" in include else None
    sums, billed = order_totals(rows, found, figures)
    groups = show_quoted_groups(rows, found)
    lines = _listed(rows, found, ORDER, figures) if "lines" in include else None
    return [
        {
            **shared(row, sums[row.pk]),
            "open": money.plain(open_on(row, sums[row.pk].total, billed[row.pk]), row.currency),
            "quote": row.order.quote_id,
            "terms": row.terms_id,
            "priority": row.priority,
            "ordered_on": _day(row.ordered_on),
            "confirmed_at": _day(row.order.confirmed_at),
            "fulfilled_at": _day(row.order.fulfilled_at),
            "cancelled_at": _day(row.order.cancelled_at),
            "held_at": _day(row.order.held_at),
            "hold_reason": row.order.hold_reason,
            "sent_at": _day(row.order.sent_at),
            "own": row.order.own,
            "goods_status": row.goods_word,
            "money_status": row.money_word,
            "groups": groups[row.pk],
            **({"lines": lines[row.pk]} if lines is not None else {}),
        }
        for row in rows
    ]


def _listed(
    rows: Sequence[Any],
    found: Sequence[Line],
    by: str,
    figures: Mapping[int, dict[str, int]] | None = None,
) -> dict[int, list[dict[str, Any]]]:
    """The lines of these documents as callers read them, each list in its order."""
    named: dict[int, list[dict[str, Any]]] = {row.pk: [] for row in rows}
    for line in show_lines(found, figures):
        named[line[by]].append(line)
    return named
