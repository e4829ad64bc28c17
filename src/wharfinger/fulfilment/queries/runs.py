"""Pick runs as callers and pages read them: what is to be picked next, and what was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from wharfinger.base.quantity import plain
from wharfinger.demand.models import Line
from wharfinger.fulfilment.models import PickRun, PickTask
from wharfinger.ledger.models import Fact, Holding, Move
from wharfinger.stock.models import Location

_OPEN = PickTask.objects.filter(run=OuterRef("pk"), ended_at=None, void=None)


def runs() -> QuerySet[Any, Any]:
    """Every run that is not undone."""
    return PickRun.objects.filter(void__isnull=True).annotate(under_way=Exists(_OPEN))


def run_word(run: Any) -> str:
    """How far a run is: under way while something is open, else stopped by somebody, or done."""
    if run.under_way:
        return "under_way"
    return "stopped" if run.stopped_at else "done"


def with_word(rows: QuerySet[Any, Any], words: Sequence[str]) -> QuerySet[Any, Any]:
    """The runs of these words."""
    ended = Q(under_way=False)
    means = {
        "under_way": Q(under_way=True),
        "stopped": ended & Q(stopped_at__isnull=False),
        "done": ended & Q(stopped_at__isnull=True),
    }
    wanted = Q(pk__in=())
    for word in words:
        wanted |= means.get(word, wanted)
    return rows.filter(wanted)


def lines_of_orders(orders: Sequence[int]) -> list[int]:
    """The lines of these orders or of other work, with the charges that orders collect."""
    of = Q(sheet__in=orders) | Q(order__in=orders)
    found = Line.objects.filter(of, void__isnull=True, removed_at__isnull=True).exclude(sheet__kind="quote")
    return list(found.values_list("pk", flat=True)) if orders else []


def parts_of(lines: Sequence[int]) -> list[int]:
    """These lines, of a kit those of its components: what stands in bins."""
    wanted = set(lines)
    found = Line.objects.filter(Q(pk__in=wanted) | Q(parent__in=wanted), void__isnull=True)
    return (
        list(found.exclude(product__kind="kit").order_by("pk").values_list("pk", flat=True)) if lines else []
    )


def lines_of_run(run: int) -> list[int]:
    """The lines that a run has open."""
    return list(PickTask.objects.filter(run=run, ended_at=None, void=None).values_list("line_id", flat=True))


def reserved_by(run: int) -> set[int]:
    """The entries in which a run reserved goods."""
    found = Fact.objects.filter(subject=f"pick_run:{run}", entry__verb="start_run")
    return set(found.values_list("entry_id", flat=True))


@dataclass(slots=True)
class Stop:
    """What is taken out of one bin for one line; of what is kept by batches, of one batch."""

    run: int
    tote: int
    line: Any
    bin: int
    bin_name: str
    place: int
    batch: Any = None
    units: int = 0
    codes: list[str] = field(default_factory=list)
    """The serial numbers that the line reserved there."""

    @property
    def key(self) -> str:
        """By what a page names it."""
        return f"{self.bin}-{self.line.pk}-{self.batch.pk if self.batch else 0}"

    @property
    def product(self) -> Any:
        """What is taken."""
        return self.line.product


def tasks_of(wanted: Iterable[PickRun]) -> dict[int, list[PickTask]]:
    """What each run picks, by tote, in the order of its document."""
    found: dict[int, list[PickTask]] = defaultdict(list)
    rows = PickTask.objects.filter(run__in=list(wanted), void=None)
    for task in rows.select_related(
        "line__sheet", "line__order", "line__product", "line__organization"
    ).order_by("tote", "line__sheet_id", "line__position", "pk"):
        found[task.run_id].append(task)
    return found


def stops_of(wanted: Sequence[PickRun], tasks: dict[int, list[PickTask]]) -> dict[int, list[Stop]]:
    """What is still to be taken in each run, in walking order, by tote within a bin; in one statement."""
    open_tasks = {
        (task.line_id, run.location.place_id): task
        for run in wanted
        for task in tasks.get(run.pk, ())
        if task.ended_at is None
    }
    held = (
        Holding.objects.filter(claim__in={line for line, _ in open_tasks}, kind="bin", quantity__gt=0)
        .select_related("lot", "place__bin")
        .order_by("place__sequence", "place_id", "lot__expires_on", "lot_id")
    )
    found: dict[tuple[int, int, int], Stop] = {}
    for one in held if open_tasks else ():
        task = open_tasks.get((one.claim_id, one.place.parent_id or 0))
        if task is None:
            continue
        at, batch = one.place.bin, one.lot if one.lot.code and not one.lot.serial else None
        stop = found.setdefault(
            (one.place_id, one.claim_id, batch.pk if batch else 0),
            Stop(task.run_id, task.tote, task.line, at.pk, at.name, one.place_id, batch),
        )
        stop.units += one.quantity
        stop.codes += [one.lot.code] if one.lot.serial else []
    walks: dict[int, list[Stop]] = defaultdict(list)
    for stop in found.values():
        walks[stop.run].append(stop)
    # Bins are found in walking order, and of each line the batch first that expires first.
    turns = {place: n for n, place in enumerate(dict.fromkeys(place for place, *_ in found))}
    for walk in walks.values():
        walk.sort(key=lambda stop: (turns[stop.place], stop.tote, stop.line.pk))
    return walks


def picked_in(wanted: Sequence[PickRun]) -> dict[tuple[int, int], int]:
    """How much each run picked of each line and was not put back, by run and line."""
    subjects = {f"pick_run:{run.pk}": run.pk for run in wanted}
    facts = Fact.objects.filter(subject__in=subjects, entry__verb="pick", field=None)
    of = dict(facts.values_list("entry_id", "subject"))
    back = Move.objects.filter(reverses__entry__in=of).values_list("reverses").annotate(Sum("quantity"))
    gone = dict(back) if of else {}
    found: dict[tuple[int, int], int] = defaultdict(int)
    moves = Move.objects.filter(entry__in=of, target__kind="picked", reverses=None)
    for pk, entry, line, quantity in moves.values_list("pk", "entry_id", "target__claim_id", "quantity"):
        found[subjects[of[entry]], line] += quantity - gone.get(pk, 0)
    return found


def show_runs(wanted: Sequence[PickRun] | QuerySet[Any, Any]) -> list[dict[str, Any]]:
    """Runs with their totes and what is to be taken where, in a constant number of statements."""
    if isinstance(wanted, QuerySet):
        wanted = list(wanted.select_related("location", "made"))
    tasks = tasks_of(wanted)
    walks, picked = stops_of(wanted, tasks), picked_in(wanted)
    return [
        {
            "id": run.pk,
            "number": run.number,
            "status": run_word(run),
            "location": run.location_id,
            "picker": run.picker_id,
            "started_at": run.made.recorded_at.isoformat(),
            "stopped_at": run.stopped_at.isoformat() if run.stopped_at else None,
            "lines": [
                {
                    "line": task.line_id,
                    "document": (task.line.order or task.line.sheet).number,
                    "tote": task.tote,
                    "open": task.ended_at is None,
                    "picked": plain(
                        picked.get((run.pk, task.line_id), 0), task.line.product.quantity_decimals
                    ),
                }
                for task in tasks.get(run.pk, ())
            ],
            "stops": [_plain(stop) for stop in walks.get(run.pk, ())],
        }
        for run in wanted
    ]


def _plain(stop: Stop) -> dict[str, Any]:
    return {
        "bin": stop.bin,
        "bin_name": stop.bin_name,
        "tote": stop.tote,
        "line": stop.line.pk,
        "product": stop.product.pk,
        "sku": stop.product.sku,
        "description": stop.line.description,
        "quantity": plain(stop.units, stop.product.quantity_decimals),
        "serials": stop.codes,
        "batch": stop.batch.code if stop.batch else "",
        "expires_on": stop.batch.expires_on.isoformat() if stop.batch and stop.batch.expires_on else None,
    }


def best_location(sheet: Any) -> int:
    """Where an order is picked unless somebody says: where most of what it reserved stands, else where it is taken
    from first."""
    held = Holding.objects.filter(
        Q(claim__line__sheet=sheet.pk) | Q(claim__line__order=sheet.pk), kind="bin", quantity__gt=0
    ).values_list("place__parent__location")
    most = held.annotate(n=Count("pk")).order_by("-n", "place__parent__location").first()
    if most:
        return int(most[0])
    return int(sheet.location_id or Location.objects.values_list("pk", flat=True).get(default=True))
