"""The people who use a device: its customer's, as long as it is theirs."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse as address

from tests.api.test_nouns import Caller
from tests.devices.test_keep import devices, site
from tests.world import World, clean, refused, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.devices.actions.keeping import move, name_users
from wharfinger.devices.models import Device, DeviceUser
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Contact, Organization
from wharfinger.returns.actions.receiving import take_back
from wharfinger.returns.actions.swapping import swap
from wharfinger.returns.rules.receiving import Returned
from wharfinger.returns.rules.requesting import Asked
from wharfinger.returns.rules.swapping import Incoming, Swap

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


@pytest.fixture
def rosa(company: World) -> Contact:
    """A person of the customer."""
    return Contact.objects.create(organization=company.customer, name="Rosa")


def using(device: int) -> list[str]:
    """Who uses a device now."""
    rows = DeviceUser.objects.filter(device=device, ended_at=None, void=None)
    return sorted(rows.values_list("contact__name", flat=True))


def test_people_are_named_on_the_page_and_over_http(company: World, rosa: Contact, client: Client) -> None:
    client.force_login(company.user)
    (device,) = devices(company, "SN-1")
    ben = Contact.objects.create(organization=company.customer, name="Ben")
    path = address("devices:device", args=[device])
    client.post(address("devices:name_user", args=[device]), {"add": rosa.pk})
    assert using(device) == ["Rosa"]
    page = seen(client, path)
    assert f'<option value="{ben.pk}">' in page
    assert f'<option value="{rosa.pk}">' not in page
    ada = Caller(company.user)
    done = ada.good("post", f"/devices/{device}/users", {"add": [ben.pk], "remove": [rosa.pk]})
    assert (done["users"], using(device)) == ([ben.pk], ["Ben"])
    reverse(actor=HOUSE, entry=done["entry"])
    assert using(device) == ["Rosa"]
    client.post(address("devices:name_user", args=[device]), {"remove": rosa.pk})
    assert using(device) == []
    clean()


def test_who_cannot_use_it_is_refused(company: World, rosa: Contact) -> None:
    (device,) = devices(company, "SN-1")
    foreign = Contact.objects.create(organization=Organization.objects.create(name="Beta"), name="Zoe")
    name_users(actor=HOUSE, device=device, add=[rosa.pk])
    refused(lambda: name_users(actor=HOUSE, device=device, add=[foreign.pk]), "no_such_contact", "add.0")
    refused(lambda: name_users(actor=HOUSE, device=device, add=[rosa.pk]), "uses_already", "add.0")
    refused(lambda: name_users(actor=HOUSE, device=device, remove=[foreign.pk]), "uses_it_not", "remove.0")
    refused(lambda: name_users(actor=HOUSE, device=device), "no_contact", "add")
    refused(
        lambda: name_users(actor=HOUSE, device=device, add=[rosa.pk], remove=[rosa.pk]),
        "both_ways",
        "remove.0",
    )
    refused(lambda: name_users(actor=HOUSE, device=999_999, add=[rosa.pk]), "no_such_device")
    assert using(device) == ["Rosa"]


def test_who_used_a_device_uses_the_one_that_takes_its_place(company: World, rosa: Contact) -> None:
    old, spare = devices(company, "OLD", "SPARE")
    company.stock(Device.objects.get(pk=old).product, 1, serials=("NEW",))
    name_users(actor=HOUSE, device=old, add=[rosa.pk])
    done = swap(actor=HOUSE, swap=Swap(old, Incoming(serial="NEW"), reason="Broken"))
    new = done.one("devices.Device")
    assert (using(old), using(new), using(spare)) == ([], ["Rosa"], [])
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert using(old) == ["Rosa"]
    clean()


@pytest.mark.parametrize("way", ["returned", "new owner"])
def test_nobody_uses_what_is_no_longer_theirs(company: World, rosa: Contact, way: str) -> None:
    (device,) = devices(company, "SN-1")
    name_users(actor=HOUSE, device=device, add=[rosa.pk])
    left = name_users(actor=HOUSE, device=device, remove=[rosa.pk])
    again = name_users(actor=HOUSE, device=device, add=[rosa.pk])
    if way == "returned":
        item = Returned(Asked(1, Device.objects.get().line_id))
        done = take_back(actor=HOUSE, organization=company.customer.pk, items=[item])
    else:
        done = move(
            actor=HOUSE, device=device, site=site(Organization.objects.create(name="Beta"), "House").pk
        )
    assert using(device) == []
    clean()
    refused(lambda: reverse(actor=HOUSE, entry=left.id), "user_lost")
    reverse(actor=HOUSE, entry=done.id)
    assert using(device) == ["Rosa"]
    reverse(actor=HOUSE, entry=again.id)
    assert using(device) == []
    reverse(actor=HOUSE, entry=left.id)
    assert using(device) == ["Rosa"]
    clean()
