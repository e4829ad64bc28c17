"""Devices that stand: relations, moves between sites and owners, subscriptions."""

from __future__ import annotations

from datetime import date

import pytest

from tests.devices.test_install import delivered, refused, traced
from tests.world import World, clean, world
from wharfinger.base.access import HOUSE
from wharfinger.devices.actions.installing import install
from wharfinger.devices.actions.keeping import change, end_subscription, move, relate, subscribe, use_device
from wharfinger.devices.models import Device, Relation, Subscription
from wharfinger.devices.rules.installing import Installation
from wharfinger.devices.rules.keeping import SubscriptionWish
from wharfinger.ledger.models import Fact, Holding, Place
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Contact, Organization, Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def devices(company: World, *serials: str) -> list[int]:
    """Installed devices with these serial numbers."""
    line = delivered(company, traced(company, *serials), len(serials))
    return install(actor=HOUSE, items=[Installation(line, serial=s) for s in serials]).made["devices.Device"]


def site(organization: Organization, name: str) -> Site:
    """Another site."""
    return Site.objects.create(
        organization=organization,
        name=name,
        place=Place.objects.create(kind="customer"),
        rented_place=Place.objects.create(kind="rented"),
    )


def test_components_move_with_their_device(company: World) -> None:
    rack, router, module, beside = devices(company, "RACK", "ROUTER", "MODULE", "BESIDE")
    relate(actor=HOUSE, device=router, other=rack, kind="parent")
    relate(actor=HOUSE, device=router, other=module, kind="child")
    relate(actor=HOUSE, device=rack, other=beside, kind="related")
    branch = site(company.customer, "Branch")
    done = move(actor=HOUSE, device=router, site=branch.pk)
    places = {
        h.lot.code: h.place_id for h in Holding.objects.filter(serial=True, quantity__gt=0, unbounded=False)
    }
    assert places["ROUTER"] == places["MODULE"] == branch.place_id
    assert places["RACK"] == places["BESIDE"] == company.site.place_id
    assert set(Device.objects.filter(site=branch).values_list("pk", flat=True)) == {router, module}
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert not Device.objects.filter(site=branch).exists()
    clean()


def test_a_new_owner_is_kept_in_the_history(company: World) -> None:
    (router,) = devices(company, "ROUTER")
    contact = Contact.objects.create(organization=company.customer, name="Cara")
    change(actor=HOUSE, device=router, values={"contact_id": contact.pk, "warranty_end_on": date(2030, 1, 1)})
    other = Organization.objects.create(name="Beta")
    there = site(other, "Beta house")
    move(actor=HOUSE, device=router, site=there.pk)
    device = Device.objects.get()
    assert (device.organization, device.site, device.contact_id) == (other, there, None)
    assert device.warranty_end_on == date(2030, 1, 1)
    owners = Fact.objects.filter(subject=f"device:{router}", field="organization_id")
    assert [(f.old, f.new) for f in owners] == [(str(company.customer.pk), str(other.pk))]
    refused("there_already", lambda: move(actor=HOUSE, device=router, site=there.pk))
    clean()


def test_relations_make_no_circles(company: World) -> None:
    one, two, three = devices(company, "ONE", "TWO", "THREE")
    relate(actor=HOUSE, device=one, other=two, kind="parent")
    done = relate(actor=HOUSE, device=two, other=three, kind="parent")
    refused("circle", lambda: relate(actor=HOUSE, device=three, other=one, kind="parent"))
    refused("part_already", lambda: relate(actor=HOUSE, device=three, other=one, kind="child"))
    refused("related_already", lambda: relate(actor=HOUSE, device=two, other=one, kind="related"))
    refused("same_device", lambda: relate(actor=HOUSE, device=one, other=one, kind="related"))
    refused("no_such_relation", lambda: relate(actor=HOUSE, device=one, other=three, kind="twin"))
    reverse(actor=HOUSE, entry=done.id)
    assert Relation.objects.filter(void__isnull=True).count() == 1
    clean()


def test_subscriptions_begin_move_and_end(company: World) -> None:
    one, two = devices(company, "ONE", "TWO")
    service = company.product(kind="service", price_micro=49_900_000)
    done = subscribe(
        actor=HOUSE, wish=SubscriptionWish(company.customer.pk, service.pk, one, starts_on=date(2026, 1, 1))
    )
    made = done.one("devices.Subscription")
    use_device(actor=HOUSE, subscription=made, device=two)
    found = Subscription.objects.get()
    assert (found.number, found.device_id, found.price_micro) == ("SUB-1", two, 49_900_000)
    refused(
        "ends_before_start",
        lambda: end_subscription(actor=HOUSE, subscription=made, ended_on=date(2025, 1, 1)),
    )
    end_subscription(actor=HOUSE, subscription=made, ended_on=date(2026, 2, 1))
    refused("ended_already", lambda: end_subscription(actor=HOUSE, subscription=made))
    clean()


def test_a_device_in_use_keeps_its_owner(company: World) -> None:
    (router,) = devices(company, "ROUTER")
    service = company.product(kind="service")
    subscribe(actor=HOUSE, wish=SubscriptionWish(company.customer.pk, service.pk, router))
    there = site(Organization.objects.create(name="Beta"), "Beta house")
    found = refused("used_by_subscription", lambda: move(actor=HOUSE, device=router, site=there.pk))
    assert [r.verb for r in found.remedies] == ["swap", "end_subscription"]
