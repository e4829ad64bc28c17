"""Units that become devices in the act that delivers them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.devices.test_install import policy, refused, traced
from tests.fulfilment.trade import reserved, where
from tests.sales.test_api import send
from tests.sales.test_pages import do, see
from tests.world import World, clean, held
from wharfinger.base import further
from wharfinger.base.access import HOUSE
from wharfinger.devices.models import Device
from wharfinger.fulfilment.actions.shipping import deliver, ship
from wharfinger.fulfilment.models import Shipment
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.ledger.models import Entry
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Contact, Organization
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db


def said(contact: int | None = None, contract: int | None = None, reference: str = "") -> object:
    """What is said of all devices."""
    return further.installing[0].given(contact=contact, contract=contract, reference=reference)


def test_what_is_handed_over_is_installed_in_the_same_entry(company: World) -> None:
    router, cable = traced(company, "ONE", "TWO"), company.product()
    company.stock(cable, 5)
    granted = policy(company, product=router)
    contract = create_work_order(actor=HOUSE, wish=WorkWish("contract", company.customer.pk)).one(
        "demand.Sheet"
    )
    contact = Contact.objects.create(organization=company.customer, name="Rosa")
    _, (routers, cables) = reserved(company, (router, 2), (cable, 5))
    before = Entry.objects.count()
    done = deliver(
        actor=HOUSE,
        picks=[Pick(routers, 2), Pick(cables, 5)],
        installing=said(contact.pk, contract, "Rack 2"),
    )
    assert Entry.objects.count() == before + 1
    made = Device.objects.order_by("pk")
    assert [(one.lot.code, one.line_id, one.site, one.contact, one.contract_id) for one in made] == [
        (code, routers, company.site, contact, contract) for code in ("ONE", "TWO")
    ]
    assert {(one.reference, one.warranty_policy, one.sold_on == one.installed_on) for one in made} == {
        ("Rack 2", granted, True)
    }
    assert held(cables)["customer"] == 5
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert not Device.objects.filter(void__isnull=True, removed_on__isnull=True).exists()
    assert {where("ONE"), where("TWO")} == {("bin", routers)}
    clean()


def test_what_arrives_by_shipment_is_sold_on_the_day_it_left(company: World) -> None:
    router = traced(company, "ONE", "TWO")
    policy(company, product=router)
    _, (line,) = reserved(company, (router, 2))
    ship(actor=HOUSE, picks=[Pick(line, 2)], consignment=Consignment(proof=True))
    shipment = Shipment.objects.get()
    deliver(actor=HOUSE, shipments=[shipment.pk], installing=said())
    assert {one.sold_on for one in Device.objects.all()} == {shipment.shipped_on}
    assert Device.objects.filter(warranty_end_on__isnull=False).count() == 2
    clean()


def test_what_cannot_be_installed_is_not_delivered_either(company: World) -> None:
    router, cable = traced(company, "ONE"), company.product()
    company.stock(cable, 5)
    other = Organization.objects.exclude(pk=company.customer.pk).first()
    theirs = Contact.objects.create(organization=other, name="Nobody of theirs")
    _, (routers, cables) = reserved(company, (router, 1), (cable, 5))
    found = refused(
        "nothing_to_install",
        lambda: deliver(actor=HOUSE, picks=[Pick(cables, 5)], installing=said()),
    )
    assert found.field == "install"
    refused(
        "no_such_contact",
        lambda: deliver(actor=HOUSE, picks=[Pick(routers, 1)], installing=said(contact=theirs.pk)),
    )
    assert (where("ONE"), held(cables)["bin"]) == (("bin", routers), 5)
    clean()


def test_many_take_as_many_statements_as_one(company: World) -> None:
    router = traced(company, *(f"N{n}" for n in range(9)))
    _, (one,) = reserved(company, (router, 1))
    _, (many,) = reserved(company, (router, 8))
    counted = []
    for pick in (Pick(one, 1), Pick(many, 8)):
        with CaptureQueriesContext(connection) as found:
            deliver(actor=HOUSE, picks=[pick], installing=said())
        counted.append(len(found))
    assert counted[0] == counted[1]
    assert Device.objects.count() == 9


def test_the_page_and_the_api_install_at_once(company: World, client: Client) -> None:
    router = traced(company, "ONE", "TWO")
    order, (line,) = reserved(company, (router, 2))
    at = f"/documents/{order}/hand-over/"
    assert 'name="install"' in see(client, at)
    do(client, at, {f"serial-{line}": "ONE", "install": "yes", "reference": "Rack 1"})
    assert Device.objects.get().reference == "Rack 1"
    body = {"picks": [{"line": line, "quantity": "1"}], "install": {"reference": "Rack 2"}}
    send(client, "post", "/deliver", body)
    assert [one.reference for one in Device.objects.order_by("pk")] == ["Rack 1", "Rack 2"]
    wrong = {"picks": [{"line": line, "quantity": "1"}], "install": {"rack": "2"}}
    assert send(client, "post", "/deliver", wrong, 422)["code"]
    clean()
