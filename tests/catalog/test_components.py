"""What a kit is sold as and a bundle is built of: set, changed, and refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world import World, clean, entries, world
from wharfinger.base.refusal import Refusal
from wharfinger.catalog.actions import add_product, change_product
from wharfinger.catalog.models import Component
from wharfinger.demand.actions import change_line, remove_line
from wharfinger.demand.models import Line
from wharfinger.demand.queries import quantities
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.reverse import reverse
from wharfinger.purchasing.actions.ordering import draft
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.sales.actions.orders import create_order, reserve
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.stock.queries.figures import free, stock_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def made_of(whole: int) -> dict[int, int]:
    rows = Component.objects.filter(whole=whole, quantity__gt=0, void__isnull=True)
    return dict(rows.values_list("product_id", "quantity"))


def kit_of(company: World, *parts: tuple[int, int], **values: Any) -> int:
    components = [{"product": part, "quantity": str(units)} for part, units in parts]
    given = {"sku": f"KIT-{len(parts)}", "name": "Set", "kind": "kit", "price": "100.00"} | values
    made = add_product(actor=company.user, values=given, components=components)
    return made.one("catalog.Product")


def test_components_are_set_changed_and_taken_back(company: World) -> None:
    router, cable, other = (company.product().pk for _ in range(3))
    kit = kit_of(company, (router, 1), (cable, 3))
    assert made_of(kit) == {router: 1, cable: 3}
    changed = change_product(
        actor=company.user,
        product=kit,
        values={},
        components=[{"product": other, "quantity": "2"}, {"product": cable, "quantity": "1"}],
    )
    assert made_of(kit) == {cable: 1, other: 2}
    change_product(actor=company.user, product=kit, values={"name": "Another"})
    assert made_of(kit) == {cable: 1, other: 2}
    reverse(actor=company.user, entry=changed.id)
    assert made_of(kit) == {router: 1, cable: 3}
    clean()


@pytest.mark.parametrize(
    ("values", "part", "code", "field"),
    [
        ({}, "itself", "no_such_component", "components.0.product"),
        ({}, "nobody", "no_such_component", "components.0.product"),
        ({}, "kit", "no_component", "components.0.product"),
        ({"kind": "service"}, "router", "has_components", "components"),
        ({"kind": "stocked"}, "service", "no_component", "components.0.product"),
        ({"traced": "serial"}, "router", "kit_is_not_traced", "traced"),
        ({"quantity_decimals": 2}, "router", "kit_is_not_traced", "quantity_decimals"),
    ],
)
def test_what_is_no_component_is_refused(
    company: World, values: dict[str, Any], part: str, code: str, field: str
) -> None:
    router = company.product().pk
    kit = kit_of(company, (router, 1))
    third = kit_of(company, (router, 2), sku="KIT-Y")
    known = {
        "itself": kit,
        "nobody": 999_999,
        "kit": third,
        "router": router,
        "service": company.product(kind="service").pk,
    }
    before = entries()
    with pytest.raises(Refusal) as refused:
        change_product(
            actor=company.user,
            product=kit,
            values=values,
            components=[{"product": known[part], "quantity": "1"}],
        )
    assert (refused.value.code, refused.value.field) == (code, field)
    assert entries() == before
    assert made_of(kit) == {router: 1}


def test_nothing_is_made_of_itself(company: World) -> None:
    inner, middle, outer = (company.product().pk for _ in range(3))
    for whole, part in ((middle, inner), (outer, middle)):
        parts = [{"product": part, "quantity": "1"}]
        change_product(actor=company.user, product=whole, values={}, components=parts)
    before = entries()
    with pytest.raises(Refusal) as refused:
        change_product(
            actor=company.user, product=inner, values={}, components=[{"product": outer, "quantity": "1"}]
        )
    assert (refused.value.code, refused.value.field) == ("circle", "components.0.product")
    assert entries() == before


def test_a_kit_is_neither_bought_nor_kept_nor_sold_empty(company: World) -> None:
    kit = kit_of(company)
    before = entries()
    with pytest.raises(Refusal) as refused:
        draft(actor=company.user, wish=PurchaseWish(company.vendor.pk, (PurchaseLineWish(kit, 1),)))
    assert refused.value.code == "kit"
    with pytest.raises(Refusal) as refused:
        create_order(actor=company.user, wish=OrderWish(company.customer.pk, (LineWish(kit, 1),)))
    assert (refused.value.code, refused.value.field) == ("kit_is_empty", "lines.0.product")
    assert entries() == before


def order(company: World, kit: int, units: int) -> tuple[Line, list[Line]]:
    wish = OrderWish(company.customer.pk, (LineWish(kit, units),), confirm=True)
    made = create_order(actor=company.user, wish=wish)
    lines = list(Line.objects.filter(pk__in=made.made["ledger.Claim"]).order_by("position"))
    return lines[0], lines[1:]


def test_a_kits_line_is_changed_with_its_components(company: World) -> None:
    router, cable = company.product(), company.product()
    company.stock(router, 5)
    line, parts = order(company, kit_of(company, (router.pk, 1), (cable.pk, 3)), 2)
    assert [(part.quantity, part.ratio, part.billable) for part in parts] == [(2, 1, False), (6, 3, False)]
    assert parts[1].description == f"{cable.name} · Set"
    change_line(actor=company.user, line=line.pk, change=LineChange(quantity=3))
    clean()
    assert [part.quantity for part in Line.objects.filter(parent=line).order_by("position")] == [3, 9]
    reserve(actor=company.user, holds=[Hold(parts[0].pk, 2)])
    before = entries()
    for refuse in (
        lambda: change_line(actor=company.user, line=parts[0].pk, change=LineChange(quantity=1)),
        lambda: remove_line(actor=company.user, line=parts[0].pk),
    ):
        with pytest.raises(Refusal) as refused:
            refuse()
        assert refused.value.code == "part_of_a_kit"
    for refuse in (
        lambda: change_line(actor=company.user, line=line.pk, change=LineChange(quantity=1)),
        lambda: remove_line(actor=company.user, line=line.pk),
    ):
        with pytest.raises(Refusal) as refused:
            refuse()
        assert refused.value.code == "covered"
    with pytest.raises(Refusal) as refused:
        pick(actor=company.user, picks=[Pick(line.pk, 1, serials=("S1",))])
    assert (refused.value.code, refused.value.field) == ("unknown_serial", "picks.0.serials")
    assert entries() == before
    change_line(actor=company.user, line=line.pk, change=LineChange(quantity=2))
    assert quantities([line.pk])[line.pk]["to_bill"] == 2
    clean()


def test_a_kit_is_as_available_as_its_scarcest_component(company: World) -> None:
    router, cable = company.product(), company.product()
    service = company.product(kind="service", procured=False)
    kit = kit_of(company, (router.pk, 1), (cable.pk, 3), (service.pk, 1))
    company.stock(router, 4)
    company.stock(cable, 8)
    company.stock(cable, 2, bin=company.bins[2])
    assert free([kit, cable.pk]) == {kit: 3, cable.pk: 10}
    (row,) = stock_rows([kit], kits=[kit])
    assert (row.location, row.available, row.on_hand) == (company.location.pk, 2, 0)


def test_removing_a_kits_line_takes_its_components_off(company: World) -> None:
    kit = kit_of(company, (company.product().pk, 2))
    line, _ = order(company, kit, 1)
    remove_line(actor=company.user, line=line.pk)
    assert not Line.objects.filter(removed_at__isnull=True).exists()
    clean()
