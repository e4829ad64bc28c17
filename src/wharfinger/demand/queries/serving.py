"""Lines that wait for the like in the order of their turn, as ``stock.rules.serving`` says it."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, CharField, Expression, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, LPad

from wharfinger.stock.rules.serving import PRIORITIES


def served(line: str = "") -> tuple[Any, ...]:
    """By what lines that wait are sorted; line: the path from a row to its line, as ``claim__line__``."""
    return _rank(line).asc(), promised(line).asc(nulls_last=True), f"{line}pk"


def promised(line: str = "") -> Coalesce:
    """For when a line is promised: for its own day, else its document's."""
    return Coalesce(f"{line}promised_on", f"{line}sheet__promised_on")


def with_turn(rows: QuerySet[Any, Any], line: str = "") -> QuerySet[Any, Any]:
    """Add ``turn`` to rows: one text by which a list cut by keyset stands in that order."""
    day = Coalesce(Cast(promised(line), CharField()), Value("9999-12-31"))
    age = LPad(Cast(f"{line}pk", CharField()), 19, Value("0"))
    return rows.annotate(turn=Concat(Cast(_rank(line), CharField()), day, age, output_field=CharField()))


def _rank(line: str) -> Expression:
    return Case(
        *(When(**{f"{line}sheet__priority": word}, then=Value(n)) for n, word in enumerate(PRIORITIES))
    )
