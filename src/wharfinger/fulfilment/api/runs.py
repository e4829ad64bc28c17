"""Pick runs over HTTP: begin, pick, stop and take over."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal, get_args

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Listing, Page, Request, Shown, there
from wharfinger.base.quantity import quantity
from wharfinger.base.refusal import N_, BadInput
from wharfinger.demand.queries.reading import products_of
from wharfinger.demand.queries.where import bin_places
from wharfinger.fulfilment.actions import runs as actions
from wharfinger.fulfilment.api.goods import Picks, ShortGiven, picks_of
from wharfinger.fulfilment.queries import runs as queries
from wharfinger.fulfilment.rules.short import Short
from wharfinger.ledger.door import detail, make, write
from wharfinger.ledger.write import Written
from wharfinger.stock.models import Location

router = Router(tags=["fulfilment"])

Word = Literal["under_way", "stopped", "done"]


class RunLine(Shown):
    """What a run picks for one line."""

    line: Id
    document: str = Field(examples=["SO-7"])
    tote: int = Field(examples=[1])
    open: bool
    picked: str = Field(examples=["3"])


class RunStop(Shown):
    """What is to be taken out of one bin for one line, of batches one by one."""

    bin: Id
    bin_name: str = Field(examples=["A1-04"])
    tote: int = Field(examples=[1])
    line: Id
    product: Id
    sku: str = Field(examples=["AP-1040"])
    description: str
    quantity: str = Field(examples=["2"])
    serials: list[str] = Field(examples=[[]])
    batch: str = Field(examples=[""])
    expires_on: str | None


class RunOut(Shown):
    """One person's walk through one location, its stops in walking order."""

    id: Id
    number: str = Field(examples=["PR-1"])
    status: Word
    location: Id
    picker: Id
    started_at: str = Field(examples=["2026-11-30T08:12:00+00:00"])
    stopped_at: str | None
    lines: list[RunLine]
    stops: list[RunStop]


class RunDone(RunOut, Done):
    """A run, and the entry that changed it."""


class RunGiven(Given):
    """Lines to pick, or all lines of orders or other work, at one location."""

    lines: list[Id] = Field(default=[], max_length=1000)
    orders: list[Id] = Field(default=[], max_length=200, examples=[[]])
    location: Id
    totes: int | None = Field(
        default=None,
        ge=1,
        le=200,
        examples=[6],
        description="At most so many orders go along, the most pressing first; each has a tote of its own.",
    )


RUNS = Listing(
    "pick-runs",
    sorts={"number": "number"},
    filters={
        "location": "location_id",
        "picker": "picker_id",
        "number": "number",
        "line": "tasks__line_id",
        "status": queries.with_word,
    },
    words={"status": get_args(Word)},
    q=("number", "picker__name"),
)


@router.get("/pick-runs", response=Page[RunOut], openapi_extra=RUNS.described, summary="List pick runs")
def list_runs(request: Request) -> HttpResponse:
    """Pick runs, newest first, with what is still to be taken where."""
    require(request.auth, "fulfilment.read")
    return RUNS.answer(request, queries.runs().select_related("location", "made"), queries.show_runs)


@router.get("/pick-runs/{id}", response=RunOut, summary="Read a pick run")
def one_run(request: Request, id: Id) -> HttpResponse:
    """A pick run with its totes, and its stops in walking order."""
    require(request.auth, "fulfilment.read")
    return detail(request, f"pick_run:{id}", _run(id))


@router.post("/pick-runs", response={201: RunDone}, summary="Start a pick run")
def start_run(request: Request, body: RunGiven) -> HttpResponse:
    """Begin to pick: what the lines want is reserved, and nobody else takes their goods until the run ends."""
    require(request.auth, "fulfilment.pick")
    if not Location.objects.filter(pk=body.location).exists():
        raise BadInput("no_such_location", N_("There is no such location."), field="location")
    act = partial(
        actions.start_run,
        actor=request.auth,
        location=body.location,
        lines=body.lines,
        orders=body.orders,
        totes=body.totes,
    )
    return make(request, act, "fulfilment.PickRun", _run, subject="pick_run")


@router.post("/pick-runs/{id}/pick", response=RunDone, summary="Pick in a run")
def pick(request: Request, id: Id, body: Picks) -> HttpResponse:
    """Pick what the run has open, as `/pick` does; its journal shows it."""
    require(request.auth, "fulfilment.pick")
    picks = picks_of(body.picks)
    return _done(request, partial(actions.pick_in_run, actor=request.auth, run=id, picks=picks), id)


@router.post("/pick-runs/{id}/short", response=RunDone, summary="Report a short pick")
def short(request: Request, id: Id, body: ShortGiven) -> HttpResponse:
    """Set aside what is missing from a bin; its line gets others, lets them be bought, or wants them again."""
    require(request.auth, "fulfilment.pick")
    product = products_of([body.line]).get(body.line)
    if product is None:
        raise BadInput("no_such_line", N_("There is no such line."), field="line")
    (place,) = bin_places([body.bin])
    missing = Short(
        body.line,
        place or 0,
        quantity(body.quantity, product[1], field="quantity"),
        tuple(body.serials),
        body.batch,
        body.then,
    )
    act = partial(
        actions.short_pick, actor=request.auth, run=id, short=missing, reason=body.reason, note=body.note
    )
    return _done(request, act, id)


@router.post("/pick-runs/{id}/stop", response=RunDone, summary="Stop a pick run")
def stop(request: Request, id: Id) -> HttpResponse:
    """Give a run up: what it reserved and is still in a bin is free again, and nothing else."""
    return _done(request, partial(actions.stop_run, actor=request.auth, run=id), id)


@router.post("/pick-runs/{id}/take-over", response=RunDone, summary="Take over a pick run")
def take_over(request: Request, id: Id) -> HttpResponse:
    """Go on with a run that somebody else began."""
    return _done(request, partial(actions.take_over, actor=request.auth, run=id), id)


def _done(request: Request, act: Callable[[], Written], run: int) -> HttpResponse:
    return write(request, act, lambda _: _run(run), about=f"pick_run:{run}")


def _run(pk: int) -> dict[str, Any]:
    return queries.show_runs([there(queries.runs().select_related("location", "made"), pk)])[0]
