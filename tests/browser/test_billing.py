"""Billing in the browser: a deposit, all that is due in one go, and an invoice that is cancelled."""

from __future__ import annotations

from tests.browser.person import Person
from tests.world import clean
from wharfinger.billing.models import CreditNote, Invoice
from wharfinger.parties.models import Organization


def test_a_deposit_what_is_due_and_a_cancelled_invoice(person: Person) -> None:
    """What was asked for beforehand is taken off by the run, and the whole invoice comes back by one dialog."""
    Organization.objects.filter(pk=person.company.world.customer.pk).update(billing_policy="order")
    number = person.write("orders", [("CABLE", "10")], confirm=True)
    person.go(f"/orders/{person.company.sheet(number)}/")
    person.press("Ask for a deposit")
    person.page.fill("[name=percent]", "20")
    person.page.select_option("[name=product]", label="WORK · Work")
    person.press("Preview", within="main form")
    assert "Total" in person.page.locator("main .facts").inner_text()
    person.next_step()
    assert "Deposit" in person.page.locator("header").inner_text()
    person.go("/work/approve-post/?tab=due")
    assert person.rows(number, "CABLE").count() == 1
    person.press("Invoice what is due", within="header")
    assert number in person.page.locator("main").inner_text()
    person.press("Write and post", within="main form")
    person.page.locator(".chip", has_text="Done").wait_for()
    final = Invoice.objects.filter(kind="invoice").latest("pk")
    assert final.lines.filter(takes_off__isnull=False).count() == 1
    person.go(f"/invoices/{final.pk}/")
    person.press("Cancel invoice", within="header")
    person.fill(reason="Wrong address")
    person.page.select_option("dialog[open] [name=bill_again]", "yes")
    person.page.locator("dialog[open] .primary").click()
    person.page.wait_for_load_state()
    assert CreditNote.objects.get().total_minor == final.total_minor
    person.go("/work/approve-post/?tab=due")
    assert person.rows(number, "CABLE").count() == 1
    clean()
