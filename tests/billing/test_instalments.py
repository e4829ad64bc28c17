"""An invoice in instalments: each is due on its day, is overdue alone, and the last takes the rest to the cent."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tests.billing.test_invoice import bill
from tests.billing.test_terms import PLAIN, line_of, named
from tests.world import World, clean, refused
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.invoices import draft_invoice, post_invoice
from wharfinger.billing.actions.payments import pay
from wharfinger.billing.models import Invoice, InvoiceDue
from wharfinger.billing.queries import shown
from wharfinger.billing.queries.statements import ageing, statements
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.billing.rules.payments import PaymentWish
from wharfinger.billing.rules.terms import agreed, instalments, spread
from wharfinger.documents.queries.billing import invoice as paper
from wharfinger.documents.queries.terms import agreed_with
from wharfinger.parties.actions.terms import change_terms
from wharfinger.parties.models import Organization, Terms

pytestmark = pytest.mark.django_db
THIRDS = [{"share_micro": 333_333, "days": 10}, {"share_micro": 333_333, "days": 20}]
HALF = [{"share_micro": 500_000, "days": 10}]
DAY = date(2020, 1, 31)


def owing(company: World, parts: list[dict[str, int]], **values: Any) -> Invoice:
    """An invoice of 31 January 2020 over 119.00 that is due in parts, the last one after 30 days."""
    named(company, days=30, instalments=parts, **values)
    return bill(Bill(line_of(company), 1), issued_on=DAY)


def due(pk: int) -> list[tuple[str, int]]:
    rows = InvoiceDue.objects.filter(invoice=pk).order_by("n")
    return [(row.due_on.isoformat(), row.amount_minor) for row in rows]


def test_the_last_instalment_takes_the_rest_to_the_cent(company: World, call: Any) -> None:
    made = owing(company, THIRDS)
    assert due(made.pk) == [("2020-02-10", 3967), ("2020-02-20", 3967), ("2020-03-01", 3966)]
    found = call("get", f"/invoices/{made.pk}")[1]
    assert found["due_on"] == "2020-03-01"
    assert found["due"] == [
        {"on": "2020-02-10", "amount": "39.67", "open": "39.67"},
        {"on": "2020-02-20", "amount": "39.67", "open": "39.67"},
        {"on": "2020-03-01", "amount": "39.66", "open": "39.66"},
    ]
    clean()


@pytest.mark.parametrize("total", [1, 2, 99, 100, 101, 10**12 + 1])
@pytest.mark.parametrize("parts", [(1,), (999_999,), (500_000,), (333_333, 333_333), (1,) * 11])
def test_instalments_come_to_the_whole(total: int, parts: tuple[int, ...]) -> None:
    found = instalments(total, DAY, [(part, DAY) for part in parts])
    assert sum(minor for _, minor in found) == total
    for still in {0, 1, total // 2, total}:
        assert sum(one.open_minor for one in spread(found, still)) == still


def test_each_instalment_ends_with_its_own_month() -> None:
    terms = SimpleNamespace(
        **PLAIN | {"days": 60, "end_of_month": True, "instalments": [HALF[0], *THIRDS[1:]]}
    )
    assert [day for _, day in agreed(terms, 0, date(2027, 1, 31)).sooner] == [
        date(2027, 2, 28),
        date(2027, 2, 28),
    ]
    assert agreed(terms, 0, date(2027, 1, 31)).due_on == date(2027, 4, 30)


def test_an_invoice_without_instalments_is_due_as_a_whole(company: World, call: Any) -> None:
    made = bill(Bill(line_of(company), 1), issued_on=DAY)
    assert due(made.pk) == []
    assert call("get", f"/invoices/{made.pk}")[1]["due"] == [
        {"on": "2020-02-14", "amount": "119.00", "open": "119.00"}
    ]


def test_a_day_that_is_typed_makes_it_due_as_a_whole(company: World) -> None:
    named(company, days=30, instalments=HALF)
    made = bill(Bill(line_of(company), 1), issued_on=DAY, due_on=date(2020, 2, 29))
    assert (due(made.pk), made.due_on) == ([], date(2020, 2, 29))


def test_a_draft_has_its_instalments_from_the_day_it_is_posted(company: World) -> None:
    named(company, days=30, instalments=HALF)
    wish = InvoiceWish((Bill(line_of(company), 1),), issued_on=date(2020, 1, 1))
    pk = draft_invoice(actor=HOUSE, wish=wish).one("billing.Invoice")
    assert due(pk) == []
    post_invoice(actor=HOUSE, invoice=pk, issued_on=DAY)
    assert due(pk) == [("2020-02-10", 5950), ("2020-03-01", 5950)]


def test_an_instalment_is_overdue_until_it_is_paid(company: World, monkeypatch: Any) -> None:
    made = owing(company, HALF)

    def said(on: date) -> tuple[str, list[str]]:
        monkeypatch.setattr(shown, "today", lambda: on)
        row = shown.invoice(made.pk)
        both = ("open", "partly", "overdue", "paid")
        listed = [one for one in both if shown.with_status(shown.invoices(), [one]).exists()]
        return shown.word_of(row, on), listed

    def comes(minor: int) -> None:
        pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, minor, "EUR"))

    assert said(date(2020, 2, 10)) == ("open", ["open"])
    assert said(date(2020, 2, 11)) == ("overdue", ["overdue"])
    comes(5949)
    assert said(date(2020, 2, 11)) == ("overdue", ["overdue"])
    comes(1)
    assert said(date(2020, 2, 11)) == ("partly", ["partly"])
    assert said(date(2020, 3, 1)) == ("partly", ["partly"])
    assert said(date(2020, 3, 2)) == ("overdue", ["overdue"])
    comes(5950)
    assert said(date(2020, 3, 2)) == ("paid", ["paid"])
    clean()


def test_ageing_and_statement_tell_each_instalment(company: World) -> None:
    made = owing(company, HALF)
    customer = company.customer.pk
    one = ageing(date(2020, 2, 15), organization=customer)[customer, "EUR"]
    assert (one.current, one.to_30) == (5950, 5950)
    (told,) = statements(customer, date(2020, 1, 1), date(2020, 2, 15))
    assert [(row.words, row.due_on, row.minor, row.balance) for row in told.movements] == [
        ("Invoice, instalment 1 of 2", date(2020, 2, 10), 5950, 5950),
        ("Invoice, instalment 2 of 2", date(2020, 3, 1), 5950, 11900),
    ]
    assert {row.number for row in told.movements} == {made.number}


def test_money_settles_what_is_due_first(company: World) -> None:
    first = owing(company, HALF)
    Terms.objects.update(instalments=[])
    second = bill(Bill(line_of(company), 1), issued_on=DAY, due_on=date(2020, 2, 20))
    pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, 5950 + 11900 + 50, "EUR"))
    rows = {row.pk: row.open_minor for row in shown.invoices()}
    assert rows == {first.pk: 5900, second.pk: 0}
    clean()


def test_paper_and_codes_say_each_part_and_the_discount(company: World) -> None:
    made = owing(company, HALF, discount_micro=20_000, discount_days=5)
    told = paper(made.pk, "en")
    assert told.payment_terms == (
        "2% cash discount until 5 Feb 2020: €2.38 less. Else €59.50 by 10 Feb 2020, €59.50 by 1 Mar 2020"
    )
    assert [(one.amount.minor, one.until, one.quoting) for one in told.ways] == [
        (11662, "Until 5 Feb 2020, less the cash discount", ""),
        (5950, "Part 1 of 2, by 10 Feb 2020", "1/2"),
        (5950, "Part 2 of 2, by 1 Mar 2020", "2/2"),
    ]
    customer = Organization.objects.get(pk=company.customer.pk)
    assert agreed_with(customer, "en") == (
        "2% cash discount within 5 days. 50% within 10 days, the rest within 30 days"
    )
    assert agreed_with(customer, "de") == (
        "2\N{NO-BREAK SPACE}% Skonto binnen 5 Tagen. 50\N{NO-BREAK SPACE}% binnen 10 Tagen, der Rest binnen 30 Tagen"
    )


def test_instalments_are_due_in_turn_and_leave_a_rest(company: World, call: Any) -> None:
    def given(*parts: tuple[str, int], days: int = 30) -> tuple[int, Any]:
        listed = [{"percent": share, "days": day} for share, day in parts]
        return call("post", "/terms", {"name": "Ours", "days": days, "instalments": listed})

    for parts, field in [
        ((("50", 30),), "instalments.0.days"),
        ((("50", 20), ("20", 10)), "instalments.0.days"),
        ((("50", 10), ("50", 20)), "instalments"),
        ((("0", 10),), "instalments.0.percent"),
    ]:
        status, found = given(*parts)
        assert (status, found["field"]) == (422 if status == 422 else 400, field)
    assert not Terms.objects.exists()
    status, made = given(("33.3333", 0), ("20", 10))
    assert (status, made["instalments"]) == (
        201,
        [{"percent": "33.3333", "days": 0}, {"percent": "20", "days": 10}],
    )
    refused(
        lambda: change_terms(actor=HOUSE, terms=made["id"], values={"days": 10}),
        "not_in_turn",
        "instalments.1.days",
    )
    assert call("patch", f"/terms/{made['id']}", {"instalments": []})[1]["instalments"] == []


def test_pages_keep_instalments_and_show_them(company: World, client: Client) -> None:
    client.force_login(company.user)
    given = {"name": "In two", "days": "30", "instalments.0.percent": "50", "instalments.0.days": "10"}
    client.post("/settings/terms/new/", given)
    terms = Terms.objects.get()
    assert terms.instalments == HALF
    page = client.get(f"/settings/terms/{terms.pk}/").content.decode()
    assert 'name="instalments.0.percent" ' in page
    assert 'value="50"' in page
    answer = client.post(f"/settings/terms/{terms.pk}/", given | {"instalments.0.days": "30"})
    assert "due before the next" in answer.content.decode()
    terms.delete()
    made = owing(company, HALF)
    shown_page = client.get(f"/invoices/{made.pk}/").content.decode()
    assert "Instalments" in shown_page
    assert "59.50" in shown_page
