"""What is taken off a line: a share, money off each unit, or what the customer is granted."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from tests.sales.test_api import send
from tests.sales.test_pages import do, see
from tests.sales.test_quote import quote_of
from tests.world import World, clean, entries, refused
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.models import Invoice, InvoiceLine
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.demand.actions import add_lines, change_line
from wharfinger.demand.discounts import as_typed, told, typed
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange
from wharfinger.demand.rules.discounts import Discount, share_of
from wharfinger.documents.queries.billing import invoice as invoice_paper
from wharfinger.documents.queries.selling import quote as paper
from wharfinger.documents.shapes import Amount, Each
from wharfinger.ledger.reverse import reverse
from wharfinger.sales.actions.winning import win

pytestmark = pytest.mark.django_db


def granted(company: World, percent: int) -> None:
    company.customer.discount_micro = percent * 10_000
    company.customer.save()


@pytest.mark.parametrize(
    ("text", "share", "each", "currency"),
    [
        ("10", 100_000, 0, ""),
        ("7.5 %", 75_000, 0, ""),
        ("5.00 EUR", 0, 5_000_000, "EUR"),
        ("5 €", 0, 5_000_000, "EUR"),
        ("5£ + 10 %", 100_000, 5_000_000, "GBP"),
        ("5.00/each", 0, 5_000_000, ""),
        ("0.005 usd / EACH", 0, 5_000, "USD"),
        ("5.00 EUR + 10", 100_000, 5_000_000, "EUR"),
        ("10 % + 5/each", 100_000, 5_000_000, ""),
    ],
)
def test_a_discount_is_typed_as_percent_or_as_money(text: str, share: int, each: int, currency: str) -> None:
    assert typed(text, "discount") == Discount(share, each, currency)


def test_a_discount_is_typed_as_the_readers_language_writes_it() -> None:
    with translation.override("de"):
        assert typed("5,00/Stück", "discount") == Discount(0, 5_000_000)
        assert typed("5,00/each", "discount") == Discount(0, 5_000_000)


@pytest.mark.parametrize(
    "text",
    ["cheap", "10 %%", "5/box", "101", "-1", "5 EURO", "5 $", "€", "/each", "%", "5 EUR %", "5 + 10", "+"],
)
def test_what_is_no_discount_is_refused_beside_its_field(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        typed(text, "discount-3")
    assert caught.value.field == "discount-3"


def test_nothing_typed_is_no_discount_said() -> None:
    assert typed("  ", "discount") is None


def test_money_off_each_unit_is_charged_on_quote_order_and_invoice(company: World) -> None:
    product = company.product(price_micro=99_990_000)
    quote, _ = quote_of(company, LineWish(product.pk, 7, discount=Discount(each_micro=1_115_000)))
    offer = paper(quote, "en").lines[0]
    assert (offer.price and offer.price.micro, offer.less_each) == (99_990_000, Each(1_115_000, "EUR"))
    assert offer.amount == Amount(69_213, "EUR")
    order = win(actor=HOUSE, quote=quote).one("demand.Sheet")
    sold = Line.objects.get(sheet=order)
    assert (sold.unit_price_micro, sold.discount_each_micro, sold.price_typed) == (
        98_875_000,
        1_115_000,
        False,
    )
    made = invoice(actor=HOUSE, wish=InvoiceWish((Bill(sold.pk, 7),))).one("billing.Invoice")
    assert Invoice.objects.get(pk=made).net_minor == 69_213
    row = invoice_paper(made, "en").lines[0]
    assert (row.price, row.less_each, row.amount) == (offer.price, offer.less_each, offer.amount)
    assert InvoiceLine.objects.get(invoice=made).unit_price_micro == 98_875_000
    clean()


def test_more_than_the_price_is_not_taken_off(company: World) -> None:
    product = company.product(price_micro=4_000_000)
    wish = LineWish(product.pk, 1, discount=Discount(each_micro=4_000_001))
    refused(lambda: quote_of(company, wish), "discount_above_price", "lines.0.discount")
    _, (line,) = quote_of(company, LineWish(product.pk, 1))
    change = LineChange(discount=Discount(each_micro=5_000_000))
    refused(lambda: change_line(actor=HOUSE, line=line, change=change), "discount_above_price", "discount")
    change = LineChange(discount=Discount(each_micro=1_000_000))
    change_line(actor=HOUSE, line=line, change=change)
    change = LineChange(unit_price_micro=500_000)
    refused(lambda: change_line(actor=HOUSE, line=line, change=change), "discount_above_price", "discount")


def test_money_of_another_currency_is_not_taken_off(company: World) -> None:
    wish = LineWish(company.product().pk, 1, discount=Discount(0, 1_000_000, "USD"))
    refused(lambda: quote_of(company, wish), "discount_in_other_currency", "lines.0.discount")


def test_a_discount_stays_when_the_price_is_offered_anew_and_is_taken_back_by_undo(company: World) -> None:
    product = company.product(price_micro=10_000_000)
    _, (line,) = quote_of(company, LineWish(product.pk, 1, discount=Discount(each_micro=2_000_000)))
    product.price_micro = 20_000_000
    product.save()
    done = change_line(actor=HOUSE, line=line, change=LineChange(quantity=2))
    row = Line.objects.get(pk=line)
    assert (row.unit_price_micro, row.discount_each_micro) == (18_000_000, 2_000_000)
    change_line(actor=HOUSE, line=line, change=LineChange(discount=Discount(100_000)))
    row = Line.objects.get(pk=line)
    assert (row.unit_price_micro, row.discount_each_micro, row.discount_micro) == (20_000_000, 0, 100_000)
    last = change_line(actor=HOUSE, line=line, change=LineChange(unit_price_micro=30_000_000))
    for entry in (last.id, last.id - 1, done.id):
        reverse(actor=HOUSE, entry=entry)
    row = Line.objects.get(pk=line)
    assert (row.unit_price_micro, row.discount_each_micro, row.discount_micro) == (8_000_000, 2_000_000, 0)
    clean()


def test_what_a_customer_is_granted_holds_where_nothing_else_is_said(client: Client, company: World) -> None:
    granted(company, 5)
    product = company.product()
    lines: list[dict[str, Any]] = [
        {"product": product.pk, "quantity": "1"},
        {"product": product.pk, "quantity": "1", "discount_percent": "0"},
        {"product": product.pk, "quantity": "1", "discount_each": "0.5"},
    ]
    made = send(client, "POST", "/quotes", {"organization": company.customer.pk, "lines": lines}, 201)
    assert [(line["discount_percent"], line["discount_each"]) for line in made["lines"]] == [
        ("5", "0"),
        ("0", "0"),
        ("0", "0.5"),
    ]
    more = send(client, "POST", f"/quotes/{made['id']}/lines", {"lines": lines[:1]})
    assert more["lines"][3]["discount_percent"] == "5"
    order = send(client, "POST", "/orders", {"organization": company.customer.pk, "lines": lines[:1]}, 201)
    assert order["lines"][0]["discount_percent"] == "5"
    both = {"lines": [{**lines[2], "discount_percent": "10"}]}
    more = send(client, "POST", f"/quotes/{made['id']}/lines", both)
    assert more["lines"][4]["amounts"]["net"] == "8.55"


def test_by_api_a_line_reads_its_price_before_the_discount(client: Client, company: World) -> None:
    _, (line,) = quote_of(company, LineWish(company.product(price_micro=10_000_000).pk, 3))
    done = send(client, "PATCH", f"/lines/{line}", {"discount_each": "2.5"})
    assert (done["unit_price"], done["discount_each"], done["amounts"]["net"]) == ("10", "2.5", "22.50")
    done = send(client, "PATCH", f"/lines/{line}", {"unit_price": "20"})
    assert (done["unit_price"], done["discount_each"], done["amounts"]["net"]) == ("20", "2.5", "52.50")
    done = send(client, "PATCH", f"/lines/{line}", {"discount_percent": "10"})
    assert (done["unit_price"], done["discount_each"], done["amounts"]["net"]) == ("20", "2.5", "47.25")


def test_on_pages_a_discount_is_typed_filled_in_and_shown(client: Client, company: World) -> None:
    granted(company, 5)
    one, two = company.product(), company.product()
    given = {
        "organization": company.customer.pk,
        "sku-0": one.sku,
        "quantity-0": "2",
        "discount-0": "1.25/each",
        "sku-1": two.sku,
        "quantity-1": "1",
        "discount-1": "",
    }
    about = see(client, f"/lines/about/?organization={company.customer.pk}&sku-0={two.sku}&discount-0=")
    assert 'name="discount-0"' in about
    assert 'value="5"' in about
    do(client, "/quotes/new/", given)
    lines = list(Line.objects.order_by("pk"))
    assert [(line.discount_each_micro, line.discount_micro) for line in lines] == [
        (1_250_000, 0),
        (0, 50_000),
    ]
    body = see(client, f"/quotes/{lines[0].sheet_id}/")
    assert "−1.25 EUR each" in body
    assert "−5\u00a0%" in body
    body = see(client, f"/lines/{lines[0].pk}/")
    assert 'value="1.25/each"' in body
    body = see(client, f"/organizations/{company.customer.pk}/")
    assert "5 %" in body


def test_whatever_is_shown_in_a_field_may_be_typed_again(company: World) -> None:
    product = company.product(price_micro=100_000_000)
    for less in (Discount(100_000, 5_000_000), Discount(), Discount(123_400), Discount(each_micro=1_234_567)):
        _, (line,) = quote_of(company, LineWish(product.pk, 1, discount=less))
        row = Line.objects.get(pk=line)
        for language in ("en", "de"):
            with translation.override(language):
                assert (typed(as_typed(row), "discount") or Discount()) == less
                assert bool(told(row)) == (less != Discount())


def test_limits_see_money_as_a_share(company: World) -> None:
    product = company.product(price_micro=10_000_000)
    _, (line,) = quote_of(company, LineWish(product.pk, 1, discount=Discount(each_micro=2_500_000)))
    assert share_of(Line.objects.get(pk=line)) == 250_000


def test_asking_what_a_customer_is_granted_costs_one_statement_at_most(company: World) -> None:
    product = company.product()
    quote, _ = quote_of(company, LineWish(product.pk, 1))
    counts = []
    for many in (1, 10, 100):
        with CaptureQueriesContext(connection) as taken:
            add_lines(actor=HOUSE, sheet=quote, wishes=[LineWish(product.pk, 1, discount=None)] * many)
        counts.append(len(taken))
    assert len(set(counts)) == 1
    assert counts[0] <= 34


def test_a_lines_subtotal_is_told_before_tax_and_cannot_be_sent(client: Client, company: World) -> None:
    """IF-08: the subtotal follows from quantity, price and discount; freight is a line of its own."""
    freight = company.product(kind="service", price_micro=7_000_000)
    asked: dict[str, Any] = {"product": company.product(price_micro=10_000_000).pk, "quantity": "3"}
    asked |= {"discount_each": "2.5"}
    body = {"organization": company.customer.pk, "lines": [asked, {"product": freight.pk, "quantity": "1"}]}
    made = send(client, "POST", "/quotes", body, 201)
    assert [line["amounts"]["net"] for line in made["lines"]] == ["22.50", "7.00"]
    assert (made["net"], made["tax"], made["total"]) == ("29.50", "5.61", "35.11")
    before = entries()
    for name in ("net", "amounts", "subtotal"):
        refused = send(client, "POST", "/quotes", body | {"lines": [asked | {name: "1"}]}, 422)
        assert refused["field"] == f"lines.0.{name}"
        refused = send(client, "PATCH", f"/lines/{made['lines'][0]['id']}", {name: "1"}, 422)
        assert refused["field"] == name
    assert entries() == before
