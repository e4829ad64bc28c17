"""Which promises are late or in danger: what lines wait for, when that comes, and for when it is promised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from wharfinger.base.locales import day_words
from wharfinger.base.refusal import N_
from wharfinger.demand.rules.words import OPEN_GOODS
from wharfinger.ledger import sql

WORDS = {"late": N_("Late"), "endangered": N_("In danger")}
TONES = {"late": "red", "endangered": "amber"}

STILL = tuple(kind for kind in OPEN_GOODS if kind != "quoted")
"""Where goods and wishes of a firm line stand that its customer still waits for."""

COMING = ("demand", "to_approve", "to_order", "drafted", "on_order", "transfer")
"""Where what has yet to come to us stands."""


@dataclass(frozen=True, slots=True)
class Wait:
    """So many units of a line that its customer still waits for."""

    line: int
    kit: int | None
    """The kit's line whose component it is."""
    document: int
    """The sales order that collects it, else the work on which it is charged."""
    kind: str
    units: int
    number: str
    """Of the purchase order or transfer that brings it."""
    comes: date | None
    """When it is with us; nothing where nobody says."""
    promised: date | None
    overdue: bool
    """Whether it should have come already."""
    danger: str
    """``late``, ``endangered``, or nothing."""


def waits(lines: Iterable[int], on: date) -> list[Wait]:
    """What these lines and the components of kits among them still wait for on a day; one statement."""
    wanted = sorted(set(lines))
    if not wanted:
        return []
    among = sql.array(wanted)
    found = f"{sql.among('l.claim_id')} OR {sql.among('l.parent_id')}"
    return [_wait(row) for row in sql.fetch(_rows(found), [on.isoformat(), *STILL, among, among])]


def waits_of(orders: Iterable[int], on: date) -> list[Wait]:
    """What these sales orders still wait for on a day; one statement."""
    wanted = sorted(set(orders))
    if not wanted:
        return []
    return [
        _wait(row)
        for row in sql.fetch(_rows(sql.among("l.order_id")), [on.isoformat(), *STILL, sql.array(wanted)])
    ]


def foremost(limit: int, on: date) -> list[Wait]:
    """Of each sales order whose promise is in danger what endangers it most, the earliest promise first."""
    text = f"SELECT * FROM ({_ranked()}) worst WHERE nth = 1 ORDER BY promised, document LIMIT {limit:d}"
    return [_wait(row) for row in sql.fetch(text, [on.isoformat(), *STILL])]


def in_danger(rows: QuerySet[Any, Any], dangers: Iterable[str], on: date) -> QuerySet[Any, Any]:
    """The sales orders of which a line is late or endangered, as asked; a late one is not also endangered."""
    asked = [one for one in dangers if one in WORDS]
    if not asked:
        return rows.none()
    every = _rows("l.order_id IS NOT NULL")
    worst = f"SELECT document, MAX(danger) danger FROM ({every}) x WHERE danger <> '' GROUP BY document"
    marks = ", ".join(["%s"] * len(asked))
    text = f"SELECT document FROM ({worst}) y WHERE danger IN ({marks})"
    return rows.filter(pk__in=RawSQL(text, [on.isoformat(), *STILL, *asked]))  # noqa: S611


def danger_of(waiting: Iterable[Wait]) -> str:
    """How it stands with what all these wait for: the worst of it."""
    return max((one.danger for one in waiting), default="")


def latest(waiting: Iterable[Wait]) -> date | None:
    """When the last of it comes; nothing where that is not known of all, or nothing has yet to come."""
    days = [one.comes for one in waiting if one.kind in COMING]
    return max((day for day in days if day), default=None) if None not in days else None


def worst(waiting: Iterable[Wait]) -> Wait | None:
    """What endangers most: what nobody knows when it comes, else what comes last."""
    bad = [one for one in waiting if one.danger]
    return max(bad, key=lambda one: (one.danger, one.comes or date.max), default=None)


def chip(danger: str) -> tuple[str, str] | None:
    """What is said of a promise, as a chip; nothing of one that will be kept."""
    return (TONES[danger], _(WORDS[danger])) if danger else None


def reason(wait: Wait) -> str:
    """Why a promise is in danger, in the reader's words: ``PO-12 comes 5 Dec 2026, promised 1 Dec 2026``."""
    said = {
        "number": wait.number,
        "comes": day_words(wait.comes) if wait.comes else "",
        "promised": day_words(wait.promised) if wait.promised else "",
    }
    return _(_why(wait)) % said


_BOUGHT = ("to_approve", "to_order")
_OVERDUE = N_("%(number)s should have come %(comes)s, promised %(promised)s")
_COMES = N_("%(number)s comes %(comes)s, promised %(promised)s")
_NO_DAY = N_("%(number)s names no day, promised %(promised)s")
_DRAFT = N_("%(number)s is a draft and would come %(comes)s, promised %(promised)s")
_NOT_ORDERED = N_("Not ordered; it would come %(comes)s, promised %(promised)s")
_NOBODY = N_("Not ordered, and no vendor is known, promised %(promised)s")
_NOTHING = N_("Nothing is reserved for it, promised %(promised)s")
_NOT_SENT = N_("Not delivered yet, promised %(promised)s")


def _why(wait: Wait) -> str:
    if wait.kind in ("on_order", "transfer"):
        if wait.comes is None:
            return _NO_DAY
        return _OVERDUE if wait.overdue else _COMES
    if wait.kind == "drafted":
        return _DRAFT
    if wait.kind in _BOUGHT:
        return _NOT_ORDERED if wait.comes else _NOBODY
    return _NOTHING if wait.kind == "demand" else _NOT_SENT


def _wait(row: tuple[Any, ...]) -> Wait:
    line, kit, document, kind, units, number, comes, promised, overdue, danger = row[:10]
    return Wait(
        line, kit, document, kind, int(units), number, _day(comes), _day(promised), bool(overdue), danger
    )


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _after(days: str) -> str:
    """The day that is so many days from today."""
    return f"(n.day + ({days}))" if sql.on_postgresql() else f"date(n.day, '+' || ({days}) || ' days')"


def _ranked() -> str:
    order = "danger DESC, comes IS NOT NULL, comes DESC, line"
    return (
        f"SELECT x.*, ROW_NUMBER() OVER (PARTITION BY document ORDER BY {order}) nth "
        f"FROM ({_rows('l.order_id IS NOT NULL')}) x WHERE danger <> ''"
    )


def _rows(which: str) -> str:
    """All that firm lines wait for, with the day it comes and whether that endangers what was promised.

    which: a condition on the lines ``l``. Parameters: today, the kinds, then those of the condition. What no order
    brings is there at once as far as it is free, and takes its vendor's days otherwise.
    """
    today = "SELECT %s::date AS day" if sql.on_postgresql() else "SELECT %s AS day"
    lead = "SELECT v.lead_time_days FROM catalog_vendorprice v WHERE v.product_id = h.product_id AND v.void_id IS NULL AND "
    theirs = _after(f"COALESCE(({lead} v.organization_id = dp.vendor_id), 0)")
    usual = _after(f'{lead} v."default" LIMIT 1')
    free = (
        "SELECT COALESCE(SUM(f.quantity), 0) FROM ledger_holding f JOIN ledger_place p ON p.id = f.place_id "
        "JOIN stock_location k ON k.place_id = p.parent_id WHERE f.product_id = h.product_id AND f.kind = 'bin' "
        "AND f.claim_id = 0 AND f.owned AND f.quantity > 0 AND k.channel = 'direct'"
    )
    said = "COALESCE(dl.expected_on, dp.expected_on)"
    kinds = ", ".join(["%s"] * len(STILL))
    inner = (
        "SELECT l.claim_id line, l.parent_id kit, COALESCE(l.order_id, l.sheet_id) document, h.kind kind, h.quantity units, "
        "COALESCE(bp.number, dp.number, t.number, '') number, "
        "CASE WHEN h.kind = 'on_order' THEN COALESCE(bl.expected_on, bp.expected_on) "
        "WHEN h.kind = 'transfer' THEN t.expected_on "
        f"WHEN h.kind = 'drafted' THEN CASE WHEN {said} >= n.day THEN {said} ELSE {theirs} END "
        "WHEN h.kind NOT IN ('demand', 'to_approve', 'to_order') THEN n.day "
        f"WHEN ({free}) >= h.quantity THEN n.day WHEN h.kind = 'demand' THEN NULL ELSE {usual} END comes, "
        "COALESCE(l.promised_on, s.promised_on) promised, n.day today "
        f"FROM demand_line l CROSS JOIN ({today}) n JOIN demand_sheet s ON s.id = l.sheet_id "
        "LEFT JOIN sales_order o ON o.sheet_id = l.order_id "
        f"JOIN ledger_holding h ON h.claim_id = l.claim_id AND h.quantity > 0 AND h.kind IN ({kinds}) "
        "LEFT JOIN purchasing_purchaseline bl ON bl.place_id = h.place_id "
        "LEFT JOIN purchasing_purchaseorder bp ON bp.id = bl.purchase_order_id "
        "LEFT JOIN purchasing_purchaseline dl ON dl.drafted_place_id = h.place_id "
        "LEFT JOIN purchasing_purchaseorder dp ON dp.id = dl.purchase_order_id "
        "LEFT JOIN stock_transferorder t ON h.kind = 'transfer' AND h.place_id IN (t.place_id, t.picked_place_id) "
        "WHERE l.void_id IS NULL AND (l.order_id IS NULL AND s.kind <> 'quote' OR o.confirmed_at IS NOT NULL "
        f"AND o.cancelled_at IS NULL AND o.fulfilled_at IS NULL) AND ({which})"
    )
    return (
        "SELECT line, kit, document, kind, units, number, comes, promised, comes < today overdue, "
        "CASE WHEN promised IS NULL THEN '' WHEN promised < today THEN 'late' "
        "WHEN comes IS NULL OR comes > promised OR comes < today THEN 'endangered' ELSE '' END danger "
        f"FROM ({inner}) still"
    )
