"""Categories: a tree by paths; what holds in one holds below it."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tests.api.test_nouns import Caller
from tests.world import World, clean, entries, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput, Refusal
from wharfinger.catalog.actions import add_product, add_tax_code, add_warranty_policy
from wharfinger.catalog.actions.categories import add_category, change_category
from wharfinger.catalog.models import Product, WarrantyPolicy
from wharfinger.catalog.rules.categories import ancestors, path_of
from wharfinger.devices.rules.warranty import cover_by
from wharfinger.ledger.reverse import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def category(path: str, **values: Any) -> int:
    return add_category(actor=HOUSE, values={"path": path, **values}).one("catalog.Category")


def product(sku: str, path: str) -> Product:
    values = {"sku": sku, "name": sku, "category": path}
    return Product.objects.get(pk=add_product(actor=HOUSE, values=values).one("catalog.Product"))


def test_a_path_is_tidied_and_knows_what_is_above_it() -> None:
    assert path_of(" Network/ Switches  managed / ") == "Network / Switches managed"
    assert ancestors("A / B / C") == ["A / B / C", "A / B", "A"]


def test_a_new_product_begins_with_the_tax_code_of_the_nearest_category(company: World) -> None:
    values = {"code": "S7", "name": "7 %", "rate": "7"}
    low = add_tax_code(actor=HOUSE, values=values).one("catalog.TaxCode")
    category("Books", tax_code=low)
    category("Books / Audio", tax_code=company.tax.pk)
    assert product("B-1", "Books/Maps").tax_code_id == low
    assert product("B-2", "Books / Audio / Discs").tax_code_id == company.tax.pk
    assert product("B-3", "Bookshelves").tax_code_id == company.tax.pk
    clean()


def test_a_category_is_moved_with_what_lies_below_it_and_back(company: World) -> None:
    top = category("Network")
    category("Network / Switches")
    switch, other = product("SW-1", "Network / Switches"), product("N-1", "Networking")
    policy = {"name": "Switches", "months": 24, "category": "Network / Switches"}
    add_warranty_policy(actor=HOUSE, values=policy)
    before = entries()
    moved = change_category(actor=HOUSE, category=top, values={"path": "Hardware / Network"})
    assert entries() == before + 1
    switch.refresh_from_db()
    other.refresh_from_db()
    assert (switch.category, other.category) == ("Hardware / Network / Switches", "Networking")
    assert WarrantyPolicy.objects.get().category == "Hardware / Network / Switches"
    before = entries()
    with pytest.raises(BadInput):
        change_category(actor=HOUSE, category=top, values={"path": "Hardware / Network / Below"})
    with pytest.raises(Refusal):
        add_category(actor=HOUSE, values={"path": "Hardware/Network"})
    assert entries() == before
    reverse(actor=HOUSE, entry=moved.id)
    switch.refresh_from_db()
    assert switch.category == "Network / Switches"
    clean()


def test_a_warranty_policy_holds_below_its_category() -> None:
    def policy(pk: int, path: str) -> Any:
        return SimpleNamespace(
            pk=pk,
            product_id=None,
            category=path,
            start="sold",
            months=12 * pk,
            indirect=False,
            valid_from=date(2026, 1, 1),
        )

    policies = [policy(1, ""), policy(2, "Network"), policy(3, "Network / Switches")]
    for path, wanted in (
        ("Network / Switches / Managed", 3),
        ("Network / Routers", 2),
        ("Networking", 1),
        ("", 1),
    ):
        thing = SimpleNamespace(pk=7, category=path)
        day = date(2026, 2, 1)
        cover = cover_by(policies, thing, channel="direct", sold_on=day, installed_on=day)
        assert cover.policy == wanted


def test_categories_over_http_and_in_the_browser(client: Client, company: World) -> None:
    ada = Caller(company.user)
    made = ada.good("post", "/categories", {"path": "Network/Switches", "tax_code": company.tax.pk})
    assert made["path"] == "Network / Switches"
    assert ada.refused("post", "/categories", {"path": "Network / Switches"})[1] == "category_there"
    product("SW-1", "Network / Switches")
    product("RT-1", "Network / Routers")
    company.product(sku="X-1", category="Networking")

    def skus(address: str) -> list[str]:
        return [one["sku"] for one in ada.good("get", address)["items"]]

    assert skus("/products?category=Network&sort=sku") == ["RT-1", "SW-1"]
    assert skus("/stock?category=Network/Switches") == ["SW-1"]
    assert ada.good("patch", f"/categories/{made['id']}", {"path": "LAN"})["path"] == "LAN"
    assert skus("/products?category=LAN") == ["SW-1"]
    client.force_login(company.user)
    assert ">1<" in seen(client, "/settings/categories/")
    assert client.post("/settings/categories/new/", {"path": "Cables"}).status_code == 303
    again = client.post("/settings/categories/new/", {"path": "Cables"})
    assert again.status_code == 409
    assert 'id="f-path-e"' in again.content.decode()
    assert "LAN" in seen(client, "/products/new/")
