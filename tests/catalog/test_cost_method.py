"""How a product is valued may change: to the cent where layers go on, and never between units and layers in stock."""

from __future__ import annotations

import pytest

from tests.stock.test_cost import bring, cost_of, stock_of
from tests.world import World, clean, entries, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.models import Product
from wharfinger.ledger.reverse import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def value_by(product: Product, method: str) -> int:
    return change_product(actor=HOUSE, product=product.pk, values={"cost_method": method}).id


def test_another_method_takes_over_what_the_layers_are_worth(company: World) -> None:
    product = company.product()
    bring(company, product, 10, "10")
    bring(company, product, 10, "20.01")
    value_by(product, "lifo")
    assert cost_of(bring(company, product, -1)) == 2001
    value_by(product, "average")
    assert stock_of(product) == (19, 28009)
    assert cost_of(bring(company, product, -9)) == 13267
    bring(company, product, 10, "30")
    assert stock_of(product) == (20, 44742)
    value_by(product, "fifo")
    assert cost_of(bring(company, product, -1)) == 2237
    assert stock_of(product) == (19, 42505)
    clean()


def test_units_with_a_cost_each_take_no_other_method_while_one_is_left(company: World) -> None:
    product = company.product(traced="serial", cost_method="specific")
    found = company.stock(product, 1, serials=("S1",))
    before = entries()
    with pytest.raises(Refusal) as refused:
        value_by(product, "fifo")
    assert (refused.value.code, refused.value.field) == ("valued_by_unit", "cost_method")
    assert entries() == before
    reverse(actor=HOUSE, entry=found.id)
    changed = value_by(product, "fifo")
    company.stock(product, 1, serials=("S2",))
    before = entries()
    with pytest.raises(Refusal) as refused:
        reverse(actor=HOUSE, entry=changed)
    assert refused.value.code == "valued_by_unit"
    assert entries() == before
    clean()
