"""Categories: a tree by paths; what holds in one holds below it."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api.test_nouns import Caller
from tests.world import World, clean, entries, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput, Refusal
from wharfinger.catalog.actions import add_product, add_tax_code, add_warranty_policy, change_product
from wharfinger.catalog.actions.categories import add_category, change_category, merge_categories
from wharfinger.catalog.models import Category, Product, WarrantyPolicy
from wharfinger.catalog.queries import categories, every_path, in_category
from wharfinger.catalog.rules.categories import ancestors, path_of
from wharfinger.devices.rules.warranty import cover_by
from wharfinger.ledger.reverse import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def category(path: str, **values: Any) -> int:
    return add_category(actor=HOUSE, values={"path": path, **values}).made["catalog.Category"][-1]


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
    assert (switch.category_path, other.category_path) == ("Hardware / Network / Switches", "Networking")
    assert WarrantyPolicy.objects.get().category_path == "Hardware / Network / Switches"
    before = entries()
    with pytest.raises(BadInput):
        change_category(actor=HOUSE, category=top, values={"path": "Hardware / Network / Below"})
    with pytest.raises(Refusal):
        add_category(actor=HOUSE, values={"path": "Hardware/Network"})
    assert entries() == before
    reverse(actor=HOUSE, entry=moved.id)
    switch.refresh_from_db()
    assert switch.category_path == "Network / Switches"
    clean()


def test_a_warranty_policy_holds_below_its_category() -> None:
    def policy(pk: int, path: str) -> Any:
        return SimpleNamespace(
            pk=pk,
            product_id=None,
            category_path=path,
            start="sold",
            months=12 * pk,
            indirect=False,
            valid_from=date(2026, 1, 1),
            valid_until=None,
        )

    policies = [policy(1, ""), policy(2, "Network"), policy(3, "Network / Switches")]
    for path, wanted in (
        ("Network / Switches / Managed", 3),
        ("Network / Routers", 2),
        ("Networking", 1),
        ("", 1),
    ):
        thing = SimpleNamespace(pk=7, category_path=path)
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


def test_a_category_that_nobody_knows_comes_with_its_first_product(company: World) -> None:
    """Those above it come, too; what was filed there keeps it from being undone."""
    made = company.product()
    done = change_product(actor=HOUSE, product=made.pk, values={"category": "Network/Switches"})
    assert list(Category.objects.order_by("path").values_list("path", flat=True)) == [
        "Network",
        "Network / Switches",
    ]
    other = product("SW-2", "Network / Switches")
    before = entries()
    with pytest.raises(Refusal) as refused:
        reverse(actor=HOUSE, entry=done.id)
    assert refused.value.code == "category_used"
    assert entries() == before
    change_product(actor=HOUSE, product=other.pk, values={"category": ""})
    below = add_category(actor=HOUSE, values={"path": "Network / Routers"})
    with pytest.raises(Refusal) as refused:
        reverse(actor=HOUSE, entry=done.id)
    assert refused.value.code == "category_used"
    reverse(actor=HOUSE, entry=below.id)
    reverse(actor=HOUSE, entry=done.id)
    made.refresh_from_db()
    assert made.category is None
    assert not categories().exists()
    clean()


def test_two_categories_become_one_with_what_lies_below_both(company: World) -> None:
    """Products and policies are filed where they were told, the old path leads there, and undoing parts them again."""
    old, new = category("Lan"), category("Network")
    category("Lan / Switches")
    category("Lan / Cables")
    kept = category("Network / Switches")
    one, two, three = product("A", "Lan"), product("B", "Lan / Switches"), product("C", "Lan / Cables")
    done = merge_categories(actor=HOUSE, category=old, into=new)
    paths = {p.sku: p.category_path for p in Product.objects.filter(pk__in=(one.pk, two.pk, three.pk))}
    assert paths == {"A": "Network", "B": "Network / Switches", "C": "Network / Cables"}
    assert Category.objects.get(path="Lan / Switches").merged_into_id == kept
    assert product("D", "Lan").category_id == new
    assert [p.sku for p in in_category(Product.objects.order_by("sku"), ["Network"])] == ["A", "B", "C", "D"]
    before = entries()
    for act, code in (
        (lambda: merge_categories(actor=HOUSE, category=new, into=kept), "merges_itself"),
        (lambda: merge_categories(actor=HOUSE, category=new, into=old), "merges_into_retired"),
        (lambda: change_category(actor=HOUSE, category=old, values={"retired_on": None}), "is_merged"),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == code
    assert entries() == before
    change_product(actor=HOUSE, product=Product.objects.get(sku="D").pk, values={"category": ""})
    reverse(actor=HOUSE, entry=done.id)
    one.refresh_from_db()
    assert one.category_path == "Lan"
    clean()


def test_nothing_new_is_filed_in_a_retired_category(company: World) -> None:
    """What is there stays there, and may be changed otherwise."""
    pk = category("Old")
    there = product("A", "Old")
    change_category(actor=HOUSE, category=pk, values={"retired_on": "2026-01-01"})
    assert "Old" not in every_path()
    change_product(actor=HOUSE, product=there.pk, values={"category": "Old", "name": "Still here"})
    before = entries()
    with pytest.raises(Refusal) as refused:
        add_product(actor=HOUSE, values={"sku": "B", "name": "B", "category": "Old"})
    assert refused.value.code == "category_retired"
    assert entries() == before


def test_as_many_statements_however_many_products(company: World) -> None:
    """A category of many products is moved by as many statements as one of few, and no product changes."""
    pk = category("Network")
    counts = []
    for n in range(2):
        for m in range(n * 5):
            product(f"P-{n}-{m}", "Network 0")
        with CaptureQueriesContext(connection) as asked:
            change_category(actor=HOUSE, category=pk, values={"path": f"Network {n}"})
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert {p.category_path for p in Product.objects.exclude(category=None)} == {"Network 1"}


def test_a_category_is_merged_in_the_browser_and_over_http(client: Client, company: World) -> None:
    ada = Caller(company.user)
    one, two, three = category("One"), category("Two"), category("Three")
    merged = ada.good("post", f"/categories/{one}/merge", {"into": two})
    assert merged["path"] == "Two"
    assert ada.good("get", f"/categories/{one}")["merged_into"] == two
    client.force_login(company.user)
    done = client.post(f"/settings/categories/{two}/merge/", {"into": "Three"})
    assert done.status_code == 303
    assert Category.objects.get(pk=one).merged_into_id == three
    again = client.post(f"/settings/categories/{three}/merge/", {"into": "Nowhere"})
    assert "There is no such category." in again.content.decode()
    assert "Merged into Three" in seen(client, "/settings/categories/?tab=all")
