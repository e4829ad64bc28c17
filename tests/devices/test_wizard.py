"""Many units become devices in one entry: pasted, scanned or ticked, with what holds for all and for each."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.devices.test_install import delivered, policy, refused, traced
from tests.sales.test_pages import do, see
from tests.world import World, clean, entries, world
from wharfinger.base.access import HOUSE
from wharfinger.demand.models import Line
from wharfinger.devices.actions.installing import install
from wharfinger.devices.models import Device
from wharfinger.devices.rules.installing import Installation
from wharfinger.ledger.models import Lot
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Contact, Role, User
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


@pytest.fixture
def browser(company: World, client: Client) -> Client:
    """A signed-in browser."""
    client.force_login(company.user)
    return client


def key(line: int, code: str) -> str:
    """How the form names a unit."""
    return f"{line}-{Lot.objects.get(code=code).pk}"


def test_pasted_numbers_are_installed_with_what_holds_for_all_and_for_each(
    company: World, browser: Client
) -> None:
    line = delivered(company, traced(company, "S1", "S2", "S3"), 3)
    sheet = Line.objects.get(pk=line).sheet_id
    ann = Contact.objects.create(organization=company.customer, name="Ann")
    contract = create_work_order(actor=HOUSE, wish=WorkWish("contract", company.customer.pk)).one(
        "demand.Sheet"
    )
    at = f"/devices/install/{sheet}/"
    assert "Or paste their numbers" in see(browser, at)
    said = {"numbers": "s1\nS3,", "contract": contract, "warranty": "policy", "warranty_end_on": "2999-12-31"}
    each = {f"contact-{key(line, 'S1')}": ann.pk, f"reference-{key(line, 'S3')}": "Rack 3"}
    before = entries()
    unknown = browser.post(at, said | {"numbers": "S1 S9"})
    assert (unknown.status_code, entries()) == (422, before)
    assert "S9" in unknown.content.decode()
    do(browser, at, said | each)
    assert entries() == before + 1
    one, three = Device.objects.order_by("lot__code")
    assert (one.lot.code, one.contact, one.reference, one.contract_id) == ("S1", ann, "", contract)
    assert (three.lot.code, three.contact, three.reference) == ("S3", None, "Rack 3")
    assert {one.warranty_end_on, three.warranty_end_on} == {date(2999, 12, 31)}
    clean()


def test_a_warranty_is_chosen_by_whoever_may_change_one(company: World) -> None:
    router = traced(company, "S1", "S2")
    policy(company, product=router)
    line = delivered(company, router, 2)
    role = Role.objects.create(name="fitter", permissions=["devices.install"])
    fitter = User.objects.create(username="fitter", name="Fitter")
    fitter.roles.add(role)
    for item in (Installation(line, covered=False), Installation(line, covered_until=date(2999, 1, 1))):
        refused("not_allowed", lambda item=item: install(actor=fitter, items=[item]))
    refused(
        "ends_before_start",
        lambda: install(actor=HOUSE, items=[Installation(line, covered_until=date(2020, 1, 1))]),
    )
    made = install(actor=HOUSE, items=[Installation(line, covered=False)]).one("devices.Device")
    assert Device.objects.get(pk=made).warranty_end_on is None
    made = install(actor=fitter, items=[Installation(line)]).one("devices.Device")
    assert Device.objects.get(pk=made).warranty_end_on is not None
    clean()


@pytest.mark.parametrize("kind", ["service", "kit"])
def test_a_service_or_a_kit_is_no_device(company: World, kind: str) -> None:
    theirs = Installation(product=company.product(kind=kind).pk, site=company.site.pk)
    refused("no_goods", lambda: install(actor=HOUSE, items=[theirs]))


def test_what_a_customer_brought_along_has_a_page(company: World, browser: Client) -> None:
    router, cable = company.product(traced="serial", cost_method="specific"), company.product()
    at = f"/organizations/{company.customer.pk}/brought/"
    assert f"organizations/{company.customer.pk}/brought" in see(
        browser, f"/organizations/{company.customer.pk}/assets/"
    )
    see(browser, at)
    said: dict[str, Any] = {
        "sku": router.sku,
        "serial": ["OLD-1"],
        "numbers": "OLD-2",
        "site": company.site.pk,
        "reference": "Attic",
    }
    before = entries()
    for wrong in (
        {"sku": "nothing"},
        {"site": ""},
        {"serial": [], "numbers": "", "quantity": "0"},
    ):
        assert browser.post(at, said | wrong).status_code == 422, wrong
    assert entries() == before
    do(browser, at, said)
    found = Device.objects.order_by("pk")
    assert [(one.lot.code, one.reference, one.line) for one in found] == [
        ("OLD-1", "Attic", None),
        ("OLD-2", "Attic", None),
    ]
    assert browser.post(at, said).status_code == 409
    assert browser.post(at, said | {"serial": ["NEW-1", "NEW-1"], "numbers": ""}).status_code == 409
    do(
        browser,
        at,
        {"sku": cable.sku, "quantity": "3", "site": company.site.pk, "warranty_end_on": "2999-01-01"},
    )
    assert Device.objects.filter(product=cable, warranty_end_on=date(2999, 1, 1)).count() == 3
    clean()


def test_a_hundred_units_take_the_statements_of_one(company: World) -> None:
    counts = []
    for n in (1, 10, 100):
        codes = [f"N{n}-{i}" for i in range(n)]
        line = delivered(company, traced(company, *codes), n)
        items = [Installation(line, serial=code, reference=code) for code in codes]
        with CaptureQueriesContext(connection) as found:
            done = install(actor=HOUSE, items=items)
        counts.append(len(found))
    assert len(set(counts)) == 1, counts
    reverse(actor=HOUSE, entry=done.id)
    assert Device.objects.filter(void__isnull=True).count() == 11
    clean()
