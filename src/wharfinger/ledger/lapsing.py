"""Holds that have ended: each is released by an entry of its own, dated the day it ended, and undone by no other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from wharfinger.base import clock
from wharfinger.ledger import sql
from wharfinger.ledger.look import AHEAD, moment
from wharfinger.ledger.models import Claim, Entry, Holding
from wharfinger.ledger.plan import Change, Plan, Truth
from wharfinger.ledger.write import Written, write

VERB = "expire"
Subjects = dict[int, list[tuple[str, int]]]


def release(
    truth: Truth, *, about: Callable[[Sequence[int]], Subjects], consumers: Sequence[str]
) -> list[Written]:
    """Post the releases that were found under the locks; one entry for each day on which holds ended.

    about: of which documents each claim is a line; consumers: who is told.
    """
    if not truth.prelude:
        return []
    lapsed: dict[int, Any] = truth.read["lapsed"]
    subjects = about(sorted(lapsed))
    days: dict[date, Plan] = defaultdict(Plan)
    day = {claim: _day(truth, until) for claim, until in lapsed.items()}
    for step in truth.prelude:
        # The wish that comes back is of the same claim as the goods that are let go.
        assert isinstance(step.source.claim, int)
        days[day[step.source.claim]].steps.append(step)
    more = _elsewhere(truth, sorted(lapsed))
    for claim, until in sorted(lapsed.items()):
        plan = days[day[claim]]
        if claim not in more:
            plan.changes.append(Change(Claim._meta.label, claim, f"claim:{claim}", "hold_until", until, None))
        plan.mention(*subjects.get(claim, ()))
    return [_post(truth, on, plan, list(consumers)) for on, plan in sorted(days.items())]


def _elsewhere(truth: Truth, claims: Sequence[int]) -> set[int]:
    """Those that hold more elsewhere, which ends with the act that looks there.

    What is bought for a firm line is its own; what of it is between locations ends once it stands in a bin again.
    """
    leaving = {(step.source.lot, step.source.place, step.source.claim) for step in truth.prelude}
    held = Holding.objects.filter(claim__in=claims, kind__in=("bin", *AHEAD), quantity__gt=0)
    return {
        claim
        for claim, lot, place, kind in held.values_list("claim_id", "lot_id", "place_id", "kind")
        if (lot, place, claim) not in leaving
        and (kind != "on_order" or truth.read["lapsed_to"][claim] == "quoted")
    }


def _day(truth: Truth, until: Any) -> date:
    """The day a hold ended, or the first that is open where the books are closed."""
    house = truth.read["house"]
    on: date = until.astimezone(ZoneInfo(house.time_zone)).date()
    return max(on, house.closed_until + timedelta(days=1)) if house.closed_until else on


def _post(truth: Truth, on: date, plan: Plan, consumers: list[str]) -> Written:
    entry = Entry(verb=VERB, recorded_at=truth.now, effective_on=on)
    row = {
        "verb": VERB,
        "actor_id": None,
        "recorded_at": truth.now,
        "effective_on": on,
        "reason": "",
        "key": "",
    }
    (entry.pk,) = sql.insert(Entry, [row | {"reverses_id": None}])
    return write(plan, truth, entry, consumers)


def due(limit: int) -> list[int]:
    """Products of which goods stand for claims whose hold has ended."""
    found = sql.fetch(
        # The few claims whose end has come lead the way to their goods; CROSS JOIN keeps SQLite to that order.
        "SELECT DISTINCT h.product_id FROM ledger_claim c CROSS JOIN ledger_holding h WHERE c.hold_until <= %s "
        f"AND h.claim_id = c.id AND h.kind = 'bin' AND h.owned AND h.quantity > 0 ORDER BY 1 LIMIT {limit}",
        [moment(clock.now())],
    )
    return [row[0] for row in found]
