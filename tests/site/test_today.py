"""Today says what waits at each stage, what is late, what arrives and what is short."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.purchasing.buying import stocked_up
from tests.world import World, seen, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def browser(company: World) -> Client:
    client = Client()
    client.force_login(company.user)
    return client


def late(browser: Client) -> str:
    """What the card of late orders says."""
    return seen(browser, "/").partition("Promises in danger</h2>")[2].partition("</section>")[0]


def test_a_promise_is_kept_once_the_goods_are_delivered(company: World, browser: Client) -> None:
    """A delivered order that nobody has paid yet is not late; one whose goods are lacking is."""
    product = company.product()
    company.stock(product, 2)
    yesterday = clock.today("Europe/Berlin") - timedelta(days=2)
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, 2),), confirm=True, promised_on=yesterday)
    line = create_order(actor=HOUSE, wish=wish).one("ledger.Claim")
    assert "SO-1" in late(browser)
    reserve(actor=HOUSE, holds=[Hold(line, 2)])
    ship(actor=HOUSE, picks=[Pick(line, 2)])
    assert "SO-1" not in late(browser)


def test_what_should_have_arrived_is_marked(company: World, browser: Client) -> None:
    today = clock.today("Europe/Berlin")
    stocked_up(company, (company.product(), 1, 1_000_000), expected_on=today)
    stocked_up(company, (company.product(), 1, 1_000_000), expected_on=today - timedelta(days=2))
    stocked_up(company, (company.product(), 1, 1_000_000), expected_on=today + timedelta(days=30))
    page = seen(browser, "/").partition("Arriving")[2].partition("</section>")[0]
    assert ("PO-1" in page, "PO-2" in page, "PO-3" in page) == (True, True, False)
    assert page.count("chip red") == 1
