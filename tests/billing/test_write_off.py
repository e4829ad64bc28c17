"""What will not be paid is written off with its share of tax; what was paid in all books what was not booked yet."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.billing.books import credit_left, owed, summed
from tests.billing.test_credit import note
from tests.billing.test_invoice import bill
from tests.billing.test_pay import paid
from tests.fulfilment.trade import order
from tests.world import World, clean, refused
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.payments import paid_in_all
from wharfinger.billing.actions.writing_off import write_off
from wharfinger.billing.models import Invoice, Payment, Relief
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.invoices import Bill
from wharfinger.catalog.models import TaxCode
from wharfinger.ledger.reverse import reverse

pytestmark = pytest.mark.django_db


def invoiced(company: World, units: int = 1, **values: Any) -> Invoice:
    """An invoice of so many routers at 119.00 with tax."""
    _, (line,) = order(company, (company.product(price_micro=100_000_000, **values), units))
    return bill(Bill(line, units))


def without(invoice: Invoice, minor: int | None = None) -> Any:
    """Write a part of an invoice off, or all that is open."""
    return write_off(actor=HOUSE, invoice=invoice.pk, amount_minor=minor, reason="They are insolvent.")


def test_what_is_open_is_written_off_with_its_tax(company: World, call: Any) -> None:
    made = invoiced(company)
    paid(company, 2000)
    done = without(made)
    row = Relief.objects.get()
    assert (row.amount_minor, row.tax_minor, owed(made.pk)) == (9900, 1581, 0)
    assert (summed("write_off"), summed("tax"), summed("revenue")) == (8319, -319, -10000)
    found = call("get", f"/invoices/{made.pk}")[1]
    assert (found["status"], found["open"], found["written_off"]) == ("paid", "0.00", "99.00")
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert (owed(made.pk), summed("write_off"), summed("tax")) == (9900, 0, -1900)
    assert Relief.objects.filter(void__isnull=True).count() == 0
    clean()


def test_of_an_invoice_never_paid_all_the_tax_goes(company: World, call: Any) -> None:
    reduced = TaxCode.objects.create(name="Reduced", rate_micro=70_000)
    _, lines = order(
        company,
        (company.product(price_micro=33_330_000), 1),
        (company.product(price_micro=77_770_000, tax_code=reduced), 1),
    )
    made = bill(*(Bill(line, 1) for line in lines))
    without(made)
    assert (summed("tax"), summed("write_off") + summed("revenue"), owed(made.pk)) == (0, 0, 0)
    assert call("get", f"/invoices/{made.pk}")[1]["status"] == "written_off"
    listed = call("get", "/invoices?status=written_off")[1]["items"]
    assert [one["id"] for one in listed] == [made.pk]
    clean()


def test_no_more_is_written_off_than_is_open(company: World) -> None:
    made = invoiced(company)
    refused(lambda: without(made, 11901), "more_than_open", "amount")
    refused(lambda: without(made, 0), "not_positive", "amount")
    refused(lambda: write_off(actor=HOUSE, invoice=made.pk, reason=" "), "missing", "reason")
    without(made)
    refused(lambda: without(made), "nothing_open")
    refused(lambda: write_off(actor=HOUSE, invoice=0, reason="x"), "no_such_invoice")


def test_what_was_never_paid_is_not_paid_back(company: World) -> None:
    """Of 238.00 a half is written off, a half paid; all of it is credited: what came is owed to them, no more."""
    made = invoiced(company, 2)
    row = made.lines.get().pk
    paid(company, 11900)
    done = without(made)
    note(Credit(row, 1))
    assert (credit_left(), owed(made.pk)) == (5950, 0)
    clean()
    refused(lambda: reverse(actor=HOUSE, entry=done.id), "credited_since")
    note(Credit(row, 1))
    assert (credit_left(), owed(made.pk)) == (11900, 0)
    assert (summed("write_off"), summed("tax"), summed("revenue")) == (0, 0, 0)
    clean()


def test_a_credit_takes_what_is_open_first(company: World) -> None:
    made = invoiced(company, 2)
    without(made, 11900)
    note(Credit(made.lines.get().pk, 1))
    assert (credit_left(), owed(made.pk), summed("write_off")) == (0, 0, 10000)
    note(Credit(made.lines.get().pk, 1))
    assert (credit_left(), owed(made.pk), summed("write_off"), summed("tax")) == (0, 0, 0, 0)
    clean()


def test_paid_in_all_books_the_difference(company: World) -> None:
    """IF-28: 50.00, then 80.00 in all, then 150.00 in all of 119.00."""
    made = invoiced(company)

    def came(minor: int) -> list[int]:
        paid_in_all(actor=HOUSE, invoice=made.pk, paid_minor=minor, method="Transfer")
        return list(Payment.objects.order_by("pk").values_list("amount_minor", flat=True))

    assert (came(5000), owed(made.pk)) == ([5000], 6900)
    assert (came(8000), owed(made.pk)) == ([5000, 3000], 3900)
    refused(lambda: came(8000), "paid_already", "paid")
    assert (came(15000), owed(made.pk), credit_left()) == ([5000, 3000, 7000], 0, 3100)
    clean()


def test_the_pages_write_off_and_take_the_rest(company: World, client: Client) -> None:
    client.force_login(company.user)
    made = invoiced(company)
    page = f"/invoices/{made.pk}/"
    assert "Write off" in client.get(page).content.decode()
    client.post(f"{page}paid/", {"paid": "100.00"})
    assert owed(made.pk) == 1900
    told = client.post(f"{page}write-off/", {"amount": "20.00", "reason": "x"}, follow=True).content.decode()
    assert "19.00" in told
    client.post(f"{page}write-off/", {"amount": "", "reason": "They are insolvent."})
    shown = client.get(page).content.decode()
    assert (owed(made.pk), "They are insolvent." in shown) == (0, True)


def test_the_api_writes_off_and_reports(company: World, call: Any) -> None:
    made = invoiced(company)
    status, found = call("post", f"/invoices/{made.pk}/paid", {"paid": "100.00"})
    assert (status, found["open"]) == (200, "19.00")
    status, found = call("post", f"/invoices/{made.pk}/write-off", {"reason": "Too little to ask for."})
    assert (status, found["open"], found["written_off"]) == (200, "0.00", "19.00")
    rows = call("get", "/reports/written-off")[1]["items"]
    assert [(one["number"], one["amount"], one["tax"]) for one in rows] == [("INV-1", "19.00", "3.03")]
