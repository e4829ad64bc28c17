"""Vendors' bills are owed once they are accepted, and paid: in part, many at once, with credits, abroad to the cent."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.purchasing.buying import arrive, person, stocked_up
from tests.purchasing.test_api import Caller
from tests.world import World, clean, entries, refused, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed
from wharfinger.ledger.models import Account, Entry, Posting
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization
from wharfinger.pricing.actions import set_rates
from wharfinger.purchasing.actions.billing import accept_bill, cancel_bill, enter_bill
from wharfinger.purchasing.actions.paying import cancel_vendor_payment, pay_bills
from wharfinger.purchasing.actions.receiving import credit_vendor_return, send_back
from wharfinger.purchasing.models import VendorBill, VendorPayment
from wharfinger.purchasing.queries import bills as queries
from wharfinger.purchasing.queries import paying
from wharfinger.purchasing.rules.billing import Bill, BillLine
from wharfinger.purchasing.rules.crediting import SendBack
from wharfinger.purchasing.rules.paying import PaidAtOnce, Part, PayWish

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
LATER = date(2099, 1, 1)
TEN = 10_000_000


@pytest.fixture
def company() -> World:
    return world()


class Vendor:
    """A vendor whose goods came and who bills them."""

    def __init__(self, company: World, name: str = "", currency: str = "EUR") -> None:
        self.company, self.currency = company, currency
        self.pk = company.vendor.pk
        if name:
            self.pk = Organization.objects.create(name=name, vendor=True, currency=currency, terms_days=30).pk
        self.bills = 0

    def bill(
        self, units: int = 10, *, tax: int = 0, rate: int | None = None, due: date | None = LATER
    ) -> int:
        """So many units at ten came and are billed."""
        self.bills += 1
        company = World(**{**vars(self.company), "vendor": Organization.objects.get(pk=self.pk)})
        more = {} if self.currency == "EUR" else {"currency": self.currency, "rate_micro": rate}
        made = stocked_up(company, (self.company.product(), units, TEN), **more)
        receipt = arrive(made.lines[0], units).one("purchasing.Receipt")
        line = BillLine(made.lines[0], receipt, units)
        bill = Bill(f"R-{self.pk}-{self.bills}", DAY, (line,), due, rate, tax_minor=tax)
        return enter_bill(actor=HOUSE, bill=bill).one("purchasing.VendorBill")

    def credit(self, minor: int, tax: int = 0) -> int:
        """Goods went back for which the vendor credits so much."""
        product = self.company.product()
        self.company.stock(product, 1)
        gone = send_back(actor=HOUSE, goods=[SendBack(1, product=product.pk)], vendor=self.pk)
        pk = gone.one("purchasing.VendorReturn")
        credit_vendor_return(actor=HOUSE, vendor_return=pk, got_minor=minor, tax_minor=tax)
        return pk


def pay(*bills: int | Part, taking: tuple[int | Part, ...] = (), **values: Any) -> Written:
    def parts(some: tuple[int | Part, ...]) -> tuple[Part, ...]:
        return tuple(one if isinstance(one, Part) else Part(one) for one in some)

    return pay_bills(actor=HOUSE, wish=PayWish(parts(bills), parts(taking), **values))


def word(bill: int) -> str:
    row: Any = queries.bill(bill)
    return paying.word(row) or queries.word(row)


def open_of(bill: int) -> int:
    row: Any = queries.bill(bill)
    return int(row.open_minor)


def exchange() -> int:
    """What was gained at home."""
    rows = Posting.objects.select_related("source", "target")
    return sum(
        one.home_minor * ((one.source.kind == "exchange") - (one.target.kind == "exchange")) for one in rows
    )


def test_an_accepted_bill_is_owed_by_its_day_and_paid_in_parts(company: World) -> None:
    bill = Vendor(company).bill(tax=1900)
    assert (word(bill), open_of(bill)) == ("open", 11900)
    kinds = {
        one.target.kind: one.amount_minor
        for one in Posting.objects.filter(source__kind="payable").select_related("target")
    }
    assert kinds == {"purchases": 10000, "input_tax": 1900}
    pay(Part(bill, 4000), method="Transfer")
    assert (word(bill), open_of(bill)) == ("partly", 7900)
    paid = VendorPayment.objects.get()
    assert (paid.number, paid.amount_minor, paid.method) == ("VP-1", 4000, "Transfer")
    refused(lambda: pay(Part(bill, 7901)), "more_than_open", "bills.0.amount")
    pay(bill)
    assert (word(bill), open_of(bill)) == ("paid", 0)
    refused(lambda: pay(bill), "nothing_open", "bills.0.amount")
    clean()


def test_a_bill_is_overdue_from_the_day_after_it_is_due(company: World) -> None:
    vendor = Vendor(company)
    yesterday, today = (vendor.bill(due=paying.today() - timedelta(days)) for days in (1, 0))
    assert (word(yesterday), word(today)) == ("overdue", "open")
    found = paying.with_word(queries.bills(), ["overdue"])
    assert [one.pk for one in found] == [yesterday]


def test_a_bill_that_says_no_day_is_due_by_the_days_to_pay_of_its_order_or_vendor(company: World) -> None:
    Organization.objects.filter(pk=company.vendor.pk).update(terms_days=7)
    bill = Vendor(company).bill(due=None)
    assert VendorBill.objects.get(pk=bill).due_on == date(2026, 3, 9)
    made = stocked_up(company, (company.product(), 1, TEN), terms_days=20)
    receipt = arrive(made.lines[0], 1).one("purchasing.Receipt")
    asked = Bill("R-9", DAY, (BillLine(made.lines[0], receipt, 1),))
    own = enter_bill(actor=HOUSE, bill=asked).one("purchasing.VendorBill")
    assert VendorBill.objects.get(pk=own).due_on == date(2026, 3, 22)


def test_what_is_printed_is_owed_where_the_tolerance_takes_it(company: World) -> None:
    made = stocked_up(company, (company.product(), 3, TEN))
    receipt = arrive(made.lines[0], 3).one("purchasing.Receipt")
    asked = Bill("R-1", DAY, (BillLine(made.lines[0], receipt, 3),), LATER, total_minor=3001)
    bill = enter_bill(actor=HOUSE, bill=asked).one("purchasing.VendorBill")
    assert (word(bill), open_of(bill)) == ("to_accept", 0)
    refused(lambda: pay(bill), "not_accepted", "bills.0.bill")
    accept_bill(actor=HOUSE, bill=bill, note="A cent")
    assert (word(bill), open_of(bill)) == ("open", 3001)
    clean()


def test_many_bills_of_several_vendors_are_paid_in_one_entry(company: World) -> None:
    one, other = Vendor(company), Vendor(company, "Hafen AG")
    first, second, third = one.bill(), one.bill(5), other.bill(2)
    before = entries()
    done = pay(first, Part(second, 1000), third, reference="Run 7", paid_on=date(2026, 3, 9))
    assert entries() == before + 1
    rows = VendorPayment.objects.order_by("pk")
    assert [(row.vendor_id, row.amount_minor, row.reference) for row in rows] == [
        (one.pk, 11000, "Run 7"),
        (other.pk, 2000, "Run 7"),
    ]
    assert [word(bill) for bill in (first, second, third)] == ["paid", "partly", "paid"]
    assert Entry.objects.get(pk=done.id).effective_on == date(2026, 3, 9)
    refused(lambda: pay(second, second), "bill_named_twice", "bills")
    refused(pay, "no_bills", "bills")
    refused(lambda: pay(Part(second, 0)), "not_positive", "bills.0.amount")
    refused(lambda: pay(999), "no_such_bill", "bills.0.bill")
    clean()
    cancel_vendor_payment(actor=HOUSE, payment=rows[0].pk, reason="Typed twice")
    assert [word(bill) for bill in (first, second, third)] == ["open", "open", "paid"]
    assert paying.payments_of(first) == []
    refused(lambda: cancel_vendor_payment(actor=HOUSE, payment=rows[0].pk), "vendor_payment_cancelled")
    clean()


def test_what_money_was_worth_more_or_less_since_is_stated_and_taken_back(company: World) -> None:
    vendor = Vendor(company, "Yard Inc.", "USD")
    bill = vendor.bill(10, rate=900_000)
    assert open_of(bill) == 10000
    pay(Part(bill, 3333), rate_micro=950_000)
    assert exchange() == 3000 - 3166
    pay(bill, rate_micro=850_000)
    account = Account.objects.get(kind="payable", document=f"vendor_bill:{bill}")
    assert (account.balance_minor, account.balance_home_minor) == (0, 0)
    assert exchange() == 3000 - 3166 + 6000 - 5667
    clean()
    for row in VendorPayment.objects.all():
        cancel_vendor_payment(actor=HOUSE, payment=row.pk)
    account.refresh_from_db()
    assert (account.balance_minor, account.balance_home_minor, exchange()) == (-10000, -9000, 0)
    clean()


def test_a_rate_is_of_the_only_foreign_currency_else_of_the_day(company: World) -> None:
    dollars, pounds = Vendor(company, "Yard Inc.", "USD"), Vendor(company, "Dock Ltd", "GBP")
    one, other = dollars.bill(rate=900_000), pounds.bill(rate=1_100_000)
    assert refused(lambda: pay(one), "rate_missing", "rate").remedies[0].verb == "set_rate"
    refused(lambda: pay(one, other, rate_micro=900_000), "many_rates", "rate")
    known = (("USD", "0.95"), ("GBP", "1.2"))
    set_rates(
        actor=HOUSE,
        rates=[{"currency": name, "rate": rate, "valid_from": "2020-01-01"} for name, rate in known],
    )
    pay(one, other, Vendor(company).bill())
    assert VendorPayment.objects.get(currency="GBP").rate_micro == 1_200_000
    clean()


def test_what_a_vendor_credited_is_taken_when_its_bills_are_paid(company: World) -> None:
    vendor = Vendor(company)
    bill, credit = vendor.bill(tax=1900), vendor.credit(1000, 190)
    entry = Entry.objects.get(verb="credit_vendor_return")
    assert paying.left_of([credit]) == {credit: 1190}
    refused(lambda: pay(bill, taking=(Part(credit, 1191),)), "more_than_open", "credits.0.amount")
    pay(bill, taking=(Part(credit, 1000),))
    assert (word(bill), paying.left_of([credit])) == ("paid", {credit: 190})
    paid = VendorPayment.objects.get()
    assert paid.amount_minor == 10900
    clean()
    refused(lambda: reverse(actor=HOUSE, entry=entry.pk), "credit_taken")
    cancel_vendor_payment(actor=HOUSE, payment=paid.pk)
    assert (word(bill), paying.left_of([credit])) == ("open", {credit: 1190})
    reverse(actor=HOUSE, entry=entry.pk)
    assert paying.left_of([credit]) == {credit: 0}
    clean()


def test_a_credit_covers_bills_whole_and_what_exceeds_them_was_paid_out(company: World) -> None:
    vendor = Vendor(company)
    bill, credit = vendor.bill(1), vendor.credit(3000)
    pay(bill, taking=(Part(credit, 1000),))
    assert VendorPayment.objects.get().amount_minor == 0
    pay(taking=(credit,))
    assert VendorPayment.objects.latest("pk").amount_minor == -2000
    assert paying.left_of([credit]) == {credit: 0}
    clean()


def test_a_bill_that_is_paid_is_not_cancelled_before_its_payment(company: World) -> None:
    bill = Vendor(company).bill(tax=1900)
    pay(Part(bill, 100))
    told = refused(lambda: cancel_bill(actor=HOUSE, bill=bill), "bill_paid")
    assert told.remedies[0].values == {"bill": bill}
    cancel_vendor_payment(actor=HOUSE, payment=VendorPayment.objects.get().pk)
    cancel_bill(actor=HOUSE, bill=bill)
    assert {one.balance_minor for one in Account.objects.filter(kind="payable")} == {0}
    refused(lambda: pay(bill), "not_accepted", "bills.0.bill")
    clean()


def unpaid(company: World, number: str, **values: Any) -> Bill:
    """A bill of ten units at ten that came."""
    made = stocked_up(company, (company.product(), 10, TEN))
    receipt = arrive(made.lines[0], 10).one("purchasing.Receipt")
    return Bill(number, DAY, (BillLine(made.lines[0], receipt, 10),), tax_minor=1900, **values)


def test_a_bill_is_entered_and_paid_in_one_entry_and_taken_back_payment_first(company: World) -> None:
    done = enter_bill(actor=HOUSE, bill=unpaid(company, "CASH-1", pay=PaidAtOnce(" Cash ", "till 2")))
    bill, paid = done.one("purchasing.VendorBill"), done.one("purchasing.VendorPayment")
    row = VendorPayment.objects.get(pk=paid)
    assert (row.amount_minor, row.method, row.reference, row.made_id) == (11900, "Cash", "till 2", done.id)
    assert (word(bill), open_of(bill), exchange()) == ("paid", 0, 0)
    assert [(one.pk, minor) for one, minor in paying.payments_of(bill)] == [(paid, 11900)]
    clean()
    refused(lambda: cancel_bill(actor=HOUSE, bill=bill), "bill_paid")
    told = refused(lambda: reverse(actor=HOUSE, entry=done.id), "corrected_by_verb")
    assert told.remedies
    cancel_vendor_payment(actor=HOUSE, payment=paid)
    assert (word(bill), open_of(bill)) == ("overdue" if paying.today() > DAY else "open", 11900)
    cancel_bill(actor=HOUSE, bill=bill)
    assert (word(bill), open_of(bill)) == ("cancelled", 0)
    assert {one.balance_minor for one in Account.objects.all()} == {0}
    clean()


def test_what_is_off_is_not_paid_at_once(company: World) -> None:
    bill = unpaid(company, "OFF-1", pay=PaidAtOnce(), total_minor=99_900)
    refused(lambda: enter_bill(actor=HOUSE, bill=bill), "pay_when_accepted")
    plain = replace(bill, total_minor=None, pay=None)
    assert not VendorBill.objects.exists()
    assert not VendorPayment.objects.exists()
    enter_bill(actor=HOUSE, bill=plain)
    assert VendorBill.objects.get().accepted_at is not None


def test_who_may_not_pay_enters_bills_only(company: World) -> None:
    bill = unpaid(company, "R-1", pay=PaidAtOnce())
    clerk = person("clerk", "purchasing.bill", "catalog.see_cost")
    with pytest.raises(NotAllowed):
        enter_bill(actor=clerk, bill=bill)
    assert not VendorBill.objects.exists()
    enter_bill(actor=clerk, bill=replace(bill, pay=None))
    assert VendorBill.objects.exists()


def test_a_bill_is_paid_at_once_by_page_and_api(company: World, client: Client) -> None:
    client.force_login(company.user)
    bill = unpaid(company, "P-1")
    line, receipt = bill.lines[0].purchase_line, bill.lines[0].receipt
    form = f"/vendor-bills/new/?line={line}"
    assert "It is paid at once" in client.get(form).content.decode()
    key = f"{receipt}-{line}"
    typed = {"number": "P-1", "billed_on": "2026-03-02", f"quantity-{key}": "4", f"cost-{key}": "10"}
    answer = client.post(form, {**typed, "pay": "on", "method": "Cash"}, follow=True)
    assert "Entered and paid the bill P-1." in answer.content.decode()
    assert VendorPayment.objects.get().amount_minor == 4000
    sent = {
        "number": "P-2",
        "billed_on": "2026-03-02",
        "lines": [{"purchase_line": line, "receipt": receipt, "quantity": "6"}],
        "pay": {"method": "Card"},
    }
    told = client.post("/api/v1/vendor-bills", sent, content_type="application/json")
    assert (told.status_code, told.json()["payment"], told.json()["open"]) == (201, "paid", "0.00")
    assert VendorPayment.objects.get(method="Card").amount_minor == 6000


def test_a_payment_is_corrected_by_cancelling_not_by_undoing_it(company: World) -> None:
    bill = Vendor(company).bill()
    done = pay(bill)
    told = refused(lambda: reverse(actor=HOUSE, entry=done.id), "corrected_by_verb")
    assert [one.verb for one in told.remedies] == ["cancel_vendor_payment"]


@pytest.mark.parametrize("many", [1, 10, 100])
def test_statements_do_not_grow_with_bills(company: World, many: int) -> None:
    vendor = Vendor(company)
    bills = [vendor.bill(1) for _ in range(many)]
    with CaptureQueriesContext(connection) as found:
        pay(*bills)
    with CaptureQueriesContext(connection) as cancelled:
        cancel_vendor_payment(actor=HOUSE, payment=VendorPayment.objects.get().pk)
    counts = [
        len([q for q in some if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))])
        for some in (found, cancelled)
    ]
    assert max(counts) <= 24, counts
    with CaptureQueriesContext(connection) as read:
        paying.show_payments(paying.payments())
    assert len(read) <= 4, len(read)
    with CaptureQueriesContext(connection) as read:
        queries.show_bills(queries.bills(), costs=True)
    assert len(read) <= 12, len(read)


def test_to_the_cent_whatever_is_paid_and_cancelled(company: World) -> None:
    """Bills at random rates, parts at others, credits, cancelled payments: nothing is left that is worth something."""
    for seed in range(6):
        chance = random.Random(seed)
        vendor = Vendor(company, f"Yard {seed}", chance.choice(["USD", "JPY", "EUR"]))
        rate = None if vendor.currency == "EUR" else 500_000
        bills = [
            vendor.bill(
                chance.randint(1, 9), tax=chance.randint(0, 999), rate=rate and rate + chance.randint(1, 9**6)
            )
            for _ in range(4)
        ]
        for _ in range(12):
            if chance.random() < 0.3:
                rows = list(VendorPayment.objects.filter(vendor=vendor.pk, cancelled_at__isnull=True))
                if rows:
                    cancel_vendor_payment(actor=HOUSE, payment=chance.choice(rows).pk)
                continue
            there = [(one, open_of(one)) for one in bills if open_of(one)]
            if there:
                some = chance.sample(there, chance.randint(1, len(there)))
                parts = [Part(one, chance.randint(1, left)) for one, left in some]
                pay(*parts, rate_micro=rate and rate + chance.randint(1, 9**6))
        pay(*[one for one in bills if open_of(one)] or [vendor.bill(1, rate=rate)], rate_micro=rate)
        clean()
    assert not Account.objects.filter(kind="payable", balance_minor=0).exclude(balance_home_minor=0).exists()


def test_bills_are_ticked_paid_and_a_payment_is_cancelled_on_pages(company: World) -> None:
    vendor = Vendor(company)
    one, other = vendor.bill(), vendor.bill(3)
    credit = vendor.credit(500)
    browser = Client()
    browser.force_login(company.user)
    listed = seen(browser, "/vendor-bills/?tab=to_pay")
    assert all(f">R-{vendor.pk}-{n}<" in listed for n in (1, 2))
    ticked = browser.post("/vendor-payments/bills/", {"selected": [one, other]})
    form = ticked.headers["Location"]
    assert form == f"/vendor-payments/new/?bill={one}&bill={other}"
    page = seen(browser, form)
    assert f'name="bill-{one}"' in page
    assert 'value="100.00"' in page
    assert f'name="credit-{credit}"' in page
    before = entries()
    wrong = browser.post(form, {f"bill-{one}": "100.01", f"bill-{other}": ""})
    assert (wrong.status_code, entries()) == (409, before)
    assert 'class="error"' in wrong.content.decode()
    paid = browser.post(
        form, {f"bill-{one}": "100.00", f"bill-{other}": "20", f"credit-{credit}": "5", "method": "T"}
    )
    row = VendorPayment.objects.get()
    assert paid.headers["Location"] == f"/vendor-payments/{row.pk}/"
    assert row.amount_minor == 11500
    page = seen(browser, f"/vendor-payments/{row.pk}/")
    assert "VP-1" in page
    assert "Partly paid" in seen(browser, f"/vendor-bills/{other}/")
    assert "VP-1" in seen(browser, f"/vendor-bills/{other}/")
    assert "VP-1" in seen(browser, "/vendor-payments/")
    browser.post(f"/vendor-payments/{row.pk}/cancel/", {"reason": "Wrong"})
    row.refresh_from_db()
    assert row.cancelled_at is not None
    assert "Cancelled" in seen(browser, f"/vendor-payments/{row.pk}/")
    assert str(company.vendor.pk) in seen(browser, "/vendor-payments/new/")
    clean()


def test_the_api_pays_shows_and_cancels(company: World) -> None:
    ada = Caller(company.user)
    vendor = Vendor(company)
    bill, credit = vendor.bill(tax=1900), vendor.credit(500)
    shown = ada.good("get", f"/vendor-bills/{bill}")
    assert (shown["status"], shown["payment"], shown["open"]) == ("accepted", "open", "119.00")
    given = {"bills": [{"bill": bill, "amount": "50"}], "credits": [{"vendor_return": credit}]}
    made = ada.good("post", "/vendor-payments", given, status=201)
    (paid,) = made["payments"]
    assert (paid["amount"], paid["bills"][0]["amount"], paid["credits"][0]["amount"]) == (
        "45.00",
        "50.00",
        "5.00",
    )
    assert ada.good("get", "/vendor-bills?payment=partly")["items"][0]["open"] == "69.00"
    assert ada.good("get", f"/vendor-returns/{credit}")["credit_left"] == "0.00"
    assert ada.refused("/vendor-payments", {"bills": [{"bill": bill, "amount": "70"}]}) == (
        409,
        "more_than_open",
        "bills.0.amount",
    )
    assert ada.good("get", f"/vendor-payments/{paid['id']}")["number"] == "VP-1"
    assert len(ada.good("get", "/vendor-payments")["items"]) == 1
    done = ada.good("post", f"/vendor-payments/{paid['id']}/cancel", {"reason": "Twice"})
    assert done["cancelled_at"] is not None
    clerk = Caller(person("clerk", "purchasing.*"))
    assert clerk.refused("/vendor-payments", {"bills": [{"bill": bill}]})[:2] == (403, "not_allowed")
    clean()
