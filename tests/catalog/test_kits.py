"""Serial numbers that are named for a kit go to the components that have them, in every verb and at every door."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.catalog.test_components import kit_of
from tests.world import World, clean, entries, held, seen, world
from wharfinger.base.refusal import BadInput
from wharfinger.catalog.models import Product
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.sell import Sale, sell
from wharfinger.fulfilment.actions.picking import pick, unpick
from wharfinger.fulfilment.actions.shipping import pick_pack_ship, ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Holding
from wharfinger.returns.actions.receiving import take_back
from wharfinger.returns.rules.receiving import Returned
from wharfinger.returns.rules.requesting import Asked
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.rules.adjusting import Adjustment

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


@pytest.fixture
def parts(company: World) -> tuple[Product, Product, Product]:
    """A phone with numbers, a battery in batches, and a cable."""
    phone = company.product(traced="serial", cost_method="specific")
    battery = company.product(traced="batch")
    cable = company.product()
    company.stock(phone, 3, serials=("S1", "S2", "S3"))
    company.stock(cable, 9)
    for batch in ("B1", "B2"):
        found = Adjustment(battery.pk, 3, company.location.place_id, batch=batch)
        adjust(actor=company.user, items=[found], reason="Found")
    return phone, battery, cable


def ordered(company: World, kit: int, quantity: int) -> int:
    wish = OrderWish(company.customer.pk, (LineWish(kit, quantity),), confirm=True)
    return create_order(actor=company.user, wish=wish).made["ledger.Claim"][0]


def stands(code: str) -> str:
    return Holding.objects.get(lot__code=code, quantity=1, lot__serial=True, unbounded=False).kind


def test_numbers_go_to_their_components_when_picked_put_back_and_sent(company: World, parts: Any) -> None:
    phone, battery, cable = parts
    kit = kit_of(company, (phone.pk, 1), (battery.pk, 1), (cable.pk, 2))
    line = ordered(company, kit, 2)
    before = entries()
    for wrong in (("S1",), ("S1", "S2", "S3"), ("S1", "X9")):
        with pytest.raises(BadInput) as refused:
            pick(actor=company.user, picks=[Pick(line, 2, serials=wrong)])
        assert refused.value.field == "picks.0.serials"
    assert entries() == before
    pick(actor=company.user, picks=[Pick(line, 2, serials=("S3", "s1"))])
    assert [stands(code) for code in ("S1", "S2", "S3")] == ["picked", "bin", "picked"]
    unpick(actor=company.user, picks=[Pick(line, 1, serials=("S3",))])
    assert [stands(code) for code in ("S1", "S3")] == ["picked", "bin"]
    ship(actor=company.user, picks=[Pick(line, 1, serials=("S1",))])
    assert stands("S1") == "customer"
    pick_pack_ship(actor=company.user, picks=[Pick(line, 1, serials=("S2",))])
    assert stands("S2") == "customer"
    clean()


def test_a_batch_is_taken_of_the_component_that_has_it(company: World, parts: Any) -> None:
    _phone, battery, cable = parts
    kit = kit_of(company, (battery.pk, 1), (cable.pk, 1))
    line = ordered(company, kit, 2)
    pick(actor=company.user, picks=[Pick(line, 2, batch="B2")])
    picked = Holding.objects.filter(kind="picked", quantity__gt=0, product=battery)
    assert [(one.lot.code, one.quantity) for one in picked] == [("B2", 2)]
    clean()


def test_a_kit_is_sold_at_once_with_the_units_that_are_named(company: World, parts: Any) -> None:
    phone, _battery, cable = parts
    kit = kit_of(company, (phone.pk, 1), (cable.pk, 2))
    plain = LineWish(cable.pk, 1)
    before = entries()
    with pytest.raises(BadInput) as refused:
        sell(
            actor=company.user,
            sales=[Sale(company.customer.pk, (plain, LineWish(kit, 1)), ((), ("S9",)))],
        )
    assert refused.value.field == "sales.0.lines.1.serials"
    assert entries() == before
    sell(actor=company.user, sales=[Sale(company.customer.pk, (plain, LineWish(kit, 2)), ((), ("S3", "S2")))])
    assert [stands(code) for code in ("S1", "S2", "S3")] == ["bin", "customer", "customer"]
    assert held(product=cable.pk) == {"bin": 4, "covered": 5, "customer": 5} | {
        "invoiced": held(product=cable.pk)["invoiced"]
    }
    clean()


def test_a_kit_comes_back_with_the_units_that_are_named(company: World, parts: Any) -> None:
    phone, _battery, cable = parts
    kit = kit_of(company, (phone.pk, 1), (cable.pk, 2))
    line = ordered(company, kit, 2)
    pick_pack_ship(actor=company.user, picks=[Pick(line, 2, serials=("S3", "S1"))])
    before = entries()
    with pytest.raises(BadInput) as refused:
        take_back(
            actor=company.user,
            organization=company.customer.pk,
            items=[Returned(Asked(1, line=line), serials=("S2",))],
        )
    assert refused.value.field == "lines.0.serials"
    assert entries() == before
    take_back(
        actor=company.user,
        organization=company.customer.pk,
        items=[Returned(Asked(1, line=line), serials=("S3",), outcome="restock")],
    )
    assert [stands(code) for code in ("S1", "S2", "S3")] == ["customer", "bin", "bin"]
    assert held(product=cable.pk)["bin"] == 7
    clean()


def test_a_kits_numbers_are_named_over_http(client: Client, company: World, parts: Any) -> None:
    phone, _battery, cable = parts
    client.force_login(company.user)
    kit = kit_of(company, (phone.pk, 1), (cable.pk, 2))
    line = ordered(company, kit, 2)
    order = Line.objects.get(pk=line).sheet_id

    def send(path: str, body: Any) -> Any:
        return client.post(f"/api/v1{path}", body, content_type="application/json")

    row = {"line": line, "location": company.location.pk, "quantity": "1"}
    wrong = send(f"/orders/{order}/reserve", {"lines": [row | {"serials": ["S9"]}]})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "lines.0.serials")
    done = send(f"/orders/{order}/reserve", {"lines": [row | {"serials": ["S2"]}]})
    assert done.status_code == 200, done.content
    reserved = Holding.objects.filter(kind="bin", claim__gt=0, quantity__gt=0, product=phone)
    assert [one.lot.code for one in reserved] == ["S2"]
    done = send("/pick", {"picks": [{"line": line, "quantity": "2", "serials": ["S1", "S2"]}]})
    assert done.status_code == 200, done.content
    assert [stands(code) for code in ("S1", "S2", "S3")] == ["picked", "picked", "bin"]
    clean()


def test_lists_tell_a_kit_where_its_components_are(client: Client, company: World, parts: Any) -> None:
    _phone, _battery, cable = parts
    client.force_login(company.user)
    kit = kit_of(company, (cable.pk, 2), sku="PAIR")
    company.stock(cable, 3, bin=company.bins[2])
    for at, units in ((company.location.pk, "4"), (company.other.pk, "1")):
        items = client.get(f"/api/v1/stock/available?location={at}").json()["items"]
        assert [one["available"] for one in items if one["product"] == kit] == [units]
        items = client.get(f"/api/v1/stock?location={at}").json()["items"]
        assert [one["available"] for one in items if one["product"] == kit] == [units]
    assert "PAIR" in seen(client, f"/stock/?location={company.location.pk}")
    assert "PAIR" in seen(client, f"/stock/products/{kit}/")
    assert "5" in seen(client, "/products/?q=PAIR")
