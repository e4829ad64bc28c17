"""A hold ends: everybody counts the goods as free, and the next act or the worker writes it down, dated the day it ended."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.base.refusal import Refusal
from wharfinger.demand import queries as demand
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.models import Claim, Entry, Fact, Outbox
from wharfinger.ledger.reverse import reverse
from wharfinger.sales.actions.holds import expire, extend, release, reserve
from wharfinger.sales.actions.quotes import create_quote, lose
from wharfinger.sales.actions.winning import win
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.quotes import QuoteWish
from wharfinger.stock.queries.figures import available

NOON = datetime(2026, 5, 10, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """It is noon until a test says otherwise."""
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


def quoted(company: World, product: int, quantity: int) -> tuple[int, int]:
    """A quote of one line."""
    wish = QuoteWish(company.customer.pk, (LineWish(product, quantity),), expires_on=date(2031, 6, 30))
    made = create_quote(actor=HOUSE, wish=wish)
    return made.one("demand.Sheet"), made.one("ledger.Claim")


def holding(company: World, hours: int = 1) -> tuple[int, int, int]:
    """A product of which three are in stock and held for a quote so many hours: product, quote, line."""
    product = company.product()
    company.stock(product, 3)
    quote, line = quoted(company, product.pk, 3)
    reserve(actor=HOUSE, holds=[Hold(line, 3)], until=NOON + timedelta(hours=hours))
    return product.pk, quote, line


@pytest.mark.django_db
def test_reading_counts_an_ended_hold_as_free_and_writes_nothing(clock: time_machine.Traveller) -> None:
    company = world()
    product, _, line = holding(company)
    before = entries()
    clock.move_to(NOON + timedelta(hours=1))
    assert sum(available([product]).values()) == 3
    assert demand.quantities([line])[line]["reserved"] == 0
    assert entries() == before


@pytest.mark.django_db
def test_the_worker_writes_down_what_has_ended(clock: time_machine.Traveller) -> None:
    company = world()
    _, quote, line = holding(company)
    _, _, later = holding(company, hours=90)
    assert expire(actor=HOUSE) == 0
    clock.move_to(NOON + timedelta(days=2))
    before = entries()
    assert expire(actor=HOUSE) == 1
    (entry,) = Entry.objects.order_by("pk")[before:]
    assert (entry.verb, entry.actor_id, entry.effective_on) == ("expire", None, date(2026, 5, 10))
    assert entry.recorded_at == NOON + timedelta(days=2)
    assert held(line) == {"quoted": 3, "offered": 3}
    assert held(later) == {"covered": 3, "bin": 3, "offered": 3}
    assert Claim.objects.get(pk=line).hold_until is None
    fact = Fact.objects.get(entry=entry, subject=f"claim:{line}")
    assert (fact.field, fact.old, fact.new) == ("hold_until", '"2026-05-10T13:00:00Z"', "null")
    assert Fact.objects.filter(entry=entry, subject=f"quote:{quote}").exists()
    assert {row.consumer for row in Outbox.objects.filter(entry=entry)} >= {"notices", "webhooks"}
    assert expire(actor=HOUSE) == 0
    assert entries() == before + 1
    clean()


@pytest.mark.django_db
def test_the_next_act_writes_it_down_first_and_its_undo_leaves_it(clock: time_machine.Traveller) -> None:
    company = world()
    product, _, line = holding(company)
    _, other = quoted(company, product, 3)
    clock.move_to(NOON + timedelta(days=1))
    done = reserve(actor=HOUSE, holds=[Hold(other, 2)])
    ended = Entry.objects.get(verb="expire")
    assert (ended.effective_on, done.entry.effective_on) == (date(2026, 5, 10), date(2026, 5, 11))
    assert ended.pk < done.id
    reverse(actor=HOUSE, entry=done.id)
    assert held(line) == {"quoted": 3, "offered": 3}
    assert held(other) == {"quoted": 3, "offered": 3}
    before = entries()
    with pytest.raises(Refusal) as found:
        reverse(actor=HOUSE, entry=ended.pk)
    assert (found.value.code, entries()) == ("corrected_by_verb", before)
    clean()


@pytest.mark.django_db
def test_a_refused_act_leaves_even_the_end_unwritten(clock: time_machine.Traveller) -> None:
    company = world()
    product, _, line = holding(company)
    _, other = quoted(company, product, 9)
    clock.move_to(NOON + timedelta(days=1))
    before = entries()
    with pytest.raises(Refusal):
        reserve(actor=HOUSE, holds=[Hold(other, 9)])
    assert (entries(), held(line)["bin"]) == (before, 3)


@pytest.mark.django_db
def test_holds_that_ended_on_different_days_are_dated_apart(clock: time_machine.Traveller) -> None:
    company = world()
    product = company.product()
    company.stock(product, 2)
    for hours in (1, 49):
        _, line = quoted(company, product.pk, 1)
        reserve(actor=HOUSE, holds=[Hold(line, 1)], until=NOON + timedelta(hours=hours))
    _, other = quoted(company, product.pk, 2)
    Setting.objects.create(key="closed_until", value="2026-05-10")
    clock.move_to(NOON + timedelta(days=9))
    reserve(actor=HOUSE, holds=[Hold(other, 2)])
    dates = Entry.objects.filter(verb="expire").order_by("pk").values_list("effective_on", flat=True)
    # The first day lies in a closed period, so the books say the first day that is open.
    assert list(dates) == [date(2026, 5, 11), date(2026, 5, 12)]
    clean()


@pytest.mark.django_db
def test_extending_after_the_end_is_a_fresh_hold(clock: time_machine.Traveller) -> None:
    company = world()
    _, quote, line = holding(company)
    clock.move_to(NOON + timedelta(days=1))
    until = NOON + timedelta(days=3)
    extended = extend(actor=HOUSE, quote=quote, until=until)
    assert Claim.objects.get(pk=line).hold_until == until
    assert held(line)["bin"] == 3
    reverse(actor=HOUSE, entry=extended.id)
    assert (Claim.objects.get(pk=line).hold_until, held(line)) == (None, {"quoted": 3, "offered": 3})
    clean()


@pytest.mark.django_db
def test_extending_takes_anew_what_the_worker_has_freed(clock: time_machine.Traveller) -> None:
    """Whoever posted the release, a fresh hold takes what is still free where it stood."""
    company = world()
    product, quote, line = holding(company)
    clock.move_to(NOON + timedelta(days=1))
    expire(actor=HOUSE)
    assert held(line) == {"quoted": 3, "offered": 3}
    _, other = quoted(company, product, 3)
    free = available([product])[product, company.location.place_id]
    reserve(actor=HOUSE, holds=[Hold(other, free - 2)])
    until = NOON + timedelta(days=3)
    extended = extend(actor=HOUSE, quote=quote, until=until)
    assert Claim.objects.get(pk=line).hold_until == until
    assert held(line) == {"bin": 2, "covered": 2, "quoted": 1, "offered": 3}
    clean()
    reverse(actor=HOUSE, entry=extended.id)
    assert held(line) == {"quoted": 3, "offered": 3}
    clean()


@pytest.mark.django_db
def test_winning_takes_anew_what_the_worker_has_freed(clock: time_machine.Traveller) -> None:
    company = world()
    _, quote, _ = holding(company)
    clock.move_to(NOON + timedelta(days=1))
    expire(actor=HOUSE)
    (mine,) = win(actor=HOUSE, quote=quote).made["ledger.Claim"]
    assert held(mine) == {"bin": 3, "covered": 3, "to_bill": 3}
    clean()


@pytest.mark.django_db
def test_what_was_released_by_hand_is_not_taken_anew(clock: time_machine.Traveller) -> None:
    company = world()
    _, quote, line = holding(company)
    clock.move_to(NOON + timedelta(days=1))
    expire(actor=HOUSE)
    reserve(actor=HOUSE, holds=[Hold(line, 3)], until=NOON + timedelta(days=3))
    release(actor=HOUSE, holds=[Hold(line, 3)])
    before = entries()
    with pytest.raises(Refusal) as found:
        extend(actor=HOUSE, quote=quote)
    assert (found.value.code, entries()) == ("nothing_held", before)


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["win", "lose", "release"])
def test_what_holds_nothing_any_more_has_no_end(clock: time_machine.Traveller, verb: str) -> None:
    company = world()
    _, quote, line = holding(company)
    if verb == "release":
        release(actor=HOUSE, holds=[Hold(line, 1)])
        assert Claim.objects.get(pk=line).hold_until == NOON + timedelta(hours=1)
        done = release(actor=HOUSE, holds=[Hold(line, 2)])
    else:
        done = (win if verb == "win" else lose)(actor=HOUSE, quote=quote)
    assert Claim.objects.get(pk=line).hold_until is None
    reverse(actor=HOUSE, entry=done.id)
    assert Claim.objects.get(pk=line).hold_until == NOON + timedelta(hours=1)
    clean()


def test_the_worker_looks_for_what_has_ended(fresh_database: dict[str, str]) -> None:
    company = world()
    product = company.product()
    company.stock(product, 2)
    _, line = quoted(company, product.pk, 2)
    reserve(actor=HOUSE, holds=[Hold(line, 2)], until=datetime.now(UTC) + timedelta(milliseconds=50))
    time.sleep(0.1)
    command = [sys.executable, "-m", "wharfinger", "work", "--once"]
    subprocess.run(command, env=os.environ | fresh_database, check=True, timeout=60)
    assert held(line) == {"quoted": 2, "offered": 2}
    clean()
