"""Reports of figures: sales and margin by what one asks, on their pages and by API."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.billing.books import summed
from tests.fulfilment.trade import reserved
from tests.world import World, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.credits import credit
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.models import CreditNote, Invoice, InvoiceLine
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.ledger.models import Posting
from wharfinger.parties.models import Organization, Role, User
from wharfinger.site.queries.reports import BROKEN
from wharfinger.stock.queries import worth

pytestmark = pytest.mark.django_db
AT = "/api/v1/reports"


def today() -> date:
    return clock.today("Europe/Berlin")


def sold(company: World, product: Any, units: int) -> int:
    """An order whose goods went and are invoiced; its line."""
    _, (line,) = reserved(company, (product, units))
    ship(actor=HOUSE, picks=[Pick(line, units)], consignment=Consignment())
    invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, units),)))
    return line


def test_sales_are_what_was_invoiced_less_what_was_credited_by_whatever_is_asked(client: Client) -> None:
    company = world()
    client.force_login(company.user)
    dear, cheap = company.product(price_micro=40_000_000, category="Network"), company.product()
    company.stock(dear, 5)
    company.stock(cheap, 5)
    sold(company, dear, 3)
    sold(company, cheap, 2)
    assert (found := client.get(f"{AT}/sales?by=product").json())["total"]["net"] == "140.00"
    assert {row["key"]: (row["net"], row["units"]) for row in found["items"]} == {
        dear.pk: ("120.00", "3"),
        cheap.pk: ("20.00", "2"),
    }
    row = InvoiceLine.objects.get(product=dear)
    credit(actor=HOUSE, items=[Credit(row.pk, 1)], reason="Broken")
    net = sum(Invoice.objects.values_list("net_minor", flat=True))
    net -= sum(CreditNote.objects.values_list("net_minor", flat=True))
    tax = sum(Invoice.objects.values_list("tax_minor", flat=True))
    tax -= sum(CreditNote.objects.values_list("tax_minor", flat=True))
    for by in BROKEN["sales"].by:
        told = client.get(f"{AT}/sales?by={by}").json()
        assert told["total"]["net"] == f"{net / 100:.2f}" == "100.00", by
        assert sum(round(float(one["net"]) * 100) for one in told["items"]) == net
        whole = by in ("customer", "group", "month", "currency")
        assert told["total"]["tax"] == (f"{tax / 100:.2f}" if whole else None), (
            "lines have no tax of their own"
        )
    (month,) = client.get(f"{AT}/sales?by=month").json()["items"]
    assert month["key"] == today().replace(day=1).isoformat()
    before = client.get(f"{AT}/sales?from=2001-01-01&to=2001-12-31").json()
    assert (before["items"], before["total"]["net"]) == ([], "0.00")
    one = client.get(f"{AT}/sales?by=customer&product={cheap.pk}").json()
    assert one["total"]["net"] == "20.00"


def test_sales_in_another_currency_count_at_the_rate_of_their_document(client: Client) -> None:
    company = world()
    client.force_login(company.user)
    abroad = Organization.objects.create(name="Abroad", currency="USD")
    product = company.product()
    body = {
        "organization": abroad.pk,
        "lines": [{"product": product.pk, "quantity": "3", "unit_price": "9.99"}],
    }
    made = client.post("/api/v1/orders?confirm=true", {**body, "currency": "USD"}, "application/json").json()
    bill = {"lines": [{"line": made["lines"][0]["id"], "quantity": "3"}], "rate": "0.9"}
    response = client.post("/api/v1/invoices", bill, "application/json")
    assert response.status_code in (200, 201), response.content
    (row,) = client.get(f"{AT}/sales?by=currency").json()["items"]
    assert (row["key"], row["own"], row["net"], row["currency"]) == ("USD", "29.97", "26.97", "EUR")
    booked = Posting.objects.get(source__kind="revenue")
    assert booked.home_minor == 2697


def test_margin_takes_off_what_the_goods_really_cost(client: Client) -> None:
    company = world()
    client.force_login(company.user)
    product = company.product(price_micro=10_000_000)
    company.stock(product, 2, value_minor=800)
    company.stock(product, 2, value_minor=1400)
    sold(company, product, 3)
    told = client.get(f"{AT}/margin?by=product").json()
    (row,) = told["items"]
    assert (row["net"], row["cost"], row["back"], row["margin"]) == ("30.00", "15.00", "0.00", "15.00")
    assert row["share"] == "0.5"
    for by in BROKEN["margin"].by:
        total = client.get(f"{AT}/margin?by={by}").json()["total"]
        assert (total["cost"], total["margin"]) == ("15.00", "15.00"), by
    moved = worth.overall(today(), today())
    assert moved.causes["sold"].value_minor == -1500


def test_products_of_a_category_are_told_as_one(client: Client) -> None:
    company = world()
    client.force_login(company.user)
    one = company.product(price_micro=40_000_000, category="Network")
    other = company.product(category="Network")
    loose = company.product()
    for product, units in ((one, 3), (other, 2), (loose, 1)):
        company.stock(product, 5)
        sold(company, product, units)
    each = client.get(f"{AT}/margin?by=product").json()
    parts = {row["key"]: row for row in each["items"]}
    found = client.get(f"{AT}/margin?by=category").json()
    told = {row["name"]: row for row in found["items"]}
    assert set(told) == {"Network", None}
    for key in ("net", "cost", "margin", "units"):
        whole = sum(float(parts[product.pk][key]) for product in (one, other))
        assert float(told["Network"][key]) == whole > 0, key
        assert told[None][key] == parts[loose.pk][key]
    assert found["total"] == each["total"]
    sales = client.get(f"{AT}/sales?by=category").json()
    assert {row["name"]: (row["net"], row["units"]) for row in sales["items"]} == {
        "Network": ("140.00", "5"),
        None: ("10.00", "1"),
    }


def test_margin_is_for_those_who_may_see_costs_and_invoices(client: Client) -> None:
    world()
    clerk = User.objects.create(username="clerk")
    role = Role.objects.create(name="clerk", permissions=["billing.read", "boards.read"])
    clerk.roles.add(role)
    client.force_login(clerk)
    assert client.get(f"{AT}/margin").status_code == client.get("/reports/margin/").status_code == 403
    assert b"Margin" not in client.get("/reports/").content
    role.permissions = ["catalog.see_cost", "boards.read"]
    role.save()
    assert client.get(f"{AT}/margin").status_code == client.get("/reports/sales/").status_code == 403


def test_what_no_report_knows_is_refused_in_a_sentence(client: Client) -> None:
    company = world()
    client.force_login(company.user)
    for query, field in (
        ("sales?by=weather", "by"),
        ("sales?from=2026-02-01&to=2026-01-01", "to"),
        ("sales?from=tomorrow", "from"),
    ):
        answer = client.get(f"{AT}/{query}")
        assert (answer.status_code, answer.json()["field"]) == (422, field), answer.content
    page = client.get("/reports/sales/?on-from=2026-02-01&on-to=2026-01-01")
    assert page.status_code == 422
    assert "The end lies before the beginning." in page.content.decode()
    assert client.get("/reports/nonsense/").status_code == 404


def test_a_page_of_a_report_draws_sums_leads_on_and_leaves_as_a_file(client: Client) -> None:
    company = world()
    client.force_login(company.user)
    first, second = company.product(), company.product(price_micro=30_000_000)
    for product in (first, second):
        company.stock(product, 5)
        sold(company, product, 2)
    client.get("/reports/sales/")
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/reports/sales/?by=product").content.decode()
    assert len(asked) <= 12, [one["sql"][:90] for one in asked]
    assert page.count('height="10" rx="2"') == 2
    assert "All of them" in page
    assert page.index(second.sku) < page.index(first.sku), "the largest first"
    assert (
        f"by=customer&amp;on-from={today().replace(day=1)}&amp;on-to={today()}&amp;product={first.sku}"
        in page
    )
    customers = client.get("/reports/sales/?by=customer").content.decode()
    assert "/invoices/?tab=all&amp;issued-from=" in customers
    rows = client.get("/reports/sales/?by=product&export=csv").content.decode().splitlines()
    assert len(rows) == 4
    assert rows[-1].startswith("All of them")
    assert ",80.00" in rows[-1]
    part = client.get(
        "/reports/sales/?by=product&tab=last_month", headers={"HX-Request": "true"}
    ).content.decode()
    assert 'hx-swap-oob="true"' in part
    assert "Nothing matches these filters." in part
    assert "html" not in part[:20]


@pytest.mark.parametrize("name", ["stock-by-reason", "written-off", "closed-work-open-goods"])
def test_every_other_report_has_a_page(client: Client, name: str) -> None:
    company = world()
    client.force_login(company.user)
    assert client.get(f"/reports/{name}/").status_code == 200
    index = client.get("/reports/").content.decode()
    assert f"/reports/{name}/" in index
    assert "/stock/worth/" in index
    assert index.count('<h2><a href="/ageing/">') == 1


def test_a_year_of_known_sums_is_told_by_month_and_in_all(client: Client) -> None:
    """In the nth month n are invoiced at 10.00 and one of the month before is credited: sales and margin tell just that."""
    company = world()
    client.force_login(company.user)
    product = company.product(price_micro=10_000_000)
    company.stock(product, 78, value_minor=78 * 600)
    year = today().year - 1
    before: int | None = None
    for month in range(1, 13):
        _, (line,) = reserved(company, (product, month))
        ship(actor=HOUSE, picks=[Pick(line, month)], consignment=Consignment())
        day = date(year, month, 15)
        made = invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, month),), issued_on=day))
        if before is not None:
            credit(actor=HOUSE, items=[Credit(before, 1)], reason="Broken", issued_on=day)
        before = InvoiceLine.objects.get(invoice=made.one("billing.Invoice")).pk
    days = f"from={year}-01-01&to={year}-12-31"
    told = client.get(f"{AT}/sales?by=month&{days}").json()
    assert {row["key"]: row["net"] for row in told["items"]} == {
        f"{year}-{month:02d}-01": f"{10 * (month - (month > 1))}.00" for month in range(1, 13)
    }
    # 1 + 2 + … + 12 less 11 of them, and 19 % of that.
    assert (told["total"]["net"], told["total"]["tax"]) == ("670.00", "127.30")
    for by in BROKEN["sales"].by:
        assert client.get(f"{AT}/sales?by={by}&{days}").json()["total"]["net"] == "670.00", by
    whole = f"from={year}-01-01&to={today()}"
    for by in BROKEN["margin"].by:
        total = client.get(f"{AT}/margin?by={by}&{whole}").json()["total"]
        assert (total["net"], total["cost"], total["margin"]) == ("670.00", "468.00", "202.00"), by
    assert summed("revenue") == -67000
