"""The pages of stock, as a browser asks for them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.world import World, clean, entries, held, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.models import Holding, Lot
from wharfinger.parties.models import Role, User
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.models import Count, Location
from wharfinger.stock.rules.adjusting import Adjustment

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def browser(client: Client, company: World) -> Client:
    client.force_login(company.user)
    return client


def test_the_inventory_lists_products_by_location(browser: Client, company: World) -> None:
    here, there = company.product(name="Router"), company.product(name="Switch")
    company.stock(here, 5, value_minor=1234)
    company.stock(there, 2, bin=company.bins[2])
    page = seen(browser, "/stock/")
    assert "Router" in page
    assert "Switch" in page
    assert "12.34" in page
    page = seen(browser, f"/stock/?location={company.other.pk}")
    assert "Router" not in page
    assert "Switch" in page
    assert "Router" in seen(browser, "/stock/?tab=all&product=rout")
    assert browser.get("/stock/?export=csv").status_code == 200


def test_the_inventory_takes_as_many_statements_for_many_rows(browser: Client, company: World) -> None:
    counts = []
    for _ in range(2):
        for _ in range(15):
            company.stock(company.product(), 1)
        seen(browser, "/stock/")
        with CaptureQueriesContext(connection) as found:
            seen(browser, "/stock/")
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_costs_stay_hidden(client: Client, company: World) -> None:
    company.stock(company.product(), 1, value_minor=98765)
    clerk = User.objects.create(username="clerk")
    clerk.roles.add(Role.objects.create(name="looks", permissions=["stock.read"]))
    client.force_login(clerk)
    page = seen(client, "/stock/?column=sku&column=value")
    assert "987.65" not in page
    assert 'data-l="Value"' not in page
    assert client.get("/stock/adjust/").status_code == 403


def test_a_product_shows_who_holds_it(browser: Client, company: World) -> None:
    product = company.product()
    adjust(actor=HOUSE, items=[Adjustment(product.pk, 5, company.location.place_id)], reason="Found")
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, 3),), confirm=True)
    (line,) = create_order(actor=HOUSE, wish=wish).made["ledger.Claim"]
    reserve(actor=HOUSE, holds=[Hold(line, 3)])
    page = seen(browser, f"/stock/products/{product.pk}/")
    assert "Acme" in page
    assert "Adjusted stock" in page
    assert browser.get("/stock/products/999999/").status_code == 404


def post(browser: Client, path: str, **values: Any) -> Any:
    return browser.post(path, values)


def test_a_batch_on_record_keeps_its_day_of_expiry(browser: Client, company: World) -> None:
    """Another day is said of the batch itself, with its reason."""
    battery = company.product(traced="batch")
    values = {
        "product": battery.sku,
        "location": f"bin-{company.bins[0].pk}",
        "quantity": "2",
        "way": "found",
        "reason": "Drawer",
        "batch": "L1",
    }
    for day in ("2028-01-01", "2028-01-01", ""):
        assert post(browser, "/stock/adjust/", **values, expires_on=day).status_code == 303
    before = entries()
    refused = post(browser, "/stock/adjust/", **(values | {"batch": "l1"}), expires_on="2029-01-01")
    assert refused.status_code == 422
    assert "The batch L1 is on record with another day of expiry." in refused.content.decode()
    assert entries() == before
    assert Holding.objects.get(product=battery, kind="bin").quantity == 6
    clean()


def test_goods_are_adjusted_by_sku(browser: Client, company: World) -> None:
    product = company.product()
    assert "location-" in seen(browser, "/stock/adjust/")
    place = f"bin-{company.bins[1].pk}"
    values = {
        "product": product.sku.lower(),
        "location": place,
        "quantity": "3",
        "way": "found",
        "reason": "Drawer",
    }
    response = post(browser, "/stock/adjust/", **values)
    assert response.status_code == 303
    assert Holding.objects.get(product=product, kind="bin").place_id == company.bins[1].place_id
    # The next goods mostly come to the same place for the same reason; who came from a page goes back there.
    assert response["Location"] == f"/stock/adjust/?way=found&location={place}&reason=Drawer"
    assert 'value="Drawer"' in seen(browser, response["Location"])
    page = f"/stock/products/{product.pk}/"
    elsewhere = post(browser, "/stock/adjust/", **(values | {"way": "lost", "quantity": "1", "back": page}))
    assert elsewhere["Location"] == page
    post(browser, "/stock/adjust/", **(values | {"quantity": "1"}))
    before = entries()
    empty = post(browser, "/stock/adjust/", **(values | {"quantity": ""})).content.decode()
    assert "Please fill this in." in empty
    response = post(browser, "/stock/adjust/", **(values | {"way": "lost", "quantity": "4"}))
    assert response.status_code == 409
    page = response.content.decode()
    assert f"4 of {product.sku} to take out, but only 3 are there." in page
    assert 'value="Drawer"' in page
    for change in ({"product": "nothing"}, {"location": ""}, {"quantity": "x"}, {"effective_on": "soon"}):
        assert post(browser, "/stock/adjust/", **(values | change)).status_code == 422
    assert entries() == before
    clean()


def test_serials_count_themselves(browser: Client, company: World) -> None:
    product = company.product(traced="serial", cost_method="specific")
    main, van = f"location-{company.location.pk}", f"location-{company.other.pk}"
    response = post(
        browser,
        "/stock/adjust/",
        product=product.sku,
        location=main,
        way="found",
        reason="Found",
        serials=["A", "B"],
        **{"serials-scan": "C"},
    )
    assert response.status_code == 303
    assert held(product=product.pk) == {"bin": 3}
    response = post(
        browser, "/stock/transfer/", product=product.sku, **{"from": main, "to": van, "serials": ["B"]}
    )
    assert response.status_code == 303
    unit = Lot.objects.get(code="B")
    page = seen(browser, f"/serials/{unit.pk}/")
    assert "Van / A1" in page
    assert "Transferred stock" in page
    page = seen(browser, "/serials/?serial=b")
    assert f"/serials/{unit.pk}/" in page
    response = post(browser, f"/serials/{unit.pk}/correct/", serial="B2", reason="Misread")
    assert response.status_code == 303
    assert Lot.objects.filter(code="B2").exists()
    assert seen(browser, f"/serials/{unit.pk}/correct/")
    clean()


def test_goods_are_set_aside_scrapped_and_valued(browser: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    values = {"product": product.sku, "location": f"location-{company.location.pk}", "reason": "Wet"}
    for way, quantity in (("hold", "3"), ("unhold", "1"), ("scrap_held", "1"), ("scrap", "1")):
        assert post(browser, "/stock/aside/", way=way, quantity=quantity, **values).status_code == 303
    assert held(product=product.pk) == {"bin": 2, "quarantine": 1, "scrap": 2}
    assert (
        post(browser, "/stock/value/", product=product.sku, unit_cost="9.99", reason="Market").status_code
        == 303
    )
    assert "29.97" in seen(browser, f"/stock/products/{product.pk}/")
    clean()


def test_a_location_is_added_with_its_bins(browser: Client, company: World) -> None:
    assert "Main" in seen(browser, "/locations/")
    assert seen(browser, "/locations/new/")
    response = post(browser, "/locations/new/", name="Annex", kind="warehouse", channel="direct")
    assert response.status_code == 303
    annex = Location.objects.get(name="Annex")
    assert post(browser, f"/locations/{annex.pk}/bins/", name="Z9", sequence="4").status_code == 303
    page = seen(browser, f"/locations/{annex.pk}/")
    assert "Z9" in page
    response = post(browser, f"/locations/{annex.pk}/bins/", name="")
    assert response.status_code == 422
    assert seen(browser, f"/locations/{annex.pk}/change/")
    response = post(
        browser, f"/locations/{annex.pk}/change/", name="Annex 2", kind="warehouse", channel="direct"
    )
    assert response.status_code == 303
    assert Location.objects.get(pk=annex.pk).name == "Annex 2"
    clean()


def test_a_count_runs_from_begin_to_end(browser: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    assert seen(browser, "/stock/counts/")
    response = post(browser, "/stock/counts/new/", location=str(company.location.pk), note="Spring")
    assert response.status_code == 303
    count = Count.objects.get()
    path = f"/stock/counts/{count.pk}/"
    values = {"bin": str(company.bins[0].pk), "product": product.sku, "counted": "4"}
    assert post(browser, f"{path}record/", **(values | {"counted": "x"})).status_code == 422
    assert post(browser, f"{path}record/", **values).status_code == 303
    assert "-1" in seen(browser, path).replace("−", "-")
    assert post(browser, f"{path}review/").status_code == 303
    assert post(browser, f"{path}complete/").status_code == 303
    assert held(product=product.pk) == {"bin": 4}
    assert "Completed" in seen(browser, path)
    clean()


def test_what_a_document_holds_moves_and_stays_its_own(browser: Client, company: World) -> None:
    """The number of the document says whose goods move; the bar says what moved from where to where."""
    product = company.product()
    company.stock(product, 5)
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, 3),), confirm=True)
    line = create_order(actor=HOUSE, wish=wish).one("ledger.Claim")
    reserve(actor=HOUSE, holds=[Hold(line, 3)])
    typed = {
        "product": product.sku,
        "from": f"location-{company.location.pk}",
        "to": f"location-{company.other.pk}",
        "quantity": "2",
        "line": "SO-9",
    }
    before = entries()
    refused = browser.post("/stock/transfer/", typed)
    assert (refused.status_code, entries()) == (422, before)
    assert 'id="f-line-e"' in refused.content.decode()
    moved = browser.post("/stock/transfer/", {**typed, "line": "so-1"})
    assert f"Transferred 2 × {product.sku} from Main to Van." in seen(browser, moved["Location"])
    there = Holding.objects.filter(claim=line, place__parent=company.other.place_id, quantity__gt=0)
    assert [one.quantity for one in there] == [2]
    clean()
