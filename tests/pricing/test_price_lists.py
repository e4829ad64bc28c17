"""Price lists: which price a line is offered, and how lists are kept, copied and raised."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.world import World, entries, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.catalog.actions import change_product
from wharfinger.ledger.reverse import reverse
from wharfinger.pricing.actions import add_price_list, change_price_list, copy_price_list, raise_prices
from wharfinger.pricing.models import PriceList
from wharfinger.pricing.queries import items_of, listed, standing
from wharfinger.pricing.rules import Listed, Money, default_price

DAY = date(2026, 11, 28)
CABLE = SimpleNamespace(sku="CB-1", price_micro=2_000_000, quantity_decimals=2)


@pytest.fixture
def company(db: None) -> World:
    return world()


def on(
    price: int,
    *,
    start: int = 0,
    unit: str = "",
    pk: int = 1,
    currency: str = "EUR",
    first: date | None = None,
    last: date | None = None,
    theirs: bool = True,
) -> Listed:
    return Listed(unit, start, price, pk, currency, first, last, theirs)


def asked(
    *prices: Listed, quantity: int = 100, unit: str = "", per: int | None = None
) -> tuple[int, int | None]:
    offer = default_price(
        CABLE, prices, quantity=quantity, unit=unit, per=per, money=Money("EUR", "EUR"), on=DAY
    )
    return offer.price_micro, offer.price_list


def test_without_a_list_the_products_price_holds() -> None:
    assert asked() == (2_000_000, None)
    assert asked(unit="drum", per=30550) == (611_000_000, None)


def test_the_largest_quantity_that_is_reached_decides() -> None:
    breaks = (on(1_900_000), on(1_500_000, start=10_000), on(1_200_000, start=50_000))
    assert asked(*breaks, quantity=9_999) == (1_900_000, 1)
    assert asked(*breaks, quantity=10_000) == (1_500_000, 1)
    assert asked(*breaks, quantity=60_000) == (1_200_000, 1)
    assert asked(on(1_500_000, start=10_000), quantity=100) == (2_000_000, None)


def test_their_own_list_goes_before_everybodys_and_the_newest_before_an_older_one() -> None:
    everybody = on(1_000_000, pk=9, theirs=False, first=date(2026, 11, 1))
    assert asked(everybody, on(1_800_000)) == (1_800_000, 1)
    assert asked(everybody) == (1_000_000, 9)
    assert asked(on(1_800_000, first=date(2026, 1, 1)), on(1_700_000, pk=2, first=date(2026, 6, 1))) == (
        1_700_000,
        2,
    )


def test_a_list_holds_from_its_first_to_its_last_day_in_its_currency() -> None:
    assert asked(on(1, first=DAY, last=DAY)) == (1, 1)
    assert asked(on(1, first=date(2026, 11, 29))) == (2_000_000, None)
    assert asked(on(1, last=date(2026, 11, 27))) == (2_000_000, None)
    assert asked(on(1, currency="USD")) == (2_000_000, None)


def test_the_price_of_the_very_unit_goes_before_that_of_its_own() -> None:
    both = (on(1_000_000), on(250_000_000, unit="drum"))
    assert asked(*both, quantity=30_550, unit="drum", per=30_550) == (250_000_000, 1)
    assert asked(on(1_000_000), quantity=30_550, unit="drum", per=30_550) == (305_500_000, 1)
    assert asked(*both, quantity=30_550) == (1_000_000, 1)


def test_prices_are_set_taken_off_and_undone(company: World) -> None:
    product, other = company.product(sku="A"), company.product(sku="B")
    made = add_price_list(
        actor=HOUSE,
        values={"name": "Everybody", "currency": "EUR"},
        items=[
            {"product": product.pk, "price": "9.50"},
            {"product": product.pk, "from_quantity": "10", "price": "8.50"},
            {"product": other.pk, "price": "5"},
        ],
    )
    pk = made.one("pricing.PriceList")
    items = [{"product": product.pk, "price": "9.25"}, {"product": other.pk, "price": None}]
    changed = change_price_list(actor=HOUSE, price_list=pk, values={}, items=items)
    assert [(i.product.sku, i.from_quantity, i.price_micro) for i in items_of(pk)] == [
        ("A", 0, 9_250_000),
        ("A", 10, 8_500_000),
    ]
    reverse(actor=HOUSE, entry=changed.id)
    assert [i.price_micro for i in items_of(pk)] == [9_500_000, 8_500_000, 5_000_000]
    added = change_price_list(
        actor=HOUSE,
        price_list=pk,
        values={},
        items=[{"product": other.pk, "from_quantity": "5", "price": "4"}],
    )
    reverse(actor=HOUSE, entry=added.id)
    assert len(items_of(pk)) == 3
    asks = listed([company.customer.pk], [product.pk])[company.customer.pk, product.pk]
    assert {one.price_micro for one in asks} == {9_500_000, 8_500_000}


def test_a_copy_is_raised_to_the_cent_and_a_rise_is_undone(company: World) -> None:
    product = company.product()
    pk = add_price_list(
        actor=HOUSE,
        values={"name": "2026", "currency": "EUR", "valid_until": "2026-12-31"},
        items=[{"product": product.pk, "price": "9.99"}],
    ).one("pricing.PriceList")
    copy = copy_price_list(
        actor=HOUSE, price_list=pk, values={"name": "2027", "valid_from": "2027-01-01"}, percent="3.5"
    ).one("pricing.PriceList")
    assert [i.price_micro for i in items_of(copy)] == [10_340_000]
    assert PriceList.objects.get(pk=copy).valid_until is None
    fallen = raise_prices(actor=HOUSE, price_list=copy, percent="-10")
    assert [i.price_micro for i in items_of(copy)] == [9_310_000]
    reverse(actor=HOUSE, entry=fallen.id)
    assert [i.price_micro for i in items_of(copy)] == [10_340_000]


def test_what_does_not_fit_is_refused_and_nothing_is_written(company: World) -> None:
    product = company.product(sku="A")
    change_product(actor=HOUSE, product=product.pk, values={}, units=[{"name": "case", "factor": "24"}])
    euro = {"name": "List", "currency": "EUR"}
    pk = add_price_list(
        actor=HOUSE, values=euro, items=[{"product": product.pk, "unit": "case", "price": "200"}]
    ).one("pricing.PriceList")
    price = {"product": product.pk, "price": "1"}
    before = entries()
    for values, items, code, field in (
        ({"name": "LIST", "currency": "EUR"}, [], "name_taken", "name"),
        ({"name": "New"}, [], "missing", "currency"),
        ({**euro, "name": "New", "customer_group": 99}, [], "no_such_group", "customer_group"),
        (
            {**euro, "name": "New", "valid_from": "2026-12-01", "valid_until": "2026-11-01"},
            [],
            "ends_before_it_begins",
            "valid_until",
        ),
        ({**euro, "name": "New"}, [price, price], "price_twice", "items.1.product"),
        ({**euro, "name": "New"}, [{**price, "unit": "drum"}], "no_such_unit", "items.0.unit"),
        ({**euro, "name": "New"}, [{**price, "product": 99_999}], "no_such_product", "items.0.product"),
        ({**euro, "name": "New"}, [{**price, "from_quantity": "0.5"}], "not_whole", "items.0.from_quantity"),
        ({**euro, "name": "New"}, [{**price, "price": "x"}], "not_a_number", "items.0.price"),
    ):
        with pytest.raises(Refusal) as refused:
            add_price_list(actor=HOUSE, values=values, items=items)
        assert (refused.value.code, refused.value.field) == (code, field)
    with pytest.raises(Refusal) as refused:
        change_price_list(actor=HOUSE, price_list=pk, values={"currency": "USD"})
    assert refused.value.code == "list_has_prices"
    for percent in ("-100", "x"):
        with pytest.raises(Refusal):
            raise_prices(actor=HOUSE, price_list=pk, percent=percent)
    assert entries() == before


def test_the_api_keeps_lists(client: Client, company: World) -> None:
    client.force_login(company.user)
    json = "application/json"
    product = company.product(sku="A")
    body = {
        "name": "L",
        "currency": "EUR",
        "items": [{"product": product.pk, "from_quantity": "10", "price": "8.5"}],
    }
    made = client.post("/api/v1/price-lists", body, content_type=json)
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    assert made.json()["items"] == [
        {"product": product.pk, "sku": "A", "unit": "pc", "from_quantity": "10", "price": "8.5"}
    ]
    raised = client.post(f"/api/v1/price-lists/{pk}/raise", {"percent": "10"}, content_type=json)
    assert raised.json()["items"][0]["price"] == "9.35"
    copied = client.post(f"/api/v1/price-lists/{pk}/copy", {"name": "M"}, content_type=json)
    assert copied.status_code == 201, copied.content
    assert [one["name"] for one in client.get("/api/v1/price-lists").json()["items"]] == ["M", "L"]
    found = client.get(f"/api/v1/price-lists?product={product.pk}&include=items").json()["items"]
    assert len(found) == 2
    changed = client.patch(f"/api/v1/price-lists/{pk}", {"retired_on": "2026-11-01"}, content_type=json)
    assert changed.json()["retired_on"] == "2026-11-01"


def test_the_pages_keep_lists(client: Client, company: World) -> None:
    client.force_login(company.user)
    company.product(sku="A", name="Access point")
    company.product(sku="B")
    form = {"name": "Resellers", "currency": "eur", "customer_group": ""}
    assert client.post("/price-lists/new/", form).status_code == 303
    found = PriceList.objects.get()
    assert found.currency == "EUR"
    address = f"/price-lists/{found.pk}/"
    rows = {"sku-0": "a", "price-0": "9.50", "sku-1": "A", "from-1": "10", "price-1": "dear", "sku-2": ""}
    wrong = client.post(address, rows)
    assert wrong.status_code == 422
    assert 'id="f-price-1-e"' in wrong.content.decode()
    rows["price-1"] = "8.50"
    assert client.post(address, rows).status_code == 303
    assert [i.price_micro for i in items_of(found.pk)] == [9_500_000, 8_500_000]
    page = seen(client, address)
    assert 'value="9.50"' in page
    off = {"sku-0": "A", "unit-0": "pc", "from-0": "", "price-0": "", "standing-0": "yes"}
    assert client.post(address, off).status_code == 303
    assert [i.price_micro for i in items_of(found.pk)] == [8_500_000]
    assert client.post(f"{address}raise/", {"percent": "10"}).status_code == 303
    assert client.post(f"{address}copy/", {"name": "Copy", "percent": "−10"}).status_code == 303
    assert sorted(standing().values_list("price_micro", flat=True)) == [8_420_000, 9_350_000]
    assert "Copy" in seen(client, "/prices/?product=acc")
    assert client.post(f"{address}change/", {**form, "retired_on": "2026-11-01"}).status_code == 303
    assert ">Resellers</a>" not in seen(client, "/price-lists/")
    assert ">Resellers</a>" in seen(client, "/price-lists/?tab=all")


def test_the_pages_take_few_statements(client: Client, company: World) -> None:
    client.force_login(company.user)
    items = [{"product": company.product().pk, "price": "1"} for _ in range(30)]
    pk = add_price_list(actor=HOUSE, values={"name": "L", "currency": "EUR"}, items=items).one(
        "pricing.PriceList"
    )
    for address, most in (("/price-lists/", 12), ("/prices/", 12), (f"/price-lists/{pk}/", 20)):
        seen(client, address)
        with CaptureQueriesContext(connection) as found:
            seen(client, address)
        assert len(found) <= most, [query["sql"] for query in found]
