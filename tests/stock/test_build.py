"""Bundles are built of their components and taken apart: lots and cost go in and come back exactly."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.world import World, clean, entries, held, seen, world
from wharfinger.base import clock
from wharfinger.base.refusal import Refusal
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.models import Product
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.models import Holding, Layer, Lot, Move
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.write import Written
from wharfinger.sales.actions.orders import create_order, reserve
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.stock.actions.building import build, replace_component, take_apart
from wharfinger.stock.actions.goods import adjust, correct_serial
from wharfinger.stock.queries.buildable import takes
from wharfinger.stock.queries.built import contents, inside_once
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.building import Build, Exchange, TakeApart

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def bundle(company: World, *parts: tuple[Product, int], **values: Any) -> Product:
    whole = company.product(**values)
    components = [{"product": part.pk, "quantity": str(units)} for part, units in parts]
    change_product(actor=company.user, product=whole.pk, values={}, components=components)
    return whole


def built(company: World, whole: Product, quantity: int, **more: Any) -> Written:
    return build(actor=company.user, build=Build(whole.pk, quantity, company.location.place_id, **more))


def apart(company: World, whole: Product, quantity: int, **more: Any) -> Written:
    wish = TakeApart(whole.pk, quantity, company.location.place_id, **more)
    return take_apart(actor=company.user, apart=wish)


def worth(product: Product) -> int:
    return sum(Layer.objects.filter(product=product).values_list("value_minor", flat=True))


def test_a_component_from_several_bins_comes_back_whole_with_each_unit(company: World) -> None:
    """Two of a board go into each: one bin gave three, the other one; half of that is two, not one."""
    board = company.product()
    server = bundle(company, (board, 2))
    company.stock(board, 3, value_minor=300)
    company.stock(board, 1, bin=company.bins[1], value_minor=100)
    built(company, server, 2)
    assert held(product=board.pk).get("bin", 0) == 0
    apart(company, server, 1)
    assert (held(product=board.pk)["bin"], held(product=server.pk)["bin"]) == (2, 1)
    apart(company, server, 1)
    assert (held(product=board.pk)["bin"], held(product=server.pk).get("bin", 0)) == (4, 0)
    assert (worth(board), worth(server)) == (400, 0)
    clean()


def test_components_go_in_and_come_back_at_what_they_cost(company: World) -> None:
    case, board = company.product(), company.product(cost_method="average")
    server = bundle(company, (case, 1), (board, 2))
    company.stock(case, 3, value_minor=100)
    company.stock(board, 4, value_minor=1001)
    made = built(company, server, 2, extra_minor=50)
    clean()
    assert held(product=server.pk) == {"bin": 2}
    assert (worth(server), worth(case), worth(board)) == (67 + 1001 + 50, 33, 0)
    apart(company, server, 1)
    clean()
    assert (held(product=case.pk), held(product=board.pk)) == ({"bin": 2}, {"bin": 2})
    assert worth(server) == 559
    apart(company, server, 1)
    clean()
    assert (worth(server), worth(case), worth(board)) == (0, 100, 1001)
    before = entries()
    with pytest.raises(Refusal) as refused:
        apart(company, server, 1)
    assert refused.value.code == "not_enough"
    with pytest.raises(Refusal):
        reverse(actor=company.user, entry=made.id)
    assert entries() == before


def test_numbered_units_go_into_numbered_ones(company: World) -> None:
    drive = company.product(traced="serial", cost_method="specific")
    server = bundle(company, (drive, 1), traced="serial", cost_method="specific")
    for code, cost in (("D1", 100), ("D2", 250)):
        company.stock(drive, 1, value_minor=cost, serials=(code,))
    made = built(company, server, 2, serials=("S1", "S2"), inside=("D1", "D2"))
    clean()
    assert sorted(Layer.objects.filter(product=server).values_list("value_minor", flat=True)) == [100, 250]
    (second,) = Holding.objects.filter(lot__code="S2", quantity__gt=0, unbounded=False)
    apart(company, server, 1, lots=(second.lot_id,))
    clean()
    assert list(Holding.objects.filter(kind="bin", quantity=1).values_list("lot__code", flat=True)) == [
        "D2",
        "S1",
    ] or set(Holding.objects.filter(kind="bin", quantity=1).values_list("lot__code", flat=True)) == {
        "D2",
        "S1",
    }
    assert worth(drive) == 250
    built(company, server, 1, serials=("S2",))
    clean()
    assert made.id


def test_short_sub_bundles_go_in_as_their_components(company: World) -> None:
    screw, frame = company.product(), company.product()
    inner = bundle(company, (screw, 4))
    outer = bundle(company, (inner, 1), (frame, 1))
    company.stock(screw, 20, value_minor=200)
    company.stock(frame, 3, value_minor=300)
    built(company, inner, 1)
    built(company, outer, 3)
    clean()
    assert held(product=screw.pk).get("bin", 0) == 8
    assert (held(product=inner.pk), held(product=outer.pk)) == ({}, {"bin": 3})
    assert worth(outer) == 300 + 120
    apart(company, outer, 3)
    clean()
    assert (held(product=screw.pk), held(product=inner.pk)) == ({"bin": 16}, {"bin": 1})
    before = entries()
    with pytest.raises(Refusal) as refused:
        built(company, outer, 6)
    assert refused.value.code == "not_enough"
    assert refused.value.values["sku"] == frame.sku
    assert (refused.value.product, refused.value.free) == (frame.pk, 2)
    assert entries() == before


def test_a_build_is_undone_while_the_bundle_is_there(company: World) -> None:
    case = company.product()
    server = bundle(company, (case, 1))
    company.stock(case, 2)
    made = built(company, server, 2)
    order = create_order(
        actor=company.user, wish=OrderWish(company.customer.pk, (LineWish(server.pk, 1),), confirm=True)
    )
    reserved = reserve(actor=company.user, holds=[Hold(order.made["ledger.Claim"][0], 1)])
    before = entries()
    with pytest.raises(Refusal) as refused:
        reverse(actor=company.user, entry=made.id)
    assert refused.value.code == "goods_moved_on"
    assert entries() == before
    reverse(actor=company.user, entry=reserved.id)
    reverse(actor=company.user, entry=made.id)
    clean()
    assert held(product=case.pk) == {"bin": 2}


@pytest.mark.parametrize(
    ("values", "more", "code"),
    [
        ({"fixed": True}, {}, "stays_whole"),
        ({}, {}, "not_built_here"),
    ],
)
def test_what_stays_whole_or_came_whole_is_not_taken_apart(
    company: World, values: dict[str, Any], more: dict[str, Any], code: str
) -> None:
    case = company.product()
    server = bundle(company, (case, 1), **values)
    company.stock(server, 1)
    before = entries()
    with pytest.raises(Refusal) as refused:
        apart(company, server, 1, **more)
    assert refused.value.code == code
    assert entries() == before


def test_what_has_no_components_is_not_built(company: World) -> None:
    before = entries()
    with pytest.raises(Refusal) as refused:
        built(company, company.product(), 1)
    assert refused.value.code == "not_built"
    assert entries() == before


def exchange(
    company: World, unit: str, out: str | Product, instead: Product, code: str = "", n: int = 1
) -> Written:
    lots = Lot.objects.filter(code=out) if isinstance(out, str) else Lot.objects.filter(product=out, code="")
    wish = Exchange(Lot.objects.get(code=unit).pk, lots.get().pk, n, instead.pk, n, code)
    return replace_component(actor=company.user, exchange=wish)


def inside(unit: str) -> list[tuple[str, str, int]]:
    found = contents(Lot.objects.get(code=unit).pk)
    return sorted((one.lot.product.sku, one.lot.code, one.quantity) for one in found)


@pytest.fixture
def server(company: World) -> tuple[Product, Product, Product]:
    """One server S1 of the drive D1 and four sticks of memory; D2 and another stick are in stock."""
    drive = company.product(sku="DRIVE", traced="serial", cost_method="specific")
    stick = company.product(sku="STICK")
    whole = bundle(company, (drive, 1), (stick, 4), sku="SERVER", traced="serial", cost_method="specific")
    company.stock(stick, 4, value_minor=1000)
    company.stock(stick, 1, value_minor=700)
    for code, cost in (("D1", 100), ("D2", 250)):
        company.stock(drive, 1, value_minor=cost, serials=(code,))
    built(company, whole, 1, serials=("S1",), inside=("D1",), extra_minor=30)
    return whole, drive, stick


def test_a_component_is_exchanged_in_one_act_and_back(company: World, server: Any) -> None:
    whole, drive, stick = server
    assert inside("S1") == [("DRIVE", "D1", 1), ("STICK", "", 4)]
    done = exchange(company, "S1", "D1", drive, "D2")
    clean()
    assert inside("S1") == [("DRIVE", "D2", 1), ("STICK", "", 4)]
    assert (worth(whole), worth(drive)) == (1000 + 250 + 30, 100)
    exchange(company, "S1", stick, stick)
    clean()
    assert inside("S1") == [("DRIVE", "D2", 1), ("STICK", "", 4)]
    assert (worth(whole), worth(stick)) == (750 + 700 + 250 + 30, 250)
    before = entries()
    with pytest.raises(Refusal) as refused:
        reverse(actor=company.user, entry=done.id)
    assert refused.value.code == "exchanged_since"
    assert entries() == before
    apart(company, whole, 1)
    clean()
    assert (worth(whole), worth(drive), worth(stick)) == (0, 350, 1700)
    assert (held(0, drive.pk), held(0, stick.pk)) == ({"bin": 2}, {"bin": 5})


def test_an_exchange_is_undone_and_a_build_only_without_one(company: World, server: Any) -> None:
    whole, drive, stick = server
    build_entry = Move.objects.get(target__lot__code="S1", target__kind="bin").entry_id
    done = exchange(company, "S1", "D1", drive, "D2")
    with pytest.raises(Refusal) as refused:
        reverse(actor=company.user, entry=build_entry)
    assert refused.value.code == "exchanged_since"
    reverse(actor=company.user, entry=done.id)
    clean()
    assert inside("S1") == [("DRIVE", "D1", 1), ("STICK", "", 4)]
    reverse(actor=company.user, entry=build_entry)
    clean()
    assert (held(0, drive.pk), held(0, stick.pk), worth(whole)) == ({"bin": 2}, {"bin": 5}, 0)


def test_a_reserved_unit_keeps_its_claim_and_what_is_not_inside_is_not_exchanged(
    company: World, server: Any
) -> None:
    whole, drive, stick = server
    order = create_order(
        actor=company.user, wish=OrderWish(company.customer.pk, (LineWish(whole.pk, 1),), confirm=True)
    )
    (line,) = order.made["ledger.Claim"]
    reserve(actor=company.user, holds=[Hold(line, 1)])
    before = entries()
    for out, instead, code, n, why in (
        ("D2", drive, "", 1, "not_inside"),
        (stick, stick, "", 5, "not_inside"),
        ("D1", drive, "D9", 1, "unknown_serial"),
        (stick, stick, "", 2, "not_enough"),
    ):
        with pytest.raises(Refusal) as refused:
            exchange(company, "S1", out, instead, code, n)
        assert refused.value.code == why
    assert entries() == before
    exchange(company, "S1", "D1", drive)
    clean()
    assert held(line) == {"covered": 1, "bin": 1, "to_bill": 1}
    change_product(actor=company.user, product=whole.pk, values={"fixed": True})
    with pytest.raises(Refusal) as refused:
        exchange(company, "S1", "D2", drive)
    assert refused.value.code == "stays_whole"


def test_a_unit_tells_what_is_inside_and_what_it_is_inside_of(
    company: World, server: Any, client: Client
) -> None:
    whole, drive, _stick = server
    client.force_login(company.user)
    unit, part, other = (Lot.objects.get(code=code).pk for code in ("S1", "D1", "D2"))
    page = seen(client, f"/serials/{part}/")
    assert "inside SERVER S1" in page
    page = seen(client, f"/serials/{unit}/")
    assert f"/serials/{unit}/exchange/?out={part}" in page
    assert "4 × STICK" in page
    assert client.get(f"/serials/{other}/exchange/").status_code == 404
    seen(client, f"/serials/{unit}/exchange/?out={part}")
    said = {"out": part, "product": "DRIVE", "quantity": "1", "serials": ["D2"]}
    answer = client.post(f"/serials/{unit}/exchange/", said, follow=True)
    assert "Exchanged a component of S1." in answer.content.decode()
    told = client.get("/api/v1/serials/D2").json()
    assert told["inside"] == {"id": unit, "sku": "SERVER", "serial": "S1"}
    told = client.get("/api/v1/serials/S1").json()
    assert {one["code"] for one in told["contents"]} == {"D2", ""}
    body = {
        "product": whole.pk,
        "serial": "S1",
        "component": {"product": drive.pk, "serial": "D2"},
        "instead": {"product": drive.pk, "serial": "D1"},
    }
    done = client.post("/api/v1/stock/replace-component", body, content_type="application/json")
    assert done.status_code == 200, done.content
    assert inside("S1") == [("DRIVE", "D1", 1), ("STICK", "", 4)]
    clean()


def test_what_has_expired_goes_into_nothing_unless_it_is_named(company: World) -> None:
    glue = company.product(traced="batch")
    whole = bundle(company, (glue, 1))
    today = clock.today("Europe/Berlin")
    for batch, day in (("OLD", today - timedelta(days=1)), ("NEW", today + timedelta(days=9))):
        found = Adjustment(glue.pk, 1, company.location.place_id, batch=batch, expires_on=day)
        adjust(actor=company.user, items=[found], reason="Found")
    assert takes(whole, company.location.place_id, 2).can == 1
    before = entries()
    with pytest.raises(Refusal) as refused:
        built(company, whole, 2)
    assert refused.value.code == "expired"
    assert entries() == before
    built(company, whole, 1)
    assert {h.lot.code for h in Holding.objects.filter(product=glue, kind="bin", quantity=1)} == {"OLD"}
    built(company, whole, 1, inside=("OLD",))
    clean()


def test_what_is_inside_is_not_found_elsewhere_until_it_comes_out(company: World, server: Any) -> None:
    whole, drive, _stick = server
    found = Adjustment(drive.pk, 1, company.location.place_id, serials=("D1",))
    before = entries()
    with pytest.raises(Refusal) as refused:
        adjust(actor=company.user, items=[found], reason="Found")
    assert refused.value.code == "serial_elsewhere"
    assert entries() == before
    apart(company, whole, 1)
    lost = Adjustment(drive.pk, -1, company.location.place_id, serials=("D1",))
    adjust(actor=company.user, items=[lost], reason="Lost")
    adjust(actor=company.user, items=[found], reason="Found")
    clean()
    built(company, whole, 1, serials=("S1",), inside=("D1",))
    clean()


def test_a_corrected_number_still_comes_apart(company: World, server: Any) -> None:
    whole, drive, _stick = server
    exchange(company, "S1", "D1", drive, "D2")
    for old, new in (("S1", "S7"), ("S7", "S8")):
        lot = Lot.objects.get(code=old).pk
        correct_serial(actor=company.user, lot=lot, serial=new, reason="Misread")
    assert inside("S8") == [("DRIVE", "D2", 1), ("STICK", "", 4)]
    exchange(company, "S8", "D2", drive, "D1")
    clean()
    apart(company, whole, 1)
    clean()
    assert (held(0, drive.pk), worth(whole)) == ({"bin": 2}, 0)


def test_the_audit_finds_what_is_inside_and_elsewhere(company: World, server: Any) -> None:
    assert server
    assert inside_once() == []
    clean()
    lot = Lot.objects.get(code="D1")
    Holding.objects.filter(lot=lot, kind="bin").update(quantity=1)
    assert [one.where for one in inside_once()] == [str(lot.pk)]
