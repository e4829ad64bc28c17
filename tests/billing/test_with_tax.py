"""Prices with tax included (IF-09): what is said is what is asked, and what comes back, to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.billing.books import owed, summed
from tests.billing.test_credit import note
from tests.billing.test_invoice import bill
from tests.documents.reading import pages
from tests.fulfilment.test_pack import refused
from tests.world import World, clean
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.invoices import draft_invoice, invoice, post_invoice
from wharfinger.billing.models import CreditLine, Invoice
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.catalog.actions import add_tax_code
from wharfinger.catalog.models import Product, TaxCode
from wharfinger.demand.actions import add_lines, change_line
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.queries.amounts import totals_of
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange
from wharfinger.demand.rules.discounts import Discount
from wharfinger.documents.actions.issuing import pdf
from wharfinger.flows.actions.sell import Sale, sell
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules.picking import Pick
from wharfinger.parties.actions.settings import set_setting
from wharfinger.pricing.actions import add_price_list, change_price_list
from wharfinger.returns.actions import requesting
from wharfinger.returns.models import RmaLine
from wharfinger.sales.actions.orders import create_order, reserve
from wharfinger.sales.actions.quotes import copy_quote, create_quote
from wharfinger.sales.actions.winning import win
from wharfinger.sales.queries.deals import worth_of
from wharfinger.sales.rules.orders import Hold, OrderWish
from wharfinger.sales.rules.quotes import QuoteWish
from wharfinger.sales.rules.win import Into
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db


def order(company: World, *wanted: tuple[Product, int, int], **terms: Any) -> tuple[int, list[int]]:
    """A confirmed order of which the prices, in cents, include tax."""
    lines = tuple(LineWish(p.pk, units, unit_price_micro=cents * 10_000) for p, units, cents in wanted)
    wish = OrderWish(company.customer.pk, lines, tax_included=True, confirm=True, **terms)
    sheet = create_order(actor=HOUSE, wish=wish).one("demand.Sheet")
    return sheet, list(Line.objects.filter(sheet=sheet).order_by("position").values_list("pk", flat=True))


def total(sheet: int) -> tuple[int, int, int]:
    """Net, tax and total of a document."""
    found = totals_of([sheet], "sheet")[sheet]
    return found.net, found.tax, found.total


def test_quote_order_invoice_and_credit_say_119(company: World) -> None:
    """119.00 with 19 % are 100.00 and 19.00, on each document and in the books."""
    product = company.product()
    wish = LineWish(product.pk, 1, unit_price_micro=119_000_000)
    offer = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, (wish,), tax_included=True))
    quote = offer.one("demand.Sheet")
    assert total(quote) == (10_000, 1_900, 11_900)
    deal = Sheet.objects.get(pk=quote).quote.opportunity_id
    assert worth_of([deal])[deal].net == 10_000
    copied = copy_quote(actor=HOUSE, quote=quote).one("demand.Sheet")
    assert total(copied) == (10_000, 1_900, 11_900)
    won = win(actor=HOUSE, quote=quote)
    sheet = won.one("demand.Sheet")
    assert Sheet.objects.get(pk=sheet).tax_included
    assert total(sheet) == (10_000, 1_900, 11_900)
    made = bill(Bill(Line.objects.get(sheet=sheet).pk, 1))
    assert (made.net_minor, made.tax_minor, made.total_minor) == (10_000, 1_900, 11_900)
    assert (owed(made.pk), summed("revenue"), summed("tax")) == (11_900, -10_000, -1_900)
    note(Credit(made.lines.get().pk, 1))
    assert (owed(made.pk), summed("revenue"), summed("tax")) == (0, 0, 0)
    clean()


@pytest.mark.parametrize("cents", [1, 9, 99, 1999, 3333])
def test_lines_that_do_not_divide_are_asked_and_credited_to_the_cent(company: World, cents: int) -> None:
    """Three lines, in two taxes; credited unit by unit the other way round, nothing is left of it."""
    add_tax_code(actor=HOUSE, values={"code": "R", "name": "Reduced", "rate": "7"})
    reduced = company.product(tax_code=TaxCode.objects.get(code="R"))
    product = company.product()
    sheet, lines = order(company, (product, 3, cents), (reduced, 7, cents + 1), (product, 2, cents + 5))
    said = 3 * cents + 7 * (cents + 1) + 2 * (cents + 5)
    assert total(sheet)[2] == said
    made = bill(*(Bill(line, Line.objects.get(pk=line).quantity) for line in lines))
    assert (made.total_minor, made.net_minor + made.tax_minor) == (said, said)
    rows = list(made.lines.order_by("-position"))
    assert sum(row.net_minor for row in rows) == made.net_minor
    assert sum(row.gross_minor or 0 for row in rows) == said
    for row in rows:
        for _ in range(row.quantity - 1):
            note(Credit(row.pk, 1))
    note(*(Credit(row.pk, 1) for row in rows))
    done = CreditLine.objects.aggregate(net=Sum("net_minor"), tax=Sum("tax_minor"))
    assert (done["net"], done["tax"]) == (made.net_minor, made.tax_minor)
    assert (owed(made.pk), summed("revenue"), summed("tax")) == (0, 0, 0)
    clean()


def test_two_taxes_are_in_the_price_and_come_back(company: World) -> None:
    """Of 344.94 with 5 % and 9.5 % on top 300.01 are net, and 29.93 of the 44.93 the second tax."""
    values = {"code": "QC", "name": "GST and QST", "rate": "5", "second_name": "QST", "second_rate": "9.5"}
    add_tax_code(actor=HOUSE, values=values | {"compound": True})
    product = company.product(tax_code=TaxCode.objects.get(code="QC"))
    sheet, (line,) = order(company, (product, 3, 11_498))
    assert total(sheet)[2] == 34_494
    made = bill(Bill(line, 3))
    assert (made.net_minor, made.tax_minor) == (30_001, 4_493)
    for _ in range(3):
        note(Credit(made.lines.get().pk, 1))
    done = CreditLine.objects.aggregate(tax=Sum("tax_minor"), second=Sum("second_minor"))
    assert (done["tax"], owed(made.pk), summed("tax")) == (4_493, 0, 0)
    assert done["second"] == 2_993
    clean()


def test_discounts_are_taken_off_the_price_with_tax(company: World) -> None:
    product = company.product()
    sheet, (line,) = order(company, (product, 2, 11_900))
    change_line(actor=HOUSE, line=line, change=LineChange(discount=Discount(100_000)))
    assert total(sheet) == (18_000, 3_420, 21_420)
    change_line(actor=HOUSE, line=line, change=LineChange(discount=Discount(each_micro=19_000_000)))
    assert total(sheet)[2] == 20_000


def test_a_list_with_tax_decides_how_its_customers_are_asked(company: World) -> None:
    """Theirs goes before everybody's; who has none is asked as the company says."""
    product = company.product(price_micro=50_000_000)
    bare = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, (LineWish(product.pk, 1),)))
    assert total(bare.one("demand.Sheet")) == (5_000, 950, 5_950)
    items = [{"product": product.pk, "price": "119.00"}]
    values = {"name": "Shop", "currency": "EUR", "tax_included": True}
    made = add_price_list(actor=HOUSE, values=values, items=items)
    other = company.product(price_micro=100_000_000)
    lines = (LineWish(product.pk, 1), LineWish(other.pk, 1))
    sheet = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, lines)).one("demand.Sheet")
    assert Sheet.objects.get(pk=sheet).tax_included
    assert [line.unit_price_micro for line in Line.objects.filter(sheet=sheet).order_by("pk")] == [
        119_000_000,
        119_000_000,
    ]
    assert total(sheet) == (20_000, 3_800, 23_800)
    wish = OrderWish(company.customer.pk, lines, tax_included=False)
    before = create_order(actor=HOUSE, wish=wish).one("demand.Sheet")
    assert [line.unit_price_micro for line in Line.objects.filter(sheet=before).order_by("pk")] == [
        100_000_000,
        100_000_000,
    ]
    assert total(before) == (20_000, 3_800, 23_800)
    refused(
        "list_has_prices",
        lambda: change_price_list(
            actor=HOUSE, price_list=made.one("pricing.PriceList"), values={"tax_included": False}
        ),
    )


def test_the_company_says_whether_prices_of_products_include_tax(company: World) -> None:
    product = company.product(price_micro=119_000_000)
    set_setting(actor=HOUSE, name="prices_include_tax", value=True)
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, 1),))
    sheet = create_order(actor=HOUSE, wish=wish).one("demand.Sheet")
    assert total(sheet) == (10_000, 1_900, 11_900)
    before = create_order(actor=HOUSE, wish=replace(wish, tax_included=False)).one("demand.Sheet")
    assert total(before) == (10_000, 1_900, 11_900)
    assert Line.objects.get(sheet=before).unit_price_micro == 100_000_000
    add_lines(actor=HOUSE, sheet=sheet, wishes=[LineWish(product.pk, 1)])
    assert total(sheet)[2] == 23_800


def test_a_sale_at_the_counter_asks_what_the_list_says(company: World) -> None:
    product = company.product(price_micro=5_000_000)
    add_price_list(
        actor=HOUSE,
        values={"name": "Shop", "currency": "EUR", "tax_included": True},
        items=[{"product": product.pk, "price": "9.99"}],
    )
    company.stock(product, 3)
    sell(
        actor=HOUSE,
        sales=[Sale(company.customer.pk, (LineWish(product.pk, 3),), site=company.site.pk, paid_by="cash")],
    )
    made = Invoice.objects.get()
    assert (made.total_minor, made.net_minor, owed(made.pk)) == (2_997, 2_518, 0)
    assert made.lines.get().gross_minor == 2_997
    clean()


def test_what_is_won_onto_other_work_keeps_its_way_and_is_invoiced_apart(company: World) -> None:
    product = company.product(kind="service", procured=False)
    work = create_work_order(
        actor=HOUSE,
        wish=WorkWish(
            "ticket", company.customer.pk, (LineWish(product.pk, 1, unit_price_micro=100_000_000),)
        ),
    ).one("demand.Sheet")
    wish = LineWish(product.pk, 1, unit_price_micro=9_990_000)
    offer = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, (wish,), tax_included=True))
    win(actor=HOUSE, quote=offer.one("demand.Sheet"), into=Into("ticket", work))
    assert total(work) == (10_839, 2_060, 12_899)
    bills = tuple(Bill(pk, 1) for pk in Line.objects.filter(sheet=work).values_list("pk", flat=True))
    invoice(actor=HOUSE, wish=InvoiceWish(bills))
    assert sorted(Invoice.objects.values_list("total_minor", flat=True)) == [999, 11_900]
    clean()


def test_a_draft_posts_what_it_said(company: World) -> None:
    product = company.product()
    _, (line,) = order(company, (product, 7, 333))
    made = draft_invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 7),))).one("billing.Invoice")
    post_invoice(actor=HOUSE, invoice=made)
    assert (Invoice.objects.get(pk=made).total_minor, owed(made)) == (2_331, 2_331)
    note(Credit(Invoice.objects.get(pk=made).lines.get().pk, 7))
    assert summed("revenue") == 0
    clean()


def test_a_return_is_worth_its_net_before_it_is_invoiced(company: World) -> None:
    product = company.product()
    company.stock(product, 2)
    _, (line,) = order(company, (product, 2, 11_900))
    reserve(actor=HOUSE, holds=[Hold(line, 2)])
    ship(actor=HOUSE, picks=[Pick(line, 2)])
    asked = requesting.request(
        actor=HOUSE, organization=company.customer.pk, items=[requesting.Asked(1, line=line)]
    )
    assert RmaLine.objects.get(pk=asked.one("returns.RmaLine")).credit_minor == 10_000


def test_the_papers_say_that_prices_include_tax(company: World) -> None:
    product = company.product()
    sheet, (line,) = order(company, (product, 2, 11_900))
    made = bill(Bill(line, 2))
    for kind, pk in (("order-confirmation", sheet), ("invoice", made.pk)):
        text = " ".join(pages(pdf(actor=HOUSE, kind=kind, pk=pk)))
        for words in ("€238.00", "€200.00", "€38.00", "Included VAT 19%", "Of which net", "119.00"):
            assert words in text, (kind, words, text)
    back = note(Credit(made.lines.get().pk, 1))
    text = " ".join(pages(pdf(actor=HOUSE, kind="credit-note", pk=back.pk)))
    for words in ("€119.00", "€100.00", "€19.00", "Included VAT 19%"):
        assert words in text, text


def test_pages_and_answers_say_so(company: World) -> None:
    product = company.product()
    sheet, (line,) = order(company, (product, 2, 11_900))
    browser = Client()
    browser.force_login(company.user)
    for at in (f"/orders/{sheet}/", f"/lines/{line}/"):
        text = browser.get(at).content.decode()
        assert "with tax" in text.casefold(), at
        assert "238.00" in text
    made = bill(Bill(line, 2))
    text = browser.get(f"/invoices/{made.pk}/").content.decode()
    assert "With tax" in text
    assert "Tax, in the prices" in text


@pytest.mark.parametrize("lines", [1, 10, 100])
def test_an_order_with_tax_asks_the_same_of_the_database_whatever_its_lines(
    company: World, lines: int
) -> None:
    assert statements(company, lines) == statements(company, 1)


def statements(company: World, lines: int) -> int:
    """How many statements an order takes whose prices are reckoned from prices before tax."""
    products: Sequence[Product] = [company.product(price_micro=10_000_000) for _ in range(lines)]
    wish = OrderWish(
        company.customer.pk, tuple(LineWish(one.pk, 1) for one in products), tax_included=True, confirm=True
    )
    with CaptureQueriesContext(connection) as found:
        create_order(actor=HOUSE, wish=wish)
    return len(found)
