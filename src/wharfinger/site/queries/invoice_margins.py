"""What invoices leave over the real cost of the goods that they bill."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from fractions import Fraction
from typing import Any

from django.db.models import BigIntegerField, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from wharfinger.base import configuration
from wharfinger.base.money import rounded
from wharfinger.billing.models import CreditLine, InvoiceLine
from wharfinger.demand.models import Line
from wharfinger.ledger import sql
from wharfinger.sales.queries.margins import Margin
from wharfinger.site.queries.reports.sales import DEPOSITS_APART, at_home
from wharfinger.stock.queries.worth import cause_of_draw

Rows = dict[int, list[Any]]


def of_invoices(pks: Collection[int]) -> dict[int, Margin]:
    """The margin of each of these invoices in home currency, less what was credited, in a constant number of statements.

    A line costs its share of what went for it, less what came back. Nothing is said of an invoice of which fewer goods
    went than it bills, for what the others will cost nobody knows, nor of one that asks for a deposit alone.
    """
    lines = _billed(pks)
    billed = {one.line_id for rows in lines.values() for one in rows if one.line_id is not None}
    each = _unit_costs(billed) if billed else {}
    home = configuration.one("currency")
    found = {pk: _margin(rows, each, home) for pk, rows in lines.items()}
    return {pk: one for pk, one in found.items() if one is not None}


def _billed(pks: Collection[int]) -> Rows:
    """The rows of invoices, deposits apart, with how many of them and how much was credited."""
    back = CreditLine.objects.filter(invoice_line=OuterRef("pk"), credit_note__void__isnull=True)
    sums = {name: back.values("invoice_line").annotate(n=Sum(name)) for name in ("quantity", "net_minor")}
    figure = {"output_field": BigIntegerField()}
    rows = InvoiceLine.objects.filter(invoice__in=pks, **DEPOSITS_APART).annotate(
        back=Coalesce(Subquery(sums["quantity"].values("n")), 0, **figure),
        back_minor=Coalesce(Subquery(sums["net_minor"].values("n")), 0, **figure),
    )
    found: Rows = defaultdict(list)
    for one in rows.select_related("invoice"):
        found[one.invoice_id].append(one)
    return found


def _margin(rows: Iterable[Any], each: dict[int, tuple[Fraction, Fraction]], home: str) -> Margin | None:
    net = cost = Fraction(0)
    for one in rows:
        units, paper = one.quantity - one.back, one.invoice
        net += at_home(one.net_minor - one.back_minor, paper.currency, paper.rate_micro, home)
        if one.line_id in each:
            went, worth = each[one.line_id]
            if units > went:
                return None
            cost += worth * units
    return Margin(*(rounded(one.numerator, one.denominator) for one in (net, cost)))


def _unit_costs(lines: Collection[int]) -> dict[int, tuple[Fraction, Fraction]]:
    """Of lines that want goods: how many units went, and what one of them really cost; of a kit by its components."""
    every = Line.objects.filter(Q(pk__in=lines) | Q(parent__in=lines)).exclude(product__kind="service")
    rows = list(every.values_list("pk", "parent_id", "quantity", "product__kind"))
    went = _went([pk for pk, *_ in rows])
    whole = {pk: quantity for pk, _parent, quantity, _kind in rows}
    parts: dict[int, list[int]] = defaultdict(list)
    for pk, parent, quantity, kind in rows:
        if kind != "kit" and quantity:
            parts[parent if parent in whole and pk not in lines else pk].append(pk)
    found: dict[int, tuple[Fraction, Fraction]] = {}
    for pk, some in parts.items():
        gone = min(Fraction(went.get(one, (0, 0))[0], whole[one]) for one in some) * whole[pk]
        value = sum(went.get(one, (0, 0))[1] for one in some)
        found[pk] = gone, Fraction(value) / gone if gone else Fraction(0)
    return found


def _went(lines: Collection[int]) -> dict[int, tuple[int, int]]:
    """How many units went for each line and were not brought back, and what they cost when they left."""
    # The line is the one that goods leave, or of free goods that come to it the one they come to.
    ends = (
        (
            "JOIN ledger_holding s ON s.claim_id = n.claim_id JOIN ledger_move m ON m.source_id = s.id "
            "JOIN ledger_holding t ON t.id = m.target_id"
        ),
        (
            "JOIN ledger_holding t ON t.claim_id = n.claim_id JOIN ledger_move m ON m.target_id = t.id "
            "JOIN ledger_holding s ON s.id = m.source_id AND s.claim_id = 0"
        ),
    )
    each = " UNION ALL ".join(
        f"SELECT n.claim_id AS line, {cause_of_draw()} AS why, d.quantity AS q, d.value_minor AS v "
        f"FROM demand_line n {end} JOIN ledger_draw d ON d.move_id = m.id WHERE {sql.among('n.claim_id')}"
        for end in ends
    )
    wanted = sql.array(sorted(lines))
    rows = sql.fetch(
        f"SELECT line, SUM(q), SUM(v) FROM ({each}) x WHERE why IN ('sold', 'returned') GROUP BY line",
        [wanted, wanted],
    )
    return {line: (int(units), int(value)) for line, units, value in rows}
