"""Lines that still need goods, and where goods for them are free."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Sum

from wharfinger.demand.models import Line
from wharfinger.flows.queries.charging import NEEDED
from wharfinger.ledger.models import Holding
from wharfinger.stock.models import Location
from wharfinger.stock.queries.figures import available


@dataclass(frozen=True, slots=True)
class Lacking:
    """A line with how many it still needs, and where how many are free that can be brought."""

    line: Line
    open: int
    free: Counter[int]
    """By place of the location; where its document takes goods from first nothing need be brought from."""


def lacking(lines: Sequence[int]) -> list[Lacking]:
    """These lines with what each still needs, in the order in which they are named; a constant number of statements."""
    needed = Holding.objects.filter(claim__in=lines, kind__in=NEEDED, quantity__gt=0)
    open_ = dict(needed.values_list("claim").annotate(Sum("quantity")))
    standing = Line.objects.filter(pk__in=lines, void__isnull=True).select_related(
        "product", "sheet__location"
    )
    found = {one.pk: one for one in standing}
    free: dict[int, dict[int, int]] = defaultdict(dict)
    for (product, place), units in available(sorted({one.product_id for one in found.values()})).items():
        if units > 0:
            free[product][place] = units
    default, lending = 0, set()
    for place, chosen, channel in Location.objects.values_list("place_id", "default", "channel"):
        default = place if chosen else default
        lending |= {place} if channel == "rental" else set()
    rows = []
    for line in (found[pk] for pk in dict.fromkeys(lines) if pk in found):
        first = line.sheet.location
        here = first.place_id if first else default
        # What a job hands over may be lent; what is sold is not taken from where one lends unless somebody says so.
        barred = {here} | (set() if line.sheet.kind == "job" else lending)
        there = Counter({place: n for place, n in free[line.product_id].items() if place not in barred})
        rows.append(Lacking(line, open_.get(line.pk, 0), there))
    return rows
