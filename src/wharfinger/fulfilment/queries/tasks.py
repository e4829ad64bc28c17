"""Who is picking what: read beside lines that are read anyway, so that nobody else takes it."""

from __future__ import annotations

import json
from collections.abc import Iterable

from wharfinger.fulfilment.models import PickTask
from wharfinger.fulfilment.rules.runs import TASK, Task
from wharfinger.ledger import sql
from wharfinger.ledger.plan import Truth

_FROM = (
    "FROM fulfilment_picktask t JOIN fulfilment_pickrun r ON r.id = t.run_id "
    "JOIN stock_location k ON k.id = t.location_id WHERE t.ended_at IS NULL AND t.void_id IS NULL"
)
_UNITS = (
    "(SELECT COALESCE(SUM(h.quantity), 0) FROM ledger_holding h JOIN ledger_place p ON p.id = h.place_id "
    "WHERE h.claim_id = t.line_id AND h.kind = 'bin' AND p.parent_id = k.place_id)"
)
_ONE = f"t.id, t.line_id, k.place_id, t.tote, t.run_id, r.number, r.picker_id, {_UNITS}"


def tasks_column() -> tuple[str, str]:
    """The open tasks of a line, as one column beside it."""
    one, many = (
        ("jsonb_build_array", "jsonb_agg") if sql.on_postgresql() else ("json_array", "json_group_array")
    )
    return "tasks", f"(SELECT {many}({one}({_ONE})) {_FROM} AND t.line_id = demand_line.claim_id)"


def keep_tasks(truth: Truth) -> None:
    """Keep by line the open tasks of lines that were read with that column."""
    truth.read["tasks"] = {}
    for line in truth.read["lines"].values():
        found = json.loads(line.tasks) if isinstance(line.tasks, str) else line.tasks
        truth.read["tasks"][line.pk] = [Task(*one) for one in found or ()]


def tasks_of(truth: Truth, lines: Iterable[int]) -> list[Task]:
    """The open tasks of these lines; those of lines that were read without them take one statement."""
    known: dict[int, list[Task]] = truth.read.setdefault("tasks", {})
    missing = sorted(set(lines) - known.keys())
    if missing:
        known.update((line, []) for line in missing)
        for row in sql.fetch(f"SELECT {_ONE} {_FROM} AND {sql.among('t.line_id')}", [sql.array(missing)]):
            pk, line, place, tote, run, number, picker, units = row
            known[line].append(Task(pk, line, place, tote, run, number, picker, int(units)))
    return [task for line in lines for task in known[line]]


def rows_of(truth: Truth, tasks: Iterable[Task]) -> dict[int, PickTask]:
    """The rows of these tasks, which stand as long as their lines' documents are locked."""
    rows = PickTask.objects.in_bulk([task.id for task in tasks])
    truth.documents.setdefault(TASK, {}).update(rows)
    return rows


def pickers(lines: Iterable[int]) -> dict[tuple[int, int], tuple[int, str, str]]:
    """Who is picking these lines: by line and the place of the location the run, its number and the picker."""
    found = PickTask.objects.filter(line__in=sorted(set(lines)), ended_at=None, void=None)
    return {
        (task.line_id, task.location.place_id): (task.run_id, task.run.number, str(task.run.picker))
        for task in found.select_related("run__picker", "location")
    }
