"""What covers devices: contracts, subscriptions, a decision that none is needed, and warranties that end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse as address

from tests.api.test_nouns import Caller
from tests.devices.test_install import delivered, traced
from tests.devices.test_keep import devices, site
from tests.world import World, clean, entries, refused, seen, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.demand.models import Line, Sheet
from wharfinger.devices.actions.covering import review_contract, tell_warranties
from wharfinger.devices.actions.installing import install
from wharfinger.devices.actions.keeping import change, end_subscription, move, subscribe, use_device
from wharfinger.devices.models import Device
from wharfinger.devices.rules.installing import Installation
from wharfinger.devices.rules.keeping import SubscriptionWish
from wharfinger.ledger.models import Entry, Outbox
from wharfinger.ledger.reverse import reverse
from wharfinger.notices.mails import told
from wharfinger.notices.models import Rule
from wharfinger.parties.models import Organization, User
from wharfinger.returns.actions.receiving import take_back
from wharfinger.returns.rules.receiving import Returned
from wharfinger.returns.rules.requesting import Asked
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


def contract(company: World) -> int:
    """A contract of the customer."""
    wish = WorkWish("contract", company.customer.pk, title="Care")
    return create_work_order(actor=HOUSE, wish=wish).one("demand.Sheet")


def serve(company: World, device: int | None) -> int:
    """A subscription that uses a device."""
    wish = SubscriptionWish(company.customer.pk, company.product(kind="service").pk, device)
    return subscribe(actor=HOUSE, wish=wish).one("devices.Subscription")


def listed(company: World, **asked: str) -> list[int]:
    """The devices that the API lists so."""
    told = "&".join(f"{name}={value}" for name, value in asked.items())
    return sorted(one["id"] for one in Caller(company.user).good("get", f"/devices?{told}")["items"])


def test_a_device_without_contract_is_listed_until_somebody_decides(company: World, browser: Client) -> None:
    bare, under, used = devices(company, "BARE", "UNDER", "USED")
    change(actor=HOUSE, device=under, values={"contract_id": contract(company)})
    subscription = serve(company, used)
    assert listed(company, cover="none") == [bare]
    assert (listed(company, cover="contract"), listed(company, cover="subscription")) == ([under], [used])
    page = f"{address('devices:devices')}?tab=bare"
    assert f'href="/devices/{bare}/"' in seen(browser, page)
    assert f'href="/devices/{under}/"' not in seen(browser, page)
    browser.post(address("devices:review"), {"selected": [bare], "note": "Spare", "back": page})
    row = Device.objects.get(pk=bare)
    assert (row.reviewed_at is not None, row.reviewed_by) == (True, company.user)
    assert (Entry.objects.latest("pk").verb, Entry.objects.latest("pk").reason) == (
        "review_contract",
        "Spare",
    )
    assert (listed(company, cover="none"), listed(company, cover="reviewed")) == ([], [bare])
    assert f'href="/devices/{bare}/"' not in seen(browser, page)
    assert "Ada" in seen(browser, address("devices:device", args=[bare]))
    end_subscription(actor=HOUSE, subscription=subscription)
    assert listed(company, cover="none") == [used]
    reverse(actor=HOUSE, entry=Entry.objects.filter(verb="review_contract").get().pk)
    assert listed(company, cover="none") == [bare, used]
    clean()


@pytest.mark.parametrize("what", ["reference", "contract", "site", "owner", "subscribed", "used", "returned"])
def test_a_decision_holds_until_something_of_the_device_changes(company: World, what: str) -> None:
    (device,) = devices(company, "SN-1")
    review_contract(actor=company.user, devices=[device])
    line = Device.objects.get().line_id
    idle = serve(company, None)
    assert Device.objects.get().reviewed_at is not None
    act: Any = {
        "reference": lambda: change(actor=HOUSE, device=device, values={"reference": "Desk"}),
        "contract": lambda: change(actor=HOUSE, device=device, values={"contract_id": contract(company)}),
        "site": lambda: move(actor=HOUSE, device=device, site=site(company.customer, "Branch").pk),
        "owner": lambda: move(
            actor=HOUSE, device=device, site=site(Organization.objects.create(name="Beta"), "House").pk
        ),
        "subscribed": lambda: serve(company, device),
        "used": lambda: use_device(actor=HOUSE, subscription=idle, device=device),
        "returned": lambda: take_back(
            actor=HOUSE, organization=company.customer.pk, items=[Returned(Asked(1, line))]
        ),
    }[what]
    act()
    assert (Device.objects.get().reviewed_at, Device.objects.get().reviewed_by) == (None, None)
    reverse(actor=HOUSE, entry=Entry.objects.latest("pk").pk)
    assert (Device.objects.get().reviewed_at is None, Device.objects.get().reviewed_by) == (
        False,
        company.user,
    )
    clean()


def test_what_has_a_contract_or_is_decided_is_refused(company: World) -> None:
    bare, under = devices(company, "BARE", "UNDER")
    change(actor=HOUSE, device=under, values={"contract_id": contract(company)})
    refused(lambda: review_contract(actor=HOUSE, devices=[bare, under]), "has_contract", "devices")
    refused(lambda: review_contract(actor=HOUSE, devices=[]), "no_device", "devices")
    refused(lambda: review_contract(actor=HOUSE, devices=[999_999]), "no_such_device", "devices")
    ada = Caller(company.user)
    done = ada.good("post", "/devices/review", {"devices": [bare], "note": "Spare"})
    assert [(one["id"], one["cover"], one["reviewed_by"]) for one in done["devices"]] == [
        (bare, "reviewed", company.user.pk)
    ]
    assert ada.refused("post", "/devices/review", {"devices": [bare]}) == (409, "reviewed_already", "devices")
    assert ada.refused("get", "/devices?cover=hope") == (422, "not_one_of", "cover")
    stranger = User.objects.create(username="timo", name="Timo")
    assert Caller(stranger).refused("post", "/devices/review", {"devices": [bare]})[0] == 403


def test_reviewing_costs_the_same_for_any_number(company: World) -> None:
    found = devices(company, *(f"SN-{n}" for n in range(12)))
    counted = []
    for chosen in (found[:1], found[1:]):
        with CaptureQueriesContext(connection) as done:
            review_contract(actor=HOUSE, devices=chosen)
        counted.append(len(done))
    assert counted[0] == counted[1]


def told_of(entry: int) -> dict[int, list[str]]:
    """What each person is told of an entry."""
    return {one.user.pk: [text for _, text in one.bell.told] for one in told(Entry.objects.get(pk=entry))}


def ending(company: World, *after: int) -> list[int]:
    """Devices whose warranties end so many days from today."""
    today = clock.today("Europe/Berlin")
    found = devices(company, *(f"SN-{n}" for n in range(len(after))))
    for device, days in zip(found, after, strict=True):
        change(actor=HOUSE, device=device, values={"warranty_end_on": today + timedelta(days=days)})
    return found


def test_the_end_of_a_warranty_is_told_once_for_each_term(company: World) -> None:
    over, near, far = ending(company, -1, 30, 31)
    seller = User.objects.create(username="mara", name="Mara", email="mara@example.com")
    Sheet.objects.filter(pk=Line.objects.get().sheet_id).update(owner=seller)
    done = tell_warranties(actor=HOUSE)
    assert done is not None
    known = {one.pk: one.warranty_told_of for one in Device.objects.all()}
    end = Device.objects.get(pk=near).warranty_end_on
    assert known == {over: None, near: end, far: None}
    assert end is not None
    assert [(pk, len(lines)) for pk, lines in told_of(done.id).items()] == [(seller.pk, 1)]
    assert told_of(done.id)[seller.pk][0].startswith("D-2 (SN-1) Product ")
    assert Outbox.objects.filter(entry=done.id, consumer="notices").exists()
    assert tell_warranties(actor=HOUSE) is None
    change(actor=HOUSE, device=near, values={"warranty_end_on": end - timedelta(days=3)})
    again = tell_warranties(actor=HOUSE)
    assert again is not None
    Setting.objects.create(key="warranty_days", value=31)
    assert tell_warranties(actor=HOUSE) is not None
    assert Device.objects.get(pk=far).warranty_told_of is not None
    clean()


def test_who_wants_none_gets_none_and_named_people_get_all(company: World) -> None:
    ending(company, 3, 4)
    named = User.objects.create(username="wim", name="Wim", email="wim@example.com")
    deaf = User.objects.create(username="clara", name="Clara", silenced=["warranty_ends"])
    Rule.objects.create(event="warranty_ends", active=True, roles=[], people=[named.pk, deaf.pk])
    done = tell_warranties(actor=HOUSE)
    assert done is not None
    assert {pk: len(lines) for pk, lines in told_of(done.id).items()} == {named.pk: 2}
    Rule.objects.update(active=False)
    assert told_of(done.id) == {}


def test_the_list_says_whose_warranty_ends_within_how_many_days(company: World, browser: Client) -> None:
    over, near, far, last = ending(company, -1, 30, 45, 200)
    path = address("devices:devices")
    rows = {
        "?tab=soon": {near},
        "?tab=soon&within=60": {near, far},
        "?within=90": {near, far},
        "?tab=here": {over, near, far, last},
    }
    for query, wanted in rows.items():
        shown = seen(browser, path + query)
        assert {pk for pk in (over, near, far, last) if f'href="/devices/{pk}/"' in shown} == wanted, query
    today = clock.today("Europe/Berlin")
    until = today + timedelta(days=45)
    assert listed(company, warranty_end_on_from=str(today), warranty_end_on_to=str(until)) == [near, far]
    first = seen(browser, f"{path}?tab=soon&within=60")
    assert first.index(f'href="/devices/{near}/"') < first.index(f'href="/devices/{far}/"')


def test_whose_a_device_was_stands_on_its_page(company: World, browser: Client) -> None:
    (device,) = devices(company, "SN-1")
    beta = Organization.objects.create(name="Beta works")
    there = site(beta, "Beta house")
    gone = move(actor=HOUSE, device=device, site=there.pk, moved_on=date(2026, 11, 28))
    undone = move(actor=HOUSE, device=device, site=company.site.pk)
    reverse(actor=HOUSE, entry=undone.id)
    shown = Caller(company.user).good("get", f"/devices/{device}/owners")["items"]
    assert [(one["name"], one["until"]) for one in shown] == [("Beta works", None), ("Acme", "2026-11-28")]
    assert (shown[0]["entry"], shown[1]["entry"]) == (gone.id, Device.objects.get().made_id)
    page = seen(browser, address("devices:device", args=[device]))
    assert f'href="{address("site:entry", args=[gone.id])}"' in page
    assert page.index("Beta works") < page.index("Became theirs by") or "Acme" in page


def test_devices_of_several_customers_do_not_move_together(company: World, browser: Client) -> None:
    first, second = devices(company, "SN-1", "SN-2")
    beta = Organization.objects.create(name="Beta works")
    move(actor=HOUSE, device=second, site=site(beta, "Beta house").pk)
    before = entries()
    answer = browser.post(address("devices:move_chosen"), {"selected": [first, second]})
    assert browser.get(answer["Location"]).status_code == 422
    assert browser.post(answer["Location"], {"site": company.site.pk}).status_code == 422
    assert entries() == before
    line = delivered(company, traced(company, "SN-3"), 1)
    (third,) = install(actor=HOUSE, items=[Installation(line)]).made["devices.Device"]
    answer = browser.post(address("devices:move_chosen"), {"selected": [first, third]})
    assert "SN-3" in seen(browser, answer["Location"])
