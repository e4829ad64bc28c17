"""Shipping, delivering, and the one step that does it all."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.fulfilment.test_pack import branch, refused
from tests.fulfilment.trade import order, reserved, where
from tests.world import World, clean, held
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.fulfilment.actions.packing import pack
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import deliver, pick_pack_ship, ship
from wharfinger.fulfilment.models import Container, Shipment
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.ledger.models import Layer, Lot
from wharfinger.ledger.reverse import reverse
from wharfinger.sales.actions.orders import reserve
from wharfinger.sales.rules.orders import Hold

pytestmark = pytest.mark.django_db


def test_one_shipment_is_made_for_each_destination(company: World) -> None:
    router = company.product()
    company.stock(router, 6)
    far, today = branch(company), clock.today("Europe/Berlin")
    _, (one,) = reserved(company, (router, 1))
    _, (two,) = reserved(company, (router, 2))
    _, (three,) = order(company, (router, 3), site=far.pk)
    reserve(actor=HOUSE, holds=[Hold(three, 3)])
    ship(
        actor=HOUSE,
        picks=[Pick(one, 1), Pick(two, 2), Pick(three, 3)],
        consignment=Consignment("DHL", "Express", "JJD1", today),
    )
    assert list(
        Shipment.objects.order_by("pk").values_list("number", "site_id", "carrier", "service", "tracking")
    ) == [
        ("SH-1", company.site.pk, "DHL", "Express", "JJD1"),
        ("SH-2", far.pk, "DHL", "Express", "JJD1"),
    ]
    assert set(Shipment.objects.values_list("shipped_on", "delivered_on")) == {(today, today)}
    assert held(three) == {"covered": 3, "customer": 3, "to_bill": 3}
    clean()


def test_two_lots_give_a_part_each(company: World) -> None:
    """F29: of lots of 100 and 200, 25 each are allocated and shipped; 75 and 175 are left."""
    cable = company.product()
    company.stock(cable, 100, bin=company.bins[0])
    company.stock(cable, 200, bin=company.bins[1])
    _, (line,) = order(company, (cable, 50))
    reserve(
        actor=HOUSE,
        holds=[Hold(line, 25, bin=company.bins[0].place_id), Hold(line, 25, bin=company.bins[1].place_id)],
    )
    ship(actor=HOUSE, picks=[Pick(line, 50)])
    left = Lot.objects.get(product=cable).holdings.filter(kind="bin", claim=0).order_by("place_id")
    assert [h.quantity for h in left] == [75, 175]
    assert held(line) == {"covered": 50, "customer": 50, "to_bill": 50}
    clean()


def test_goods_with_proof_are_in_transit_until_they_are_delivered(company: World) -> None:
    router = company.product()
    company.stock(router, 3)
    _, (line,) = reserved(company, (router, 3))
    ship(actor=HOUSE, picks=[Pick(line, 3)], consignment=Consignment(proof=True))
    shipment = Shipment.objects.get()
    assert (shipment.delivered_on, held(line)) == (None, {"covered": 3, "in_transit": 3, "to_bill": 3})
    assert sum(Layer.objects.values_list("quantity", flat=True)) == 0
    deliver(actor=HOUSE, picks=[Pick(line, 1)])
    shipment.refresh_from_db()
    assert (shipment.delivered_on, held(line)) == (
        None,
        {"covered": 3, "in_transit": 2, "customer": 1, "to_bill": 3},
    )
    done = deliver(actor=HOUSE, shipments=[shipment.pk], proof="M. Krause")
    shipment.refresh_from_db()
    assert (shipment.delivered_on, shipment.proof) == (done.entry.effective_on, "M. Krause")
    assert held(line) == {"covered": 3, "customer": 3, "to_bill": 3}
    clean()
    refused("nothing_in_transit", lambda: deliver(actor=HOUSE, shipments=[shipment.pk]))
    reverse(actor=HOUSE, entry=done.id)
    shipment.refresh_from_db()
    assert (shipment.delivered_on, shipment.proof, held(line)["in_transit"]) == (None, "", 2)
    clean()


def test_only_what_is_at_hand_is_handed_over(company: World) -> None:
    router = company.product()
    company.stock(router, 2)
    _, (line,) = reserved(company, (router, 2))
    deliver(actor=HOUSE, picks=[Pick(line, 2)])
    assert held(line) == {"covered": 2, "customer": 2, "to_bill": 2}
    clean()
    refused("not_ready", lambda: deliver(actor=HOUSE, picks=[Pick(line, 1)]))


def test_a_service_is_delivered_with_the_goods(company: World) -> None:
    work, router = company.product(kind="service"), company.product()
    company.stock(router, 1)
    _, lines = order(company, (work, 3), (router, 1))
    assert held(lines[0]) == {"covered": 3, "ready": 3, "to_bill": 3}
    pick_pack_ship(actor=HOUSE, picks=[Pick(lines[0], 3), Pick(lines[1], 1)])
    assert held(lines[0]) == {"covered": 3, "customer": 3, "to_bill": 3}
    assert held(lines[1]) == {"covered": 1, "customer": 1, "to_bill": 1}
    clean()


def test_one_step_takes_what_is_picked_reserved_and_free(company: World) -> None:
    """F01: of 100 in stock, an order of 2 and 3 leaves in one step by one shipment."""
    router = company.product()
    company.stock(router, 100)
    _, lines = order(company, (router, 2), (router, 3))
    reserve(actor=HOUSE, holds=[Hold(lines[1], 2)])
    pick(actor=HOUSE, picks=[Pick(lines[1], 1)])
    done = pick_pack_ship(actor=HOUSE, picks=[Pick(lines[0], 2), Pick(lines[1], 3)])
    assert [held(line) for line in lines] == [
        {"covered": 2, "customer": 2, "to_bill": 2},
        {"covered": 3, "customer": 3, "to_bill": 3},
    ]
    assert held(0, router.pk) == {"bin": 95}
    assert Shipment.objects.count() == 1
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert [held(line) for line in lines] == [
        {"to_order": 2, "to_bill": 2},
        {"covered": 2, "picked": 1, "bin": 1, "to_order": 1, "to_bill": 3},
    ]
    assert Shipment.objects.get().void_id is not None
    clean()


def test_more_than_on_hand_is_refused(company: World) -> None:
    """F37: with 20 on hand, 50 cannot leave."""
    router = company.product()
    company.stock(router, 20)
    _, (line,) = order(company, (router, 80))
    reserve(actor=HOUSE, holds=[Hold(line, 20)])
    refused("not_ready", lambda: ship(actor=HOUSE, picks=[Pick(line, 50)]))
    refused("not_enough", lambda: pick_pack_ship(actor=HOUSE, picks=[Pick(line, 50)]))
    assert held(line) == {"covered": 20, "bin": 20, "to_order": 60, "to_bill": 80}


def test_goods_traced_from_shipping_get_their_serials_when_they_leave(company: World) -> None:
    phone = company.product(traced="serial", traced_from="shipping")
    company.stock(phone, 3)
    _, (line,) = reserved(company, (phone, 2))
    refused("serials_wanted", lambda: ship(actor=HOUSE, picks=[Pick(line, 2)]))
    shipped = ship(actor=HOUSE, picks=[Pick(line, 2, serials=("N-1", "N-2"))])
    assert (where("N-1"), where("N-2")) == (("customer", line), ("customer", line))
    clean()
    _, (other,) = reserved(company, (phone, 1))
    refused("serial_elsewhere", lambda: ship(actor=HOUSE, picks=[Pick(other, 1, serials=("n-1",))]))
    reverse(actor=HOUSE, entry=shipped.id)
    assert held(line) == {"covered": 2, "bin": 2, "to_bill": 2}
    pick_pack_ship(actor=HOUSE, picks=[Pick(other, 1, serials=("n-1",))])
    assert where("N-1") == ("customer", other)
    assert Lot.objects.filter(product=phone, serial=True).count() == 2
    clean()


def test_a_line_without_a_site_stays_here(company: World) -> None:
    router = company.product()
    company.stock(router, 1)
    company.site.ship_to = False
    company.site.save()
    _, (line,) = reserved(company, (router, 1))
    refused("no_site", lambda: ship(actor=HOUSE, picks=[Pick(line, 1)]))
    refused("no_site", lambda: pack(actor=HOUSE, picks=[Pick(line, 1)]))


def test_a_container_emptied_by_lines_belongs_to_their_shipment(company: World) -> None:
    router = company.product()
    company.stock(router, 3)
    _, (line,) = reserved(company, (router, 3))
    pack(actor=HOUSE, picks=[Pick(line, 2)])
    ship(actor=HOUSE, picks=[Pick(line, 1)])
    assert Container.objects.get().shipment_id is None
    ship(actor=HOUSE, picks=[Pick(line, 1)])
    assert Container.objects.get().shipment_id == Shipment.objects.get(number="SH-2").pk
    clean()


@pytest.mark.parametrize("count", [1, 10, 100])
def test_statements_do_not_grow_with_lines(company: World, count: int) -> None:
    products = [company.product() for _ in range(count)]
    for product in products:
        company.stock(product, 1)
    _, lines = order(company, *((product, 1) for product in products))
    with CaptureQueriesContext(connection) as found:
        pick_pack_ship(actor=HOUSE, picks=[Pick(line, 1) for line in lines], key="k")
    assert len([q for q in found if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))]) <= 27
