"""Reports over HTTP: who may read which, and that they say what the books say."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from tests.fulfilment.trade import order
from tests.world import world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.shipping import pick_pack_ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Layer
from wharfinger.parties.models import Role, User
from wharfinger.work.actions import complete, create_work_order
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db
AT = "/api/v1/reports"


def test_reports_say_what_the_books_say(client: Client) -> None:
    company = world()
    client.force_login(company.user)
    product = company.product()
    company.stock(product, 3)
    _, (line,) = order(company, (product, 2))
    invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 2),)))
    names = [one["name"] for one in client.get(AT).json()["items"]]
    assert names == [
        "sales",
        "margin",
        "purchases",
        "vendor-punctuality",
        "stock-valuation",
        "stock-age",
        "stock-by-reason",
        "receivables",
        "written-off",
        "ageing",
        "closed-work-open-goods",
    ]
    worth = client.get(f"{AT}/stock-valuation").json()
    assert [(row["sku"], row["quantity"]) for row in worth["items"]] == [(product.sku, "3")]
    stock = client.get(f"/api/v1/stock/valuation?on={worth['on']}").json()
    assert worth["items"] == stock["items"]
    assert client.get(f"{AT}/stock-valuation?on=2001-01-01").json()["items"] == []
    (owed,) = client.get(f"{AT}/receivables").json()["items"]
    (open_one,) = client.get("/api/v1/invoices").json()["items"]
    assert (owed["organization"], float(owed["open"])) == (company.customer.pk, float(open_one["open"]))
    late = client.get(f"{AT}/receivables?on={date(2001, 1, 1)}")
    assert (late.status_code, late.json()["field"]) == (422, "on")
    assert client.get(f"{AT}/nonsense").status_code == 404


def test_a_report_is_for_those_who_may_read_it(client: Client) -> None:
    world()
    clerk = User.objects.create(username="clerk")
    clerk.roles.add(Role.objects.create(name="clerk", permissions=["billing.read", "boards.read"]))
    client.force_login(clerk)
    assert [one["name"] for one in client.get(AT).json()["items"]] == [
        "sales",
        "receivables",
        "written-off",
        "ageing",
    ]
    assert client.get(f"{AT}/stock-valuation").status_code == 403


def test_ended_work_tells_which_goods_are_still_open(client: Client) -> None:
    company = world()
    client.force_login(company.user)
    product, labour = company.product(), company.product(kind="service", procured=False)
    lines = (LineWish(product.pk, 3), LineWish(labour.pk, 1))

    def opened() -> tuple[int, int]:
        made = create_work_order(actor=HOUSE, wish=WorkWish("ticket", company.customer.pk, lines))
        return made.one("demand.Sheet"), made.made["ledger.Claim"][0]

    (ended, _line), (still, _other) = opened(), opened()
    path = f"{AT}/closed-work-open-goods"
    assert client.get(path).json()["items"] == []
    complete(actor=HOUSE, work_order=ended, anyway=True)
    found = client.get(path).json()["items"]
    # Labour that nobody declared as done is no goods.
    assert {(one["work_order"], one["sku"], one["quantity"]) for one in found} == {(ended, product.sku, "3")}
    assert still not in {one["work_order"] for one in found}


def test_stock_is_told_by_how_long_it_has_been_there(client: Client) -> None:
    company = world()
    client.force_login(company.user)
    product = company.product()
    company.stock(product, 3)
    company.stock(product, 2, value_minor=500)
    old = Layer.objects.filter(product=product).order_by("pk").first()
    assert old is not None
    for days, part in ((30, "to_30"), (31, "to_90"), (181, "to_365"), (366, "older")):
        Layer.objects.filter(pk=old.pk).update(
            effective_on=clock.today("Europe/Berlin") - timedelta(days=days)
        )
        (row,) = client.get(f"{AT}/stock-age").json()["items"]
        assert (row["quantity"], row["value"]) == ("5", "23.00")
        expected = ("5", "23.00") if part == "to_30" else ("3", "18.00")
        assert (row[f"{part}_quantity"], row[part]) == expected
    page = client.get("/reports/stock-age/").content.decode()
    assert "18.00" in page
    assert '<td class="k-quantity" data-l="Longer">3</td>' in page
    assert "0.00" not in page
    assert client.get(f"{AT}/receivables?on=2001-01-01").status_code == 422


def test_how_long_stock_has_been_there_is_summed_drawn_and_narrowed(client: Client) -> None:
    company = world()
    client.force_login(company.user)
    near, far = company.product(sku="NEAR", category="Cables"), company.product(sku="FAR")
    company.stock(near, 2, value_minor=1000)
    company.stock(far, 3, value_minor=2500)
    Layer.objects.filter(product=far).update(effective_on=clock.today("Europe/Berlin") - timedelta(days=400))

    def told(query: str = "") -> tuple[list[str], str]:
        page = client.get(f"/reports/stock-age/{query}").content.decode()
        head, _, rows = page.partition("<table")
        return [sku for sku in ("NEAR", "FAR") if f">{sku}<" in rows], head.partition('id="told"')[2]

    rows, head = told()
    assert rows == ["NEAR", "FAR"]
    assert ">Value</dt>" in head
    assert "35.00" in head
    assert head.count("<rect") == 2
    rows, head = told("?product=near")
    assert rows == ["NEAR"]
    assert "10.00" in head
    assert "35.00" not in head
    assert "<rect" not in head
    rows, head = told(f"?category={near.category_id}")
    assert rows == ["NEAR"]
    rows, head = told("?product=nothing")
    assert rows == []
    assert ">Value</dt>" not in head


def test_a_category_means_all_that_is_below_it(client: Client) -> None:
    company = world()
    client.force_login(company.user)
    products = {
        sku: company.product(sku=sku, category=path, price_micro=10_000_000)
        for sku, path in (
            ("TOP", "Network"),
            ("BELOW", "Network / Cables"),
            ("DEEP", "Network / Cables / 5 %_"),
            ("BESIDE", "Networking"),
            ("CASE", "network"),
        )
    }
    for product in products.values():
        company.stock(product, 1)
        _, (line,) = order(company, (product, 1))
        invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 1),)))
    wanted = {
        "TOP": {"TOP", "BELOW", "DEEP"},
        "BELOW": {"BELOW", "DEEP"},
        "DEEP": {"DEEP"},
        "BESIDE": {"BESIDE"},
        "CASE": {"CASE"},
    }
    for sku, told in wanted.items():
        asked = f"category={products[sku].category_id}"
        rows = client.get(f"{AT}/stock-age?{asked}").json()["items"]
        assert {row["sku"] for row in rows} == told, sku
        assert {row["product_name"] for row in rows} == {products[one].name for one in told}
        page = client.get(f"/reports/stock-age/?{asked}").content.decode().partition("<table")[2]
        assert {one for one in products if f">{one}<" in page} == told, sku
        sums = client.get(f"{AT}/sales?by=product&{asked}").json()["items"]
        assert {row["key"] for row in sums} == {products[one].pk for one in told}, sku
        page = client.get(f"/reports/sales/?by=product&{asked}").content.decode().partition("<table")[2]
        assert {one for one in products if f">{one} · " in page} == told, sku


def test_stock_has_been_there_as_of_a_past_day(client: Client) -> None:
    company = world()
    client.force_login(company.user)
    product, today = company.product(), clock.today("Europe/Berlin")
    with clock.standing_at(clock.now() - timedelta(days=100)):
        company.stock(product, 3)
    with clock.standing_at(clock.now() - timedelta(days=40)):
        company.stock(product, 2, value_minor=500)
        _, (line,) = order(company, (product, 1))
        pick_pack_ship(actor=HOUSE, picks=[Pick(line, 1)])

    def told(days: int) -> dict[str, str]:
        on = (today - timedelta(days=days)).isoformat()
        rows = client.get(f"{AT}/stock-age?on={on}").json()["items"]
        return (
            {name: rows[0][name] for name in ("quantity", "to_30_quantity", "to_90_quantity", "value")}
            if rows
            else {}
        )

    assert told(101) == {}
    assert told(100) == {"quantity": "3", "to_30_quantity": "3", "to_90_quantity": "0", "value": "18.00"}
    assert told(60) == {"quantity": "3", "to_30_quantity": "0", "to_90_quantity": "3", "value": "18.00"}
    # One of the three that came first has gone.
    then = {"quantity": "4", "to_30_quantity": "2", "to_90_quantity": "2", "value": "17.00"}
    assert told(40) == then
    assert told(30) == {**then, "to_30_quantity": "2"}
    now = client.get(f"{AT}/stock-age").json()["items"]
    assert [
        (row["quantity"], row["value"], row["to_90_quantity"], row["to_180_quantity"]) for row in now
    ] == [("4", "17.00", "2", "2")]
    page = client.get(
        f"/reports/stock-age/?on-to={(today - timedelta(days=60)).isoformat()}"
    ).content.decode()
    assert "18.00" in page
    assert "17.00" not in page


def test_reports_of_rows_are_narrowed_over_http_too(client: Client) -> None:
    company = world()
    client.force_login(company.user)
    near, far = company.product(sku="NEAR", category="Cables"), company.product(sku="FAR")
    company.stock(near, 2)
    company.stock(far, 3)

    def told(query: str) -> list[str]:
        return [row["sku"] for row in client.get(f"{AT}/stock-age?{query}").json()["items"]]

    assert told("") == ["FAR", "NEAR"]
    assert told(f"product={far.pk}") == ["FAR"]
    assert told(f"category={near.category_id}") == ["NEAR"]
    assert told(f"category={near.category_id}&product={far.pk}") == []
    for name, what in (("stock-age", "customer"), ("written-off", "product")):
        refused = client.get(f"{AT}/{name}?{what}=1")
        assert (refused.status_code, refused.json()["code"]) == (422, "not_narrowed_by"), name
