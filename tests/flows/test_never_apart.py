"""Whatever happens to goods and to what is asked for them, in any order: they never part without a reason."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction

from tests.flows.steps import STEPS, Doing
from tests.laws.apart import parted
from tests.scenarios.doors import ActionsDoor, ApiDoor, Refused
from tests.world import World, clean
from wharfinger.ledger.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(1200)]

FAR = {"line": 5, "kit": 5} if os.environ.get("WHARFINGER_LAWS") else {"line": 4, "kit": 3}
"""So many steps are taken, in every order; more where the laws are asked for at length."""


@contextmanager
def tried() -> Iterator[None]:
    """Whatever is done here is given up again."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def walk(
    doing: Doing,
    far: int,
    way: tuple[str, ...],
    seen: dict[Any, int],
    told: Callable[[tuple[str, ...]], None],
) -> None:
    """Take every step from here, and every step from there, but none twice from where things stand alike."""
    for name in STEPS:
        before = Entry.objects.latest("id").pk
        with tried():
            try:
                STEPS[name](doing)
            except Refused:
                assert Entry.objects.latest("id").pk == before, (*way, name)
                continue
            if Entry.objects.latest("id").pk == before:
                continue
            here = (*way, name)
            doing.done.add(name)
            for entry in Entry.objects.filter(pk__gt=before):
                assert parted(entry) == [], here
            left = far - len(here)
            how = doing.standing()
            if seen.get(how, -1) >= left:
                continue
            seen[how] = left
            if len(seen) % 20 == 1:
                clean()
            told(here)
            if left:
                walk(doing, far, here, seen, told)


@pytest.mark.parametrize("of", FAR)
def test_goods_and_money_never_part_without_a_reason(company: World, of: str) -> None:
    """Ship, deliver, draft, post, pay, cancel the delivery, undo, return, credit, re-open: in every order."""
    doing = Doing(company, ActionsDoor(company), kit=of == "kit")
    ways: list[tuple[str, ...]] = []
    walk(doing, FAR[of], (), {}, ways.append)
    assert doing.done == set(STEPS)
    other = Doing(company, ApiDoor(company), kit=of == "kit")
    chance = random.Random(5)
    for way in chance.sample([way for way in ways if len(way) == FAR[of]], 6):
        with tried():
            for name in way:
                STEPS[name](doing)
            said = doing.standing(whole=False)
        with tried():
            for name in way:
                STEPS[name](other)
            assert other.standing(whole=False) == said, way
