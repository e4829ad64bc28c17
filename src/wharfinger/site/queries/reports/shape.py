"""What a report is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Report:
    """What a report is called, who may read it, and what it says of a day."""

    title: str
    permission: str
    columns: tuple[str, ...]
    rows: Callable[[date], Rows] | Callable[[date, date], Rows]
    past: bool = True
    """Whether it can be had of a day that is over."""
    period: bool = False
    """Whether it tells what happened from a day to a day; its rows take both."""
