"""Reports in the browser: chosen from their list, told by another thing, and what vendors are paid."""

from __future__ import annotations

from datetime import timedelta

from tests.browser.person import Company, Person
from tests.purchasing.buying import arrive, stocked_up
from tests.world import clean
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.purchasing.actions.billing import enter_bill
from wharfinger.purchasing.models import VendorPayment
from wharfinger.purchasing.queries.bills import bills
from wharfinger.purchasing.queries.paying import to_pay
from wharfinger.purchasing.rules.billing import Bill, BillLine

ONE = 1_000_000


def _billed(company: Company, number: str) -> None:
    today = clock.today("Europe/Berlin")
    made = stocked_up(company.world, (company.cable, 4, ONE))
    receipt = arrive(made.lines[0], 4).one("purchasing.Receipt")
    line = BillLine(made.lines[0], receipt, 4)
    enter_bill(actor=HOUSE, bill=Bill(number, today, (line,), today + timedelta(days=14)))


def test_a_report_is_chosen_told_by_month_and_leads_to_its_orders(company: Company, person: Person) -> None:
    page = person.page
    _billed(company, "R-1")
    person.go("/reports/")
    page.get_by_role("link", name="Purchases").first.click()
    page.get_by_role("heading", name="Purchases").wait_for()
    page.get_by_role("link", name=company.world.vendor.name).first.click()
    page.wait_for_url(lambda url: "/purchase-orders/" in url and "vendor=" in url)
    person.go("/reports/vendor-punctuality/?by=product")
    page.get_by_role("columnheader", name="In time").wait_for()
    person.go("/reports/purchases/?by=month")
    page.get_by_role("columnheader", name="Billed").wait_for()


def test_bills_are_ticked_and_paid(company: Company, person: Person) -> None:
    page = person.page
    _billed(company, "R-2")
    _billed(company, "R-3")
    owed = sum(row.open_minor for row in to_pay(bills()))
    person.go("/vendor-bills/?tab=to_pay")
    for box in page.locator("tbody input[type=checkbox]").all():
        box.check()
    page.get_by_role("button", name="Pay").first.click()
    page.get_by_role("heading", name="Pay bills").wait_for()
    page.locator("[name=method]").fill("Transfer")
    person.next_step()
    assert person.said() == "The payment is written."
    assert VendorPayment.objects.get().amount_minor == owed >= 800
    page.get_by_text("R-2").first.wait_for()
    clean()
