"""Lines are offered their price, and are sold in other units than stock is counted in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.world import World, clean, entries, held, seen, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.models import InvoiceLine
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.models import Product
from wharfinger.demand.actions import add_lines, change_line
from wharfinger.demand.models import Line
from wharfinger.demand.queries.amounts import net_of
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange
from wharfinger.documents.queries.lines import sold_row
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.actions.groups import add_customer_group
from wharfinger.parties.actions.organizations import change_organization
from wharfinger.pricing.actions import add_price_list
from wharfinger.sales.actions.orders import create_order, reserve
from wharfinger.sales.actions.quotes import copy_quote, create_quote
from wharfinger.sales.actions.winning import win
from wharfinger.sales.rules.orders import Hold, OrderWish
from wharfinger.sales.rules.quotes import QuoteWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def in_cases(company: World, **values: Any) -> Product:
    product = company.product(**values)
    change_product(
        actor=HOUSE,
        product=product.pk,
        values={},
        units=[{"name": "case", "factor": "24", "for_selling": True}],
    )
    return product


def a_list(company: World, *items: dict[str, Any], **values: Any) -> int:
    """A price list of the customer's own group."""
    group = add_customer_group(actor=HOUSE, values={"name": "Resellers"}).one("parties.CustomerGroup")
    change_organization(actor=HOUSE, organization=company.customer.pk, values={"customer_group": group})
    given = {"name": "Resellers", "currency": "EUR", "customer_group": group, **values}
    return add_price_list(actor=HOUSE, values=given, items=items).one("pricing.PriceList")


def order(company: World, *wishes: LineWish) -> list[int]:
    return create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, wishes, confirm=True)).made[
        "ledger.Claim"
    ]


def priced(line: int) -> tuple[int, bool, int | None]:
    row = Line.objects.get(pk=line)
    return row.unit_price_micro, row.price_typed, row.price_list_id


def test_a_line_is_offered_what_the_customers_list_asks(company: World) -> None:
    product, other = company.product(), company.product()
    pk = a_list(
        company,
        {"product": product.pk, "price": "9"},
        {"product": product.pk, "from_quantity": "10", "price": "8"},
    )
    one, ten, typed, unlisted = order(
        company,
        LineWish(product.pk, 9),
        LineWish(product.pk, 10),
        LineWish(product.pk, 10, unit_price_micro=7_000_000),
        LineWish(other.pk, 1),
    )
    assert priced(one) == (9_000_000, False, pk)
    assert priced(ten) == (8_000_000, False, pk)
    assert priced(typed) == (7_000_000, True, None)
    assert priced(unlisted) == (10_000_000, False, None)
    clean()


def test_another_quantity_offers_the_price_anew_unless_one_was_typed(company: World) -> None:
    product = company.product()
    pk = a_list(
        company,
        {"product": product.pk, "price": "9"},
        {"product": product.pk, "from_quantity": "10", "price": "8"},
    )
    offered, typed = order(
        company, LineWish(product.pk, 9), LineWish(product.pk, 9, unit_price_micro=8_500_000)
    )
    raised = change_line(actor=HOUSE, line=offered, change=LineChange(quantity=12))
    assert priced(offered) == (8_000_000, False, pk)
    reverse(actor=HOUSE, entry=raised.id)
    assert priced(offered) == (9_000_000, False, pk)
    change_line(actor=HOUSE, line=typed, change=LineChange(quantity=12))
    assert priced(typed) == (8_500_000, True, None)
    change_line(actor=HOUSE, line=offered, change=LineChange(unit_price_micro=7_000_000))
    change_line(actor=HOUSE, line=offered, change=LineChange(quantity=20))
    assert priced(offered) == (7_000_000, True, None)
    clean()


def test_a_list_of_another_currency_or_time_or_group_asks_nothing(company: World) -> None:
    product = company.product()
    a_list(company, {"product": product.pk, "price": "1"}, valid_until="2020-01-01")
    other = add_customer_group(actor=HOUSE, values={"name": "Schools"}).one("parties.CustomerGroup")
    for values in (
        {"name": "USD", "currency": "USD"},
        {"name": "Schools", "currency": "EUR", "customer_group": other},
        {"name": "Later", "currency": "EUR", "valid_from": "2999-01-01"},
    ):
        add_price_list(actor=HOUSE, values=values, items=[{"product": product.pk, "price": "2"}])
    (line,) = order(company, LineWish(product.pk, 1))
    assert priced(line) == (10_000_000, False, None)


def test_cases_come_to_their_price_exactly_and_leave_as_pieces(company: World) -> None:
    """3 cases of 24 at 100.00 are 300.00, though one piece would be 4.166667."""
    product = in_cases(company)
    company.stock(product, 100)
    (line,) = order(company, LineWish(product.pk, 72, unit="case", per=24, unit_price_micro=100_000_000))
    row = Line.objects.select_related("product", "tax_code").get(pk=line)
    assert net_of(row) == 300_00
    printed = sold_row(row, 72, 1)
    assert (printed.quantity.units, printed.quantity.unit) == (3, "case")
    part = sold_row(row, 50, 1)
    assert (part.quantity.units, part.quantity.unit, part.price.micro) == (50, "pc", 4_166_667)
    reserve(actor=HOUSE, holds=[Hold(line, 72)])
    pick(actor=HOUSE, picks=[Pick(line, 50)])
    ship(actor=HOUSE, picks=[Pick(line, 50)])
    assert held(line)["customer"] == 50
    first = invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 50),)))
    rest = invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 22),)))
    nets = [InvoiceLine.objects.get(pk=done.one("billing.InvoiceLine")) for done in (first, rest)]
    assert [one.net_minor for one in nets] == [208_33, 91_67]
    assert {(one.unit, one.per) for one in nets} == {("case", 24)}
    clean()


def test_another_unit_rescales_what_was_typed_and_offers_anew_what_was_offered(company: World) -> None:
    product = in_cases(company)
    pk = a_list(company, {"product": product.pk, "unit": "case", "price": "200"})
    typed, offered = order(
        company, LineWish(product.pk, 48, unit_price_micro=4_500_000), LineWish(product.pk, 48)
    )
    to_cases = LineChange(quantity=48, unit="case", per=24)
    change_line(actor=HOUSE, line=typed, change=to_cases)
    assert priced(typed) == (108_000_000, True, None)
    change_line(actor=HOUSE, line=offered, change=to_cases)
    assert priced(offered) == (200_000_000, False, pk)
    change_line(actor=HOUSE, line=typed, change=LineChange(unit="", per=None))
    assert priced(typed) == (4_500_000, True, None)
    clean()


def test_serials_are_sold_by_the_case(company: World) -> None:
    product = in_cases(company, traced="serial")
    serials = tuple(f"S-{n}" for n in range(24))
    company.stock(product, 24, serials=serials)
    (line,) = order(company, LineWish(product.pk, 24, unit="case", per=24))
    assert priced(line)[0] == 240_000_000
    reserve(actor=HOUSE, holds=[Hold(line, 24)])
    ship(actor=HOUSE, picks=[Pick(line, 24)])
    assert held(line)["customer"] == 24
    clean()


def test_what_is_invoiced_keeps_its_unit(company: World) -> None:
    product = in_cases(company)
    company.stock(product, 24)
    (line,) = order(company, LineWish(product.pk, 24))
    reserve(actor=HOUSE, holds=[Hold(line, 24)])
    ship(actor=HOUSE, picks=[Pick(line, 24)])
    invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 24),)))
    before = entries()
    with pytest.raises(Refusal) as refused:
        change_line(actor=HOUSE, line=line, change=LineChange(unit="case", per=24))
    assert refused.value.code == "invoiced"
    assert entries() == before


def test_a_won_quote_and_a_copy_keep_unit_and_origin(company: World) -> None:
    product = in_cases(company)
    pk = a_list(company, {"product": product.pk, "unit": "case", "price": "200"})
    made = create_quote(
        actor=HOUSE, wish=QuoteWish(company.customer.pk, (LineWish(product.pk, 24, unit="case", per=24),))
    )
    quote = made.one("demand.Sheet")
    (copied,) = copy_quote(actor=HOUSE, quote=quote).made["ledger.Claim"]
    (won,) = win(actor=HOUSE, quote=quote).made["ledger.Claim"]
    for line in (copied, won):
        assert priced(line) == (200_000_000, False, pk)
        row = Line.objects.get(pk=line)
        assert (row.quantity, row.unit, row.per) == (24, "case", 24)


def test_the_api_counts_in_the_lines_unit(client: Client, company: World) -> None:
    client.force_login(company.user)
    product = in_cases(company)
    json = "application/json"
    wish = {"product": product.pk, "quantity": "3", "unit": "Case"}
    body = {"organization": company.customer.pk, "lines": [wish]}
    made = client.post("/api/v1/orders?include=lines", body, content_type=json)
    assert made.status_code == 201, made.content
    (line,) = made.json()["lines"]
    assert (line["quantity"], line["unit"], line["base_quantity"]) == ("3", "case", "72")
    assert (line["unit_price"], line["price_origin"], line["amounts"]["net"]) == ("240", "product", "720.00")
    assert line["quantities"]["wanted"] == "72"
    address = f"/api/v1/lines/{line['id']}"
    changed = client.patch(address, {"quantity": "2.5"}, content_type=json).json()
    assert (changed["quantity"], changed["base_quantity"]) == ("2.5", "60")
    changed = client.patch(address, {"unit": "pc", "quantity": "50"}, content_type=json).json()
    assert (changed["quantity"], changed["unit"], changed["unit_price"]) == ("50", "pc", "10")
    before = entries()
    for change, code, field in (
        ({"unit": "drum"}, "no_such_unit", "unit"),
        ({"unit": "case", "quantity": "0.3"}, "not_whole_in_unit", "quantity"),
    ):
        refused = client.patch(address, change, content_type=json)
        assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, code, field)
    assert entries() == before


def test_pages_take_and_show_units(client: Client, company: World) -> None:
    client.force_login(company.user)
    product = in_cases(company, sku="SW-1")
    a_list(
        company,
        {"product": product.pk, "unit": "case", "price": "200"},
        {"product": product.pk, "price": "9"},
    )
    made = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, (LineWish(product.pk, 1),)))
    sheet = made.one("demand.Sheet")
    rows = {"sku-0": "SW-1", "quantity-0": "3", "unit-0": "case", "price-0": "", "discount-0": ""}
    assert client.post(f"/documents/{sheet}/lines/", rows).status_code == 303
    line = Line.objects.get(sheet=sheet, unit="case")
    assert (line.quantity, line.unit_price_micro) == (72, 200_000_000)
    page = seen(client, f"/orders/{sheet}/")
    assert "3 case" in page
    assert "Resellers" in page
    form = {
        "quantity": "4",
        "unit": "case",
        "unit_price": "200",
        "discount_percent": "0",
        "tax_code": str(line.tax_code_id),
    }
    assert client.post(f"/lines/{line.pk}/", form).status_code == 303
    line.refresh_from_db()
    assert (line.quantity, line.price_typed) == (96, False)
    wrong = client.post(f"/documents/{sheet}/lines/", {**rows, "unit-0": "drum"})
    assert wrong.status_code == 422
    assert 'id="f-unit-0-e"' in wrong.content.decode()
    about = client.get(
        "/lines/about/", {"sku-0": "SW-1", "unit-0": "", "sheet": sheet}, headers={"HX-Trigger-Name": "sku-0"}
    ).content.decode()
    assert "Resellers" in about
    assert 'value="case"' in about
    assert "200" in about


def test_offers_cost_one_statement_and_none_where_prices_are_typed(company: World) -> None:
    products = [company.product() for _ in range(12)]
    a_list(company, *({"product": p.pk, "price": "9"} for p in products))

    def statements(count: int, price: int | None) -> int:
        wishes = tuple(LineWish(p.pk, 1, unit_price_micro=price) for p in products[:count])
        order(company, *wishes)
        with CaptureQueriesContext(connection) as found:
            order(company, *wishes)
        return len(found)

    typed = statements(1, 1_000_000)
    assert statements(12, 1_000_000) == typed
    assert statements(1, None) == statements(12, None) == typed + 1


def test_added_charges_are_offered_their_price(company: World) -> None:
    product = company.product()
    pk = a_list(company, {"product": product.pk, "price": "9"})
    made = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, (LineWish(product.pk, 1),)))
    added = add_lines(actor=HOUSE, sheet=made.one("demand.Sheet"), wishes=[LineWish(product.pk, 2)])
    assert priced(added.made["ledger.Claim"][0]) == (9_000_000, False, pk)


def test_a_line_and_the_pages_say_which_list_asks_from_how_many_on(client: Client, company: World) -> None:
    client.force_login(company.user)
    product = in_cases(company, sku="SW-1")
    pk = a_list(
        company,
        {"product": product.pk, "price": "9"},
        {"product": product.pk, "from_quantity": "10", "price": "8"},
        {"product": product.pk, "unit": "case", "from_quantity": "2", "price": "150"},
    )
    nine, ten, cases = order(
        company,
        LineWish(product.pk, 9),
        LineWish(product.pk, 10),
        LineWish(product.pk, 72, unit="case", per=24),
    )
    rows = {line.pk: line for line in Line.objects.all()}
    assert [rows[one].price_from for one in (nine, ten, cases)] == [None, 10, 48]
    sheet = rows[nine].sheet_id
    shown = {one["id"]: one for one in client.get(f"/api/v1/orders/{sheet}?include=lines").json()["lines"]}
    assert [shown[one]["price_from"] for one in (nine, ten, cases)] == [None, "10", "2"]
    page = seen(client, f"/orders/{sheet}/")
    assert "Resellers, from 10" in page
    assert "Resellers, from 2" in page
    change_line(actor=HOUSE, line=ten, change=LineChange(quantity=5))
    assert Line.objects.get(pk=ten).price_from is None
    about = {"sku-0": "SW-1", "quantity-0": "12", "organization": company.customer.pk, "unit-0": "pc"}
    assert "Resellers, from 10" in client.get("/lines/about/", about).content.decode()
    for address in (f"/products/{product.pk}/", f"/organizations/{company.customer.pk}/"):
        page = seen(client, address)
        assert f"/price-lists/{pk}/" in page
        assert 'id="pays"' in page
    clean()


def test_a_list_begins_at_midnight_where_the_company_is(company: World, monkeypatch: Any) -> None:
    """22:30 UTC of 31 December is half past eleven in Berlin; half an hour later the new prices hold."""
    product = company.product()
    a_list(company, {"product": product.pk, "price": "7"}, valid_from="2030-01-01")
    for moment, price in (("2029-12-31T22:30", 10_000_000), ("2029-12-31T23:00", 7_000_000)):
        monkeypatch.setattr(clock, "now", lambda at=moment: datetime.fromisoformat(f"{at}:00+00:00"))
        (line,) = order(company, LineWish(product.pk, 1))
        assert priced(line)[0] == price
