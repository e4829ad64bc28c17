"""IF-11: what lacks of a line here, what lacks only for all open orders, and what is on order already."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.sales.test_order import order_of
from tests.sales.test_quote import quote_of
from tests.world import World, seen
from wharfinger.base.access import HOUSE
from wharfinger.catalog.models import Product
from wharfinger.demand.queries.reading import lines_with
from wharfinger.demand.queries.shown import show_lines
from wharfinger.demand.rules import LineWish
from wharfinger.purchasing.actions.ordering import draft, submit
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted

pytestmark = pytest.mark.django_db


def bought(company: World, product: Product, units: int, on: date | None = None) -> None:
    """So many on order for stock."""
    wish = PurchaseWish(company.vendor.pk, (PurchaseLineWish(product.pk, units, expected_on=on),))
    submit(actor=HOUSE, order=draft(actor=HOUSE, wish=wish).one("purchasing.PurchaseOrder"))


def short(line: int) -> dict[str, Any] | None:
    return show_lines(lines_with([line]))[0]["shortage"]


def figures(line: int) -> list[str]:
    found = short(line)
    assert found is not None
    return [
        found[name] for name in ("short_here", "elsewhere", "short_for_all", "on_order", "on_order_for_stock")
    ]


def test_a_line_is_short_here_though_another_location_has_goods(client: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 2)
    company.stock(product, 7, bin=company.bins[2])
    order, (line,) = order_of(company, LineWish(product.pk, 5))
    assert figures(line) == ["3", "7", "0", "0", "0"]
    found = short(line)
    assert found is not None
    assert found["location"] == company.location.pk
    assert f"3 short in {company.location.name}, 7 free elsewhere" in seen(client, f"/orders/{order}/")


def test_enough_for_one_is_told_apart_from_enough_for_all(client: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    order, (line,) = order_of(company, LineWish(product.pk, 3))
    assert short(line) is None
    order_of(company, LineWish(product.pk, 4))
    assert figures(line) == ["0", "0", "2", "0", "0"]
    page = seen(client, f"/orders/{order}/")
    assert "Enough for this, 2 short for all open orders" in page
    assert "short in" not in page


def test_a_quote_competes_with_open_orders_and_not_with_other_quotes(client: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    quote, (line,) = quote_of(company, LineWish(product.pk, 3))
    quote_of(company, LineWish(product.pk, 5))
    order_of(company, LineWish(product.pk, 4), firm=False)
    assert short(line) is None
    assert "Goods that lack" not in seen(client, f"/quotes/{quote}/")
    order_of(company, LineWish(product.pk, 4))
    assert figures(line) == ["0", "0", "2", "0", "0"]
    page = seen(client, f"/quotes/{quote}/")
    assert "Goods that lack" in page
    assert "Enough for this, 2 short for all open orders" in page


def test_what_is_on_order_is_said_with_its_day(client: Client, company: World) -> None:
    product = company.product()
    order, (line,) = order_of(company, LineWish(product.pk, 5))
    wanted = PurchaseLineWish(wanted=(Wanted(line, 2),), expected_on=date(2031, 2, 3))
    wish = PurchaseWish(company.vendor.pk, (wanted,))
    submit(actor=HOUSE, order=draft(actor=HOUSE, wish=wish).one("purchasing.PurchaseOrder"))
    bought(company, product, 9, date(2031, 3, 4))
    bought(company, product, 1)
    assert figures(line) == ["3", "0", "3", "2", "10"]
    found = short(line)
    assert found is not None
    assert (found["on_order_on"], found["for_stock_on"]) == (date(2031, 2, 3), date(2031, 3, 4))
    page = seen(client, f"/orders/{order}/")
    for words in ("3 short in", "2 on order, 3 Feb 2031", "10 on order for stock, 4 Mar 2031"):
        assert words in page


def test_what_is_covered_or_is_no_goods_lacks_nothing(company: World) -> None:
    product, service = company.product(), company.product(kind="service")
    company.stock(product, 1)
    _, (line, done) = order_of(company, LineWish(product.pk, 1), LineWish(service.pk, 3))
    assert [short(line), short(done)] == [None, None]
    _, (rest,) = order_of(company, LineWish(product.pk, 1))
    assert figures(rest) == ["0", "0", "1", "0", "0"]


def test_marks_cost_the_same_for_one_line_and_a_hundred(client: Client, company: World) -> None:
    counts = []
    for many in (1, 10, 100):
        wishes = [LineWish(company.product().pk, 1) for _ in range(many)]
        order, lines = order_of(company, *wishes)
        rows = lines_with(lines)
        with CaptureQueriesContext(connection) as found:
            assert all(one["shortage"] for one in show_lines(rows))
        read = len(found)
        seen(client, f"/orders/{order}/")
        with CaptureQueriesContext(connection) as page:
            seen(client, f"/orders/{order}/")
        counts.append((read, len(page)))
    assert len(set(counts)) == 1, counts
    # Figures, promises with their day, free goods and what lacks; on the page also what the order earns.
    assert counts[0] == (5, 38)
