"""The one order in which lines that wait for the like are served, whatever serves them."""

from __future__ import annotations

from datetime import date


def turn(promised: date | None, line: int) -> tuple[bool, date, int]:
    """When it is a line's turn: the earlier promise first, then the older line; what is not promised comes last."""
    return promised is None, promised or date.min, line
