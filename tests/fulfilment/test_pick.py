"""Picking, and putting back what was picked."""

from __future__ import annotations

import pytest

from tests.fulfilment.trade import order, reserved, where
from tests.world import World, clean, entries, held
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.demand.models import Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.picking import pick, unpick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.reverse import reverse
from wharfinger.sales.actions.orders import create_order, reserve
from wharfinger.sales.actions.quotes import create_quote
from wharfinger.sales.rules.orders import Hold, OrderWish
from wharfinger.sales.rules.quotes import QuoteWish

pytestmark = pytest.mark.django_db


def refused(code: str, *picks: Pick) -> Refusal:
    """Assert that a pick is refused and writes nothing."""
    before = entries()
    with pytest.raises(Refusal) as found:
        pick(actor=HOUSE, picks=picks)
    assert found.value.code == code
    assert entries() == before
    clean()
    return found.value


def test_free_goods_serve_where_none_are_reserved(company: World) -> None:
    router = company.product()
    company.stock(router, 5)
    _, (line,) = reserved(company, (router, 2))
    pick(actor=HOUSE, picks=[Pick(line, 2)])
    assert held(line) == {"covered": 2, "picked": 2, "to_bill": 2}
    _, (other,) = order(company, (router, 3))
    pick(actor=HOUSE, picks=[Pick(other, 2)])
    assert held(other) == {"covered": 2, "to_order": 1, "picked": 2, "to_bill": 3}
    assert held(0, router.pk) == {"bin": 1}
    clean()


def test_a_unit_of_another_line_is_exchanged_for_an_equal_one(company: World) -> None:
    phone = company.product(traced="serial", cost_method="specific")
    company.stock(phone, 2, serials=("S1", "S2"))
    _, (first,) = reserved(company, (phone, 1))
    _, (second,) = reserved(company, (phone, 1))
    mine, yours = sorted(("S1", "S2"), key=lambda code: where(code)[1])
    done = pick(actor=HOUSE, picks=[Pick(first, 1, serials=(yours.lower(),))])
    assert where(yours) == ("picked", first)
    assert where(mine) == ("bin", second)
    assert held(second) == {"covered": 1, "bin": 1, "to_bill": 1}
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert (where(mine), where(yours)) == (("bin", first), ("bin", second))
    clean()


def test_a_free_unit_pays_for_a_unit_of_another_line(company: World) -> None:
    phone = company.product(traced="serial", cost_method="specific")
    company.stock(phone, 2, serials=("S1", "S2"))
    _, (holder,) = reserved(company, (phone, 1))
    taken, spare = sorted(("S1", "S2"), key=lambda code: -where(code)[1])
    _, (line,) = order(company, (phone, 1))
    pick(actor=HOUSE, picks=[Pick(line, 1, serials=(taken,))])
    assert (where(taken), where(spare)) == (("picked", line), ("bin", holder))
    assert held(line) == {"covered": 1, "picked": 1, "to_bill": 1}
    clean()


def test_a_unit_of_another_line_is_refused_where_no_equal_one_is_left(company: World) -> None:
    phone = company.product(traced="serial", cost_method="specific")
    company.stock(phone, 1, serials=("S1",))
    holder, _ = reserved(company, (phone, 1))
    _, (line,) = order(company, (phone, 1))
    found = refused("held_by_another", Pick(line, 1, serials=("S1",)))
    assert [(h.subject, h.quantity) for h in found.held_by] == [(f"order:{holder}", 1)]
    number = Sheet.objects.get(pk=holder).number
    assert (
        found.words()
        == f"S1 is reserved for {number}, and there is no equal unit to give for it. Choose another unit."
    )


def test_what_was_really_picked_counts(company: World) -> None:
    phone = company.product(traced="serial", cost_method="specific")
    company.stock(phone, 2, serials=("S1", "S2"))
    _, (line,) = reserved(company, (phone, 1))
    free, own = sorted(("S1", "S2"), key=lambda code: where(code)[1])
    pick(actor=HOUSE, picks=[Pick(line, 1, serials=(free,))])
    assert (where(free), where(own)) == (("picked", line), ("bin", 0))
    assert held(line) == {"covered": 1, "picked": 1, "to_bill": 1}
    clean()


def test_an_unknown_serial_and_a_wrong_count_are_refused(company: World) -> None:
    phone = company.product(traced="serial", cost_method="specific")
    company.stock(phone, 2, serials=("S1", "S2"))
    _, (line,) = order(company, (phone, 2))
    refused("unknown_serial", Pick(line, 1, serials=("S9",)))
    refused("serials_differ", Pick(line, 2, serials=("S1",)))
    refused("serials_differ", Pick(line, 2, serials=("S1", "s1")))
    assert held(product=phone.pk) == {"bin": 2, "to_order": 2, "to_bill": 2}


def test_goods_of_a_quote_or_an_unconfirmed_order_are_not_picked(company: World) -> None:
    router = company.product()
    company.stock(router, 2)
    made = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, (LineWish(router.pk, 1),)))
    (line,) = made.made["ledger.Claim"]
    assert "Confirm it first" in refused("not_firm", Pick(line, 1)).sentence
    wish = QuoteWish(company.customer.pk, (LineWish(router.pk, 1),))
    (offered,) = create_quote(actor=HOUSE, wish=wish).made["ledger.Claim"]
    assert "Win it first" in refused("not_firm", Pick(offered, 1)).sentence


def test_more_than_wanted_is_refused(company: World) -> None:
    router = company.product()
    company.stock(router, 9)
    _, (line,) = reserved(company, (router, 2))
    found = refused("more_than_wanted", Pick(line, 3))
    assert (found.wanted, found.free) == (1, 0)
    found = refused("more_than_wanted", Pick(line, 3, location=company.location.place_id))
    assert (found.wanted, found.free) == (3, 2)
    found = refused("more_than_wanted", Pick(line, 8, location=company.location.place_id))
    assert (found.wanted, found.free) == (8, 2)


def test_unpick_gives_back_what_came_from_free_with_its_wish(company: World) -> None:
    router = company.product()
    company.stock(router, 5)
    _, (line,) = order(company, (router, 4))
    reserve(actor=HOUSE, holds=[Hold(line, 1)])
    pick(actor=HOUSE, picks=[Pick(line, 3)])
    assert held(line) == {"covered": 3, "picked": 3, "to_order": 1, "to_bill": 4}
    unpick(actor=HOUSE, picks=[Pick(line, 3)])
    assert held(line) == {"covered": 1, "bin": 1, "to_order": 3, "to_bill": 4}
    assert held(0, router.pk) == {"bin": 4}
    clean()
    before = entries()
    with pytest.raises(Refusal) as found:
        unpick(actor=HOUSE, picks=[Pick(line, 1)])
    assert (found.value.code, found.value.wanted, found.value.free) == ("not_picked", 1, 0)
    assert entries() == before


def test_a_picked_unit_can_be_picked_again_after_it_was_put_back(company: World) -> None:
    router = company.product()
    company.stock(router, 2)
    _, (line,) = reserved(company, (router, 2))
    pick(actor=HOUSE, picks=[Pick(line, 2)])
    unpick(actor=HOUSE, picks=[Pick(line, 1)])
    assert held(line) == {"covered": 2, "picked": 1, "bin": 1, "to_bill": 2}
    pick(actor=HOUSE, picks=[Pick(line, 1)])
    assert held(line) == {"covered": 2, "picked": 2, "to_bill": 2}
    ship(actor=HOUSE, picks=[Pick(line, 2)])
    clean()


def test_nothing_of_a_short_shelf_is_picked(company: World) -> None:
    """F09 and F37: what is not there is not picked, and nothing is written."""
    cable, plug = company.product(), company.product()
    company.stock(cable, 1)
    company.stock(plug, 20)
    _, lines = order(company, (cable, 2), (plug, 50))
    found = refused("not_enough", Pick(lines[0], 1), Pick(lines[1], 50))
    assert (found.wanted, found.free) == (50, 20)
    refused("not_enough", Pick(lines[0], 2))
    pick(actor=HOUSE, picks=[Pick(lines[0], 1)])
    assert held(lines[0]) == {"covered": 1, "picked": 1, "to_order": 1, "to_bill": 2}
    clean()


def test_what_is_shipped_is_not_put_back(company: World) -> None:
    router = company.product()
    company.stock(router, 5)
    _, (line,) = reserved(company, (router, 3))
    pick(actor=HOUSE, picks=[Pick(line, 3)])
    ship(actor=HOUSE, picks=[Pick(line, 2)])
    before = entries()
    with pytest.raises(Refusal) as found:
        unpick(actor=HOUSE, picks=[Pick(line, 2)])
    assert (found.value.code, found.value.free) == ("not_picked", 1)
    assert entries() == before
    assert held(line) == {"covered": 3, "picked": 1, "customer": 2, "to_bill": 3}
    clean()
