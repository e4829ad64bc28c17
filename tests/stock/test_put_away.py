"""Where goods that came in belong, and how they get there."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.world import World, clean, entries, seen, world
from wharfinger.catalog.models import Barcode, Product
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.models import Holding
from wharfinger.sales.actions.orders import create_order, reserve
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.actions.levels import set_level
from wharfinger.stock.actions.locations import add_bin
from wharfinger.stock.models import Bin
from wharfinger.stock.queries.putting_away import known_codes, waiting
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.keeping import Keep
from wharfinger.stock.rules.putting_away import Lying, Shelf, suggest

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company whose main location has five bins: A1 takes what comes in."""
    made = world()
    for n in (3, 4, 5):
        values = {"name": f"A{n}", "sequence": n}
        add_bin(actor=made.user, location=made.location.pk, values=values)
    made.bins = [*Bin.objects.filter(location=made.location).order_by("name")]
    return made


@pytest.fixture
def browser(client: Client, company: World) -> Client:
    client.force_login(company.user)
    return client


def own_bin(company: World, product: Product, bin: Bin) -> None:
    keep = Keep(0, 0, bin=bin.pk)
    set_level(actor=company.user, product=product.pk, location=company.location.pk, keep=keep)


def proposed(company: World) -> list[tuple[str, str, int, str, str]]:
    found = waiting(company.location)
    return [
        (row.product.sku, row.code, row.put.quantity, row.bin.name if row.bin else "", row.put.why)
        for row in found.rows
    ]


def lies(product: Product) -> dict[str, int]:
    found = Holding.objects.filter(product=product, kind="bin", quantity__gt=0)
    sums: dict[str, int] = {}
    for name, units in found.values_list("place__bin__name", "quantity"):
        sums[name] = sums.get(name, 0) + units
    return sums


def test_its_own_bin_else_where_more_lies_else_an_empty_one(company: World) -> None:
    mine, more, new, other, stays = (company.product() for _ in range(5))
    own_bin(company, mine, company.bins[4])
    own_bin(company, stays, company.bins[0])
    company.stock(more, 1, bin=company.bins[2])
    for product in (mine, more, new, other, stays):
        company.stock(product, 2)
    assert proposed(company) == [
        (mine.sku, "", 2, "A5", "own"),
        (more.sku, "", 2, "A3", "same"),
        (new.sku, "", 2, "A2", "empty"),
        (other.sku, "", 2, "A4", "empty"),
    ]
    company.stock(company.product(), 1)
    assert proposed(company)[-1][3:] == ("", "")


def test_a_batch_goes_to_its_batch_and_a_full_bin_takes_no_more() -> None:
    batch = Lying(7, 71, 5, batch=True)
    shelves = [Shelf(1, 4, holds={(7, 70): 2}), Shelf(2, 3, holds={(7, 71): 1}), Shelf(3)]
    assert [(put.bin, put.quantity, put.why) for put in suggest([batch], shelves)] == [
        (2, 2, "batch"),
        (1, 2, "same"),
        (3, 1, "empty"),
    ]
    # Metres in hundredths: a bin for two whole units takes two hundred of them.
    metres = Lying(8, 80, 250, decimals=2)
    assert [(put.bin, put.quantity) for put in suggest([metres], [Shelf(1, 2)])] == [(1, 200), (None, 50)]


def test_scans_put_goods_into_the_bin_that_is_scanned_after_them(browser: Client, company: World) -> None:
    phone = company.product(traced="serial", cost_method="specific")
    cable = company.product()
    Barcode.objects.create(
        product=cable, code="CARTON", code_key="carton", quantity=4, made_id=company.stock(cable, 6).id
    )
    company.stock(phone, 3, serials=("S1", "S2", "S3"))
    order = create_order(
        actor=company.user, wish=OrderWish(company.customer.pk, (LineWish(cable.pk, 5),), confirm=True)
    )
    (line,) = order.made["ledger.Claim"]
    reserve(actor=company.user, holds=[Hold(line, 5)])
    page = seen(browser, f"/stock/put-away/?location={company.location.pk}")
    assert "5 reserved" in page
    known = known_codes(waiting(company.location))
    assert known[phone.sku.lower()] == {"numbered": True}
    assert set(known) == {"s1", "s2", "s3", phone.sku.lower(), cable.sku.lower(), "carton"}
    said = {"location": company.location.pk, "bin": company.bins[3].pk}
    scans = ["s3", cable.sku, "S1", "CARTON"]
    answer = browser.post("/stock/put-away/", said | {"scanned": scans}, follow=True)
    assert "Put 5 × " in answer.content.decode()
    assert (lies(phone), lies(cable)) == ({"A1": 1, "A4": 2}, {"A1": 1, "A4": 5})
    held = Holding.objects.filter(product=cable, claim=line, place=company.bins[3].place)
    assert held.get().quantity == 4, "the free one went first, the rest stays reserved"
    clean()
    before = entries()
    for wrong in ({"scanned": ["S1"]}, {"scanned": [cable.sku, cable.sku]}, {"scanned": [phone.sku]}, {}):
        assert browser.post("/stock/put-away/", said | wrong).status_code == 422
    assert browser.post("/stock/put-away/", said | {"scanned": ["S2"], "bin": ""}).status_code == 422
    assert entries() == before


def test_a_row_puts_away_all_of_it(browser: Client, company: World) -> None:
    phone = company.product(traced="serial", cost_method="specific")
    company.stock(phone, 2, serials=("S1", "S2"))
    kept = company.product()
    owner = Adjustment(kept.pk, 3, company.location.place_id, owner=company.customer.pk)
    adjust(actor=company.user, items=[owner], reason="Kept for them")
    page = seen(browser, f"/stock/put-away/?location={company.location.pk}")
    assert "kept for others" in page
    for product in (phone, kept):
        row = next(r for r in waiting(company.location).rows if r.product == product)
        assert row.bin
        goods = row.put.goods
        key = f"{product.pk}-{0 if goods.serial else goods.lot}-{goods.owner or 0}"
        said: dict[str, Any] = {
            "location": company.location.pk,
            "bin": row.bin.pk,
            "group": f"{key}-{row.bin.pk}",
        }
        assert browser.post("/stock/put-away/", said).status_code == 303
        assert "A1" not in lies(product)
    clean()
    assert waiting(company.location).rows == []


def test_what_waits_is_told_over_http(browser: Client, company: World) -> None:
    phone = company.product(traced="serial", cost_method="specific")
    company.stock(phone, 1, serials=("S1",))
    path = f"/api/v1/stock/put-away?location={company.location.pk}"
    answer = browser.get(path).json()
    assert answer == {
        "location": company.location.pk,
        "bin": company.bins[0].pk,
        "items": [
            {
                "product": phone.pk,
                "sku": phone.sku,
                "code": "S1",
                "quantity": "1",
                "line": None,
                "owner": None,
                "bin": company.bins[1].pk,
                "bin_name": "A2",
                "why": "empty",
            }
        ],
        "more": False,
    }
    assert browser.get("/api/v1/stock/put-away?location=99999").status_code == 422


def test_it_takes_as_many_statements_for_many_things(browser: Client, company: World) -> None:
    counts = []
    for _ in range(2):
        for _ in range(12):
            company.stock(company.product(), 2)
        path = f"/stock/put-away/?location={company.location.pk}"
        seen(browser, path)
        with CaptureQueriesContext(connection) as found:
            seen(browser, path)
        counts.append(len(found))
    assert counts[0] == counts[1] <= 12
