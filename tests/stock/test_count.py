"""Counting: record, review, complete; one entry of differences."""

from __future__ import annotations

import pytest

from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput, Refusal
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.models import Holding, Layer, Move
from wharfinger.ledger.reverse import reverse
from wharfinger.sales.actions.orders import create_order, reserve
from wharfinger.sales.rules.orders import Hold, OrderWish
from wharfinger.stock.actions.counts import begin_count, complete_count, record_count, review_count
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.models import Count, CountLine
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.counting import Tally

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def test_differences_become_one_entry(company: World) -> None:
    more, fewer, same = company.product(), company.product(), company.product()
    for product in (more, fewer, same):
        company.stock(product, 5, value_minor=5000)
    wish = OrderWish(company.customer.pk, (LineWish(fewer.pk, 4),), confirm=True)
    (line,) = create_order(actor=HOUSE, wish=wish).made["ledger.Claim"]
    reserve(actor=HOUSE, holds=[Hold(line, 4)])
    count = begin_count(actor=HOUSE, location=company.location.pk, note="Year end").one("stock.Count")
    assert Count.objects.get().number == "CT-1"
    a1 = company.bins[0].place_id
    record_count(
        actor=HOUSE,
        count=count,
        tallies=[Tally(more.pk, a1, 7), Tally(fewer.pk, a1, 3), Tally(same.pk, a1, 5)],
    )
    # Goods that move after they were counted change nothing about the difference.
    adjust(actor=HOUSE, items=[Adjustment(more.pk, -1, company.location.place_id)], reason="Sample")
    with pytest.raises(Refusal) as refused:
        complete_count(actor=HOUSE, count=count)
    assert refused.value.code == "not_reviewed"
    review_count(actor=HOUSE, count=count)
    made = complete_count(actor=HOUSE, count=count)
    assert Move.objects.filter(entry=made.entry, source__kind__in=("bin", "adjustment")).count() == 3
    assert (held(product=more.pk)["bin"], held(product=same.pk)["bin"]) == (6, 5)
    assert held(line) == {"bin": 3, "covered": 3, "demand": 1, "to_bill": 4}
    assert sum(Layer.objects.filter(product=more).values_list("value_minor", flat=True)) == 6000
    clean()
    with pytest.raises(Refusal) as refused:
        complete_count(actor=HOUSE, count=count)
    assert refused.value.code == "count_completed"
    reverse(actor=HOUSE, entry=made.id)
    assert Count.objects.get().completed_at is None
    assert held(line)["bin"] == 4
    clean()


def test_counting_again_replaces_and_asks_for_another_review(company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    count = begin_count(actor=HOUSE, location=company.location.pk).one("stock.Count")
    a1 = company.bins[0].place_id
    record_count(actor=HOUSE, count=count, tallies=[Tally(product.pk, a1, 7)])
    review_count(actor=HOUSE, count=count)
    record_count(actor=HOUSE, count=count, tallies=[Tally(product.pk, a1, 5)])
    assert Count.objects.get().reviewed_at is None
    assert list(CountLine.objects.values_list("counted", "difference")) == [(5, 0)]
    review_count(actor=HOUSE, count=count)
    with pytest.raises(BadInput) as bad:
        record_count(actor=HOUSE, count=count, tallies=[Tally(product.pk, company.bins[2].place_id, 5)])
    assert bad.value.code == "no_such_bin"


def test_serials_are_counted_one_by_one(company: World) -> None:
    product = company.product(traced="serial", cost_method="specific")
    company.stock(product, 3, serials=("A", "B", "C"))
    count = begin_count(actor=HOUSE, location=company.location.pk).one("stock.Count")
    tally = Tally(product.pk, company.bins[0].place_id, 3, serials=("a", "C", "D"), unit_cost_micro=7_000_000)
    record_count(actor=HOUSE, count=count, tallies=[tally])
    found = dict(CountLine.objects.values_list("code", "difference"))
    assert found == {"A": 0, "B": -1, "C": 0, "D": 1}
    review_count(actor=HOUSE, count=count)
    complete_count(actor=HOUSE, count=count)
    there = Holding.objects.filter(product=product, kind="bin", quantity=1).values_list(
        "lot__code", flat=True
    )
    assert sorted(there) == ["A", "C", "D"]
    assert Layer.objects.get(lot__code="D").value_minor == 700
    clean()


def test_nothing_counted_is_not_reviewed(company: World) -> None:
    count = begin_count(actor=HOUSE, location=company.location.pk).one("stock.Count")
    before = entries()
    with pytest.raises(Refusal) as refused:
        review_count(actor=HOUSE, count=count)
    assert refused.value.code == "nothing_counted"
    assert entries() == before
