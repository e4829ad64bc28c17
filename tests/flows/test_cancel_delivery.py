"""A delivery that is cancelled: goods come back ready, and what was invoiced of them is credited."""

from __future__ import annotations

import pytest

from tests.billing.books import credit_left, owed
from tests.billing.test_invoice import bill
from tests.fulfilment.test_pack import refused
from tests.fulfilment.trade import order, reserved, where
from tests.world import World, clean, held
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.payments import pay
from wharfinger.billing.models import CreditNote
from wharfinger.billing.rules.invoices import Bill
from wharfinger.billing.rules.payments import PaymentWish
from wharfinger.billing.rules.policy import proposed
from wharfinger.demand.queries import quantities
from wharfinger.devices.actions.installing import install
from wharfinger.devices.actions.keeping import move
from wharfinger.devices.rules.installing import Installation
from wharfinger.flows.actions.cancel_delivery import cancel_delivery
from wharfinger.fulfilment.actions.packing import pack
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import deliver, pick_pack_ship, ship
from wharfinger.fulfilment.models import Container, Shipment
from wharfinger.fulfilment.queries.shown import goods_of_shipments
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.ledger.models import Layer, Place
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Site

pytestmark = pytest.mark.django_db


def test_units_come_back_to_where_they_were_ready(company: World) -> None:
    router = company.product()
    company.stock(router, 4, value_minor=1000)
    _, (line,) = reserved(company, (router, 3))
    pick(actor=HOUSE, picks=[Pick(line, 1)])
    ship(actor=HOUSE, picks=[Pick(line, 3)])
    assert Layer.objects.get().value_minor == 250
    cancel_delivery(actor=HOUSE, picks=[Pick(line, 2)])
    assert held(line)["customer"] == 1
    assert held(line).get("picked", 0) + held(line).get("bin", 0) == 2
    clean()
    cancel_delivery(actor=HOUSE, picks=[Pick(line, 1)])
    assert held(line) == {"covered": 3, "picked": 1, "bin": 2, "to_bill": 3}
    assert Layer.objects.get().value_minor == 1000
    clean()
    refused("not_delivered", lambda: cancel_delivery(actor=HOUSE, picks=[Pick(line, 1)]))
    ship(actor=HOUSE, picks=[Pick(line, 3)])
    assert held(line) == {"covered": 3, "customer": 3, "to_bill": 3}
    clean()


def test_of_a_shared_shipment_one_line_comes_back(company: World) -> None:
    router = company.product()
    company.stock(router, 4)
    _, (one,) = reserved(company, (router, 2))
    _, (two,) = reserved(company, (router, 2))
    ship(actor=HOUSE, picks=[Pick(one, 2), Pick(two, 2)], consignment=Consignment(proof=True))
    deliver(actor=HOUSE, picks=[Pick(one, 1), Pick(two, 2)])
    cancel_delivery(actor=HOUSE, picks=[Pick(one, 2)])
    assert held(one) == {"covered": 2, "bin": 2, "to_bill": 2}
    assert held(two) == {"covered": 2, "customer": 2, "to_bill": 2}
    clean()


def test_of_two_shipments_the_named_one_comes_back(company: World) -> None:
    """Though the other left later; also where its goods have arrived since, and never more than left with it."""
    router = company.product()
    company.stock(router, 6)
    _, (line,) = reserved(company, (router, 6))
    first, second = (
        ship(actor=HOUSE, picks=[Pick(line, 3)], consignment=Consignment(proof=True)).one(
            "fulfilment.Shipment"
        )
        for _ in range(2)
    )
    deliver(actor=HOUSE, shipments=[first])
    places = dict(Shipment.objects.values_list("pk", "place_id"))
    refused("not_delivered", lambda: cancel_delivery(actor=HOUSE, picks=[Pick(line, 4).by(places[first])]))
    cancel_delivery(actor=HOUSE, picks=[Pick(line, 2).by(places[first])])
    assert held(line) == {"covered": 6, "bin": 2, "customer": 1, "in_transit": 3, "to_bill": 6}
    deliver(actor=HOUSE, shipments=[second])
    cancel_delivery(actor=HOUSE, picks=[Pick(line, 1).by(places[first]), Pick(line, 1).by(places[second])])
    goods = goods_of_shipments(list(Shipment.objects.all()))
    assert {pk: sum(row["units"] for row in rows) for pk, rows in goods.items()} == {first: 0, second: 2}
    refused("not_delivered", lambda: cancel_delivery(actor=HOUSE, picks=[Pick(line, 1).by(places[first])]))
    clean()


def test_a_container_comes_back_whole(company: World) -> None:
    router = company.product()
    company.stock(router, 3)
    _, (line,) = reserved(company, (router, 3))
    pack(actor=HOUSE, picks=[Pick(line, 2)])
    box = Container.objects.get()
    ship(actor=HOUSE, containers=[box.pk], picks=[Pick(line, 1)])
    assert Shipment.objects.count() == 1
    cancel_delivery(actor=HOUSE, containers=[box.pk])
    assert held(line) == {"covered": 3, "container": 2, "customer": 1, "to_bill": 3}
    assert Container.objects.get().shipment_id is None
    clean()
    refused("not_delivered_container", lambda: cancel_delivery(actor=HOUSE, containers=[box.pk]))
    ship(actor=HOUSE, containers=[box.pk])
    clean()


def test_a_chosen_serial_comes_back(company: World) -> None:
    phone = company.product(traced="serial", cost_method="specific")
    company.stock(phone, 2, serials=("S1", "S2"))
    _, (line,) = reserved(company, (phone, 2))
    ship(actor=HOUSE, picks=[Pick(line, 2)])
    cancel_delivery(actor=HOUSE, picks=[Pick(line, 1, serials=("S2",))])
    assert (where("S1"), where("S2")) == (("customer", line), ("bin", line))
    clean()


def test_a_device_that_moved_away_and_back_comes_home(company: World) -> None:
    phone = company.product(traced="serial", cost_method="specific")
    company.stock(phone, 1, serials=("S1",))
    _, (line,) = reserved(company, (phone, 1))
    ship(actor=HOUSE, picks=[Pick(line, 1)])
    device = install(actor=HOUSE, items=[Installation(line)]).one("devices.Device")
    stand, lent = (Place.objects.create(kind=kind) for kind in ("customer", "rented"))
    there = Site.objects.create(organization=company.customer, name="There", place=stand, rented_place=lent)
    for site in (there, company.site):
        move(actor=HOUSE, device=device, site=site.pk)
    cancel_delivery(actor=HOUSE, picks=[Pick(line, 1)])
    assert where("S1") == ("bin", line)
    assert Layer.objects.get(quantity=1).value_minor == 600
    clean()


def test_what_was_invoiced_of_it_is_credited_and_billed_again_later(company: World) -> None:
    """T03: 2 delivered, 1 taken back: 1 is to be invoiced; invoiced before, the other one is credited."""
    router = company.product()
    company.stock(router, 4)
    _, (line,) = order(company, (router, 2))
    pick_pack_ship(actor=HOUSE, picks=[Pick(line, 2)])
    cancel_delivery(actor=HOUSE, picks=[Pick(line, 1)])
    assert CreditNote.objects.count() == 0
    assert proposed("delivery", quantities([line])[line]) == 1
    made = bill(Bill(line, 1))
    pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, 1190, "EUR"))
    refused("reason_wanted", lambda: cancel_delivery(actor=HOUSE, picks=[Pick(line, 1)], credit=False))
    cancel_delivery(actor=HOUSE, picks=[Pick(line, 1)])
    taken = CreditNote.objects.get()
    assert (taken.invoice_id, taken.total_minor) == (made.pk, 1190)
    assert (owed(made.pk), credit_left()) == (0, 1190)
    assert held(line) == {"covered": 2, "bin": 2, "to_bill": 2}
    clean()


def test_somebody_may_decline_the_credit_note_with_a_reason(company: World) -> None:
    router = company.product()
    company.stock(router, 1)
    _, (line,) = order(company, (router, 1))
    pick_pack_ship(actor=HOUSE, picks=[Pick(line, 1)])
    made = bill(Bill(line, 1))
    done = cancel_delivery(actor=HOUSE, picks=[Pick(line, 1)], credit=False, reason="Comes next week")
    assert (CreditNote.objects.count(), owed(made.pk), done.entry.reason) == (0, 1190, "Comes next week")
    assert held(line) == {"covered": 1, "bin": 1, "invoiced": 1}
    clean()


def test_what_is_still_delivered_stays_invoiced(company: World) -> None:
    router = company.product()
    company.stock(router, 5)
    _, (line,) = order(company, (router, 5))
    pick_pack_ship(actor=HOUSE, picks=[Pick(line, 5)])
    bill(Bill(line, 3))
    cancel_delivery(actor=HOUSE, picks=[Pick(line, 1)])
    assert CreditNote.objects.count() == 0
    cancel_delivery(actor=HOUSE, picks=[Pick(line, 2)])
    assert CreditNote.objects.get().net_minor == 1000
    assert held(line) == {"covered": 5, "bin": 3, "customer": 2, "invoiced": 2, "to_bill": 3}
    clean()


def test_a_device_that_moved_to_and_fro_finds_its_way_home(company: World) -> None:
    # Each move away and back doubles the ways by which it may have come.
    router = company.product(traced="serial", cost_method="specific")
    company.stock(router, 1, serials=("S-1",))
    _, (line,) = reserved(company, (router, 1))
    ship(actor=HOUSE, picks=[Pick(line, 1)])
    done = install(actor=HOUSE, items=[Installation(line, 1, "S-1")])
    stand, lent = (Place.objects.create(kind=kind) for kind in ("customer", "rented"))
    yard = Site.objects.create(organization=company.customer, name="Yard", place=stand, rented_place=lent)
    for _ in range(25):
        move(actor=HOUSE, device=done.one("devices.Device"), site=yard.pk)
        move(actor=HOUSE, device=done.one("devices.Device"), site=company.site.pk)
    cancel_delivery(actor=HOUSE, picks=[Pick(line, 1)])
    assert where("S-1") == ("bin", line)
    clean()


def test_a_credit_note_stays_where_its_step_is_undone(company: World) -> None:
    _, (hours,) = order(company, (company.product(kind="service"), 2))
    pick_pack_ship(actor=HOUSE, picks=[Pick(hours, 2)])
    bill(Bill(hours, 2))
    done = cancel_delivery(actor=HOUSE, picks=[Pick(hours, 2)])
    assert held(hours) == {"covered": 2, "ready": 2, "to_bill": 2}
    found = refused("is_a_reversal", lambda: reverse(actor=HOUSE, entry=done.id))
    assert "Do it again by “Ship”" in found.words()
    assert CreditNote.objects.get().void_id is None
