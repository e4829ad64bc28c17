"""What leaves for accounting: every posting in just one export, however late it is dated back, and each file as it left."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.billing.test_invoice import bill
from tests.fulfilment.trade import order
from tests.purchasing.buying import person
from tests.purchasing.test_api import Caller
from tests.purchasing.test_paying import Vendor
from tests.purchasing.test_paying import pay as pay_vendor
from tests.world import World, clean, entries, refused, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.billing.actions.credits import credit
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.actions.payments import pay
from wharfinger.billing.models import CreditNote, InvoiceLine
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.billing.rules.payments import PaymentWish
from wharfinger.exchange.actions.accounting import export_accounts
from wharfinger.exchange.models import AccountingExport
from wharfinger.exchange.queries import accounting as queries
from wharfinger.exchange.rules.accounting import KINDS, Ledger, Span, number_of, outermost
from wharfinger.fulfilment.actions.shipping import pick_pack_ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.look import settled
from wharfinger.ledger.models import Draw, Entry, Posting
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import Organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def today() -> date:
    return timezone.localdate()


def numbered(**more: str) -> None:
    """Each kind of account has a number."""
    value = {kind: str(1000 + n) for n, kind in enumerate(KINDS)} | {
        k.replace("__", ":"): v for k, v in more.items()
    }
    set_setting(actor=HOUSE, name="accounts", value=value)


def rows_of(row: AccountingExport) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(queries.file_of(row).decode("utf-8-sig"))))


def export(until: date) -> AccountingExport:
    made = export_accounts(actor=HOUSE, until=until).one("exchange.AccountingExport")
    return AccountingExport.objects.get(pk=made)


def sold(company: World, units: int = 2) -> None:
    """Goods are sold, shipped, invoiced and paid."""
    product = company.product()
    company.stock(product, units)
    _, (line,) = order(company, (product, units))
    pick_pack_ship(actor=HOUSE, picks=[Pick(line, units)])
    bill(Bill(line, units))
    pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, 1000, "EUR"))


def test_each_posting_is_a_row_with_both_accounts_document_and_party(company: World) -> None:
    numbered(tax__S__190000="1776")
    sold(company)
    rows = rows_of(export(today()))
    money = [one for one in rows if "." in one["number"] and one["document"]]
    assert len(money) == Posting.objects.count()
    tax = next(one for one in rows if one["tax_code"])
    assert (tax["contra_account"], tax["tax_code"], tax["party"]) == ("1776", "S:190000", "Acme")
    assert tax["document"].startswith("INV-")
    cost = next(one for one in rows if one["account"] == str(1000 + list(KINDS).index("stock.sold")))
    assert cost["contra_account"] == str(1000 + list(KINDS).index("stock"))
    clean()


def test_a_number_of_just_this_tax_and_currency_goes_before_that_of_the_kind() -> None:
    one = Ledger("tax", "S:190000", "USD")
    kept = {"tax": "1", "tax:USD": "2", "tax:S:190000": "3", "tax:S:190000:USD": "4"}
    for key in ("tax:S:190000:USD", "tax:S:190000", "tax:USD", "tax"):
        assert number_of(kept, one) == kept.pop(key)
    assert number_of({}, one) == ""


def test_an_account_without_a_number_is_named_and_nothing_leaves(company: World) -> None:
    sold(company)
    told = refused(lambda: export_accounts(actor=HOUSE, until=today()), "accounts_missing", "until")
    assert "receivable:EUR" in told.values["accounts"]
    assert [one.verb for one in told.remedies] == ["name_accounts"]
    assert any(not one.number for one in queries.preview(Span(today(), settled())))
    numbered()
    refused(lambda: export_accounts(actor=HOUSE, until=today() + timedelta(days=1)), "in_the_future", "until")
    export(today())
    refused(lambda: export_accounts(actor=HOUSE, until=today()), "nothing_to_export", "until")
    assert queries.preview(Span(today(), settled())) == []


def test_a_file_stays_as_it_left_whatever_is_called_otherwise_since(company: World) -> None:
    numbered()
    sold(company)
    row = export(today())
    before = queries.file_of(row)
    Organization.objects.filter(pk=company.customer.pk).update(name="Otherwise")
    set_setting(actor=HOUSE, name="accounts", value={"revenue": "9999"})
    row.refresh_from_db()
    assert queries.file_of(row) == before
    assert hashlib.sha256(before).hexdigest() == row.digest
    entry = Entry.objects.get(verb="export_accounts")
    refused(lambda: reverse(actor=HOUSE, entry=entry.pk), "stated")


def test_spans_within_others_say_nothing() -> None:
    day = date(2026, 1, 1)
    many = [Span(day + timedelta(days=n % 5), n * 7 % 11) for n in range(20)]
    few = outermost(many)
    for one in many:
        assert any(one.until <= other.until and one.upto <= other.upto for other in few)
    assert len(few) <= 5


def test_nothing_leaves_twice_and_nothing_is_left_out_however_it_is_dated_back(company: World) -> None:
    """Acts on random days, exports until random days in between: each posting in just one, stock to the cent."""
    numbered()
    for seed in range(3):
        chance = random.Random(seed)
        vendor = Vendor(company, f"Yard {seed}", "EUR")
        bills: list[int] = []
        for _ in range(14):
            day = today() - timedelta(days=chance.randint(0, 40))
            kind = chance.random()
            if kind < 0.35:
                pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, chance.randint(1, 9999), "EUR", day))
            elif kind < 0.5:
                sold(company, chance.randint(1, 3))
            elif kind < 0.65:
                bills.append(vendor.bill(chance.randint(1, 5), tax=chance.randint(0, 200)))
            elif kind < 0.75 and bills:
                pay_vendor(bills.pop(), paid_on=day)
            else:
                with contextlib.suppress(Refusal):
                    export(day)
        if queries.preview(Span(today(), settled())):
            export(today())
        left = [row for one in AccountingExport.objects.all() for row in rows_of(one)]
        money = Counter(row["number"] for row in left if row["number"].count(".") == 1)
        assert set(money.values()) == {1}
        assert set(money) == {f"{entry}.{n}" for entry, n in Posting.objects.values_list("entry", "n")}
        stock = str(1000 + list(KINDS).index("stock"))
        worth = sum(
            round(float(row["home_amount"]) * 100)
            * ((row["account"] == stock) - (row["contra_account"] == stock))
            for row in left
        )
        assert worth == -sum(Draw.objects.values_list("value_minor", flat=True))
    clean()


def test_what_is_dated_back_into_a_period_that_left_goes_with_the_next(company: World) -> None:
    numbered()
    past = today() - timedelta(days=40)
    pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, 100, "EUR", past))
    first = export(today() - timedelta(days=30))
    pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, 200, "EUR", past))
    pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, 300, "EUR", today()))
    second = export(today() - timedelta(days=30))
    third = export(today())
    assert [[row["amount"] for row in rows_of(one)] for one in (first, second, third)] == [
        ["1.00"],
        ["2.00"],
        ["3.00"],
    ]


def test_accounts_are_numbered_and_periods_leave_on_pages(company: World) -> None:
    sold(company)
    browser = Client()
    browser.force_login(company.user)
    page = seen(browser, f"/accounting/?until={today()}")
    assert "accounts have no number yet" in page
    form = seen(browser, "/accounting/accounts/")
    assert 'name="accounts.revenue"' in form
    assert 'name="accounts.tax:S:190000"' in form
    before = entries()
    wrong = browser.post("/accounting/accounts/", {"accounts.revenue": "x" * 30})
    assert (wrong.status_code, entries()) == (422, before)
    browser.post("/accounting/accounts/", {f"accounts.{kind}": "8400" for kind in KINDS})
    done = browser.post("/accounting/", {"until": str(today())})
    assert done.headers["Location"] == "/accounting/"
    row = AccountingExport.objects.get()
    page = seen(browser, "/accounting/")
    assert row.number in page
    assert "Close the period" in page
    assert browser.get(f"/accounting/{row.pk}.csv").content == queries.file_of(row)
    assert browser.post("/accounting/", {"until": "soon"}).status_code == 422


def test_the_api_exports_and_gives_the_file(company: World) -> None:
    numbered()
    sold(company)
    ada = Caller(company.user)
    made = ada.good("post", "/accounting-exports", {"until": str(today())}, status=201)
    assert made["number"] == "ACC-1"
    assert ada.refused("/accounting-exports", {"until": str(today())}) == (409, "nothing_to_export", "until")
    browser = Client()
    browser.force_login(company.user)
    file: Any = browser.get(f"/api/v1/accounting-exports/{made['id']}/file")
    assert hashlib.sha256(file.content).hexdigest() == made["sha256"]
    assert len(ada.good("get", "/accounting-exports")["items"]) == 1
    assert ada.good("get", f"/accounting-exports/{made['id']}")["rows"] == made["rows"]


def test_a_late_credit_note_of_a_closed_period_leaves_once_with_the_next_export(company: World) -> None:
    """Dated into a period that is closed and left, it needs a reason, changes no file that left, and leaves just once."""
    numbered()
    past, closed = today() - timedelta(days=40), today() - timedelta(days=30)
    _, (line,) = order(company, (company.product(price_micro=10_000_000), 3))
    made = invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 3),), issued_on=past))
    first = export(closed)
    told = queries.file_of(first)
    assert [row["amount"] for row in rows_of(first)] == ["30.00", "5.70"]
    set_setting(actor=HOUSE, name="closed_until", value=closed.isoformat())
    items = [Credit(InvoiceLine.objects.get(invoice=made.one("billing.Invoice")).pk, 1)]
    clerk = person("clerk", "billing.*")
    before = entries()
    refused(lambda: credit(actor=clerk, items=items, reason="Broken", issued_on=past), "period_closed")
    refused(lambda: credit(actor=company.user, items=items, issued_on=past), "closed_needs_reason")
    assert entries() == before
    note = credit(actor=company.user, items=items, reason="Broken", issued_on=past)
    assert CreditNote.objects.get(pk=note.one("billing.CreditNote")).issued_on == past
    second = export(today() - timedelta(days=1))
    assert sorted(row["amount"] for row in rows_of(second)) == ["1.90", "10.00"]
    assert {row["number"].partition(".")[0] for row in rows_of(second)} == {str(note.id)}
    assert queries.file_of(first) == told
    paid = pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, 100, "EUR"))
    third = export(today())
    assert {row["number"].partition(".")[0] for row in rows_of(third)} == {str(paid.id)}
    clean()
