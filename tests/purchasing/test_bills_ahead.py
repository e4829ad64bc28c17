"""Bills that come before their goods: they wait, are laid beside whatever receipt brings them, and reach its goods once accepted."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.notices.test_outbox import work_off
from tests.purchasing.buying import arrive, person, stocked_up
from tests.purchasing.test_api import Caller
from tests.purchasing.test_bills import CLERK, HEAD, TEN, billed, refused, the_bill, tolerance
from tests.purchasing.test_landing import arrive_all, variance
from tests.stock.test_cost import stock_of
from tests.world import World, clean, entries, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.catalog.models import TaxCode
from wharfinger.ledger.reverse import reverse
from wharfinger.notices.models import Notice
from wharfinger.parties.models import Organization
from wharfinger.purchasing.actions.billing import accept_bill, cancel_bill
from wharfinger.purchasing.actions.ordering import amend_purchase, cancel, submit
from wharfinger.purchasing.models import PurchaseLine, VendorBill, VendorBillLine
from wharfinger.purchasing.queries import bills as queries
from wharfinger.purchasing.rules.billing import BillLine
from wharfinger.purchasing.rules.changing import PurchaseChange

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def browser(company: World) -> Client:
    client = Client()
    client.force_login(company.user)
    return client


def word(bill: VendorBill) -> str:
    return queries.word(queries.bill(bill.pk))


def off(bill: VendorBill) -> list[str]:
    (one,) = queries.beside([queries.bill(bill.pk)])
    return [some.code for some in one.off]


def test_a_bill_waits_for_its_goods_and_is_accepted_without_a_word_once_they_came(company: World) -> None:
    product = company.product()
    made = stocked_up(company, (product, 5, TEN))
    (line,) = made.lines
    clerk = person("clerk", *HEAD)
    bill = the_bill(billed(BillLine(line, None, 5), by=clerk))
    assert (word(bill), off(bill)) == ("goods_missing", ["over_received"])
    head = person("head", *HEAD)
    refused("nothing_came", lambda: accept_bill(actor=head, bill=bill.pk, note="Paid ahead"))
    first = arrive(line, 2).one("purchasing.Receipt")
    assert word(bill) == "goods_missing"
    refused("missing", lambda: accept_bill(actor=head, bill=bill.pk))
    second = arrive(line, 3).one("purchasing.Receipt")
    assert (word(bill), off(bill)) == ("to_accept", [])
    accept_bill(actor=clerk, bill=bill.pk)
    rows = VendorBillLine.objects.order_by("pk").values_list("receipt", "quantity", "booked_quantity")
    assert list(rows) == [(first, 2, 2), (second, 3, 3)]
    assert (word(bill), off(bill), list(queries.unbilled())) == ("accepted", [], [])
    clean()


def test_its_price_and_freight_reach_the_goods_of_every_receipt_and_leave_with_it(company: World) -> None:
    product = company.product()
    (line,) = stocked_up(company, (product, 5, TEN)).lines
    bill = the_bill(billed(BillLine(line, None, 5, 11_000_000), freight_minor=100))
    arrive_all([line], [2])
    arrive_all([line], [3])
    assert stock_of(product) == (5, 5000)
    accept_bill(actor=person("head", *HEAD), bill=bill.pk, note="Agreed")
    assert (stock_of(product), variance()) == ((5, 5600), 0)
    clean()
    cancel_bill(actor=HOUSE, bill=bill.pk)
    assert (stock_of(product), variance()) == ((5, 5000), 0)
    assert [one.left for one in queries.due(purchase_lines=[line])] == [2, 3]
    clean()


def test_what_is_accepted_before_all_came_counts_as_billed_when_the_rest_comes(company: World) -> None:
    product = company.product()
    (line,) = stocked_up(company, (product, 5, TEN)).lines
    bill = the_bill(billed(BillLine(line, None, 5, 11_000_000)))
    arrive(line, 2)
    accept_bill(actor=person("head", *HEAD), bill=bill.pk, note="The rest is on its way")
    assert (stock_of(product), off(bill)) == ((2, 2200), ["price", "over_received", "price"])
    arrive(line, 3)
    assert (stock_of(product), list(queries.unbilled())) == ((5, 5200), [])
    assert the_bill(billed(BillLine(line, None, 1), number="R-2")).accepted_at is None
    clean()
    cancel_bill(actor=HOUSE, bill=bill.pk)
    assert stock_of(product) == (5, 5000)
    clean()


def test_goods_that_came_need_not_be_named_by_their_receipt(company: World) -> None:
    tolerance(10)
    product = company.product()
    (line,) = stocked_up(company, (product, 5, TEN)).lines
    first = arrive(line, 2).one("purchasing.Receipt")
    one = the_bill(billed(BillLine(line, first, 1)))
    second = arrive(line, 3).one("purchasing.Receipt")
    two = the_bill(billed(BillLine(line, None, 4), number="R-2"))
    assert one.accepted_at is not None
    assert two.accepted_at is not None
    rows = two.lines.order_by("position").values_list("receipt", "quantity")
    assert list(rows) == [(first, 1), (second, 3)]
    refused("line_twice", lambda: billed(BillLine(line, None, 1), BillLine(line, first, 1), number="R-3"))
    clean()


def test_an_order_stays_as_it_was_sent_while_a_bill_waits_for_its_goods(company: World) -> None:
    product = company.product()
    draft = stocked_up(company, (product, 1, TEN), submitted=False)
    refused("not_ordered", lambda: billed(BillLine(draft.lines[0], None, 1)))
    entry = submit(actor=HOUSE, order=draft.order).id
    bill = the_bill(billed(BillLine(draft.lines[0], None, 1)))
    other = Organization.objects.create(name="Distri", vendor=True, customer=False)
    refused("receipt_billed", lambda: reverse(actor=HOUSE, entry=entry))
    change = PurchaseChange(vendor=other.pk, add_vendor=True)
    refused("receipt_billed", lambda: amend_purchase(actor=HOUSE, order=draft.order, change=change))
    cancel(actor=HOUSE, order=draft.order)
    assert word(bill) == "to_accept", "nothing is on order any more"
    cancel_bill(actor=HOUSE, bill=bill.pk)
    clean()


def test_who_may_accept_is_told_once_there_is_something_to_decide(company: World) -> None:
    product = company.product()
    (line,) = stocked_up(company, (product, 2, TEN)).lines
    clerk, head = person("clerk", *HEAD), person("head", *HEAD)
    person("other", *CLERK)

    def told() -> list[tuple[int, str]]:
        work_off()
        rows = Notice.objects.filter(event="bill_to_accept").order_by("pk")
        return list(rows.values_list("user", "about"))

    waiting = the_bill(billed(BillLine(line, None, 2), by=clerk))
    assert told() == []
    arrive(line, 2)
    mine = (head.pk, f"vendor_bill:{waiting.pk}")
    assert mine in told()
    assert clerk.pk not in dict(told())
    accept_bill(actor=head, bill=waiting.pk)
    (more,) = stocked_up(company, (product, 1, TEN)).lines
    receipt = arrive(more, 1).one("purchasing.Receipt")
    dear = the_bill(billed(BillLine(more, receipt, 1, 12_000_000), number="R-2", by=clerk))
    assert (head.pk, f"vendor_bill:{dear.pk}") in told()
    text = Notice.objects.filter(user=head).latest("pk").text
    assert "R-2" in text
    assert "waits to be accepted" in text


def test_an_order_is_billed_on_its_page_before_anything_came(company: World, browser: Client) -> None:
    product = company.product()
    code = TaxCode.objects.create(code="N19", name="Full", rate_micro=190_000)
    made = stocked_up(company, (product, 3, TEN))
    (line,) = made.lines
    PurchaseLine.objects.filter(pk=line).update(tax_code=code.pk)
    page = seen(browser, f"/purchase-orders/{made.order}/")
    form = f"/vendor-bills/new/?order={made.order}"
    assert form in page
    shown = seen(browser, form)
    assert f'name="quantity-0-{line}" value="3"' in shown
    assert 'value="5.70"' in shown, "the tax that its code asks"
    before = entries()
    typed = {"number": "R-1", "billed_on": "2026-03-02", f"quantity-0-{line}": "3", "tax": "5.70"}
    answer = browser.post(form, typed | {f"quantity-0-{line}": "-3"})
    assert (answer.status_code, entries()) == (422, before)
    browser.post(form, typed)
    bill = VendorBill.objects.get()
    assert "Goods missing" in seen(browser, f"/vendor-bills/{bill.pk}/")
    assert "R-1" in seen(browser, "/vendor-bills/?tab=missing")
    assert "R-1" not in seen(browser, "/vendor-bills/?tab=to_accept")
    assert form not in seen(browser, f"/purchase-orders/{made.order}/"), "all of it is billed"
    assert 'data-l="Billed quantity"' in seen(browser, f"/purchase-orders/{made.order}/")
    arrive(line, 3)
    assert "R-1" in seen(browser, "/vendor-bills/?tab=to_accept")
    browser.post(f"/vendor-bills/{bill.pk}/accept/", {})
    assert word(bill) == "accepted"


def test_the_same_over_http_with_what_is_billed_of_each_line(company: World) -> None:
    ada = Caller(person("ada", "*"))
    product = company.product()
    made = stocked_up(company, (product, 3, TEN))
    (line,) = made.lines
    given: dict[str, Any] = {
        "number": "R-1",
        "billed_on": "2026-03-02",
        "lines": [{"purchase_line": line, "quantity": "2"}],
    }
    bill = ada.good("post", "/vendor-bills", given, status=201)
    assert (bill["status"], bill["lines"][0]["receipt"]) == ("goods_missing", None)
    (row,) = ada.good("get", f"/purchase-orders/{made.order}")["lines"]
    assert (row["received"], row["billed"]) == ("0", "2")
    assert ada.good("get", "/unbilled-lines")["items"] == []
    receipt = arrive(line, 3).one("purchasing.Receipt")
    (left,) = ada.good("get", "/unbilled-lines")["items"]
    assert (left["id"], left["received"], left["billed"], left["unbilled"]) == (line, "3", "2", "1")
    done = ada.good("post", f"/vendor-bills/{bill['id']}/accept", {})
    assert (done["status"], done["lines"][0]["receipt"]) == ("accepted", receipt)
    (brought,) = ada.good("get", f"/receipts/{receipt}")["lines"]
    assert (brought["quantity"], brought["billed"]) == ("3", "2")
    assert ada.good("get", f"/unbilled-lines?vendor={company.customer.pk}")["items"] == []
    clean()


@pytest.mark.parametrize("lines", [1, 10, 100])
def test_statements_do_not_grow_with_lines(company: World, lines: int) -> None:
    products = [company.product() for _ in range(lines)]
    made = stocked_up(company, *[(product, 2, TEN) for product in products])
    counts = {}
    for name, act in {
        "enter": lambda: billed(*(BillLine(line, None, 2) for line in made.lines)),
        "receive": lambda: [arrive_all(list(made.lines), [n] * lines) for n in (1, 1)],
        "accept": lambda: accept_bill(actor=HOUSE, bill=VendorBill.objects.get().pk),
        "cancel": lambda: cancel_bill(actor=HOUSE, bill=VendorBill.objects.get().pk),
    }.items():
        with CaptureQueriesContext(connection) as found:
            act()
        quiet = ("SAVEPOINT", "RELEASE", "BEGIN")
        counts[name] = len([q for q in found if not q["sql"].startswith(quiet)])
    counts.pop("receive")
    assert max(counts.values()) <= 34, counts
    clean()
