"""Goods at the door: who is served, under which numbers, at what cost, and how a receipt is taken back."""

from __future__ import annotations

from datetime import date

import pytest

from tests.purchasing.buying import arrive, bought, on_order, sold, stocked_up
from tests.purchasing.test_order import refused
from tests.world import World, clean, held, world
from wharfinger.base.access import HOUSE
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Draw, Holding, Layer, Lot
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Organization
from wharfinger.purchasing.actions.ordering import draft, draft_from_lines, submit
from wharfinger.purchasing.actions.receiving import cancel_receipt, receive, send_back
from wharfinger.purchasing.models import PurchaseOrder, Receipt
from wharfinger.purchasing.queries.orders import figures, words
from wharfinger.purchasing.rules.crediting import SendBack
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted
from wharfinger.purchasing.rules.receiving import Arrival, Delivery
from wharfinger.sales.actions.orders import release, reserve
from wharfinger.sales.rules.orders import Hold
from wharfinger.stock.actions.values import revalue

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def word(order: int) -> str:
    return words([order])[order]


def test_a_partial_receipt_leaves_the_rest_on_order(company: World) -> None:
    """P19, seed 001: 5 ordered, 3 received."""
    line = sold(company, company.product(), 5)
    made = bought(draft_from_lines(actor=HOUSE, wanted=[Wanted(line)]))
    assert word(made.order) == "draft"
    submit(actor=HOUSE, order=made.order)
    assert word(made.order) == "submitted"
    arrive(made.lines[0], 3)
    assert held(line) == {"covered": 5, "bin": 3, "on_order": 2, "to_bill": 5}
    assert word(made.order) == "received_partial"
    assert PurchaseOrder.objects.get().done_id is None
    clean()
    last = arrive(made.lines[0], 2)
    assert held(line) == {"covered": 5, "bin": 5, "to_bill": 5}
    assert word(made.order) == "received_full"
    assert PurchaseOrder.objects.get().done_id == last.id
    clean()


def test_nothing_is_received_before_it_is_submitted(company: World) -> None:
    """P01: the remaining quantity falls with each receipt, and the last one completes the order by itself."""
    part, other = company.product(), company.product()
    made = stocked_up(company, (part, 100, 1_000_000), (other, 500, 1_000_000), submitted=False)
    found = refused("not_submitted_yet", lambda: arrive(made.lines[0], 50))
    assert found.remedies[0].verb == "submit"
    submit(actor=HOUSE, order=made.order)
    left = []
    for line, quantity in ((0, 50), (0, 50), (1, 500)):
        arrive(made.lines[line], quantity)
        left.append((on_order(made.lines[0]), on_order(made.lines[1])))
    assert left == [(50, 500), (0, 500), (0, 0)]
    assert held(product=other.pk) == {"bin": 500}
    assert word(made.order) == "received_full"
    clean()


def test_promised_date_then_age_then_stock_is_served(company: World) -> None:
    product = company.product()
    old = sold(company, product, 2)
    late = sold(company, product, 2, promised_on=date(2026, 12, 24))
    soon = sold(company, product, 2, promised_on=date(2026, 12, 1))
    wish = PurchaseLineWish(quantity=8, wanted=(Wanted(old), Wanted(late), Wanted(soon)))
    made = bought(draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, (wish,))))
    submit(actor=HOUSE, order=made.order)
    (line,) = made.lines
    served = []
    for _ in range(4):
        arrive(line, 2)
        served.append(tuple(held(claim).get("bin", 0) for claim in (soon, late, old)))
    assert served == [(2, 0, 0), (2, 2, 0), (2, 2, 2), (2, 2, 2)]
    assert Holding.objects.get(kind="bin", claim=0, quantity__gt=0).quantity == 2
    clean()


def test_a_person_may_choose_whom_to_serve(company: World) -> None:
    product = company.product()
    first, second = sold(company, product, 2), sold(company, product, 2)
    made = bought(draft_from_lines(actor=HOUSE, wanted=[Wanted(first), Wanted(second)]))
    submit(actor=HOUSE, order=made.order)
    refused("over_for_line", lambda: arrive(made.lines[0], 3, line=second))
    arrive(made.lines[0], 1, line=second)
    assert (held(first)["on_order"], held(second)["bin"]) == (2, 1)
    clean()


def test_more_than_ordered_becomes_free_stock_once_accepted(company: World) -> None:
    product = company.product()
    line = sold(company, product, 2)
    made = bought(draft_from_lines(actor=HOUSE, wanted=[Wanted(line)]))
    submit(actor=HOUSE, order=made.order)
    found = refused("over_receipt", lambda: arrive(made.lines[0], 3))
    assert (found.wanted, found.free) == (3, 2)
    taken = arrive(made.lines[0], 3, accept_over=True)
    assert held(line) == {"covered": 2, "bin": 2, "to_bill": 2}
    assert Holding.objects.get(kind="bin", claim=0, quantity__gt=0).quantity == 1
    assert (Layer.objects.get().quantity, Layer.objects.get().value_minor) == (3, 1800)
    assert word(made.order) == "received_full"
    clean()
    reverse(actor=HOUSE, entry=taken.id)
    assert on_order(made.lines[0]) == 2
    clean()


def test_serials_are_needed_and_new(company: World) -> None:
    product = company.product(traced="serial", cost_method="specific")
    line = sold(company, product, 2)
    wish = PurchaseLineWish(quantity=5, wanted=(Wanted(line),), unit_cost_micro=3_333_333)
    made = bought(draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, (wish,))))
    submit(actor=HOUSE, order=made.order)
    (bought_line,) = made.lines
    assert (
        refused("serials_needed", lambda: arrive(bought_line, 3, serials=("A", "B"))).field
        == "lines.0.serials"
    )
    assert (
        refused("serial_twice", lambda: arrive(bought_line, 2, serials=("A", " a "))).words()
        == "The serial number  a  is given twice. Give it once."
    )
    arrive(bought_line, 3, serials=("sn-1 ", "sn-2", "SN-3"))
    assert held(line) == {"covered": 2, "bin": 2, "to_bill": 2}
    codes = Lot.objects.filter(serial=True).order_by("pk").values_list("code", "code_key")
    assert list(codes) == [("sn-1", "sn-1"), ("sn-2", "sn-2"), ("SN-3", "sn-3")]
    assert list(Layer.objects.order_by("pk").values_list("quantity", "value_minor")) == [
        (1, 333),
        (1, 334),
        (1, 333),
    ]
    clean()
    known = refused("serial_known", lambda: arrive(bought_line, 1, serials=("Sn-3",)))
    assert known.values["serial"] == "Sn-3"
    ship(actor=HOUSE, picks=[Pick(line, 1)])
    gone = Lot.objects.get(holdings__kind="customer", holdings__quantity=1).code
    refused("serial_at_customer", lambda: arrive(bought_line, 1, serials=(gone,)))
    clean()


def test_untraced_goods_take_no_serials(company: World) -> None:
    made = stocked_up(company, (company.product(), 2, 1_000_000))
    refused("not_traced", lambda: arrive(made.lines[0], 1, serials=("A",)))


def test_a_batch_comes_with_its_number_and_date(company: World) -> None:
    product = company.product(traced="batch")
    made = stocked_up(company, (product, 4, 1_000_000))
    assert refused("batch_needed", lambda: arrive(made.lines[0], 1)).field == "lines.0.batch"
    for quantity in (1, 3):
        arrive(made.lines[0], quantity, batch="L-7", expires_on=date(2027, 1, 31))
    lot = Lot.objects.get(code="L-7")
    assert lot.expires_on == date(2027, 1, 31)
    assert Holding.objects.get(lot=lot, quantity__gt=0).quantity == 4
    clean()


def test_goods_rejected_at_the_door_are_not_ours(company: World) -> None:
    """P09: 5 arrive, 3 are accepted, 2 rejected; the first is served, the other is ordered again."""
    product = company.product(traced="serial", cost_method="specific")
    first, second = sold(company, product, 3), sold(company, product, 2)
    made = bought(draft_from_lines(actor=HOUSE, wanted=[Wanted(first), Wanted(second)]))
    submit(actor=HOUSE, order=made.order)
    received = arrive(made.lines[0], 5, rejected=2, serials=("1", "2", "3", "4", "5"))
    assert held(first) == {"covered": 3, "bin": 3, "to_bill": 3}
    assert held(second) == {"to_order": 2, "to_bill": 2}
    codes = (
        Holding.objects.filter(kind="refused", quantity=1).order_by("lot").values_list("lot__code", "claim")
    )
    assert list(codes) == [("4", 0), ("5", 0)]
    assert sum(Layer.objects.values_list("quantity", flat=True)) == 3
    assert word(made.order) == "received_full"
    (shown,) = figures([made.lines[0]]).values()
    assert (shown.on_order, shown.received, shown.rejected) == (0, 3, 2)
    clean()
    refused("not_refused", lambda: send_back(actor=HOUSE, goods=[SendBack(3, purchase_line=made.lines[0])]))
    sent = send_back(actor=HOUSE, goods=[SendBack(2, purchase_line=made.lines[0])], reason="broken")
    assert not Holding.objects.filter(kind="refused", quantity__gt=0).exists()
    clean()
    reverse(actor=HOUSE, entry=sent.id)
    cancel_receipt(actor=HOUSE, receipt=received.one("purchasing.Receipt"))
    assert held(second) == {"covered": 2, "on_order": 2, "to_bill": 2}
    clean()
    arrive(made.lines[0], 5, serials=("1", "2", "3", "4", "5"))
    assert held(second) == {"covered": 2, "bin": 2, "to_bill": 2}
    clean()


@pytest.mark.parametrize("method", ["fifo", "average"])
def test_the_value_is_rounded_once_and_shared_without_a_rest(company: World, method: str) -> None:
    product = company.product(cost_method=method)
    claims = [sold(company, product, 1) for _ in range(3)]
    wish = PurchaseLineWish(wanted=tuple(Wanted(c) for c in claims), unit_cost_micro=333_333)
    made = bought(draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, (wish,))))
    submit(actor=HOUSE, order=made.order)
    arrive(made.lines[0], 3)
    assert list(Layer.objects.values_list("quantity", "value_minor")) == [(3, 100)]
    assert sum(-v for v in Draw.objects.values_list("value_minor", flat=True)) == 100
    clean()


def test_a_foreign_order_is_valued_at_home(company: World) -> None:
    made = stocked_up(company, (company.product(), 3, 10_000_000), currency="USD", rate_micro=917_431)
    arrive(made.lines[0], 3)
    assert Layer.objects.get().value_minor == 2752
    clean()


def test_many_orders_of_one_vendor_in_one_receipt(company: World) -> None:
    one = stocked_up(company, (company.product(), 3, 1_000_000))
    two = stocked_up(company, (company.product(), 4, 1_000_000))
    arrivals = [Arrival(one.lines[0], 3), Arrival(two.lines[0], 1, bin=company.bins[1].pk)]
    made = receive(actor=HOUSE, arrivals=arrivals, delivery=Delivery("INV-77"))
    assert (word(one.order), word(two.order)) == ("received_full", "received_partial")
    receipt = Receipt.objects.get(pk=made.one("purchasing.Receipt"))
    assert (receipt.number, receipt.vendor_invoice_number) == ("GR-1", "INV-77")
    assert Holding.objects.get(place=company.bins[1].place_id, quantity__gt=0).quantity == 1
    clean()
    other = Organization.objects.create(name="Distri", vendor=True, customer=False)
    product = company.product()
    wish = PurchaseWish(other.pk, (PurchaseLineWish(product.pk, 1, unit_cost_micro=1),))
    third = bought(draft(actor=HOUSE, wish=wish))
    submit(actor=HOUSE, order=third.order)
    mixed = [Arrival(two.lines[0], 1), Arrival(third.lines[0], 1)]
    refused("many_vendors_received", lambda: receive(actor=HOUSE, arrivals=mixed))


def test_a_drop_shipment_is_delivered_by_the_vendor(company: World) -> None:
    product = company.product(traced="serial", cost_method="specific")
    line = sold(company, product, 2)
    terms = PurchaseWish(0, (), ship_to="organization")
    made = bought(draft_from_lines(actor=HOUSE, wanted=[Wanted(line)], wish=terms))
    submit(actor=HOUSE, order=made.order)
    received = arrive(made.lines[0], 2, serials=("D1", "D2"))
    assert held(line) == {"covered": 2, "customer": 2, "to_bill": 2}
    assert list(Layer.objects.values_list("quantity", "value_minor")) == [(0, 0), (0, 0)]
    clean()
    cancel_receipt(actor=HOUSE, receipt=received.one("purchasing.Receipt"))
    assert held(line) == {"covered": 2, "on_order": 2, "to_bill": 2}
    clean()
    stocky = PurchaseWish(
        company.vendor.pk,
        (PurchaseLineWish(product.pk, 1),),
        ship_to="organization",
        ship_to_site=company.site.pk,
    )
    refused("stock_to_customer", lambda: draft(actor=HOUSE, wish=stocky))


def test_an_untouched_receipt_is_taken_back_whole_or_in_lines(company: World) -> None:
    one, two = company.product(), company.product()
    made = stocked_up(company, (one, 3, 1_000_000), (two, 4, 1_000_000))
    arrivals = [Arrival(made.lines[0], 3), Arrival(made.lines[1], 4)]
    receipt = receive(actor=HOUSE, arrivals=arrivals).one("purchasing.Receipt")
    cancel_receipt(actor=HOUSE, receipt=receipt, lines=[made.lines[1]])
    assert (on_order(made.lines[0]), on_order(made.lines[1])) == (0, 4)
    assert Receipt.objects.get().cancelled_at is None
    assert word(made.order) == "received_partial"
    clean()
    cancel_receipt(actor=HOUSE, receipt=receipt)
    assert on_order(made.lines[0]) == 3
    assert Receipt.objects.get().cancelled_at is not None
    assert word(made.order) == "submitted"
    assert sum(Layer.objects.values_list("value_minor", flat=True)) == 0
    clean()
    refused("receipt_cancelled", lambda: cancel_receipt(actor=HOUSE, receipt=receipt))


def test_a_receipt_whose_goods_went_on_stays_and_says_who_holds_them(company: World) -> None:
    product = company.product()
    line = sold(company, product, 3)
    made = bought(draft_from_lines(actor=HOUSE, wanted=[Wanted(line)]))
    submit(actor=HOUSE, order=made.order)
    receipt = arrive(made.lines[0], 3).one("purchasing.Receipt")
    picked = pick(actor=HOUSE, picks=[Pick(line, 2)])
    found = refused("receipt_touched", lambda: cancel_receipt(actor=HOUSE, receipt=receipt))
    assert (found.wanted, found.free) == (3, 1)
    assert [(h.subject.partition(":")[0], h.quantity) for h in found.held_by] == [("order", 2)]
    reverse(actor=HOUSE, entry=picked.id)
    cancel_receipt(actor=HOUSE, receipt=receipt)
    assert held(line) == {"covered": 3, "on_order": 3, "to_bill": 3}
    clean()
    received = arrive(made.lines[0], 3).one("purchasing.Receipt")
    release(actor=HOUSE, holds=[Hold(line, 3)])
    other = sold(company, product, 1)
    reserve(actor=HOUSE, holds=[Hold(other, 1)])
    assert refused("receipt_touched", lambda: cancel_receipt(actor=HOUSE, receipt=received)).wanted == 3


def test_a_layer_that_was_drawn_is_made_up_by_the_method_and_the_rest_is_variance(company: World) -> None:
    product = company.product()
    made = stocked_up(company, (product, 2, 10_000_000))
    receipt = arrive(made.lines[0], 2).one("purchasing.Receipt")
    company.stock(product, 2, value_minor=600)
    line = sold(company, product, 1)
    reserve(actor=HOUSE, holds=[Hold(line, 1)])
    ship(actor=HOUSE, picks=[Pick(line, 1)])
    assert list(Layer.objects.order_by("pk").values_list("quantity", "value_minor")) == [(1, 1000), (2, 600)]
    taken = cancel_receipt(actor=HOUSE, receipt=receipt)
    assert list(Layer.objects.order_by("pk").values_list("quantity", "value_minor")) == [(0, 0), (1, 300)]
    (posting,) = taken.entry.postings.all()
    assert (posting.source.kind, posting.target.kind, posting.amount_minor) == (
        "purchase_variance",
        "purchases",
        700,
    )
    clean()


def test_what_was_valued_higher_since_leaves_with_the_receipt(company: World) -> None:
    product = company.product()
    made = stocked_up(company, (product, 2, 10_000_000))
    receipt = arrive(made.lines[0], 2).one("purchasing.Receipt")
    revalue(actor=HOUSE, product=product.pk, unit_cost_micro=12_500_000, reason="New list")
    received = Draw.objects.get(entry__verb="receive")
    taken = cancel_receipt(actor=HOUSE, receipt=receipt)
    assert list(Layer.objects.values_list("quantity", "value_minor")) == [(0, 0)]
    drawn = Draw.objects.filter(entry=taken.entry).order_by("pk")
    assert list(drawn.values_list("quantity", "value_minor", "reverses")) == [
        (2, 2000, received.pk),
        (0, 500, None),
    ]
    (posting,) = taken.entry.postings.all()
    assert (posting.source.kind, posting.target.kind, posting.amount_minor) == (
        "purchases",
        "purchase_variance",
        500,
    )
    clean()


def test_free_stock_goes_back_to_its_vendor(company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    send_back(actor=HOUSE, goods=[SendBack(2, product=product.pk)], reason="not wanted")
    assert held(product=product.pk) == {"bin": 3}
    assert Layer.objects.get().value_minor == 1800
    clean()
    refused("not_enough", lambda: send_back(actor=HOUSE, goods=[SendBack(4, product=product.pk)]))


def test_an_undone_receipt_gives_its_serials_back(company: World) -> None:
    product = company.product(traced="serial", cost_method="specific")
    made = stocked_up(company, (product, 1, 1_000_000))
    received = arrive(made.lines[0], 1, serials=("S",))
    reverse(actor=HOUSE, entry=received.id)
    assert on_order(made.lines[0]) == 1
    assert PurchaseOrder.objects.get().done_id is None
    clean()
    arrive(made.lines[0], 1, serials=("S",))
    assert Lot.objects.filter(serial=True).count() == 1
    clean()


def test_the_same_key_receives_once(company: World) -> None:
    made = stocked_up(company, (company.product(), 4, 1_000_000))
    arrivals = [Arrival(made.lines[0], 2)]
    first = receive(actor=HOUSE, arrivals=arrivals, key="door-1")
    again = receive(actor=HOUSE, arrivals=arrivals, key="door-1")
    assert (again.id, again.replayed) == (first.id, True)
    assert on_order(made.lines[0]) == 2
    refused("key_reused", lambda: receive(actor=HOUSE, arrivals=[Arrival(made.lines[0], 1)], key="door-1"))
