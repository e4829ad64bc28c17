"""Reads of reasons: the list, and what was found, lost and set aside for which of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from wharfinger.ledger import sql
from wharfinger.ledger.plan import Truth
from wharfinger.stock.models import Reason

GOODS = ("adjust", "count", "hold", "scrap", "correct_serial", "short_pick")
"""The verbs that a report by reason counts."""


def listed(use: str = "") -> QuerySet[Reason]:
    """The reasons that can be given, for an act where one is named."""
    found = Reason.objects.filter(retired_on__isnull=True).order_by("name")
    if not use:
        return found
    wanted = [row.pk for row in found if use in row.uses]
    return found.filter(pk__in=wanted)


def names(*uses: str) -> list[str]:
    """The names of the reasons that can be given for any of these acts."""
    return [row.name for row in listed() if set(uses) & set(row.uses)]


def read_reasons(truth: Truth) -> None:
    """Read the list, for an act that gives a reason."""
    truth.read["reasons"] = list(listed())


def used(rows: QuerySet[Reason], values: Iterable[str]) -> QuerySet[Reason]:
    """Those reasons that are offered for one of these acts."""
    uses = set(values)
    return rows.filter(pk__in=[row.pk for row in rows if uses & set(row.uses)])


def retired(rows: QuerySet[Reason], values: Iterable[str]) -> QuerySet[Reason]:
    """Those on the list, or those that were taken off it."""
    wanted = {value == "true" for value in values}
    return rows.filter(*[Q(retired_on__isnull=not one) for one in wanted] if len(wanted) == 1 else [])


class Given(NamedTuple):
    """What happened to a product for a reason: units and value that came in and went out."""

    reason: int
    """0 where none of the list was given, or several by one act."""
    verb: str
    product: int
    came: int
    went: int
    came_minor: int
    went_minor: int


def given(since: date, until: date) -> list[Given]:
    """What was found, lost, set aside and corrected in a time, by reason, verb and product.

    What was undone since does not count.
    """
    verbs = ", ".join(f"'{verb}'" for verb in GOODS)
    noted = (
        "SELECT f.entry_id, CASE WHEN COUNT(*) = 1 THEN MIN(CAST(SUBSTR(f.subject, 8) AS bigint)) END AS reason FROM ledger_fact f "
        "JOIN ledger_entry e ON e.id = f.entry_id WHERE f.subject LIKE 'reason:%%' "
        f"AND e.verb IN ({verbs}) AND e.effective_on BETWEEN %s AND %s GROUP BY f.entry_id"
    )
    left = "m.quantity - COALESCE((SELECT SUM(r.quantity) FROM ledger_move r WHERE r.reverses_id = m.id), 0)"
    cost = (
        "COALESCE((SELECT SUM(d.value_minor) FROM ledger_draw d WHERE d.move_id = m.id), 0) + COALESCE((SELECT "
        "SUM(d.value_minor) FROM ledger_draw d JOIN ledger_move r ON r.id = d.move_id WHERE r.reverses_id = m.id), 0)"
    )
    moves = (
        f"SELECT COALESCE(n.reason, 0) AS reason, e.verb, s.product_id AS product, {left} AS units, {cost} AS minor, "
        "CASE WHEN s.kind = 'adjustment' THEN 1 ELSE 0 END AS came "
        f"FROM ledger_entry e JOIN ledger_move m ON m.entry_id = e.id "
        "JOIN ledger_holding s ON s.id = m.source_id JOIN ledger_holding t ON t.id = m.target_id "
        f"LEFT JOIN ({noted}) n ON n.entry_id = e.id "
        f"WHERE e.verb IN ({verbs}) AND e.effective_on BETWEEN %s AND %s AND s.kind IN "
        "('adjustment', 'bin', 'quarantine') AND NOT (s.kind = 'bin' AND t.kind = 'bin' AND e.verb <> 'correct_serial') "
        "AND (e.verb <> 'short_pick' OR t.kind = 'quarantine')"
    )
    rows = sql.fetch(
        "SELECT reason, verb, product, SUM(CASE WHEN came = 1 THEN units ELSE 0 END), "
        "SUM(CASE WHEN came = 0 THEN units ELSE 0 END), SUM(CASE WHEN came = 1 THEN -minor ELSE 0 END), "
        f"SUM(CASE WHEN came = 0 THEN minor ELSE 0 END) FROM ({moves}) g WHERE units > 0 "
        "GROUP BY reason, verb, product ORDER BY reason, verb, product",
        [since, until, since, until],
    )
    return [
        Given(int(reason), verb, product, int(came), int(went), int(in_minor), int(out_minor))
        for reason, verb, product, came, went, in_minor, out_minor in rows
    ]


def by_id(reasons: Iterable[int]) -> dict[int, Any]:
    """The reasons of these ids, those taken off the list too."""
    return Reason.objects.in_bulk(set(reasons))
