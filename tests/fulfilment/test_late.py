"""Goods that get their serial numbers only when they leave: counted loose until then, units of their own afterwards."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.world import World, clean, entries, held, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.models import Product
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.packing import pack
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.models import Container
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Holding, Lot
from wharfinger.ledger.reverse import reverse
from wharfinger.purchasing.actions.ordering import draft, draft_from_lines, submit
from wharfinger.purchasing.actions.receiving import receive
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted
from wharfinger.purchasing.rules.receiving import Arrival
from wharfinger.returns.actions.receiving import take_back
from wharfinger.returns.rules.receiving import Returned
from wharfinger.returns.rules.requesting import Asked
from wharfinger.sales.actions.orders import create_order, reserve
from wharfinger.sales.rules.orders import Hold, OrderWish
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.rules.adjusting import Adjustment

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def browser(client: Client, company: World) -> Client:
    client.force_login(company.user)
    return client


def phone(company: World) -> Product:
    return company.product(sku="PH-1", traced="serial", traced_from="shipping")


def bought(company: World, product: Product, quantity: int) -> int:
    done = draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, (PurchaseLineWish(product.pk, quantity),)))
    submit(actor=HOUSE, order=done.one("purchasing.PurchaseOrder"))
    return done.one("purchasing.PurchaseLine")


def wanted(company: World, product: Product, quantity: int) -> tuple[int, int]:
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, quantity),), confirm=True)
    done = create_order(actor=HOUSE, wish=wish)
    (line,) = done.made["ledger.Claim"]
    return done.one("demand.Sheet"), line


def where(code: str) -> str:
    return Holding.objects.get(lot__code=code, quantity__gt=0, unbounded=False).kind


def test_they_are_received_picked_and_packed_without_and_leave_with_them(company: World) -> None:
    product = phone(company)
    line = bought(company, product, 3)
    with pytest.raises(Refusal) as refused:
        receive(actor=HOUSE, arrivals=[Arrival(line, 3, serials=("A", "B", "C"))])
    assert refused.value.code == "not_traced"
    receive(actor=HOUSE, arrivals=[Arrival(line, 3)])
    _, claim = wanted(company, product, 3)
    reserve(actor=HOUSE, holds=[Hold(claim, 3)])
    pick(actor=HOUSE, picks=[Pick(claim, 3)])
    box = pack(actor=HOUSE, picks=[Pick(claim, 2)]).one("fulfilment.Container")
    before = entries()
    for act in (
        lambda: ship(actor=HOUSE, picks=[Pick(claim, 1)]),
        lambda: ship(actor=HOUSE, picks=[], containers=[box]),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == "serials_wanted", refused.value.words()
    assert entries() == before
    shipped = ship(actor=HOUSE, picks=[Pick(claim, 2, serials=("N-1", "N-2"))], containers=[box])
    assert where("N-1") == where("N-2") == "customer"
    reverse(actor=HOUSE, entry=shipped.id)
    assert held(claim)["container"] == 2
    assert Container.objects.get(pk=box).shipment_id is None
    ship(actor=HOUSE, picks=[Pick(claim, 2, serials=("n-1", "N-3"))], containers=[box])
    assert set(Lot.objects.filter(product=product, serial=True).values_list("code", flat=True)) == {
        "N-1",
        "N-2",
        "N-3",
    }
    clean()


def test_what_came_back_is_loose_again_and_leaves_under_any_number_that_stands_nowhere(
    company: World,
) -> None:
    product = phone(company)
    company.stock(product, 3)
    _, first = wanted(company, product, 2)
    reserve(actor=HOUSE, holds=[Hold(first, 2)])
    ship(actor=HOUSE, picks=[Pick(first, 2, serials=("N-1", "N-2"))])
    back = [Returned(Asked(1, first), serials=("N-1",), outcome="restock")]
    take_back(actor=HOUSE, organization=company.customer.pk, items=back)
    there = held(product=product.pk)
    assert (there["bin"], there["customer"]) == (2, 1)
    _, claim = wanted(company, product, 2)
    reserve(actor=HOUSE, holds=[Hold(claim, 2)])
    before = entries()
    for serials, code in ((("N-3",), "serials_differ"), (("N-3", "N-2"), "serial_elsewhere")):
        with pytest.raises(Refusal) as refused:
            ship(actor=HOUSE, picks=[Pick(claim, 2, serials=serials)])
        assert refused.value.code == code
    assert entries() == before
    ship(actor=HOUSE, picks=[Pick(claim, 2, serials=("n-1", "N-3"))])
    assert (where("N-1"), where("N-3")) == ("customer", "customer")
    assert Lot.objects.filter(product=product, serial=True).count() == 3
    clean()


def test_what_is_counted_and_found_has_no_numbers_until_it_leaves(company: World) -> None:
    product = phone(company)
    place = company.location.place_id
    adjust(actor=HOUSE, items=[Adjustment(product.pk, 3, place)], reason="Found")
    before = entries()
    with pytest.raises(Refusal) as refused:
        adjust(actor=HOUSE, items=[Adjustment(product.pk, 1, place, serials=("A",))], reason="Found")
    assert refused.value.code == "not_traced"
    for values in ({"traced_from": "receipt"}, {"traced": "none"}):
        with pytest.raises(Refusal) as refused:
            change_product(actor=HOUSE, product=product.pk, values=values)
        assert refused.value.code == "has_moved"
    with pytest.raises(Refusal) as refused:
        change_product(actor=HOUSE, product=product.pk, values={"cost_method": "specific"})
    assert refused.value.code == "valued_by_unit"
    assert entries() == before
    fresh = company.product(traced="serial")
    change_product(actor=HOUSE, product=fresh.pk, values={"traced_from": "shipping", "cost_method": "fifo"})
    clean()


def test_a_drop_shipment_may_tell_their_numbers(company: World) -> None:
    product = phone(company)
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, 3),), confirm=True)
    (claim,) = create_order(actor=HOUSE, wish=wish).made["ledger.Claim"]
    terms = PurchaseWish(0, (), ship_to="organization", ship_to_site=company.site.pk)
    done = draft_from_lines(actor=HOUSE, wanted=[Wanted(claim)], wish=terms)
    submit(actor=HOUSE, order=done.one("purchasing.PurchaseOrder"))
    line = done.one("purchasing.PurchaseLine")
    before = entries()
    with pytest.raises(Refusal) as refused:
        receive(actor=HOUSE, arrivals=[Arrival(line, 2, serials=("V-1",))])
    assert refused.value.code == "serials_needed"
    assert entries() == before
    receive(actor=HOUSE, arrivals=[Arrival(line, 2, serials=("V-1", "V-2"))])
    receive(actor=HOUSE, arrivals=[Arrival(line, 1)])
    assert (where("V-1"), where("V-2")) == ("customer", "customer")
    assert held(claim)["customer"] == 3
    clean()


def test_pages_and_the_api_ask_for_them_when_goods_leave(browser: Client, company: World) -> None:
    product = phone(company)
    company.stock(product, 4)
    sheet, claim = wanted(company, product, 4)
    reserve(actor=HOUSE, holds=[Hold(claim, 4)])
    assert "data-scanner" not in seen(browser, f"/orders/{sheet}/pick/")
    assert browser.post(f"/orders/{sheet}/pick/", {f"quantity-{claim}": "3"}).status_code == 303
    page = seen(browser, f"/orders/{sheet}/ship/")
    assert f'name="serial-{claim}' in page
    assert browser.post(f"/orders/{sheet}/ship/", {f"quantity-{claim}": "1"}).status_code == 422
    serials = {f"serial-{claim}": ["N-1"]}
    assert browser.post(f"/orders/{sheet}/ship/", serials).status_code == 303
    box = pack(actor=HOUSE, picks=[Pick(claim, 2)]).one("fulfilment.Container")
    page = seen(browser, f"/containers/{box}/")
    assert "Serial numbers of 2 × PH-1" in page
    form = {f"serials-{claim}": "N-2\nN-3", "carrier": "DHL"}
    browser.post(f"/containers/{box}/ship/", {"carrier": "DHL"})
    assert held(claim)["container"] == 2
    assert browser.post(f"/containers/{box}/ship/", form).status_code == 303
    assert where("N-3") == "customer"
    body = {"picks": [{"line": claim, "quantity": "1"}]}
    lacks = browser.post("/api/v1/ship", body, content_type=JSON)
    assert (lacks.status_code, lacks.json()["code"]) == (422, "serials_wanted")
    body["picks"][0]["serials"] = ["N-4"]
    assert browser.post("/api/v1/ship", body, content_type=JSON).status_code == 200
    assert held(claim)["customer"] == 4
    clean()
