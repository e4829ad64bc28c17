"""Series of numbers: how a pattern is read, which numbers of it are used, and which next one is free.

The kernel knows nobody above it: which series there are and where their numbers stand is filled in by
``site.numbering``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from django.apps import apps
from django.db.models import Q

from wharfinger.base.refusal import N_, BadInput, Refusal, Words
from wharfinger.ledger.models import Counter
from wharfinger.ledger.numbered import YEARLY, of_year, said, within
from wharfinger.ledger.plan import Number, Plan, Truth

MOST = 10**12
"""No number is higher."""
MOST_AROUND = 24
"""So many characters stand before and after the figures at most, so that every number fits its column."""
_AROUND = r"((?:[A-Za-z0-9 ./_#-]|\{yyyy\}|\{yy\})*)"
_PATTERN = re.compile(_AROUND + r"\{n(?::0([1-9]))?\}" + _AROUND)


class Series(NamedTuple):
    """A series, what people call what it counts, and the model whose column ``number`` holds its numbers."""

    number: Number
    word: str
    label: str


SERIES: dict[str, Series] = {}


class Sides(NamedTuple):
    """What stands before and after the figures of a number."""

    before: str
    after: str


def sides(pattern: str, field: str = "pattern") -> Sides:
    """What a pattern has around its figures; raises BadInput where it is none."""
    found = _PATTERN.fullmatch(pattern)
    if found is None:
        raise BadInput(
            "no_pattern",
            N_(
                "Write {place} once where the figures stand, as in {example}, with letters, digits, spaces and - / . _ # around it."
            ),
            field=field,
            place="{n}",
            example="PO-{n} or PO-{n:05}",
        )
    if len(within(found[1] + found[3], 2026)) > MOST_AROUND:
        raise BadInput(
            "pattern_too_long",
            N_("At most {most} characters stand around the figures. Make the pattern shorter."),
            field=field,
            most=MOST_AROUND,
        )
    return Sides(found[1], found[3])


def stands(name: str, kept: Mapping[str, Counter], year: int) -> tuple[str, int]:
    """Pattern and next of a series, also where nothing was numbered yet; with the year in it, next of that year."""
    if name not in kept:
        return SERIES[name].number.pattern, 1
    pattern = kept[name].pattern
    if YEARLY not in pattern:
        return pattern, kept[name].next
    here = kept.get(of_year(name, year))
    return pattern, here.next if here else 1


def counters(name: str | None = None) -> dict[str, Counter]:
    """The counters of all series, or of one and its years."""
    every = Counter.objects.all()
    found = every.filter(Q(series=name) | Q(series__startswith=f"{name}:")) if name else every
    return {one.series: one for one in found}


def highest(name: str, pattern: str, year: int) -> int:
    """The highest number of this pattern, in this year, that is used, whoever gave it; nought where none is."""
    around = sides(within(pattern, year))
    form = re.compile(rf"{re.escape(around.before)}([0-9]{{1,18}}){re.escape(around.after)}")
    model = apps.get_model(SERIES[name].label)
    found = model._base_manager.filter(number__startswith=around.before, number__endswith=around.after)
    numbers = found.values_list("number", flat=True).iterator(chunk_size=5000)
    return max((int(match[1]) for number in numbers if (match := form.fullmatch(number))), default=0)


def may_hold(
    name: str, pattern: str, following: int, others: Mapping[str, str], used: int, year: int
) -> None:
    """Refuse what would give a number twice: of another series, or one that is used already.

    others: the patterns of the other series; used: the highest number of this pattern in this year.
    """
    around = sides(within(pattern, year))
    same = sorted(
        one for one, theirs in others.items() if one != name and sides(within(theirs, year)) == around
    )
    if same:
        raise Refusal(
            "pattern_taken",
            N_("“{series}” is numbered like this already. Choose another pattern."),
            field="pattern",
            series=Words((SERIES[same[0]].word,)),
        )
    if following <= used:
        raise Refusal(
            "number_used",
            N_("{number} is used already. Begin with {least} at least, or choose another pattern."),
            field="next",
            number=said(pattern, used, year),
            least=used + 1,
        )


def patterns(kept: Mapping[str, Counter]) -> dict[str, str]:
    """The pattern of every series."""
    return {name: kept[name].pattern if name in kept else SERIES[name].number.pattern for name in SERIES}


def stays_above(truth: Truth, plan: Plan) -> None:
    """Undoing brings former numbers back only where none of them would be given twice."""
    changed = {change.pk for change in plan.changes if change.label == Counter._meta.label}
    if not changed:
        return
    kept, year = counters(), truth.today.year
    for change in plan.changes:
        if change.label == Counter._meta.label:
            setattr(kept[str(change.pk)], change.field, change.new)
    for name in {str(one).partition(":")[0] for one in changed}:
        pattern, following = stands(name, kept, year)
        may_hold(name, pattern, following, patterns(kept), highest(name, pattern, year), year)
