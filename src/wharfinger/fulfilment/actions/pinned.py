"""What is in somebody's pick run is touched by nobody else, and leaves the run when it leaves its bin."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from wharfinger.base.refusal import Refusal
from wharfinger.fulfilment.models import PickTask
from wharfinger.fulfilment.queries.tasks import rows_of, tasks_of
from wharfinger.fulfilment.rules import runs
from wharfinger.ledger.models import Fact
from wharfinger.ledger.plan import Plan, Truth

PINNED = (
    "pick",
    "pack",
    "ship",
    "deliver",
    "pick_pack_ship",
    "provide",
    "release",
    "give_way",
    "transfer",
    "put_away",
    "send_transfer",
    "short_pick",
)
"""The verbs that leave goods alone which somebody else is picking."""

LEAVING = (
    *("pick", "pack", "ship", "deliver", "pick_pack_ship", "provide", "release", "give_way", "transfer"),
    *("send_transfer", "cancel", "amend", "reopen", "adjust", "count", "reverse", "short_pick"),
)
"""The verbs that may take the last goods of a run's line out of its bins."""

GIVING_UP = ("unconfirm", "hold_order")
"""The verbs after which nothing of a document is to be picked, whatever it has in bins."""


def being_picked(truth: Truth, plan: Plan) -> None:
    """Refuse to touch goods in a bin that somebody else is picking."""
    locations: dict[Any, int | None] = {h.place: h.location for h in truth.held}
    touched: set[Any] = {
        (step.source.claim, locations.get(step.source.place))
        for step in plan.steps
        # A line that the act itself makes is in no run yet, and has no id to ask for.
        if step.source.kind == "bin" and step.source.claim and isinstance(step.source.claim, int)
    }
    for task in tasks_of(truth, sorted({claim for claim, _ in touched})) if touched else ():
        if task.picker != truth.actor and task.units and (task.line, task.place) in touched:
            raise runs.being_picked(task)


def leave_run(truth: Truth, plan: Plan) -> None:
    """End what of a run has nothing left in its bins."""
    lines = sorted(runs.taken_out(plan.steps))
    tasks = tasks_of(truth, lines) if lines else []
    if not tasks:
        return
    locations = {h.place: h.location for h in (*truth.held, *truth.free)}
    ended = [task for task in tasks if runs.left_in_bins(task, plan, locations) <= 0]
    _end(truth, plan, rows_of(truth, ended))


def give_up(truth: Truth, plan: Plan) -> None:
    """End all that is open in runs for the documents that are locked."""
    sheets = list(truth.documents.get("demand.Sheet", {}))
    of_them = Q(line__sheet__in=sheets) | Q(line__order__in=sheets)
    found = PickTask.objects.filter(of_them, ended_at=None, void=None) if sheets else ()
    _end(truth, plan, {task.pk: task for task in found})


def give_up_undone(truth: Truth, plan: Plan) -> None:
    """End all that is open in runs for orders that an undo leaves unconfirmed, or on hold again."""
    stops = {("confirmed_at", True), ("held_at", False)}
    if any(one.label == "sales.Order" and (one.field, one.new is None) in stops for one in plan.changes):
        give_up(truth, plan)


def _end(truth: Truth, plan: Plan, rows: dict[int, PickTask]) -> None:
    for row in rows.values():
        plan.change(row, ended_at=truth.now)
        plan.mention(("pick_run", row.run_id))


def picked_by_one(truth: Truth, plan: Plan) -> None:
    """Refuse an undo that would let two runs pick the same, or would take back a run in which was picked."""
    rows = truth.documents.get(runs.TASK, {})
    again = [
        rows[one.pk]
        for one in plan.changes
        if (one.label, one.field, one.new) == (runs.TASK, "ended_at", None)
    ]
    pairs = Q(pk__in=())
    for row in again:
        pairs |= Q(line=row.line_id, location=row.location_id)
    other = (
        again
        and PickTask.objects.filter(pairs, ~Q(pk__in=[row.pk for row in again]), ended_at=None, void=None)
        .select_related("run")
        .order_by("pk")
        .first()
    )
    if other:
        raise runs.being_picked(
            runs.Task(
                other.pk, other.line_id, 0, other.tote, other.run_id, other.run.number, other.run.picker_id, 0
            )
        )
    for label, pk in plan.voids:
        if label == runs.RUN and Fact.objects.filter(subject=f"pick_run:{pk}", entry__verb="pick").exists():
            raise Refusal(
                "picked_since",
                runs.PICKED_SINCE,
                number=truth.documents[runs.RUN][pk].number,
            )
