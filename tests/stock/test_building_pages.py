"""The pages on which bundles are built and taken apart."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.stock.test_build import bundle
from tests.world import World, clean, entries, held, seen, world
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Holding, Layer
from wharfinger.parties.models import Role, User
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.stock.actions.building import build, take_apart
from wharfinger.stock.queries.buildable import takes
from wharfinger.stock.rules.building import Build, TakeApart

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def browser(client: Client, company: World) -> Client:
    client.force_login(company.user)
    return client


def test_what_goes_in_what_lacks_and_what_it_costs_is_seen_before(browser: Client, company: World) -> None:
    case, board = company.product(), company.product()
    server = bundle(company, (case, 1), (board, 2))
    company.stock(case, 3, value_minor=300)
    company.stock(board, 5, value_minor=1000)
    asked = f"product={server.sku}&location=location-{company.location.pk}"
    before = entries()
    page = seen(browser, f"/stock/build/?{asked}&quantity=2")
    assert "So many can be built here: 2" in page
    assert "10.00" in page
    page = seen(browser, f"/stock/build/?{asked}&quantity=4")
    assert "1 short" in page
    assert "3 short" in page
    assert entries() == before
    said = {"product": server.sku, "location": f"location-{company.location.pk}", "quantity": "2"}
    answer = browser.post("/stock/build/", said | {"extra_cost": "1.50"}, follow=True)
    assert f"Built 2 × {server.sku} at Main / A1." in answer.content.decode()
    assert held(product=server.pk) == {"bin": 2}
    assert sum(Layer.objects.filter(product=server).values_list("value_minor", flat=True)) == 1150
    page = seen(browser, f"/stock/take-apart/?{asked}&quantity=1")
    assert board.sku in page
    answer = browser.post("/stock/take-apart/", said | {"quantity": "1"}, follow=True)
    assert f"Took 1 × {server.sku} apart at Main / A1." in answer.content.decode()
    assert held(product=board.pk) == {"bin": 3}
    clean()


def test_numbers_are_scanned_for_what_goes_in_and_what_comes_out(browser: Client, company: World) -> None:
    drive = company.product(traced="serial", cost_method="specific")
    server = bundle(company, (drive, 1), traced="serial", cost_method="specific")
    company.stock(drive, 2, serials=("D1", "D2"))
    said = {"product": server.sku, "location": f"bin-{company.bins[1].pk}", "quantity": "1"}
    assert drive.sku in seen(
        browser, f"/stock/build/?product={server.sku}&quantity=1&location=bin-{company.bins[1].pk}"
    )
    before = entries()
    refused = browser.post("/stock/build/", said | {"inside": ["D9"], "serials": ["S1"]})
    assert "is the number of no component" in refused.content.decode()
    assert entries() == before
    browser.post("/stock/build/", said | {"inside": ["D2"], "serials": ["S1"]})
    there = Holding.objects.filter(kind="bin", quantity__gt=0).values_list("lot__code", "place_id")
    assert set(there) == {("D1", company.bins[0].place_id), ("S1", company.bins[1].place_id)}
    clean()


def test_short_sub_bundles_are_told_with_their_own_components(company: World) -> None:
    screw, frame = company.product(), company.product()
    inner = bundle(company, (screw, 4))
    outer = bundle(company, (inner, 1), (frame, 1))
    company.stock(screw, 20)
    company.stock(frame, 3)
    company.stock(inner, 1)
    found = takes(outer, company.location.place_id, 3)
    told = {part.product.pk: (part.needed, part.free, part.short, part.instead) for part in found.parts}
    assert told == {inner.pk: (3, 1, 0, 2), frame.pk: (3, 3, 0, 0), screw.pk: (8, 20, 0, 0)}
    assert (found.can, found.short) == (3, False)
    short = takes(outer, company.location.place_id, 8)
    assert {part.product.pk: part.short for part in short.parts} == {inner.pk: 0, frame.pk: 5, screw.pk: 8}


def test_looking_takes_as_many_statements_for_many_components(browser: Client, company: World) -> None:
    counts = []
    for many in (2, 12):
        parts = [company.product() for _ in range(many)]
        for part in parts:
            company.stock(part, 5)
        server = bundle(company, *((part, 1) for part in parts))
        path = f"/stock/build/?product={server.sku}&location=location-{company.location.pk}&quantity=2"
        seen(browser, path)
        with CaptureQueriesContext(connection) as found:
            seen(browser, path)
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_who_may_not_adjust_does_not_build_and_who_sees_no_costs_sees_none(
    client: Client, company: World
) -> None:
    case = company.product()
    server = bundle(company, (case, 1))
    company.stock(case, 1, value_minor=98765)
    clerk = User.objects.create(username="clerk")
    clerk.roles.add(Role.objects.create(name="looks", permissions=["stock.read"]))
    client.force_login(clerk)
    assert client.get("/stock/build/").status_code == 403
    clerk.roles.add(Role.objects.create(name="builds", permissions=["stock.adjust"]))
    asked = f"product={server.sku}&location=location-{company.location.pk}&quantity=1"
    assert "987.65" not in seen(client, f"/stock/build/?{asked}")


def test_building_and_picking_take_as_many_statements_for_many_components(company: World) -> None:
    counts: dict[str, list[int]] = {"build": [], "pick": [], "apart": []}
    for many in (2, 12):
        parts = [company.product() for _ in range(many)]
        for part in parts:
            company.stock(part, 6)
        server = bundle(company, *((part, 1) for part in parts), build_on_pick=True)
        wish = OrderWish(company.customer.pk, (LineWish(server.pk, 3),), confirm=True)
        (line,) = create_order(actor=company.user, wish=wish).made["ledger.Claim"]
        place = company.location.place_id
        acts: tuple[tuple[str, Any], ...] = (
            ("build", partial(build, actor=company.user, build=Build(server.pk, 2, place))),
            ("apart", partial(take_apart, actor=company.user, apart=TakeApart(server.pk, 1, place))),
            ("pick", partial(pick, actor=company.user, picks=[Pick(line, 3)])),
        )
        for name, act in acts:
            with CaptureQueriesContext(connection) as found:
                act()
            counts[name].append(len(found))
    assert all(few == much for few, much in counts.values()), counts


def test_what_building_takes_is_told_over_http(browser: Client, company: World) -> None:
    case, board = company.product(), company.product()
    server = bundle(company, (case, 1), (board, 2))
    company.stock(case, 3)
    company.stock(board, 5)
    asked = f"product={server.pk}&location={company.location.pk}"
    told = browser.get(f"/api/v1/stock/build?{asked}&quantity=3").json()
    assert (told["quantity"], told["can_build"]) == ("3", "2")
    assert [(p["product"], p["in_one"], p["needed"], p["available"], p["short"]) for p in told["parts"]] == [
        (case.pk, "1", "3", "3", "0"),
        (board.pk, "2", "6", "5", "1"),
    ]
    assert browser.get(f"/api/v1/stock/build?{asked}&quantity=0").status_code == 422
    assert browser.get(f"/api/v1/stock/build?product=99999&location={company.location.pk}").status_code == 422
