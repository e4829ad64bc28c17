"""Rates of exchange: what currencies are worth from a day on, and what becomes of prices that nobody typed."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.world import World, clean, entries, seen, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE, NotAllowed
from wharfinger.base.refusal import BadInput, Refusal
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.actions.payments import pay
from wharfinger.billing.models import Invoice, Payment
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.billing.rules.payments import PaymentWish
from wharfinger.catalog.actions import change_product
from wharfinger.demand.actions import add_lines, change_line
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Organization, User
from wharfinger.pricing.actions import add_price_list, copy_price_list, set_rates
from wharfinger.pricing.models import PriceItem, Rate
from wharfinger.pricing.queries import costs_at_home, rates_on
from wharfinger.pricing.rules import Listed, Money, default_price
from wharfinger.purchasing.actions.ordering import draft
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.actions.quotes import create_quote
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.sales.rules.quotes import QuoteWish
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish

DAY = date(2026, 11, 28)


@pytest.fixture
def company(db: None) -> World:
    return world()


def worth(currency: str, rate: str, *, days: int = 0) -> Any:
    day = clock.today("Europe/Berlin") + timedelta(days)
    return set_rates(actor=HOUSE, rates=[{"currency": currency, "valid_from": day.isoformat(), "rate": rate}])


def quoted(company: World, currency: str, *wishes: LineWish) -> list[Line]:
    done = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, wishes, currency=currency))
    return list(Line.objects.filter(pk__in=done.made["ledger.Claim"]).order_by("position"))


def asked(price: int, money: Money, *listed: Listed) -> tuple[int, int | None]:
    product = SimpleNamespace(sku="A", price_micro=price, quantity_decimals=0)
    found = default_price(product, listed, quantity=1, money=money, on=DAY)
    return found.price_micro, found.price_list


@pytest.mark.parametrize(
    ("price", "currency", "rate", "wanted"),
    [
        (100_000_000, "USD", 900_000, 111_110_000),  # 111.111… dollars, to the cent
        (100_000_000, "CHF", 1_070_000, 93_450_000),  # 93.4579… francs: no coin below 5 rappen
        (100_000_000, "JPY", 6_131, 16_311_000_000),  # 16310.55… yen: no decimals
        (12_500, "USD", 900_000, 13_889),  # what is finer than a coin stays so
        (0, "USD", None, 0),  # nothing is nothing in any currency
        (100_000_000, "EUR", None, 100_000_000),
    ],
)
def test_a_price_in_whole_coins_stays_in_whole_coins(
    price: int, currency: str, rate: int | None, wanted: int
) -> None:
    assert asked(price, Money(currency, "EUR", rate)) == (wanted, None)


def test_a_list_of_the_currency_goes_before_one_that_is_converted() -> None:
    theirs = Listed("", 0, 90_000_000, 1, "EUR", None, None, True)
    everybodys = Listed("", 0, 95_000_000, 2, "USD", None, None, False)
    dollars = Money("USD", "EUR", 900_000)
    assert asked(100_000_000, dollars, theirs) == (100_000_000, 1)
    assert asked(100_000_000, dollars, theirs, everybodys) == (95_000_000, 2)
    francs = Listed("", 0, 1_000_000, 3, "CHF", None, None, True)
    assert asked(100_000_000, dollars, francs) == (111_110_000, None)


def test_a_line_without_a_price_needs_a_rate_and_takes_that_of_its_day(company: World) -> None:
    product = company.product()
    before = entries()
    with pytest.raises(Refusal) as refused:
        quoted(company, "USD", LineWish(product.pk, 1, unit_price_micro=5), LineWish(product.pk, 1))
    assert (refused.value.code, refused.value.field) == ("no_rate", "lines.1.unit_price")
    assert refused.value.words() == (
        f"{product.sku} has its price in EUR, and nobody said what USD is worth. "
        "Type the price, or enter the rate of exchange."
    )
    assert [(one.verb, one.values) for one in refused.value.remedies] == [("set_rate", {"currency": "USD"})]
    assert entries() == before
    worth("USD", "0.80", days=-10)
    worth("USD", "0.90", days=-1)
    worth("USD", "0.50", days=1)
    (line,) = quoted(company, "USD", LineWish(product.pk, 1))
    assert (line.unit_price_micro, line.price_typed) == (11_110_000, False)
    change_line(actor=HOUSE, line=line.pk, change=LineChange(quantity=2))
    (added,) = add_lines(actor=HOUSE, sheet=line.sheet_id, wishes=[LineWish(product.pk, 3)]).made[
        "ledger.Claim"
    ]
    assert {one.unit_price_micro for one in Line.objects.filter(pk__in=[line.pk, added])} == {11_110_000}
    clean()


def test_three_currencies_and_their_coins(company: World) -> None:
    product = company.product(price_micro=100_000_000)
    for currency, rate in (("USD", "0.9"), ("CHF", "1.07"), ("JPY", "0.006131")):
        worth(currency, rate)
    prices = {
        c: quoted(company, c, LineWish(product.pk, 3))[0].unit_price_micro for c in ("USD", "CHF", "JPY")
    }
    assert prices == {"USD": 111_110_000, "CHF": 93_450_000, "JPY": 16_311_000_000}
    francs = add_price_list(
        actor=HOUSE,
        values={"name": "CH", "currency": "CHF"},
        items=[{"product": product.pk, "price": "99.90"}],
    ).one("pricing.PriceList")
    raised = copy_price_list(actor=HOUSE, price_list=francs, values={"name": "CH 2"}, percent="3.5")
    assert PriceItem.objects.get(price_list=raised.one("pricing.PriceList")).price_micro == 103_400_000
    (line,) = quoted(company, "CHF", LineWish(product.pk, 1))
    assert line.unit_price_micro == 103_400_000
    clean()


def test_orders_and_charges_take_the_customers_list_and_rate(company: World) -> None:
    product = company.product()
    worth("USD", "0.80")
    add_price_list(
        actor=HOUSE, values={"name": "L", "currency": "EUR"}, items=[{"product": product.pk, "price": "8"}]
    )
    made = create_order(
        actor=HOUSE, wish=OrderWish(company.customer.pk, (LineWish(product.pk, 1),), currency="USD")
    )
    charged = create_work_order(
        actor=HOUSE, wish=WorkWish("ticket", company.customer.pk, (LineWish(product.pk, 1),))
    )
    (order,), (ticket,) = made.made["ledger.Claim"], charged.made["ledger.Claim"]
    assert Line.objects.get(pk=order).unit_price_micro == 10_000_000
    assert Line.objects.get(pk=ticket).unit_price_micro == 8_000_000


def test_invoices_payments_and_purchases_take_the_rate_of_their_day(company: World) -> None:
    product = company.product()
    worth("USD", "0.80", days=-10)
    worth("USD", "0.90")
    made = create_order(
        actor=HOUSE,
        wish=OrderWish(company.customer.pk, (LineWish(product.pk, 1),), currency="USD", confirm=True),
    )
    (line,) = made.made["ledger.Claim"]
    ago = clock.today("Europe/Berlin") - timedelta(5)
    billed = invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 1),), issued_on=ago))
    assert Invoice.objects.get(pk=billed.one("billing.Invoice")).rate_micro == 800_000
    paid = pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, 1_00, "USD"))
    assert Payment.objects.get(pk=paid.one("billing.Payment")).rate_micro == 900_000
    vendor = Organization.objects.create(name="Abroad", vendor=True, currency="USD")
    offer = {"organization": vendor.pk, "cost": "1000", "currency": "JPY"}
    change_product(actor=HOUSE, product=product.pk, values={}, vendors=[offer])
    wish = PurchaseWish(vendor.pk, (PurchaseLineWish(product.pk, 2),))
    with pytest.raises(Refusal) as refused:
        draft(actor=HOUSE, wish=wish)
    assert refused.value.code == "other_currency"
    worth("JPY", "0.006")
    done = draft(actor=HOUSE, wish=wish)
    bought = PurchaseLine.objects.select_related("purchase_order").get(pk=done.one("purchasing.PurchaseLine"))
    assert (bought.unit_cost_micro, bought.purchase_order.rate_micro) == (6_670_000, 900_000)
    clean()


def test_what_vendors_abroad_ask_counts_at_home(company: World) -> None:
    home, abroad = company.product(), company.product()
    offer = {"organization": company.vendor.pk, "cost": "7.50", "currency": "USD"}
    change_product(actor=HOUSE, product=abroad.pk, values={}, vendors=[offer])
    asks = {home.pk: 6_000_000, abroad.pk: 7_500_000}
    assert costs_at_home([home.pk, abroad.pk], "EUR", DAY) == asks
    worth("USD", "0.80")
    asks[abroad.pk] = 6_000_000
    assert costs_at_home(asks, "EUR", clock.today("Europe/Berlin")) == asks


def test_a_rate_is_corrected_undone_and_kept_by_who_may(company: World) -> None:
    first = worth("USD", "0.90")
    again = worth("USD", "0.92")
    today = clock.today("Europe/Berlin")
    assert rates_on(["CHF", "USD"], today) == {"USD": 920_000}
    assert Rate.objects.count() == 1
    reverse(actor=HOUSE, entry=again.id)
    assert rates_on(["USD"], today) == {"USD": 900_000}
    reverse(actor=HOUSE, entry=first.id)
    assert rates_on(["USD"], today) == {}
    worth("USD", "0.91")
    before = entries()
    one = {"currency": "USD", "valid_from": "2026-01-01", "rate": "0.9"}
    for rates, code, field in (
        ([one, one], "named_twice", "rates.1.valid_from"),
        ([{**one, "currency": "EUR"}], "home_currency", "rates.0.currency"),
        ([{**one, "rate": "0"}], "not_positive", "rates.0.rate"),
        ([{"currency": "USD"}], "missing", "rates.0.valid_from"),
        ([], "missing", "rates"),
    ):
        with pytest.raises(BadInput) as refused:
            set_rates(actor=HOUSE, rates=rates)
        assert (refused.value.code, refused.value.field) == (code, field)
    with pytest.raises(NotAllowed):
        set_rates(actor=User.objects.create(username="nobody"), rates=[one])
    assert entries() == before
    clean()


def test_the_page_and_the_api_keep_rates(client: Client, company: World) -> None:
    client.force_login(company.user)
    product = company.product()
    json = "application/json"
    body = {
        "organization": company.customer.pk,
        "currency": "USD",
        "lines": [{"product": product.pk, "quantity": "1"}],
    }
    lacks = client.post("/api/v1/quotes", body, content_type=json)
    assert (lacks.status_code, lacks.json()["code"]) == (409, "no_rate")
    about = {"sku-0": product.sku, "organization": company.customer.pk}
    Organization.objects.filter(pk=company.customer.pk).update(currency="USD")
    assert "nobody said what USD is worth" in client.get("/lines/about/", about).content.decode()
    form = {"organization": company.customer.pk, "sku-0": product.sku, "quantity-0": "1", "price-0": ""}
    page = client.post("/quotes/new/", form)
    assert page.status_code == 409
    assert "/settings/rates/new/USD/" in page.content.decode()
    assert 'value="USD"' in seen(client, "/settings/rates/new/USD/")
    rate = {"currency": "usd", "rate": "0.9", "valid_from": "2026-01-01"}
    assert client.post("/settings/rates/new/", {**rate, "rate": "x"}).status_code == 422
    assert client.post("/settings/rates/new/", rate).status_code == 303
    assert "1 USD = 0.9 EUR" in seen(client, "/settings/rates/")
    assert client.post("/api/v1/quotes", body, content_type=json).json()["lines"][0]["unit_price"] == "11.11"
    given = {"rates": [{"currency": "USD", "valid_from": "2026-02-01", "rate": "0.95"}]}
    made = client.post("/api/v1/rates", given, content_type=json)
    assert made.status_code == 201, made.content
    assert [one["rate"] for one in made.json()["items"]] == ["0.95"]
    assert [one["rate"] for one in client.get("/api/v1/rates?currency=USD").json()["items"]] == [
        "0.95",
        "0.9",
    ]


def test_the_home_currency_costs_no_statement(company: World) -> None:
    product = company.product()
    worth("USD", "0.9")

    def statements(currency: str) -> int:
        wish = OrderWish(company.customer.pk, (LineWish(product.pk, 1),), currency=currency)
        create_order(actor=HOUSE, wish=wish)
        with CaptureQueriesContext(connection) as found:
            create_order(actor=HOUSE, wish=wish)
        return len(found)

    assert statements("USD") == statements("EUR") + 1


def test_the_form_of_a_purchase_order_asks_for_the_rate_that_lacks(client: Client, company: World) -> None:
    client.force_login(company.user)
    vendor = Organization.objects.create(name="Abroad", vendor=True, currency="USD")
    product = company.product()
    form = {"vendor": vendor.pk, "sku-0": product.sku, "quantity-0": "1", "cost-0": "5"}
    page = client.post("/purchase-orders/new/", form)
    assert page.status_code == 422
    assert "Give the exchange rate of USD." in page.content.decode()
    assert "/settings/rates/new/USD/" in page.content.decode()
    assert client.post("/purchase-orders/new/", {**form, "rate": "0.9"}).status_code == 303
    assert PurchaseLine.objects.get().purchase_order.rate_micro == 900_000
