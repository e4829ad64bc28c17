"""Two taxes of one code (IF-09): every door asks for the same cents, and credits give them back to the cent."""

from __future__ import annotations

import pytest
from django.db.models import Sum
from django.test import Client

from tests.billing.books import owed, summed
from tests.billing.test_credit import note
from tests.billing.test_invoice import bill
from tests.documents.reading import pages
from tests.flows.test_sell import sold
from tests.fulfilment.test_pack import refused
from tests.fulfilment.trade import order
from tests.world import World, clean, entries, seen
from wharfinger.base.access import HOUSE
from wharfinger.billing.models import CreditLine, Invoice
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.invoices import Bill
from wharfinger.catalog.actions import add_tax_code, change_tax_code
from wharfinger.catalog.models import Product, TaxCode
from wharfinger.demand.queries.amounts import totals_of
from wharfinger.demand.rules import LineWish
from wharfinger.documents.actions.issuing import pdf
from wharfinger.ledger.models import Posting
from wharfinger.purchasing.actions.ordering import draft
from wharfinger.purchasing.queries.orders import totals as purchase_totals
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.sales.actions.quotes import create_quote
from wharfinger.sales.rules.quotes import QuoteWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def quebec(company: World) -> TaxCode:
    """5 %, and 9.5 % on top of it."""
    values = {"code": "QC", "name": "GST and QST", "rate": "5", "second_name": "QST", "second_rate": "9.5"}
    add_tax_code(actor=HOUSE, values=values | {"compound": True})
    return TaxCode.objects.get(code="QC")


@pytest.fixture
def columbia(company: World) -> TaxCode:
    """5 %, and 7 % beside it."""
    values = {"code": "BC", "name": "GST and PST", "rate": "5", "second_name": "PST", "second_rate": "7"}
    add_tax_code(actor=HOUSE, values=values)
    return TaxCode.objects.get(code="BC")


def taxes() -> dict[str, int]:
    """What went into the account of each tax less what went out."""
    found: dict[str, int] = {}
    for one in Posting.objects.select_related("source", "target"):
        for account, minor in ((one.source, -one.amount_minor), (one.target, one.amount_minor)):
            if account.kind == "tax":
                found[account.document] = found.get(account.document, 0) + minor
    return found


def test_quote_order_invoice_sale_and_purchase_come_to_the_same(company: World, quebec: TaxCode) -> None:
    """100.00 at 5 %, and 9.5 % of 105.00: 9.975, so 114.98 wherever it is asked."""
    product = company.product(price_micro=50_000_000, tax_code=quebec)
    offer = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, (LineWish(product.pk, 2),)))
    quote = offer.one("demand.Sheet")
    assert totals_of([quote], "sheet")[quote].total == 11_498
    sheet, (line,) = order(company, (product, 2))
    assert totals_of([sheet], "order")[sheet].total == 11_498
    made = bill(Bill(line, 2))
    assert (made.net_minor, made.tax_minor, made.total_minor) == (10_000, 1_498, 11_498)
    assert (owed(made.pk), summed("revenue"), summed("tax")) == (11_498, -10_000, -1_498)
    assert taxes() == {"tax:S:50000": -500, "tax:QST:95000": -998}
    company.stock(product, 2)
    sold(company, (product, 2))
    assert Invoice.objects.latest("pk").total_minor == 11_498
    wish = PurchaseLineWish(product.pk, 2, unit_cost_micro=50_000_000, tax_code=quebec.pk)
    bought = draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, (wish,))).one("purchasing.PurchaseOrder")
    assert purchase_totals([bought]) == {bought: 11_498}
    clean()


def test_a_tax_beside_the_first_is_asked_of_the_net_alone(company: World, columbia: TaxCode) -> None:
    product = company.product(price_micro=100_000_000, tax_code=columbia)
    _, (line,) = order(company, (product, 1))
    assert bill(Bill(line, 1)).total_minor == 11_200


def test_credits_in_parts_give_back_both_taxes_to_the_cent(company: World, quebec: TaxCode) -> None:
    product = company.product(price_micro=3_330_000, tax_code=quebec)
    _, (line,) = order(company, (product, 7))
    made = bill(Bill(line, 7))
    row = made.lines.get()
    for units in (1, 2, 3):
        note(Credit(row.pk, units))
    assert owed(made.pk) > 0
    note(Credit(row.pk, 1))
    done = CreditLine.objects.aggregate(
        net=Sum("net_minor"), tax=Sum("tax_minor"), second=Sum("second_minor")
    )
    assert (done["net"], done["tax"]) == (made.net_minor, made.tax_minor)
    assert 0 < done["second"] < done["tax"]
    assert (owed(made.pk), summed("tax")) == (0, 0)
    assert taxes() == {"tax:S:50000": 0, "tax:QST:95000": 0}
    clean()


def test_the_papers_name_both_taxes(company: World, quebec: TaxCode) -> None:
    product = company.product(price_micro=50_000_000, tax_code=quebec)
    _, (line,) = order(company, (product, 2))
    made = bill(Bill(line, 2))
    (text,) = pages(pdf(actor=HOUSE, kind="invoice", pk=made.pk))
    for words in ("VAT 5%", "QST 9.5%", "5% + 9.5%", "€9.98", "€114.98"):
        assert words in text, text
    (back,) = pages(pdf(actor=HOUSE, kind="credit-note", pk=note(Credit(made.lines.get().pk, 1)).pk))
    for words in ("VAT 5%", "QST 9.5%", "€4.99", "€57.49"):
        assert words in back, back


def test_rates_stay_once_anything_was_taxed_with_them(company: World, quebec: TaxCode) -> None:
    """Also where no product has the code any more."""
    change_tax_code(actor=HOUSE, tax_code=quebec.pk, values={"second_rate": "9.9"})
    product = company.product(tax_code=quebec)
    _, (line,) = order(company, (product, 1))
    bill(Bill(line, 1))
    Product.objects.filter(pk=product.pk).update(tax_code=company.tax)
    for values in ({"second_rate": "10"}, {"compound": False}, {"rate": "6"}):
        refused(
            "tax_code_used",
            lambda values=values: change_tax_code(actor=HOUSE, tax_code=quebec.pk, values=values),
        )  # type: ignore[misc]


def test_a_second_tax_has_a_name_and_what_is_on_top_a_rate(company: World) -> None:
    values = {"code": "X", "name": "X", "rate": "5"}
    nameless = values | {"second_rate": "7"}
    refused("missing", lambda: add_tax_code(actor=HOUSE, values=nameless))
    refused("no_second_tax", lambda: add_tax_code(actor=HOUSE, values=values | {"compound": True}))


def test_it_is_kept_on_its_page_and_over_http(company: World) -> None:
    browser = Client()
    browser.force_login(company.user)
    typed = {
        "code": "QC",
        "name": "Both",
        "rate": "5",
        "category": "S",
        "second_rate": "9.5",
        "compound": "yes",
    }
    before = entries()
    refusal = browser.post("/settings/tax-codes/new/", typed)
    assert ('id="f-second_name-e"' in refusal.content.decode(), entries()) == (True, before)
    browser.post("/settings/tax-codes/new/", typed | {"second_name": "QST"})
    assert "5 % + 9.5 % QST" in seen(browser, "/settings/tax-codes/")
    code = TaxCode.objects.get(code="QC")
    shown = browser.get(f"/api/v1/tax-codes/{code.pk}").json()
    assert (shown["second_name"], shown["second_rate"], shown["compound"]) == ("QST", "9.5", True)
    assert "checked" in seen(browser, f"/settings/tax-codes/{code.pk}/")


def test_freight_is_taxed_as_its_own_line_says(company: World, quebec: TaxCode) -> None:
    """IF-09: freight is a line; with the tax of the goods, with another, or with none."""
    free = TaxCode.objects.create(code="Z0", name="None", rate_micro=0, category="Z")
    less = TaxCode.objects.create(code="S7", name="7 %", rate_micro=70_000)
    goods = company.product(price_micro=50_000_000, tax_code=quebec)
    for tax, total in ((quebec, 12_647), (less, 12_568), (free, 12_498)):
        freight = company.product(kind="service", price_micro=10_000_000, tax_code=tax)
        sheet, (line, sent) = order(company, (goods, 2), (freight, 1))
        assert totals_of([sheet], "order")[sheet].total == total
        made = bill(Bill(line, 2), Bill(sent, 1))
        assert (made.net_minor, made.total_minor, owed(made.pk)) == (11_000, total, total)
    clean()
