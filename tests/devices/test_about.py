"""The devices that tickets, projects, contracts and jobs are about."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.devices.test_install import refused
from tests.devices.test_keep import devices
from tests.sales.test_api import send
from tests.sales.test_pages import do, see
from tests.world import World, clean
from wharfinger.base.access import HOUSE
from wharfinger.devices.actions.about import name_devices
from wharfinger.devices.models import Device, WorkDevice
from wharfinger.ledger.models import Entry
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Organization
from wharfinger.returns.actions.swapping import swap
from wharfinger.returns.rules.swapping import Incoming, Swap
from wharfinger.work.actions import complete, create_work_order
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db


def ticket(company: World) -> int:
    """An open ticket of the customer."""
    wish = WorkWish("ticket", company.customer.pk, title="Keeps restarting")
    return create_work_order(actor=HOUSE, wish=wish).one("demand.Sheet")


def about(work: int) -> set[int]:
    """What a ticket is about now."""
    rows = WorkDevice.objects.filter(sheet=work, void__isnull=True, ended_at__isnull=True)
    return set(rows.values_list("device_id", flat=True))


def test_work_is_about_devices_until_it_is_said_otherwise(company: World) -> None:
    one, two = devices(company, "ONE", "TWO")
    work = ticket(company)
    named = name_devices(actor=HOUSE, work_order=work, add=[one, two])
    assert about(work) == {one, two}
    left = name_devices(actor=HOUSE, work_order=work, remove=[one])
    assert about(work) == {two}
    reverse(actor=HOUSE, entry=left.id)
    assert about(work) == {one, two}
    name_devices(actor=HOUSE, work_order=work, remove=[one])
    name_devices(actor=HOUSE, work_order=work, add=[one])
    assert WorkDevice.objects.filter(sheet=work).count() == 2, "it is the same row again"
    reverse(actor=HOUSE, entry=named.id)
    assert about(work) == set()
    clean()


def test_what_cannot_be_named_changes_nothing(company: World) -> None:
    one, two = devices(company, "ONE", "TWO")
    work = ticket(company)
    name_devices(actor=HOUSE, work_order=work, add=[one])
    other = Organization.objects.create(name="Beta")
    theirs = create_work_order(actor=HOUSE, wish=WorkWish("ticket", other.pk)).one("demand.Sheet")
    before = Entry.objects.count()
    refused("named_already", lambda: name_devices(actor=HOUSE, work_order=work, add=[two, one]))
    refused("named_already", lambda: name_devices(actor=HOUSE, work_order=work, add=[two, two]))
    refused("not_named", lambda: name_devices(actor=HOUSE, work_order=work, add=[], remove=[two]))
    refused("both_ways", lambda: name_devices(actor=HOUSE, work_order=work, add=[two], remove=[two]))
    refused("no_device", lambda: name_devices(actor=HOUSE, work_order=work))
    refused("no_such_device", lambda: name_devices(actor=HOUSE, work_order=work, add=[999]))
    refused("other_owner", lambda: name_devices(actor=HOUSE, work_order=theirs, add=[one]))
    refused("no_such_work_order", lambda: name_devices(actor=HOUSE, work_order=999, add=[one]))
    assert (about(work), about(theirs), Entry.objects.count()) == ({one}, set(), before)
    complete(actor=HOUSE, work_order=work)
    refused("completed", lambda: name_devices(actor=HOUSE, work_order=work, add=[two]))
    assert about(work) == {one}
    clean()


@pytest.mark.parametrize("follows", [False, True])
def test_tickets_stay_with_a_swapped_device_unless_chosen(company: World, follows: bool) -> None:
    (old,) = devices(company, "ONE")
    line = Device.objects.get(pk=old)
    company.stock(line.product, 1, serials=("NEW",))
    work, done = ticket(company), ticket(company)
    for one in (work, done):
        name_devices(actor=HOUSE, work_order=one, add=[old])
    complete(actor=HOUSE, work_order=done)
    wish = Swap(old, Incoming(serial="NEW"), reason="Broken", work=follows)
    swapped = swap(actor=HOUSE, swap=wish)
    new = Device.objects.get(replaces=old).pk
    assert about(work) == {new if follows else old}
    assert about(done) == {old}, "what is completed stays as it was"
    reverse(actor=HOUSE, entry=swapped.id)
    assert about(work) == about(done) == {old}
    clean()


def test_naming_many_devices_asks_no_more(company: World) -> None:
    asked = []
    for n in (1, 10, 100):
        made = devices(company, *(f"S{n}-{i}" for i in range(n)))
        work = ticket(company)
        with CaptureQueriesContext(connection) as found:
            name_devices(actor=HOUSE, work_order=work, add=made)
        asked.append(len(found))
    assert len(set(asked)) == 1, asked


def test_pages_name_devices_and_show_what_they_have_seen(client: Client, company: World) -> None:
    one, two = devices(company, "ONE", "TWO")
    work = ticket(company)
    page = f"/work-orders/{work}/"
    assert "ONE" in see(client, page)
    do(client, f"{page}devices/name/", {"device": "one"})
    do(client, f"{page}devices/name/", {"device": Device.objects.get(pk=two).number})
    assert about(work) == {one, two}
    assert "Keeps restarting" in see(client, f"/devices/{one}/")
    do(client, f"{page}devices/leave-out/", {"device": one})
    assert about(work) == {two}
    assert "Keeps restarting" not in see(client, f"/devices/{one}/").split("Timeline")[0]
    client.post(f"{page}devices/name/", {"device": "nothing"})
    client.post(f"{page}devices/leave-out/", {"device": "junk"})
    assert about(work) == {two}
    assert "Open work goes on" in see(client, f"/devices/{two}/swap/")
    complete(actor=HOUSE, work_order=work)
    assert "Name it here" not in see(client, page)
    clean()


def test_callers_name_devices_and_read_them_from_both_sides(client: Client, company: World) -> None:
    one, two = devices(company, "ONE", "TWO")
    work = ticket(company)
    done = send(client, "POST", f"/work-orders/{work}/devices", {"add": [one, two]})
    assert [row["id"] for row in done["devices"]] == [one, two]
    done = send(client, "POST", f"/work-orders/{work}/devices", {"remove": [one]})
    assert [row["id"] for row in done["devices"]] == [two]
    assert done["devices"][0]["work_orders"] == [work]
    assert send(client, "GET", f"/work-orders/{work}")["devices"] == [two]
    (seen,) = send(client, "GET", f"/devices/{two}/work-orders")["items"]
    assert (seen["id"], seen["devices"]) == (work, [two])
    assert send(client, "GET", f"/devices/{one}/work-orders")["items"] == []
    clean()
