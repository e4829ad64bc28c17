"""Letters of billing in the browser: a reminder, a customer who is left out, an invoice and a statement by mail."""

from __future__ import annotations

from datetime import timedelta

from tests.billing.test_statements import billed
from tests.browser.person import Person
from tests.world import clean
from wharfinger.base import clock
from wharfinger.billing.models import Invoice, Reminder
from wharfinger.ledger.models import Entry
from wharfinger.parties.models import Organization


def test_a_reminder_is_written_and_an_invoice_and_a_statement_are_mailed(person: Person) -> None:
    """Who is overdue gets one letter; the invoice goes out again as somebody writes it, and the account with it."""
    world = person.company.world
    Organization.objects.filter(pk=world.customer.pk).update(email="ap@acme.example")
    made = billed(world, 10_000, clock.today("Europe/Berlin") - timedelta(days=40))
    assert made.number is not None
    person.go("/reminders/")
    assert person.rows(made.number, "Payment reminder").count() == 1
    person.next_step()
    person.page.locator(".chip", has_text="Done").wait_for()
    letter = Reminder.objects.get()
    person.go(f"/invoices/{made.pk}/")
    assert letter.number in person.page.locator("aside").inner_text()
    person.press("Do not remind", within="aside")
    person.fill(reason="They complain.")
    person.page.locator("dialog[open] .primary").click()
    person.page.wait_for_load_state()
    assert "They complain." in person.page.locator("aside").inner_text()
    person.press("Send", within="header")
    person.fill(text="Dear Ms Quinn, once more.")
    person.next_step()
    assert Invoice.objects.get(pk=made.pk).sent_at is not None
    person.go(f"/statements/{world.customer.pk}/")
    person.press("Send", within="main")
    assert "Statement of account in EUR" in person.page.locator("main form").inner_html()
    person.next_step()
    assert Entry.objects.filter(verb__in=("send_invoice", "send_statement")).count() == 2
    clean()
