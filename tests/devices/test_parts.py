"""Parts go where their whole goes, whichever verb takes it; where they stay, they are its parts no longer."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.devices.test_install import refused, traced
from tests.devices.test_keep import site
from tests.fulfilment.trade import order, where
from tests.sales.test_api import send
from tests.sales.test_pages import do, see
from tests.world import World, clean, world
from wharfinger.base.access import HOUSE
from wharfinger.devices.actions.installing import install
from wharfinger.devices.actions.keeping import move, relate, subscribe, unrelate
from wharfinger.devices.models import Device, Relation
from wharfinger.devices.rules.installing import Installation
from wharfinger.devices.rules.keeping import SubscriptionWish
from wharfinger.flows.actions.cancel_delivery import cancel_delivery
from wharfinger.flows.actions.remove import remove
from wharfinger.fulfilment.actions.shipping import pick_pack_ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Holding
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Organization
from wharfinger.returns.actions import inspecting, receiving, requesting
from wharfinger.returns.models import RmaLine
from wharfinger.returns.rules.inspecting import Verdict
from wharfinger.returns.rules.receiving import Arrived, Returned
from wharfinger.returns.rules.requesting import Asked
from wharfinger.work.actions import create_work_order, provide
from wharfinger.work.rules import WorkWish
from wharfinger.work.rules.providing import Provision, Removal

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def server(company: World, disks: int = 2, name: str = "S") -> tuple[int, list[int], int, int]:
    """A server with its disks of one order at the customer: its device, theirs, and their lines."""
    whole = traced(company, name)
    part = traced(company, *(f"{name}-K{n}" for n in range(disks)))
    _, (first, second) = order(company, (whole, 1), (part, disks))
    pick_pack_ship(actor=HOUSE, picks=[Pick(first, 1), Pick(second, disks)])
    device = install(actor=HOUSE, items=[Installation(first)]).one("devices.Device")
    made = install(actor=HOUSE, items=[Installation(second, quantity=disks)]).made["devices.Device"]
    for one in made:
        relate(actor=HOUSE, device=one, other=device, kind="parent")
    return device, made, first, second


def parts(device: int) -> set[int]:
    """What is part of a device now."""
    rows = Relation.objects.filter(other=device, void=None, ended_at=None)
    return set(rows.values_list("device_id", flat=True))


def there() -> set[str]:
    """The serial numbers of the devices that customers have."""
    return set(Device.objects.filter(void=None, removed_on=None).values_list("lot__code", flat=True))


def test_a_cancelled_delivery_takes_the_parts_along(company: World) -> None:
    _, _, first, _ = server(company)
    cancel_delivery(actor=HOUSE, picks=[Pick(first, 1)])
    assert there() == set()
    assert {where(code)[0] for code in ("S", "S-K0", "S-K1")} <= {"bin", "picked", "container"}
    assert not Relation.objects.filter(ended_at=None).exists()
    clean()


def test_parts_that_stay_are_its_parts_no_longer(company: World) -> None:
    device, _, first, _ = server(company)
    cancel_delivery(actor=HOUSE, picks=[Pick(first, 1)], parts=False)
    assert there() == {"S-K0", "S-K1"}
    assert parts(device) == set()
    clean()


def test_a_return_takes_the_parts_along_and_its_undoing_brings_them_back(company: World) -> None:
    device, disks, first, _ = server(company)
    items = [Returned(Asked(line=first), outcome="restock")]
    done = receiving.take_back(actor=HOUSE, organization=company.customer.pk, items=items, reason="No need")
    assert there() == set()
    assert {where(code) for code in ("S", "S-K0", "S-K1")} == {("bin", 0)}
    assert RmaLine.objects.count() == 3
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert there() == {"S", "S-K0", "S-K1"}
    assert parts(device) == set(disks)
    clean()
    receiving.take_back(
        actor=HOUSE, organization=company.customer.pk, items=items, reason="No need", parts=False
    )
    assert there() == {"S-K0", "S-K1"}
    assert parts(device) == set()
    clean()


def test_an_rma_receives_the_parts_on_a_line_of_their_own_but_none_to_repair(company: World) -> None:
    device, disks, _, _ = server(company)
    for kind, left in (("repair", {"S-K0", "S-K1", "S"}), ("return", set())):
        asked = [Asked(device=device, type=kind)]
        made = requesting.request(actor=HOUSE, organization=company.customer.pk, items=asked)
        rma, line = made.one("returns.Rma"), made.one("returns.RmaLine")
        requesting.approve(actor=HOUSE, rma=rma)
        receiving.receive(actor=HOUSE, rma=rma, items=[Arrived(1, line)])
        assert there() == left
        assert parts(device) == (set(disks) if left else set())
        clean()
        if left:
            inspecting.inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(line, 1, "send_back")])
            requesting.close(actor=HOUSE, rma=rma)
    # Both disks are of one product and one sale.
    assert RmaLine.objects.filter(rma=rma, void=None).count() == 2


def test_what_comes_off_a_job_takes_the_parts_that_the_job_brought(company: World) -> None:
    whole, part = traced(company, "S"), traced(company, "K0", "K1")
    job = create_work_order(actor=HOUSE, wish=WorkWish("job", company.customer.pk)).one("demand.Sheet")
    provisions = [Provision(1, product=whole.pk), Provision(2, product=part.pk)]
    claims = provide(actor=HOUSE, work_order=job, provisions=provisions).made["ledger.Claim"]
    device, *disks = Device.objects.order_by("pk").values_list("pk", flat=True)
    relate(actor=HOUSE, device=disks[0], other=device, kind="parent")
    remove(actor=HOUSE, work_order=job, removals=[Removal(claims[0], 1)])
    assert there() == {"K1"}
    assert where("K0") == ("bin", 0)
    clean()


def test_a_part_in_use_keeps_its_whole_from_coming_back(company: World) -> None:
    device, disks, first, _ = server(company)
    wish = SubscriptionWish(company.customer.pk, company.product(kind="service").pk, disks[0])
    subscribe(actor=HOUSE, wish=wish)
    refused("used_by_subscription", lambda: cancel_delivery(actor=HOUSE, picks=[Pick(first, 1)]))
    assert parts(device) == set(disks)
    cancel_delivery(actor=HOUSE, picks=[Pick(first, 1)], parts=False)
    clean()


def test_another_owner_gets_the_parts_or_they_are_none(company: World) -> None:
    device, disks, _, _ = server(company)
    there_ = site(Organization.objects.create(name="Beta"), "Beta house")
    done = move(actor=HOUSE, device=device, site=there_.pk)
    assert parts(device) == set(disks)
    reverse(actor=HOUSE, entry=done.id)
    moved = move(actor=HOUSE, device=device, site=there_.pk, parts=False)
    assert parts(device) == set()
    assert Device.objects.filter(organization=company.customer).count() == 2
    clean()
    reverse(actor=HOUSE, entry=moved.id)
    assert parts(device) == set(disks)
    clean()


def test_a_relation_ends_and_is_not_revived_where_it_no_longer_fits(company: World) -> None:
    device, disks, _, second = server(company)
    other, *_ = server(company, 1, "T")
    apart = unrelate(actor=HOUSE, device=device, other=disks[0])
    refused("not_related", lambda: unrelate(actor=HOUSE, device=device, other=disks[0]))
    again = relate(actor=HOUSE, device=disks[0], other=other, kind="parent")
    refused("relation_lost", lambda: reverse(actor=HOUSE, entry=apart.id))
    reverse(actor=HOUSE, entry=again.id)
    reverse(actor=HOUSE, entry=apart.id)
    assert parts(device) == set(disks)
    apart = unrelate(actor=HOUSE, device=disks[1], other=device)
    code = Device.objects.get(pk=disks[1]).lot.code
    cancel_delivery(actor=HOUSE, picks=[Pick(second, 1, serials=(code,))])
    refused("relation_lost", lambda: reverse(actor=HOUSE, entry=apart.id))
    clean()


def test_the_page_takes_apart_what_the_api_relates(company: World, client: Client) -> None:
    client.force_login(company.user)
    device, disks, _, _ = server(company)
    assert "Separate" in see(client, f"/devices/{device}/")
    do(client, f"/devices/{device}/unrelate/", {"device": disks[0]})
    assert parts(device) == {disks[1]}
    answer: Any = send(client, "post", f"/devices/{device}/unrelate", {"device": disks[1]})
    assert answer["related"] == []
    assert parts(device) == set()


@pytest.mark.parametrize("verb", ["return", "cancel", "remove"])
def test_many_parts_take_the_statements_of_one(company: World, verb: str) -> None:
    counts = []
    for n in (1, 10):
        if verb == "remove":
            whole, part = traced(company, f"J{n}"), traced(company, *(f"J{n}-{k}" for k in range(n)))
            job = create_work_order(actor=HOUSE, wish=WorkWish("job", company.customer.pk)).one(
                "demand.Sheet"
            )
            gone = [Provision(1, product=whole.pk), Provision(n, product=part.pk)]
            first, _ = provide(actor=HOUSE, work_order=job, provisions=gone).made["ledger.Claim"]
            device, *disks = Device.objects.filter(lot__code__startswith=f"J{n}").order_by("pk")
            for one in disks:
                relate(actor=HOUSE, device=one.pk, other=device.pk, kind="parent")
        else:
            _, _, first, _ = server(company, n, f"N{n}")
        with CaptureQueriesContext(connection) as found:
            if verb == "return":
                items = [Returned(Asked(line=first), outcome="restock")]
                receiving.take_back(actor=HOUSE, organization=company.customer.pk, items=items, reason="No")
            elif verb == "cancel":
                cancel_delivery(actor=HOUSE, picks=[Pick(first, 1)])
            else:
                remove(actor=HOUSE, work_order=job, removals=[Removal(first, 1)])
        counts.append(len(found))
        assert not Holding.objects.filter(serial=True, kind="customer", quantity__gt=0).exists()
    assert counts[0] == counts[1], counts
