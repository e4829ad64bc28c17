"""What an act moves, in words for people."""

from __future__ import annotations

import pytest

from tests.fulfilment.trade import reserved
from tests.world import World, world
from wharfinger.base.access import HOUSE
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.reopen import try_reopen
from wharfinger.fulfilment.actions.packing import pack
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.pictures import picture, ways
from wharfinger.ledger.post import dry
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.telling import timeline
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.quotes import create_quote
from wharfinger.sales.actions.winning import win
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.quotes import QuoteWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def undone(entry: int) -> list[tuple[str, ...]]:
    """What undoing an entry would move."""
    return [step[:4] for step in dry(lambda: picture(reverse(actor=HOUSE, entry=entry).id))]


def test_what_went_is_paired_with_what_came() -> None:
    assert ways({"a": -5, "b": 2, "c": 3}) == [(2, "a", "b"), (3, "a", "c")]
    assert ways({"a": -2, "b": -3, "c": 5}) == [(2, "a", "c"), (3, "b", "c")]
    assert ways({"a": 0}) == []


def test_inner_words_are_not_told(company: World) -> None:
    cable = company.product(sku="CBL")
    company.stock(cable, 2)
    made = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, (LineWish(cable.pk, 5),)))
    (line,) = made.made["ledger.Claim"]
    held = reserve(actor=HOUSE, holds=[Hold(line, 2)])
    assert undone(held.id) == [("2", "CBL", "Main / A1, reserved", "Main / A1")]
    won = win(actor=HOUSE, quote=made.one("demand.Sheet"))
    assert undone(won.id) == [("3", "CBL", "to order", "quoted")]


def test_a_line_that_ends_to_be_wanted_is_told(company: World) -> None:
    cable = company.product(sku="CBL")
    made = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, (LineWish(cable.pk, 5),)))
    assert undone(made.id) == [("5", "CBL", "quoted", "nothing")]


def test_reopening_tells_the_first_and_the_last_place(company: World) -> None:
    phone = company.product(sku="TEL", traced="serial", cost_method="specific")
    company.stock(phone, 2, serials=("T1", "T2"))
    sheet, (line,) = reserved(company, (phone, 1))
    pick(actor=HOUSE, picks=[Pick(line, 1, serials=("T2",))])
    pack(actor=HOUSE, picks=[Pick(line, 1)])
    ship(actor=HOUSE, picks=[Pick(line, 1)])
    steps = try_reopen(actor=HOUSE, order=sheet, read=lambda done: picture(done.id))
    assert [step[:4] for step in steps] == [("1", "TEL T2", "customer", "Main / A1")]


def test_a_timeline_tells_no_move_where_nothing_moved(company: World) -> None:
    cable = company.product(sku="CBL")
    company.stock(cable, 2)
    made = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, (LineWish(cable.pk, 2),)))
    (line,) = made.made["ledger.Claim"]
    reserve(actor=HOUSE, holds=[Hold(line, 2)])
    win(actor=HOUSE, quote=made.one("demand.Sheet"))
    won, held, _quoted = timeline(f"quote:{made.one('demand.Sheet')}")
    assert (won.sentence, won.moves) == ("Won", [])
    assert held.moves == [("2", "CBL", "Main / A1", "Main / A1, reserved")]
