"""Pages of subscriptions: the list, one with its device, and what begins, moves and ends it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse as address

from tests.devices.test_keep import devices
from tests.world import World, clean, entries, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.devices.models import Subscription
from wharfinger.ledger.models import Entry
from wharfinger.ledger.reverse import reverse
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


@pytest.fixture
def browser(company: World, client: Client) -> Client:
    """A browser in which the company's user is signed in."""
    client.force_login(company.user)
    return client


def test_a_subscription_begins_uses_another_device_and_ends(company: World, browser: Client) -> None:
    first, second = devices(company, "ONE", "TWO")
    service = company.product(kind="service", price_micro=49_900_000, name="Line rental")
    contract = create_work_order(
        actor=HOUSE, wish=WorkWish("contract", company.customer.pk, title="Care")
    ).one("demand.Sheet")
    form = f"{address('devices:new_subscription')}?device={first}"
    assert "Acme" in seen(browser, form)
    wanted = {"organization": company.customer.pk, "sku": service.sku, "device": "ONE", "contract": contract}
    before = entries()
    for wrong, field in (
        ({"sku": "NONE"}, "There is no such product."),
        ({"device": "NONE"}, "This customer has no such device."),
        ({"price": "x"}, "is not a number"),
        ({"organization": ""}, "Please fill this in."),
    ):
        answer = browser.post(form, wanted | wrong)
        assert (answer.status_code, field in answer.content.decode()) == (422, True), wrong
    assert entries() == before
    browser.post(form, wanted)
    made = Subscription.objects.get()
    assert (made.device_id, made.contract_id, made.price_micro) == (first, contract, 49_900_000)
    path = address("devices:subscription", args=[made.pk])
    assert "D-1" in seen(browser, path)
    listed = seen(browser, address("devices:subscriptions"))
    assert f'href="{path}"' in listed
    assert "Line rental" in listed
    browser.post(address("devices:use_device", args=[made.pk]), {"device": "TWO"})
    assert Subscription.objects.get().device_id == second
    reverse(actor=HOUSE, entry=Entry.objects.latest("pk").pk)
    assert Subscription.objects.get().device_id == first
    browser.post(address("devices:use_device", args=[made.pk]), {"device": ""})
    assert Subscription.objects.get().device_id is None
    assert "SUB-1" in seen(browser, f"{address('devices:subscriptions')}?tab=without")
    browser.post(address("devices:end_subscription", args=[made.pk]), {})
    assert "Let it use" not in seen(browser, path)
    assert "SUB-1" not in seen(browser, address("devices:subscriptions"))
    assert "SUB-1" in seen(browser, f"{address('devices:subscriptions')}?tab=ended")
    clean()


def test_whose_device_it_is_not_is_refused_beside_its_field(company: World, browser: Client) -> None:
    (device,) = devices(company, "ONE")
    service = company.product(kind="service")
    browser.post(
        address("devices:new_subscription"), {"organization": company.customer.pk, "sku": service.sku}
    )
    made = Subscription.objects.get()
    before = entries()
    browser.post(address("devices:use_device", args=[made.pk]), {"device": "FOREIGN"})
    assert entries() == before
    assert made.device_id is None
    assert address("devices:subscription", args=[made.pk]) not in seen(
        browser, address("devices:device", args=[device])
    )
