"""A short pick: what is missing from its bin stands aside, and its line is served otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.fulfilment.test_walking import begun, stop_keys
from tests.fulfilment.trade import order, reserved, where
from tests.world import World, clean, entries, held, refused, seen
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.catalog.models import VendorPrice
from wharfinger.fulfilment.actions.runs import pick_in_run, short_pick, stop_run
from wharfinger.fulfilment.rules import Pick
from wharfinger.fulfilment.rules.runs import Short
from wharfinger.ledger.models import Entry
from wharfinger.ledger.reverse import reverse
from wharfinger.notices.mails import news_of
from wharfinger.parties.models import User
from wharfinger.stock.models import Reason

pytestmark = pytest.mark.django_db


def told(company: World, run: int, line: int, quantity: int, **more: Any) -> Entry:
    """Somebody says that units are missing from the first bin."""
    values = {"bin": company.bins[0].place_id} | more
    short = Short(line, quantity=quantity, **values)
    return short_pick(actor=company.user, run=run, short=short, reason="Not in its bin").entry


def test_others_of_the_location_serve_in_the_same_act(company: World) -> None:
    router = company.product()
    company.stock(router, 3)
    _, (line,) = reserved(company, (router, 3))
    company.stock(router, 2, bin=company.bins[1])
    run = begun(company, line)
    entry = told(company, run.pk, line, 2, then="again")
    assert held(line) == {"covered": 3, "bin": 3, "to_bill": 3}
    assert held(0, router.pk) == {"quarantine": 2}
    assert len(stop_keys(run)) == 2
    pick_in_run(actor=company.user, run=run.pk, picks=[Pick(line, 2, bin=company.bins[1].place_id)])
    clean()
    refused(lambda: told(company, run.pk, line, 1, then="again"), "nothing_elsewhere", "then")
    refused(lambda: told(company, run.pk, line, 2), "not_reserved_there", "quantity")
    refused(lambda: told(company, run.pk, line, 0), "not_positive", "quantity")
    refused(lambda: told(company, run.pk, line, 1, then="else"), "no_such_choice", "then")
    assert entry.reason == "Not in its bin"


def test_the_rest_is_ordered_or_left_wanted_and_an_undo_brings_both_back(company: World) -> None:
    router = company.product()
    company.stock(router, 4)
    _, (line,) = reserved(company, (router, 4))
    run = begun(company, line)
    told(company, run.pk, line, 1)
    assert held(line) == {"covered": 3, "demand": 1, "bin": 3, "to_bill": 4}
    entry = told(company, run.pk, line, 3, then="order")
    assert held(line) == {"demand": 1, "to_order": 3, "to_bill": 4}
    assert held(0, router.pk) == {"quarantine": 4}
    assert stop_keys(run) == []
    assert [(one.event, one.line) for one in news_of(entry)][:1] == [("short", line)]
    clean()
    reverse(actor=HOUSE, entry=entry.pk)
    assert held(line) == {"covered": 3, "demand": 1, "bin": 3, "to_bill": 4}
    assert len(stop_keys(run)) == 1
    clean()


def test_what_is_dear_waits_for_approval(company: World) -> None:
    router = company.product()
    company.stock(router, 2)
    VendorPrice.objects.update(cost_micro=900_000_000)
    _, (line,) = reserved(company, (router, 2))
    value = {"threshold_minor": 1_000, "self_approval": False}
    Setting.objects.update_or_create(key="approval", defaults={"value": value})
    run = begun(company, line)
    told(company, run.pk, line, 1, then="order")
    assert held(line) == {"covered": 1, "to_approve": 1, "bin": 1, "to_bill": 2}
    clean()


def test_a_missing_unit_is_named_and_only_the_picker_tells(company: World) -> None:
    phone = company.product(traced="serial", cost_method="specific")
    company.stock(phone, 2, serials=("S1", "S2"))
    _, (line,) = reserved(company, (phone, 2))
    run = begun(company, line)
    wim = User.objects.create(username="wim")
    wim.roles.add(*company.user.roles.all())
    short = Short(line, company.bins[0].place_id, 1, ("S2",))
    refused(lambda: short_pick(actor=wim, run=run.pk, short=short, reason="Gone"), "being_picked")
    refused(lambda: told(company, run.pk, line, 1, serials=("S9",)), "unknown_serial", "serials")
    told(company, run.pk, line, 1, serials=("s2",))
    assert where("S2") == ("quarantine", 0)
    assert where("S1") == ("bin", line)
    stop_run(actor=company.user, run=run.pk)
    refused(lambda: told(company, run.pk, line, 1), "not_in_run", "line")
    clean()


def test_a_reason_of_the_list_is_asked_where_only_the_list_holds(company: World) -> None:
    Reason.objects.create(name="Not in its bin", uses=["hold"])
    Setting.objects.update_or_create(key="listed_reasons_only", defaults={"value": True})
    router = company.product()
    company.stock(router, 2)
    _, (line,) = reserved(company, (router, 2))
    run = begun(company, line)
    short = Short(line, company.bins[0].place_id, 1)
    refused(
        lambda: short_pick(actor=company.user, run=run.pk, short=short, reason="Odd"),
        "reason_not_listed",
        "reason",
    )
    refused(lambda: short_pick(actor=company.user, run=run.pk, short=short, reason=" "), "missing", "reason")
    told(company, run.pk, line, 1)
    clean()


def test_it_is_told_on_the_telephone_and_over_http(company: World, client: Client, call: Any) -> None:
    client.force_login(company.user)
    router = company.product(sku="ROUTER")
    company.stock(router, 5)
    _, (line,) = reserved(company, (router, 4))
    run = begun(company, line)
    path, (stop,) = f"/pick-runs/{run.pk}/short/", stop_keys(run)
    page = seen(client, f"/pick-runs/{run.pk}/walk/")
    assert "How many are there?" in page
    before = entries()
    sent = {"stop": stop, "there": "4", "reason": "Not in its bin", "then": ""}
    client.post(path, sent)
    assert entries() == before
    assert "Then nothing is missing" in seen(client, f"/pick-runs/{run.pk}/walk/")
    client.post(path, {**sent, "there": "3", "key": "short-1"})
    client.post(path, {**sent, "there": "3", "key": "short-1"})
    assert held(line) == {"covered": 3, "demand": 1, "bin": 3, "to_bill": 4}
    said = {"line": line, "bin": company.bins[0].pk, "quantity": "1", "reason": "Empty", "then": "order"}
    status, body = call("post", f"/pick-runs/{run.pk}/short", said)
    assert (status, body["stops"][0]["quantity"]) == (200, "2")
    assert held(line) == {"covered": 2, "demand": 1, "to_order": 1, "bin": 2, "to_bill": 4}
    status, body = call("post", f"/pick-runs/{run.pk}/short", {**said, "quantity": "9"})
    assert (status, body["field"]) == (409, "quantity")
    assert call("post", f"/pick-runs/{run.pk}/short", {**said, "line": 4711})[1]["field"] == "line"
    given = call("get", "/reports/stock-by-reason")[1]
    assert str(given).count("short_pick") == 1
    clean()


def test_a_short_pick_takes_as_many_statements_for_many_units_as_for_one(company: World) -> None:
    counts = []
    for many in (1, 10, 100):
        phone = company.product(traced="serial", cost_method="specific")
        company.stock(phone, many, serials=tuple(f"{phone.sku}-{n}" for n in range(many)))
        _, (line,) = order(company, (phone, many))
        run = begun(company, line)
        with CaptureQueriesContext(connection) as seen_now:
            told(company, run.pk, line, many, then="order")
        counts.append(len(seen_now))
    assert len(set(counts[1:])) == 1, counts
