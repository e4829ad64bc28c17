"""A purchase order's lines are called as the product, the quote or the customer's line is."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.purchasing.buying import bought, sold
from tests.world import World, clean, entries, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.parties.actions.settings import set_setting
from wharfinger.purchasing.actions.ordering import change_purchase, draft_from_lines
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.rules.changing import PurchaseChange
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted
from wharfinger.sales.actions.quotes import create_quote
from wharfinger.sales.actions.winning import win
from wharfinger.sales.rules.quotes import QuoteWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def won(company: World, words: str, now: str) -> int:
    """A line that a quote called so, and that is called otherwise by now."""
    wish = LineWish(company.product().pk, 2, description=words)
    quote = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, (wish,))).one("demand.Sheet")
    win(actor=HOUSE, quote=quote)
    line = Line.objects.get(came_from__sheet=quote)
    Line.objects.filter(pk=line.pk).update(description=now)
    return line.pk


def called(*lines: int, source: str = "") -> str:
    wish = PurchaseWish(0, (), description_source=source)
    made = bought(draft_from_lines(actor=HOUSE, wanted=[Wanted(one) for one in lines], wish=wish))
    return PurchaseLine.objects.get(purchase_order=made.order).description


def test_the_setting_says_what_lines_are_called_and_an_order_may_say_otherwise(company: World) -> None:
    first, second, third = (won(company, "As offered", "As charged") for _ in range(3))
    name = Line.objects.get(pk=first).product.name
    assert called(first) == name
    set_setting(actor=HOUSE, name="purchase_descriptions", value="quote")
    assert called(second) == "As offered"
    assert called(third, source="charge") == "As charged"
    clean()


def test_what_several_want_or_no_quote_offered_is_called_as_the_product_is(company: World) -> None:
    set_setting(actor=HOUSE, name="purchase_descriptions", value="quote")
    product = company.product()
    one, other = (sold(company, product, 1, description=words) for words in ("Blue", "Red"))
    assert called(one, other, source="charge") == product.name
    assert called(sold(company, product, 1, description="Green")) == product.name
    before = entries()
    with pytest.raises(BadInput) as refused:
        called(sold(company, product, 1), source="memory")
    assert refused.value.field == "description_source"
    assert entries() == before + 1, "the line that was sold, and no order"


def test_what_is_added_to_a_draft_is_called_as_its_order_says(company: World) -> None:
    line, more = (sold(company, company.product(), 1, description=words) for words in ("Blue", "Red"))
    wish = PurchaseWish(0, (), description_source="charge")
    made = bought(draft_from_lines(actor=HOUSE, wanted=[Wanted(line)], wish=wish))
    added = PurchaseLineWish(wanted=(Wanted(more),))
    change_purchase(actor=HOUSE, order=made.order, change=PurchaseChange(add=(added,)))
    words = PurchaseLine.objects.filter(purchase_order=made.order).order_by("position")
    assert [one.description for one in words] == ["Blue", "Red"]


def test_it_is_chosen_on_the_form_and_over_http(company: World) -> None:
    browser = Client()
    browser.force_login(company.user)
    line = sold(company, company.product(), 1, description="Blue")
    assert 'name="description_source"' in seen(browser, "/purchase-orders/new/")
    typed = {"vendor": str(company.vendor.pk), "line-0": str(line), "description_source": "charge"}
    assert browser.post("/purchase-orders/new/", typed).status_code == 303
    assert PurchaseLine.objects.get().description == "Blue"
    other = sold(company, company.product(), 1, description="Red")
    body = {"lines": [other], "description_source": "charge"}
    made = browser.post("/api/v1/purchase-orders/from-lines", body, "application/json").json()
    assert (made["description_source"], made["lines"][0]["description"]) == ("charge", "Red")
