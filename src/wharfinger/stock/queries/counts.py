"""Reads of counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet

from wharfinger.stock.models import Count, CountLine


def counts() -> QuerySet[Count]:
    """Every count that was not undone."""
    return Count.objects.filter(void__isnull=True).select_related("location", "reviewed_by")


def with_lines(found: Iterable[Count]) -> list[tuple[Count, list[CountLine]]]:
    """Counts with what was counted, in one statement however many."""
    listed = list(found)
    lines: dict[int, list[CountLine]] = defaultdict(list)
    rows = CountLine.objects.filter(count__in=listed, void__isnull=True).select_related("product", "bin")
    for line in rows.order_by("bin__place__sequence", "product__sku", "pk"):
        lines[line.count_id].append(line)
    return [(count, lines[count.pk]) for count in listed]
