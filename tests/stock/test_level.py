"""How many of a product are kept at a location: said by API and page, seen on the product, bought by."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.world import World, clean, entries, world
from wharfinger.stock.models import Level

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def ada(client: Client, company: World) -> Client:
    client.force_login(company.user)
    return client


def say(client: Client, query: str = "", **body: Any) -> tuple[int, dict[str, Any]]:
    response = client.post(f"/api/v1/stock/levels{query}", json.dumps(body), "application/json")
    return response.status_code, response.json()


def test_what_is_kept_is_said_changed_and_seen_on_the_product(ada: Client, company: World) -> None:
    cable = company.product(quantity_decimals=2)
    where = {"product": cable.pk, "location": company.location.pk}
    before = entries()
    assert say(ada, "?dry_run=true", **where, minimum="2.5", maximum="10")[0] == 200
    assert (entries(), Level.objects.count()) == (before, 0)
    assert say(ada, **where, minimum="2.5", maximum="10")[1]["maximum"] == "10"
    status, done = say(ada, **where, minimum="3", maximum="12")
    assert (status, done["minimum"], done["sku"]) == (200, "3", cable.sku)
    shown = ada.get(f"/api/v1/products/{cable.pk}").json()["levels"]
    assert shown == [{"location": company.location.pk, "minimum": "3", "maximum": "12"}]
    (listed,) = ada.get(f"/api/v1/stock/levels?product={cable.pk}").json()["items"]
    assert listed == {name: value for name, value in done.items() if name != "entry"}
    ada.post(f"/api/v1/journal/{done['entry']}/reverse", "{}", "application/json")
    assert (Level.objects.get().minimum, Level.objects.get().maximum) == (250, 1000)
    clean()


def test_what_cannot_be_kept_is_refused(ada: Client, company: World) -> None:
    here, there = company.product().pk, company.location.pk
    before = entries()
    for field, body in (
        ("maximum", {"product": here, "location": there, "minimum": "5", "maximum": "4"}),
        ("minimum", {"product": here, "location": there, "minimum": "0.5", "maximum": "4"}),
        ("minimum", {"product": here, "location": there, "minimum": "NaN"}),
        ("location", {"product": here, "location": 999_999, "maximum": "4"}),
        ("product", {"product": 999_999, "location": there, "maximum": "4"}),
    ):
        status, refusal = say(ada, **body)
        assert (status, refusal["field"]) == (422, field)
    assert (entries(), Level.objects.count()) == (before, 0)


def test_the_page_says_what_is_kept(ada: Client, company: World) -> None:
    product = company.product()
    page = ada.get(f"/stock/kept/?product={product.sku}").content.decode()
    assert product.sku in page
    typed = {"product": product.sku, "location": company.location.pk, "minimum": "2", "maximum": "1"}
    before = entries()
    refused = ada.post("/stock/kept/", typed)
    assert (refused.status_code, "f-maximum-e" in refused.content.decode()) == (422, True)
    assert entries() == before
    assert ada.post("/stock/kept/", typed | {"maximum": "9"}).status_code == 303
    kept = Level.objects.get()
    assert (kept.minimum, kept.maximum) == (2, 9)
