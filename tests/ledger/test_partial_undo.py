"""A part of a move that drew from several layers: what is put back adds up to the units."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.fulfilment.trade import reserved
from tests.purchasing.buying import arrive, bought, on_order, sold
from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.cancel_delivery import cancel_delivery
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Layer
from wharfinger.ledger.reverse import reverse
from wharfinger.purchasing.actions.ordering import draft_from_lines, submit
from wharfinger.purchasing.rules.drafting import Wanted
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.quotes import create_quote
from wharfinger.sales.actions.winning import win
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.quotes import QuoteWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def test_units_of_several_layers_come_back_one_by_one(company: World) -> None:
    cable = company.product()
    for value in (100, 200, 300):
        company.stock(cable, 1, value_minor=value)
    _, (line,) = reserved(company, (cable, 3))
    done = ship(actor=HOUSE, picks=[Pick(line, 3)])
    for expected in ([0, 0, 300], [0, 200, 300], [100, 200, 300]):
        reverse(actor=HOUSE, entry=done.id, claims={line: 1})
        assert list(Layer.objects.order_by("pk").values_list("value_minor", flat=True)) == expected
        clean()


def test_more_than_is_left_of_a_line_is_refused_not_cut(company: World) -> None:
    """Beside a line of which enough is left, too: nothing of either is taken back."""
    cable, phone = company.product(quantity_decimals=1), company.product()
    company.stock(cable, 40)
    company.stock(phone, 3)
    _, (cables, phones) = reserved(company, (cable, 30), (phone, 3))
    done = ship(actor=HOUSE, picks=[Pick(cables, 30), Pick(phones, 3)])
    reverse(actor=HOUSE, entry=done.id, claims={cables: 10, phones: 3})
    before = entries(), held(cables), held(phones)
    wishes: list[tuple[dict[int, int | None], tuple[Any, ...]]] = [
        ({cables: 90}, ("less_left", 90, 20, f"lines.{cables}")),
        ({cables: 10, phones: 2}, ("nothing_left", 2, 0, f"lines.{phones}")),
        ({cables: 10, 999: 1}, ("nothing_left", 1, 0, "lines.999")),
    ]
    for asked, wanted in wishes:
        with pytest.raises(Refusal) as found:
            reverse(actor=HOUSE, entry=done.id, claims=asked)
        refusal = found.value
        assert (refusal.code, refusal.wanted, refusal.free, refusal.field) == wanted
        assert (entries(), held(cables), held(phones)) == before
    assert refusal.held_by == ()
    reverse(actor=HOUSE, entry=done.id, claims={cables: None})
    clean()


def test_the_door_says_how_many_are_left(company: World) -> None:
    cable = company.product(quantity_decimals=1)
    company.stock(cable, 40)
    _, (line,) = reserved(company, (cable, 20))
    done = ship(actor=HOUSE, picks=[Pick(line, 20)])
    client = Client()
    client.force_login(company.user)
    at = f"/api/v1/journal/{done.id}/reverse"
    before = entries()
    answer = client.post(at, {"lines": {str(line): "9"}}, "application/json")
    body = answer.json()
    assert (answer.status_code, body["code"], body["wanted"], body["free"], body["field"]) == (
        *(409, "less_left"),
        *("9", "2", f"lines.{line}"),
    )
    assert body["message"] == "Only 2 of 9 are left to undo. Undo fewer."
    assert entries() == before
    assert client.post(at, {"lines": {str(line): "2"}}, "application/json").status_code == 200


def test_refused_and_stocked_units_of_one_line_share_what_is_undone(company: World) -> None:
    """A receipt ends in two kinds of place; undoing two units of it undoes two, not two of each."""
    cable = company.product()
    line = sold(company, cable, 5)
    made = bought(draft_from_lines(actor=HOUSE, wanted=[Wanted(line)]))
    submit(actor=HOUSE, order=made.order)
    done = arrive(made.lines[0], 5, rejected=2)
    reverse(actor=HOUSE, entry=done.id, claims={line: 3})
    assert on_order(made.lines[0]) == 3
    assert held(line)["bin"] == 2
    clean()


def test_a_cancelled_delivery_is_done_again_not_undone(company: World) -> None:
    cable = company.product()
    company.stock(cable, 1)
    _, (line,) = reserved(company, (cable, 1))
    ship(actor=HOUSE, picks=[Pick(line, 1)])
    back = cancel_delivery(actor=HOUSE, picks=[Pick(line, 1)])
    with pytest.raises(Refusal) as found:
        reverse(actor=HOUSE, entry=back.id)
    assert found.value.code == "is_a_reversal"
    ship(actor=HOUSE, picks=[Pick(line, 1)])
    clean()


def test_a_decision_is_undone_as_a_whole(company: World) -> None:
    cable = company.product()
    company.stock(cable, 2)
    made = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, (LineWish(cable.pk, 2),)))
    quoted = made.one("ledger.Claim")
    reserve(actor=HOUSE, holds=[Hold(quoted, 1)])
    won = win(actor=HOUSE, quote=made.one("demand.Sheet"))
    for claim in (quoted, won.one("ledger.Claim")):
        before = entries()
        with pytest.raises(Refusal) as found:
            reverse(actor=HOUSE, entry=won.id, claims={claim: 1})
        assert (found.value.code, entries()) == ("undone_whole", before)
    reverse(actor=HOUSE, entry=won.id)
    assert held(quoted) == {"quoted": 1, "covered": 1, "bin": 1, "offered": 2}
    clean()
