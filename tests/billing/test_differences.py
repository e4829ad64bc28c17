"""Money abroad: what it was worth more or less at home when it settled something, or went back, is stated."""

from __future__ import annotations

import contextlib
import random
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.billing.test_credit import note
from tests.billing.test_invoice import bill
from tests.world import World, clean, refused
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
from wharfinger.billing.models import Invoice, InvoiceLine, Payment
from wharfinger.billing.queries.differences import of_customer
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.invoices import Bill
from wharfinger.billing.rules.payments import Allocation, PaymentWish
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.sell import Sale, sell
from wharfinger.ledger.models import Account, Entry, Posting
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Organization
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish

pytestmark = pytest.mark.django_db


class Abroad:
    """A customer who is asked and pays in another currency."""

    def __init__(self, company: World, currency: str = "USD") -> None:
        self.company, self.currency = company, currency
        self.customer = Organization.objects.create(name="Gamma", currency=currency)

    def invoice(self, price: int = 110, rate_micro: int = 900_000, units: int = 1) -> Invoice:
        """So many units at a whole price, and 19 % on top, posted at a rate."""
        line = LineWish(self.company.product().pk, units, unit_price_micro=price * 1_000_000)
        made = create_order(actor=HOUSE, wish=OrderWish(self.customer.pk, (line,), confirm=True))
        return bill(Bill(made.made["ledger.Claim"][0], units), rate_micro=rate_micro)

    def wish(self, minor: int, rate_micro: int | None = 950_000, **more: Any) -> PaymentWish:
        """So much money at a rate."""
        return PaymentWish(self.customer.pk, minor, self.currency, rate_micro=rate_micro, **more)

    def paid(self, minor: int, rate_micro: int = 950_000, **more: Any) -> Payment:
        """So much money that came at a rate."""
        done = pay(actor=HOUSE, wish=self.wish(minor, rate_micro, **more))
        return Payment.objects.get(pk=done.one("billing.Payment"))

    def standing(self) -> set[tuple[int, int]]:
        """What stands on the customer's accounts, here and at home."""
        found = Account.objects.filter(party=self.customer)
        return set(found.values_list("balance_minor", "balance_home_minor"))

    def gained(self) -> int:
        """What was gained on all that the customer paid."""
        return of_customer(self.customer.pk)


@pytest.fixture
def abroad(company: World) -> Abroad:
    return Abroad(company)


def test_money_that_is_worth_more_than_what_it_settles_is_a_gain(abroad: Abroad, call: Any) -> None:
    made = abroad.invoice()
    paid = abroad.paid(13090)
    assert (abroad.standing(), abroad.gained()) == ({(0, 0)}, 655)
    shown = call("get", f"/payments/{paid.pk}")[1]
    assert (shown["exchange_difference"], shown["left"]) == ("6.55", "0.00")
    assert shown["allocations"] == [
        {"invoice": made.pk, "amount": "130.90", "exchange_difference": "6.55"},
    ]
    assert call("get", f"/invoices/{made.pk}")[1]["exchange_difference"] == "6.55"
    written = call("get", f"/journal/{paid.made_id}")[1]["postings"]
    assert [(p["from"], p["to"], p["amount"], p["home"]) for p in written] == [
        ("store_credit", "bank", "130.90", "124.36"),
        ("receivable", "store_credit", "130.90", "117.81"),
        ("exchange", "store_credit", "0.00", "6.55"),
    ]
    clean()


def test_money_that_is_worth_less_is_a_loss(abroad: Abroad) -> None:
    abroad.invoice()
    abroad.paid(13090, 850_000)
    assert (abroad.standing(), abroad.gained()) == ({(0, 0)}, -654)
    clean()


def test_at_the_same_rate_nothing_is_gained(abroad: Abroad) -> None:
    abroad.invoice()
    abroad.paid(13090, 900_000)
    assert (abroad.standing(), abroad.gained()) == ({(0, 0)}, 0)
    assert not Account.objects.filter(kind="exchange").exists()
    clean()


def test_what_is_paid_in_parts_is_gained_in_parts(abroad: Abroad) -> None:
    abroad.invoice()
    for minor, rate in ((3333, 950_000), (3333, 910_000), (6424, 880_000)):
        abroad.paid(minor, rate)
        clean()
    took = sum(
        round(minor * rate / 10**6) for minor, rate in ((3333, 950_000), (3333, 910_000), (6424, 880_000))
    )
    assert (abroad.standing(), abroad.gained()) == ({(0, 0)}, took - 11781)


def test_taking_a_payment_off_takes_its_difference_back(abroad: Abroad, call: Any) -> None:
    first, second = abroad.invoice(), abroad.invoice(rate_micro=1_000_000)
    paid = abroad.paid(26180)
    assert abroad.gained() == 0
    shown = call("get", f"/payments/{paid.pk}")[1]["allocations"]
    assert [one["exchange_difference"] for one in shown] == ["6.55", "-6.55"]
    unapply(actor=HOUSE, payment=paid.pk, invoice=first.pk)
    assert abroad.gained() == -655
    unapply(actor=HOUSE, payment=paid.pk)
    assert (abroad.gained(), abroad.standing()) == (0, {(13090, 11781), (13090, 13090), (-26180, -24871)})
    apply_payment(actor=HOUSE, payment=paid.pk, allocations=[Allocation(second.pk, 13090)])
    cancel_payment(actor=HOUSE, payment=paid.pk)
    assert (abroad.gained(), abroad.standing()) == (0, {(13090, 11781), (13090, 13090), (0, 0)})
    clean()


def test_money_goes_back_at_the_rate_of_its_day(abroad: Abroad, call: Any) -> None:
    paid = abroad.paid(10000)
    refused(lambda: refund(actor=HOUSE, wish=abroad.wish(4000, None)), "rate_wanted", "rate")
    done = refund(actor=HOUSE, wish=abroad.wish(4000, 1_000_000))
    back = done.one("billing.Payment")
    assert (abroad.gained(), abroad.standing()) == (-200, {(-6000, -5700)})
    assert call("get", f"/payments/{back}")[1]["exchange_difference"] == "-2.00"
    cancel_payment(actor=HOUSE, payment=back)
    assert (abroad.gained(), abroad.standing()) == (0, {(-10000, -9500)})
    assert call("get", f"/payments/{back}")[1]["exchange_difference"] == "0.00"
    cancel_payment(actor=HOUSE, payment=paid.pk)
    assert (abroad.gained(), abroad.standing()) == (0, {(0, 0)})
    clean()


def test_a_credit_takes_back_what_was_billed_at_the_invoices_rate(abroad: Abroad) -> None:
    made = abroad.invoice(units=3)
    row = InvoiceLine.objects.get(invoice=made).pk
    abroad.paid(13090)
    gained = abroad.gained()
    note(Credit(row, 1))
    clean()
    note(Credit(row, 2))
    # What was paid is store credit, worth what of the invoice it had settled.
    assert (abroad.gained(), abroad.standing()) == (gained, {(0, 0), (-13090, -11781)})
    refund(actor=HOUSE, wish=abroad.wish(13090))
    assert (abroad.gained(), abroad.standing()) == (gained - 655, {(0, 0)})
    clean()


def test_what_is_sold_and_paid_at_once_leaves_nothing(company: World) -> None:
    router = company.product()
    company.stock(router, 9)
    for price in (1, 3, 7):
        wish = LineWish(router.pk, 1, unit_price_micro=price * 1_110_000)
        sale = Sale(company.customer.pk, (wish,), paid_by="Card", currency="USD", rate_micro=913_337)
        sell(actor=HOUSE, sales=[sale])
    found = Account.objects.filter(kind__in=("receivable", "store_credit"))
    assert set(found.values_list("balance_minor", "balance_home_minor")) == {(0, 0)}
    clean()


def test_the_pages_state_gain_and_loss(abroad: Abroad, client: Client) -> None:
    made = abroad.invoice()
    paid = abroad.paid(13090)
    client.force_login(abroad.company.user)
    for path in (f"/payments/{paid.pk}/", f"/invoices/{made.pk}/", f"/statements/{abroad.customer.pk}/"):
        page = client.get(path).content.decode()
        assert "Exchange gain" in page, path
        assert "6.55" in page, path
    abroad.invoice()
    abroad.paid(13090, 800_000)
    assert "Exchange loss" in client.get(f"/statements/{abroad.customer.pk}/").content.decode()
    assert "In home currency" in client.get(f"/journal/{paid.made_id}/").content.decode()


def test_nothing_is_read_for_customers_at_home(abroad: Abroad, call: Any, company: World) -> None:
    pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, 100, "EUR"))
    with CaptureQueriesContext(connection) as found:
        call("get", "/payments")
    assert not [q for q in found if "SUM(gain)" in q["sql"]]


def test_older_books_state_what_stood_there(abroad: Abroad) -> None:
    abroad.invoice()
    paid = abroad.paid(13090)
    # As an older release left it: the payment was worth something, though nothing of it was left.
    theirs = Account.objects.filter(kind="store_credit", party=abroad.customer)
    theirs.update(balance_home_minor=-655)
    before = Posting.objects.count()
    migration = import_module("wharfinger.ledger.migrations.0011_differences_stated")
    migration.state(apps, None)
    assert abroad.standing() == {(0, 0)}
    made = Entry.objects.latest("id")
    (posting,) = Posting.objects.filter(entry=made).select_related("source")
    assert (posting.source.kind, posting.amount_minor, posting.home_minor) == ("exchange", 0, 655)
    assert list(made.facts.values_list("subject", flat=True)) == [f"payment:{paid.pk}"]
    migration.state(apps, None)
    assert Posting.objects.count() == before + 1
    refused(lambda: reverse(actor=HOUSE, entry=made.pk), "stated")
    assert abroad.standing() == {(0, 0)}


@pytest.mark.parametrize(("currency", "rate"), [("USD", 900_000), ("JPY", 6_131), ("KWD", 3_000_000)])
@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_nothing_left_is_worth_nothing(
    company: World, currency: str, rate: int, seed: int
) -> None:
    chance = random.Random(seed)
    abroad = Abroad(company, currency)

    def near() -> int:
        return rate * chance.randint(80, 120) // 100

    def one(rows: Any) -> Any:
        return chance.choice(list(rows.order_by("pk")) or [None])

    def credit_some() -> None:
        row = one(InvoiceLine.objects.all())
        if row is not None:
            note(Credit(row.pk, chance.randint(1, 2)))

    def with_payment(act: Any) -> None:
        row = one(Payment.objects.filter(cancelled_at__isnull=True))
        if row is not None:
            act(actor=HOUSE, payment=row.pk)

    verbs = (
        lambda: abroad.invoice(chance.randint(1, 9), near(), units=3),
        lambda: abroad.paid(chance.randint(1, 3000), near()),
        lambda: refund(actor=HOUSE, wish=abroad.wish(chance.randint(1, 900), near())),
        lambda: apply_credit(actor=HOUSE, organization=abroad.customer.pk, currency=currency),
        lambda: with_payment(unapply),
        lambda: with_payment(apply_payment),
        lambda: with_payment(cancel_payment),
        credit_some,
    )
    for _ in range(40):
        with contextlib.suppress(Refusal):
            chance.choice(verbs)()
        assert not [pair for pair in abroad.standing() if not pair[0] and pair[1]]
    clean()
    # Once every refund and then every payment is taken out of the books, they gained nothing.
    for kind in ("refund", "payment"):
        for row in Payment.objects.filter(kind=kind, cancelled_at__isnull=True):
            cancel_payment(actor=HOUSE, payment=row.pk)
    ends = [Posting.objects.filter(**{f"{end}__kind": "bank"}) for end in ("source", "target")]
    (out, back), (into, worth) = (
        [sum(rows.values_list(name, flat=True)) for name in ("amount_minor", "home_minor")] for rows in ends
    )
    assert (out, back) == (into, worth)
    clean()
