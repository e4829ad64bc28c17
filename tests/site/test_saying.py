"""The undo bar says in one sentence what happened to which goods."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tests.fulfilment.trade import lot, order, reserved
from tests.purchasing.buying import arrive, stocked_up
from tests.returns.test_rma import asked
from tests.world import World, world
from wharfinger.base.access import HOUSE
from wharfinger.demand.models import Sheet
from wharfinger.devices.actions.installing import install
from wharfinger.devices.rules.installing import Installation
from wharfinger.flows.actions.cancel_delivery import cancel_delivery
from wharfinger.fulfilment.actions.packing import pack, unpack
from wharfinger.fulfilment.actions.picking import pick, unpick
from wharfinger.fulfilment.actions.shipping import pick_pack_ship, ship
from wharfinger.fulfilment.models import Container, Shipment
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.returns.actions.inspecting import inspect
from wharfinger.returns.actions.receiving import receive
from wharfinger.returns.rules.inspecting import Verdict
from wharfinger.returns.rules.receiving import Arrived
from wharfinger.returns.rules.requesting import Asked
from wharfinger.sales.actions.holds import release, reserve
from wharfinger.sales.rules.holds import Hold
from wharfinger.site.saying import VERBS, papers, sentence
from wharfinger.stock.actions.goods import put_away
from wharfinger.stock.rules.moving import Goods, Transfer

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def told(done: Any) -> str | None:
    return sentence(done.entry)


def test_each_step_names_its_goods(company: World) -> None:
    product = company.product(sku="RT-100")
    company.stock(product, 5)
    pk, (line,) = order(company, (product, 4))
    number, customer = Sheet.objects.get(pk=pk).number, company.customer.name
    assert told(reserve(actor=HOUSE, holds=[Hold(line, 4)])) == f"Reserved 4 × RT-100 for {number}."
    assert told(release(actor=HOUSE, holds=[Hold(line, 1)])) == f"Released 1 × RT-100 of {number}."
    assert told(pick(actor=HOUSE, picks=[Pick(line, 3)])) == f"Picked 3 × RT-100 for {number}."
    assert told(unpick(actor=HOUSE, picks=[Pick(line, 1)])) == f"Put 1 × RT-100 of {number} back."
    packed = pack(actor=HOUSE, picks=[Pick(line, 2)])
    box = Container.objects.get().number
    assert told(packed) == f"Packed 2 × RT-100 in {box}."
    assert told(unpack(actor=HOUSE, picks=[Pick(line, 1)])) == f"Unpacked 1 × RT-100 of {number}."
    shipped = ship(actor=HOUSE, picks=[Pick(line, 2)], consignment=Consignment())
    assert told(shipped) == f"Shipped 2 × RT-100 to {customer} in 1 box."
    (paper,) = papers(shipped.entry)
    assert paper == ("Print packing list", f"/documents/packing-list/{Shipment.objects.get().pk}.pdf")
    with translation.override("de"):
        assert told(shipped) == f"2 × RT-100 in 1 Karton an {customer} versandt."
    back = cancel_delivery(actor=HOUSE, picks=[Pick(line, 1)], reason="Wrong address")
    assert told(back) == f"Took back the delivery of 1 × RT-100 to {customer}."


def test_a_unit_is_told_by_its_serial_and_many_products_by_their_number(company: World) -> None:
    traced = company.product(sku="SW-1", traced_from="receipt")
    company.stock(traced, 1, serials=("S1",))
    others = [company.product(sku=f"X-{n}") for n in range(4)]
    for product in others:
        company.stock(product, 2)
    _, (unit, *lines) = reserved(company, (traced, 1), *((product, 2) for product in others))
    done = pick(actor=HOUSE, picks=[Pick(unit, 1, lots=(lot("S1"),))])
    assert "Picked 1 × SW-1 S1 for" in str(told(done))
    done = pick_pack_ship(actor=HOUSE, picks=[Pick(line, 2) for line in lines], consignment=Consignment())
    assert str(told(done)).startswith("Shipped 2 × X-0, 2 × X-1, 2 × X-2 and 1 more product to ")


def test_what_moves_no_goods_keeps_the_words_of_its_page(company: World) -> None:
    product = company.product()
    pk, _ = order(company, (product, 1))
    assert sentence(Sheet.objects.get(pk=pk).made) is None
    assert {"reserve", "pick", "ship", "deliver", "receive_return", "restock", "install", "swap"} <= set(
        VERBS
    )


def test_the_bar_of_a_page_says_it(company: World, client: Client) -> None:
    client.force_login(company.user)
    product = company.product(sku="RT-100")
    company.stock(product, 5)
    pk, (line,) = reserved(company, (product, 3))
    client.post(f"/orders/{pk}/ship/", {f"quantity-{line}": "3"})
    shown = client.get(f"/orders/{pk}/").content.decode()
    assert f"Shipped 3 × RT-100 to {company.customer.name}" in shown
    assert "Print packing list" in shown


def test_goods_that_arrive_and_are_put_away_are_told_with_their_bin(company: World) -> None:
    part = company.product(sku="RT-100")
    made = stocked_up(company, (part, 5, 1_000_000))
    home, shelf = (f"{one.location.name} / {one.name}" for one in company.bins[:2])
    assert told(arrive(made.lines[0], 3)) == f"Received 3 × RT-100 into {home}."
    goods = Goods(part.pk, 2, company.location.place_id, company.bins[0].place_id)
    moved = put_away(
        actor=HOUSE, items=[Transfer(goods, company.location.place_id, company.bins[1].place_id)]
    )
    assert told(moved) == f"Put 2 × RT-100 away into {shelf}."


def test_a_known_unit_that_is_installed_is_told_though_it_does_not_move(company: World) -> None:
    router = company.product(sku="RT-100", traced="serial", cost_method="specific")
    company.stock(router, 1, serials=("S1",))
    _, (line,) = reserved(company, (router, 1))
    ship(actor=HOUSE, picks=[Pick(line, 1)], consignment=Consignment())
    done = install(actor=HOUSE, items=[Installation(line, serial="S1")])
    assert told(done) == f"Installed 1 × RT-100 S1 at {company.customer.name}."


def test_an_inspection_is_told_by_its_outcome_where_it_has_one(company: World) -> None:
    product = company.product(sku="RT-100")
    company.stock(product, 6)
    _, (line,) = reserved(company, (product, 6))
    ship(actor=HOUSE, picks=[Pick(line, 6)], consignment=Consignment())
    rma, (wanted,) = asked(company, Asked(6, line))
    receive(actor=HOUSE, rma=rma, items=[Arrived(6, wanted)])
    for outcome, words in (
        ("repair", "Gave 1 × RT-100 to repair."),
        ("to_vendor", "Sent 1 × RT-100 to the vendor."),
        ("scrap", f"Scrapped 1 × RT-100 at {company.location.name}."),
        ("restock", "Restocked 1 × RT-100."),
    ):
        assert told(inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(wanted, 1, outcome)])) == words
    verdicts = [Verdict(wanted, 1, "restock"), Verdict(wanted, 1, "to_vendor")]
    assert told(inspect(actor=HOUSE, rma=rma, verdicts=verdicts)) is None
