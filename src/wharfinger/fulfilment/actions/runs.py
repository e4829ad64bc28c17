"""Begin, stop and take over pick runs, and pick in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.demand.queries.standing import read_standing
from wharfinger.fulfilment.actions.picking import Missing, checked, read_buying, taking, to_pick
from wharfinger.fulfilment.models import PickRun
from wharfinger.fulfilment.queries import truth as reads
from wharfinger.fulfilment.queries.runs import lines_of_orders, lines_of_run, parts_of, reserved_by
from wharfinger.fulfilment.queries.tasks import rows_of
from wharfinger.fulfilment.rules import Pick, runs
from wharfinger.fulfilment.rules.short import Short
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.stock.queries.reasons import read_reasons
from wharfinger.stock.queries.truth import read_lots, read_places


def start_run(
    *,
    actor: Actor,
    location: int,
    lines: Sequence[int] = (),
    orders: Sequence[int] = (),
    totes: int | None = None,
    key: str | None = None,
) -> Written:
    """Begin to pick lines, or all lines of orders, at one location; it is the actor's until it ends.

    What the lines still want is reserved of what is free there. totes: at most so many orders go along, the
    most pressing first. Raises Refusal, naming the run, where somebody picks any of it already.
    """
    require(actor, "fulfilment.pick")
    if totes is not None and totes < 1:
        raise BadInput("not_positive", N_("Give a quantity above zero."), field="totes")
    wanted = parts_of([*lines, *lines_of_orders(orders)])
    if not wanted:
        raise BadInput("no_lines", N_("Choose at least one line."), field="lines")
    return post(
        "start_run",
        Wish(
            documents=[(Sheet, demand.documents_of(wanted))],
            first=reads.read_lines(wanted),
            products=demand.line_products,
            claims=demand.line_ids,
            free=True,
            reads=(read_standing, reads.read_stages, _read_tasks),
        ),
        partial(runs.plan_start, lines=tuple(wanted), location=location, totes=totes),
        actor=actor,
        key=key,
    )


def stop_run(*, actor: Actor, run: int, key: str | None = None) -> Written:
    """Give a run up: what it reserved and is still in a bin is free again, and what was reserved before stays."""
    require(actor, "fulfilment.pick")
    lines = lines_of_run(run)
    return post(
        "stop_run",
        Wish(
            documents=[(Sheet, demand.documents_of(lines)), (PickRun, [run])],
            first=reads.read_standing_lines(lines),
            products=demand.line_products,
            claims=demand.line_ids,
            free=True,
            incoming=("bin", "covered"),
            reads=(_read_tasks, _read_reserved_by(run)),
        ),
        partial(runs.plan_stop, run=run),
        actor=actor,
        key=key,
    )


def take_over(*, actor: Actor, run: int, key: str | None = None) -> Written:
    """Go on with a run that somebody else began: from now on its goods are the actor's to pick."""
    require(actor, "fulfilment.pick")
    lines = lines_of_run(run)
    return post(
        "take_over",
        Wish(
            documents=[(Sheet, demand.documents_of(lines)), (PickRun, [run])],
            first=reads.read_standing_lines(lines),
        ),
        partial(runs.plan_take_over, run=run),
        actor=actor,
        key=key,
    )


def pick_in_run(*, actor: Actor, run: int, picks: Sequence[Pick], key: str | None = None) -> Written:
    """Pick what a run has open: as ``pick`` does, and its journal shows it."""
    require(actor, "fulfilment.pick")
    wish = to_pick(picks, (PickRun, [run]))
    return post("pick", wish, partial(runs.plan_pick_in, run=run, picks=tuple(picks)), actor=actor, key=key)


def short_pick(
    *,
    actor: Actor,
    run: int,
    short: Short,
    reason: str,
    note: str = "",
    key: str | None = None,
) -> Written:
    """Say that units are not in the bin where the books have them: they are set aside, and their line is served
    otherwise. Whoever picks adjusts no stock.

    Raises Refusal where nothing else of it is free here, if others are wanted at once.
    """
    require(actor, "fulfilment.pick")
    lack = checked(short, reason, note)
    codes = reads.codes_of([taking(Missing(short, reason))])
    return post(
        "short_pick",
        Wish(
            documents=[(Sheet, demand.documents_of([short.line])), (PickRun, [run])],
            first=reads.read_lines([short.line]),
            products=demand.line_products,
            claims=demand.line_ids,
            free=True,
            reads=(read_standing, read_places, read_reasons, read_lots(codes), *read_buying([short])),
        ),
        partial(runs.plan_short, run=run, short=short, why=lack.why),
        actor=actor,
        key=key,
        reason=lack.why.text(),
    )


def _read_tasks(truth: Truth) -> None:
    rows_of(truth, [task for tasks in truth.read["tasks"].values() for task in tasks])


def _read_reserved_by(run: int) -> Callable[[Truth], None]:
    def read(truth: Truth) -> None:
        truth.read["reserved_by"] = reserved_by(run)

    return read
