"""What a customer owed, what happened, and how old it is: the same as the accounts on every day."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.billing.test_credit import note
from tests.billing.test_invoice import bill
from tests.documents.reading import pages
from tests.fulfilment.trade import order
from tests.purchasing.buying import person
from tests.world import World, refused, seen
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.billing.actions import payments as paying
from wharfinger.billing.actions.writing_off import write_off
from wharfinger.billing.models import CreditNote, Invoice, InvoiceLine, Payment
from wharfinger.billing.queries.statements import Statement, ageing, statements
from wharfinger.billing.rules.ageing import Ageing
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.invoices import Bill
from wharfinger.billing.rules.payments import PaymentWish
from wharfinger.demand.rules import LineWish
from wharfinger.documents.actions.printing import print_statement
from wharfinger.flows.actions.sell import sell
from wharfinger.flows.rules.sell import Sale
from wharfinger.ledger.models import Account
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Organization

pytestmark = pytest.mark.django_db
DAY = date(2026, 10, 1)


@pytest.fixture(autouse=True)
def late_in_the_year() -> Any:
    """The last day of the year, so that all that is dated below lies behind us."""
    with clock.standing_at(datetime(2026, 12, 31, 12, tzinfo=UTC)):
        yield


def billed(company: World, cents: int, on: date, customer: Organization | None = None) -> Invoice:
    """An invoice of so much with 19 % on top, due 14 days later."""
    product = company.product(price_micro=cents * 10_000)
    _, (line,) = order(company, (product, 1), customer=customer)
    return bill(Bill(line, 1), issued_on=on)


def paid(company: World, minor: int, on: date) -> Payment:
    """A payment of the customer."""
    wish = PaymentWish(company.customer.pk, minor, "EUR", received_on=on)
    return Payment.objects.get(pk=paying.pay(actor=HOUSE, wish=wish).one("billing.Payment"))


def euros(company: World, first: date, last: date) -> Statement:
    """The customer's statement in euros, which is their only one."""
    (found,) = statements(company.customer.pk, first, last)
    assert found.closing == found.ageing.balance
    return found


def told(found: Statement) -> list[tuple[Any, ...]]:
    """The movements in short."""
    return [(one.on.day, one.number, one.minor, one.balance) for one in found.movements]


def test_a_statement_of_a_month_says_how_it_came_to_what_is_owed(company: World) -> None:
    old = billed(company, 10_000, DAY)
    new = billed(company, 20_000, date(2026, 11, 10))
    made = paid(company, 15_000, date(2026, 11, 12))
    back = note(Credit(new.lines.get().pk, 1))
    november = euros(company, date(2026, 11, 1), date(2026, 11, 30))
    assert november.opening == 11_900
    assert told(november) == [
        (10, new.number, 23_800, 35_700),
        (12, made.number, -15_000, 20_700),
    ]
    assert [one.subject for one in november.movements] == ["invoice", "payment"]
    assert november.movements[0].due_on == date(2026, 11, 24)
    assert november.ageing == Ageing(to_30=20_700)
    december = euros(company, date(2026, 12, 1), date(2026, 12, 31))
    assert told(december) == [(31, back.number, -23_800, -3_100)]
    assert december.ageing == Ageing(credit=3_100)
    october = euros(company, DAY, date(2026, 10, 31))
    assert (october.opening, told(october)) == (0, [(1, old.number, 11_900, 11_900)])
    assert october.ageing == Ageing(to_30=11_900)


def test_what_was_taken_back_is_said_so(company: World) -> None:
    made = billed(company, 10_000, DAY)
    first = paid(company, 5_000, date(2026, 10, 5))
    paying.cancel_payment(actor=HOUSE, payment=first.pk, reason="Typed twice")
    found = euros(company, DAY, date(2026, 12, 31))
    assert told(found) == [
        (1, made.number, 11_900, 11_900),
        (5, first.number, -5_000, 6_900),
        (31, first.number, 5_000, 11_900),
    ]
    assert [one.verb for one in found.movements] == ["invoice", "pay", "cancel_payment"]


def test_what_is_paid_at_once_stands_as_invoice_and_payment(company: World) -> None:
    product = company.product(price_micro=50_000_000)
    company.stock(product, 1)
    sell(actor=HOUSE, sales=[Sale(company.customer.pk, (LineWish(product.pk, 1),), paid_by="cash")])
    found = euros(company, DAY, date(2026, 12, 31))
    assert [(one.subject, one.minor) for one in found.movements] == [("invoice", 5_950), ("payment", -5_950)]
    assert found.closing == 0


@pytest.mark.parametrize(
    ("late", "bucket"),
    [(0, "current"), (1, "to_30"), (30, "to_30"), (31, "to_60"), (60, "to_60"), (61, "older")],
)
def test_what_is_open_is_as_old_as_it_is_overdue(company: World, late: int, bucket: str) -> None:
    billed(company, 10_000, DAY)
    due = DAY + timedelta(days=14)
    found = ageing(due + timedelta(days=late))
    assert found == {(company.customer.pk, "EUR"): Ageing(**{bucket: 11_900})}


def test_on_every_day_the_statement_is_what_documents_come_to(company: World) -> None:
    """Opening balance, movements and ageing of each week of a random history of three months."""
    chance = Random(7)
    for _ in range(40):
        on = DAY + timedelta(days=chance.randrange(80))
        match chance.choice("iiippcra"):
            case "i":
                billed(company, chance.randint(1, 99_999), on)
            case "p":
                paid(company, chance.randint(1, 150_000), on)
            case "c":
                rows = InvoiceLine.objects.filter(credits=None).order_by("pk")
                if rows:
                    note(Credit(chance.choice(list(rows)).pk, 1))
            case "r":
                left = -sum(
                    Account.objects.filter(kind="store_credit").values_list("balance_minor", flat=True)
                )
                if left:
                    wish = PaymentWish(company.customer.pk, chance.randint(1, left), "EUR")
                    paying.refund(actor=HOUSE, wish=wish)
            case "a":
                with suppress(Refusal):
                    paying.apply_credit(actor=HOUSE, organization=company.customer.pk, currency="EUR")
    for days in range(0, 95, 7):
        first, last = DAY + timedelta(days=days), DAY + timedelta(days=days + 6)
        found = euros(company, first, last)
        assert (found.opening, found.closing) == (owed_when(first - timedelta(days=1)), owed_when(last))
        assert found.opening + sum(one.minor for one in found.movements) == found.closing


def owed_when(day: date) -> int:
    """What invoices, credit notes, payments and refunds come to until a day."""
    asked = sum(Invoice.objects.filter(issued_on__lte=day).values_list("total_minor", flat=True))
    back = sum(CreditNote.objects.filter(issued_on__lte=day).values_list("total_minor", flat=True))
    money = Payment.objects.filter(received_on__lte=day).values_list("kind", "amount_minor")
    return asked - back - sum(minor if kind == "payment" else -minor for kind, minor in money)


@pytest.mark.parametrize("past", [False, True])
def test_however_many_customers_there_are_it_takes_as_many_statements(company: World, past: bool) -> None:
    on = date(2026, 12, 30) if past else date(2026, 12, 31)
    counts = []
    for many in (1, 20):
        for n in range(many):
            someone = Organization.objects.create(name=f"Customer {many} {n}")
            billed(company, 1_000, DAY, someone)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert len(ageing(on)) == (1 if many == 1 else 21)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 5


@pytest.fixture
def browser(client: Client, company: World) -> Client:
    """Signed in."""
    client.force_login(company.user)
    return client


def test_the_page_of_a_statement_shows_the_period(company: World, browser: Client) -> None:
    made = billed(company, 10_000, DAY)
    paid(company, 5_000, date(2026, 11, 2))
    page = seen(browser, f"/statements/{company.customer.pk}/?since=2026-11-01&until=2026-11-30")
    for words in ("Balance brought forward", "119.00", "69.00", "PAY-1", "31–60 days"):
        assert words in page
    assert f"/documents/statements/{company.customer.pk}.pdf?since=2026-11-01" in page
    assert made.number
    wrong = seen(browser, f"/statements/{company.customer.pk}/?since=2026-12-01&until=2026-11-30")
    assert "The first day lies after the last." in wrong


def test_the_page_of_ageing_sorts_and_sums(company: World, browser: Client) -> None:
    other = Organization.objects.create(name="Zeta")
    billed(company, 10_000, DAY)
    billed(company, 50_000, date(2026, 12, 30), other)
    page = seen(browser, "/ageing/?sort=-balance")
    assert page.index("Zeta") < page.index("Acme") < page.index("All of them")
    assert "714.00" in page
    past = seen(browser, "/ageing/?on-to=2026-11-01")
    assert "Zeta" not in past


def test_the_api_tells_the_same(company: World, call: Any) -> None:
    made = billed(company, 10_000, DAY)
    status, found = call("get", f"/organizations/{company.customer.pk}/statement?since=2026-10-01")
    assert (status, found["until"]) == (200, "2026-12-31")
    (euros_,) = found["currencies"]
    assert (euros_["opening"], euros_["closing"]) == ("0.00", "119.00")
    assert euros_["ageing"]["days_61_and_more"] == "119.00"
    (row,) = euros_["movements"]
    assert (row["number"], row["amount"], row["due_on"]) == (made.number, "119.00", "2026-10-15")
    _, report = call("get", "/reports/ageing?on=2026-10-20")
    assert report["items"] == [
        {
            "organization": company.customer.pk,
            "name": "Acme",
            "currency": "EUR",
            "current": "0.00",
            "days_1_to_30": "119.00",
            "days_31_to_60": "0.00",
            "days_61_and_more": "0.00",
            "credit": "0.00",
            "balance": "119.00",
        }
    ]
    status, why = call("get", f"/organizations/{company.customer.pk}/statement?since=2027-01-02")
    assert (status, why["code"], why["field"]) == (422, "period_ends_first", "since")


def test_the_paper_of_a_statement_is_in_the_customers_language(company: World, call: Any) -> None:
    made = billed(company, 10_000, DAY)
    Organization.objects.filter(pk=company.customer.pk).update(language="de")
    printed = print_statement(
        actor=HOUSE,
        organization=company.customer.pk,
        currency="EUR",
        first=DAY,
        last=date(2026, 12, 31),
    )
    (text,) = pages(printed)
    for words in ("Kontoauszug", "Saldovortrag", f"Rechnung {made.number}", "15.10.2026", "119,00", "Saldo"):
        assert words in text, text
    refused(
        lambda: print_statement(
            actor=HOUSE, organization=company.customer.pk, currency="USD", first=DAY, last=DAY
        ),
        "no_such_document",
    )


def test_what_is_written_off_stands_on_the_statement(company: World) -> None:
    made = billed(company, 10_000, DAY)
    write_off(actor=HOUSE, invoice=made.pk, amount_minor=1_900, reason="Not worth a letter")
    found = euros(company, DAY, date(2026, 12, 31))
    assert [(one.words, one.number, one.minor) for one in found.movements][1:] == [
        ("Written off", made.number, -1_900)
    ]
    reverse(actor=HOUSE, entry=found.movements[-1].entry)
    assert euros(company, DAY, date(2026, 12, 31)).closing == 11_900


def test_a_customers_page_says_what_is_still_to_pay_and_what_we_owe_them(
    company: World, client: Client
) -> None:
    client.force_login(company.user)
    page = f"/organizations/{company.customer.pk}/"
    assert "Nothing is still to pay." in seen(client, page)
    billed(company, 10000, DAY)
    billed(company, 5000, date(2026, 12, 30))
    found = seen(client, page)
    assert "Still to pay" in found
    # 119.00 since the middle of October, 59.50 not due yet.
    assert "178.50" in found
    assert "119.00" in found
    assert "Owing" not in found
    paid(company, 20000, date(2026, 12, 31))
    found = seen(client, page)
    assert "21.50" in found
    assert "Owing" in found
    assert "Overdue" not in found
    assert "Still to pay" not in seen(client, f"/organizations/{company.vendor.pk}/")
    client.force_login(person("seller", "parties.read"))
    assert "Owing" not in seen(client, page)
