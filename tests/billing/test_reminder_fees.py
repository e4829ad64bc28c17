"""What a reminder costs its customer: invoiced with the letter, told in it and in the statement, and never costing again."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.billing.books import summed
from tests.billing.test_reminders import DAY, levels, on, remind
from tests.billing.test_statements import billed, paid
from tests.documents.reading import pages
from tests.world import World, clean, entries, refused, seen
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.credits import cancel_invoice
from wharfinger.billing.models import Invoice, Reminder
from wharfinger.billing.queries.reminding import due_to_remind
from wharfinger.billing.queries.shown import invoice
from wharfinger.billing.queries.statements import statements
from wharfinger.catalog.models import TaxCode
from wharfinger.documents.actions import issuing
from wharfinger.ledger.models import Entry
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.actions.settings import set_setting

pytestmark = pytest.mark.django_db
NONE = "NONE"


@pytest.fixture(autouse=True)
def ten_days_late() -> Any:
    """An invoice of DAY is due on the 15th; it is the 25th."""
    with on(date(2026, 10, 25)):
        yield


def costs(company: World, *fees: int | None, named: bool = True, taxed: bool = False) -> None:
    """A letter of each level costs so much."""
    value = {f"fee_{n}_minor": minor for n, minor in enumerate(fees, start=1)}
    set_setting(actor=HOUSE, name="reminders", value=value)
    if named:
        service = company.product(kind="service", sku="REMIND", name="Reminder fee")
        if not taxed:
            code = TaxCode.objects.create(code=NONE, name="Not taxable", rate_micro=0, category="O")
            type(service).objects.filter(pk=service.pk).update(tax_code=code)
        set_setting(actor=HOUSE, name="fee_products", value={"reminder": service.pk})


def the_fee(made: Reminder) -> Invoice:
    assert made.fee is not None
    return made.fee


def test_a_letter_asks_for_its_fee_as_an_invoice_of_its_own(company: World) -> None:
    costs(company, 500, 1000)
    first = billed(company, 10_000, DAY)
    (due,) = due_to_remind()
    assert (due.asked_minor, due.fee_minor) == (11_900, 500)
    made = remind(company)
    fee = the_fee(made)
    assert levels(made) == [(first.number, 1, True, 11_900)]
    assert (made.total_minor, fee.total_minor, fee.tax_minor, fee.due_on) == (12_400, 500, 0, made.pay_by)
    assert (fee.number, invoice(fee.pk).open_minor, summed("revenue")) == ("INV-2", 500, -10_500)
    clean()


def test_a_fee_with_tax_is_told_with_tax(company: World) -> None:
    costs(company, 500, taxed=True)
    billed(company, 10_000, DAY)
    made = remind(company)
    assert (the_fee(made).net_minor, the_fee(made).total_minor, made.total_minor) == (500, 595, 12_495)
    clean()


def test_a_fee_costs_no_further_fee_and_is_told_again(company: World) -> None:
    costs(company, 500, 1000)
    first = billed(company, 10_000, DAY)
    fee = the_fee(remind(company))
    with on(date(2026, 12, 1)):
        made = remind(company)
        assert levels(made) == [(first.number, 2, True, 11_900), (fee.number, 1, False, 500)]
        assert (the_fee(made).total_minor, made.total_minor) == (1000, 13_400)
        paid(company, 11_900, date(2026, 12, 1))
    with on(date(2027, 3, 1)):
        # What is left are fees alone, of which nobody is reminded.
        assert due_to_remind() == []
    clean()


def test_letter_and_statement_have_a_row_for_the_fee(company: World) -> None:
    costs(company, 500)
    first = billed(company, 10_000, DAY)
    made = remind(company)
    (sheet,) = pages(issuing.pdf(actor=HOUSE, kind="reminder", pk=made.pk))
    said = " ".join(sheet.split())
    assert f"Fee of this reminder, invoice {the_fee(made).number}" in said
    assert "5.00" in said
    assert "124.00" in said
    (found,) = statements(company.customer.pk, DAY, date(2026, 10, 25))
    assert [(row.words, row.number, row.minor) for row in found.movements] == [
        ("Invoice", first.number, 11_900),
        ("Fee of a reminder", the_fee(made).number, 500),
    ]
    assert found.closing == 12_400


def test_nothing_is_asked_where_no_fee_is_set_or_in_another_currency(company: World) -> None:
    costs(company, None, 500)
    billed(company, 10_000, DAY)
    made = remind(company)
    assert (made.fee, made.total_minor, Invoice.objects.count()) == (None, 11_900, 1)
    clean()


def test_without_a_service_that_names_it_the_letter_is_refused(company: World) -> None:
    costs(company, 500, named=False)
    billed(company, 10_000, DAY)
    before = entries()
    told = refused(lambda: remind(company), "no_fee_product", "organization")
    assert [one.verb for one in told.remedies] == ["fee_products"]
    assert (entries(), Reminder.objects.count(), Invoice.objects.count()) == (before, 0, 1)


def test_a_letter_with_a_fee_is_not_undone_but_its_fee_is_credited(company: World) -> None:
    costs(company, 500)
    billed(company, 10_000, DAY)
    made = remind(company)
    entry = Entry.objects.get(verb="send_reminder")
    told = refused(lambda: reverse(actor=HOUSE, entry=entry.pk), "corrected_by_verb")
    assert told.remedies[0].values == {"invoice": the_fee(made).pk}
    cancel_invoice(actor=HOUSE, invoice=the_fee(made).pk, reason="As a favour", bill_again=False)
    assert invoice(the_fee(made).pk).open_minor == 0
    clean()


def test_statements_do_not_grow_with_invoices(company: World) -> None:
    costs(company, 500)
    counts = []
    for many in (1, 20):
        for _ in range(many):
            billed(company, 10_000, DAY)
        with on(date(2026, 10, 25 + len(counts))), CaptureQueriesContext(connection) as found:
            remind(company)
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_fees_are_set_and_told_by_page_and_api(company: World, client: Client) -> None:
    client.force_login(company.user)
    assert 'name="reminders.fee_1_minor"' in seen(client, "/settings/")
    costs(company, 500)
    billed(company, 10_000, DAY)
    assert "and a fee of" in seen(client, "/reminders/")
    told = client.get("/api/v1/reminders/due").json()["due"][0]
    assert (told["fee"], told["total"]) == ("5.00", "119.00")
    body = {"organization": company.customer.pk, "currency": "EUR"}
    made = client.post("/api/v1/reminders", body, content_type="application/json").json()
    assert (made["fee"], made["total"]) == ("5.00", "124.00")
    assert Reminder.objects.get().fee_id == made["fee_invoice"]
    assert "Fee of the reminder" in seen(client, f"/reminders/{made['id']}/")
