"""Requests for quotation as people see them: lines and vendors side by side, totals, who is cheapest and fastest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from wharfinger.base import clock, configuration, money
from wharfinger.base.money import extended
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_, NotThere
from wharfinger.pricing.queries import rates_on
from wharfinger.purchasing.models.quoting import Rfq, RfqAnswer, RfqLine, RfqVendor, RfqWant
from wharfinger.purchasing.rules.quoting import Best, cheapest, fastest

WORDS: dict[str, str] = {
    "asked": N_("Asked"),
    "answered": N_("Answered"),
    "ordered": N_("Awarded"),
    "closed": N_("Closed"),
}
"""What a request is called, derived from decisions, answers and orders."""
REQUEST = ("rfq", "rfq_number")
"""What `with_request` adds."""
TONES = {"asked": "amber", "answered": "blue", "ordered": "green", "closed": "grey"}


@dataclass(slots=True)
class Column:
    """A vendor that was asked, with what it offers line by line."""

    row: RfqVendor
    answers: dict[int, RfqAnswer] = field(default_factory=dict)
    rate_micro: int | None = None
    """What one unit of its currency is worth at home today; nothing where nobody entered a rate."""
    coins: tuple[int, int] = (1, 1)
    """How many of the smallest coin one unit of home currency has, and one of its own."""
    total_minor: int = 0
    """Of all that it offers, freight included."""
    whole: bool = False
    """Whether it offers every line."""

    @property
    def home_minor(self) -> int | None:
        """Its total at home."""
        if self.rate_micro is None:
            return None
        return money.rounded(self.total_minor * self.rate_micro * self.coins[0], 10**6 * self.coins[1])


@dataclass(slots=True)
class Beside:
    """A request with its lines, and the vendors beside each other."""

    rfq: Rfq
    lines: list[RfqLine]
    columns: list[Column]
    cheapest: dict[int, int] = field(default_factory=dict)
    """By line the vendor whose answer costs least at home."""
    fastest: dict[int, int] = field(default_factory=dict)

    @property
    def word(self) -> str:
        """How far the request is."""
        if self.rfq.closed_at is not None:
            return "closed"
        if any(taken(line) for line in self.lines):
            return "ordered"
        return "answered" if any(one.row.answered_on for one in self.columns) else "asked"


def rfqs() -> QuerySet[Rfq]:
    """Every request that was not undone."""
    return Rfq.objects.filter(void__isnull=True).select_related("made__actor")


def rfq(pk: int) -> Rfq:
    """One request; raises NotThere."""
    found = rfqs().filter(pk=pk).first()
    if found is None:
        raise NotThere("no_such_rfq", N_("There is no such request for quotation."))
    return found


def with_status(rows: QuerySet[Any, Any], values: Sequence[str]) -> QuerySet[Any, Any]:
    """Requests that any of these words describes."""
    lines = RfqLine.objects.filter(rfq=OuterRef("pk"), void__isnull=True)
    ordered = Exists(
        lines.filter(order__void__isnull=True, order__isnull=False, order__cancelled_at__isnull=True)
    )
    vendors = RfqVendor.objects.filter(rfq=OuterRef("pk"), void__isnull=True)
    answered = Exists(vendors.filter(answered_on__isnull=False))
    still = rows.filter(closed_at__isnull=True)
    found = {
        "asked": still.exclude(ordered).exclude(answered),
        "answered": still.exclude(ordered).filter(answered),
        "ordered": still.filter(ordered),
        "closed": rows.filter(closed_at__isnull=False),
    }
    some = rows.none()
    for value in values:
        some = some | found.get(value, rows.none())
    return some


def taken(line: RfqLine) -> bool:
    """Whether a line became an order that stands."""
    order = line.order
    return order is not None and order.void_id is None and order.cancelled_at is None


def wanted(lines: Iterable[int]) -> dict[int, list[tuple[int, int]]]:
    """By line of a request, which customers' lines wanted how many of it when it was asked."""
    found: dict[int, list[tuple[int, int]]] = {}
    rows = RfqWant.objects.filter(rfq_line__in=list(lines), void__isnull=True).order_by("pk")
    for asked, line, units in rows.values_list("rfq_line", "line", "quantity"):
        found.setdefault(asked, []).append((line, units))
    return found


def with_request(rows: QuerySet[Any, Any], line: str) -> QuerySet[Any, Any]:
    """Add ``rfq`` and ``rfq_number`` to rows: the latest open request in which their line is asked for and not awarded.

    line: the path from a row to its line.
    """
    order = "rfq_line__order__"
    standing = Q(
        **{
            "rfq_line__order__isnull": False,
            f"{order}void__isnull": True,
            f"{order}cancelled_at__isnull": True,
        }
    )
    asked = RfqWant.objects.filter(
        ~standing, line=OuterRef(line), void__isnull=True, rfq_line__rfq__closed_at__isnull=True
    ).order_by("-pk")
    return rows.annotate(
        rfq=Subquery(asked.values("rfq_line__rfq")[:1]),
        rfq_number=Subquery(asked.values("rfq_line__rfq__number")[:1]),
    )


def beside(rows: Iterable[Rfq]) -> list[Beside]:
    """Requests with all that was asked and answered, in a constant number of statements."""
    listed = list(rows)
    ids = [one.pk for one in listed]
    live = {"rfq__in": ids, "void__isnull": True}
    lines = RfqLine.objects.filter(**live).select_related("product", "order").order_by("position")
    vendors = list(RfqVendor.objects.filter(**live).select_related("vendor").order_by("pk"))
    answers = RfqAnswer.objects.filter(
        rfq_vendor__rfq__in=ids, void__isnull=True, unit_cost_micro__isnull=False
    )
    by_vendor: dict[int, dict[int, RfqAnswer]] = {}
    for one in answers:
        by_vendor.setdefault(one.rfq_vendor_id, {})[one.line_id] = one
    home = configuration.one("currency")
    today = clock.today(configuration.one("time_zone"))
    rates = {home: 10**6, **rates_on({one.currency for one in vendors} - {home}, today)}
    by_rfq: dict[int, list[RfqLine]] = {}
    for line in lines:
        by_rfq.setdefault(line.rfq_id, []).append(line)
    found = []
    for row in listed:
        columns = [
            Column(
                one,
                {} if one.declined_on else by_vendor.get(one.pk, {}),
                rates.get(one.currency),
                (10 ** money.decimals(home), 10 ** money.decimals(one.currency)),
            )
            for one in vendors
            if one.rfq_id == row.pk
        ]
        found.append(_compared(Beside(row, by_rfq.get(row.pk, []), columns)))
    return found


def net_minor(line: RfqLine, column: Column) -> int | None:
    """What a vendor asks for all of a line, in its currency."""
    answer = column.answers.get(line.pk)
    if answer is None or answer.unit_cost_micro is None:
        return None
    decimals = line.product.quantity_decimals
    return extended(answer.unit_cost_micro, line.quantity, decimals, column.row.currency)


def _compared(one: Beside) -> Beside:
    for column in one.columns:
        nets = [net_minor(line, column) for line in one.lines]
        column.whole = None not in nets
        offered = [net for net in nets if net is not None]
        column.total_minor = sum(offered) + (column.row.freight_minor if offered else 0)
    for line in one.lines:
        answers = [
            Best(
                column.row.vendor_id,
                answer.unit_cost_micro,
                None if column.rate_micro is None else answer.unit_cost_micro * column.rate_micro // 10**6,
                answer.lead_days,
            )
            for column in one.columns
            if (answer := column.answers.get(line.pk)) and answer.unit_cost_micro is not None
        ]
        if best := cheapest(answers):
            one.cheapest[line.pk] = best.vendor
        if first := fastest(answers):
            one.fastest[line.pk] = first.vendor
    return one


def show_rfqs(rows: Iterable[Rfq], *, costs: bool) -> list[dict[str, Any]]:
    """Requests for the API."""
    found = beside(rows)
    wants = wanted(line.pk for one in found for line in one.lines)
    return [_shown(one, wants, costs=costs) for one in found]


def _shown(one: Beside, wants: Mapping[int, Sequence[tuple[int, int]]], *, costs: bool) -> dict[str, Any]:
    row = one.rfq
    return {
        "id": row.pk,
        "number": row.number,
        "status": one.word,
        "title": row.title,
        "answer_by": row.answer_by.isoformat() if row.answer_by else None,
        "note": row.note,
        "closed_at": row.closed_at.isoformat() if row.closed_at else None,
        "lines": [
            {
                "id": line.pk,
                "product": line.product_id,
                "sku": line.product.sku,
                "quantity": plain(line.quantity, line.product.quantity_decimals),
                "lines": [pk for pk, _units in wants.get(line.pk, ())],
                "purchase_order": line.order_id if taken(line) else None,
                "cheapest": one.cheapest.get(line.pk) if costs else None,
                "fastest": one.fastest.get(line.pk),
            }
            for line in one.lines
        ],
        "vendors": [_column(one, column, costs=costs) for column in one.columns],
    }


def _column(one: Beside, column: Column, *, costs: bool) -> dict[str, Any]:
    row = column.row
    return {
        "vendor": row.vendor_id,
        "name": row.vendor.name,
        "currency": row.currency,
        "sent_at": row.sent_at.isoformat() if row.sent_at else None,
        "told_at": row.told_at.isoformat() if row.told_at else None,
        "answered_on": row.answered_on.isoformat() if row.answered_on else None,
        "declined_on": row.declined_on.isoformat() if row.declined_on else None,
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        "freight": money.plain(row.freight_minor, row.currency) if costs else None,
        "total": money.plain(column.total_minor, row.currency) if costs and column.answers else None,
        "note": row.note,
        "answers": [
            {
                "line": line.pk,
                "unit_cost": plain(answer.unit_cost_micro or 0, money.MICRO) if costs else None,
                "lead_days": answer.lead_days,
            }
            for line in one.lines
            if (answer := column.answers.get(line.pk)) is not None
        ],
    }
