"""Reads of opportunities, quotes and sales orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet, Sum

from wharfinger.base import clock, configuration, money
from wharfinger.base.door import known
from wharfinger.base.quantity import plain
from wharfinger.base.tax import Totals
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.queries import quantities
from wharfinger.demand.queries.amounts import Money, money_of, open_on, totals_of
from wharfinger.demand.queries.reading import ORDER, SHEET, lines_on
from wharfinger.demand.queries.shown import show_lines
from wharfinger.demand.queries.words import with_quote_word, with_words
from wharfinger.ledger.models import Fact, Holding, Move
from wharfinger.ledger.plan import Held, Truth, spot_of
from wharfinger.ledger.prepared import Prepared, an_id, day
from wharfinger.sales.models import Opportunity
from wharfinger.sales.rules.holds import end_of_day
from wharfinger.stock.models import Location
from wharfinger.stock.queries.figures import Past
from wharfinger.stock.queries.worth import UnitCosts, unit_costs

RELATED = ("organization", "contact", "owner")


def until(wanted: datetime | date | None) -> datetime | None:
    """The instant a person means: a day counts to its end, in the company's time zone."""
    if wanted is None or isinstance(wanted, datetime):
        return wanted
    return end_of_day(wanted, configuration.one("time_zone"))


def work_order_of(lines: Sequence[int]) -> int | None:
    """The ticket, project, contract or job on which lines of one document are charged."""
    found = Line.objects.filter(pk__in=list(lines)[:1]).exclude(sheet__kind__in=("order", "quote"))
    return found.values_list("sheet_id", flat=True).first()


def opportunities() -> QuerySet[Opportunity, Opportunity]:
    """Every deal that is not undone."""
    return Opportunity.objects.filter(void__isnull=True).select_related("organization", "owner")


def quotes(on: Any = None) -> QuerySet[Any, Any]:
    """Every quote that is not undone, with its word. on: the day by which one has expired."""
    rows = Sheet.objects.filter(kind="quote", void__isnull=True)
    return with_quote_word(rows.select_related(*RELATED, "quote__opportunity"), on or today())


def today() -> date:
    """The company's day."""
    return clock.today(configuration.one("time_zone"))


def orders() -> QuerySet[Any, Any]:
    """Every sales order that is not undone, with its words."""
    rows = Sheet.objects.filter(kind="order", void__isnull=True)
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


def quote(pk: int) -> Any:
    """One quote with its word; raises NotThere."""
    return known(_QUOTE.first(pk, today()), pk)


def show_opportunity(row: Opportunity) -> dict[str, Any]:
    """A deal."""
    return show_opportunities([row])[0]


def show_opportunities(rows: Iterable[Opportunity]) -> list[dict[str, Any]]:
    """Deals as callers read them."""
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
        }
        for row in rows
    ]


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
        "customer_reference": row.customer_reference,
        "promised_on": _day(row.promised_on),
        "net": money.plain(sums.net, row.currency),
        "tax": money.plain(sums.tax, row.currency),
        "total": money.plain(sums.total, row.currency),
    }


def quote_totals(rows: Sequence[Any], lines: Sequence[Line] | None = None) -> dict[int, Totals]:
    """What quotes came to when they were sent. lines: theirs, where they are read already."""
    ended = {row.pk for row in rows if row.quote_word in ("won", "lost")}
    return totals_of([row.pk for row in rows], SHEET, ended, lines)


def order_totals(
    rows: Sequence[Any],
    lines: Sequence[Line] | None = None,
    figures: Mapping[int, dict[str, int]] | None = None,
) -> tuple[dict[int, Totals], dict[int, Money]]:
    """What orders come to, and what invoices ask for them. lines, figures: theirs, where read already."""
    ids = [row.pk for row in rows]
    ended = {row.pk for row in rows if row.goods_word == "cancelled"}
    billed = dict.fromkeys(ids, Money())
    asked = [row.pk for row in rows if row.money_word not in ("uninvoiced", "unconfirmed")]
    return totals_of(ids, ORDER, ended, lines, figures), billed | (money_of(asked, ORDER) if asked else {})


def costs_of(found: Sequence[Line]) -> dict[int, UnitCosts]:
    """What the products of lines cost, on average and at most, where any are in stock."""
    return unit_costs({line.product_id: line.product.quantity_decimals for line in found}) if found else {}


def show_quote(row: Any, *, costs: bool = False) -> dict[str, Any]:
    """A quote with its lines."""
    return show_quotes([row], include=frozenset(("lines",)), costs=costs)[0]


def show_quotes(
    rows: Sequence[Any], include: frozenset[str] = frozenset(), *, costs: bool = False
) -> list[dict[str, Any]]:
    """Quotes as callers read them; what their products cost only for who may see costs."""
    found = lines_on([row.pk for row in rows], SHEET)
    sums = quote_totals(rows, found)
    lines = _listed(rows, found, SHEET) if "lines" in include else None
    if lines is not None:
        unit, rows_of = costs_of(found) if costs else {}, {row.pk: row for row in found}
        for line in (line for listed in lines.values() for line in listed):
            row, one = rows_of[line["id"]], unit.get(line["product"])
            cost = one and one.of(row.per, row.product.quantity_decimals)
            line["average_cost"] = plain(cost.average_micro, money.MICRO) if cost else None
            line["highest_cost"] = plain(cost.highest_micro, money.MICRO) if cost else None
    won = dict(
        Sheet.objects.filter(order__quote_id__in=[row.pk for row in rows], void__isnull=True).values_list(
            "order__quote_id", "pk"
        )
    )
    return [
        {
            **shared(row, sums[row.pk]),
            "opportunity": row.quote.opportunity_id,
            "order": won.get(row.pk),
            "quoted_on": _day(row.ordered_on),
            "expires_on": _day(row.quote.expires_on),
            "sent_at": _day(row.quote.sent_at),
            "won_at": _day(row.quote.won_at),
            "lost_at": _day(row.quote.lost_at),
            "lost_reason": row.quote.lost_reason,
            "status": row.quote_word,
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
    lines = _listed(rows, found, ORDER, figures) if "lines" in include else None
    return [
        {
            **shared(row, sums[row.pk]),
            "open": money.plain(open_on(row, sums[row.pk].total, billed[row.pk]), row.currency),
            "quote": row.order.quote_id,
            "ordered_on": _day(row.ordered_on),
            "confirmed_at": _day(row.order.confirmed_at),
            "fulfilled_at": _day(row.order.fulfilled_at),
            "cancelled_at": _day(row.order.cancelled_at),
            "held_at": _day(row.order.held_at),
            "hold_reason": row.order.hold_reason,
            "own": row.order.own,
            "goods_status": row.goods_word,
            "money_status": row.money_word,
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


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a location has for a line: free, and reserved for it already."""

    line: int
    place: int
    sku: str
    location: str
    wanted: int
    free: int
    reserved: int
    decimals: int


def shelves(lines: Sequence[Line]) -> list[Shelf]:
    """For each line the locations that have any of it, in four statements however many."""
    products = {line.product_id for line in lines}
    claims = {line.pk for line in lines}
    goods = Holding.objects.filter(kind="bin", owned=True, quantity__gt=0)
    lapsed = Q(claim__hold_until__lte=clock.now())
    free = goods.filter(Q(claim_id=0) | lapsed, product_id__in=products)
    available: dict[tuple[int, int], int] = defaultdict(int)
    past = Past()
    for product, place, units, last in free.values_list(
        "product_id", "place__parent_id", "quantity", "lot__expires_on"
    ):
        if not past(last):
            available[product, place or 0] += units
    reserved: dict[tuple[int, int], int] = defaultdict(int)
    held = goods.filter(claim_id__in=claims).exclude(lapsed)
    for claim, place, units in held.values_list("claim_id", "place__parent_id", "quantity"):
        reserved[claim, place or 0] += units
    figures = quantities(claims)
    wanted = {
        claim: sum(figures[claim][name] for name in ("wanted", "to_approve", "to_order")) for claim in claims
    }
    found = []
    locations = Location.objects.order_by("-default", "name").values_list("place_id", "name")
    for line in lines:
        for place, name in locations:
            here = available[line.product_id, place], reserved[line.pk, place]
            if any(here):
                found.append(
                    Shelf(
                        line.pk,
                        place,
                        line.product.sku,
                        name,
                        wanted[line.pk],
                        *here,
                        line.product.quantity_decimals,
                    )
                )
    return found


@dataclass(frozen=True, slots=True)
class Reserved:
    """How many of a product a document holds at a location, and until when."""

    sku: str
    location: str
    quantity: int
    decimals: int
    until: datetime | None


def held_of(lines: Sequence[int]) -> list[Reserved]:
    """What these lines hold in bins, by location, in one statement."""
    rows = Holding.objects.filter(claim_id__in=lines, kind="bin", quantity__gt=0)
    rows = rows.exclude(claim__hold_until__lte=clock.now())
    names = (
        "product__sku",
        "place__parent__location__name",
        "product__quantity_decimals",
        "claim__hold_until",
    )
    sums = rows.values_list(*names).annotate(units=Sum("quantity")).order_by("product__sku", names[1])
    return [Reserved(sku, location, units, decimals, end) for sku, location, decimals, end, units in sums]


def read_ended(truth: Truth) -> None:
    """Read what lines held until their hold ended and its release was posted, where nobody has held anew since.

    Extending or winning takes it once more, as far as it is still free.
    """
    claims = {f"claim:{pk}": pk for pk in truth.read["lines"]}
    decided = Fact.objects.filter(subject__in=claims, field="hold_until").order_by("subject", "id")
    last = {
        subject: (entry, verb)
        for subject, entry, verb in decided.values_list("subject", "entry", "entry__verb")
    }
    ended = {claims[subject]: entry for subject, (entry, verb) in last.items() if verb == "expire"}
    gone: dict[int, list[Held]] = defaultdict(list)
    if ended:
        moves = Move.objects.filter(
            entry__in=set(ended.values()), source__claim__in=set(ended), source__kind="bin"
        )
        for move in moves.select_related("source").order_by("pk"):
            if ended[move.source.claim_id] == move.entry_id:
                gone[move.source.claim_id].append(Held(0, spot_of(move.source), move.quantity))
    truth.read["ended"] = dict(gone)
