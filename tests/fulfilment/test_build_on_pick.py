"""A pick builds what is not there, where the product says so; undone, it comes apart again."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.fulfilment.trade import order, where
from tests.stock.test_build import bundle, worth
from tests.world import World, clean, entries, held, seen
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.sell import Sale, sell
from wharfinger.fulfilment.actions.picking import pick, unpick
from wharfinger.fulfilment.actions.shipping import pick_pack_ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.reverse import reverse
from wharfinger.site.remedies import remedy_words
from wharfinger.stock.actions.building import take_apart
from wharfinger.stock.rules.building import TakeApart

pytestmark = pytest.mark.django_db


def test_what_is_there_goes_first_and_the_rest_is_built(company: World) -> None:
    case, board = company.product(), company.product()
    server = bundle(company, (case, 1), (board, 2), build_on_pick=True)
    company.stock(server, 1, value_minor=5000)
    company.stock(case, 3, value_minor=300)
    company.stock(board, 5, value_minor=1000)
    _, (line,) = order(company, (server, 3))
    done = pick(actor=HOUSE, picks=[Pick(line, 3)])
    clean()
    assert held(line) == {"covered": 3, "picked": 3, "to_bill": 3}
    assert (held(0, case.pk), held(0, board.pk)) == ({"bin": 1}, {"bin": 1})
    assert (worth(server), worth(case), worth(board)) == (5000 + 200 + 800, 100, 200)
    reverse(actor=HOUSE, entry=done.id)
    clean()
    assert held(line) == {"to_order": 3, "to_bill": 3}
    assert (held(0, case.pk), held(0, board.pk), held(0, server.pk)) == ({"bin": 3}, {"bin": 5}, {"bin": 1})
    assert (worth(server), worth(case), worth(board)) == (5000, 300, 1000)


def test_what_was_built_and_is_put_back_stays_built_until_it_is_taken_apart(company: World) -> None:
    case = company.product()
    server = bundle(company, (case, 1), build_on_pick=True)
    company.stock(case, 2, value_minor=300)
    _, (line,) = order(company, (server, 2))
    pick(actor=HOUSE, picks=[Pick(line, 2)])
    unpick(actor=HOUSE, picks=[Pick(line, 1)])
    clean()
    assert held(line) == {"covered": 1, "to_order": 1, "picked": 1, "to_bill": 2}
    assert held(0, server.pk) == {"bin": 1}
    take_apart(actor=HOUSE, apart=TakeApart(server.pk, 1, company.location.place_id))
    clean()
    assert held(0, case.pk) == {"bin": 1}


def test_where_components_lack_nothing_is_picked(company: World) -> None:
    case = company.product()
    server = bundle(company, (case, 2), build_on_pick=True)
    company.stock(case, 3)
    _, (line,) = order(company, (server, 2))
    before = entries()
    with pytest.raises(Refusal) as found:
        pick(actor=HOUSE, picks=[Pick(line, 2)])
    assert (found.value.code, found.value.wanted, found.value.free) == ("not_enough", 2, 1)
    assert entries() == before
    plain = bundle(company, (case, 1))
    _, (other,) = order(company, (plain, 1))
    with pytest.raises(Refusal) as found:
        pick(actor=HOUSE, picks=[Pick(other, 1)])
    assert found.value.code == "not_enough"
    assert entries() == before + 2, "its components and its order"
    clean()


def test_numbered_units_are_built_under_the_numbers_that_are_picked(company: World) -> None:
    drive = company.product(traced="serial", cost_method="specific")
    server = bundle(company, (drive, 1), traced="serial", cost_method="specific", build_on_pick=True)
    company.stock(drive, 3, value_minor=600, serials=("D1", "D2", "D3"))
    company.stock(server, 1, serials=("S0",))
    _, (line,) = order(company, (server, 3))
    pick(actor=HOUSE, picks=[Pick(line, 3, serials=("S0", "S1", "S2"), inside=("D3", "D1"))])
    clean()
    assert [where(code)[0] for code in ("S0", "S1", "S2", "D2")] == ["picked", "picked", "picked", "bin"]
    _, (late,) = order(company, (server, 1))
    before = entries()
    with pytest.raises(Refusal):
        pick(actor=HOUSE, picks=[Pick(late, 1)])
    assert entries() == before


def test_one_step_builds_picks_and_sends(company: World) -> None:
    case = company.product()
    server = bundle(company, (case, 1), build_on_pick=True)
    company.stock(case, 2, value_minor=300)
    _, (line,) = order(company, (server, 2))
    done = pick_pack_ship(actor=HOUSE, picks=[Pick(line, 2)])
    clean()
    assert held(line)["customer"] == 2
    assert (worth(server), worth(case)) == (0, 0)
    reverse(actor=HOUSE, entry=done.id)
    clean()
    assert (held(0, case.pk), worth(case)) == ({"bin": 2}, 300)


def test_a_location_that_is_named_builds_there(company: World) -> None:
    case = company.product()
    server = bundle(company, (case, 1), build_on_pick=True)
    company.stock(case, 3)
    company.stock(case, 1, bin=company.bins[2])
    _, (line,) = order(company, (server, 2))
    pick(actor=HOUSE, picks=[Pick(line, 1, location=company.other.place_id)])
    clean()
    with pytest.raises(Refusal):
        pick(actor=HOUSE, picks=[Pick(line, 1, location=company.other.place_id)])
    pick(actor=HOUSE, picks=[Pick(line, 1)])
    clean()
    assert held(0, case.pk) == {"bin": 2}


def test_what_a_pick_would_build_is_told_beside_what_is_available(company: World, client: Client) -> None:
    case = company.product()
    server = bundle(company, (case, 2), build_on_pick=True)
    plain = bundle(company, (case, 2))
    company.stock(case, 7)
    company.stock(case, 3, bin=company.bins[2])
    company.stock(server, 1)
    client.force_login(company.user)
    path = f"/api/v1/stock/available?product={server.pk},{plain.pk}"
    rows = [
        (o["product"], o["location"], o["available"], o["buildable"])
        for o in client.get(path).json()["items"]
    ]
    main, van = company.location.pk, company.other.pk
    assert rows == [(server.pk, main, "1", "3"), (server.pk, van, "0", "1")]
    assert "4" in seen(client, f"/stock/products/{server.pk}/")
    told = client.get("/lines/about/", {"sku-0": server.sku}, headers={"HX-Trigger-Name": "sku-0"})
    assert "4 more can be built" in told.content.decode()


def test_a_refusal_offers_to_build(company: World) -> None:
    case = company.product()
    plain = bundle(company, (case, 1))
    company.stock(case, 4)
    _, (line,) = order(company, (plain, 2))
    with pytest.raises(Refusal) as found:
        pick(actor=HOUSE, picks=[Pick(line, 2)])
    remedy = next(one for one in found.value.remedies if one.verb == "build")
    assert remedy.values == {"product": plain.pk, "sku": plain.sku, "quantity": "4"}
    assert remedy_words(remedy) == ("Build 4", f"/stock/build/?product={plain.sku}&quantity=4")


def test_a_sale_at_once_builds_too(company: World) -> None:
    case = company.product()
    server = bundle(company, (case, 2), build_on_pick=True)
    company.stock(case, 5, value_minor=500)
    company.stock(server, 1, value_minor=300)
    before = entries()
    with pytest.raises(Refusal) as found:
        sell(actor=HOUSE, sales=[Sale(company.customer.pk, (LineWish(server.pk, 4),))])
    assert (found.value.code, found.value.wanted, found.value.free) == ("not_enough", 4, 3)
    assert entries() == before
    sell(actor=HOUSE, sales=[Sale(company.customer.pk, (LineWish(server.pk, 3), LineWish(case.pk, 1)))])
    clean()
    assert held(product=server.pk)["customer"] == 3
    assert (held(0, case.pk), worth(server), worth(case)) == ({}, 0, 0)
