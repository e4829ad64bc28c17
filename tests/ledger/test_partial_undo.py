"""A part of a move that drew from several layers: what is put back adds up to the units."""

from __future__ import annotations

import pytest

from tests.fulfilment.trade import reserved
from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.cancel_delivery import cancel_delivery
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Layer
from wharfinger.ledger.reverse import reverse
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
