"""Purchasing & Fulfillment tells what a vendor asks for so many, who asks less and who is faster, and orders so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.boards.test_acts import act, row
from tests.purchasing.buying import arrive, person, sold, stocked_up
from tests.world import World, clean, entries, held, seen, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.models import Product, VendorPrice
from wharfinger.parties.models import Organization
from wharfinger.pricing.actions import set_rates
from wharfinger.purchasing.actions.ordering import submit
from wharfinger.purchasing.models import PurchaseOrder
from wharfinger.site.formats import day

pytestmark = pytest.mark.django_db
BOARD = "/work/purchasing/?column=vendor&column=cost"


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def browser(company: World) -> Client:
    client = Client()
    client.force_login(company.user)
    return client


def vendor(name: str, currency: str = "EUR") -> Organization:
    return Organization.objects.create(
        name=name, vendor=True, customer=False, currency=currency, language="en"
    )


def sells(product: Product, who: Organization, cost: int, **values: Any) -> None:
    VendorPrice.objects.create(product=product, organization=who, cost_micro=cost * 10**6, **values)


def worth(day: str, rate: str) -> None:
    set_rates(actor=HOUSE, rates=[{"currency": "USD", "rate": rate, "valid_from": day}])


def test_a_cost_is_what_so_many_cost_in_the_currency_in_which_it_is_asked(
    company: World, browser: Client
) -> None:
    product = company.product()
    offer = {
        "organization": company.vendor.pk,
        "cost": "6",
        "currency": "USD",
        "breaks": [{"from_quantity": "10", "cost": "5"}],
    }
    change_product(actor=HOUSE, product=product.pk, values={}, vendors=[offer | {"default": True}])
    sold(company, product, 4)
    sold(company, product, 12)
    told = browser.get(f"{BOARD}&export=csv").content.decode()
    assert sorted(line.split(",")[-1].strip() for line in told.splitlines()[1:]) == ["24.00", "60.00"]
    page = seen(browser, BOARD)
    assert "24.00\xa0US$" in page
    assert "24.00\xa0€" not in page


def test_packs_and_the_minimum_decide_which_break_is_reached(company: World, browser: Client) -> None:
    product = company.product()
    offer = {
        "organization": company.vendor.pk,
        "cost": "6",
        "pack_quantity": "10",
        "breaks": [{"from_quantity": "10", "cost": "5"}],
    }
    change_product(actor=HOUSE, product=product.pk, values={}, vendors=[offer | {"default": True}])
    sold(company, product, 4)
    assert "20.00" in seen(browser, BOARD)


def test_who_asks_less_and_who_is_faster_stands_beneath(company: World, browser: Client) -> None:
    product = company.product()
    cheap, quick = vendor("Cheaply"), vendor("Quickly")
    sells(product, cheap, 5)
    sells(product, quick, 9, lead_time_days=2)
    sold(company, product, 3)
    page = seen(browser, BOARD)
    assert "Cheapest: Cheaply, 5.00 EUR\nFastest: Quickly, 2 days" in page
    reader = Client()
    reader.force_login(person("reader", "*.read"))
    page = seen(reader, BOARD)
    assert "Fastest: Quickly, 2 days" in page
    assert "Cheapest" not in page
    VendorPrice.objects.filter(organization=company.vendor).update(cost_micro=4_000_000, lead_time_days=1)
    page = seen(browser, BOARD)
    assert "Cheapest" not in page
    assert "Fastest" not in page


def test_prices_in_other_currencies_are_compared_at_the_rate_of_the_day(
    company: World, browser: Client
) -> None:
    """Whoever asks in a currency whose rate nobody entered is not compared."""
    product = company.product()
    sells(product, vendor("Overseas", "USD"), 5)
    sold(company, product, 3)
    assert "Cheapest" not in seen(browser, BOARD)
    worth("2020-01-01", "0.9")
    assert "Cheapest: Overseas, 5.00 USD" in seen(browser, BOARD)
    worth("2020-01-02", "1.3")
    assert "Cheapest" not in seen(browser, BOARD)


def test_a_pack_that_nobody_needs_makes_a_vendor_dear(company: World, browser: Client) -> None:
    product = company.product()
    sells(product, vendor("By the box"), 5, pack_quantity=100)
    sold(company, product, 3)
    assert "Cheapest" not in seen(browser, BOARD)


def test_each_line_is_ordered_where_it_is_cheapest_or_fastest(company: World, browser: Client) -> None:
    cheap, quick = vendor("Cheaply"), vendor("Quickly")
    one, two, three = (company.product() for _ in range(3))
    sells(one, cheap, 5)
    sells(two, quick, 9, lead_time_days=2)
    rows = [row(sold(company, product, 2), "to_order") for product in (one, two, three)]
    act(browser, "order", "/work/purchasing/", rows, vendor="cheapest", expected_on="2030-01-02")
    orders = {order.vendor.name: order for order in PurchaseOrder.objects.all()}
    skus = {name: sorted(line.product_id for line in order.lines.all()) for name, order in orders.items()}
    assert skus == {"Cheaply": [one.pk], "Grossist": [two.pk, three.pk]}
    assert {order.expected_on.isoformat() for order in orders.values()} == {"2030-01-02"}
    rows = [row(sold(company, product, 2), "to_order") for product in (two, three)]
    act(browser, "order", "/work/purchasing/", rows, vendor="fastest")
    made = PurchaseOrder.objects.order_by("-pk")[:2]
    assert {order.vendor.name for order in made} == {"Quickly", "Grossist"}
    clean()


def test_lines_are_put_on_a_draft_that_is_there(company: World, browser: Client) -> None:
    product = company.product()
    first, second, third = (sold(company, product, n) for n in (1, 2, 3))
    act(browser, "order", "/work/purchasing/", [row(first, "to_order")])
    (order,) = PurchaseOrder.objects.all()
    rows = [row(line, "to_order") for line in (second, third)]
    assert f"{order.number} · Grossist" in seen(browser, "/work/purchasing/")
    before = entries()
    act(browser, "order-onto", "/work/purchasing/", rows)
    assert entries() == before
    assert "Please fill this in." in seen(browser, "/work/purchasing/")
    act(browser, "order-onto", "/work/purchasing/", rows, draft=str(order.pk))
    assert [line.quantity for line in order.lines.order_by("position")] == [1, 5]
    assert held(third) == {"drafted": 3, "to_bill": 3}
    submit(actor=HOUSE, order=order.pk)
    assert f"{order.number} · Grossist" not in seen(browser, "/work/purchasing/")
    clean()


def test_a_line_is_found_by_the_vendors_number(company: World, browser: Client) -> None:
    known, other = company.product(), company.product()
    VendorPrice.objects.filter(product=known).update(part_number="GX-77")
    for product in (known, other):
        sold(company, product, 1)
    found = seen(browser, "/work/purchasing/?find=gx-77")
    assert known.sku in found
    assert found.count('name="selected"') == 1
    for product in (known, other):
        stocked_up(company, (product, 1, 1_000_000))
    found = seen(browser, "/work/receiving/?find=gx-77")
    assert known.sku in found
    assert found.count('name="selected"') == 1


def test_what_waits_for_goods_says_since_when_and_when_the_next_are_free(
    company: World, browser: Client
) -> None:
    def cells() -> str:
        return seen(browser, "/work/purchasing/?tab=pending").partition("<tbody>")[2]

    product, today = company.product(procured=False), clock.today("Europe/Berlin")
    sold(company, product, 2)
    assert day(today) in cells()
    for days in (9, 4):
        coming = today + timedelta(days=days)
        assert day(coming) not in cells()
        stocked_up(company, (product, 1, 1_000_000), expected_on=coming)
        assert day(coming) in cells()
    assert day(today + timedelta(days=9)) not in cells()


def test_whoever_may_only_read_a_worklist_sees_who_does_what_is_to_be_done(
    company: World, browser: Client
) -> None:
    made = stocked_up(company, (company.product(), 3, 5_000_000))
    arrive(made.lines[0], 3, rejected=1, note="Damaged")
    person("zoe", "purchasing.send_back")
    reader = Client()
    reader.force_login(person("reader", "purchasing.read"))
    assert "You may read this. “Send back” is for: Ada, Zoe." in seen(reader, "/work/refused/")
    assert "You may read this." not in seen(browser, "/work/refused/")
