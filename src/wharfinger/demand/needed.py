"""What the lines of a document still need, and what of them is picked, received or on order: two short tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Sum
from django.utils.translation import gettext as _

from wharfinger.base.locales import day_words
from wharfinger.base.refusal import N_
from wharfinger.base.typed import written
from wharfinger.demand.models import Line
from wharfinger.demand.queries.shortage import Shortage, lacks, shortages, to_buy
from wharfinger.ledger.models import Holding
from wharfinger.ledger.telling import STANDS, stand_words

MOST = 50
"""So many rows each table has; all lines stand below them."""

WAITS = {
    "wanted": N_("To reserve or pick"),
    "to_approve": N_("To approve"),
    "to_order": N_("To order"),
    "drafted": N_("On a draft"),
}
"""For what a line waits that still needs goods."""

AT_HAND = ("picked", "container", "bin", "transfer", "quarantine", "on_order", "in_transit")
"""Where goods of a line stand that nobody has to find any more, and that the customer has not got yet."""


class Need(NamedTuple):
    """What a line still needs."""

    line: int
    name: tuple[str, str]
    units: int
    decimals: int
    waits: str
    marks: list[tuple[str, str]]
    """What lacks of it, each a chip."""
    available: int
    at_once: int
    """How many can be picked now: the lesser of what is needed and what is available."""
    to_buy: int
    """How many can be put on a purchase order,"""
    lacks: int
    """and how many of them are free nowhere once the lines before it have got theirs."""
    numbered: bool


class Got(NamedTuple):
    """Goods of a line that are at hand or under way."""

    name: tuple[str, str]
    units: int
    decimals: int
    where: str
    expected_on: date | None


def needs(found: Sequence[Line], rows: Sequence[Mapping[str, Any]], most: int | None = MOST) -> list[Need]:
    """What lines still need, in the order of the lines; a constant number of statements.

    rows: the same lines as cells, whose figures are read already. A kit's line needs what its components need.
    """
    open_lines = [
        (line, row, sum(row["figures"][name] for name in WAITS))
        for line, row in zip(found, rows, strict=True)
        if line.product.kind not in ("kit", "service")
    ]
    open_lines = [one for one in open_lines if one[2]][:most]
    figures = {row["id"]: row["figures"] for row in rows}
    lacking = shortages([line for line, _row, _units in open_lines], figures)
    missing = lacks([line for line, _row, _units in open_lines], figures, lacking)
    needed = []
    for line, row, units in open_lines:
        here, short = row["figures"], lacking[line.pk]
        needed.append(
            Need(
                line.pk,
                row["product"],
                units,
                line.product.quantity_decimals,
                ", ".join(_(words) for name, words in WAITS.items() if here[name]),
                marks(short, line.product.quantity_decimals),
                short.free,
                max(min(units - here["drafted"], short.free), 0),
                to_buy(here),
                missing[line.pk],
                line.product.traced not in ("", "none"),
            )
        )
    return needed


def marks(one: Shortage, decimals: int) -> list[tuple[str, str]]:
    """What lacks of a line as chips: here, or only for all open orders, and what is on order already."""
    said: list[tuple[str, str, int, date | None]] = []
    if one.short_here and one.elsewhere:
        words = _("%(n)s short in %(place)s, %(free)s free elsewhere")
        said.append(("red", words, one.short_here, None))
    elif one.short_here:
        said.append(("red", _("%(n)s short in %(place)s"), one.short_here, None))
    elif one.short_for_all:
        said.append(("amber", _("Enough for this, %(n)s short for all open orders"), one.short_for_all, None))
    if one.on_order:
        words = _("%(n)s on order, %(day)s") if one.on_order_on else _("%(n)s on order")
        said.append(("blue", words, one.on_order, one.on_order_on))
    if one.for_stock and (one.short_here or one.short_for_all):
        words = _("%(n)s on order for stock, %(day)s") if one.for_stock_on else _("%(n)s on order for stock")
        said.append(("blue", words, one.for_stock, one.for_stock_on))
    values = {"place": one.place, "free": written(one.elsewhere, decimals)}
    return [
        (tone, words % (values | {"n": written(units, decimals), "day": day_words(day) if day else ""}))
        for tone, words, units, day in said
    ]


def lacking(found: Sequence[Line], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Of the lines that lack goods, or have some on order, which goods and what of them lacks."""
    short = shortages(found, {row["id"]: row["figures"] for row in rows})
    told = [
        {
            "product": (f"{line.product.sku} {line.description}".strip(), row["product"][1]),
            "marks": marks(short[line.pk], line.product.quantity_decimals),
        }
        for line, row in zip(found, rows, strict=True)
        if line.pk in short
    ]
    return [one for one in told if one["marks"]][:MOST]


def got(found: Sequence[Line], rows: Sequence[Mapping[str, Any]]) -> list[Got]:
    """Where goods of lines are that nobody has to find any more, in one statement."""
    names = {line.pk: (row["product"], line) for line, row in zip(found, rows, strict=True)}
    stages = ("on_order", "reserved", "picked", "packed", "shipped")
    there = [row["id"] for row in rows if any(row["figures"][name] for name in stages)]
    if not there:
        return []
    held = Holding.objects.filter(claim__in=there, kind__in=AT_HAND, quantity__gt=0)
    bought = "place__purchase_line"
    grouped = held.values_list(
        "claim_id", *STANDS, f"{bought}__purchase_order__number", f"{bought}__expected_on"
    )
    sums = grouped.annotate(units=Sum("quantity")).order_by(
        *("claim__line__sheet_id", "claim__line__position", "claim_id", "kind")
    )
    return [
        Got(
            names[claim][0],
            units,
            names[claim][1].product.quantity_decimals,
            _named(stand_words(*stands), number),
            expected,
        )
        for claim, *stands, number, expected, units in sums[:MOST]
    ]


def _named(where: str, number: str | None) -> str:
    """Where goods stand as the beginning of a cell, with the purchase order that brings them."""
    return ", ".join(filter(None, (f"{where[:1].upper()}{where[1:]}", number)))
