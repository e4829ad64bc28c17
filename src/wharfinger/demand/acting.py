"""What pages offer to do with lines now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wharfinger.base import configuration
from wharfinger.demand.models import Line
from wharfinger.demand.queries.standing import standing
from wharfinger.demand.rules.next import BY_LINE, one_step, verbs


def verbs_of(rows: Sequence[Mapping[str, Any]], money_word: str) -> dict[str, bool]:
    """What may be done with lines now, and whether it should be done next."""
    total: dict[str, int] = {}
    for row in rows:
        for figure, units in row["figures"].items():
            total[figure] = total.get(figure, 0) + units
    found = verbs(total, money_word)
    return one_step(found) if configuration.one("simple_workflow") else found


def line_verbs(found: Line, rows: Sequence[Mapping[str, Any]]) -> dict[str, bool]:
    """What may be done with a line by itself of what its document offers; nothing before that is firm, or on hold."""
    document = standing([found.sheet_id])[found.sheet_id]
    if not document.firm or document.closed_by or document.held:
        return {}
    return {verb: first for verb, first in verbs_of(rows, "").items() if verb in BY_LINE}
