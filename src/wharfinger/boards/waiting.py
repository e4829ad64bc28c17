"""Cells of back orders: whose turn it is when goods are free, and what endangers a promise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F, Window
from django.db.models.functions import DenseRank
from django.utils.translation import gettext as _

from wharfinger.base import clock, configuration
from wharfinger.demand.queries import promises
from wharfinger.demand.queries.promises import Wait
from wharfinger.demand.queries.serving import served
from wharfinger.ledger import sql
from wharfinger.ledger.models import Holding
from wharfinger.sales.rules.serving import WAITING

if TYPE_CHECKING:
    from wharfinger.boards.showing import Seen

COMING = (*WAITING, "to_approve", "drafted", "on_order")
"""Where what a firm line lacks stands until it is with us."""


@dataclass(frozen=True, slots=True)
class Turns:
    """Of the rows of a page: whose turn it is, and what endangers what was promised."""

    ranks: Mapping[int, int]
    """By line, its place among those who wait for the like."""
    waits: Mapping[tuple[int, str], Sequence[Wait]]
    """By line and kind of place."""

    def wait(self, row: Mapping[str, Any]) -> Wait | None:
        """What endangers the promise of a row most; any of it where nothing does."""
        here = self.waits.get((row["claim_id"], row["kind"]), ())
        return promises.worst(here) or next(iter(here), None)


NOBODY = Turns({}, {})


def turns(rows: Sequence[Mapping[str, Any]]) -> Turns:
    """Whose turn it is and what is in danger of these rows; two statements."""
    waiting = {row["claim_id"]: row["product_id"] for row in rows if row["kind"] in WAITING}
    today = clock.today(configuration.one("time_zone"))
    found: dict[tuple[int, str], list[Wait]] = {}
    for one in promises.waits({row["claim_id"] for row in rows}, today):
        found.setdefault((one.line, one.kind), []).append(one)
    return Turns(_ranks(waiting, set(waiting.values())), found)


def _ranks(lines: Iterable[int], products: set[int]) -> dict[int, int]:
    """The place of each line among all who wait for its product; goods on their way to a line wait for nobody."""
    if not products:
        return {}
    turn = Window(DenseRank(), partition_by=[F("product_id")], order_by=list(served("claim__line__")))
    everybody = Holding.objects.filter(
        product__in=sorted(products), kind__in=WAITING, claim__gt=0, quantity__gt=0
    )
    text, given = everybody.annotate(nth=turn).values_list("claim_id", "nth").query.sql_with_params()
    named = sorted(set(lines))
    rows = sql.fetch(
        f"SELECT w.claim_id, w.nth FROM ({text}) w WHERE {sql.among('w.claim_id')}",
        [*given, sql.array(named)],
    )
    return {int(line): int(nth) for line, nth in rows}


def rank_cell(row: Mapping[str, Any], seen: Seen) -> int | None:
    """Its place among those who are served when goods are free."""
    return seen.turns.ranks.get(row["claim_id"]) if row["kind"] in WAITING else None


def due_cell(row: Mapping[str, Any], seen: Seen) -> Any:
    """For when the line is promised: for its own day, else its document's."""
    found = seen.turns.wait(row)
    return found.promised if found else None


def promise_cell(row: Mapping[str, Any], seen: Seen) -> tuple[str, str] | None:
    """Whether the promise is late or in danger; beneath, what endangers it."""
    found = seen.turns.wait(row)
    return (_(promises.WORDS[found.danger]), promises.reason(found)) if found and found.danger else None
