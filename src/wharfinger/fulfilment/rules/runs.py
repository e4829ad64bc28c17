"""Pure decisions about pick runs: who picks what, where, in which order, into which tote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from wharfinger.base.refusal import N_, NotThere, Refusal, Remedy
from wharfinger.demand import rules as demand
from wharfinger.fulfilment.rules import Pick, mention_lines, require_firm
from wharfinger.fulfilment.rules.picking import plan_pick, want_again
from wharfinger.fulfilment.rules.short import Short, set_aside
from wharfinger.ledger.plan import Number, Plan, Spot, Truth
from wharfinger.stock import rules as stock
from wharfinger.stock.rules.reasons import Why
from wharfinger.stock.rules.serving import turn

NUMBER = Number("pick_run", "PR-{n}")
RUN, TASK = "fulfilment.PickRun", "fulfilment.PickTask"


class Task(NamedTuple):
    """An open task of a run, as it is read beside its line."""

    id: int
    line: int
    place: int
    """The place of its location."""
    tote: int
    run: int
    number: str
    picker: int
    units: int
    """What stood in the location's bins for the line before the act."""


def plan_start(truth: Truth, *, lines: Sequence[int], location: int, totes: int | None) -> Plan:
    """Let the actor pick what these lines have in the bins of a location, and reserve what they want of what is free.

    Lines of which nothing is there are left out. One order is one tote, the most pressing first; of more
    orders than there are totes the rest is left out. Raises Refusal where somebody picks any of it already.
    """
    plan = Plan()
    place = truth.read["places"][location]
    sheets = truth.documents["demand.Sheet"]
    named = [row for pk, row in truth.read["lines"].items() if pk in set(lines)]
    for row in named:
        require_firm(truth, row, "lines")
    busy = [task for row in named for task in truth.read["tasks"].get(row.pk, ()) if task.place == place]
    if found := next((task for task in busy if task.units), None):
        raise being_picked(found)
    stale = {task.line: task for task in busy}
    sorted_into: dict[int, int] = {}
    chosen: list[tuple[Any, int]] = []
    for row in sorted(named, key=lambda row: turn(row, sheets[row.sheet_id])):
        order = row.order_id or row.sheet_id
        if order not in sorted_into and totes is not None and len(sorted_into) == totes:
            continue
        there = sum(h.quantity for h in truth.of_claim(row.pk, ("bin",)) if h.location == place)
        if there + _reserve(plan, truth, row, place):
            chosen.append((row, sorted_into.setdefault(order, len(sorted_into) + 1)))
    if not chosen:
        raise Refusal(
            "nothing_to_pick_here",
            N_("Nothing of these lines stands in a bin of this location, and nothing is free for them here."),
            field="lines",
            location=location,
        )
    run = plan.create(RUN, number=NUMBER, location_id=location, picker_id=truth.actor, stopped_at=None)
    for row, tote in chosen:
        if row.pk in stale:
            # Nothing was left of it there; what came since is picked by this run.
            plan.change(truth.documents[TASK][stale[row.pk].id], run_id=run, tote=tote)
            continue
        plan.create(TASK, run_id=run, line_id=row.pk, location_id=location, tote=tote, ended_at=None)
    plan.mention(("pick_run", run))
    plan.mention(*(sheets[pk] for row, _ in chosen for pk in (row.sheet_id, row.order_id) if pk in sheets))
    return plan


def _reserve(plan: Plan, truth: Truth, line: Any, place: int) -> int:
    """Reserve for a line what it still wants of what is free in a location; how much that was."""
    lends = (demand.selling(truth, line) or {}).get(place) == "rental"
    free = [h for h in truth.free if h.location == place and not lends]
    at_hand = stock.at_hand(free, line.product_id, channels=None, fresh_on=truth.today)
    still = truth.quantity_of(line.pk, demand.COVER_ORDER)
    units = min(at_hand, still)
    if units:
        demand.cover(plan, truth, line.pk, units)
        chosen = stock.choose(
            truth.free, line.product_id, units, location=place, fresh_on=truth.today, field="lines"
        )
        demand.take(plan, chosen, line.pk)
    return units


def plan_stop(truth: Truth, *, run: int) -> Plan:
    """End what is open of a run: what it reserved and is still in a bin is free and wanted again, nothing else."""
    plan = Plan()
    row = run_of(truth, run)
    open_tasks = _open_of(truth, run)
    _require_open(row, open_tasks)
    for task in open_tasks:
        for held in truth.of_claim(task.line, ("bin",)):
            if held.location == task.place:
                _free_again(plan, truth, held)
        plan.change(truth.documents[TASK][task.id], ended_at=truth.now)
    plan.change(row, stopped_at=truth.now)
    plan.mention(row)
    mention_lines(plan, truth)
    return plan


def _free_again(plan: Plan, truth: Truth, held: Any) -> None:
    for move in truth.incoming.get(held.id, ()):
        part = min(held.quantity, move.left)
        if part and move.entry in truth.read["reserved_by"] and move.source.claim == 0:
            plan.move(held.spot, move.source, part, reverses=move.id)
            want_again(plan, truth, held.claim, move.entry, part)
            held.quantity -= part


def plan_take_over(truth: Truth, *, run: int) -> Plan:
    """Let the actor go on with a run that somebody else began."""
    plan = Plan()
    row = run_of(truth, run)
    _require_open(row, _open_of(truth, run))
    if row.picker_id == truth.actor:
        raise Refusal("your_own_run", N_("{number} is yours already."), number=row.number)
    plan.change(row, picker_id=truth.actor)
    plan.mention(row)
    return plan


def plan_pick_in(truth: Truth, *, run: int, picks: Sequence[Pick]) -> Plan:
    """Pick in a run: as always, but only what it has open."""
    row = run_of(truth, run)
    in_it = {task.line for task in _open_of(truth, run)}
    for n, pick in enumerate(picks):
        if pick.line not in in_it:
            raise _not_in_run(row, pick.line, f"picks.{n}.line")
    plan = plan_pick(truth, picks=picks)
    plan.mention(row)
    return plan


def plan_short(truth: Truth, *, run: int, short: Short, why: Why) -> Plan:
    """Set aside what is missing from a bin, free; its line gets others of this location, or wants them again."""
    plan = Plan()
    row = run_of(truth, run)
    task = next((task for task in _open_of(truth, run) if task.line == short.line), None)
    if task is None:
        raise _not_in_run(row, short.line, "line")
    set_aside(plan, truth, short, why, location=task.place)
    plan.mention(row)
    mention_lines(plan, truth)
    return plan


def _not_in_run(row: Any, line: int, field: str) -> Refusal:
    return Refusal(
        "not_in_run",
        N_("This line is not to be picked in {number}, or it is done."),
        field=field,
        number=row.number,
        line=line,
    )


def run_of(truth: Truth, run: int) -> Any:
    """The run that is locked; raises NotThere when there is none or it was undone."""
    found = truth.documents.get(RUN, {}).get(run)
    if found is None or found.void_id is not None:
        raise NotThere("no_such_run", N_("There is no such pick run."))
    return found


def _open_of(truth: Truth, run: int) -> list[Task]:
    return [task for tasks in truth.read["tasks"].values() for task in tasks if task.run == run]


def _require_open(row: Any, open_tasks: Sequence[Task]) -> None:
    if not open_tasks:
        raise Refusal(
            "run_over",
            N_("Nothing of {number} is left to pick."),
            number=row.number,
            subject=f"pick_run:{row.pk}",
        )


def being_picked(task: Task) -> Refusal:
    """Why goods in a bin are not touched: somebody is on the way to them."""
    return Refusal(
        "being_picked",
        N_("These goods are being picked in {number}. Take that run over, or choose other goods."),
        number=task.number,
        line=task.line,
        subject=f"pick_run:{task.run}",
        remedies=[Remedy("take_over", {"pk": task.run})],
    )


def taken_out(steps: Iterable[Any]) -> set[int]:
    """The lines whose goods leave a bin, or pass to somebody else there; no run has those that the act itself makes."""
    claims = {step.source.claim for step in steps if _leaves(step.source, step.target)}
    return {claim for claim in claims if isinstance(claim, int)}


def _leaves(source: Spot, target: Spot) -> bool:
    return source.kind == "bin" and bool(source.claim) and source != target


def left_in_bins(task: Task, plan: Plan, locations: Mapping[Any, int | None]) -> int:
    """How much of a task stands in its location's bins once a plan is written; locations: of each bin's place."""
    left = task.units
    for step in plan.steps:
        source, target = step.source, step.target
        out = source.kind == "bin" and source.claim == task.line and locations.get(source.place) == task.place
        into = (
            target.kind == "bin" and target.claim == task.line and locations.get(target.place) == task.place
        )
        left += step.quantity * (into - out)
    return left


PICKED_SINCE = N_("Goods were picked in {number} since. Stop the run, or undo those picks first.")
