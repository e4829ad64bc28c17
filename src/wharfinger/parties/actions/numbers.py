"""The verb of the series of numbers: how documents are numbered from now on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from wharfinger.base import clock
from wharfinger.base.access import Actor, require
from wharfinger.base.configuration import one
from wharfinger.base.fields import checked, text, whole
from wharfinger.base.refusal import N_, NotThere
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.models import Counter
from wharfinger.ledger.numbered import YEARLY, of_year
from wharfinger.ledger.numbering import MOST, SERIES, highest, may_hold, patterns, sides, stands
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import attempt, post
from wharfinger.ledger.write import Written

CHECKS = {"pattern": text(60, needed=True), "next": whole(1, MOST)}
EVERY = sql.Found("series >= %s", ("",))
"""All are locked, so that two series never get one pattern."""


def set_number(*, actor: Actor, series: str, values: Mapping[str, Any], key: str | None = None) -> Written:
    """Decide how a series is numbered from now on: its ``pattern``, its ``next`` number, or both.

    Numbers that were given stay. Raises Refusal where a number would be given twice.
    """
    require(actor, "site.settings")
    if series not in SERIES:
        raise NotThere("no_such_series", N_("There is no series “{name}”."), name=series[:60])
    clean = checked(CHECKS, values)
    if "pattern" in clean:
        sides(clean["pattern"])

    def act() -> Written:
        pattern, following = stands(series, {}, 0)
        rows = [Counter(series=series, pattern=pattern, next=following)]
        kept = Counter.objects.filter(pk=series).values_list("pattern", flat=True).first()
        if YEARLY in (now := clean.get("pattern", kept or pattern)):
            # The figures of this year stand on a counter of their own, which is there to be changed.
            rows.append(Counter(series=of_year(series, clock.today(one("time_zone")).year), pattern=now))
        Counter.objects.bulk_create(rows, ignore_conflicts=True)
        reads = [lambda truth: _read(truth, series, clean)]
        wish = Wish(documents=[(Counter, EVERY)], reads=reads)
        about = [("counter", series)]
        return post("set", wish, partial(_plan, name=series, values=clean), actor=actor, key=key, about=about)

    return attempt(act)


def _read(truth: Truth, name: str, values: Mapping[str, Any]) -> None:
    kept: Any = truth.documents["ledger.Counter"][name]  # type: ignore[index]
    truth.read["used"] = highest(name, values.get("pattern", kept.pattern), truth.today.year)


def _plan(truth: Truth, *, name: str, values: Mapping[str, Any]) -> Plan:
    plan = Plan()
    kept: dict[str, Any] = truth.documents["ledger.Counter"]  # type: ignore[assignment]
    row, year = kept[name], truth.today.year
    pattern = values.get("pattern", row.pattern)
    counts = kept[of_year(name, year)] if YEARLY in pattern else row
    following = values.get("next", counts.next)
    if (pattern, following) != (row.pattern, counts.next):
        may_hold(name, pattern, following, patterns(kept), truth.read["used"], year)
        plan.change(row, pattern=pattern)
        plan.change(counts, next=following)
    return plan
