"""What stock is worth under each cost method, with exact figures (cases C01 to C43)."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from tests.world import World, clean, entries, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.catalog.models import Product
from wharfinger.ledger.models import Draw, Layer
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.write import Written
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.actions.values import revalue
from wharfinger.stock.rules.adjusting import Adjustment

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def bring(company: World, product: Product, quantity: int, cost: str | None = None) -> Written:
    micro = None if cost is None else int(cost.replace(".", "")) * 10 ** (6 - len(cost.partition(".")[2]))
    item = Adjustment(product.pk, quantity, company.location.place_id, unit_cost_micro=micro)
    return adjust(actor=HOUSE, items=[item], reason="Count")


def stock_of(product: Product) -> tuple[int, int]:
    """Quantity and value in minor units."""
    rows: Sequence[tuple[int, int]] = list(
        Layer.objects.filter(product=product).values_list("quantity", "value_minor")
    )
    return sum(q for q, _ in rows), sum(v for _, v in rows)


def cost_of(entry: Written) -> int:
    return sum(Draw.objects.filter(entry=entry.entry).values_list("value_minor", flat=True))


@pytest.mark.parametrize(
    ("method", "issued", "left"), [("fifo", 20000, 10000), ("lifo", 25000, 5000), ("average", 22500, 7500)]
)
def test_in_10_at_10_and_10_at_20_then_out_15(company: World, method: str, issued: int, left: int) -> None:
    product = company.product(cost_method=method)
    bring(company, product, 10, "10")
    bring(company, product, 10, "20")
    out = bring(company, product, -15)
    assert cost_of(out) == issued
    assert stock_of(product) == (5, left)
    clean()
    reverse(actor=HOUSE, entry=out.id)
    assert stock_of(product) == (20, 30000)
    clean()


def test_an_average_is_the_value_by_the_quantity(company: World) -> None:
    product = company.product(cost_method="average")
    bring(company, product, 10, "10")
    assert stock_of(product) == (10, 10000)
    bring(company, product, 10, "20")
    assert Layer.objects.filter(product=product).count() == 1
    out = bring(company, product, -15)
    assert (cost_of(out), stock_of(product)) == (22500, (5, 7500))


def test_an_undone_issue_goes_back_to_its_layer(company: World) -> None:
    product = company.product()
    bring(company, product, 1, "10")
    bring(company, product, 1, "20")
    out = bring(company, product, -1)
    reverse(actor=HOUSE, entry=out.id)
    again = bring(company, product, -1)
    assert (cost_of(again), stock_of(product)) == (1000, (1, 2000))
    clean()


def test_an_issue_is_corrected_by_undoing_it(company: World) -> None:
    product = company.product()
    bring(company, product, 20, "10")
    out = bring(company, product, -10)
    bring(company, product, 20, "15")
    reverse(actor=HOUSE, entry=out.id)
    bring(company, product, -25)
    assert stock_of(product) == (15, 22500)
    clean()


def test_a_correction_of_a_receipt_is_a_layer_of_its_own(company: World) -> None:
    product = company.product()
    bring(company, product, 10, "10")
    bring(company, product, 10, "15")
    bring(company, product, -20)
    bring(company, product, 10, "10")
    assert stock_of(product) == (10, 10000)
    clean()


def test_nothing_left_is_worth_nothing(company: World) -> None:
    product = company.product(cost_method="average")
    receipt = bring(company, product, 1, "10")
    bring(company, product, 1, "20")
    bring(company, product, -1)
    before = entries()
    with pytest.raises(Refusal) as refused:
        reverse(actor=HOUSE, entry=receipt.id)
    assert refused.value.code == "cost_moved_on"
    assert entries() == before
    out = bring(company, product, -1)
    assert (cost_of(out), stock_of(product)) == (1500, (0, 0))
    clean()


def test_nothing_goes_below_zero(company: World) -> None:
    product = company.product()
    before = entries()
    with pytest.raises(Refusal) as refused:
        bring(company, product, -2)
    assert (refused.value.code, refused.value.wanted, refused.value.free) == ("not_enough", 2, 0)
    assert entries() == before
    bring(company, product, 20, "3.33")
    bring(company, product, -2)
    assert stock_of(product) == (18, 5994)
    clean()


def test_another_cost_is_a_revaluation_in_the_journal(company: World) -> None:
    product = company.product()
    bring(company, product, 10, "10")
    bring(company, product, 10, "10")
    bring(company, product, -15)
    assert stock_of(product) == (5, 5000)
    made = revalue(actor=HOUSE, product=product.pk, unit_cost_micro=15_000_000, reason="New price list")
    assert stock_of(product) == (5, 7500)
    assert (made.entry.verb, made.entry.reason) == ("revalue", "New price list")
    assert list(Draw.objects.filter(entry=made.entry).values_list("quantity", "value_minor", "move")) == [
        (0, -2500, None)
    ]
    clean()
    with pytest.raises(Refusal) as refused:
        reverse(actor=HOUSE, entry=made.id)
    assert refused.value.code == "corrected_by_verb"
    revalue(actor=HOUSE, product=product.pk, unit_cost_micro=10_000_000, reason="Mistyped")
    assert stock_of(product) == (5, 5000)
    out = bring(company, product, -5)
    assert (cost_of(out), stock_of(product)) == (5000, (0, 0))
    clean()


def test_a_revaluation_of_several_layers_is_exact_to_the_cent(company: World) -> None:
    product = company.product()
    for _ in range(3):
        bring(company, product, 1, "1")
    revalue(actor=HOUSE, product=product.pk, unit_cost_micro=1_333_333, reason="Rounding")
    assert list(Layer.objects.order_by("pk").values_list("value_minor", flat=True)) == [133, 134, 133]
    clean()


def test_nothing_is_not_valued(company: World) -> None:
    product = company.product()
    with pytest.raises(Refusal) as refused:
        revalue(actor=HOUSE, product=product.pk, unit_cost_micro=1, reason="Why")
    assert refused.value.code == "nothing_to_value"


def test_three_units_for_one_cent(company: World) -> None:
    product = company.product()
    bring(company, product, 3, "0.003333")
    assert stock_of(product) == (3, 1)
    costs = [cost_of(bring(company, product, -1)) for _ in range(3)]
    assert sum(costs) == 1
    assert stock_of(product) == (0, 0)
    clean()


@pytest.mark.parametrize("method", ["fifo", "lifo", "average"])
def test_whatever_comes_and_goes_the_layers_are_the_stock(company: World, method: str) -> None:
    product = company.product(cost_method=method, quantity_decimals=2)
    chance = random.Random(43)
    at_hand = worth = 0
    for _ in range(30):
        if at_hand and chance.random() < 0.5:
            part = chance.randint(1, at_hand)
            worth -= cost_of(bring(company, product, -part))
            at_hand -= part
        else:
            part = chance.randint(1, 900)
            worth -= cost_of(
                bring(company, product, part, f"{chance.randint(0, 99)}.{chance.randint(0, 9999):04d}")
            )
            at_hand += part
        assert stock_of(product) == (at_hand, worth)
    clean()
