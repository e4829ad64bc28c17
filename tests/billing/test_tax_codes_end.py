"""A tax code holds until a day and its successor from then on: what is supplied or invoiced on a day is taxed by that of the day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.billing.books import owed, summed
from tests.billing.test_credit import note
from tests.billing.test_deposits import service
from tests.billing.test_invoice import bill
from tests.fulfilment.trade import order
from tests.world import World, clean, entries, refused
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.deposits import ask_deposit
from wharfinger.billing.actions.drafts import change_draft
from wharfinger.billing.actions.invoices import draft_invoice, invoice, post_invoice
from wharfinger.billing.models import Invoice, InvoiceLine
from wharfinger.billing.rules.changing import DraftChange
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.deposits import DepositWish
from wharfinger.billing.rules.fees import Fee
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.catalog.actions import add_tax_code, change_tax_code
from wharfinger.catalog.models import TaxCode
from wharfinger.demand.models import Line
from wharfinger.fulfilment.actions.shipping import pick_pack_ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.reverse import reverse

pytestmark = pytest.mark.django_db

BEFORE, LAST, FIRST, AFTER = date(2020, 12, 1), date(2020, 12, 31), date(2021, 1, 1), date(2021, 1, 15)


def old() -> TaxCode:
    """The code of 19 % by which the company's products are taxed."""
    return TaxCode.objects.get(default=True)


def changes_year(first: date | None = FIRST) -> TaxCode:
    """Let 20 % follow 19 % from 2021 on; the code of 20 %."""
    made = add_tax_code(actor=HOUSE, values={"code": "V20", "name": "20 %", "rate": "20"}).one(
        "catalog.TaxCode"
    )
    if first:
        change_tax_code(actor=HOUSE, tax_code=made, values={"valid_from": first.isoformat()})
    values = {"valid_until": LAST.isoformat(), "successor": made}
    change_tax_code(actor=HOUSE, tax_code=old().pk, values=values)
    return TaxCode.objects.get(pk=made)


def line_of(company: World, units: int = 1) -> int:
    """A line of so many routers at 100.00 before tax."""
    _, (line,) = order(company, (company.product(price_micro=100_000_000), units))
    return line


def gone(company: World, line: int, units: int, day: date) -> int:
    """So many units of a line leave on a day; the entry that sent them."""
    product = Line.objects.get(pk=line).product
    with time_machine.travel(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), tick=False):
        company.stock(product, units)
        return pick_pack_ship(actor=HOUSE, picks=[Pick(line, units)]).id


def taxed(made: Invoice) -> tuple[int, int, list[tuple[str, int]]]:
    """Tax and total of an invoice, and by which code and rate each row is taxed."""
    rows = InvoiceLine.objects.filter(invoice=made, quantity__gt=0).order_by("position")
    return made.tax_minor, made.total_minor, [(row.tax_code.code, row.rate_micro) for row in rows]


def draft_of(line: int, **values: Any) -> Invoice:
    made = draft_invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 1),), **values))
    return Invoice.objects.get(pk=made.one("billing.Invoice"))


def posted(draft: Invoice, day: date) -> Invoice:
    post_invoice(actor=HOUSE, invoice=draft.pk, issued_on=day)
    return Invoice.objects.get(pk=draft.pk)


def test_the_day_decides(company: World) -> None:
    changes_year()
    code = old().code
    assert taxed(bill(Bill(line_of(company), 1), issued_on=LAST)) == (1900, 11900, [(code, 190_000)])
    assert taxed(bill(Bill(line_of(company), 1), issued_on=FIRST)) == (2000, 12000, [("V20", 200_000)])
    assert summed("tax") == -3900
    clean()


def test_a_draft_of_before_is_posted_after(company: World) -> None:
    changes_year()
    draft = draft_of(line_of(company), issued_on=BEFORE)
    assert taxed(draft) == (1900, 11900, [(old().code, 190_000)])
    made = posted(draft, AFTER)
    assert taxed(made) == (2000, 12000, [("V20", 200_000)])
    assert (owed(made.pk), summed("tax"), summed("revenue")) == (12000, -2000, -10000)
    clean()


def test_a_draft_of_after_is_posted_before(company: World) -> None:
    changes_year()
    draft = draft_of(line_of(company), issued_on=AFTER)
    assert taxed(draft)[2] == [("V20", 200_000)]
    assert taxed(posted(draft, LAST)) == (1900, 11900, [(old().code, 190_000)])
    clean()


def test_prices_with_tax_stay_and_their_net_becomes_less(company: World) -> None:
    changes_year()
    line = line_of(company)
    Line.objects.filter(pk=line).update(tax_included=True, unit_price_micro=120_000_000)
    draft = draft_of(line, issued_on=BEFORE)
    assert (draft.net_minor, draft.total_minor) == (10084, 12000)
    made = posted(draft, AFTER)
    assert (made.net_minor, made.tax_minor, made.total_minor) == (10000, 2000, 12000)
    clean()


def test_what_went_out_before_is_taxed_as_then(company: World) -> None:
    changes_year()
    line = line_of(company, 3)
    gone(company, line, 2, BEFORE)
    gone(company, line, 1, FIRST)
    one = bill(Bill(line, 1), issued_on=AFTER)
    assert taxed(one)[2] == [(old().code, 190_000)]
    # Of the next two the last went out in the new year, with which the supply of the row was complete.
    two = bill(Bill(line, 2), issued_on=AFTER)
    assert taxed(two)[2] == [("V20", 200_000)]
    clean()


def test_what_went_out_and_came_back_counts_for_nothing(company: World) -> None:
    changes_year()
    line = line_of(company)
    entry = gone(company, line, 1, BEFORE)
    reverse(actor=HOUSE, entry=entry)
    assert taxed(bill(Bill(line, 1), issued_on=AFTER))[2] == [("V20", 200_000)]
    clean()


def test_one_invoice_has_rows_of_both(company: World) -> None:
    changes_year()
    first, second = line_of(company), line_of(company)
    gone(company, first, 1, BEFORE)
    made = bill(Bill(first, 1), Bill(second, 1), issued_on=AFTER)
    assert taxed(made) == (3900, 23900, [(old().code, 190_000), ("V20", 200_000)])
    clean()


def test_without_successor_it_is_refused_and_nothing_is_written(company: World) -> None:
    line, other = line_of(company), line_of(company)
    change_tax_code(actor=HOUSE, tax_code=old().pk, values={"valid_until": LAST.isoformat()})
    draft = draft_of(other, issued_on=BEFORE)
    before = entries()
    wish = InvoiceWish((Bill(line, 1),), issued_on=AFTER)
    refused(lambda: invoice(actor=HOUSE, wish=wish), "tax_code_over", "lines.0.line")
    refused(lambda: post_invoice(actor=HOUSE, invoice=draft.pk, issued_on=AFTER), "tax_code_over")
    assert (entries(), Invoice.objects.filter(posted_at__isnull=False).count()) == (before, 0)


def test_between_two_codes_none_holds(company: World) -> None:
    changes_year(date(2021, 1, 10))
    line = line_of(company)
    wish = InvoiceWish((Bill(line, 1),), issued_on=date(2021, 1, 5))
    refused(lambda: invoice(actor=HOUSE, wish=wish), "tax_code_not_yet", "lines.0.line")


def test_fees_are_taxed_as_on_the_day(company: World) -> None:
    changes_year()
    fee = Fee(service(company), 10_000_000)
    made = bill(Bill(line_of(company), 1), issued_on=AFTER, fees=(fee,))
    assert taxed(made) == (2200, 13200, [("V20", 200_000)] * 2)
    draft = draft_of(line_of(company), issued_on=BEFORE)
    change_draft(actor=HOUSE, invoice=draft.pk, change=DraftChange(fees=(fee,)))
    draft.refresh_from_db()
    assert taxed(draft) == (2090, 13090, [(old().code, 190_000)] * 2)
    assert taxed(posted(draft, AFTER)) == (2200, 13200, [("V20", 200_000)] * 2)
    clean()


@pytest.mark.parametrize("included", [False, True])
def test_a_deposit_of_before_is_taken_off_with_its_own_tax(company: World, included: bool) -> None:
    changes_year()
    line = line_of(company)
    Line.objects.filter(pk=line).update(tax_included=included)
    sheet = Line.objects.get(pk=line).sheet_id
    wish = DepositWish(sheet, service(company), share_micro=300_000, issued_on=BEFORE)
    ask_deposit(actor=HOUSE, wish=wish)
    made = bill(Bill(line, 1), issued_on=AFTER)
    rows = InvoiceLine.objects.filter(invoice=made).order_by("position")
    assert [(row.rate_micro, row.quantity > 0, row.takes_off_id is None) for row in rows] == [
        (200_000, True, True),
        (190_000, True, False),
    ]
    assert made.total_minor == (7000 if included else 12000 - 3570)
    clean()
    note(Credit(rows[0].pk, 1))
    assert owed(made.pk) == 0
    clean()


def test_what_was_invoiced_is_credited_as_it_was(company: World) -> None:
    changes_year()
    made = bill(Bill(line_of(company), 1), issued_on=LAST)
    note(Credit(InvoiceLine.objects.get(invoice=made).pk, 1))
    assert (owed(made.pk), summed("tax")) == (0, 0)
    clean()


def test_without_an_end_nothing_more_is_read(company: World) -> None:
    lines = [line_of(company) for _ in range(3)]
    with CaptureQueriesContext(connection) as plain:
        bill(Bill(lines[0], 1))
    changes_year()
    with CaptureQueriesContext(connection) as bounded:
        bill(Bill(lines[1], 1), Bill(lines[2], 1))
    assert not any('FROM "catalog_taxcode"' in one["sql"] for one in plain)
    assert len(bounded) <= len(plain) + 4
