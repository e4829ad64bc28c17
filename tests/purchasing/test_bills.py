"""Vendors' bills: laid beside what was ordered and came; what is off is accepted by another, and goods are worth what is billed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.purchasing.buying import arrive, person, stocked_up
from tests.purchasing.test_api import Caller
from tests.purchasing.test_landing import arrive_all, received, ship, variance
from tests.stock.test_cost import stock_of
from tests.world import World, clean, entries, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.base.refusal import NotAllowed, Refusal
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.telling import timeline
from wharfinger.ledger.write import Written
from wharfinger.parties.models import User
from wharfinger.pricing.actions import set_rates
from wharfinger.purchasing.actions.billing import accept_bill, cancel_bill, enter_bill
from wharfinger.purchasing.actions.landing import cancel_cost, reprice
from wharfinger.purchasing.actions.receiving import cancel_receipt
from wharfinger.purchasing.models import BilledPrice, Receipt, ReceiptCost, VendorBill, VendorBillLine
from wharfinger.purchasing.rules.billing import Bill, BillLine
from wharfinger.purchasing.rules.landing import Billed
from wharfinger.purchasing.rules.matching import Matched, Tolerance, match

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
TEN = 10_000_000
CLERK = ("purchasing.bill", "catalog.see_cost")
HEAD = (*CLERK, "purchasing.accept_bill")


@pytest.fixture
def company() -> World:
    return world()


def billed(*lines: BillLine, number: str = "R-1", by: Any = HOUSE, **values: Any) -> Written:
    return enter_bill(actor=by, bill=Bill(number, DAY, lines, **values))


def the_bill(done: Written) -> VendorBill:
    return VendorBill.objects.get(pk=done.one("purchasing.VendorBill"))


def tolerance(percent: int, most_minor: int | None = None) -> None:
    value = {"percent": percent, "most_minor": most_minor}
    Setting.objects.update_or_create(key="bill_tolerance", defaults={"value": value})


def refused(code: str, act: Callable[[], Any]) -> Refusal:
    before = entries()
    with pytest.raises(Refusal) as found:
        act()
    assert found.value.code == code, found.value.words()
    assert entries() == before
    return found.value


def test_a_bill_of_what_came_and_was_ordered_is_accepted_at_once(company: World) -> None:
    product = company.product()
    receipt, (line,) = received(company, (product, 3, TEN))
    clerk = person("clerk", *CLERK)
    bill = the_bill(billed(BillLine(line, receipt, 3), by=clerk))
    assert (bill.accepted_by, bill.currency) == (clerk, "EUR")
    assert VendorBillLine.objects.get().booked_quantity == 3
    assert (stock_of(product), variance()) == ((3, 3000), 0)
    assert not BilledPrice.objects.exists()
    clean()


def test_another_price_waits_and_reaches_stock_once_it_is_accepted_by_another(company: World) -> None:
    product = company.product()
    receipt, (line,) = received(company, (product, 3, TEN))
    ship(company, product, 1)
    clerk, head = person("clerk", *HEAD), person("head", *HEAD)
    bill = the_bill(billed(BillLine(line, receipt, 3, 11_000_000), by=clerk))
    assert bill.accepted_at is None
    assert stock_of(product) == (2, 2000)
    refused("own_bill", lambda: accept_bill(actor=clerk, bill=bill.pk, note="Agreed by telephone"))
    assert refused("missing", lambda: accept_bill(actor=head, bill=bill.pk)).field == "note"
    accept_bill(actor=head, bill=bill.pk, note="Agreed by telephone")
    bill.refresh_from_db()
    assert bill.accepted_by == head
    assert (stock_of(product), variance()) == ((2, 2200), 100)
    assert BilledPrice.objects.get().unit_cost_micro == 11_000_000
    clean()
    first = refused("bill_accepted", lambda: accept_bill(actor=clerk, bill=bill.pk, note="Me too"))
    assert first.by is not None
    assert first.by.name == "Head"
    cancel_bill(actor=clerk, bill=bill.pk)
    assert (stock_of(product), variance()) == ((2, 2000), 0)
    assert BilledPrice.objects.latest("pk").unit_cost_micro == TEN
    refused("bill_cancelled", lambda: cancel_bill(actor=clerk, bill=bill.pk))
    clean()


def test_within_the_tolerance_it_is_accepted_and_taken_over_in_the_same_entry(company: World) -> None:
    tolerance(10, 300)
    product = company.product()
    receipt, (line,) = received(company, (product, 3, TEN))
    done = billed(BillLine(line, receipt, 3, 11_000_000))
    assert the_bill(done).accepted_at is not None
    assert stock_of(product) == (3, 3300)
    assert (
        refused("corrected_by_verb", lambda: reverse(actor=HOUSE, entry=done.id)).remedies[0].verb
        == "cancel_bill"
    )
    clean()
    tolerance(10, 299)
    receipt, (line,) = received(company, (product, 3, TEN))
    assert the_bill(billed(BillLine(line, receipt, 3, 11_000_000), number="R-2")).accepted_at is None
    tolerance(9)
    assert the_bill(billed(BillLine(line, receipt, 3, 11_000_000), number="R-3")).accepted_at is None


def test_a_vendor_bills_in_parts_at_several_prices_and_each_cent_is_there(company: World) -> None:
    """P13, with prices that differ: what is not billed yet stays at what was ordered."""
    tolerance(100)
    product = company.product()
    receipt, (line,) = received(company, (product, 3, TEN))
    one = the_bill(billed(BillLine(line, receipt, 1, 11_000_000)))
    assert stock_of(product) == (3, 3100)
    two = the_bill(billed(BillLine(line, receipt, 1, 10_500_000), number="R-2"))
    assert stock_of(product) == (3, 3150)
    three = the_bill(billed(BillLine(line, receipt, 1), number="R-3"))
    assert stock_of(product) == (3, 3150)
    assert three.lines.get().unit_cost_micro == TEN
    clean()
    four = the_bill(billed(BillLine(line, receipt, 1), number="R-4"))
    assert four.accepted_at is None, "all of it is billed already"
    for bill, left in ((one, 3050), (three, 3050), (two, 3000)):
        cancel_bill(actor=HOUSE, bill=bill.pk)
        assert stock_of(product) == (3, left)
        clean()
    assert BilledPrice.objects.latest("pk").unit_cost_micro == TEN


def test_more_than_came_is_not_made_dearer_and_counts_as_billed_when_it_comes(company: World) -> None:
    product = company.product()
    made = stocked_up(company, (product, 5, TEN))
    line = made.lines[0]
    receipt = arrive(line, 3).one("purchasing.Receipt")
    bill = the_bill(billed(BillLine(line, receipt, 5, 11_000_000)))
    accept_bill(actor=person("head", *HEAD), bill=bill.pk, note="The rest is on its way")
    assert VendorBillLine.objects.get().booked_quantity == 3
    assert stock_of(product) == (3, 3300)
    rest = arrive(line, 2).one("purchasing.Receipt")
    again = the_bill(billed(BillLine(line, rest, 2), number="R-2"))
    assert again.accepted_at is None, "these two were billed with the first three"
    clean()


def test_freight_beyond_that_of_the_order_lands_on_the_goods(company: World) -> None:
    tolerance(100)
    product = company.product()
    made = stocked_up(company, (product, 4, TEN), freight_minor=400)
    (line,) = made.lines
    first, second = arrive_all([line], [2]), arrive_all([line], [2])
    assert stock_of(product) == (4, 4400)
    billed(BillLine(line, first, 2), freight_minor=300)
    assert (stock_of(product), ReceiptCost.objects.count()) == ((4, 4400), 0)
    bill = the_bill(billed(BillLine(line, second, 2), number="R-2", freight_minor=180))
    cost = ReceiptCost.objects.get()
    assert (cost.amount_minor, cost.receipt_id, cost.bill) == (80, second, bill)
    assert stock_of(product) == (4, 4480)
    clean()
    refused("cost_of_a_bill", lambda: cancel_cost(actor=HOUSE, receipt=second, cost=cost.pk))
    cancel_bill(actor=HOUSE, bill=bill.pk)
    assert stock_of(product) == (4, 4400)
    cost.refresh_from_db()
    assert cost.cancelled_at is not None
    assert (
        the_bill(billed(BillLine(line, second, 2), number="R-2", freight_minor=100)).accepted_at is not None
    )
    assert stock_of(product) == (4, 4400)
    clean()


def test_what_a_bill_counts_on_stays_until_it_does_not(company: World) -> None:
    product = company.product()
    receipt, (line,) = received(company, (product, 3, TEN))
    entry = Receipt.objects.get().made_id
    bill = the_bill(billed(BillLine(line, receipt, 3)))
    refused("receipt_billed", lambda: cancel_receipt(actor=HOUSE, receipt=receipt))
    refused("receipt_billed", lambda: reverse(actor=HOUSE, entry=entry))
    refused("billed_by", lambda: reprice(actor=HOUSE, receipt=receipt, prices=[Billed(line, TEN + 1)]))
    cancel_bill(actor=HOUSE, bill=bill.pk)
    cancel_receipt(actor=HOUSE, receipt=receipt)
    clean()


def test_a_bill_of_goods_taken_back_before_it_was_accepted_can_be_cancelled(company: World) -> None:
    product, stays = company.product(), company.product()
    receipt, (line, _) = received(company, (product, 3, TEN), (stays, 1, TEN))
    bill = the_bill(billed(BillLine(line, receipt, 3, 11_000_000)))
    cancel_receipt(actor=HOUSE, receipt=receipt, lines=[line])
    accept_bill(actor=person("head", *HEAD), bill=bill.pk, note="Comes again tomorrow")
    assert VendorBillLine.objects.get().booked_quantity == 0
    cancel_bill(actor=HOUSE, bill=bill.pk)
    assert (stock_of(product), stock_of(stays), variance()) == ((0, 0), (1, 1000), 0)
    assert not BilledPrice.objects.exists()
    clean()


def test_what_is_no_bill_is_refused(company: World) -> None:
    product = company.product()
    receipt, (line,) = received(company, (product, 3, TEN))
    other, (elsewhere,) = received(company, (company.product(), 1, TEN))
    billed(BillLine(line, receipt, 1))
    twice = refused("bill_twice", lambda: billed(BillLine(line, receipt, 1), number="r-1"))
    assert (twice.field, twice.by is not None) == ("number", True)
    for code, act in {
        "missing": lambda: billed(BillLine(line, receipt, 1), number=" "),
        "no_lines": lambda: billed(number="R-2"),
        "line_twice": lambda: billed(BillLine(line, receipt, 1), BillLine(line, receipt, 1), number="R-2"),
        "not_positive": lambda: billed(BillLine(line, receipt, 0), number="R-2"),
        "below_zero": lambda: billed(BillLine(line, receipt, 1), number="R-2", freight_minor=-1),
        "no_such_receipt": lambda: billed(BillLine(line, 10**9, 1), number="R-2"),
        "no_such_purchase_line": lambda: billed(BillLine(line, other, 1), number="R-2"),
        "due_before": lambda: billed(BillLine(line, receipt, 1), number="R-2", due_on=DAY - timedelta(1)),
        "no_such_bill": lambda: accept_bill(actor=HOUSE, bill=10**9),
    }.items():
        refused(code, act)
    assert the_bill(
        billed(BillLine(line, receipt, 1), BillLine(elsewhere, other, 1), number="R-2")
    ).accepted_at


@pytest.mark.parametrize("act", ["enter", "accept", "cancel"])
def test_who_may_not_is_told_before_anything_is_looked_at(company: World, act: str) -> None:
    receipt, (line,) = received(company, (company.product(), 1, TEN))
    bill = the_bill(billed(BillLine(line, receipt, 1, 0))).pk
    stranger = person("stranger", "purchasing.read", "catalog.see_cost")
    acts: dict[str, Callable[[], Any]] = {
        "enter": lambda: billed(by=stranger),
        "accept": lambda: accept_bill(actor=stranger, bill=bill),
        "cancel": lambda: cancel_bill(actor=stranger, bill=bill),
    }
    before = entries()
    with pytest.raises(NotAllowed):
        acts[act]()
    assert entries() == before


def test_every_difference_is_named_and_said_to_be_taken_or_not() -> None:
    class Paper:
        currency, rate_micro, freight_minor, tax_minor, total_minor = "EUR", 1_000_000, 700, 0, 5000

    lines = [
        Matched(3, 11_000_000, 2, TEN, 0, None, ordered=3, billed_ever=1),
        Matched(1, TEN, 1, TEN, 0, None, 1),
    ]
    found = match(lines, Paper, 500, Tolerance(10, 300), "EUR")
    assert [tuple(one) for one in found] == [
        ("over_ordered", 0, 1, False),
        ("price", 0, 300, True),
        ("freight", None, 200, False),
    ]
    Paper.total_minor = 4900
    assert match(lines, Paper, 500, Tolerance(10, 300), "EUR")[-1] == ("total", None, -100, True)
    Paper.total_minor = 5301
    assert match(lines, Paper, 500, Tolerance(10, 300), "EUR")[-1] == ("total", None, 301, False)


@pytest.mark.parametrize("lines", [1, 10, 100])
def test_statements_do_not_grow_with_lines_or_receipts(company: World, lines: int) -> None:
    products = [company.product() for _ in range(lines)]
    made = stocked_up(company, *[(product, 2, TEN) for product in products], freight_minor=100)
    few = max(1, lines // 10)
    rows = []
    for start in range(0, lines, few):
        some = made.lines[start : start + few]
        receipt = arrive_all(list(some), [2] * len(some))
        rows += [BillLine(line, receipt, 2, 12_000_000) for line in some]
    counts = {}
    for name, act in {
        "enter": lambda: billed(*rows, freight_minor=900),
        "accept": lambda: accept_bill(actor=HOUSE, bill=VendorBill.objects.get().pk, note="So be it"),
        "cancel": lambda: cancel_bill(actor=HOUSE, bill=VendorBill.objects.get().pk),
    }.items():
        with CaptureQueriesContext(connection) as found:
            act()
        quiet = ("SAVEPOINT", "RELEASE", "BEGIN")
        counts[name] = len([q for q in found if not q["sql"].startswith(quiet)])
    assert max(counts.values()) <= 34, counts
    clean()


@pytest.fixture
def browser(company: World) -> Client:
    client = Client()
    client.force_login(company.user)
    return client


def test_a_bill_is_entered_from_what_came_and_accepted_on_its_page(company: World, browser: Client) -> None:
    product, other = company.product(), company.product()
    receipt, (line, more) = received(company, (product, 3, TEN), (other, 2, TEN))
    listed = seen(browser, "/vendor-bills/")
    assert product.sku in listed
    ticked = browser.post("/vendor-bills/lines/", {"selected": [line, more]})
    form = ticked.headers["Location"]
    assert form == f"/vendor-bills/new/?line={line}&line={more}"
    page = seen(browser, form)
    assert f'name="cost-{receipt}-{line}" value="10.00"' in page
    typed = {"number": "R-1", "billed_on": "2026-03-02", f"quantity-{receipt}-{line}": "3"}
    typed |= {f"cost-{receipt}-{line}": "11.00", f"quantity-{receipt}-{more}": "", "total": "34.00"}
    before = entries()
    for field, value in {
        "billed_on": "",
        "number": "",
        "freight": "much",
        f"quantity-{receipt}-{line}": "0.5",
    }.items():
        answer = browser.post(form, typed | {field: value})
        assert (answer.status_code, entries()) == (422, before), field
        assert 'class="error"' in answer.content.decode(), field
    answer = browser.post(form, typed)
    bill = VendorBill.objects.get()
    assert answer.headers["Location"] == f"/vendor-bills/{bill.pk}/"
    page = seen(browser, f"/vendor-bills/{bill.pk}/")
    assert "3.00 EUR off in price" in page
    assert "somebody else accepts what is off" in page
    assert "R-1" in seen(browser, "/vendor-bills/?tab=to_accept")
    head = person("head", "*")
    browser.force_login(head)
    assert "3.00 EUR off in price" in seen(browser, f"/vendor-bills/{bill.pk}/")
    browser.post(f"/vendor-bills/{bill.pk}/accept/", {"note": "Agreed"})
    bill.refresh_from_db()
    assert bill.accepted_by == head
    assert "R-1" in seen(browser, f"/receipts/{receipt}/")
    assert "R-1" in seen(browser, "/vendor-bills/?tab=accepted")
    browser.post(f"/vendor-bills/{bill.pk}/cancel/", {"reason": "Wrong bill"})
    bill.refresh_from_db()
    assert bill.cancelled_at is not None
    clean()


def proposed(browser: Client, form: str) -> str:
    """The freight that stands in the form of a bill."""
    found = re.search(r'<input[^>]* name="freight"[^>]* value="([^"]*)"', seen(browser, form))
    assert found
    return found[1]


def test_the_form_proposes_what_of_the_orders_freight_no_bill_asks_for(
    company: World, browser: Client
) -> None:
    made = stocked_up(company, (company.product(), 4, TEN), freight_minor=400)
    (line,) = made.lines
    receipt = arrive(line, 4).one("purchasing.Receipt")
    form = f"/vendor-bills/new/?line={line}"
    assert proposed(browser, form) == "4.00"
    # Off in price, so that it waits to be accepted, and has its freight all the same.
    waits = the_bill(billed(BillLine(line, receipt, 2, 11_000_000), freight_minor=300))
    assert waits.accepted_at is None
    assert proposed(browser, form) == "1.00"
    accept_bill(actor=HOUSE, bill=waits.pk, note="Agreed")
    assert proposed(browser, f"/vendor-bills/new/?order={made.order}") == "1.00"
    billed(BillLine(line, receipt, 1), number="R-2", freight_minor=250)
    assert proposed(browser, form) == ""
    cancel_bill(actor=HOUSE, bill=waits.pk)
    assert proposed(browser, form) == "1.50"


def test_submitting_what_is_billed_is_not_offered_to_be_undone(company: World) -> None:
    made = stocked_up(company, (company.product(), 4, TEN))
    path = f"purchase_order:{made.order}"
    bill = the_bill(billed(BillLine(made.lines[0], None, 4)))
    assert bool({one.verb: one.undo for one in timeline(path)}["submit"]) is False
    cancel_bill(actor=HOUSE, bill=bill.pk)
    assert bool({one.verb: one.undo for one in timeline(path)}["submit"]) is True


def test_who_may_not_see_costs_sees_the_bill_without_them(company: World, browser: Client) -> None:
    receipt, (line,) = received(company, (company.product(), 3, TEN))
    bill = the_bill(billed(BillLine(line, receipt, 3, 11_000_000))).pk
    browser.force_login(person("wim", "purchasing.read"))
    for path in (f"/vendor-bills/{bill}/", "/vendor-bills/?tab=to_accept"):
        page = seen(browser, path)
        assert "R-1" in page
        assert "11.00" not in page
        assert "33.00" not in page
    shown = browser.get(f"/api/v1/vendor-bills/{bill}").json()
    assert (shown["total"], shown["lines"][0]["unit_cost"], shown["differences"][0]["by"]) == (
        None,
        None,
        None,
    )


def test_the_api_says_what_is_ordered_received_and_billed(company: World) -> None:
    ada = Caller(company.user)
    receipt, (line,) = received(company, (company.product(), 3, TEN))
    lines = [{"purchase_line": line, "receipt": receipt, "quantity": "2", "unit_cost": "11"}]
    given = {"number": "R-1", "billed_on": "2026-03-02", "lines": lines, "freight": "1.50", "tax": "4.47"}
    made = ada.good("post", "/vendor-bills", given, status=201)
    assert (made["status"], made["net"], made["total"]) == ("to_accept", "22.00", "27.97")
    (row,) = made["lines"]
    assert (row["ordered"], row["received"], row["billed_before"], row["quantity"]) == ("3", "3", "0", "2")
    assert made["differences"] == [
        {"code": "price", "line": 0, "by": "2.00", "tolerated": False},
        {"code": "freight", "line": None, "by": "1.50", "tolerated": False},
    ]
    assert ada.refused("/vendor-bills", given) == (409, "bill_twice", "number")
    assert ada.refused(f"/vendor-bills/{made['id']}/accept", {"note": "Mine"}) == (409, "own_bill", None)
    other = Caller(person("head", "*"))
    done = other.good("post", f"/vendor-bills/{made['id']}/accept", {"note": "Agreed"})
    assert (done["status"], done["accepted_by"]) == ("accepted", User.objects.get(username="head").pk)
    cost = ada.good("get", f"/receipts/{receipt}")["costs"][0]
    assert (cost["bill"], cost["amount"], cost["in_stock"]) == (made["id"], "1.50", None)
    listed = ada.good("get", "/vendor-bills?status=accepted")["items"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert ada.good("get", "/vendor-bills?status=to_accept")["items"] == []
    again = ada.good("post", f"/vendor-bills/{made['id']}/cancel", {"reason": "Wrong"})
    assert again["status"] == "cancelled"
    clean()


def test_the_lists_cost_the_same_however_many_there_are(company: World, browser: Client) -> None:
    for n in range(12):
        receipt, (line,) = received(company, (company.product(), 3, TEN))
        billed(BillLine(line, receipt, 2, 11_000_000), number=f"R-{n}")
    for path in ("/vendor-bills/", "/vendor-bills/?tab=to_accept"):
        seen(browser, path)
        with CaptureQueriesContext(connection) as found:
            seen(browser, path)
        assert len(found) <= 20, [q["sql"][:100] for q in found]


def test_a_bill_of_another_currency_takes_the_rate_of_the_day(company: World) -> None:
    product = company.product()
    set_rates(actor=HOUSE, rates=[{"currency": "USD", "rate": "0.5", "valid_from": "2020-01-01"}])
    made = stocked_up(company, (product, 2, TEN), currency="USD")
    receipt = arrive_all(list(made.lines), [2])
    assert stock_of(product) == (2, 1000)
    tolerance(100)
    bill = the_bill(billed(BillLine(made.lines[0], receipt, 2, 12_000_000)))
    assert (bill.currency, bill.rate_micro) == ("USD", 500_000)
    assert stock_of(product) == (2, 1200)
    clean()
