"""Fifty people scan the same twenty products at once: no deadlock reaches anybody, and the books are right."""

from __future__ import annotations

import os

from tests.races.scanners import Floor
from tests.world import clean, world

SECONDS = int(os.environ.get("WHARFINGER_SECONDS", "8"))
SEED = int(os.environ.get("WHARFINGER_SEED", "7"))


def test_fifty_scanners_work_on_the_same_products(fresh_database: dict[str, str]) -> None:
    floor = Floor(world())
    told = floor.scanned(50, SECONDS, SEED)
    assert told.errors == []
    # Goods that somebody else was quicker to take are the only reason to be refused.
    assert set(told.refused) <= {"not_enough"}
    assert set(told.done) == {"receive", "transfer", "put_away", "pick"}
    assert floor.standing() == floor.expected(told)
    clean()
