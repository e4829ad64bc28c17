"""Two people go to the same shelf: one gets the goods, the other is told who has them."""

from __future__ import annotations

from functools import partial

import pytest

from tests.fulfilment.trade import order
from tests.races.crowd import crowd
from tests.world import World, clean, held, world
from wharfinger.fulfilment.actions.runs import start_run
from wharfinger.fulfilment.models import PickRun, PickTask
from wharfinger.parties.models import User


@pytest.fixture
def company(fresh_database: dict[str, str]) -> World:
    """A small company in a database where acts really commit."""
    return world()


def test_two_people_start_on_the_same_lines_and_one_gets_them(company: World) -> None:
    petra, wim = (User.objects.create(username=name, name=name.capitalize()) for name in ("petra", "wim"))
    for person in (petra, wim):
        person.roles.add(*company.user.roles.all())
    wanted = []
    for _ in range(10):
        router = company.product()
        company.stock(router, 3)
        wanted.append(order(company, (router, 2))[1])
    calls = [
        partial(start_run, actor=person, location=company.location.pk, lines=lines)
        for lines in wanted
        for person in (petra, wim)
    ]
    outcome = crowd(2, calls)
    assert outcome.errors == []
    assert len(outcome.done) == 10
    assert [r.code for r in outcome.refused] == ["being_picked"] * 10
    assert {r.by.name for r in outcome.refused if r.by} <= {"Petra", "Wim"}
    assert all(r.by for r in outcome.refused)
    assert PickRun.objects.count() == PickTask.objects.count() == 10
    assert all(held(line)["bin"] == 2 for (line,) in wanted)
    clean()
