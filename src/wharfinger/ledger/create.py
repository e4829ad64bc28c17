"""The rows that a plan makes, written model by model with the ids, numbers and copies they refer to."""

from __future__ import annotations

from collections import Counter as Counted
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection

from wharfinger.base.words import same
from wharfinger.ledger import sql
from wharfinger.ledger.models import Counter, Entry
from wharfinger.ledger.numbered import YEARLY, of_year, said
from wharfinger.ledger.plan import Copied, Number, Plan, Ref

Columns = dict[str, list[Any]]


def create(plan: Plan, entry: Entry) -> dict[str, list[int]]:
    """Make the rows of the plan, what is referred to first; their ids by model, in the plan's order."""
    ids: dict[str, list[int]] = {}
    numbers = _numbers(plan, entry.effective_on.year)
    made: dict[str, Columns] = {}
    for label, given in _in_turn(plan.creates):
        model = apps.get_model(label)
        made[label] = {name: [] for name in given[0]}
        ids[label] = []
        for wave in _waves(label, given):
            ready = _ready(wave, ids, numbers, made)
            for name, column in ready.items():
                made[label][name] += column
            stamp = {"made_id": [entry.pk] * len(wave)} if can_be_void(label) else {}
            ids[label] += sql.insert_columns(model, ready | stamp)
    return ids


def _in_turn(creates: dict[str, list[dict[str, Any]]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The models in the order in which their rows can be written: what is referred to comes first."""
    needs = {label: _needs(rows) - {label} for label, rows in creates.items()}
    waiting = dict(creates)
    while waiting:
        label = next(one for one in waiting if not needs[one] & waiting.keys())
        yield label, waiting.pop(label)


def _needs(rows: list[dict[str, Any]]) -> set[str]:
    """The models to whose rows these refer."""
    found: set[str] = set()
    for name in rows[0]:
        for value in _those(rows, name, Ref, Copied, tuple):
            ref = value.of if isinstance(value, Copied) else value[1] if type(value) is tuple else value
            if isinstance(ref, Ref):
                found.add(ref.label)
    return found


def _those(rows: list[dict[str, Any]], name: str, *kinds: type) -> list[Any]:
    """The values of a column that are of these kinds; most columns hold none, which is seen at a glance."""
    column = [row[name] for row in rows]
    if not set(map(type, column)) & set(kinds):
        return []
    return [value for value in column if type(value) in kinds]


def _waves(label: str, given: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The rows in turns, so that one which refers to another of its model comes after it (a bin after its location)."""
    begun = 0
    if label in _needs(given):
        for n, row in enumerate(given):
            if any(isinstance(v, Ref) and v.label == label and v.n >= begun for v in row.values()):
                yield given[begun:n]
                begun = n
    yield given[begun:]


def _ready(
    rows: list[dict[str, Any]],
    ids: dict[str, list[int]],
    numbers: dict[str, list[str]],
    made: dict[str, Columns],
) -> Columns:
    """The columns of rows, with ids, numbers and copies in their places."""
    ready: Columns = {}
    for name in rows[0]:
        column = [row[name] for row in rows]
        if set(map(type, column)) & {Ref, Number, Copied, tuple}:
            column = [_resolved(value, n, ids, numbers, ready, made) for n, value in enumerate(column)]
        ready[name] = column
    return ready


def _resolved(
    value: Any,
    n: int,
    ids: dict[str, list[int]],
    numbers: dict[str, list[str]],
    ready: Columns,
    made: dict[str, Columns],
) -> Any:
    if isinstance(value, Ref):
        return ids[value.label][value.n]
    if type(value) is tuple:
        # A noun and which: a column that names a row as the journal does.
        noun, of = value
        return f"{noun}:{ids[of.label][of.n] if isinstance(of, Ref) else of}"
    if isinstance(value, Number):
        return numbers[value.series].pop(0)
    if isinstance(value, Copied):
        found = ready[value.column][n] if value.of is None else made[value.of.label][value.column][value.of.n]
        return same(found) if value.folded else found
    return value


def _numbers(plan: Plan, year: int) -> dict[str, list[str]]:
    """The next numbers of the series that the plan wants; with the year in its pattern a series begins anew each year."""
    wanted: Counted[Number] = Counted()
    for rows in plan.creates.values():
        for name in rows[0]:
            wanted.update(_those(rows, name, Number))
    for change in plan.changes:
        if isinstance(change.new, Number):
            wanted[change.new] += 1
    found: dict[str, list[str]] = {}
    table = connection.ops.quote_name(Counter._meta.db_table)
    for number in sorted(wanted):
        ((end, pattern),) = sql.fetch(
            f"INSERT INTO {table} (series, pattern, next) VALUES (%s, %s, %s) ON CONFLICT (series) DO UPDATE SET "
            f"next = {table}.next + CASE WHEN {table}.pattern LIKE %s THEN 0 ELSE %s END RETURNING next, pattern",
            [number.series, number.pattern, 1 + wanted[number], f"%{YEARLY}%", wanted[number]],
        )
        if YEARLY in pattern:
            ((end,),) = sql.fetch(
                f"INSERT INTO {table} (series, pattern, next) VALUES (%s, %s, %s) "
                f"ON CONFLICT (series) DO UPDATE SET next = {table}.next + %s RETURNING next",
                [of_year(number.series, year), pattern, 1 + wanted[number], wanted[number]],
            )
        figures = range(end - wanted[number], end)
        found[number.series] = [said(pattern, n, year) for n in figures]
    if any(isinstance(c.new, Number) for c in plan.changes):
        plan.changes = [
            c._replace(new=found[c.new.series].pop(0)) if isinstance(c.new, Number) else c
            for c in plan.changes
        ]
    return found


@cache
def can_be_void(label: str) -> bool:
    """Whether rows of the model become void when the entry that made them is undone."""
    return any(f.name == "void" for f in apps.get_model(label)._meta.concrete_fields)


@cache
def can_be_retired(label: str) -> bool:
    """Whether rows of the model are retired instead, since they are never void."""
    return getattr(apps.get_model(label), "retired_when_undone", False)
