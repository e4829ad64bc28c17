"""Packing into containers, and taking out again."""

from __future__ import annotations

import pytest

from tests.fulfilment.trade import order, reserved
from tests.world import World, clean, entries, held
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.fulfilment.actions.packing import describe_container, pack, unpack
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.models import Container, Shipment
from wharfinger.fulfilment.rules import Pick
from wharfinger.fulfilment.rules.packing import Box
from wharfinger.ledger.models import Place
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Site
from wharfinger.sales.actions.orders import reserve
from wharfinger.sales.rules.orders import Hold

pytestmark = pytest.mark.django_db


def refused(code: str, act) -> Refusal:  # type: ignore[no-untyped-def]
    """The refusal of an act, which writes nothing."""
    before = entries()
    with pytest.raises(Refusal) as found:
        act()
    assert found.value.code == code
    assert entries() == before
    clean()
    return found.value


def branch(company: World) -> Site:
    """Another site of the customer."""
    return Site.objects.create(
        organization=company.customer,
        name="Branch",
        place=Place.objects.create(kind="customer"),
        rented_place=Place.objects.create(kind="rented"),
    )


def test_orders_of_one_destination_share_a_container(company: World) -> None:
    router = company.product()
    company.stock(router, 5)
    _, (one,) = reserved(company, (router, 2))
    _, (two,) = reserved(company, (router, 3))
    pick(actor=HOUSE, picks=[Pick(one, 2)])
    packed = pack(actor=HOUSE, picks=[Pick(one, 2), Pick(two, 1)], box=Box(weight_grams=1200))
    box = Container.objects.get()
    assert (box.number, box.site_id, box.location_id, box.weight_grams) == (
        "BOX-1",
        company.site.pk,
        company.location.pk,
        1200,
    )
    assert held(one) == {"covered": 2, "container": 2, "to_bill": 2}
    assert held(two) == {"covered": 3, "bin": 2, "container": 1, "to_bill": 3}
    pack(actor=HOUSE, picks=[Pick(two, 2)], container=box.pk)
    assert held(two) == {"covered": 3, "container": 3, "to_bill": 3}
    assert Container.objects.count() == 1
    clean()
    ship(actor=HOUSE, picks=[Pick(one, 2)])
    refused("goods_moved_on", lambda: reverse(actor=HOUSE, entry=packed.id))


def test_one_container_is_made_for_each_destination(company: World) -> None:
    router = company.product()
    company.stock(router, 4)
    far = branch(company)
    _, (near_line,) = reserved(company, (router, 1))
    _, (far_line,) = order(company, (router, 2), site=far.pk)
    reserve(actor=HOUSE, holds=[Hold(far_line, 2)])
    pick(actor=HOUSE, picks=[Pick(near_line, 1), Pick(far_line, 2)])
    pack(actor=HOUSE, picks=[Pick(near_line, 1), Pick(far_line, 1)])
    assert list(Container.objects.order_by("pk").values_list("number", "site_id")) == [
        ("BOX-1", company.site.pk),
        ("BOX-2", far.pk),
    ]
    near = Container.objects.get(site=company.site)
    refused("other_destination", lambda: pack(actor=HOUSE, picks=[Pick(far_line, 1)], container=near.pk))
    refused("not_picked_yet", lambda: pack(actor=HOUSE, picks=[Pick(far_line, 2)]))


def test_unpack_puts_goods_back_where_they_were_packed_from(company: World) -> None:
    router = company.product()
    company.stock(router, 3)
    _, (line,) = reserved(company, (router, 3))
    pick(actor=HOUSE, picks=[Pick(line, 2)])
    pack(actor=HOUSE, picks=[Pick(line, 3)])
    box = Container.objects.get()
    assert held(line) == {"covered": 3, "container": 3, "to_bill": 3}
    unpack(actor=HOUSE, picks=[Pick(line, 1)], containers=[box.pk])
    assert held(line) == {"covered": 3, "container": 2, "bin": 1, "to_bill": 3}
    unpack(actor=HOUSE, containers=[box.pk])
    assert held(line) == {"covered": 3, "picked": 2, "bin": 1, "to_bill": 3}
    refused("container_empty", lambda: unpack(actor=HOUSE, containers=[box.pk]))
    refused("not_packed", lambda: unpack(actor=HOUSE, picks=[Pick(line, 1)]))


def test_a_container_that_left_takes_nothing_more(company: World) -> None:
    """F11: what is packed leaves as a whole container; the unpacked unit waits for one of its own."""
    router = company.product()
    company.stock(router, 2)
    _, (line,) = reserved(company, (router, 2))
    pack(actor=HOUSE, picks=[Pick(line, 1)])
    first = Container.objects.get()
    ship(actor=HOUSE, containers=[first.pk])
    assert held(line) == {"covered": 2, "bin": 1, "customer": 1, "to_bill": 2}
    first.refresh_from_db()
    assert first.shipment_id == Shipment.objects.get().pk
    refused("container_shipped", lambda: pack(actor=HOUSE, picks=[Pick(line, 1)], container=first.pk))
    refused("container_shipped", lambda: ship(actor=HOUSE, containers=[first.pk]))
    pack(actor=HOUSE, picks=[Pick(line, 1)])
    second = Container.objects.exclude(pk=first.pk).get()
    ship(actor=HOUSE, containers=[second.pk])
    assert held(line) == {"covered": 2, "customer": 2, "to_bill": 2}
    clean()


@pytest.mark.parametrize("code", ["123", "340123450000000018", "34012345000000001x", "٣" * 18])
def test_what_is_no_sscc_is_refused(company: World, code: str) -> None:
    router = company.product()
    company.stock(router, 1)
    _, (line,) = reserved(company, (router, 1))
    before = entries()
    refused("not_an_sscc", lambda: pack(actor=HOUSE, picks=[Pick(line, 1)], box=Box(sscc=code)))
    assert entries() == before
    box = pack(actor=HOUSE, picks=[Pick(line, 1)]).one("fulfilment.Container")
    refused("not_an_sscc", lambda: describe_container(actor=HOUSE, container=box, box=Box(sscc=code)))
    assert Container.objects.get().sscc == ""


def test_a_container_is_described(company: World) -> None:
    router = company.product()
    company.stock(router, 1)
    _, (line,) = reserved(company, (router, 1))
    made = pack(actor=HOUSE, picks=[Pick(line, 1)])
    box = made.one("fulfilment.Container")
    done = describe_container(
        actor=HOUSE, container=box, box=Box("pallet", 9000, "1200x800x900", "TRACK-1", "340123450000000017")
    )
    assert list(Container.objects.values_list("kind", "weight_grams", "size_mm", "tracking", "sscc")) == [
        ("pallet", 9000, "1200x800x900", "TRACK-1", "340123450000000017")
    ]
    reverse(actor=HOUSE, entry=done.id)
    assert list(Container.objects.values_list("kind", "weight_grams", "tracking")) == [("box", None, "")]
