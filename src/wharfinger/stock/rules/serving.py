"""The one order in which lines that wait for the like are served, whatever serves them."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from wharfinger.base.refusal import N_, BadInput

Priority = Literal["urgent", "normal", "low"]
NORMAL: Priority = "normal"
PRIORITIES = {"urgent": N_("Urgent"), NORMAL: N_("Normal"), "low": N_("Low")}
"""How pressing an order or work order is, the most pressing first."""

_RANK = {priority: n for n, priority in enumerate(PRIORITIES)}

Turn = tuple[int, bool, date, int]
"""By what those who wait are sorted; whoever comes first is served first."""

LAST: Turn = (len(_RANK), True, date.max, 0)
"""The turn of goods that nobody waits for."""


def turn(line: Any, sheet: Any) -> Turn:
    """When it is a line's turn: the more pressing document first, then the earlier promise, then the older line.

    A line without a day of its own is promised for its document's; what is not promised comes last.
    """
    promised = line.promised_on or sheet.promised_on
    return _RANK[sheet.priority], promised is None, promised or date.max, line.pk


def known_priority(given: str) -> str:
    """A priority as it was given; raises BadInput for anything else."""
    if given not in PRIORITIES:
        raise BadInput(
            "no_such_priority",
            N_("There is no such priority. Choose urgent, normal or low."),
            field="priority",
        )
    return given
