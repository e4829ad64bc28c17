"""Payments: they settle invoices, become store credit, and go back."""

from __future__ import annotations

from datetime import date

import pytest

from tests.billing.books import credit_left, owed, summed
from tests.billing.test_credit import note
from tests.billing.test_invoice import bill
from tests.fulfilment.test_pack import refused
from tests.fulfilment.trade import order
from tests.world import World, clean
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.billing.actions.payments import (
    apply_credit,
    apply_payment,
    cancel_payment,
    pay,
    refund,
    unapply,
)
from wharfinger.billing.models import Invoice, Payment
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.invoices import Bill
from wharfinger.billing.rules.payments import Allocation, PaymentWish
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Organization

pytestmark = pytest.mark.django_db


def two_invoices(company: World) -> tuple[Invoice, Invoice]:
    """Two invoices of 119.00 each; the second is due first."""
    router = company.product(price_micro=100_000_000)
    _, (line,) = order(company, (router, 2))
    return bill(Bill(line, 1), due_on=date(2027, 2, 1)), bill(Bill(line, 1), due_on=date(2027, 1, 1))


def paid(company: World, minor: int, **values: object) -> Payment:
    """A payment of the customer."""
    done = pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, minor, "EUR", **values))  # type: ignore[arg-type]
    return Payment.objects.get(pk=done.one("billing.Payment"))


def test_the_invoice_due_first_is_settled_first(company: World) -> None:
    late, early = two_invoices(company)
    made = paid(company, 15000, method="Transfer", reference="R-1")
    assert (made.number, made.kind, made.method, made.reference) == ("PAY-1", "payment", "Transfer", "R-1")
    assert (owed(early.pk), owed(late.pk), credit_left(), summed("bank")) == (0, 8800, 0, 15000)
    paid(company, 10000)
    assert (owed(early.pk), owed(late.pk), credit_left(), summed("bank")) == (0, 0, 1200, 25000)
    clean()


def test_a_payment_settles_what_it_names(company: World) -> None:
    late, early = two_invoices(company)
    paid(company, 10000, allocations=(Allocation(late.pk, 5000), Allocation(early.pk, 2500)))
    assert (owed(early.pk), owed(late.pk), credit_left()) == (9400, 6900, 2500)
    refused("more_than_open", lambda: paid(company, 10000, allocations=(Allocation(early.pk, 9401),)))
    refused("more_than_paid", lambda: paid(company, 100, allocations=(Allocation(early.pk, 101),)))
    refused("not_positive", lambda: paid(company, 100, allocations=(Allocation(early.pk, 0),)))
    refused("not_positive", lambda: paid(company, 0))
    other = Organization.objects.create(name="Beta")
    wish = PaymentWish(other.pk, 100, "EUR", allocations=(Allocation(early.pk, 100),))
    refused("no_such_invoice", lambda: pay(actor=HOUSE, wish=wish))


def test_a_payment_in_advance_is_spent_later(company: World) -> None:
    made = paid(company, 20000)
    assert (credit_left(), summed("bank")) == (20000, 20000)
    first, second = two_invoices(company)
    apply_payment(actor=HOUSE, payment=made.pk, allocations=[Allocation(first.pk, 1900)])
    assert (owed(first.pk), owed(second.pk), credit_left()) == (10000, 11900, 18100)
    apply_payment(actor=HOUSE, payment=made.pk)
    assert (owed(first.pk), owed(second.pk), credit_left()) == (3800, 0, 0)
    refused("nothing_to_apply", lambda: apply_payment(actor=HOUSE, payment=made.pk))
    clean()


def test_store_credit_of_several_sources_settles_an_invoice(company: World) -> None:
    first, second = two_invoices(company)
    paid(company, 11900, allocations=(Allocation(first.pk, 11900),))
    note(Credit(first.lines.get().pk, 1))
    paid(company, 500, allocations=())
    assert credit_left() == 12400
    apply_credit(actor=HOUSE, organization=company.customer.pk, currency="EUR")
    assert (owed(second.pk), credit_left()) == (0, 500)
    clean()


def test_an_unapplied_payment_is_store_credit(company: World) -> None:
    late, early = two_invoices(company)
    made = paid(company, 20000)
    unapply(actor=HOUSE, payment=made.pk, invoice=early.pk)
    assert (owed(early.pk), owed(late.pk), credit_left()) == (11900, 3800, 11900)
    refused("nothing_applied", lambda: unapply(actor=HOUSE, payment=made.pk, invoice=early.pk))
    apply_payment(actor=HOUSE, payment=made.pk, allocations=[Allocation(early.pk, 11900)])
    unapply(actor=HOUSE, payment=made.pk)
    assert (owed(early.pk), owed(late.pk), credit_left()) == (11900, 11900, 20000)
    clean()


def test_a_mistyped_payment_is_cancelled(company: World) -> None:
    late, early = two_invoices(company)
    done = pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, 20000, "EUR"))
    made = Payment.objects.get()
    refused("corrected_by_verb", lambda: reverse(actor=HOUSE, entry=done.id))
    cancel_payment(actor=HOUSE, payment=made.pk, reason="Typed twice")
    assert (owed(early.pk), owed(late.pk), credit_left(), summed("bank")) == (11900, 11900, 0, 0)
    assert Payment.objects.get().cancelled_at is not None
    clean()
    refused("payment_cancelled", lambda: cancel_payment(actor=HOUSE, payment=made.pk))
    refused("payment_cancelled", lambda: apply_payment(actor=HOUSE, payment=made.pk))


def test_store_credit_goes_back_as_money(company: World) -> None:
    made = paid(company, 5000)
    wish = PaymentWish(company.customer.pk, 3000, "EUR", method="Transfer")
    done = refund(actor=HOUSE, wish=wish)
    back = Payment.objects.get(pk=done.one("billing.Payment"))
    assert (back.number, back.kind, credit_left(), summed("bank")) == ("REF-1", "refund", 2000, 2000)
    refused("not_enough_credit", lambda: refund(actor=HOUSE, wish=wish))
    refused("already_refunded", lambda: cancel_payment(actor=HOUSE, payment=made.pk))
    with pytest.raises(Refusal) as found:
        reverse(actor=HOUSE, entry=done.id)
    assert [remedy.verb for remedy in found.value.remedies] == ["cancel_payment"]
    cancel_payment(actor=HOUSE, payment=back.pk)
    assert (credit_left(), summed("bank")) == (5000, 5000)
    cancel_payment(actor=HOUSE, payment=made.pk)
    assert (credit_left(), summed("bank")) == (0, 0)
    clean()
