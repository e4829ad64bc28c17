"""The pages of products, as a browser asks for them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.world import World, clean, entries, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.catalog.models import Product, VendorPrice
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.models import Lot
from wharfinger.parties.models import Role, User
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def browser(client: Client, company: World) -> Client:
    client.force_login(company.user)
    return client


def typed(company: World, **values: Any) -> dict[str, Any]:
    return {
        "sku": "AP-7",
        "name": "Access point",
        "kind": "stocked",
        "traced": "none",
        "traced_from": "receipt",
        "unit": "pc",
        "quantity_decimals": "0",
        "price": "49.90",
        "tax_code": str(company.tax.pk),
        "procured": "yes",
        "vendors.1.organization": str(company.vendor.pk),
        "vendors.1.cost": "31.5",
        "vendors.1.lead_time_days": "3",
        **values,
    }


def test_products_are_listed_with_what_is_free(browser: Client, company: World) -> None:
    router = company.product(sku="RT-1", name="Router", category="Network")
    company.stock(router, 31)
    company.product(sku="SV-1", name="Visit", kind="service")
    page = seen(browser, "/products/")
    assert "RT-1" in page
    assert ">31<" in page
    page = seen(browser, "/products/?kind=service")
    assert "SV-1" in page
    assert "RT-1" not in page
    assert "RT-1" in seen(browser, "/products/?category=net&vendor=gross&product=rout")
    assert "RT-1" not in seen(browser, "/products/?vendor=nobody")


def test_a_list_of_products_takes_few_statements(browser: Client, company: World) -> None:
    for _ in range(40):
        company.product()
    seen(browser, "/products/")
    with CaptureQueriesContext(connection) as found:
        seen(browser, "/products/?sort=name")
    assert len(found) <= 12, [query["sql"] for query in found]


def test_a_product_is_added_with_its_vendor(browser: Client, company: World) -> None:
    assert 'name="vendors.0.cost"' in seen(browser, "/products/new/")
    assert browser.post("/products/new/", typed(company, tax_code="")).status_code == 303
    made = Product.objects.get(sku="AP-7")
    assert (made.price_micro, made.tax_code, made.rma_eligible) == (49_900_000, company.tax, False)
    assert Lot.objects.filter(product=made).count() == 1
    price = VendorPrice.objects.get(product=made)
    assert (price.cost_micro, price.lead_time_days, price.default) == (31_500_000, 3, True)
    page = seen(browser, f"/products/{made.pk}/")
    for word in ("Access point", "Grossist", "31.5", "Added AP-7."):
        assert word in page
    clean()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sku", ""),
        ("price", "much"),
        ("quantity_decimals", "9"),
        ("gtin", "123"),
        ("vendors.1.cost", "-1"),
        ("vendors.1.lead_time_days", "x"),
        ("vendors.1.organization", "999999"),
    ],
)
def test_a_refusal_stands_beside_its_field(browser: Client, company: World, field: str, value: str) -> None:
    before = entries()
    response = browser.post("/products/new/", typed(company, **{field: value}))
    assert response.status_code == 422
    page = response.content.decode()
    assert f'id="f-{field}-e"' in page
    assert 'value="Access point"' in page
    assert entries() == before
    assert not Product.objects.exists()


def test_a_product_is_changed_but_not_how_it_is_counted(browser: Client, company: World) -> None:
    product = company.product(sku="AP-7")
    at = f"/products/{product.pk}/change/"
    assert 'value="6.00"' in seen(browser, at)
    assert browser.post(at, typed(company, name="AP, second edition")).status_code == 303
    product.refresh_from_db()
    assert product.name == "AP, second edition"
    company.stock(product, 1)
    before = entries()
    response = browser.post(at, typed(company, traced="serial"))
    assert response.status_code == 409
    assert 'id="f-traced-e"' in response.content.decode()
    assert entries() == before
    assert browser.post(at, typed(company, retired_on="2026-02-01")).status_code == 303
    product.refresh_from_db()
    assert str(product.retired_on) == "2026-02-01"
    seen(browser, "/products/")
    assert "AP-7" not in seen(browser, "/products/")
    assert "AP-7" in seen(browser, "/products/?tab=all")
    clean()


def test_a_product_tells_its_stock_and_open_lines(browser: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 17)
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, 3),), confirm=True)
    create_order(actor=HOUSE, wish=wish)
    page = seen(browser, f"/products/{product.pk}/")
    assert "Main" in page
    assert "17" in page
    assert "Acme" in page
    assert "SO-" in seen(browser, f"/organizations/{company.customer.pk}/")


def test_costs_stay_hidden(client: Client, company: World) -> None:
    product = company.product()
    VendorPrice.objects.filter(product=product).update(cost_micro=98_760_000)
    clerk = User.objects.create(username="clerk")
    names = ["catalog.read", "catalog.product", "catalog.price", "stock.read"]
    clerk.roles.add(Role.objects.create(name="looks", permissions=names))
    client.force_login(clerk)
    assert "98.76" not in seen(client, f"/products/{product.pk}/")
    at = f"/products/{product.pk}/change/"
    assert "98.76" not in seen(client, at)
    values = typed(company, **{"vendors.1.cost": ""})
    assert client.post(at, values).status_code == 303
    assert VendorPrice.objects.get(product=product).cost_micro == 98_760_000
    assert client.get("/products/999999/").status_code == 404
