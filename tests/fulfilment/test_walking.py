"""A run on the telephone: each stop is posted by itself, once, and what was really taken counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.fulfilment.trade import reserved, where
from tests.world import World, clean, entries, held, seen
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.fulfilment.actions.runs import start_run
from wharfinger.fulfilment.models import PickRun
from wharfinger.fulfilment.queries.runs import runs, stops_of, tasks_of
from wharfinger.ledger.models import Entry, Lot
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.rules.adjusting import Adjustment

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client: Client, company: World) -> Client:
    """Somebody with a telephone."""
    client.force_login(company.user)
    return client


def begun(company: World, *lines: int) -> PickRun:
    """A run of theirs over these lines."""
    done = start_run(actor=company.user, location=company.location.pk, lines=lines)
    return PickRun.objects.get(pk=done.one("fulfilment.PickRun"))


def stop_keys(run: PickRun) -> list[str]:
    """The stops that are left, in walking order."""
    found = list(runs().filter(pk=run.pk))
    return [stop.key for stop in stops_of(found, tasks_of(found)).get(run.pk, [])]


def test_each_stop_is_posted_by_itself_and_sent_twice_is_done_once(company: World, person: Client) -> None:
    router, cable = company.product(sku="ROUTER"), company.product(sku="CABLE")
    company.stock(router, 3)
    company.stock(cable, 4, bin=company.bins[1])
    _, (first, second) = reserved(company, (router, 3), (cable, 4))
    run = begun(company, first, second)
    path = f"/pick-runs/{run.pk}/walk/"
    page = seen(person, path)
    for said in ("2 to go", "ROUTER", "PR-1/1", "A1", "Scan the bin, then the goods"):
        assert said in page, said
    here, there = stop_keys(run)
    sent = {"stop": here, "quantity": "2", "key": "walk-one"}
    response = person.post(path, sent)
    assert response["Location"] == f"{path}?at={company.bins[0].pk}"
    before = entries()
    assert person.post(path, sent).status_code == 303
    assert entries() == before
    assert held(first)["picked"] == 2
    assert Entry.objects.latest("pk").verb == "pick"
    assert "Scan the goods" in seen(person, response["Location"])
    assert "CABLE" in seen(person, f"{path}?later={here}")
    for wrong, said in (
        ({"quantity": "5"}, "5 wanted"),
        ({"quantity": "x"}, "number"),
        ({}, "Scan what you take"),
    ):
        response = person.post(path, {"stop": here, **wrong})
        assert response.status_code in (409, 422)
        assert said in response.content.decode()
    assert person.post(path, {"stop": "nonsense", "quantity": "1"}).status_code == 404
    assert entries() == before
    person.post(path, {"stop": there, "quantity": "4"})
    person.post(path, {"stop": here, "quantity": "1"})
    page = seen(person, path)
    for said in ("Nothing is left to be taken", "PR-1/1", "CABLE", f"/packing/{company.site.pk}/"):
        assert said in page, said
    clean()


def test_the_unit_that_was_really_taken_counts(company: World, person: Client) -> None:
    phone = company.product(traced="serial", cost_method="specific")
    company.stock(phone, 3, serials=("S1", "S2", "S3"))
    _, (line,) = reserved(company, (phone, 2))
    run = begun(company, line)
    free = next(code for code in ("S1", "S2", "S3") if where(code)[1] == 0)
    path, (stop,) = f"/pick-runs/{run.pk}/walk/", stop_keys(run)
    response = person.post(path, {"stop": stop, "quantity": "1"})
    assert response.status_code == 422
    assert "There are 2 such units here" in response.content.decode()
    person.post(path, {"stop": stop, "serial": [free]})
    (stop,) = stop_keys(run)
    assert 'name="single"' in seen(person, path)
    assert where(free) == ("picked", line)
    assert held(line) == {"covered": 2, "bin": 1, "picked": 1, "to_bill": 2}
    clean()


def test_the_batch_that_expires_first_is_proposed_and_another_may_be_taken(
    company: World, person: Client
) -> None:
    milk = company.product(traced="batch")
    today = clock.today("Europe/Berlin")
    for batch, days in (("LATE", 90), ("SOON", 9)):
        at = company.location.place_id
        adjust(
            actor=HOUSE,
            items=[
                Adjustment(
                    milk.pk, 5, at, batch=batch, expires_on=today + timedelta(days=days), unit_cost_micro=0
                )
            ],
            reason="Found",
        )
    _, (line,) = reserved(company, (milk, 3))
    run = begun(company, line)
    path, (stop,) = f"/pick-runs/{run.pk}/walk/", stop_keys(run)
    assert "SOON" in seen(person, path)
    person.post(path, {"stop": stop, "quantity": "2"})
    person.post(path, {"stop": stop, "quantity": "1", "batch": "late"})
    picked = Lot.objects.filter(holdings__kind="picked", holdings__claim=line, holdings__quantity__gt=0)
    assert sorted(picked.values_list("code", "holdings__quantity")) == [("LATE", 1), ("SOON", 2)]
    clean()


def test_a_wrong_code_says_what_it_is_and_where_it_belongs(company: World, person: Client) -> None:
    router, cable = company.product(sku="ROUTER"), company.product(sku="CABLE", name="Cable")
    company.stock(router, 3)
    company.stock(cable, 1, bin=company.bins[1])
    nothing = company.product(sku="NOTHING")
    _, (line,) = reserved(company, (router, 3))
    run = begun(company, line)
    (stop,) = stop_keys(run)

    def what(code: str) -> Any:
        return person.get(f"/pick-runs/{run.pk}/what/", {"stop": stop, "code": code}).json()

    assert what("A2")["words"] == "That is another bin. Go to A1."
    assert what("cable")["words"] == "That is CABLE · Cable. It belongs into A2."
    assert what("NOTHING")["words"] == f"That is NOTHING · {nothing.name}. The books have none of it here."
    assert what("?")["words"].startswith("Nobody knows this code.")
    assert what("ROUTER")["mine"]
    assert person.get(f"/pick-runs/{run.pk}/what/", {"stop": "gone", "code": "A1"}).status_code == 404
