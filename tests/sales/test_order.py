"""Sales orders: made, amended, made firm or provisional, cancelled, declared fulfilled."""

from __future__ import annotations

import pytest

from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.base.refusal import Refusal
from wharfinger.demand.actions import add_lines, change_line, remove_line
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange
from wharfinger.demand.rules.discounts import Discount
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.reverse import reverse
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.orders import (
    cancel,
    change_order,
    confirm,
    create_order,
    hold,
    mark_fulfilled,
    unconfirm,
    unhold,
)
from wharfinger.sales.models import Order
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def order_of(company: World, *wishes: LineWish, firm: bool = True) -> tuple[int, list[int]]:
    made = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, tuple(wishes), confirm=firm))
    return made.one("demand.Sheet"), made.made["ledger.Claim"]


def test_an_order_becomes_firm_and_provisional_again(company: World) -> None:
    product, service = company.product(), company.product(kind="service")
    company.stock(product, 2)
    order, (goods, labour) = order_of(company, LineWish(product.pk, 5), LineWish(service.pk, 1), firm=False)
    reserve(actor=HOUSE, holds=[Hold(goods, 2)])
    confirm(actor=HOUSE, order=order)
    assert held(goods) == {"bin": 2, "covered": 2, "to_order": 3, "to_bill": 5}
    assert held(labour) == {"covered": 1, "ready": 1, "to_bill": 1}
    unconfirm(actor=HOUSE, order=order)
    assert held(goods) == {"bin": 2, "covered": 2, "quoted": 3, "offered": 5}
    assert held(labour) == {"quoted": 1, "offered": 1}
    clean()
    with pytest.raises(Refusal) as refused:
        unconfirm(actor=HOUSE, order=order)
    assert refused.value.code == "not_confirmed"


def test_lines_of_a_firm_order_are_amended(company: World) -> None:
    product, service = company.product(), company.product(kind="service")
    company.stock(product, 5)
    order, (line,) = order_of(company, LineWish(product.pk, 5))
    reserve(actor=HOUSE, holds=[Hold(line, 2)])
    change_line(actor=HOUSE, line=line, change=LineChange(quantity=3))
    assert held(line) == {"bin": 2, "covered": 2, "to_order": 1, "to_bill": 3}
    before = entries()
    with pytest.raises(Refusal) as refused:
        change_line(actor=HOUSE, line=line, change=LineChange(quantity=1))
    assert (refused.value.code, refused.value.wanted, refused.value.free) == ("covered", 2, 1)
    assert entries() == before
    raised = change_line(actor=HOUSE, line=line, change=LineChange(quantity=7, discount=Discount(50_000)))
    assert held(line) == {"bin": 2, "covered": 2, "to_order": 5, "to_bill": 7}
    added = add_lines(actor=HOUSE, sheet=order, wishes=[LineWish(service.pk, 2)])
    (labour,) = added.made["ledger.Claim"]
    assert held(labour) == {"covered": 2, "ready": 2, "to_bill": 2}
    assert Line.objects.get(pk=labour).order_id == order
    change_line(actor=HOUSE, line=labour, change=LineChange(quantity=1))
    assert held(labour) == {"covered": 1, "ready": 1, "to_bill": 1}
    remove_line(actor=HOUSE, line=labour)
    assert held(labour) == {"dropped": 1, "waived": 1}
    reverse(actor=HOUSE, entry=raised.id)
    assert held(line) == {"bin": 2, "covered": 2, "to_order": 1, "to_bill": 3}
    clean()
    with pytest.raises(Refusal) as refused:
        remove_line(actor=HOUSE, line=line)
    assert refused.value.values["against"] == {"bin": 2}


def test_raising_past_the_threshold_asks_for_all_of_it(company: World) -> None:
    Setting.objects.create(key="approval", value={"threshold_minor": 5_000})
    product = company.product()
    order, (first,) = order_of(company, LineWish(product.pk, 5))
    assert held(first)["to_order"] == 5
    (second,) = add_lines(actor=HOUSE, sheet=order, wishes=[LineWish(product.pk, 4)]).made["ledger.Claim"]
    assert (held(first)["to_approve"], held(second)["to_approve"]) == (5, 4)
    clean()


def test_an_untouched_order_is_cancelled_at_once(company: World) -> None:
    product, service = company.product(), company.product(kind="service")
    company.stock(product, 2)
    order, (goods, labour) = order_of(company, LineWish(product.pk, 5), LineWish(service.pk, 1))
    reserve(actor=HOUSE, holds=[Hold(goods, 2)])
    cancelled = cancel(actor=HOUSE, order=order, reason="Changed their mind")
    assert held(goods) == {"dropped": 5, "waived": 5}
    assert held(labour) == {"dropped": 1, "waived": 1}
    assert held(product=product.pk)["bin"] == 2
    clean()
    before = entries()
    for act in (confirm, cancel, mark_fulfilled, hold):
        with pytest.raises(Refusal) as refused:
            act(actor=HOUSE, order=order)
        assert refused.value.code == "order_cancelled"
    with pytest.raises(Refusal) as refused:
        add_lines(actor=HOUSE, sheet=order, wishes=[LineWish(product.pk, 1)])
    assert refused.value.code == "cancelled"
    assert entries() == before
    reverse(actor=HOUSE, entry=cancelled.id)
    assert held(goods) == {"bin": 2, "covered": 2, "to_order": 3, "to_bill": 5}
    clean()


def test_fulfilled_is_a_decision_that_names_what_is_open(company: World) -> None:
    product = company.product()
    order, _ = order_of(company, LineWish(product.pk, 5))
    before = entries()
    with pytest.raises(Refusal) as refused:
        mark_fulfilled(actor=HOUSE, order=order)
    assert (refused.value.code, refused.value.values["names"]) == ("lines_open", product.name)
    assert refused.value.remedies[0].values == {"order": order, "anyway": True}
    assert entries() == before
    mark_fulfilled(actor=HOUSE, order=order, anyway=True)
    assert Order.objects.get(pk=order).fulfilled_at is not None
    with pytest.raises(Refusal) as refused:
        mark_fulfilled(actor=HOUSE, order=order, anyway=True)
    assert refused.value.code == "already_fulfilled"


def test_an_order_is_put_on_hold_and_goes_on(company: World) -> None:
    product = company.product()
    company.stock(product, 1)
    order, (line,) = order_of(company, LineWish(product.pk, 1))
    hold(actor=HOUSE, order=order, reason="Credit limit")
    assert Order.objects.get(pk=order).hold_reason == "Credit limit"
    before = entries()
    with pytest.raises(Refusal) as refused:
        pick(actor=HOUSE, picks=[Pick(line, 1)])
    assert refused.value.code == "order_on_hold"
    assert entries() == before
    unhold(actor=HOUSE, order=order)
    pick(actor=HOUSE, picks=[Pick(line, 1)])
    assert Order.objects.get(pk=order).held_at is None
    with pytest.raises(Refusal) as refused:
        unhold(actor=HOUSE, order=order)
    assert refused.value.code == "not_on_hold"


def test_words_of_an_order_change(company: World) -> None:
    product = company.product()
    order, _ = order_of(company, LineWish(product.pk, 1))
    change_order(actor=HOUSE, order=order, values={"customer_reference": "PO 9"})
    assert Sheet.objects.get(pk=order).customer_reference == "PO 9"


def test_an_undone_order_is_not_there(company: World) -> None:
    product = company.product()
    made = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, (LineWish(product.pk, 1),)))
    reverse(actor=HOUSE, entry=made.id)
    with pytest.raises(Refusal) as refused:
        confirm(actor=HOUSE, order=made.one("demand.Sheet"))
    assert refused.value.code == "no_such_order"
    clean()
