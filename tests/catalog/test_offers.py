"""What vendors ask: packs, minimums, price breaks, prices to come, their stock; taken over as a list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.api.test_nouns import Caller
from tests.world import World, clean, entries, seen, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.actions.offers import come_into_force, set_offers
from wharfinger.catalog.models import PriceBreak, Product, VendorPrice
from wharfinger.catalog.rules.offers import Step, cost_at, to_order
from wharfinger.ledger.reverse import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def browser(client: Client, company: World) -> Client:
    client.force_login(company.user)
    return client


def steps(product: Product) -> list[tuple[int, int]]:
    found = PriceBreak.objects.filter(
        price__product=product, valid_from__isnull=True, retired_on__isnull=True, void__isnull=True
    )
    return list(found.order_by("from_quantity").values_list("from_quantity", "cost_micro"))


def test_the_highest_break_that_is_reached_is_the_price() -> None:
    breaks = [Step(100, 8), Step(500, 7)]
    assert [cost_at(9, breaks, units) for units in (1, 99, 100, 499, 500, 9999)] == [9, 9, 8, 8, 7, 7]
    assert [to_order(units, 10, 25) for units in (1, 25, 26, 30, 31)] == [30, 30, 30, 30, 40]
    assert to_order(7, None, None) == 7


def test_breaks_packs_and_minimums_over_http(company: World) -> None:
    ada = Caller(company.user)
    vendor = {
        "organization": company.vendor.pk,
        "cost": "9",
        "pack_quantity": "10",
        "minimum_quantity": "20",
        "currency": "USD",
        "stock": "140",
        "stock_on": "2026-03-01",
        "breaks": [{"from_quantity": "500", "cost": "7.5"}, {"from_quantity": "100", "cost": "8"}],
    }
    made = ada.good("post", "/products", {"sku": "A", "name": "A", "vendors": [vendor]})
    (shown,) = made["vendors"]
    assert (shown["pack_quantity"], shown["minimum_quantity"], shown["currency"]) == ("10", "20", "USD")
    assert (shown["stock"], shown["stock_on"], shown["coming"]) == ("140", "2026-03-01", [])
    assert [(one["from_quantity"], one["cost"]) for one in shown["breaks"]] == [("100", "8"), ("500", "7.5")]
    path = f"/products/{made['id']}"
    less = {"organization": company.vendor.pk, "breaks": [{"from_quantity": "100", "cost": "7.9"}]}
    (shown,) = ada.good("patch", path, {"vendors": [less]})["vendors"]
    assert [(one["from_quantity"], one["cost"]) for one in shown["breaks"]] == [("100", "7.9")]
    assert shown["pack_quantity"] == "10"
    before = entries()
    for given, why, field in (
        ({"breaks": [less["breaks"][0]] * 2}, "named_twice", "vendors.0.breaks.1.from_quantity"),
        ({"pack_quantity": "0"}, "not_positive", "vendors.0.pack_quantity"),
        ({"minimum_quantity": "1.5"}, "too_precise", "vendors.0.minimum_quantity"),
    ):
        refused = ada.refused("patch", path, {"vendors": [{"organization": company.vendor.pk, **given}]})
        assert refused == (422, why, field)
    assert entries() == before
    clean()


def test_a_price_that_is_announced_comes_into_force_on_its_day(
    company: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = company.product()
    today = clock.today("Europe/Berlin")
    now = {"organization": company.vendor.pk, "breaks": [{"from_quantity": "100", "cost": "5"}]}
    change_product(actor=HOUSE, product=product.pk, values={}, vendors=[now])
    later: dict[str, Any] = {
        "product": product.pk,
        "cost": "6.5",
        "valid_from": today + timedelta(days=30),
        "breaks": [{"from_quantity": "200", "cost": "6"}],
    }
    set_offers(actor=HOUSE, vendor=company.vendor.pk, offers=[later])
    price = VendorPrice.objects.get(product=product)
    assert (price.cost_micro, price.valid_from, steps(product)) == (6_000_000, None, [(100, 5_000_000)])
    assert come_into_force(actor=HOUSE) is None
    day = clock.now() + timedelta(days=31)
    monkeypatch.setattr(clock, "now", lambda: day)
    done = come_into_force(actor=HOUSE)
    assert done is not None
    price.refresh_from_db()
    assert (price.cost_micro, price.valid_from) == (6_500_000, today + timedelta(days=30))
    assert steps(product) == [(200, 6_000_000)]
    assert come_into_force(actor=HOUSE) is None
    reverse(actor=HOUSE, entry=done.id)
    price.refresh_from_db()
    assert (price.cost_micro, steps(product)) == (6_000_000, [(100, 5_000_000)])
    clean()


def test_a_price_that_is_undone_is_asked_no_more(company: World) -> None:
    product = company.product()
    VendorPrice.objects.filter(product=product).delete()
    offer = {"organization": company.vendor.pk, "cost": "8", "breaks": [{"from_quantity": "10", "cost": "7"}]}
    given = change_product(actor=HOUSE, product=product.pk, values={}, vendors=[offer])
    reverse(actor=HOUSE, entry=given.id)
    assert not VendorPrice.objects.filter(product=product).exists()
    assert steps(product) == []
    change_product(actor=HOUSE, product=product.pk, values={}, vendors=[{**offer, "cost": "9", "breaks": []}])
    (price,) = VendorPrice.objects.filter(product=product)
    assert (price.cost_micro, price.default) == (9_000_000, True)
    clean()


def test_a_list_is_taken_over_by_one_entry(company: World) -> None:
    known, fresh = company.product(), company.product()
    other = company.customer
    other.vendor = True
    other.save()
    before = entries()
    offers: list[dict[str, Any]] = [
        {"product": known.pk, "cost": "5.5", "part_number": "K-1"},
        {"product": fresh.pk, "cost": "3", "default": True},
    ]
    done = set_offers(actor=HOUSE, vendor=other.pk, offers=offers)
    assert entries() == before + 1
    prices = {(p.product_id, p.organization_id): p for p in VendorPrice.objects.all()}
    assert prices[known.pk, other.pk].cost_micro == 5_500_000
    assert not prices[known.pk, other.pk].default
    assert prices[fresh.pk, other.pk].default
    assert not prices[fresh.pk, company.vendor.pk].default
    with pytest.raises(BadInput) as refused:
        set_offers(actor=HOUSE, vendor=other.pk, offers=[{"product": 999_999, "cost": "1"}])
    assert refused.value.field == "offers.0.product"
    reverse(actor=HOUSE, entry=done.id)
    assert VendorPrice.objects.get(product=fresh, organization=company.vendor).default
    clean()


def test_breaks_are_typed_into_the_form_and_shown(browser: Client, company: World) -> None:
    product = company.product(sku="CBL-1")
    typed = {
        "sku": "CBL-1",
        "name": "Cable",
        "kind": "stocked",
        "traced": "none",
        "traced_from": "receipt",
        "unit": "pc",
        "quantity_decimals": "0",
        "tax_code": str(company.tax.pk),
        "vendors.0.organization": str(company.vendor.pk),
        "vendors.0.cost": "9",
        "vendors.0.pack_quantity": "24",
        "vendors.0.breaks": "100 = 8.00\n500=7.25",
    }
    at = f"/products/{product.pk}/change/"
    assert browser.post(at, typed).status_code == 303
    assert steps(product) == [(100, 8_000_000), (500, 7_250_000)]
    page = seen(browser, f"/products/{product.pk}/")
    assert "from 500: 7.25" in page
    assert ">24<" in page
    assert "500 = 7.25" in seen(browser, at)
    before = entries()
    answer = browser.post(at, {**typed, "vendors.0.breaks": "a hundred"})
    assert answer.status_code == 422
    assert 'id="f-vendors.0.breaks-e"' in answer.content.decode()
    assert entries() == before
