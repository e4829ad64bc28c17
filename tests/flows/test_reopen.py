"""An order that is re-opened is as freshly confirmed."""

from __future__ import annotations

import pytest

from tests.billing.books import credit_left, owed, summed
from tests.billing.test_invoice import bill
from tests.fulfilment.test_pack import refused
from tests.fulfilment.trade import order, reserved, where
from tests.world import World, clean, entries, held
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.billing.actions.invoices import draft_invoice, post_invoice
from wharfinger.billing.actions.payments import pay
from wharfinger.billing.models import CreditNote, Invoice
from wharfinger.billing.queries.shown import invoice, show_invoices
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.billing.rules.payments import PaymentWish
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.reopen import reopen, try_reopen
from wharfinger.fulfilment.actions.packing import pack
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import pick_pack_ship, ship
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.ledger.look import Wish
from wharfinger.ledger.models import Holding, Layer, Place
from wharfinger.ledger.plan import PlaceRef, Plan, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.telling import timeline
from wharfinger.returns.actions.receiving import take_back
from wharfinger.returns.rules.receiving import Returned
from wharfinger.returns.rules.requesting import Asked
from wharfinger.sales.actions.orders import create_order, reserve
from wharfinger.sales.models import Order
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish

pytestmark = pytest.mark.django_db


def test_everything_done_for_an_order_is_taken_back(company: World) -> None:
    router, work = company.product(), company.product(kind="service")
    company.stock(router, 6, value_minor=1000)
    pk, (line, hours) = order(company, (router, 5), (work, 2))
    _, (untouched,) = order(company, (router, 1))
    reserve(actor=HOUSE, holds=[Hold(line, 3)])
    pick(actor=HOUSE, picks=[Pick(line, 4)])
    pack(actor=HOUSE, picks=[Pick(line, 2)])
    ship(
        actor=HOUSE,
        picks=[Pick(line, 3), Pick(hours, 2)],
        consignment=Consignment(proof=True),
    )
    pick_pack_ship(actor=HOUSE, picks=[Pick(untouched, 1)])
    made = bill(Bill(line, 4), Bill(hours, 2))
    pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, 1000, "EUR"))
    before = entries()
    assert try_reopen(actor=HOUSE, order=pk, read=lambda done: held(line)) == {"to_order": 5, "to_bill": 5}
    assert entries() == before
    reopen(actor=HOUSE, order=pk, reason="Wrong customer")
    assert held(line) == {"to_order": 5, "to_bill": 5}
    assert held(hours) == {"covered": 2, "ready": 2, "to_bill": 2}
    assert held(untouched) == {"covered": 1, "customer": 1, "to_bill": 1}
    assert held(0, router.pk) == {"bin": 5}
    assert sum(Layer.objects.values_list("value_minor", flat=True)) == 833
    taken = CreditNote.objects.get()
    assert (taken.invoice_id, taken.total_minor) == (made.pk, made.total_minor)
    assert (owed(made.pk), credit_left(), summed("revenue")) == (0, 1000, 0)
    clean()
    refused("nothing_to_reopen", lambda: reopen(actor=HOUSE, order=pk))
    pick_pack_ship(actor=HOUSE, picks=[Pick(line, 5), Pick(hours, 2)])
    bill(Bill(line, 5), Bill(hours, 2))
    assert held(line) == {"covered": 5, "customer": 5, "invoiced": 5}
    clean()


def test_the_decision_that_it_is_fulfilled_is_taken_back(company: World) -> None:
    router = company.product()
    company.stock(router, 1)
    pk, (line,) = order(company, (router, 1))
    pick_pack_ship(actor=HOUSE, picks=[Pick(line, 1)])
    Order.objects.filter(pk=pk).update(fulfilled_at="2026-11-01T10:00:00Z")
    reopen(actor=HOUSE, order=pk)
    assert Order.objects.get(pk=pk).fulfilled_at is None
    assert held(line) == {"to_order": 1, "to_bill": 1}
    clean()


def test_serials_come_back_to_their_bins(company: World) -> None:
    phone = company.product(traced="serial", cost_method="specific")
    company.stock(phone, 2, serials=("S1", "S2"), bin=company.bins[1])
    pk, (line,) = reserved(company, (phone, 2))
    ship(actor=HOUSE, picks=[Pick(line, 2)])
    reopen(actor=HOUSE, order=pk)
    assert (where("S1"), where("S2")) == (("bin", 0), ("bin", 0))
    assert held(line) == {"to_order": 2, "to_bill": 2}
    clean()


def test_what_was_returned_before_it_was_invoiced_is_billed_again(company: World) -> None:
    router = company.product()
    company.stock(router, 3)
    pk, (line,) = order(company, (router, 3))
    pick_pack_ship(actor=HOUSE, picks=[Pick(line, 3)])
    back = [Returned(Asked(1, line), outcome="restock")]
    take_back(actor=HOUSE, organization=company.customer.pk, items=back)
    assert held(line) == {"covered": 2, "returned": 1, "customer": 2, "to_bill": 2, "waived": 1}
    reopen(actor=HOUSE, order=pk)
    assert held(line) == {"to_order": 3, "to_bill": 3}
    assert held(0, router.pk) == {"bin": 3}
    clean()


def test_a_draft_invoice_bills_no_more_what_comes_back(company: World) -> None:
    router, work = company.product(), company.product(kind="service")
    company.stock(router, 3)
    pk, (line, hours) = order(company, (router, 2), (work, 1))
    _, (other,) = order(company, (router, 1))
    pick_pack_ship(actor=HOUSE, picks=[Pick(line, 2), Pick(hours, 1), Pick(other, 1)])
    bill(Bill(line, 1))
    wish = InvoiceWish((Bill(line, 1), Bill(other, 1), Bill(hours, 1)))
    shared = draft_invoice(actor=HOUSE, wish=wish).one("billing.Invoice")
    reopen(actor=HOUSE, order=pk)
    left = Invoice.objects.get(pk=shared)
    assert (left.net_minor, left.tax_minor, left.total_minor, left.void_id) == (1000, 190, 1190, None)
    assert [row["quantity"] for row in show_invoices([invoice(shared)])[0]["lines"]] == ["1"]
    assert CreditNote.objects.get().net_minor == 1000
    assert held(line) == {"to_order": 2, "to_bill": 2}
    clean()
    post_invoice(actor=HOUSE, invoice=shared)
    assert (owed(shared), held(other)["invoiced"]) == (1190, 1)
    clean()


def test_a_draft_that_bills_nothing_any_more_is_gone(company: World) -> None:
    router = company.product()
    pk, (line,) = order(company, (router, 1))
    made = draft_invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 1),)))
    done = reopen(actor=HOUSE, order=pk)
    assert Invoice.objects.get().void_id == done.id
    assert held(line) == {"to_order": 1, "to_bill": 1}
    clean()
    refused("nothing_left", lambda: reverse(actor=HOUSE, entry=made.id))
    found = refused("is_a_reversal", lambda: reverse(actor=HOUSE, entry=done.id))
    assert "Do them again" in found.words()
    assert timeline(f"order:{pk}")[0].undo == "", "what is refused is not offered"


def test_an_order_that_is_not_confirmed_is_not_reopened(company: World) -> None:
    router = company.product()
    made = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, (LineWish(router.pk, 1),)))
    refused("not_confirmed", lambda: reopen(actor=HOUSE, order=made.one("demand.Sheet")))
    refused("no_such_order", lambda: reopen(actor=HOUSE, order=999_999))


def test_a_unit_that_has_since_gone_elsewhere_is_named(company: World) -> None:
    phone = company.product(traced="serial", cost_method="specific")
    company.stock(phone, 2, serials=("S1", "S2"))
    pk, (line,) = reserved(company, (phone, 2))
    ship(actor=HOUSE, picks=[Pick(line, 2)])
    here = Holding.objects.get(lot__code="S2", quantity=1)
    away = Place.objects.create(kind="returns")

    def plan(truth: Truth) -> Plan:
        made = Plan()
        found = next(h for h in truth.held if h.id == here.pk)
        made.move(found.spot, found.spot.at(PlaceRef(away.pk, "returns")), 1)
        return made

    post("receive_return", Wish(claims=[line]), plan, actor=HOUSE)
    before = entries()
    with pytest.raises(Refusal) as found:
        reopen(actor=HOUSE, order=pk)
    assert found.value.words() == "S2 has since gone elsewhere. Take that back first."
    assert entries() == before
    clean()
