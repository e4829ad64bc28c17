"""The figures of stock, who holds what, what a refusal explains, and the life of a unit."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.world import World, clean, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.catalog.models import Product
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.cancel_delivery import cancel_delivery
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import pick_pack_ship, ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Claim, Lot
from wharfinger.ledger.reverse import reverse
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.actions.quotes import create_quote
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.sales.rules.quotes import QuoteWish
from wharfinger.stock.actions.goods import adjust, correct_serial, hold, transfer
from wharfinger.stock.queries import figures, holders, units, worth
from wharfinger.stock.queries.figures import StockRow, largest_remainder
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.moving import Goods, Transfer

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def ordered(company: World, product: Product, quantity: int) -> int:
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, quantity),), confirm=True)
    return create_order(actor=HOUSE, wish=wish).made["ledger.Claim"][0]


def test_one_line_of_numbers_per_product_and_location(company: World) -> None:
    product = company.product()
    company.stock(product, 10, value_minor=1001)
    company.stock(product, 5, value_minor=500, bin=company.bins[2])
    line = ordered(company, product, 7)
    reserve(actor=HOUSE, holds=[Hold(line, 4, location=company.location.place_id)])
    pick(actor=HOUSE, picks=[Pick(line, 1)])
    hold(actor=HOUSE, goods=Goods(product.pk, 2, company.location.place_id), reason="Wet")
    main, van = company.location.pk, company.other.pk
    assert figures.stock_rows([product.pk]) == [
        StockRow(product.pk, main, 10, 4, 3, 1, 0, 3, 0, 1001, 2),
        StockRow(product.pk, van, 5, 5, 0, 0, 0, 0, 0, 500),
    ]
    rows = figures.stock_rows([product.pk])
    assert rows[0].average_cost_micro(0, "EUR") == 1_001_000
    assert figures.available([product.pk]) == {
        (product.pk, company.location.place_id): 4,
        (product.pk, company.other.place_id): 5,
    }
    ship(actor=HOUSE, picks=[Pick(line, 4)])
    assert [r[2:8] for r in figures.stock_rows([product.pk])] == [(6, 4, 0, 0, 0, 3), (5, 5, 0, 0, 0, 0)]
    clean()


def test_an_expired_hold_counts_as_free_at_once(company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    line = ordered(company, product, 4)
    reserve(actor=HOUSE, holds=[Hold(line, 4)])
    Claim.objects.filter(pk=line).update(hold_until=clock.now() - timedelta(seconds=1))
    assert [r[2:8] for r in figures.stock_rows([product.pk])] == [(5, 5, 0, 0, 0, 4)]
    assert figures.available([product.pk]) == {(product.pk, company.location.place_id): 5}
    assert holders.holds([product.pk]) == []
    Claim.objects.filter(pk=line).update(hold_until=clock.now() + timedelta(hours=1))
    assert [r[2:8] for r in figures.stock_rows([product.pk])] == [(5, 1, 4, 0, 0, 0)]
    assert [(h.line, h.quantity, h.organization) for h in holders.holds([product.pk])] == [(line, 4, "Acme")]


def test_a_value_is_shared_by_quantity_and_adds_up() -> None:
    assert largest_remainder(100, [1, 1, 1]) == [34, 33, 33]
    assert largest_remainder(5, [0, 3, 1]) == [0, 4, 1]
    assert largest_remainder(0, [0, 0]) == [0, 0]
    assert largest_remainder(7, [0, 0]) == [0, 0]


def test_the_figures_cost_as_many_statements_for_many_products(company: World) -> None:
    counts = []
    for _ in range(2):
        products = [company.product().pk for _ in range(20)]
        with CaptureQueriesContext(connection) as found:
            figures.stock_rows(products)
        counts.append(len(found))
    assert counts[0] == counts[1] == 5


def test_the_value_of_a_past_day(company: World) -> None:
    product = company.product()
    today = clock.today("Europe/Berlin")
    for days, quantity in ((9, 3), (5, 2), (2, -4)):
        item = Adjustment(product.pk, quantity, company.location.place_id, unit_cost_micro=10_000_000)
        adjust(actor=HOUSE, items=[item], reason="Then", effective_on=today - timedelta(days=days))
    on = {days: worth.valuation(today - timedelta(days=days), [product.pk]) for days in (10, 9, 5, 3, 2, 0)}
    assert {days: [(v.quantity, v.value_minor) for v in found] for days, found in on.items()} == {
        10: [],
        9: [(3, 3000)],
        5: [(5, 5000)],
        3: [(5, 5000)],
        2: [(1, 1000)],
        0: [(1, 1000)],
    }


def test_a_refusal_says_who_holds_the_rest_and_what_to_do(company: World) -> None:
    product = company.product(quantity_decimals=1)
    company.stock(product, 50)
    company.stock(product, 7, bin=company.bins[2])
    line = ordered(company, product, 40)
    reserve(actor=HOUSE, holds=[Hold(line, 40)])
    other = ordered(company, product, 20)
    with pytest.raises(Refusal) as refused:
        reserve(actor=HOUSE, holds=[Hold(other, 20, location=company.location.place_id)])
    refusal = refused.value
    holders.explain(refusal)
    assert refusal.decimals == 1
    assert refusal.words().startswith("2 wanted, 1 free")
    ((holder),) = refusal.held_by
    assert (holder.subject.partition(":")[0], holder.quantity, holder.until) == ("order", 40, None)
    assert [(r.verb, dict(r.values)) for r in refusal.remedies][:2] == [
        ("take_less", {"quantity": "1"}),
        ("take_elsewhere", {"location": "Van"}),
    ]
    assert refusal.arriving == ()


def test_a_refusal_of_another_matter_names_no_holder(company: World) -> None:
    product = company.product()
    company.stock(product, 4)
    line, other = ordered(company, product, 2), ordered(company, product, 2)
    reserve(actor=HOUSE, holds=[Hold(other, 2)])
    pick_pack_ship(actor=HOUSE, picks=[Pick(line, 2)])
    with pytest.raises(Refusal) as refused:
        cancel_delivery(actor=HOUSE, picks=[Pick(line, 3)])
    assert refused.value.code == "not_delivered"
    assert (refused.value.held_by, refused.value.remedies) == ((), ())


def test_what_was_only_quoted_is_no_back_order_once_its_hold_ends(company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    quote = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, (LineWish(product.pk, 3),))).one(
        "ledger.Claim"
    )
    line = ordered(company, product, 2)
    soon = clock.now() + timedelta(hours=1)
    reserve(actor=HOUSE, holds=[Hold(quote, 3)], until=soon)
    reserve(actor=HOUSE, holds=[Hold(line, 2)], until=soon)
    with time_machine.travel(soon, tick=False):
        (row,) = figures.stock_rows([product.pk])
    assert (row.available, row.reserved, row.back_order) == (5, 0, 2)


def test_the_life_of_a_unit_under_all_its_numbers(company: World) -> None:
    product = company.product(traced="serial", cost_method="specific")
    company.stock(product, 1, serials=("X1",))
    unit = Lot.objects.get(code="X1")
    correct_serial(actor=company.user, lot=unit.pk, serial="Y1", reason="Misread")
    goods = Goods(product.pk, 1, company.location.place_id, codes=("Y1",))
    moved = transfer(actor=HOUSE, items=[Transfer(goods, company.other.place_id)])
    reverse(actor=HOUSE, entry=moved.id)
    line = ordered(company, product, 1)
    reserve(actor=HOUSE, holds=[Hold(line, 1)])
    ship(actor=HOUSE, picks=[Pick(line, 1)])
    (now,) = units.whereabouts(list(units.of_number(" y1")))
    assert (now.kind, now.place_of, now.line, now.organization) == (
        "customer",
        f"site:{company.site.pk}",
        line,
        "Acme",
    )
    assert now.subject.startswith("order:")
    (gone,) = units.whereabouts(list(units.of_number("x1")))
    assert (gone.kind, gone.line) == ("", None)
    story = units.life(unit)
    told = ["ship", "reserve", "order", "reverse", "transfer", "correct_serial", "adjust"]
    assert [c.verb for c in story] == told
    assert [told[n] for n, c in enumerate(story) if c.undone] == ["transfer"]
    assert story[5].actor == "Ada"
    assert (story[5].reason, story[5].code, story[6].code) == ("Misread", "Y1", "X1")
    assert story[6].target_of == f"bin:{company.bins[0].pk}"
    assert any(s.startswith("order:") for s in story[0].subjects)
    assert [c.entry for c in units.life(Lot.objects.get(code="Y1"))] == [c.entry for c in story]
