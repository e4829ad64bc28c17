"""When goods of lines went out to their customers, by which their tax is decided where a tax code ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q, Sum

from wharfinger.catalog.models import TaxCode
from wharfinger.catalog.rules.validity import is_bounded
from wharfinger.demand.models import Line
from wharfinger.ledger.models import Holding, Move
from wharfinger.ledger.plan import Truth

GONE = ("in_transit", "customer", "rented")
"""Where goods stand that went out."""


def read_in_force(truth: Truth) -> None:
    """Read all tax codes and when goods went out, where a code of the rows at hand ends or begins; else no statement."""
    rows = [(line.pk, line.tax_code) for line in truth.read.get("lines", {}).values()] + [
        (row.line_id, row.tax_code) for row in truth.read.get("invoice_lines", {}).values()
    ]
    codes = [code for _, code in rows] + list(truth.read.get("fee_codes", {}).values())
    truth.read["codes"], truth.read["supplied"], truth.read["billed_before"] = {}, {}, {}
    if not any(is_bounded(code) for code in codes):
        return
    truth.read["codes"] = {code.pk: code for code in TaxCode.objects.all()}
    lines = sorted({pk for pk, code in rows if pk is not None and is_bounded(code)})
    truth.read["supplied"] = supplied(lines)
    stands = Holding.objects.filter(
        claim__in=lines, kind="invoiced", quantity__gt=0, place__invoice__posted_at__isnull=False
    )
    truth.read["billed_before"] = dict(stands.order_by().values_list("claim").annotate(Sum("quantity")))


def supplied(lines: Iterable[int]) -> dict[int, dict[int, tuple[int, list[tuple[date, int]]]]]:
    """By line that is billed, and line of its goods (a kit's components, or itself): how many go into one, and how
    many went out on which day, without what was taken back."""
    wanted = list(lines)
    goods = Line.objects.filter(Q(pk__in=wanted) | Q(parent__in=wanted), void__isnull=True).exclude(
        Q(product__kind="kit") | Q(product__kind="service")
    )
    found: dict[int, dict[int, tuple[int, list[tuple[date, int]]]]] = {}
    of: dict[int, int] = {}
    for pk, parent, ratio in goods.values_list("pk", "parent_id", "ratio"):
        of[pk] = parent or pk
        found.setdefault(of[pk], {})[pk] = (ratio or 1, [])
    moves: Any = Move.objects.filter(target__claim__in=of, target__kind__in=GONE, reverses__isnull=True)
    days: dict[tuple[int, date], int] = {}
    for claim, day, units, back in (
        moves.exclude(source__kind__in=GONE)
        .annotate(back=Sum("reversed_by__quantity", default=0))
        .values_list("target__claim", "entry__effective_on", "quantity", "back")
    ):
        days[claim, day] = days.get((claim, day), 0) + units - back
    for (claim, day), units in sorted(days.items(), key=lambda one: one[0][1]):
        if units:
            found[of[claim]][claim][1].append((day, units))
    return found
