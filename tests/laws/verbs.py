"""Every verb of the chart as somebody might try it: on something chosen by chance, mostly where it makes sense."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tests.laws.after import AFTER, BILLING, FULFILLING
from tests.laws.buying import BUYING, KEEPING
from tests.laws.doubles import DOUBLES
from tests.laws.lending import LENDING
from tests.laws.paying import PAYING
from tests.laws.recalling import RECALLING
from tests.laws.running import RUNNING, pick_in_run
from tests.laws.selling import SELLING
from tests.laws.stacking import STACKING, ship_containers
from tests.laws.state import State, Verb
from tests.scenarios.doors import Refused
from wharfinger.base.refusal import Refusal


def _tried(act: Verb) -> Callable[[State, int], Any]:
    def run(state: State, seed: int) -> Any:
        try:
            return act(state, random.Random(seed))
        except Refused as refused:
            # The door tells a code alone; the law only asks that nothing was written.
            raise Refusal(refused.code, refused.code) from refused

    return run


def _either(one: Verb, other: Verb) -> Verb:
    return lambda state, chance: (one if chance.random() < 0.5 else other)(state, chance)


_ALL = (
    SELLING
    | BUYING
    | PAYING
    | KEEPING
    | FULFILLING
    | RUNNING
    | STACKING
    | BILLING
    | AFTER
    | LENDING
    | RECALLING
    | DOUBLES
)
# The vendor gets goods back, and so does a customer: one word of the chart for two acts.
_ALL["send_back"] = _either(BUYING["send_back"], AFTER["send_back"])

_ALL["pick"] = _either(_ALL["pick"], pick_in_run)
_ALL["ship"] = _either(_ALL["ship"], ship_containers)

VERBS = {verb: _tried(act) for verb, act in _ALL.items()}
