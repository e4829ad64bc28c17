"""The money of a return: it goes back at the rate of its day, and a refund that is cancelled was never made."""

from __future__ import annotations

from datetime import date

import pytest

from tests.billing.test_invoice import bill
from tests.returns.test_settle import asked, billed, loose, owed, paid
from tests.world import World, clean, refused
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.payments import cancel_payment, pay
from wharfinger.billing.models import CreditNote, Payment
from wharfinger.billing.queries.differences import of_customer
from wharfinger.billing.rules.invoices import Bill
from wharfinger.billing.rules.payments import PaymentWish
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.shipping import pick_pack_ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Account
from wharfinger.pricing.actions import set_rates
from wharfinger.returns.actions.inspecting import settle
from wharfinger.returns.actions.receiving import receive
from wharfinger.returns.rules.receiving import Arrived
from wharfinger.returns.rules.requesting import Asked
from wharfinger.returns.rules.settling import Answer
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish

pytestmark = pytest.mark.django_db


def test_a_cancelled_refund_leaves_the_credit_note_and_the_others(company: World) -> None:
    one, two = loose(company, 1), loose(company, 2)
    billed(one, 1)
    billed(two, 2)
    paid(company, 3570)
    rma, (first, second) = asked(company, Asked(1, one), Asked(2, two))
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, first), Arrived(2, second)])
    settle(actor=HOUSE, rma=rma, answers=[Answer(first, 1, "refund"), Answer(second, 2, "refund")])
    small, large = Payment.objects.filter(kind="refund").order_by("amount_minor")
    assert (small.amount_minor, large.amount_minor, owed(company)) == (1190, 2380, (0, 0))
    cancel_payment(actor=HOUSE, payment=large.pk)
    assert owed(company) == (0, -2380)
    cancel_payment(actor=HOUSE, payment=small.pk)
    assert owed(company) == (0, -3570)
    assert sum(CreditNote.objects.values_list("total_minor", flat=True)) == 3570
    clean()


def test_what_is_refunded_abroad_leaves_at_the_rate_of_its_day(company: World) -> None:
    router = company.product()
    company.stock(router, 2)
    wish = LineWish(router.pk, 2, unit_price_micro=100_000_000)
    order = OrderWish(company.customer.pk, (wish,), currency="USD", confirm=True)
    (line,) = create_order(actor=HOUSE, wish=order).made["ledger.Claim"]
    pick_pack_ship(actor=HOUSE, picks=[Pick(line, 2)])
    bill(Bill(line, 2), rate_micro=900_000)
    pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, 23800, "USD", rate_micro=950_000))
    assert of_customer(company.customer.pk) == 22610 - 21420
    rma, (item,) = asked(company, Asked(1, line))
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, item)])
    answers = [Answer(item, 1, "refund")]
    refused(lambda: settle(actor=HOUSE, rma=rma, answers=answers), "rate_wanted")
    set_rates(
        actor=HOUSE, rates=[{"currency": "USD", "rate": "0.80", "valid_from": date(2020, 1, 1).isoformat()}]
    )
    settle(actor=HOUSE, rma=rma, answers=answers)
    # The credit took 107.10 back and 95.20 left the bank.
    assert of_customer(company.customer.pk) == 1190 + 10710 - 9520
    assert Payment.objects.get(kind="refund").rate_micro == 800_000
    found = Account.objects.filter(kind__in=("receivable", "store_credit"))
    assert set(found.values_list("balance_minor", "balance_home_minor")) == {(0, 0)}
    clean()
