"""Quantities are typed and sent in any unit of a product: into stock, out of it, and across it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.entry import Packs
from wharfinger.catalog.models import Product
from wharfinger.demand.rules import LineWish
from wharfinger.purchasing.actions.ordering import draft, submit
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.sales.actions.orders import create_order, reserve
from wharfinger.sales.rules.orders import Hold, OrderWish
from wharfinger.stock.pages.goods import place_options

pytestmark = pytest.mark.django_db
JSON = "application/json"
CASE = "14006381333938"


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def browser(client: Client, company: World) -> Client:
    client.force_login(company.user)
    return client


def in_cases(company: World, **values: Any) -> Product:
    product = company.product(**values)
    units = [{"name": "case", "factor": "24"}]
    codes = [{"code": CASE, "unit": "case"}]
    change_product(actor=HOUSE, product=product.pk, values={}, units=units, barcodes=codes)
    return product


def ordered(company: World, product: Product, quantity: int) -> PurchaseLine:
    wish = PurchaseWish(company.vendor.pk, (PurchaseLineWish(product.pk, quantity, unit="case", per=24),))
    done = draft(actor=HOUSE, wish=wish)
    submit(actor=HOUSE, order=done.one("purchasing.PurchaseOrder"))
    return PurchaseLine.objects.get(pk=done.one("purchasing.PurchaseLine"))


def test_a_figure_may_have_its_unit_behind_it(company: World) -> None:
    product = in_cases(company, sku="SW-1")
    cable = company.product(sku="CB-1", unit="m", quantity_decimals=2)
    change_product(actor=HOUSE, product=cable.pk, values={}, units=[{"name": "Ø-drum 2", "factor": "305.5"}])
    packs = Packs([product.pk, cable.pk])
    typed = [("72", 72), ("3 case", 72), ("0.5CASE", 12), (" 3  Case ", 72), ("7 pc", 7), ("7pc", 7)]
    with CaptureQueriesContext(connection) as asked:
        assert [packs.typed(text, product, "q") for text, _ in typed] == [units for _, units in typed]
        assert packs.typed("2.5 m", cable, "q") == 250
        assert packs.typed("2 Ø-drum 2", cable, "q") == 61100
    assert len(asked) == 1
    for text, code in (
        ("2.5", "too_precise"),
        ("3 drum", "no_such_unit"),
        ("0.3 case", "not_whole_in_unit"),
        ("case", "not_a_number"),
        ("", "missing"),
        ("0 case", "not_positive"),
    ):
        with pytest.raises(BadInput) as refused:
            packs.typed(text, product, "q")
        assert (refused.value.code, refused.value.field) == (code, "q"), text
    assert packs.told(product) == "case (24)"


def test_pages_of_stock_take_units(browser: Client, company: World) -> None:
    product = in_cases(company, sku="SW-1")

    here, there = (key for key, words in place_options() if words in ("Main", "Van"))
    found = {"product": "SW-1", "way": "found", "location": here, "reason": "Found"}
    assert browser.post("/stock/adjust/", {**found, "quantity": "3 case"}).status_code == 303
    assert browser.post("/stock/adjust/", {**found, "product": CASE, "quantity": ""}).status_code == 303
    assert held(product=product.pk) == {"bin": 96}
    before = entries()
    wrong = browser.post("/stock/adjust/", {**found, "quantity": "3 drum"})
    assert wrong.status_code == 422
    assert "SW-1 has no unit “drum”" in wrong.content.decode()
    assert entries() == before
    moved = {"product": "SW-1", "from": here, "to": there, "quantity": "1 case"}
    assert browser.post("/stock/transfer/", moved).status_code == 303
    aside = {"product": "SW-1", "way": "hold", "location": there, "quantity": "1 case", "reason": "Wet"}
    assert browser.post("/stock/aside/", aside).status_code == 303
    assert held(product=product.pk) == {"bin": 72, "quarantine": 24}
    clean()


def test_goods_are_received_and_picked_in_cases(browser: Client, company: World) -> None:
    product = in_cases(company, sku="SW-1")
    line = ordered(company, product, 72)
    page = browser.get(f"/purchase-orders/{line.purchase_order_id}/receive/").content.decode()
    assert "(3 case)" in page
    assert "Or with its unit: case (24)." in page
    came = {f"quantity-{line.pk}": "2 case", f"rejected-{line.pk}": "1 case", "reason": "Damaged"}
    assert browser.post(f"/purchase-orders/{line.purchase_order_id}/receive/", came).status_code == 303
    assert held(product=product.pk) == {"on_order": 24, "refused": 24, "bin": 24}
    body = {"lines": [{"purchase_line": line.pk, "quantity": "1", "unit": "case"}]}
    address = f"/api/v1/purchase-orders/{line.purchase_order_id}/receive"
    received = browser.post(address, body, content_type=JSON)
    assert received.status_code == 200, received.content
    assert held(product=product.pk) == {"refused": 24, "bin": 48}
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, 48),), confirm=True)
    done = create_order(actor=HOUSE, wish=wish)
    (wanted,) = done.made["ledger.Claim"]
    reserve(actor=HOUSE, holds=[Hold(wanted, 48)])
    body = {"picks": [{"line": wanted, "quantity": "1", "unit": "Case"}]}
    assert browser.post("/api/v1/pick", body, content_type=JSON).status_code == 200
    assert held(wanted)["picked"] == 24
    assert (
        browser.post(
            f"/orders/{done.one('demand.Sheet')}/pick/", {f"quantity-{wanted}": "1 case"}
        ).status_code
        == 303
    )
    assert held(wanted)["picked"] == 48
    clean()


def test_the_api_of_stock_counts_in_units(browser: Client, company: World) -> None:
    product = in_cases(company)
    adjust = {"product": product.pk, "location": company.location.pk, "quantity": "3", "unit": "case"}
    reason = {"reason": "Found"}
    assert browser.post("/api/v1/stock/adjust", {**adjust, **reason}, content_type=JSON).status_code == 200
    many = {"items": [{**adjust, "quantity": "-1"}, {**adjust, "quantity": "2", "unit": ""}], **reason}
    assert browser.post("/api/v1/stock/adjust-many", many, content_type=JSON).status_code == 200
    assert held(product=product.pk) == {"bin": 50}
    move = {
        "product": product.pk,
        "quantity": "0.5",
        "unit": "case",
        "from": company.location.pk,
        "to": company.other.pk,
    }
    assert browser.post("/api/v1/stock/transfer", move, content_type=JSON).status_code == 200
    before = entries()
    for unit, quantity, code, field in (
        ("drum", "1", "no_such_unit", "items.0.unit"),
        ("case", "0.3", "not_whole_in_unit", "items.0.quantity"),
        ("", "2.5", "too_precise", "items.0.quantity"),
    ):
        bad = {"items": [{**move, "unit": unit, "quantity": quantity}]}
        refused = browser.post("/api/v1/stock/transfer-many", bad, content_type=JSON)
        assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, code, field)
    assert entries() == before
    lines = [{"product": product.pk, "quantity": "1", "unit": "case"}]
    order = {"from": company.location.pk, "to": company.other.pk, "lines": lines}
    made = browser.post("/api/v1/transfers", order, content_type=JSON)
    assert made.status_code == 201, made.content
    assert made.json()["lines"][0]["quantity"] == "24"
    count = browser.post("/api/v1/stock/counts", {"location": company.location.pk}, content_type=JSON).json()
    tally = {"product": product.pk, "bin": company.bins[0].pk, "counted": "1.5", "unit": "case"}
    said = browser.post(f"/api/v1/stock/counts/{count['id']}/record", {"lines": [tally]}, content_type=JSON)
    assert said.status_code == 200, said.content
    assert [one["counted"] for one in said.json()["lines"]] == ["36"]
    clean()


def test_a_case_of_five_is_five_serials(browser: Client, company: World) -> None:
    """Goods with serial numbers are bought, received, sold and picked by the case, each unit by its number."""
    product = company.product(traced="serial", cost_method="specific")
    change_product(actor=HOUSE, product=product.pk, values={}, units=[{"name": "case", "factor": "5"}])
    wish = PurchaseWish(company.vendor.pk, (PurchaseLineWish(product.pk, 10, unit="case", per=5),))
    done = draft(actor=HOUSE, wish=wish)
    order, line = done.one("purchasing.PurchaseOrder"), done.one("purchasing.PurchaseLine")
    submit(actor=HOUSE, order=order)
    body: dict[str, Any] = {"lines": [{"purchase_line": line, "quantity": "1", "unit": "case"}]}
    address = f"/api/v1/purchase-orders/{order}/receive"
    before = entries()
    lacks = browser.post(address, body, content_type=JSON)
    assert (lacks.status_code, lacks.json()["code"]) == (422, "serials_needed")
    assert entries() == before
    body["lines"][0]["serials"] = [f"S{n}" for n in range(5)]
    assert browser.post(address, body, content_type=JSON).status_code == 200
    typed = {f"quantity-{line}": "1 case", f"serial-{line}": [f"T{n}" for n in range(5)]}
    assert browser.post(f"/purchase-orders/{order}/receive/", typed).status_code == 303
    made = create_order(
        actor=HOUSE,
        wish=OrderWish(company.customer.pk, (LineWish(product.pk, 5, unit="case", per=5),), confirm=True),
    )
    (wanted,) = made.made["ledger.Claim"]
    reserve(actor=HOUSE, holds=[Hold(wanted, 5)])
    pick = {"line": wanted, "quantity": "1", "unit": "case", "serials": [f"S{n}" for n in range(5)]}
    assert browser.post("/api/v1/pick", {"picks": [pick]}, content_type=JSON).status_code == 200
    assert held(wanted)["picked"] == 5
    clean()
