"""Pure decision by which tax code a row of an invoice is taxed: that of the day on which it was supplied, else issued."""

from __future__ import annotations

from datetime import date
from typing import Any

from wharfinger.catalog.rules.validity import that_holds
from wharfinger.ledger.plan import Truth


def in_force(
    truth: Truth, code: Any, on: date, *, line: int | None = None, units: int = 0, field: str = ""
) -> Any:
    """The tax code that takes the place of a row's own, where that does not hold on the day; raises Refusal for none.

    on: the day of issue; line, units: what the row bills, whose goods may have gone out before.
    """
    codes = truth.read.get("codes")
    if not codes:
        return code
    return that_holds(codes, code, _supplied_on(truth, line, units, on), field=field)


def alike(truth: Truth, code: int) -> int:
    """The first tax code of those that follow each other, by which rows of different days are taxed alike."""
    codes = truth.read.get("codes") or {}
    while (before := next((one.pk for one in codes.values() if one.successor_id == code), None)) is not None:
        code = before
    return code


def _supplied_on(truth: Truth, line: int | None, units: int, on: date) -> date:
    """The day on which the last of so many units went out that follow those on earlier invoices; else that of issue."""
    wanted = truth.read["billed_before"].get(line, 0) + units
    days = truth.read["supplied"].get(line, {})
    if not days or not units:
        return on
    gone = [_when(rows, wanted * ratio) for ratio, rows in days.values()]
    return min(on, max(one or on for one in gone))


def _when(rows: list[tuple[date, int]], units: int) -> date | None:
    """The day on which so many units had gone out; nothing where fewer did."""
    for day, gone in rows:
        units -= gone
        if units <= 0:
            return day
    return None
