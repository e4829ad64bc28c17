"""Pick runs: goods that somebody is on the way to are nobody else's, and what the run reserved comes back."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.fulfilment.trade import order, reserved
from tests.world import World, clean, held, refused
from wharfinger.base.access import HOUSE
from wharfinger.fulfilment.actions.picking import pick, unpick
from wharfinger.fulfilment.actions.runs import pick_in_run, start_run, stop_run, take_over
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.models import PickRun, PickTask
from wharfinger.fulfilment.queries.runs import runs, show_runs
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import User
from wharfinger.sales.actions.holds import release, reserve
from wharfinger.sales.actions.orders import cancel, hold, unconfirm
from wharfinger.sales.rules.orders import Hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def petra(company: World) -> User:
    """A picker."""
    return picker(company, "petra")


@pytest.fixture
def wim(company: World) -> User:
    """Another picker."""
    return picker(company, "wim")


def picker(company: World, name: str) -> User:
    """Somebody who may do what the company's user may."""
    made = User.objects.create(username=name, name=name.capitalize())
    made.roles.add(*company.user.roles.all())
    return made


def seen(run: int) -> dict[str, object]:
    """A run as the API shows it."""
    return show_runs(runs().filter(pk=run))[0]


def started(actor: User, company: World, *lines: int, **values: int) -> int:
    """A run over these lines."""
    done = start_run(actor=actor, location=company.location.pk, lines=lines, **values)
    return done.one("fulfilment.PickRun")


def test_a_run_reserves_what_is_wanted_and_leads_from_bin_to_bin(company: World, petra: User) -> None:
    router, cable = company.product(), company.product()
    company.stock(router, 3, bin=company.bins[1])
    company.stock(cable, 5)
    _, (first, second) = order(company, (router, 2), (cable, 4))
    _, (third,) = reserved(company, (router, 1))
    run = started(petra, company, first, second, third)
    assert held(first) == {"covered": 2, "bin": 2, "to_bill": 2}
    assert held(second) == {"covered": 4, "bin": 4, "to_bill": 4}
    shown = seen(run)
    assert (shown["status"], shown["picker"]) == ("under_way", petra.pk)
    assert [(stop["line"], stop["quantity"], stop["tote"]) for stop in shown["stops"]] == [
        (second, "4", 1),
        (first, "2", 1),
        (third, "1", 2),
    ]
    pick_in_run(actor=petra, run=run, picks=[Pick(second, 4)])
    pick_in_run(actor=petra, run=run, picks=[Pick(first, 2), Pick(third, 1)])
    shown = seen(run)
    assert (shown["status"], shown["stops"]) == ("done", [])
    assert [(line["line"], line["picked"]) for line in shown["lines"]] == [
        (first, "2"),
        (second, "4"),
        (third, "1"),
    ]
    clean()


def test_one_line_is_picked_from_several_bins_and_locations(company: World, petra: User) -> None:
    router = company.product()
    company.stock(router, 2)
    company.stock(router, 1, bin=company.bins[1])
    company.stock(router, 3, bin=company.bins[2])
    _, (line,) = reserved(company, (router, 6))
    run = started(petra, company, line)
    assert [(stop["bin_name"], stop["quantity"]) for stop in seen(run)["stops"]] == [("A1", "2"), ("A2", "1")]
    van = start_run(actor=petra, location=company.other.pk, lines=[line]).one("fulfilment.PickRun")
    assert [(stop["bin_name"], stop["quantity"]) for stop in seen(van)["stops"]] == [("A1", "3")]
    for bin in company.bins[:2]:
        pick_in_run(actor=petra, run=run, picks=[Pick(line, 1, bin=bin.place_id)])
    assert [(stop["bin_name"], stop["quantity"]) for stop in seen(run)["stops"]] == [("A1", "1")]
    pick_in_run(actor=petra, run=van, picks=[Pick(line, 3, bin=company.bins[2].place_id)])
    assert seen(van)["status"] == "done"
    assert held(line) == {"covered": 6, "bin": 1, "picked": 5, "to_bill": 6}
    clean()


def test_what_somebody_picks_is_nobody_elses(company: World, petra: User, wim: User) -> None:
    router = company.product()
    company.stock(router, 5)
    _, (line,) = reserved(company, (router, 2))
    run = started(petra, company, line)
    for act in (
        lambda: started(wim, company, line),
        lambda: pick(actor=wim, picks=[Pick(line, 1)]),
        lambda: pick(actor=HOUSE, picks=[Pick(line, 1)]),
        lambda: ship(actor=wim, picks=[Pick(line, 1)]),
        lambda: release(actor=wim, holds=[Hold(line, 1)]),
    ):
        refusal = refused(act, "being_picked")
        assert refusal.values["number"] == "PR-1"
        assert refusal.by is not None
        assert refusal.by.name == "Petra"
    take_over(actor=wim, run=run)
    refused(lambda: pick_in_run(actor=petra, run=run, picks=[Pick(line, 1)]), "being_picked")
    refused(lambda: take_over(actor=wim, run=run), "your_own_run")
    pick(actor=wim, picks=[Pick(line, 2)])
    assert seen(run)["status"] == "done"
    refused(lambda: take_over(actor=petra, run=run), "run_over")
    _, (other,) = order(company, (router, 3))
    pick(actor=petra, picks=[Pick(other, 3)])
    clean()


def test_stopping_frees_what_the_start_reserved_and_nothing_else(company: World, petra: User) -> None:
    router = company.product()
    company.stock(router, 5)
    _, (line,) = order(company, (router, 4))
    reserve(actor=HOUSE, holds=[Hold(line, 1)])
    run = started(petra, company, line)
    assert held(line) == {"covered": 4, "bin": 4, "to_bill": 4}
    pick_in_run(actor=petra, run=run, picks=[Pick(line, 2)])
    done = stop_run(actor=petra, run=run)
    # As a pick does, the run took what was reserved before it first.
    assert held(line) == {"covered": 2, "to_order": 2, "picked": 2, "to_bill": 4}
    assert seen(run)["status"] == "stopped"
    refused(lambda: stop_run(actor=petra, run=run), "run_over")
    refused(lambda: reverse(actor=HOUSE, entry=done.id), "is_a_reversal")
    _, (kept,) = reserved(company, (router, 3))
    run = started(petra, company, kept)
    done = stop_run(actor=petra, run=run)
    assert held(kept) == {"covered": 3, "bin": 3, "to_bill": 3}
    refused(lambda: reverse(actor=HOUSE, entry=done.id), "corrected_by_verb")
    company.stock(router, 1)
    pick(actor=HOUSE, picks=[Pick(line, 1)])
    clean()


def test_a_run_is_undone_whole_until_something_was_picked_in_it(company: World, petra: User) -> None:
    router = company.product()
    company.stock(router, 5)
    _, (line,) = order(company, (router, 4))
    done = start_run(actor=petra, location=company.location.pk, lines=[line])
    reverse(actor=HOUSE, entry=done.id)
    assert held(line) == {"to_order": 4, "to_bill": 4}
    assert not runs().exists()
    reserve(actor=HOUSE, holds=[Hold(line, 4)])
    done = start_run(actor=petra, location=company.location.pk, lines=[line])
    picked = pick_in_run(actor=petra, run=done.one("fulfilment.PickRun"), picks=[Pick(line, 4)])
    refused(lambda: reverse(actor=HOUSE, entry=done.id), "picked_since")
    reverse(actor=HOUSE, entry=picked.id)
    assert seen(done.one("fulfilment.PickRun"))["status"] == "under_way"
    clean()


def test_an_undo_gives_no_line_two_runs(company: World, petra: User, wim: User) -> None:
    router = company.product()
    company.stock(router, 5)
    _, (line,) = order(company, (router, 4))
    reserve(actor=HOUSE, holds=[Hold(line, 2)])
    run = started(petra, company, line)
    picked = pick_in_run(actor=petra, run=run, picks=[Pick(line, 4)])
    company.stock(router, 2)
    assert seen(run)["status"] == "done"
    unpick(actor=HOUSE, picks=[Pick(line, 1)])
    started(wim, company, line)
    refused(lambda: reverse(actor=HOUSE, entry=picked.id), "being_picked")
    clean()


def test_what_ends_for_its_document_ends_in_the_run(company: World, petra: User) -> None:
    router = company.product()
    company.stock(router, 9)
    ended = []
    for end in (
        lambda pk: hold(actor=HOUSE, order=pk, reason="Unpaid"),
        lambda pk: unconfirm(actor=HOUSE, order=pk),
        lambda pk: cancel(actor=HOUSE, order=pk),
    ):
        pk, (line,) = reserved(company, (router, 2))
        run = started(petra, company, line)
        done = end(pk)
        assert not PickTask.objects.filter(ended_at=None, void=None).exists()
        ended.append((run, done, pk))
    clean()
    run, done, pk = ended[0]
    refused(
        lambda: started(petra, company, *PickTask.objects.filter(run=run).values_list("line", flat=True)),
        "order_on_hold",
    )
    reverse(actor=HOUSE, entry=done.id)
    assert seen(run)["status"] == "under_way"
    clean()


def test_only_as_many_orders_go_along_as_there_are_totes(company: World, petra: User) -> None:
    router = company.product()
    company.stock(router, 9)
    _, (late,) = reserved(company, (router, 1))
    _, (urgent,) = order(company, (router, 2), priority="urgent")
    _, (last,) = reserved(company, (router, 1))
    run = started(petra, company, late, urgent, last, totes=2)
    assert [(line["line"], line["tote"]) for line in seen(run)["lines"]] == [(urgent, 1), (late, 2)]
    assert not PickTask.objects.filter(line=last).exists()
    refused(lambda: started(petra, company, last, totes=0), "not_positive")
    _, (nothing,) = order(company, (company.product(), 1))
    refused(lambda: started(petra, company, nothing), "nothing_to_pick_here")
    clean()


@pytest.mark.parametrize("act", ["start", "pick", "stop"])
def test_a_run_takes_as_many_statements_for_many_lines_as_for_one(
    company: World, petra: User, act: str
) -> None:
    counts = []
    company.stock(first := company.product(), 1)
    started(petra, company, *order(company, (first, 1))[1])
    for many in (1, 10, 100):
        products = [company.product() for _ in range(many)]
        for product in products:
            company.stock(product, 2)
        _, lines = order(company, *((product, 2) for product in products))
        if act != "start":
            run = started(petra, company, *lines)
        with CaptureQueriesContext(connection) as seen_now:
            if act == "start":
                started(petra, company, *lines)
            elif act == "pick":
                pick_in_run(actor=petra, run=run, picks=[Pick(line, 2) for line in lines])
            else:
                stop_run(actor=petra, run=run)
        counts.append(len(seen_now))
    assert len(set(counts)) == 1, counts
    assert PickRun.objects.count() == 4
