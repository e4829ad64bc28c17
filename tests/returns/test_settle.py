"""What a customer gets for goods that came back, in both books."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from tests.devices.test_install import delivered, refused, traced
from tests.fulfilment.trade import reserved, where
from tests.returns.test_rma import asked, loose, of
from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.base.worded import Amount
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.actions.payments import pay
from wharfinger.billing.models import CreditLine, CreditNote, Invoice, Payment
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.billing.rules.payments import PaymentWish
from wharfinger.catalog.models import Product
from wharfinger.devices.actions.installing import install
from wharfinger.devices.models import Device
from wharfinger.devices.rules.installing import Installation
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Account, Fact, Layer
from wharfinger.ledger.telling import tell, undoable
from wharfinger.returns.actions.inspecting import inspect, settle
from wharfinger.returns.actions.receiving import receive, take_back
from wharfinger.returns.models import Rma, RmaLine
from wharfinger.returns.rules.inspecting import Verdict
from wharfinger.returns.rules.receiving import Arrived, Returned
from wharfinger.returns.rules.requesting import Asked
from wharfinger.returns.rules.settling import Answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def billed(line: int, quantity: int) -> Invoice:
    """Invoice units of a line and post it."""
    done = invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, quantity),)))
    return Invoice.objects.get(pk=done.one("billing.Invoice"))


def paid(company: World, amount: int) -> None:
    """The customer pays."""
    pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, amount, "EUR"))


def owed(company: World) -> tuple[int, int]:
    """What the customer owes us, and what we owe them."""
    kinds = dict.fromkeys(("receivable", "store_credit"), 0)
    for one in Account.objects.filter(party=company.customer, kind__in=kinds):
        kinds[one.kind] += one.balance_minor
    return kinds["receivable"], kinds["store_credit"]


def test_what_is_returned_before_it_is_invoiced_is_not_billed(company: World) -> None:
    """T03: two delivered, one returned, then the invoice says one."""
    line = loose(company, 2)
    take_back(actor=HOUSE, organization=company.customer.pk, items=[Returned(Asked(1, line))])
    assert held(line) == {"covered": 2, "customer": 1, "returns": 1, "to_bill": 1, "waived": 1}
    posted = billed(line, 1)
    assert (posted.net_minor, posted.total_minor) == (1000, 1190)
    clean()


def test_restock_and_credit_are_one_entry_in_both_books(company: World) -> None:
    """Seed 003: what was invoiced is credited, goods go to the warehouse, the device is nobody's any more."""
    router = traced(company, "S1")
    line = delivered(company, router, 1)
    device = install(actor=HOUSE, items=[Installation(line)]).one("devices.Device")
    posted = billed(line, 1)
    before = entries()
    done = take_back(
        actor=HOUSE,
        organization=company.customer.pk,
        items=[Returned(Asked(device=device), outcome="restock")],
        reason="Moved out",
    )
    assert entries() == before + 1
    note = CreditNote.objects.get()
    assert (note.invoice, note.net_minor, note.tax_minor, note.total_minor) == (posted, 1000, 190, 1190)
    assert (CreditLine.objects.get().quantity, note.reason) == (1, "Moved out")
    assert where("S1") == ("bin", 0)
    assert held(line) == {"returned": 1, "credited": 1}
    assert owed(company) == (0, 0)
    assert list(Layer.objects.filter(quantity__gt=0).values_list("quantity", "value_minor")) == [(1, 600)]
    gone = Device.objects.get()
    assert (gone.organization_id, gone.site_id, gone.removed_on is None) == (None, None, False)
    owners = Fact.objects.filter(subject=f"device:{device}", field="organization_id")
    assert [(f.old, f.new) for f in owners] == [(str(company.customer.pk), "null")]
    row = RmaLine.objects.get()
    assert (row.quantity, row.settled_quantity, row.answer, row.credit_minor) == (1, 1, "credit", 1000)
    assert Rma.objects.get().number == "RET-1"
    clean()
    (told,) = tell([done.entry])
    assert (told.undo != "", undoable([done.id])) == (True, {done.id})


def test_a_paid_return_is_refunded(company: World) -> None:
    """T31: one at 10.00 with 10 % tax on top; the refund is 11.00 and nothing is unpaid."""
    company.tax.rate_micro = 100_000
    company.tax.save()
    line = loose(company, 1)
    billed(line, 1)
    paid(company, 1100)
    rma, (asked_for,) = asked(company, Asked(1, line))
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, asked_for)])
    settle(actor=HOUSE, rma=rma, answers=[Answer(asked_for, 1, "refund")])
    refund = Payment.objects.get(kind="refund")
    assert (refund.amount_minor, refund.reference) == (1100, "RMA-1")
    assert owed(company) == (0, 0)
    assert CreditNote.objects.get().total_minor == 1100
    clean()


def test_a_refund_needs_a_payment(company: World) -> None:
    line = loose(company, 1)
    billed(line, 1)
    rma, (asked_for,) = asked(company, Asked(1, line))
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, asked_for)])
    refused("nothing_paid", lambda: settle(actor=HOUSE, rma=rma, answers=[Answer(asked_for, 1, "refund")]))


def test_store_credit_stays_with_the_customer(company: World) -> None:
    line = loose(company, 2)
    billed(line, 2)
    paid(company, 2380)
    rma, (asked_for,) = asked(company, Asked(1, line))
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, asked_for)])
    settle(actor=HOUSE, rma=rma, answers=[Answer(asked_for, 1, "store_credit")])
    assert owed(company) == (0, -1190)
    clean()


def test_a_credit_is_what_was_billed_and_nothing_else(company: World) -> None:
    """T15: 9.00 for what was billed at 10.00 is refused; settled once, it is not settled again."""
    line = loose(company, 1)
    billed(line, 1)
    rma, (asked_for,) = asked(company, Asked(1, line))
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, asked_for)])
    wrong = [Answer(asked_for, 1, "credit", amount_minor=1071)]
    found = refused("amount_differs", lambda: settle(actor=HOUSE, rma=rma, answers=wrong))
    assert found.values["total"] == Amount(1190, "EUR")
    assert "11.90\xa0€" in found.words()
    with translation.override("de"):
        assert "11,90\xa0€" in found.words()
    settle(actor=HOUSE, rma=rma, answers=[Answer(asked_for, 1, "credit", amount_minor=1190)])
    for answer in ("credit", "refund", "replace"):
        again = [Answer(asked_for, 1, answer)]
        refused("settled_already", lambda again=again: settle(actor=HOUSE, rma=rma, answers=again))
    clean()


def test_part_of_one_line_and_all_of_another(company: World) -> None:
    """T21: one of line 1 at 5.00 and both of line 2 at 10.00 come back: three units, 25.00."""
    cheap, dear = company.product(price_micro=5_000_000), company.product()
    company.stock(cheap, 3)
    company.stock(dear, 2)
    _, (one, two) = reserved(company, (cheap, 3), (dear, 2))
    ship(actor=HOUSE, picks=[Pick(one, 3), Pick(two, 2)])
    invoice(
        actor=HOUSE,
        wish=InvoiceWish(
            (
                Bill(one, 3),
                Bill(two, 2),
            )
        ),
    )
    items = [Returned(Asked(1, one), outcome="restock"), Returned(Asked(2, two), outcome="restock")]
    take_back(actor=HOUSE, organization=company.customer.pk, items=items)
    assert sum(note.net_minor for note in CreditNote.objects.all()) == 2500
    assert held(0) == {"bin": 3}
    clean()


def test_declining_the_credit_needs_a_reason(company: World) -> None:
    line = loose(company, 1)
    billed(line, 1)
    items = [Returned(Asked(1, line), credit=False)]
    refused("reason_wanted", lambda: take_back(actor=HOUSE, organization=company.customer.pk, items=items))
    take_back(actor=HOUSE, organization=company.customer.pk, items=items, reason="Out of time")
    assert not CreditNote.objects.exists()
    assert RmaLine.objects.get().answer == "none"
    clean()


def test_goods_out_and_goods_in(company: World) -> None:
    """S15: one is out, three do not come in; three are out, two come in, one is left, then none."""
    one, three = loose(company, 1), loose(company, 3)
    customer = company.customer.pk
    refused(
        "more_than_delivered",
        lambda: take_back(actor=HOUSE, organization=customer, items=[Returned(Asked(3, one))]),
    )
    take_back(actor=HOUSE, organization=customer, items=[Returned(Asked(2, three))])
    assert held(three)["customer"] == 1
    take_back(actor=HOUSE, organization=customer, items=[Returned(Asked(1, three))])
    assert "customer" not in held(three)
    clean()


def test_returns_from_the_carrier(company: World) -> None:
    """IF-34: a return is possible from the first shipped unit."""
    cable = company.product()
    company.stock(cable, 1)
    line = delivered(company, cable, 1, proof=True)
    take_back(actor=HOUSE, organization=company.customer.pk, items=[Returned(Asked(1, line))])
    assert held(line)["returns"] == 1
    clean()


def test_a_unit_without_a_line_is_found_by_its_serial(company: World) -> None:
    router = traced(company, "S1", "S2")
    line = delivered(company, router, 2)
    take_back(actor=HOUSE, organization=company.customer.pk, items=[Returned(Asked(serial="s2"))])
    assert (where("S2"), where("S1")) == (("returns", line), ("customer", line))
    assert RmaLine.objects.get().line_id == line
    clean()


def test_other_peoples_goods_stay_where_they_are(company: World) -> None:
    line = loose(company, 1)
    items = [Returned(Asked(1, line))]
    with pytest.raises(Refusal) as found:
        take_back(actor=HOUSE, organization=company.vendor.pk, items=items)
    assert found.value.code == "no_such_line"


def stand(company: World, size: int) -> tuple[Product, list[int]]:
    """An order of so many lines, delivered and invoiced."""
    products = [company.product() for _ in range(size)]
    for one in products:
        company.stock(one, 2)
    _, lines = reserved(company, *((one, 2) for one in products))
    ship(actor=HOUSE, picks=[Pick(line, 2) for line in lines])
    invoice(actor=HOUSE, wish=InvoiceWish(tuple(Bill(line, 2) for line in lines)))
    return products[0], lines


def test_ten_lines_cost_as_many_statements_as_one(company: World) -> None:
    counts: dict[str, list[int]] = {}
    for size in (1, 10):
        _, lines = stand(company, size)
        acts = {}
        with CaptureQueriesContext(connection) as acts["return"]:
            take_back(
                actor=HOUSE,
                organization=company.customer.pk,
                items=[Returned(Asked(1, line), outcome="restock") for line in lines],
            )
        rma, rows = asked(company, *(Asked(1, line) for line in lines))
        with CaptureQueriesContext(connection) as acts["receive"]:
            receive(actor=HOUSE, rma=rma, items=[Arrived(1, row) for row in rows])
        with CaptureQueriesContext(connection) as acts["inspect"]:
            inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(row, 1, "restock") for row in rows])
        with CaptureQueriesContext(connection) as acts["settle"]:
            settle(actor=HOUSE, rma=rma, answers=[Answer(row, 1, "credit") for row in rows])
        assert all(of(rma, row).outcomes == {"restock": 1} for row in rows)
        for name, found in acts.items():
            counts.setdefault(name, []).append(len(found))
    assert all(one == ten for one, ten in counts.values()), counts
    assert all(one <= 60 for one, _ in counts.values()), counts
    clean()
