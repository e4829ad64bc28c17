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
from wharfinger.fulfilment.actions.picking import Missing, pick
from wharfinger.fulfilment.actions.runs import pick_in_run, short_pick, stop_run
from wharfinger.fulfilment.rules import Pick
from wharfinger.fulfilment.rules.short import Short
from wharfinger.ledger.models import Entry, Holding
from wharfinger.ledger.reverse import reverse
from wharfinger.notices.mails import news_of
from wharfinger.parties.models import User
from wharfinger.sales.actions.orders import hold
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


def lacking(line: int, bin: int, quantity: int, then: str = "", **more: Any) -> Missing:
    """So many units of a line that are missing from a bin."""
    values = {"reason": "Not in its bin"} | {key: more.pop(key) for key in ("reason", "note") if key in more}
    return Missing(Short(line, bin, quantity, then=then, **more), **values)


def test_whoever_picks_without_a_run_says_what_is_missing_in_the_same_act(company: World) -> None:
    router, phone = company.product(), company.product(traced="serial", cost_method="specific")
    company.stock(router, 5)
    company.stock(phone, 2, serials=("S1", "S2"))
    _, (line, named) = reserved(company, (router, 5), (phone, 2))
    company.stock(router, 1, bin=company.bins[1])
    here, before = company.bins[0].place_id, entries()
    done = pick(
        actor=company.user,
        picks=[Pick(line, 4), Pick(named, 1, serials=("S1",))],
        short=[
            lacking(line, here, 2, "again"),
            lacking(named, here, 1, "order", serials=("S2",), reason="Broken", note="The seal is off"),
        ],
    )
    assert (entries(), done.entry.verb) == (before + 1, "short_pick")
    assert done.entry.reason == "Not in its bin; Broken: The seal is off"
    # Of five three are there; one other is free at the location, and was taken at once.
    assert held(line) == {"covered": 4, "demand": 1, "picked": 4, "to_bill": 5}
    assert held(0, router.pk) == {"quarantine": 2}
    assert held(named) == {"covered": 1, "to_order": 1, "picked": 1, "to_bill": 2}
    assert (where("S1"), where("S2")) == (("picked", named), ("quarantine", 0))
    assert {(one.event, one.line) for one in news_of(done.entry)} >= {
        ("short", line),
        ("short", named),
        ("picked", line),
    }
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert held(line) == {"covered": 5, "bin": 5, "to_bill": 5}
    assert held(named) == {"covered": 2, "bin": 2, "to_bill": 2}
    clean()


def test_nothing_at_all_may_be_there_and_what_is_wrong_changes_nothing(company: World) -> None:
    router = company.product()
    company.stock(router, 3)
    _, (line,) = reserved(company, (router, 3))
    here = company.bins[0].place_id
    before = entries()

    def told(*short: Missing, picks: Any = ()) -> Any:
        return pick(actor=company.user, picks=picks, short=short)

    refused(lambda: told(lacking(line, here, 4)), "not_reserved_there", "short.0.quantity")
    refused(
        lambda: told(lacking(line, here, 2), lacking(line, here, 2)), "not_reserved_there", "short.1.quantity"
    )
    refused(lambda: told(lacking(line, here, 1, "again")), "nothing_elsewhere", "short.0.then")
    refused(lambda: told(lacking(line, here, 0)), "not_positive", "short.0.quantity")
    refused(lambda: told(lacking(line, here, 1, "else")), "no_such_choice", "short.0.then")
    refused(lambda: told(lacking(line, here, 1, reason=" ")), "missing", "short.0.reason")
    refused(lambda: told(lacking(4711, here, 1)), "no_such_line", "short.0.line")
    refused(
        lambda: told(lacking(line, here, 2), picks=[Pick(line, 2)]), "more_than_wanted", "picks.0.quantity"
    )
    refused(told, "no_lines", "picks")
    wim = User.objects.create(username="wim")
    refused(lambda: pick(actor=wim, short=[lacking(line, here, 1)]), "not_allowed")
    assert (entries(), held(line)) == (before, {"covered": 3, "bin": 3, "to_bill": 3})
    begun(company, line)
    wim.roles.add(*company.user.roles.all())
    another = User.objects.get(pk=wim.pk)
    refused(lambda: pick(actor=another, short=[lacking(line, here, 1)]), "being_picked")
    told(lacking(line, here, 3))
    assert held(line) == {"demand": 3, "to_bill": 3}
    clean()


def test_an_order_on_hold_is_not_picked_short_either(company: World) -> None:
    router = company.product()
    company.stock(router, 3)
    sheet, (line,) = reserved(company, (router, 3))
    hold(actor=HOUSE, order=sheet, reason="Not paid")
    short = [lacking(line, company.bins[0].place_id, 1)]
    refused(lambda: pick(actor=company.user, picks=[Pick(line, 2)], short=short), "order_on_hold")
    assert held(line)["bin"] == 3


def test_it_is_told_on_the_page_of_picking_and_over_http(company: World, client: Client, call: Any) -> None:
    client.force_login(company.user)
    router, phone = company.product(sku="ROUTER"), company.product(traced="serial", cost_method="specific")
    company.stock(router, 5)
    company.stock(phone, 2, serials=("S1", "S2"))
    sheet, (line, named) = reserved(company, (router, 4), (phone, 2))
    path, here = f"/orders/{sheet}/pick/", company.bins[0].place_id
    lot = Holding.objects.get(claim=line, kind="bin", quantity__gt=0).lot_id
    there, gone = f"there-{line}-{here}-{lot}", f"missing-{named}-{here}-0"
    page = seen(client, path)
    assert all(name in page for name in (there, gone, "Fewer are there", "The books have 4."))
    before = entries()
    sent = {f"quantity-{line}": "3", there: "3", f"then-{line}": ""}
    answer = client.post(path, sent)
    assert (answer.status_code, f'id="f-reason-{line}-e"' in answer.content.decode()) == (422, True)
    answer = client.post(path, {**sent, there: "4", f"reason-{line}": "Gone"})
    assert "Then nothing is missing. Take what is there." in answer.content.decode()
    assert entries() == before
    both = {gone: ["S2"], f"reason-{named}": "Broken", f"then-{named}": "order", f"serial-{named}": ["S1"]}
    answer = client.post(path, {**sent, **both, f"reason-{line}": "Gone", "key": "short"}, follow=True)
    told = f"Set 1 × ROUTER, 1 × {phone.sku} S2 aside: they are missing from their bin. Picked 3 × ROUTER, 1 × {phone.sku} S1."
    assert told in answer.content.decode()
    assert held(line) == {"covered": 3, "demand": 1, "picked": 3, "to_bill": 4}
    assert held(named) == {"covered": 1, "to_order": 1, "picked": 1, "to_bill": 2}
    assert entries() == before + 1
    _, (other,) = reserved(company, (router, 1))
    said = {"line": other, "bin": company.bins[0].pk, "quantity": "1", "reason": "Empty"}
    status, body = call("post", "/pick", {"short": [{**said, "quantity": "2"}]})
    assert (status, body["field"]) == (409, "short.0.quantity")
    assert call("post", "/pick", {"short": [{**said, "line": 4711}]})[1]["field"] == "short.0.line"
    assert call("post", "/pick", {"short": [{**said, "bin": 4711}]})[1]["field"] == "short.0.bin"
    assert call("post", "/pick", {})[0] == 422
    status, body = call("post", "/pick", {"short": [said]})
    assert (status, [one["id"] for one in body["lines"]]) == (200, [other])
    assert held(other) == {"demand": 1, "to_bill": 1}
    # What was picked in the same act neither came nor went by that reason.
    rows = [row for row in call("get", "/reports/stock-by-reason")[1]["items"] if row["verb"] == "short_pick"]
    assert {(row["sku"], row["went"]) for row in rows} == {
        ("ROUTER", "2"),
        (phone.sku, "1"),
    }
    clean()


def test_lines_picked_short_take_as_many_statements_as_one(company: World) -> None:
    counts = []
    for many in (1, 10, 30):
        products = [company.product() for _ in range(many)]
        for product in products:
            company.stock(product, 3)
        _, lines = reserved(company, *((product, 3) for product in products))
        short = [lacking(line, company.bins[0].place_id, 1, "order") for line in lines]
        with CaptureQueriesContext(connection) as seen_now:
            pick(actor=company.user, picks=[Pick(line, 2) for line in lines], short=short)
        counts.append(len(seen_now))
    assert counts[1] == counts[2], counts
