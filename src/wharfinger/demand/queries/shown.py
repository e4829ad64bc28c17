"""Lines as callers and pages read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet

from wharfinger.base import clock, configuration, money
from wharfinger.base.quantity import plain
from wharfinger.catalog.rules.units import said
from wharfinger.demand.models import Line
from wharfinger.demand.queries import quantities
from wharfinger.demand.queries.amounts import net_of, said_of
from wharfinger.demand.queries.holding import show_held
from wharfinger.demand.queries.promises import Wait, danger_of, latest, waits
from wharfinger.demand.queries.reading import joined, lines
from wharfinger.demand.queries.shortage import shortages
from wharfinger.demand.queries.shortage import shown as lacking
from wharfinger.demand.rules.discounts import before
from wharfinger.demand.rules.words import charge_word

FIGURES = (
    "wanted",
    "to_approve",
    "to_order",
    "drafted",
    "on_order",
    "ready",
    "reserved",
    "picked",
    "packed",
    "shipped",
    "delivered",
    "returned",
    "restocked",
    "cancelled",
    "to_bill",
    "invoiced",
    "credited",
)
"""The figures that callers see, in the order in which goods and bills pass them."""

COMING = (
    "wanted",
    "to_approve",
    "to_order",
    "drafted",
    "on_order",
    "ready",
    "reserved",
    "picked",
    "packed",
    "shipped",
)
"""The figures of what a line's customer still waits for."""


def lines_of(sheet: int, by: str) -> QuerySet[Line, Line]:
    """The lines of a document in their order; by: "order" for all that an order collects, else "sheet".

    What an order collects stands by the document on which it is charged, so that kits stay together.
    """
    return lines().filter(**{f"{by}_id": sheet}).order_by("sheet_id", "position", "pk")


def show_lines(
    found: Sequence[Any] | QuerySet[Line, Line], figures: Mapping[int, dict[str, int]] | None = None
) -> list[dict[str, Any]]:
    """Lines with their figures, amounts, word, what they hold, wait for and lack; seven statements however many.

    found: a query, or rows that were read by one with ``joined``. figures: theirs, where they are read already.
    """
    rows = list(joined(found)) if isinstance(found, QuerySet) else found
    figures = quantities([line.pk for line in rows]) if figures is None else figures
    there = [line.pk for line in rows if figures[line.pk]["reserved"] or figures[line.pk]["on_order"]]
    held = show_held(there)
    waiting = _waiting(rows, figures)
    short = shortages(rows, figures)
    return [
        _shown(line, figures[line.pk], firm=_firm(line), won=line.won_at is not None and line.taken)
        | {"held": held.get(line.pk, [])}
        | {"shortage": lacking(short.get(line.pk), line.product.quantity_decimals)}
        | {"expected_on": _day(latest(waiting[line.pk])), "endangered": bool(danger_of(waiting[line.pk]))}
        for line in rows
    ]


def _waiting(rows: Sequence[Any], figures: Mapping[int, dict[str, int]]) -> dict[int, list[Wait]]:
    """What firm lines still wait for, those of kits by their components; nothing is read where none does."""
    found: dict[int, list[Wait]] = {line.pk: [] for line in rows}
    still = [line.pk for line in rows if _firm(line) and any(figures[line.pk][name] for name in COMING)]
    on = clock.today(configuration.one("time_zone")) if still else date.min
    for one in waits(still, on):
        for line in (one.line, one.kit):
            if line in found:
                found[line].append(one)
    return found


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def origin_of(line: Line) -> str:
    """Where a line's price is from: typed by somebody, a price list, or the product."""
    if line.price_typed:
        return "typed"
    return "product" if line.price_list_id is None else "list"


def _firm(line: Any) -> bool:
    if line.sheet_kind == "order":
        return line.confirmed_at is not None
    return bool(line.sheet_kind != "quote")


def _shown(line: Line, figures: dict[str, int], *, firm: bool, won: bool) -> dict[str, Any]:
    decimals = line.product.quantity_decimals
    until = line.claim.hold_until
    return {
        "id": line.pk,
        "sheet": line.sheet_id,
        "order": line.order_id,
        "came_from": line.came_from_id,
        "kit": line.parent_id,
        "per_kit": None if line.ratio is None else plain(line.ratio, decimals),
        "position": line.position,
        "product": line.product_id,
        "sku": line.product.sku,
        "description": line.description,
        "site": line.site_id,
        "quantity": said(line.quantity, line.per, decimals),
        "unit": line.unit or line.product.unit,
        "base_quantity": plain(line.quantity, decimals),
        "unit_price": plain(before(line), money.MICRO),
        "price_origin": origin_of(line),
        "price_list": line.price_list_id,
        "price_from": None
        if line.price_from is None
        else said(line.price_from, line.per, line.product.quantity_decimals),
        "group": line.group_id or line.quoted_group,  # type: ignore[attr-defined]
        "discount_percent": plain(line.discount_micro, 4),
        "own_discount_percent": plain(line.own_discount_micro, 4),
        "discount_each": plain(line.discount_each_micro, money.MICRO),
        "tax_code": line.tax_code_id,
        "tax_included": line.tax_included,
        "billable": line.billable,
        "promised_on": _day(line.promised_on),
        "own": line.own,
        "option": line.option,
        "instead_of": line.instead_of_id,
        "taken": line.taken,
        "every": line.every,
        "reserved_until": until.isoformat() if until else None,
        "amounts": {
            "currency": line.currency,
            "net": money.plain(net_of(line), line.currency),
            "said": money.plain(said_of(line), line.currency),
        },
        "quantities": {name: plain(figures[name], decimals) for name in FIGURES},
        "charge_status": charge_word(figures, firm=firm, won=won),
    }
