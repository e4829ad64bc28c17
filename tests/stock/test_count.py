"""Counting: record, review, complete; one entry of differences."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from tests.world import World, category, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.base.refusal import BadInput, Refusal
from wharfinger.catalog.models import Product
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Holding, Layer, Lot, Move
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.write import Written
from wharfinger.sales.actions.orders import create_order, reserve
from wharfinger.sales.rules.orders import Hold, OrderWish
from wharfinger.stock.actions.counts import (
    begin_count,
    cancel_count,
    complete_count,
    record_count,
    recount,
    review_count,
)
from wharfinger.stock.actions.goods import adjust, transfer
from wharfinger.stock.models import Count, CountLine
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.counting import Scope, Tally
from wharfinger.stock.rules.moving import Goods, Transfer

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


def begun(company: World, **values: Any) -> int:
    return begin_count(actor=HOUSE, location=company.location.pk, **values).one("stock.Count")


def posted(count: int) -> Written:
    review_count(actor=HOUSE, count=count)
    return complete_count(actor=HOUSE, count=count)


def bins_of(product: Product) -> dict[tuple[str, int], int]:
    """What stands in which bin for which line."""
    found = Holding.objects.filter(product=product, kind="bin", quantity__gt=0)
    return {(h.place.bin.name, h.claim_id): h.quantity for h in found.select_related("place__bin")}


def reserved(company: World, product: Product, quantity: int) -> int:
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, quantity),), confirm=True)
    (line,) = create_order(actor=HOUSE, wish=wish).made["ledger.Claim"]
    reserve(actor=HOUSE, holds=[Hold(line, quantity)])
    return int(line)


def test_what_is_in_the_wrong_bin_is_moved_and_stays_reserved(company: World) -> None:
    """Nothing is lost and found, no line goes without, and the cost stays what it was."""
    product = company.product()
    company.stock(product, 5, value_minor=501)
    line = reserved(company, product, 5)
    a1, a2 = company.bins[0].place_id, company.bins[1].place_id
    count = begun(company)
    record_count(actor=HOUSE, count=count, tallies=[Tally(product.pk, a1, 2), Tally(product.pk, a2, 2)])
    made = posted(count)
    assert bins_of(product) == {("A1", line): 2, ("A2", line): 2}
    assert held(line) == {"bin": 4, "covered": 4, "demand": 1, "to_bill": 5}
    assert Layer.objects.get(product=product).value_minor == 401
    clean()
    reverse(actor=HOUSE, entry=made.id)
    assert bins_of(product) == {("A1", line): 5}
    assert Layer.objects.get(product=product).value_minor == 501
    clean()


def test_a_unit_that_the_books_have_elsewhere_comes_to_where_it_was_found(company: World) -> None:
    product = company.product(traced="serial", cost_method="specific")
    company.stock(product, 2, serials=("A", "B"), value_minor=3000)
    company.stock(product, 1, serials=("C",), bin=company.bins[2], value_minor=777)
    a1, a2 = company.bins[0].place_id, company.bins[1].place_id
    count = begun(company)
    tallies = [Tally(product.pk, a1, 1, ("A",)), Tally(product.pk, a2, 2, ("b", "C"))]
    record_count(actor=HOUSE, count=count, tallies=tallies)
    made = posted(count)
    assert Move.objects.filter(entry=made.entry).count() == 2
    there = Holding.objects.filter(product=product, quantity=1, kind="bin")
    assert dict(there.values_list("lot__code", "place")) == {"A": a1, "B": a2, "C": a2}
    assert Layer.objects.get(lot__code="C").value_minor == 777
    clean()


def test_a_unit_that_was_moved_since_is_not_posted_again(company: World) -> None:
    product = company.product(traced="serial", cost_method="specific")
    company.stock(product, 1, serials=("A",))
    a1, a2 = company.bins[0].place_id, company.bins[1].place_id
    count = begun(company)
    tallies = [Tally(product.pk, a1, 0), Tally(product.pk, a2, 1, ("A",))]
    record_count(actor=HOUSE, count=count, tallies=tallies)
    goods = Goods(product.pk, 1, company.location.place_id, codes=("A",))
    transfer(actor=HOUSE, items=[Transfer(goods, company.location.place_id, a2)])
    made = posted(count)
    assert not Move.objects.filter(entry=made.entry)
    assert Holding.objects.get(product=product, quantity=1, kind="bin").place_id == a2
    clean()


def test_a_unit_that_was_picked_or_delivered_is_not_found_in_a_bin(company: World) -> None:
    product = company.product(traced="serial", cost_method="specific")
    company.stock(product, 1, serials=("A",))
    pick(actor=HOUSE, picks=[Pick(reserved(company, product, 1), 1)])
    count = begun(company)
    record_count(actor=HOUSE, count=count, tallies=[Tally(product.pk, company.bins[0].place_id, 1, ("A",))])
    review_count(actor=HOUSE, count=count)
    before = entries()
    with pytest.raises(Refusal) as refused:
        complete_count(actor=HOUSE, count=count)
    assert refused.value.code == "stands_elsewhere"
    assert "picked" in refused.value.words()
    assert entries() == before
    # Counted without it, nothing is off.
    record_count(actor=HOUSE, count=count, tallies=[Tally(product.pk, company.bins[0].place_id, 0)])
    assert list(CountLine.objects.values_list("code", "difference")) == [("A", 0)]
    posted(count)
    assert held(product=product.pk)["picked"] == 1


def test_what_was_written_on_paper_is_compared_with_the_books_of_then(company: World) -> None:
    """Three were counted at nine; two left at ten; at noon somebody types what stands on the sheet."""
    product = company.product()
    a1 = company.bins[0].place_id
    with time_machine.travel(datetime(2026, 11, 28, 8, 0, tzinfo=UTC), tick=False):
        company.stock(product, 5)
        count = begun(company)
    with time_machine.travel(datetime(2026, 11, 28, 10, 0, tzinfo=UTC), tick=False):
        adjust(actor=HOUSE, items=[Adjustment(product.pk, -2, company.location.place_id)], reason="Sample")
    with time_machine.travel(datetime(2026, 11, 28, 12, 0, tzinfo=UTC), tick=False):
        tallies = [Tally(product.pk, a1, 3)]
        record_count(actor=HOUSE, count=count, tallies=tallies)
        assert CountLine.objects.get().difference == 0
        nine = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
        record_count(actor=HOUSE, count=count, tallies=tallies, counted_at=nine)
        line = CountLine.objects.get()
        assert (line.difference, line.counted_at) == (-2, nine)
        before = entries()
        for wrong, code in ((7, "before_the_count"), (13, "in_the_future")):
            at = datetime(2026, 11, 28, wrong, 0, tzinfo=UTC)
            with pytest.raises(BadInput) as bad:
                record_count(actor=HOUSE, count=count, tallies=tallies, counted_at=at)
            assert (bad.value.code, bad.value.field) == (code, "counted_at")
        assert entries() == before
        posted(count)
    assert held(product=product.pk) == {"bin": 1}
    clean()


def test_what_is_off_by_more_than_the_tolerance_is_counted_twice(company: World) -> None:
    counting = {"second_count": True, "tolerance_percent": 10, "tolerance_minor": 1000}
    Setting.objects.create(key="counting", value=counting)
    cheap, dear, right = company.product(), company.product(), company.product()
    company.stock(cheap, 100, value_minor=1000)
    company.stock(dear, 100, value_minor=1_000_000)
    company.stock(right, 1)
    a1 = company.bins[0].place_id
    count = begun(company)
    tallies = [Tally(cheap.pk, a1, 90), Tally(dear.pk, a1, 99), Tally(right.pk, a1, 1)]
    record_count(actor=HOUSE, count=count, tallies=tallies)
    before = entries()
    with pytest.raises(Refusal) as refused:
        review_count(actor=HOUSE, count=count)
    assert (refused.value.code, refused.value.wanted) == ("count_again", 1)
    with pytest.raises(BadInput) as bad:
        recount(actor=HOUSE, count=count, tallies=[Tally(dear.pk, company.bins[1].place_id, 3)])
    assert bad.value.code == "not_counted_yet"
    assert entries() == before
    recount(actor=HOUSE, count=count, tallies=[Tally(dear.pk, a1, 98)])
    recount(actor=HOUSE, count=count, tallies=[Tally(dear.pk, a1, 97)])
    line = CountLine.objects.get(product=dear)
    assert (line.first_counted, line.counted, line.difference) == (99, 97, -3)
    posted(count)
    assert held(product=dear.pk) == {"bin": 97}
    clean()


def test_goods_kept_for_others_are_counted_and_never_valued(company: World) -> None:
    product = company.product(traced="batch")
    location, a1 = company.location.place_id, company.bins[0].place_id
    acme = company.customer.pk
    kept = Adjustment(product.pk, 5, location, batch="L1", owner=acme)
    adjust(actor=HOUSE, items=[kept, replace(kept, owner=None, quantity=2)], reason="Kept for Acme")
    assert sum(Layer.objects.filter(product=product).values_list("quantity", flat=True)) == 2
    count = begun(company)
    tallies = [
        Tally(product.pk, a1, 4, batch="l1", owner=acme),
        Tally(product.pk, a1, 2, batch="L1"),
        Tally(product.pk, a1, 1, batch="L2", owner=acme),
    ]
    record_count(actor=HOUSE, count=count, tallies=tallies)
    found = CountLine.objects.order_by("pk").values_list("code", "owner", "difference")
    assert list(found) == [("L1", acme, -1), ("L1", None, 0), ("L2", acme, 1)]
    made = posted(count)
    there = Holding.objects.filter(product=product, kind="bin", quantity__gt=0)
    rows = there.order_by("lot__code", "owned").values_list("lot__code", "owned", "quantity")
    assert list(rows) == [("L1", False, 4), ("L1", True, 2), ("L2", False, 1)]
    assert not made.entry.draws.exists()
    clean()
    adjust(actor=HOUSE, items=[replace(kept, quantity=-4)], reason="Fetched")
    assert sum(there.filter(owned=False).values_list("quantity", flat=True)) == 1
    clean()


def test_a_count_that_is_given_up_posts_nothing(company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    count = begun(company)
    tallies = [Tally(product.pk, company.bins[0].place_id, 3)]
    record_count(actor=HOUSE, count=count, tallies=tallies)
    made = cancel_count(actor=HOUSE, count=count, reason="Wrong shelf")
    before = entries()
    for act in (review_count, complete_count, cancel_count):
        with pytest.raises(Refusal) as refused:
            act(actor=HOUSE, count=count)
        assert refused.value.code == "count_cancelled"
    assert entries() == before
    reverse(actor=HOUSE, entry=made.id)
    posted(count)
    assert held(product=product.pk) == {"bin": 3}
    clean()


def test_a_part_of_a_location_is_counted(company: World) -> None:
    product = company.product()
    switches = category("Switches").pk
    scope = Scope((company.bins[0].pk,), (product.pk,), switches, date(2026, 11, 1))
    begun(company, scope=scope, blind=True)
    found = Count.objects.get()
    assert found.blind
    assert found.scope == {
        "bins": [company.bins[0].pk],
        "products": [product.pk],
        "category": switches,
        "moved_since": "2026-11-01",
    }
    before = entries()
    for wrong, code in (
        (Scope(bins=(company.bins[2].pk,)), "no_such_bin"),
        (Scope(products=(999_999,)), "no_such_product"),
        (Scope(category=999_999), "no_such_category"),
        (Scope(moved_since=date(2999, 1, 1)), "in_the_future"),
    ):
        with pytest.raises(BadInput) as bad:
            begun(company, scope=wrong)
        assert bad.value.code == code
    assert entries() == before


def test_five_thousand_lines_are_one_entry_within_three_seconds(company: World) -> None:
    """Every line is off; one in ten of what lacks is in the wrong bin, one in ten lacks reserved units."""
    made = Product.objects.bulk_create(
        Product(sku=f"M-{n}", name=f"Many {n}", tax_code=company.tax) for n in range(2500)
    )
    Lot.objects.bulk_create(Lot(product=one) for one in made)
    location, (a1, a2) = company.location.place_id, [one.place_id for one in company.bins[:2]]
    items = [
        Adjustment(product.pk, 10, location, place, unit_cost_micro=3_330_000)
        for product in made
        for place in (a1, a2)
    ]
    adjust(actor=HOUSE, items=items, reason="Opening stock")
    lines = tuple(LineWish(product.pk, 20) for product in made[:250])
    wish = OrderWish(company.customer.pk, lines, confirm=True)
    claims = create_order(actor=HOUSE, wish=wish).made["ledger.Claim"]
    reserve(actor=HOUSE, holds=[Hold(claim, 20) for claim in claims])
    count = begun(company)
    tallies = [
        Tally(product.pk, place, 10 + off)
        for n, product in enumerate(made)
        for place, off in ((a1, -1), (a2, 1 if n % 10 == 1 else -1))
    ]
    with CaptureQueriesContext(connection) as queries:
        record_count(actor=HOUSE, count=count, tallies=tallies)
    assert len(queries) <= 20
    review_count(actor=HOUSE, count=count)
    # Of this thread's own time: whatever else the machine does while it checks is no fault of counting.
    began = time.thread_time()
    with CaptureQueriesContext(connection) as queries:
        done = complete_count(actor=HOUSE, count=count)
    took = time.thread_time() - began
    assert len(queries) <= 30

    assert took < 3, took
    assert Move.objects.filter(entry=done.entry, source__kind="bin").count() == 4750
    assert Holding.objects.filter(kind="demand").aggregate(q=Sum("quantity"))["q"] == 450
    clean()
