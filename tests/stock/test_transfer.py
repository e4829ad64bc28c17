"""Goods move between our places, are set aside, scrapped, and get their right number."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client

from tests.world import World, clean, entries, held, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput, Refusal
from wharfinger.catalog.models import Product
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Fact, Holding, Layer, Lot
from wharfinger.ledger.reverse import reverse
from wharfinger.sales.actions.orders import create_order, reserve
from wharfinger.sales.rules.orders import Hold, OrderWish
from wharfinger.stock.actions.goods import correct_serial, hold, put_away, scrap, transfer, unhold
from wharfinger.stock.rules.moving import Goods, Transfer

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def to_van(company: World, product: Product, quantity: int, **values: object) -> Transfer:
    goods = Goods(product.pk, quantity, company.location.place_id, **values)  # type: ignore[arg-type]
    return Transfer(goods, company.other.place_id)


def line_of(company: World, product: Product, quantity: int) -> int:
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, quantity),), confirm=True)
    (line,) = create_order(actor=HOUSE, wish=wish).made["ledger.Claim"]
    reserve(actor=HOUSE, holds=[Hold(line, quantity)])
    return line


def where(product: Product) -> dict[tuple[int, int], int]:
    """Quantity by place and claim."""
    rows = Holding.objects.filter(
        product=product, quantity__gt=0, unbounded=False, kind__in=("bin", "picked", "quarantine")
    )
    return {(row.place_id, row.claim_id): row.quantity for row in rows}


def test_free_goods_go_to_the_van_and_keep_their_value(company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    company.stock(product, 2, bin=company.bins[1])
    made = transfer(actor=HOUSE, items=[to_van(company, product, 6)])
    assert where(product) == {(company.bins[2].place_id, 0): 6, (company.bins[1].place_id, 0): 1}
    assert sum(Layer.objects.values_list("value_minor", flat=True)) == 4200
    clean()
    reverse(actor=HOUSE, entry=made.id)
    assert where(product) == {(company.bins[0].place_id, 0): 5, (company.bins[1].place_id, 0): 2}
    clean()


def test_reserved_and_picked_goods_stay_claimed_wherever_they_go(company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    line = line_of(company, product, 4)
    pick(actor=HOUSE, picks=[Pick(line, 1)])
    made = transfer(actor=HOUSE, items=[to_van(company, product, 4, line=line)])
    assert where(product) == {
        (company.bins[0].place_id, 0): 1,
        (company.bins[2].place_id, line): 3,
        (company.other.picked_place_id, line): 1,
    }
    assert any(
        s.startswith("order:")
        for s in Fact.objects.filter(entry=made.entry).values_list("subject", flat=True)
    )
    ship(actor=HOUSE, picks=[Pick(line, 4)])
    assert held(line)["customer"] == 4
    clean()


def test_only_free_goods_move_unless_a_line_is_named(company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    line = line_of(company, product, 4)
    before = entries()
    with pytest.raises(Refusal) as refused:
        transfer(actor=HOUSE, items=[to_van(company, product, 2)])
    assert (refused.value.code, refused.value.wanted, refused.value.free) == ("not_enough", 2, 1)
    with pytest.raises(Refusal) as refused:
        transfer(actor=HOUSE, items=[to_van(company, product, 5, line=line)])
    assert (refused.value.code, refused.value.wanted, refused.value.free) == ("not_enough", 5, 4)
    with pytest.raises(BadInput) as bad:
        transfer(
            actor=HOUSE,
            items=[Transfer(Goods(product.pk, 1, company.location.place_id), company.location.place_id)],
        )
    assert bad.value.code == "same_place"
    with pytest.raises(BadInput) as bad:
        transfer(actor=HOUSE, items=[Transfer(Goods(product.pk, 1, company.location.place_id), 1)])
    assert (bad.value.code, bad.value.field) == ("no_such_location", "to_location")
    assert entries() == before


def test_a_serial_moves_with_whoever_holds_it(company: World) -> None:
    product = company.product(traced="serial", cost_method="specific")
    company.stock(product, 2, serials=("A", "B"))
    line = line_of(company, product, 1)
    (mine,) = Holding.objects.filter(claim=line, kind="bin", quantity=1)
    transfer(actor=HOUSE, items=[to_van(company, product, 1, codes=(mine.lot.code.lower(),))])
    moved = Holding.objects.get(lot=mine.lot, quantity__gt=0, kind="bin")
    assert (moved.place_id, moved.claim_id) == (company.bins[2].place_id, line)
    before = entries()
    with pytest.raises(Refusal) as refused:
        transfer(actor=HOUSE, items=[to_van(company, product, 1, codes=(mine.lot.code,))])
    assert refused.value.code == "unit_elsewhere"
    with pytest.raises(Refusal) as refused:
        transfer(actor=HOUSE, items=[to_van(company, product, 1, codes=("Z",))])
    assert refused.value.code == "no_such_serial"
    assert entries() == before
    clean()


def test_put_away_stays_within_the_location(company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    goods = Goods(product.pk, 3, company.location.place_id, company.bins[0].place_id)
    put_away(actor=HOUSE, items=[Transfer(goods, company.location.place_id, company.bins[1].place_id)])
    assert where(product) == {(company.bins[0].place_id, 0): 2, (company.bins[1].place_id, 0): 3}
    with pytest.raises(BadInput) as bad:
        put_away(actor=HOUSE, items=[Transfer(goods, company.other.place_id)])
    assert bad.value.code == "another_location"
    clean()


def test_goods_set_aside_are_for_nobody_until_they_come_back(company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    goods = Goods(product.pk, 2, company.location.place_id)
    hold(actor=HOUSE, goods=goods, reason="Wet box")
    assert held(product=product.pk) == {"bin": 3, "quarantine": 2}
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, 4),), confirm=True)
    (line,) = create_order(actor=HOUSE, wish=wish).made["ledger.Claim"]
    with pytest.raises(Refusal) as refused:
        reserve(actor=HOUSE, holds=[Hold(line, 4)])
    assert (refused.value.wanted, refused.value.free) == (4, 3)
    unhold(actor=HOUSE, goods=Goods(product.pk, 1, company.location.place_id))
    scrap(
        actor=HOUSE,
        goods=Goods(product.pk, 1, company.location.place_id, kind="quarantine"),
        reason="Beyond repair",
    )
    assert held(product=product.pk) == {"bin": 4, "scrap": 1, "to_order": 4, "to_bill": 4}
    assert Layer.objects.get().value_minor == 2400
    with pytest.raises(Refusal) as refused:
        unhold(actor=HOUSE, goods=Goods(product.pk, 1, company.location.place_id))
    assert (refused.value.code, refused.value.free) == ("not_enough", 0)
    clean()


def test_scrap_takes_the_units_own_cost_and_is_undone(company: World) -> None:
    product = company.product(traced="serial", cost_method="specific")
    company.stock(product, 1, serials=("A",), value_minor=1000)
    company.stock(product, 1, serials=("B",), value_minor=2000)
    made = scrap(
        actor=HOUSE, goods=Goods(product.pk, 1, company.location.place_id, codes=("B",)), reason="Dropped"
    )
    assert sum(Layer.objects.values_list("value_minor", flat=True)) == 1000
    reverse(actor=HOUSE, entry=made.id)
    assert sum(Layer.objects.values_list("value_minor", flat=True)) == 3000
    clean()


def test_a_serial_is_corrected_with_its_cost_and_history(company: World) -> None:
    product = company.product(traced="serial", cost_method="specific")
    company.stock(product, 2, serials=("X1", "X2"), value_minor=3000)
    line = line_of(company, product, 1)
    unit = Lot.objects.get(code=Holding.objects.get(claim=line, kind="bin", quantity=1).lot.code)
    made = correct_serial(actor=HOUSE, lot=unit.pk, serial=" Y1 ", reason="Label misread")
    now = Holding.objects.get(claim=line, kind="bin", quantity__gt=0)
    assert (now.lot.code, now.claim_id) == ("Y1", line)
    assert Layer.objects.get(lot=now.lot).value_minor == 1500
    assert Layer.objects.get(lot=unit).quantity == 0
    clean()
    before = entries()
    with pytest.raises(Refusal) as refused:
        correct_serial(actor=HOUSE, lot=now.lot_id, serial="x2" if unit.code == "X1" else "x1", reason="Typo")
    assert refused.value.code == "serial_elsewhere"
    with pytest.raises(BadInput) as bad:
        correct_serial(actor=HOUSE, lot=now.lot_id, serial="y1", reason="Typo")
    assert bad.value.code == "same_serial"
    picked = pick(actor=HOUSE, picks=[Pick(line, 1)])
    with pytest.raises(Refusal) as refused:
        correct_serial(actor=HOUSE, lot=now.lot_id, serial="Y2", reason="Typo")
    assert refused.value.code == "not_in_stock"
    assert entries() == before + 1
    reverse(actor=HOUSE, entry=picked.id)
    reverse(actor=HOUSE, entry=made.id)
    assert Holding.objects.get(claim=line, kind="bin", quantity__gt=0).lot_id == unit.pk
    assert Layer.objects.get(lot=unit).value_minor == 1500
    clean()


def test_a_unit_is_set_aside_and_brought_back_where_it_stands(client: Client, company: World) -> None:
    """Its page leads there with its number; looked for elsewhere, its page is named."""
    client.force_login(company.user)
    phone = company.product(traced="serial")
    company.stock(phone, 1, serials=("P-1",))
    unit = Lot.objects.get(code="P-1").pk
    page = seen(client, f"/serials/{unit}/")
    assert f"/stock/aside/?way=hold&amp;product={phone.sku}&amp;location=location-" in page
    assert "serials-scan=P-1" in page
    wrong = Goods(phone.pk, 1, company.other.place_id, codes=("p-1",))
    before = entries()
    for act in (
        lambda: hold(actor=HOUSE, goods=wrong, reason="Dented"),
        lambda: unhold(actor=HOUSE, goods=replace(wrong, kind="quarantine"), reason="Fine"),
        lambda: transfer(actor=HOUSE, items=[Transfer(wrong, company.location.place_id)]),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert (refused.value.code, refused.value.field) == ("unit_elsewhere", "serials")
        assert [(one.verb, one.values) for one in refused.value.remedies] == [("see_unit", {"code": "P-1"})]
    assert (entries(), held(product=phone.pk)) == (before, {"bin": 1})
    goods = Goods(phone.pk, 1, company.location.place_id, codes=("P-1",))
    hold(actor=HOUSE, goods=goods, reason="Dented")
    assert f"/stock/aside/?way=unhold&amp;product={phone.sku}" in seen(client, f"/serials/{unit}/")
    clean()
