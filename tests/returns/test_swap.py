"""Swaps: one entry in which the old device leaves and a new unit takes its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.devices.test_install import delivered, policy, refused, traced
from tests.fulfilment.trade import reserved, where
from tests.returns.test_kept import PERCENT, named
from tests.returns.test_settle import billed, owed
from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.billing.models import CreditFee, CreditNote
from wharfinger.billing.rules.keeping_back import Kept
from wharfinger.catalog.models import Product
from wharfinger.demand.models import Line
from wharfinger.devices.actions.installing import install
from wharfinger.devices.actions.keeping import change, subscribe
from wharfinger.devices.models import Device, Subscription
from wharfinger.devices.rules.installing import Installation
from wharfinger.devices.rules.keeping import SubscriptionWish
from wharfinger.devices.rules.warranty import plus_months
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Layer
from wharfinger.ledger.reverse import reverse
from wharfinger.returns.actions.requesting import request
from wharfinger.returns.actions.swapping import swap
from wharfinger.returns.models import Rma
from wharfinger.returns.rules.requesting import Asked
from wharfinger.returns.rules.swapping import Incoming, Swap
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def serving(company: World, *serials: str) -> tuple[Product, int, int]:
    """A router that serves as a device, others on the shelf: product, line and device."""
    router = traced(company, *serials)
    _, (line,) = reserved(company, (router, 1))
    from_shelf = delivered_first(line)
    return router, from_shelf, install(actor=HOUSE, items=[Installation(line)]).one("devices.Device")


def delivered_first(line: int) -> int:
    """Let the goods of a line reach the customer."""
    ship(actor=HOUSE, picks=[Pick(line, 1)])
    return line


def test_a_swap_is_one_entry(company: World) -> None:
    router, line, old = serving(company, "OLD", "NEW", "SPARE")
    policy(company, product=router)
    contract = create_work_order(actor=HOUSE, wish=WorkWish("contract", company.customer.pk)).one(
        "demand.Sheet"
    )
    change(
        actor=HOUSE,
        device=old,
        values={
            "contract_id": contract,
            "reference": "Rack",
            "warranty_start_on": date(2026, 1, 5),
            "warranty_end_on": date(2028, 1, 5),
        },
    )
    service = company.product(kind="service")
    subscribe(actor=HOUSE, wish=SubscriptionWish(company.customer.pk, service.pk, old))
    done = swap(actor=HOUSE, swap=Swap(old, Incoming(serial="NEW"), reason="Broken"))
    new = Device.objects.get(pk=done.one("devices.Device"))
    claim = done.one("ledger.Claim")
    assert (where("OLD"), where("NEW")) == (("returns", line), ("customer", claim))
    assert (new.number, new.replaces_id, new.line_id, new.contract_id, new.reference) == (
        "D-2",
        old,
        claim,
        contract,
        "Rack",
    )
    assert (new.warranty_start_on, new.warranty_end_on) == (date(2026, 1, 5), date(2028, 1, 5))
    assert Subscription.objects.get().device == new
    assert held(claim) == {"covered": 1, "customer": 1, "waived": 1}
    assert held(line) == {"covered": 1, "returns": 1, "to_bill": 1}
    assert Layer.objects.filter(quantity__gt=0).count() == 1
    back = Rma.objects.get()
    assert (back.number, back.authorized, back.location) == ("RET-1", False, company.location)
    gone = Device.objects.get(pk=old)
    assert (gone.organization_id, gone.contract_id, gone.removed_on is None) == (None, None, False)
    clean()
    reverse(actor=HOUSE, entry=done.id)
    gone = Device.objects.get(pk=old)
    assert (gone.organization, gone.contract_id, gone.removed_on) == (company.customer, contract, None)
    assert (where("OLD"), where("NEW")) == (("customer", line), ("bin", 0))
    assert Subscription.objects.get().device_id == old
    assert not Rma.objects.filter(void__isnull=True).exists()
    clean()
    again = swap(actor=HOUSE, swap=Swap(old, Incoming(serial="NEW"), reason="Broken after all"))
    assert Device.objects.get(pk=again.one("devices.Device")).number == "D-3"
    clean()


def test_the_old_unit_goes_to_a_bin_at_the_cost_it_left_with(company: World) -> None:
    router = company.product(traced="serial", cost_method="specific")
    company.stock(router, 1, serials=("OLD",), value_minor=777)
    line = delivered(company, router, 1)
    company.stock(router, 1, serials=("NEW",), value_minor=999)
    old = install(actor=HOUSE, items=[Installation(line)]).one("devices.Device")
    swap(actor=HOUSE, swap=Swap(old, Incoming(), outgoing_to="bin", reason="Upgrade"))
    assert where("OLD") == ("bin", 0)
    assert held(line) == {"returned": 1, "to_bill": 1}
    assert list(Layer.objects.filter(quantity__gt=0).values_list("lot__code", "value_minor")) == [
        ("OLD", 777)
    ]
    clean()


def test_the_old_unit_can_be_scrapped_without_a_new_one(company: World) -> None:
    _, line, old = serving(company, "OLD")
    swap(actor=HOUSE, swap=Swap(old, outgoing_to="scrap", reason="Fire"))
    assert (where("OLD"), held(line)) == (("scrap", 0), {"returned": 1, "to_bill": 1})
    clean()


def test_a_loose_unit_swaps_for_a_loose_unit(company: World) -> None:
    cable = company.product()
    company.stock(cable, 2)
    line = delivered(company, cable, 1)
    old = install(actor=HOUSE, items=[Installation(line)]).one("devices.Device")
    swap(actor=HOUSE, swap=Swap(old, Incoming(), outgoing_to="bin", reason="Frayed"))
    new = Device.objects.get(replaces=old)
    assert (new.number, new.lot.code) == ("D-2", "D-2")
    assert held(0) == {"bin": 1}
    assert list(Layer.objects.filter(quantity__gt=0).values_list("quantity", "value_minor")) == [(1, 600)]
    clean()


@pytest.mark.parametrize(
    ("on_swap", "chosen", "months"),
    [
        ("remaining", None, 7),
        ("new", None, 24),
        ("none", None, None),
        ("remaining", "new", 24),
        ("new", "remaining", 7),
    ],
)
def test_the_policy_decides_the_warranty_unless_a_person_does(
    company: World, on_swap: str, chosen: str | None, months: int | None
) -> None:
    router = traced(company, "OLD", "NEW")
    granted = policy(company, product=router, on_swap=on_swap)
    line = delivered_line(company, router)
    old = install(actor=HOUSE, items=[Installation(line)]).one("devices.Device")
    start = Device.objects.get(pk=old).sold_on
    assert start is not None
    change(actor=HOUSE, device=old, values={"warranty_end_on": plus_months(start, 7)})
    swap(actor=HOUSE, swap=Swap(old, Incoming(), warranty=chosen, reason="Broken"))
    new = Device.objects.get(replaces=old)
    assert new.warranty_end_on == (plus_months(start, months) if months else None)
    assert new.warranty_policy == (granted if months else None)


def delivered_line(company: World, product: Product) -> int:
    """A line of one unit that reached the customer."""
    _, (line,) = reserved(company, (product, 1))
    return delivered_first(line)


def test_crossing_cases_are_refused(company: World) -> None:
    router, line, old = serving(company, "OLD", "HELD", "SERVING")
    _, (other,) = reserved(company, (router, 2))
    delivered_serial = next(code for code in ("HELD", "SERVING") if where(code) == ("bin", other))
    found = refused(
        "reserved", lambda: swap(actor=HOUSE, swap=Swap(old, Incoming(serial=delivered_serial), reason="x"))
    )
    assert [h.subject.partition(":")[0] for h in found.held_by] == ["order"]
    refused("already_serving", lambda: swap(actor=HOUSE, swap=Swap(old, Incoming(serial="OLD"), reason="x")))
    refused("unknown_serial", lambda: swap(actor=HOUSE, swap=Swap(old, Incoming(serial="NO"), reason="x")))
    refused("not_enough", lambda: swap(actor=HOUSE, swap=Swap(old, Incoming(), reason="x")))
    refused("no_such_target", lambda: swap(actor=HOUSE, swap=Swap(old, outgoing_to="moon", reason="x")))
    request(actor=HOUSE, organization=company.customer.pk, items=[Asked(device=old)])
    found = refused("on_open_rma", lambda: swap(actor=HOUSE, swap=Swap(old, Incoming(), reason="x")))
    assert found.values["rma"] == "RMA-1"
    assert where("OLD") == ("customer", line)


def test_a_device_from_outside_needs_a_ticket(company: World) -> None:
    router = traced(company, "NEW")
    old = install(
        actor=HOUSE, items=[Installation(product=router.pk, serial="FOREIGN", site=company.site.pk)]
    ).one("devices.Device")
    refused("document_wanted", lambda: swap(actor=HOUSE, swap=Swap(old, Incoming(), reason="Broken")))
    ticket = create_work_order(actor=HOUSE, wish=WorkWish("ticket", company.customer.pk)).one("demand.Sheet")
    swap(actor=HOUSE, swap=Swap(old, Incoming(), sheet=ticket, reason="Broken"))
    assert (where("FOREIGN"), where("NEW")[0]) == (("returns", 0), "customer")
    assert Device.objects.get(replaces=old).line is not None
    clean()


def test_swaps_chain(company: World) -> None:
    _, _, first = serving(company, "A", "B", "C")
    second = swap(actor=HOUSE, swap=Swap(first, Incoming(), reason="x")).one("devices.Device")
    third = swap(actor=HOUSE, swap=Swap(second, Incoming(), reason="y")).one("devices.Device")
    chain = Device.objects.get(pk=third)
    assert chain.replaces is not None
    assert chain.replaces.replaces_id == first
    assert Device.objects.get(pk=first).replaced_by.get().pk == second
    clean()


def test_a_swap_costs_a_constant_number_of_statements(company: World) -> None:
    _, _, old = serving(company, "A", "B")
    with CaptureQueriesContext(connection) as found:
        swap(actor=HOUSE, swap=Swap(old, Incoming(), reason="x"))
    assert len(found) <= 60


def test_a_fee_is_kept_of_the_credit_of_the_old_unit(company: World) -> None:
    """As an RMA keeps it: a row with tax on the credit note, which comes to less by it."""
    _, line, old = serving(company, "OLD", "NEW")
    Line.objects.filter(pk=line).update(unit_price_micro=100_000_000)
    billed(line, 1)
    fee, freight = named(company)
    kept = [Kept("fee", fee, share_micro=10 * PERCENT), Kept("freight", freight, minor=500)]
    wanted = Swap(old, Incoming(serial="NEW"), reason="Broken", credit=True)
    before = entries()
    refused("nothing_credited", lambda: swap(actor=HOUSE, swap=replace(wanted, credit=False), kept=kept))
    much = [Kept("freight", freight, minor=10001)]
    refused("more_than_credit", lambda: swap(actor=HOUSE, swap=wanted, kept=much))
    assert entries() == before
    done = swap(actor=HOUSE, swap=wanted, kept=kept)
    note = CreditNote.objects.get()
    assert (note.net_minor, note.tax_minor, note.total_minor) == (8500, 1615, 10115)
    kept_of = [one.net_minor + one.tax_minor for one in CreditFee.objects.order_by("pk")]
    assert kept_of == [1190, 595]
    assert done.one("billing.CreditNote") == note.pk
    assert owed(company) == (1785, 0)
    clean()


def test_the_api_and_the_page_keep_a_fee_of_a_swap(company: World, call: Any, client: Client) -> None:
    router, line, old = serving(company, "OLD", "NEW", "THIRD")
    Line.objects.filter(pk=line).update(unit_price_micro=100_000_000)
    billed(line, 1)
    body = {"incoming": {"serial": "NEW"}, "reason": "Broken", "credit": True, "fee_percent": "10"}
    status, answer = call("post", f"/devices/{old}/swap", body)
    assert (status, answer["code"], answer["field"]) == (422, "no_fee_product", "fee")
    named(company)
    client.force_login(company.user)
    form = {"new": "yes", "serial": "NEW", "outgoing_to": "returns", "reason": "Broken", "fee": "5.00"}
    page = client.post(f"/devices/{old}/swap/", form)
    assert page.status_code == 409
    assert "Nothing is credited" in page.content.decode()
    status, answer = call("post", f"/devices/{old}/swap", body)
    assert status == 200
    assert CreditNote.objects.get().total_minor == 10710
    assert router.pk == answer["product"]
    clean()
