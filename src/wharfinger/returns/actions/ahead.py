"""What becomes of units that left before those came back whose place they take: a later day, or the price."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import partial

from wharfinger.base import clock
from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import Refusal
from wharfinger.base.words import tidy
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.ledger.look import Wish, house
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.returns.models import Rma, RmaLine
from wharfinger.returns.queries import ahead as waiting
from wharfinger.returns.queries import truth as reads
from wharfinger.returns.rules import ahead as rules
from wharfinger.returns.rules.charging import plan_charge


def extend_ahead(
    *, actor: Actor, rma: int, back_by: date, reason: str = "", key: str | None = None
) -> Written:
    """Wait longer for the old units of what left first; what is charged already stays so."""
    require(actor, "returns.settle")
    return post(
        "extend_ahead",
        _wish(rma),
        partial(rules.plan_extend, rma=rma, back_by=back_by),
        actor=actor,
        key=key,
        reason=tidy(reason, field="reason", most=500, needed=False),
    )


def charge_kept(*, actor: Actor, rma: int, reason: str = "", key: str | None = None) -> Written:
    """Let what left first be billed at the price that was agreed, since the customer keeps the old units."""
    require(actor, "returns.settle")
    return post(
        "charge_kept",
        _wish(rma),
        partial(plan_charge, rma=rma, before=None),
        actor=actor,
        key=key,
        reason=tidy(reason, field="reason", most=500, needed=False),
    )


def charge_due(*, actor: Actor) -> int:
    """Let be billed what left first and whose old units are not back after their day; how many returns that were.

    Each return is an entry of its own, and one that is refused stops no other. Nothing is invoiced by it.
    """
    require(actor, "returns.settle")
    today = clock.today(house().time_zone)
    done = 0
    for rma in waiting.overdue(today):
        with suppress(Refusal):
            post("charge_kept", _wish(rma), partial(plan_charge, rma=rma, before=today), actor=actor)
            done += 1
    return done


def _wish(rma: int) -> Wish:
    lines = waiting.lines_of([rma])
    return Wish(
        documents=[
            (Sheet, demand.documents_of(lines)),
            (Rma, [rma]),
            (RmaLine, reads.lines_of([rma])),
            *waiting.documents_of(rma),
        ],
        first=_first(rma, lines),
        claims=demand.line_ids,
        reads=(reads.read_received,),
    )


def _first(rma: int, lines: list[int]) -> Callable[[Truth], None]:
    read = demand.read_lines(lines)

    def first(truth: Truth) -> None:
        waiting.is_there(truth, rma)
        read(truth)

    return first
