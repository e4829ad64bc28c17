"""A vendor's cash discount: agreed, named on its bill, proposed, taken off with its share of tax, given back."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.purchasing.buying import person, stocked_up
from tests.purchasing.test_bills import tolerance
from tests.purchasing.test_paying import DAY, LATER, TEN, Vendor, open_of, pay, unpaid, word
from tests.world import World, clean, entries, refused, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.worded import Amount
from wharfinger.ledger.models import Account, Posting
from wharfinger.ledger.reverse import reverse
from wharfinger.purchasing.actions.billing import enter_bill
from wharfinger.purchasing.actions.paying import cancel_vendor_payment, pay_bills
from wharfinger.purchasing.actions.receiving import receive
from wharfinger.purchasing.actions.vendor_terms import keep_terms
from wharfinger.purchasing.models import VendorBill, VendorDiscount, VendorPayment, VendorTerms
from wharfinger.purchasing.queries import bills as queries
from wharfinger.purchasing.queries import paying
from wharfinger.purchasing.rules.billing import Bill, BillLine
from wharfinger.purchasing.rules.discounting import Granted
from wharfinger.purchasing.rules.paying import PaidAtOnce, Part, PayWish
from wharfinger.purchasing.rules.receiving import Arrival, Delivery

pytestmark = pytest.mark.django_db
CLERK = ("purchasing.read", "purchasing.bill", "purchasing.pay", "catalog.see_cost")


@pytest.fixture
def company() -> World:
    return world()


def agree(company: World, percent: int = 2, days: int = 10) -> int:
    """The vendor grants so much within so many days."""
    values = {"discount_micro": percent * 10_000, "discount_days": days}
    return keep_terms(actor=HOUSE, vendor=company.vendor.pk, values=values).id


def entered(bill: Bill, **values: Any) -> VendorBill:
    """A bill of 119.00, 19.00 of it tax, that is accepted."""
    done = enter_bill(actor=HOUSE, bill=replace(bill, **values))
    return VendorBill.objects.get(pk=done.one("purchasing.VendorBill"))


def stands(kind: str) -> int:
    """What postings put on the accounts of a kind."""
    rows = Posting.objects.values_list("source__kind", "target__kind", "amount_minor")
    return sum(minor * ((target == kind) - (source == kind)) for source, target, minor in rows)


def test_a_bill_grants_what_it_names_else_what_is_agreed(company: World) -> None:
    first = entered(unpaid(company, "R-1"))
    assert (first.discount_micro, first.discount_until) == (0, None)
    agreed = agree(company)
    second = entered(unpaid(company, "R-2"))
    assert (second.discount_micro, second.discount_until) == (20_000, DAY + timedelta(10))
    third = entered(unpaid(company, "R-3"), granted=Granted(30_000, date(2026, 3, 5)))
    assert (third.discount_micro, third.discount_until) == (30_000, date(2026, 3, 5))
    none = entered(unpaid(company, "R-4"), granted=Granted(0, date(2026, 3, 5)))
    assert (none.discount_micro, none.discount_until) == (0, None)
    asked = unpaid(company, "R-5")
    before = entries()
    for given, code in (
        (Granted(20_000, None), "missing"),
        (Granted(20_000, DAY - timedelta(1)), "discount_before"),
    ):
        bill = replace(asked, granted=given)
        refused(lambda bill=bill: enter_bill(actor=HOUSE, bill=bill), code, "discount_until")
    assert entries() == before
    reverse(actor=HOUSE, entry=agreed)
    assert not VendorTerms.objects.filter(void__isnull=True).exists()
    second.refresh_from_db()
    assert second.discount_micro == 20_000


@pytest.mark.parametrize(("late", "taken"), [(-1, True), (0, True), (1, False)])
def test_until_its_last_day_a_discount_is_taken_with_its_share_of_tax(
    company: World, late: int, taken: bool
) -> None:
    agree(company)
    bill = entered(unpaid(company, "R-1"))
    assert bill.discount_until is not None
    clerk, before = person("clerk", *CLERK), entries()
    wish = PayWish((Part(bill.pk, None, 238),), paid_on=bill.discount_until + timedelta(late))
    if not taken:
        told = refused(lambda: pay_bills(actor=clerk, wish=wish), "discount_over", "bills.0.discount")
        assert told.values["until"] == "2026-03-12"
        assert (entries(), VendorDiscount.objects.count(), stands("payable")) == (before, 0, -11900)
        return
    pay_bills(actor=clerk, wish=wish)
    assert (word(bill.pk), VendorPayment.objects.get().amount_minor) == ("paid", 11900 - 238)
    row = VendorDiscount.objects.get()
    # 2 % of 119.00 is 2.38, of which 19/119 is tax.
    assert (row.amount_minor, row.tax_minor) == (238, 38)
    assert (stands("payable"), stands("vendor_discount"), stands("input_tax")) == (0, -200, 1900 - 38)
    clean()
    cancel_vendor_payment(actor=HOUSE, payment=VendorPayment.objects.get().pk)
    assert (open_of(bill.pk), stands("vendor_discount"), stands("input_tax")) == (11900, 0, 1900)
    assert not paying.discounts().exists()
    clean()


def test_no_more_is_taken_than_agreed_but_by_who_may_accept_bills(company: World) -> None:
    agree(company)
    bill = entered(unpaid(company, "R-1"))
    clerk = person("clerk", *CLERK)

    def tried(less: int, amount: int | None = None, by: Any = clerk) -> Any:
        return pay_bills(actor=by, wish=PayWish((Part(bill.pk, amount, less),), paid_on=DAY))

    before = entries()
    told = refused(lambda: tried(239), "more_discount", "bills.0.discount")
    assert told.values["agreed"] == Amount(238, "EUR")
    refused(lambda: tried(11900, by=HOUSE), "more_than_open", "bills.0.discount")
    refused(lambda: tried(100, 11801, by=HOUSE), "more_than_open", "bills.0.amount")
    refused(lambda: tried(-1), "below_zero", "bills.0.discount")
    assert entries() == before
    tried(200, 5000)
    assert open_of(bill.pk) == 11900 - 5200
    refused(lambda: tried(39), "more_discount", "bills.0.discount")
    tried(39, by=HOUSE)
    assert (word(bill.pk), stands("payable")) == ("paid", 0)
    clean()


def test_a_bill_without_terms_grants_nothing(company: World) -> None:
    bill = entered(unpaid(company, "R-1"))
    clerk = person("clerk", *CLERK)
    refused(lambda: pay_bills(actor=clerk, wish=PayWish((Part(bill.pk, None, 1),))), "more_discount")
    assert stands("payable") == -11900


def test_a_bill_is_paid_at_once_less_its_discount(company: World) -> None:
    asked = unpaid(company, "R-1", granted=Granted(20_000, date(2099, 1, 1)))
    before = entries()
    clerk = person("clerk", *CLERK)
    more = replace(asked, pay=PaidAtOnce(discount_minor=239))
    refused(lambda: enter_bill(actor=clerk, bill=more), "more_discount", "pay.discount")
    all_of_it = replace(asked, pay=PaidAtOnce(discount_minor=11900))
    refused(lambda: enter_bill(actor=clerk, bill=all_of_it), "more_than_open", "pay.discount")
    assert (entries(), VendorBill.objects.count()) == (before, 0)
    bill = entered(asked, pay=PaidAtOnce("Cash", discount_minor=238))
    assert (word(bill.pk), VendorPayment.objects.get().amount_minor) == ("paid", 11662)
    assert (stands("payable"), stands("input_tax")) == (0, 1862)
    (one,) = paying.settled(list(VendorPayment.objects.all())).popitem()[1]
    assert (one.minor, one.discount_minor) == (11662, 238)
    clean()


def test_what_asks_for_nothing_is_not_paid_at_once(company: World) -> None:
    asked = unpaid(company, "R-1")
    free = replace(
        asked,
        lines=tuple(replace(one, unit_cost_micro=0) for one in asked.lines),
        tax_minor=0,
        pay=PaidAtOnce(),
    )
    tolerance(100)
    before = entries()
    refused(lambda: enter_bill(actor=HOUSE, bill=free), "nothing_to_pay", "pay")
    assert (entries(), VendorBill.objects.count(), VendorPayment.objects.count()) == (before, 0, 0)
    bill = entered(free, pay=None)
    assert (word(bill.pk), stands("payable")) == ("accepted", 0)


def test_to_the_cent_whatever_rate_is_paid(company: World) -> None:
    """Abroad the discount is worth its share of what is owed at home, so that nothing stays on a payable."""
    for seed in range(5):
        chance = random.Random(seed)
        vendor = Vendor(company, f"Yard {seed}", "USD")
        bill = vendor.bill(
            chance.randint(1, 9), tax=chance.randint(0, 999), rate=chance.randint(10**5, 10**6)
        )
        some = open_of(bill) // 3
        rate = {"rate_micro": chance.randint(10**5, 10**6)}
        pay(Part(bill, chance.randint(1, some), chance.randint(1, some)), **rate)
        pay(Part(bill, None, chance.randint(1, some)), **rate)
        account = Account.objects.get(kind="payable", document=f"vendor_bill:{bill}")
        assert (account.balance_minor, account.balance_home_minor) == (0, 0)
        clean()
        cancel_vendor_payment(actor=HOUSE, payment=VendorPayment.objects.latest("pk").pk)
        clean()


@pytest.mark.parametrize("many", [1, 50])
def test_statements_do_not_grow_with_discounts(company: World, many: int) -> None:
    vendor = Vendor(company)
    bills = [vendor.bill(1) for _ in range(many)]
    with CaptureQueriesContext(connection) as found:
        pay(*(Part(one, None, 7) for one in bills))
    with CaptureQueriesContext(connection) as cancelled:
        cancel_vendor_payment(actor=HOUSE, payment=VendorPayment.objects.get().pk)
    counts = [
        len([q for q in some if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))])
        for some in (found, cancelled)
    ]
    assert max(counts) <= 27, counts
    with CaptureQueriesContext(connection) as read:
        queries.show_bills(queries.bills(), costs=True)
    assert len(read) <= 12, len(read)


def test_a_bill_entered_with_its_payment_takes_as_many_statements_for_many_lines(company: World) -> None:
    counts = []
    for many in (1, 50):
        made = stocked_up(company, *((company.product(), 2, TEN) for _ in range(many)))
        goods = [Arrival(line, 2) for line in made.lines]
        receipt = receive(actor=HOUSE, arrivals=goods, delivery=Delivery()).one("purchasing.Receipt")
        lines = tuple(BillLine(line, receipt, 2) for line in made.lines)
        less = PaidAtOnce(discount_minor=many)
        bill = Bill(f"R-{many}", DAY, lines, pay=less, granted=Granted(20_000, LATER))
        with CaptureQueriesContext(connection) as found:
            enter_bill(actor=HOUSE, bill=bill)
        assert VendorPayment.objects.latest("pk").amount_minor == 2000 * many - many
        counts.append(len(found))
    assert counts[0] == counts[1]
    assert counts[0] <= 40


def test_a_discount_is_agreed_named_proposed_and_taken_on_pages(company: World) -> None:
    browser = Client()
    browser.force_login(company.user)
    terms = f"/vendors/{company.vendor.pk}/terms/"
    assert 'name="discount_days"' in seen(browser, terms)
    wrong = browser.post(terms, {"discount": "101", "discount_days": "10"})
    assert (wrong.status_code, VendorTerms.objects.count()) == (422, 0)
    browser.post(terms, {"discount": "2", "discount_days": "3000"})
    assert "2 % if paid within 3000 days" in seen(browser, f"/organizations/{company.vendor.pk}/")
    asked = unpaid(company, "P-1")
    (line,) = asked.lines
    form, key = f"/vendor-bills/new/?line={line.purchase_line}", f"{line.receipt}-{line.purchase_line}"
    assert "As agreed, if left empty: 2 % if paid within 3000 days." in seen(browser, form)
    typed = {"billed_on": "2026-03-02", f"quantity-{key}": "4", f"cost-{key}": "10", "tax": "7.60"}
    wrong = browser.post(form, {**typed, "number": "P-1", "discount_percent": "3"})
    assert (wrong.status_code, VendorBill.objects.count()) == (422, 0)
    browser.post(form, {**typed, "number": "P-1"})
    bill = VendorBill.objects.get()
    assert "2 % until" in seen(browser, f"/vendor-bills/{bill.pk}/")
    paying_form = f"/vendor-payments/new/?bill={bill.pk}"
    page = seen(browser, paying_form)
    assert 'value="0.95"' in page
    assert 'value="46.65"' in page
    before = entries()
    wrong = browser.post(paying_form, {f"bill-{bill.pk}": "46.65", f"discount-{bill.pk}": "1"})
    assert (wrong.status_code, entries()) == (409, before)
    browser.post(paying_form, {f"bill-{bill.pk}": "46.65", f"discount-{bill.pk}": "0.95"})
    assert word(bill.pk) == "paid"
    paid = seen(browser, f"/vendor-payments/{VendorPayment.objects.get().pk}/")
    assert "Cash discount" in paid
    assert "Cash discount taken" in seen(browser, f"/vendor-bills/{bill.pk}/")


def test_a_discount_over_http(company: World, client: Client) -> None:
    client.force_login(company.user)

    def sent(method: str, path: str, body: Any) -> Any:
        call = getattr(client, method)
        return call(f"/api/v1{path}", body, content_type="application/json")

    terms = f"/organizations/{company.vendor.pk}/purchase-terms"
    told = sent("patch", terms, {"discount_percent": "2", "discount_days": 3000}).json()
    assert (told["discount_percent"], told["discount_days"]) == ("2", 3000)
    (line,) = unpaid(company, "P-1").lines
    lines = [{"purchase_line": line.purchase_line, "receipt": line.receipt, "quantity": "10"}]
    body = {"number": "P-1", "billed_on": "2026-03-02", "lines": lines, "tax": "19"}
    bad = sent("post", "/vendor-bills", {**body, "discount_percent": "2"})
    assert (bad.status_code, bad.json()["field"]) == (422, "discount_until")
    bill = sent("post", "/vendor-bills", body).json()
    assert (bill["discount_percent"], bill["discount"], bill["discount_taken"]) == ("2", "2.38", "0.00")
    wish = {"bills": [{"bill": bill["id"], "discount": bill["discount"]}]}
    paid = sent("post", "/vendor-payments", wish).json()["payments"][0]
    assert (paid["amount"], paid["bills"][0]["discount"]) == ("116.62", "2.38")
    after = client.get(f"/api/v1/vendor-bills/{bill['id']}").json()
    assert (after["payment"], after["discount"], after["discount_taken"]) == ("paid", "0.00", "2.38")
