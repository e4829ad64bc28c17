"""A customer may be taxed by another code in place of a standard rate; who owes the tax is known by their VAT ID."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.fulfilment.trade import order
from tests.world import World, clean, entries, refused, seen
from wharfinger.base.access import HOUSE
from wharfinger.base.tax import treatment, vat_id
from wharfinger.billing.actions.invoices import draft_invoice, invoice, post_invoice
from wharfinger.billing.models import Invoice
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.catalog.actions import add_tax_code, change_tax_code
from wharfinger.catalog.models import TaxCode
from wharfinger.demand.actions import add_lines
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.sell import sell
from wharfinger.flows.rules.sell import Sale
from wharfinger.parties.actions.organizations import change_organization
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import Organization, Site
from wharfinger.parties.queries import proposed_tax_code
from wharfinger.site.taxes import tax_codes

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(company: World) -> World:
    """A company in Germany with the codes it begins with and a VAT ID."""
    for code in tax_codes("DE"):
        add_tax_code(actor=HOUSE, values={**code, "default": False})
    set_setting(actor=HOUSE, name="company", value={"name": "We", "tax_number": "DE 136 695 976"})
    return company


def at(company: World, country: str, number: str = "") -> None:
    """The customer's goods go there, and that is their tax number."""
    Site.objects.filter(pk=company.site.pk).update(country=country)
    Organization.objects.filter(pk=company.customer.pk).update(tax_number=number)


def taxed(company: World, code: str) -> None:
    """The customer is taxed by this code from now on."""
    values = {"tax_code": TaxCode.objects.get(code=code).pk}
    change_organization(actor=HOUSE, organization=company.customer.pk, values=values)


def invoiced(line: int) -> Invoice:
    """The invoice of one unit of a line."""
    made = invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 1),)))
    return Invoice.objects.get(pk=made.one("billing.Invoice"))


@pytest.mark.parametrize(
    ("country", "number", "code"),
    [
        ("AT", "ATU12345678", "K"),
        ("AT", "", None),
        ("AT", "21/815/08150", None),
        ("AT", "DE 136 695 976", None),
        ("GR", "EL123456789", "K"),
        ("CH", "", "G"),
        ("DE", "DE 136 695 976", None),
    ],
)
def test_what_is_proposed_follows_where_goods_go_and_whose_number_it_is(
    home: World, country: str, number: str, code: str | None
) -> None:
    at(home, country, number)
    proposed = proposed_tax_code(Organization.objects.get(pk=home.customer.pk))
    assert (proposed and proposed.code) == code


def test_a_number_is_a_vat_id_where_it_begins_with_a_country() -> None:
    assert vat_id("at u 123.456-78") == "ATU12345678"
    assert vat_id("21/815/08150") == ""
    assert treatment("CH", "DE", "DE136695976") == "G"


def test_to_austria_with_a_number_no_tax_is_asked(home: World) -> None:
    at(home, "AT", "ATU12345678")
    taxed(home, "K")
    _, (line,) = order(home, (home.product(price_micro=100_000_000), 1))
    made = invoiced(line)
    assert (made.net_minor, made.tax_minor) == (100_00, 0)
    assert made.lines.get().tax_code.code == "K"
    clean()


def test_to_austria_without_a_number_the_standard_rate_is_asked(home: World) -> None:
    at(home, "AT")
    _, (line,) = order(home, (home.product(price_micro=100_000_000), 1))
    assert invoiced(line).tax_minor == 19_00


def test_to_switzerland_it_is_exported(home: World) -> None:
    at(home, "CH")
    taxed(home, "G")
    _, (line,) = order(home, (home.product(price_micro=100_000_000), 1))
    made = invoiced(line)
    assert (made.tax_minor, made.lines.get().tax_code.category) == (0, "G")


def test_a_domestic_reverse_charge_is_chosen_by_hand(home: World) -> None:
    at(home, "DE", "DE 811 569 869")
    taxed(home, "AE")
    _, (line,) = order(home, (home.product(price_micro=100_000_000), 1))
    assert invoiced(line).tax_minor == 0


def test_only_a_standard_rate_is_replaced_and_what_is_said_stays(home: World) -> None:
    at(home, "AT", "ATU12345678")
    taxed(home, "K")
    exempt = TaxCode.objects.create(code="E", name="Exempt", rate_micro=0, category="E")
    usual, free = home.product(), home.product(tax_code=exempt)
    found, _ = order(home, (usual, 1), (free, 1))
    add_lines(actor=HOUSE, sheet=found, wishes=(LineWish(usual.pk, 1, tax_code=home.tax.pk),))
    codes = Line.objects.filter(sheet=found).order_by("position").values_list("tax_code__code", flat=True)
    assert list(codes) == ["K", "E", "S19"]
    taxed(home, "AE")
    assert list(codes.all()) == ["K", "E", "S19"]
    add_lines(actor=HOUSE, sheet=found, wishes=(LineWish(usual.pk, 1),))
    assert list(codes.all()) == ["K", "E", "S19", "AE"]


def test_a_price_with_tax_is_asked_without_it(home: World) -> None:
    set_setting(actor=HOUSE, name="prices_include_tax", value=True)
    at(home, "CH")
    taxed(home, "G")
    _, (line,) = order(home, (home.product(price_micro=119_000_000), 1))
    made = invoiced(line)
    assert (made.net_minor, made.tax_minor) == (100_00, 0)


def test_what_is_sold_at_once_is_taxed_so(home: World) -> None:
    at(home, "CH")
    taxed(home, "G")
    product = home.product(price_micro=100_000_000)
    home.stock(product, 1)
    sell(actor=HOUSE, sales=(Sale(home.customer.pk, (LineWish(product.pk, 1),)),))
    assert Invoice.objects.get().tax_minor == 0


@pytest.mark.parametrize("code", ["K", "AE"])
def test_without_both_vat_ids_nothing_is_posted_that_the_customer_is_to_tax(home: World, code: str) -> None:
    at(home, "AT", "21/815/08150")
    taxed(home, code)
    product = home.product(price_micro=100_000_000)
    home.stock(product, 1)
    _, (line,) = order(home, (product, 1))
    wish = InvoiceWish((Bill(line, 1),))
    refused(lambda: invoice(actor=HOUSE, wish=wish), "vat_number_wanted")
    sale = Sale(home.customer.pk, (LineWish(product.pk, 1),))
    refused(lambda: sell(actor=HOUSE, sales=(sale,)), "vat_number_wanted")
    draft = draft_invoice(actor=HOUSE, wish=wish).one("billing.Invoice")
    refused(lambda: post_invoice(actor=HOUSE, invoice=draft), "vat_number_wanted")
    at(home, "AT", "ATU12345678")
    set_setting(actor=HOUSE, name="company", value={"name": "We", "tax_number": "21/815/08150"})
    refused(lambda: post_invoice(actor=HOUSE, invoice=draft), "our_vat_number_wanted")
    set_setting(actor=HOUSE, name="company", value={"name": "We", "tax_number": "DE136695976"})
    post_invoice(actor=HOUSE, invoice=draft)
    assert Invoice.objects.get(pk=draft).posted_at is not None


def test_only_a_code_in_use_is_named(home: World) -> None:
    retired = TaxCode.objects.create(
        code="OLD", name="Old", rate_micro=0, category="K", retired_on="2020-01-01"
    )
    act: Any = lambda: change_organization(  # noqa: E731
        actor=HOUSE, organization=home.customer.pk, values={"tax_code": retired.pk}
    )
    refused(act, "no_such_tax_code", "tax_code")


def test_the_pages_propose_it_take_it_and_say_why(home: World, client: Client) -> None:
    at(home, "AT", "ATU12345678")
    page = f"/organizations/{home.customer.pk}/"
    code = TaxCode.objects.get(code="K")
    assert "Tax by K" in seen(client, page)
    before = entries()
    client.post(f"{page}treat/", {"tax_code": code.pk})
    assert entries() == before + 1
    assert "Tax by K" not in seen(client, page)
    found, (line,) = order(home, (home.product(), 1))
    why = "K: Tax-exempt intra-Community supply, as written down for Acme."
    assert why in seen(client, f"/orders/{found}/")
    assert why in seen(client, f"/lines/{line}/")
    assert "K · Intra-Community supply" in seen(client, f"{page}change/")


def test_a_draft_and_its_invoice_say_why_nothing_is_charged(home: World, client: Client) -> None:
    client.force_login(home.user)
    at(home, "AT", "ATU12345678")
    taxed(home, "K")
    _, (line,) = order(home, (home.product(price_micro=100_000_000), 1))
    done = draft_invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 1),)))
    draft = done.one("billing.Invoice")
    why = f"K: Tax-exempt intra-Community supply, as written down for {home.customer.name}."
    assert why in client.get(f"/invoices/{draft}/").content.decode()
    post_invoice(actor=HOUSE, invoice=draft)
    assert why in client.get(f"/invoices/{draft}/").content.decode()


def test_a_draft_says_until_when_its_rate_holds(home: World, client: Client) -> None:
    client.force_login(home.user)
    change_tax_code(actor=HOUSE, tax_code=home.tax.pk, values={"valid_until": "2199-12-31"})
    sheet, (line,) = order(home, (home.product(price_micro=100_000_000), 1))
    done = draft_invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 1),)))
    draft = done.one("billing.Invoice")
    words = "S19 holds until 31 Dec 2199"
    for path in (f"/orders/{sheet}/", f"/invoices/{draft}/"):
        assert words in client.get(path).content.decode(), path
    post_invoice(actor=HOUSE, invoice=draft)
    assert words not in client.get(f"/invoices/{draft}/").content.decode()
