"""The groups of lines on quotes and on what was won of them, and what each comes to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from wharfinger.base import money
from wharfinger.base.quantity import plain
from wharfinger.demand.models import Line, LineGroup
from wharfinger.demand.queries.amounts import net_of, said_of
from wharfinger.demand.queries.reading import ORDER, SHEET
from wharfinger.ledger.plan import Truth


def groups_of(*sheets: int) -> QuerySet[LineGroup, LineGroup]:
    """The groups of documents that stand, in their order."""
    found = LineGroup.objects.filter(sheet__in=sheets, void__isnull=True, removed_at__isnull=True)
    return found.order_by("sheet_id", "position", "pk")


def read_groups(sheet: int) -> Callable[[Truth], None]:
    """Read the groups of a quote that is locked; no statement for another document, which has none."""

    def read(truth: Truth) -> None:
        document = truth.documents["demand.Sheet"].get(sheet)
        of = groups_of(sheet) if document is not None and document.kind == "quote" else ()
        truth.read["groups"] = {group.pk: group for group in of}

    return read


def own_group(line: Line) -> int | None:
    """The group of a quote's line."""
    return line.group_id


def quoted_group(line: Any) -> int | None:
    """The group in which what an order's line came from stands on its quote; read with the line."""
    group: int | None = line.quoted_group
    return group


def in_groups(
    lines: Sequence[Line], groups: Sequence[LineGroup], of: Callable[[Line], int | None] = own_group
) -> list[Line]:
    """The lines of a document as it shows them: what stands alone first, then group by group."""
    turn = {group.pk: n for n, group in enumerate(groups, 1)}
    return sorted(lines, key=lambda line: turn.get(of(line) or 0, 0))


def sums_of(
    lines: Collection[Line],
    of: Callable[[Line], int] = said_of,
    by: Callable[[Line], int | None] = own_group,
) -> dict[int, int]:
    """What the groups of these lines come to, what is not taken left out. by: the group of a line."""
    found: dict[int, int] = defaultdict(int)
    for line in lines:
        group = by(line)
        if group is not None and line.taken and line.parent_id is None:
            found[group] += of(line)
    return found


def show_groups(quotes: Sequence[Any], lines: Collection[Line]) -> dict[int, list[dict[str, Any]]]:
    """The groups of quotes as callers read them, in one statement. lines: all of theirs."""
    return _shown(quotes, {quote.pk: quote.pk for quote in quotes}, lines, SHEET, own_group)


def show_quoted_groups(orders: Sequence[Any], lines: Collection[Line]) -> dict[int, list[dict[str, Any]]]:
    """The groups of orders' quotes, and what they come to on the orders. lines: all that these collect."""
    won = {order.pk: order.order.quote_id for order in orders if order.order.quote_id is not None}
    return _shown(orders, won, lines, ORDER, quoted_group)


def _shown(
    documents: Sequence[Any],
    quotes: Mapping[int, int],
    lines: Collection[Line],
    by: str,
    of: Callable[[Line], int | None],
) -> dict[int, list[dict[str, Any]]]:
    theirs: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        theirs[getattr(line, f"{by}_id")].append(line)
    groups: dict[int, list[LineGroup]] = defaultdict(list)
    for group in groups_of(*quotes.values()) if quotes else ():
        groups[group.sheet_id].append(group)
    found = {}
    for document in documents:
        nets = sums_of(theirs[document.pk], net_of, of)
        found[document.pk] = [
            {
                "id": group.pk,
                "title": group.title,
                "discount_percent": plain(group.discount_micro, 4),
                "net": money.plain(nets.get(group.pk, 0), document.currency),
            }
            for group in groups[quotes.get(document.pk, 0)]
        ]
    return found
