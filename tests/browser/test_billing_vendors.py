"""What vendors bill and take back: a bill before its goods, a bill that is off, and goods that go back."""

from __future__ import annotations

from datetime import timedelta

from tests.browser.person import Company, Person
from tests.purchasing.buying import arrive, stocked_up
from tests.purchasing.buying import person as somebody
from tests.world import clean
from wharfinger.base import clock
from wharfinger.purchasing.actions.billing import enter_bill
from wharfinger.purchasing.models import VendorBill, VendorReturn
from wharfinger.purchasing.rules.billing import Bill, BillLine

ONE = 1_000_000


def test_an_order_is_billed_before_its_goods_and_accepted_when_they_came(
    company: Company, person: Person
) -> None:
    page = person.page
    made = stocked_up(company.world, (company.cable, 4, ONE))
    (line,) = made.lines
    person.go(f"/purchase-orders/{made.order}/")
    page.get_by_role("link", name="Enter a bill").click()
    assert page.locator(f"[name=quantity-0-{line}]").input_value() == "4"
    page.locator("[name=number]").fill("R-1")
    page.locator("[name=billed_on]").fill(clock.today("Europe/Berlin").isoformat())
    person.next_step()
    assert person.said() == "Entered the bill R-1; it waits for its goods."
    page.get_by_text("It waits for goods that are on order").wait_for()
    assert page.get_by_role("button", name="Accept").count() == 0
    arrive(line, 4)
    page.reload()
    page.get_by_role("button", name="Accept").click()
    page.get_by_text("Accepted by").wait_for()
    bill = VendorBill.objects.get(number="R-1")
    assert bill.accepted_by == company.user
    assert bill.lines.get().receipt is not None
    clean()


def test_a_dearer_bill_is_accepted_by_another_who_says_why(company: Company, person: Person) -> None:
    page = person.page
    made = stocked_up(company.world, (company.cable, 2, ONE))
    receipt = arrive(made.lines[0], 2).one("purchasing.Receipt")
    asked = Bill(
        "R-2", clock.today("Europe/Berlin") - timedelta(1), (BillLine(made.lines[0], receipt, 2, 2_000_000),)
    )
    clerk = somebody("clerk", "purchasing.bill", "catalog.see_cost")
    enter_bill(actor=clerk, bill=asked)
    person.go("/vendor-bills/?tab=to_accept")
    page.get_by_role("link", name="R-2").click()
    page.locator("[data-dialog=accept]").click()
    page.locator("dialog[open] [name=note]").fill("Agreed by telephone")
    page.locator("dialog[open] button.primary").click()
    page.get_by_text("Accepted by").wait_for()
    assert VendorBill.objects.get(number="R-2").accepted_by == company.user
    clean()


def test_refused_goods_go_back_and_their_credit_is_written_down(company: Company, person: Person) -> None:
    page = person.page
    made = stocked_up(company.world, (company.cable, 3, ONE))
    arrive(made.lines[0], 3, rejected=1)
    person.go("/work/refused/")
    person.do("Send back", "CABLE", reason="Broken")
    back = VendorReturn.objects.get()
    person.go(f"/vendor-returns/{back.pk}/")
    assert back.number in person.heading()
    page.locator("[data-dialog=credit]").click()
    page.locator("dialog[open] button.primary").click()
    page.get_by_text("Variance").or_(page.locator(".said")).first.wait_for()
    back.refresh_from_db()
    assert back.credited_at is not None
    clean()
