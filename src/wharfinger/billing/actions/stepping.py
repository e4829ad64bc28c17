"""Go on with what somebody asked for all at once: each paper an entry of its own, written once whoever goes on."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from wharfinger.base import clock
from wharfinger.base.refusal import Refusal
from wharfinger.billing.models.runs import Run

R = TypeVar("R", bound=Run)
MOVING = ("position", "made", "problems", "finished_at")
"""What changes of a run while it goes on."""


def go_on(run: R, one: Callable[[int], list[int]], seconds: float) -> R:
    """Go on for about so long; several may, and one paper that is refused stops no other.

    one: writes the n-th under a key of its own and returns its ids, so that whoever stopped between its entry and its
    mark writes it no second time.
    """
    until = monotonic() + seconds
    while run.finished_at is None:
        n = run.position
        became, problem = _tried(one, n)
        last = n + 1 >= run.total
        type(run).objects.filter(pk=run.pk, position=n, finished_at=None).update(
            position=n + 1,
            made=[*run.made, *became],
            problems=[*run.problems, *([problem] if problem else [])],
            finished_at=clock.now() if last else None,
        )
        run.refresh_from_db(fields=MOVING)
        if monotonic() >= until:
            break
    return run


def _tried(one: Callable[[int], list[int]], n: int) -> tuple[list[int], dict[str, Any] | None]:
    try:
        return one(n), None
    except Refusal as refusal:
        figures = {"wanted": refusal.figure(refusal.wanted), "free": refusal.figure(refusal.free)}
        told = {name: one if isinstance(one, int) else str(one) for name, one in refusal.values.items()}
        return [], {"n": n, "code": refusal.code, "sentence": refusal.sentence, "values": figures | told}
