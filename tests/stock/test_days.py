"""Whatever is dated back: on no day is less than nothing there, or something worth without anything there."""

from __future__ import annotations

import contextlib
import random
from datetime import timedelta

import pytest

from tests.stock.test_cost import cost_of, stock_of
from tests.world import World, clean, entries, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.catalog.models import Product
from wharfinger.ledger.models import Layer
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.write import Written
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.actions.values import revalue
from wharfinger.stock.queries.worth import valuation
from wharfinger.stock.rules.adjusting import Adjustment

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def bring(
    company: World, product: Product, quantity: int, *, ago: int = 0, cost_micro: int | None = None
) -> Written:
    """Goods found, or lost, so many days ago."""
    item = Adjustment(product.pk, quantity, company.location.place_id, unit_cost_micro=cost_micro)
    on = clock.today("Europe/Berlin") - timedelta(days=ago)
    return adjust(actor=HOUSE, items=[item], reason="Count", effective_on=on)


def worth(product: Product, ago: int) -> tuple[int, int]:
    """Quantity and value at the end of a day."""
    found = valuation(clock.today("Europe/Berlin") - timedelta(days=ago), [product.pk])
    return (found[0].quantity, found[0].value_minor) if found else (0, 0)


def test_an_issue_is_not_dated_before_what_was_put_back(company: World) -> None:
    product = company.product()
    bring(company, product, 10, ago=9, cost_micro=1_000_000)
    out = bring(company, product, -6, ago=5)
    reverse(actor=HOUSE, entry=out.id)
    assert worth(product, 3) == (4, 400)
    before = entries()
    with pytest.raises(Refusal) as refused:
        bring(company, product, -10, ago=3)
    assert (refused.value.code, refused.value.field) == ("before_the_goods", "effective_on")
    assert entries() == before
    assert cost_of(bring(company, product, -10)) == 1000
    clean()


def test_an_issue_is_not_dated_before_another_value(company: World) -> None:
    product = company.product()
    bring(company, product, 10, ago=9, cost_micro=1_000_000)
    revalue(actor=HOUSE, product=product.pk, unit_cost_micro=1_500_000, reason="New list")
    with pytest.raises(Refusal) as refused:
        bring(company, product, -10, ago=3)
    assert refused.value.code == "before_the_goods"
    assert cost_of(bring(company, product, -10)) == 1500
    assert [worth(product, ago) for ago in (10, 9, 1, 0)] == [(0, 0), (10, 1000), (10, 1000), (0, 0)]
    clean()


def test_an_issue_before_another_takes_of_what_was_there(company: World) -> None:
    product = company.product()
    bring(company, product, 10, ago=9, cost_micro=1_000_000)
    bring(company, product, -6, ago=3)
    bring(company, product, -4, ago=7)
    assert [worth(product, ago) for ago in (9, 7, 3)] == [(10, 1000), (6, 600), (0, 0)]
    clean()


def test_a_pool_that_was_emptied_and_filled_again_is_one(company: World) -> None:
    product = company.product(cost_method="average")
    bring(company, product, 1, cost_micro=10_000_000)
    out = bring(company, product, -1)
    bring(company, product, 1, cost_micro=20_000_000)
    reverse(actor=HOUSE, entry=out.id)
    assert stock_of(product) == (2, 3000)
    assert cost_of(bring(company, product, -1)) == 1500
    assert Layer.objects.filter(product=product, quantity__gt=0).count() == 1
    clean()


@pytest.mark.parametrize("method", ["fifo", "lifo", "average"])
@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_dated_back_every_day_holds(company: World, method: str, seed: int) -> None:
    product = company.product(cost_method=method, quantity_decimals=1)
    chance = random.Random(f"{method} {seed}")
    done: list[int] = []
    went_through = 0
    for _ in range(30):
        kind, ago = chance.random(), chance.randint(0, 12)
        with contextlib.suppress(Refusal):
            if kind < 0.1:
                cost = chance.randint(0, 9_999_999)
                revalue(actor=HOUSE, product=product.pk, unit_cost_micro=cost, reason="New list")
            elif kind < 0.25 and done:
                reverse(actor=HOUSE, entry=chance.choice(done))
            elif kind < 0.65:
                cost = chance.randint(0, 9_999_999)
                done.append(bring(company, product, chance.randint(1, 40), ago=ago, cost_micro=cost).id)
            else:
                done.append(bring(company, product, -chance.randint(1, 25), ago=ago).id)
            went_through += 1
        clean()
        assert worth(product, 0) == stock_of(product)
    assert went_through > 12
