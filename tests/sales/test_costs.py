"""AT-27, AT-28: what a quoted product costs on average and at most, for those who may see and set costs."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.purchasing.buying import person
from tests.sales.test_quote import quote_of
from tests.stock.test_cost import bring
from tests.world import World, clean, entries, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed
from wharfinger.catalog.actions import change_product
from wharfinger.demand.rules import LineWish
from wharfinger.parties.models import Role, User
from wharfinger.purchasing.actions.ordering import change_purchase, draft
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.rules.changing import LineChange, PurchaseChange
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.sales.actions.quotes import create_quote
from wharfinger.sales.rules.quotes import QuoteWish
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.actions.values import revalue
from wharfinger.stock.rules.adjusting import Adjustment

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def quoted(company: World, *products: Any) -> int:
    wish = QuoteWish(company.customer.pk, tuple(LineWish(p.pk, 1) for p in products))
    return create_quote(actor=HOUSE, wish=wish).one("demand.Sheet")


def test_a_quoted_product_tells_its_average_and_highest_cost(company: World) -> None:
    product, none = company.product(), company.product()
    bring(company, product, 2, "31.17")
    bring(company, product, 1, "37.77")
    quote = quoted(company, product, none)
    door = Client()
    door.force_login(company.user)
    line, other = door.get(f"/api/v1/quotes/{quote}").json()["lines"]
    assert (line["average_cost"], line["highest_cost"]) == ("33.37", "37.77")
    assert (other["average_cost"], other["highest_cost"]) == (None, None)
    (listed,) = door.get("/api/v1/quotes?include=lines").json()["items"]
    assert listed["lines"][0]["highest_cost"] == "37.77"
    page = seen(door, f"/quotes/{quote}/")
    assert "33.37" in page
    assert "37.77" in page


def test_costs_are_told_in_the_unit_of_the_price_and_while_a_line_is_typed(company: World) -> None:
    """A case of 24 pieces that cost 2.00 and 3.00 each costs 60.00 on average and 72.00 at most."""
    product = company.product(sku="SW-1")
    change_product(actor=HOUSE, product=product.pk, values={}, units=[{"name": "case", "factor": "24"}])
    company.stock(product, 1, value_minor=200)
    company.stock(product, 1, value_minor=300)
    wish = QuoteWish(company.customer.pk, (LineWish(product.pk, 24, unit="case", per=24),))
    quote = create_quote(actor=HOUSE, wish=wish).one("demand.Sheet")
    door = Client()
    door.force_login(company.user)
    (line,) = door.get(f"/api/v1/quotes/{quote}").json()["lines"]
    assert (line["average_cost"], line["highest_cost"]) == ("60", "72")
    assert "72.00" in seen(door, f"/quotes/{quote}/")
    about = {"sku-0": "SW-1", "unit-0": "case"}
    told = door.get("/lines/about/", about).content.decode()
    assert "60.00" in told
    assert "72.00" in told
    clerk = User.objects.create(username="clerk")
    clerk.roles.add(Role.objects.create(name="clerk", permissions=["catalog.read"]))
    door.force_login(clerk)
    assert "60.00" not in door.get("/lines/about/", about).content.decode()


def test_units_with_a_cost_of_their_own_have_one_that_is_highest(company: World) -> None:
    """AT-26: two units of one product may cost differently."""
    product = company.product(traced="serial", cost_method="specific")
    company.stock(product, 1, serials=("A",), value_minor=3000)
    company.stock(product, 1, serials=("B",), value_minor=5000)
    quote = quoted(company, product)
    door = Client()
    door.force_login(company.user)
    (line,) = door.get(f"/api/v1/quotes/{quote}").json()["lines"]
    assert (line["average_cost"], line["highest_cost"]) == ("40", "50")


def test_who_may_not_see_costs_sees_none_and_sets_none(company: World) -> None:
    product = company.product()
    bring(company, product, 2, "31.17")
    quote = quoted(company, product)
    made = draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, (PurchaseLineWish(product.pk, 3),)))
    clerk = person("clerk", "*.read", "stock.*", "sales.*", "purchasing.*")
    door = Client()
    door.force_login(clerk)
    (line,) = door.get(f"/api/v1/quotes/{quote}").json()["lines"]
    assert (line["average_cost"], line["highest_cost"]) == (None, None)
    assert "31.17" not in seen(door, f"/quotes/{quote}/")
    order, bought = made.one("purchasing.PurchaseOrder"), made.one("purchasing.PurchaseLine")
    assert "6.00" not in seen(door, f"/purchase-orders/{order}/change/")
    assert "cost" not in seen(door, f"/purchase-orders/{order}/change/").partition("<main")[2].lower()
    before = entries()
    found = Adjustment(product.pk, 1, company.location.place_id, unit_cost_micro=1)
    line_wish = PurchaseLineWish(product.pk, 1, unit_cost_micro=1)
    for act in (
        lambda: adjust(actor=clerk, items=[found], reason="Found"),
        lambda: revalue(actor=clerk, product=product.pk, unit_cost_micro=1, reason="New list"),
        lambda: draft(actor=clerk, wish=PurchaseWish(company.vendor.pk, (line_wish,))),
        lambda: change_purchase(
            actor=clerk, order=order, change=PurchaseChange(change=(LineChange(bought, unit_cost_micro=1),))
        ),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert entries() == before
    typed = {f"line-quantity-{bought}": "4", "memo": "More"}
    assert door.post(f"/purchase-orders/{order}/change/", typed).status_code == 303
    row = PurchaseLine.objects.get(pk=bought)
    assert (row.quantity, row.unit_cost_micro) == (4, 6_000_000)
    adjust(actor=clerk, items=[Adjustment(product.pk, 1, company.location.place_id)], reason="Found")
    clean()


def test_a_quote_says_what_it_leaves_to_who_may_see_costs(client: Client, company: World) -> None:
    """What is in stock at its average cost, what is not at its vendor's; a kit at what is in it."""
    stocked, bought = company.product(), company.product()
    company.stock(stocked, 4)
    quote, _ = quote_of(
        company,
        LineWish(stocked.pk, 2, unit_price_micro=9_000_000),
        LineWish(bought.pk, 1),
        LineWish(bought.pk, 5, option="optional"),
    )
    client.force_login(company.user)
    read = client.get(f"/api/v1/quotes/{quote}").json()
    assert [(line["margin"], line["margin_percent"]) for line in read["lines"]] == [
        ("6.00", "33.3"),
        ("4.00", "40"),
        ("20.00", "40"),
    ]
    assert (read["margin"], read["margin_percent"]) == ("10.00", "35.7")
    page = client.get(f"/quotes/{quote}/").content.decode()
    assert "35.7 %" in page
    clerk = User.objects.create(username="reader")
    clerk.roles.add(Role.objects.create(name="reader", permissions=["sales.read"]))
    client.force_login(clerk)
    read = client.get(f"/api/v1/quotes/{quote}").json()
    assert (read["margin"], read["lines"][0]["margin"], read["lines"][0]["margin_percent"]) == (
        None,
        None,
        None,
    )
    assert "Margin" not in client.get(f"/quotes/{quote}/").content.decode()
