"""Many people take back, credit, refund and undo at the same instant: nothing is given back twice."""

from __future__ import annotations

from functools import partial

import pytest
from django.db.models import Sum

from tests.devices.test_install import delivered
from tests.races.crowd import crowd
from tests.world import World, clean, held, world
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.credits import cancel_invoice, credit
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.actions.payments import apply_credit, cancel_payment, pay, refund
from wharfinger.billing.models import CreditLine, CreditNote, Invoice, Payment
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.billing.rules.payments import PaymentWish
from wharfinger.ledger.models import Account
from wharfinger.ledger.reverse import reverse
from wharfinger.returns.actions.inspecting import settle
from wharfinger.returns.actions.receiving import receive, take_back
from wharfinger.returns.actions.requesting import approve, request
from wharfinger.returns.models import RmaLine
from wharfinger.returns.rules.receiving import Arrived, Returned
from wharfinger.returns.rules.requesting import Asked
from wharfinger.returns.rules.settling import Answer

PEOPLE = 20
PRICE = 1190
"""What one unit is with tax."""


@pytest.fixture
def company(fresh_database: dict[str, str]) -> World:
    """A small company in a database where acts really commit."""
    return world()


def sold(company: World, units: int) -> tuple[int, Invoice]:
    """Units that were delivered and invoiced: their line and the invoice."""
    cable = company.product()
    company.stock(cable, units)
    line = delivered(company, cable, units)
    made = invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, units),))).one("billing.Invoice")
    return line, Invoice.objects.get(pk=made)


def money(company: World, kind: str) -> int:
    """What a customer's accounts of a kind come to."""
    of = Account.objects.filter(party=company.customer, kind=kind)
    return of.aggregate(sum=Sum("balance_minor"))["sum"] or 0


def paid(company: World, minor: int) -> None:
    """The customer pays."""
    pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, minor, "EUR"))


def test_never_more_comes_back_than_was_delivered(company: World) -> None:
    line, of = sold(company, 10)
    paid(company, 10 * PRICE)
    whose = company.customer.pk
    bring = partial(take_back, actor=HOUSE, organization=whose, items=[Returned(Asked(1, line))])
    outcome = crowd(PEOPLE, [bring] * 30)
    assert outcome.errors == []
    assert (len(outcome.done), len(outcome.refused)) == (10, 20)
    assert {one.code for one in outcome.refused} <= {"more_than_delivered", "not_at_customer"}
    assert held(line) == {"covered": 10, "returns": 10, "credited": 10}
    assert CreditLine.objects.aggregate(sum=Sum("quantity"))["sum"] == 10
    assert CreditNote.objects.aggregate(sum=Sum("total_minor"))["sum"] == of.total_minor
    assert (money(company, "receivable"), money(company, "store_credit")) == (0, -10 * PRICE)
    clean()


def test_never_more_is_credited_than_was_invoiced(company: World) -> None:
    """Units of an invoice, and the whole of it, by people who do not know of each other."""
    _, of = sold(company, 10)
    row = of.lines.get().pk
    some = partial(credit, actor=HOUSE, items=[Credit(row, 3)], reason="Too many")
    whole = partial(cancel_invoice, actor=HOUSE, invoice=of.pk, reason="Wrong", bill_again=False)
    outcome = crowd(PEOPLE, [*[some] * 20, *[whole] * 2])
    assert outcome.errors == []
    assert {one.code for one in outcome.refused} <= {"more_than_invoiced", "nothing_left"}
    assert CreditLine.objects.aggregate(sum=Sum("quantity"))["sum"] == 10
    assert CreditNote.objects.aggregate(sum=Sum("total_minor"))["sum"] == of.total_minor
    assert money(company, "receivable") == 0
    clean()


def test_never_more_is_settled_than_came(company: World) -> None:
    """Credit, refund and store credit of the same goods: each unit is answered once."""
    line, _ = sold(company, 10)
    paid(company, 10 * PRICE)
    rma = request(actor=HOUSE, organization=company.customer.pk, items=[Asked(10, line)]).one("returns.Rma")
    approve(actor=HOUSE, rma=rma)
    (row,) = receive_all(rma)
    calls = [
        partial(settle, actor=HOUSE, rma=rma, answers=[Answer(row, 1, answer)])
        for answer in ("credit", "refund", "store_credit")
        for _ in range(8)
    ]
    outcome = crowd(PEOPLE, calls)
    assert outcome.errors == []
    assert (len(outcome.done), {one.code for one in outcome.refused}) == (10, {"settled_already"})
    out = Payment.objects.filter(kind="refund").aggregate(sum=Sum("amount_minor"))["sum"] or 0
    assert out - money(company, "store_credit") == 10 * PRICE
    assert money(company, "receivable") == 0
    clean()


def receive_all(rma: int) -> list[int]:
    """All of an RMA arrives: its lines."""
    lines = list(RmaLine.objects.filter(rma=rma))
    receive(actor=HOUSE, rma=rma, items=[Arrived(one.quantity, one.pk) for one in lines])
    return [one.pk for one in lines]


def test_store_credit_is_spent_once(company: World) -> None:
    """It settles what is owed and goes back as money at once: together never more than there was."""
    line, _ = sold(company, 5)
    paid(company, 5 * PRICE)
    take_back(actor=HOUSE, organization=company.customer.pk, items=[Returned(Asked(5, line))])
    for _ in range(3):
        sold(company, 1)
    whose = company.customer.pk
    back = partial(refund, actor=HOUSE, wish=PaymentWish(whose, PRICE, "EUR"))
    use = partial(apply_credit, actor=HOUSE, organization=whose, currency="EUR")
    outcome = crowd(PEOPLE, [*[back] * 20, *[use] * 10])
    assert outcome.errors == []
    assert {one.code for one in outcome.refused} <= {"not_enough_credit", "nothing_to_apply"}
    out = Payment.objects.filter(kind="refund").aggregate(sum=Sum("amount_minor"))["sum"] or 0
    settled = 3 * PRICE - money(company, "receivable")
    assert out + settled == 5 * PRICE
    assert money(company, "store_credit") == 0
    clean()


def test_a_credit_is_paid_back_or_undone(company: World) -> None:
    """Who refunds and who undoes exclude each other: the customer never has goods, credit and money for one unit."""
    line, _ = sold(company, 8)
    paid(company, 8 * PRICE)
    whose = company.customer.pk
    done = [take_back(actor=HOUSE, organization=whose, items=[Returned(Asked(1, line))]).id for _ in range(8)]
    undo = [partial(reverse, actor=HOUSE, entry=entry) for entry in done]
    back = partial(refund, actor=HOUSE, wish=PaymentWish(whose, PRICE, "EUR"))
    outcome = crowd(PEOPLE, [one for entry in undo for one in (entry, back, entry, back)])
    assert outcome.errors == []
    assert {one.code for one in outcome.refused} <= {
        "paid_back",
        "nothing_left",
        "not_enough_credit",
        "changed_since",
    }
    again = Invoice.objects.filter(takes_back__isnull=False)
    out = Payment.objects.filter(kind="refund").aggregate(sum=Sum("amount_minor"))["sum"] or 0
    theirs = held(line).get("customer", 0)
    assert theirs == again.count()
    # What they paid, less what went back and what we owe them still, is what they have.
    assert 8 * PRICE - out + money(company, "store_credit") + money(company, "receivable") == theirs * PRICE
    assert money(company, "receivable") == 0
    clean()
    for one in Payment.objects.filter(kind="refund"):
        cancel_payment(actor=HOUSE, payment=one.pk)
    clean()
