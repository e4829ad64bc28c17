"""The location decides how the goods of an order leave it: sold, sold for a partner, or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from tests.billing.test_invoice import bill
from tests.fulfilment.test_pack import refused
from tests.fulfilment.trade import order, reserved
from tests.world import World, clean, entries, held
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.billing.models import CreditNote, Invoice
from wharfinger.billing.rules.invoices import Bill
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.cancel_delivery import cancel_delivery
from wharfinger.flows.actions.reopen import reopen
from wharfinger.fulfilment.actions.packing import pack
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import deliver, pick_pack_ship, ship
from wharfinger.fulfilment.models import Container
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.ledger.models import Holding, Place
from wharfinger.ledger.reverse import reverse
from wharfinger.sales.actions.orders import reserve
from wharfinger.sales.rules.orders import Hold
from wharfinger.stock.models import Location
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db


def sells(location: Location, channel: str) -> None:
    Location.objects.filter(pk=location.pk).update(channel=channel)


@pytest.mark.parametrize("act", [ship, deliver, pick_pack_ship])
def test_a_partners_goods_are_sold_and_never_invoiced(company: World, act: Any) -> None:
    """CC-14: the bill of what leaves is waived in the same entry, and stands again once the step is undone."""
    router = company.product()
    company.stock(router, 3, bin=company.bins[2])
    sells(company.other, "indirect")
    _, (line,) = reserved(company, (router, 3))
    done = act(actor=HOUSE, picks=[Pick(line, 2)])
    assert held(line) == {"covered": 3, "customer": 2, "bin": 1, "waived": 2, "to_bill": 1}
    clean()
    reverse(actor=HOUSE, entry=done.id, claims={line: 1})
    assert held(line) == {"covered": 3, "customer": 1, "bin": 2, "waived": 1, "to_bill": 2}
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert held(line) == {"covered": 3, "bin": 3, "to_bill": 3}
    clean()


def test_what_leaves_from_both_is_billed_for_our_own(company: World) -> None:
    router = company.product()
    company.stock(router, 1, bin=company.bins[2])
    company.stock(router, 2, bin=company.bins[0])
    sells(company.other, "indirect")
    _, (line,) = reserved(company, (router, 3))
    ship(actor=HOUSE, picks=[Pick(line, 3)], consignment=Consignment(proof=True))
    assert held(line) == {"covered": 3, "in_transit": 3, "waived": 1, "to_bill": 2}
    deliver(actor=HOUSE, picks=[Pick(line, 3)])
    assert held(line) == {"covered": 3, "customer": 3, "waived": 1, "to_bill": 2}
    refused("more_than_billable", lambda: bill(Bill(line, 3)))
    bill(Bill(line, 2))
    clean()


@pytest.mark.parametrize("act", [pick, pick_pack_ship])
def test_goods_of_a_rental_location_are_chosen_for_no_order_by_themselves(company: World, act: Any) -> None:
    """The rented goods come first in walking order; an order takes what is behind them, or is refused at once."""
    router = company.product()
    company.stock(router, 5, bin=company.bins[2])
    sells(company.other, "rental")
    Place.objects.filter(pk=company.bins[2].place_id).update(sequence=-1)
    company.stock(router, 2, bin=company.bins[0])
    _, (line,) = order(company, (router, 4))
    reserve(actor=HOUSE, holds=[Hold(line, 1)])
    act(actor=HOUSE, picks=[Pick(line, 2)])
    there = Holding.objects.filter(product=router, claim=0, kind="bin", quantity__gt=0)
    assert list(there.values_list("place_id", "quantity")) == [(company.bins[2].place_id, 5)]
    before = entries()
    for again in (
        lambda: reserve(actor=HOUSE, holds=[Hold(line, 1)]),
        lambda: act(actor=HOUSE, picks=[Pick(line, 1)]),
    ):
        refused("not_enough", again)
    assert entries() == before
    reserve(actor=HOUSE, holds=[Hold(line, 1, location=company.other.place_id)])
    clean()


def test_a_job_takes_them_since_it_may_lend(company: World) -> None:
    router = company.product()
    company.stock(router, 2, bin=company.bins[2])
    sells(company.other, "rental")
    wish = WorkWish("job", company.customer.pk, (LineWish(router.pk, 2),), billable=False)
    line = create_work_order(actor=HOUSE, wish=wish).one("ledger.Claim")
    reserve(actor=HOUSE, holds=[Hold(line, 1)])
    pick(actor=HOUSE, picks=[Pick(line, 2)])
    assert held(line)["picked"] == 2
    clean()


def test_a_part_that_is_undone_is_the_partners_first(company: World) -> None:
    router = company.product()
    company.stock(router, 1, bin=company.bins[2])
    company.stock(router, 1, bin=company.bins[0])
    sells(company.other, "indirect")
    _, (line,) = reserved(company, (router, 2))
    done = ship(actor=HOUSE, picks=[Pick(line, 2)])
    reverse(actor=HOUSE, entry=done.id, claims={line: 1})
    assert held(line) == {"covered": 2, "customer": 1, "bin": 1, "to_bill": 2}
    ship(actor=HOUSE, picks=[Pick(line, 1, location=company.other.place_id)])
    assert held(line) == {"covered": 2, "customer": 2, "waived": 1, "to_bill": 1}
    clean()


def test_a_box_of_a_partners_goods_waives_and_comes_back(company: World) -> None:
    router = company.product()
    company.stock(router, 2, bin=company.bins[2])
    sells(company.other, "indirect")
    _, (line,) = reserved(company, (router, 2))
    pack(actor=HOUSE, picks=[Pick(line, 2)])
    box = Container.objects.get().pk
    ship(actor=HOUSE, containers=[box])
    assert held(line) == {"covered": 2, "customer": 2, "waived": 2}
    clean()
    cancel_delivery(actor=HOUSE, picks=[Pick(line, 1)])
    assert held(line) == {"covered": 2, "customer": 1, "container": 1, "waived": 1, "to_bill": 1}
    clean()
    cancel_delivery(actor=HOUSE, containers=[box])
    assert held(line) == {"covered": 2, "container": 2, "to_bill": 2}
    clean()


def test_a_partners_goods_cover_no_invoice_of_our_own(company: World) -> None:
    """One of two invoiced units comes back: it is credited, though a partner's unit is still with the customer."""
    router = company.product()
    company.stock(router, 1, bin=company.bins[2])
    company.stock(router, 2, bin=company.bins[0])
    sells(company.other, "indirect")
    _, (line,) = reserved(company, (router, 3))
    ship(actor=HOUSE, picks=[Pick(line, 1, location=company.other.place_id)])
    ship(actor=HOUSE, picks=[Pick(line, 2)])
    bill(Bill(line, 2))
    assert held(line) == {"covered": 3, "customer": 3, "waived": 1, "invoiced": 2}
    cancel_delivery(actor=HOUSE, picks=[Pick(line, 1)])
    assert held(line) == {"covered": 3, "customer": 2, "bin": 1, "waived": 1, "invoiced": 1, "to_bill": 1}
    assert CreditNote.objects.get().net_minor == Invoice.objects.get().net_minor // 2
    clean()
    cancel_delivery(actor=HOUSE, picks=[Pick(line, 2)])
    assert held(line) == {"covered": 3, "bin": 3, "to_bill": 3}
    assert CreditNote.objects.count() == 2
    clean()


def test_a_partners_unit_that_comes_back_is_not_credited(company: World) -> None:
    router = company.product()
    company.stock(router, 1, bin=company.bins[2])
    company.stock(router, 1, bin=company.bins[0])
    sells(company.other, "indirect")
    _, (line,) = reserved(company, (router, 2))
    ship(actor=HOUSE, picks=[Pick(line, 1, location=company.location.place_id)])
    ship(actor=HOUSE, picks=[Pick(line, 1, location=company.other.place_id)])
    bill(Bill(line, 1))
    cancel_delivery(actor=HOUSE, picks=[Pick(line, 1)])
    assert held(line) == {"covered": 2, "customer": 1, "bin": 1, "invoiced": 1, "to_bill": 1}
    assert not CreditNote.objects.exists()
    clean()


def test_re_opening_bills_anew(company: World) -> None:
    router = company.product()
    company.stock(router, 1, bin=company.bins[2])
    sells(company.other, "indirect")
    pk, (line,) = reserved(company, (router, 1))
    ship(actor=HOUSE, picks=[Pick(line, 1)])
    reopen(actor=HOUSE, order=pk)
    assert held(line) == {"to_order": 1, "to_bill": 1}
    clean()


def test_what_is_invoiced_already_does_not_leave_from_a_partners_stock(company: World) -> None:
    router = company.product()
    company.stock(router, 2, bin=company.bins[2])
    sells(company.other, "indirect")
    _, (line,) = reserved(company, (router, 2))
    bill(Bill(line, 1))
    ship(actor=HOUSE, picks=[Pick(line, 1)])
    refused("invoiced_already", lambda: ship(actor=HOUSE, picks=[Pick(line, 1)]))
    assert held(line) == {"covered": 2, "customer": 1, "bin": 1, "invoiced": 1, "waived": 1}


@pytest.mark.parametrize("act", [ship, deliver, pick_pack_ship])
def test_rented_goods_are_not_sold(company: World, act: Any) -> None:
    """CC-11: a rental location lends; an order's goods are transferred first."""
    router = company.product()
    company.stock(router, 2)
    _, (line,) = reserved(company, (router, 1))
    sells(company.location, "rental")
    before = entries()
    with pytest.raises(Refusal) as found:
        act(actor=HOUSE, picks=[Pick(line, 1)])
    assert (found.value.code, found.value.field) == ("rental_location", "picks.0.line")
    assert "Transfer" in found.value.sentence
    assert entries() == before
    assert held(line) == {"covered": 1, "bin": 1, "to_bill": 1}


def test_a_box_of_rented_goods_stays_here(company: World) -> None:
    router = company.product()
    company.stock(router, 1)
    _, (line,) = order(company, (router, 1))
    reserve(actor=HOUSE, holds=[Hold(line, 1)])
    pick(actor=HOUSE, picks=[Pick(line, 1)])
    pack(actor=HOUSE, picks=[Pick(line, 1)])
    sells(company.location, "rental")
    refused("rental_location", lambda: ship(actor=HOUSE, containers=[Container.objects.get().pk]))
    assert held(line) == {"covered": 1, "container": 1, "to_bill": 1}


def test_the_api_says_so(call: Any, company: World) -> None:
    router = company.product()
    company.stock(router, 2)
    pk, (line,) = reserved(company, (router, 2))
    sells(company.location, "rental")
    status, answer = call("post", "/ship", {"picks": [{"line": line, "quantity": "1"}]})
    assert (status, answer["code"], answer["field"]) == (409, "rental_location", "picks.0.line")
    sells(company.location, "indirect")
    status, answer = call("post", "/ship", {"picks": [{"line": line, "quantity": "2"}]})
    assert status in (200, 201), answer
    status, answer = call("get", f"/orders/{pk}")
    assert (status, answer["goods_status"], held(line)) == (
        200,
        "delivered",
        {"covered": 2, "customer": 2, "waived": 2},
    )
