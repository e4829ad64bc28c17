"""Pick runs, as somebody might try them; now and then by somebody else."""

from __future__ import annotations

import random
from typing import Any

from tests.laws.state import State, Verb
from wharfinger.fulfilment.actions import runs
from wharfinger.fulfilment.actions.picking import Missing, pick
from wharfinger.fulfilment.models import PickRun, PickTask
from wharfinger.fulfilment.rules import Pick
from wharfinger.fulfilment.rules.short import Short
from wharfinger.ledger.models import Holding
from wharfinger.parties.models import User


def _picker(state: State, chance: random.Random) -> Any:
    if chance.random() < 0.6:
        return state.user
    other, made = User.objects.get_or_create(username="wim")
    if made:
        other.roles.add(*state.user.roles.all())
    return other


def _start(state: State, chance: random.Random) -> Any:
    held = Holding.objects.filter(kind__in=("bin", "to_order", "demand"), claim__gt=0, quantity__gt=0)
    lines = list(held.order_by("pk").values_list("claim_id", flat=True))
    if not lines:
        return None
    some = sorted(set(chance.sample(lines, min(len(lines), chance.randint(1, 4)))))
    here = chance.choice((state.company.location, state.company.location, state.company.other))
    totes = chance.choice((None, None, 1))
    return runs.start_run(actor=_picker(state, chance), location=here.pk, lines=some, totes=totes)


def _run(state: State, chance: random.Random) -> Any:
    return state.one(
        chance, PickRun.objects.filter(void=None, tasks__ended_at=None, tasks__void=None).distinct()
    )


def _stop(state: State, chance: random.Random) -> Any:
    run = _run(state, chance)
    if run is None:
        return None
    if chance.random() < 0.3:
        return runs.take_over(actor=_picker(state, chance), run=run.pk)
    return runs.stop_run(actor=state.user, run=run.pk)


def pick_in_run(state: State, chance: random.Random) -> Any:
    """Pick something of a run, mostly by whoever has it."""
    run = _run(state, chance)
    if run is None:
        return None
    task = state.one(chance, PickTask.objects.filter(run=run, ended_at=None, void=None))
    actor = run.picker if chance.random() < 0.9 else state.user
    return runs.pick_in_run(actor=actor, run=run.pk, picks=[Pick(task.line_id, chance.randint(1, 2))])


def _short(state: State, chance: random.Random) -> Any:
    """Something of a run is not in its bin, or of what is picked without one; now and then somebody else says so."""
    run = _run(state, chance)
    if run is None or chance.random() < 0.4:
        return _pick_short(state, chance)
    task = state.one(chance, PickTask.objects.filter(run=run, ended_at=None, void=None))
    held = Holding.objects.filter(claim=task.line_id, kind="bin", quantity__gt=0)
    one = state.one(chance, held.filter(place__parent=run.location.place_id))
    if one is None:
        return None
    short = Short(
        task.line_id,
        one.place_id,
        chance.randint(1, one.quantity),
        then=chance.choice(("", "again", "order")),
    )
    actor = run.picker if chance.random() < 0.9 else state.user
    return runs.short_pick(actor=actor, run=run.pk, short=short, reason="Not there")


def _pick_short(state: State, chance: random.Random) -> Any:
    """Some is picked, and something else is not in its bin."""
    one = state.one(chance, Holding.objects.filter(kind="bin", claim__line__isnull=False, quantity__gt=0))
    if one is None:
        return None
    then = chance.choice(("", "again", "order"))
    short = Short(one.claim_id, one.place_id, chance.randint(1, one.quantity), then=then)
    picks = [Pick(one.claim_id, chance.randint(1, one.quantity))] if chance.random() < 0.6 else []
    return pick(actor=_picker(state, chance), picks=picks, short=[Missing(short, "Not there")])


RUNNING: dict[str, Verb] = {"start_run": _start, "stop_run": _stop, "short_pick": _short}
