"""Who lets the company buy, from which amount, and what a refusal leaves."""

from __future__ import annotations

from typing import Any

import pytest

from tests.purchasing.buying import bought, person, sold, stocked_up, threshold
from tests.purchasing.test_order import refused
from tests.world import World, clean, held, world
from wharfinger.base.access import HOUSE
from wharfinger.demand.actions import change_line
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.write import Written
from wharfinger.purchasing.actions.approving import approve, reject, request
from wharfinger.purchasing.actions.ordering import change_purchase, draft, draft_from_lines, submit
from wharfinger.purchasing.models import Approval
from wharfinger.purchasing.rules import changing
from wharfinger.purchasing.rules.changing import PurchaseChange
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company where buying for 30.00 needs approval."""
    made = world()
    threshold(3000)
    return made


def test_all_lines_of_the_product_on_the_order_go_on_together(company: World) -> None:
    dear, cheap = company.product(), company.product()
    lines = (LineWish(dear.pk, 3), LineWish(dear.pk, 2), LineWish(cheap.pk, 4))
    made = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, lines, confirm=True))
    first, second, other = made.made["ledger.Claim"]
    assert held(first) == {"to_approve": 3, "to_bill": 3}
    assert held(second) == {"to_approve": 2, "to_bill": 2}
    assert held(other) == {"to_order": 4, "to_bill": 4}
    boss = person("boss", "purchasing.approve")
    approved = approve(actor=boss, lines=[first], note="go ahead")
    assert held(first) == {"to_order": 3, "to_bill": 3}
    assert held(second) == {"to_order": 2, "to_bill": 2}
    rows = Approval.objects.order_by("line").values_list("line", "by", "granted", "amount_minor", "note")
    assert list(rows) == [(first, boss.pk, True, 1800, "go ahead"), (second, boss.pk, True, 1200, "go ahead")]
    assert Line.objects.get(pk=first).approved_minor == 1800
    clean()
    refused("not_waiting", lambda: approve(actor=boss, lines=[first]))
    reverse(actor=HOUSE, entry=approved.id)
    assert held(second) == {"to_approve": 2, "to_bill": 2}
    assert Line.objects.get(pk=first).approved_minor is None
    assert not Approval.objects.filter(void__isnull=True).exists()
    clean()


def test_nobody_approves_what_they_asked_for(company: World) -> None:
    seller = person("seller", "*")
    line = sold(company, company.product(), 5, by=seller)
    refused("own_request", lambda: approve(actor=seller, lines=[line]))
    threshold(3000, self_approval=True)
    approve(actor=seller, lines=[line])
    assert held(line) == {"to_order": 5, "to_bill": 5}
    clean()


def test_whoever_raises_or_asks_again_does_not_approve_it(company: World) -> None:
    seller, boss = person("seller", "*"), person("boss", "*")
    line = sold(company, company.product(), 5, by=seller)
    approve(actor=boss, lines=[line])
    change_line(actor=boss, line=line, change=LineChange(quantity=6))
    assert held(line) == {"to_approve": 6, "to_bill": 6}
    refused("own_request", lambda: approve(actor=boss, lines=[line]))
    reject(actor=seller, lines=[line], note="not now")
    change_line(actor=seller, line=line, change=LineChange(quantity=5))
    request(actor=boss, lines=[line])
    assert held(line) == {"to_order": 5, "to_bill": 5}
    change_line(actor=seller, line=line, change=LineChange(quantity=7))
    reject(actor=boss, lines=[line], note="not yet")
    request(actor=boss, lines=[line])
    refused("own_request", lambda: approve(actor=boss, lines=[line]))
    approve(actor=seller, lines=[line])
    assert held(line) == {"to_order": 7, "to_bill": 7}
    clean()


def test_a_rejected_line_is_pending_until_it_is_asked_for_again(company: World) -> None:
    line = sold(company, company.product(), 5)
    assert refused("missing", lambda: reject(actor=HOUSE, lines=[line], note=" ")).field == "note"
    reject(actor=HOUSE, lines=[line], note="too dear")
    assert held(line) == {"demand": 5, "to_bill": 5}
    assert Line.objects.get(pk=line).rejected_note == "too dear"
    clean()
    request(actor=HOUSE, lines=[line])
    assert held(line) == {"to_approve": 5, "to_bill": 5}
    approve(actor=HOUSE, lines=[line])
    assert held(line) == {"to_order": 5, "to_bill": 5}
    refused("not_pending", lambda: request(actor=HOUSE, lines=[line]))
    clean()


def test_only_an_approver_approves(company: World) -> None:
    line = sold(company, company.product(), 5)
    buyer = person("buyer", "purchasing.order")
    refused("not_allowed", lambda: approve(actor=buyer, lines=[line]))
    refused("not_allowed", lambda: reject(actor=buyer, lines=[line], note="Too dear"))


def test_a_line_that_waits_is_not_ordered(company: World) -> None:
    line = sold(company, company.product(), 5)
    refused("waits_for_approval", lambda: draft_from_lines(actor=HOUSE, wanted=[Wanted(line)]))


def test_stock_at_the_threshold_is_approved_before_it_is_submitted(company: World) -> None:
    product, other = company.product(), company.product()
    made = stocked_up(
        company, (product, 3, 5_000_000), (product, 3, 5_000_000), (other, 1, 29_990_000), submitted=False
    )
    found = refused("needs_approval", lambda: submit(actor=HOUSE, order=made.order))
    assert found.values["skus"] == product.sku
    assert found.remedies[0].values == {"purchase_order": made.order}
    approve(actor=HOUSE, purchase_lines=made.lines[:2])
    submit(actor=HOUSE, order=made.order)
    assert held(product=product.pk) == {"on_order": 6}
    clean()


def test_a_cost_that_rose_above_what_was_approved_is_approved_again(company: World) -> None:
    line = sold(company, company.product(), 5)
    approve(actor=HOUSE, lines=[line])
    wish = PurchaseWish(
        company.vendor.pk, (PurchaseLineWish(wanted=(Wanted(line),), unit_cost_micro=6_000_001),)
    )
    same = bought(draft(actor=HOUSE, wish=wish))
    submit(actor=HOUSE, order=same.order)
    dearer = sold(company, company.product(), 5)
    approve(actor=HOUSE, lines=[dearer])
    wish = PurchaseWish(
        company.vendor.pk, (PurchaseLineWish(wanted=(Wanted(dearer),), unit_cost_micro=6_002_000),)
    )
    made = bought(draft(actor=HOUSE, wish=wish))
    refused("needs_approval", lambda: submit(actor=HOUSE, order=made.order))
    approve(actor=person("boss", "purchasing.approve"), purchase_lines=made.lines)
    submit(actor=HOUSE, order=made.order)
    assert held(dearer) == {"covered": 5, "on_order": 5, "to_bill": 5}
    clean()


def test_the_buyer_does_not_approve_the_own_order(company: World) -> None:
    buyer = person("buyer", "*")
    wish = PurchaseWish(company.vendor.pk, (PurchaseLineWish(company.product().pk, 10),))
    made = bought(draft(actor=buyer, wish=wish))
    refused("own_request", lambda: approve(actor=buyer, purchase_lines=made.lines))
    approve(actor=person("boss", "purchasing.approve"), purchase_lines=made.lines)
    submit(actor=buyer, order=made.order)
    clean()


def test_whoever_raises_a_line_of_anothers_draft_does_not_approve_it(company: World) -> None:
    buyer, boss = person("buyer", "*"), person("boss", "*")
    wish = PurchaseWish(company.vendor.pk, (PurchaseLineWish(company.product().pk, 4),))
    made = bought(draft(actor=buyer, wish=wish))
    (line,) = made.lines

    def change(who: Any, **values: Any) -> Written:
        changed = PurchaseChange(change=(changing.LineChange(line, **values),))
        return change_purchase(actor=who, order=made.order, change=changed)

    raised = change(boss, quantity=10)
    assert (
        refused("own_request", lambda: approve(actor=boss, purchase_lines=[line])).field == "purchase_lines"
    )
    assert not Approval.objects.exists()
    reverse(actor=HOUSE, entry=raised.id)
    change(boss, quantity=3)
    change(boss, description="Fewer")
    refused("own_request", lambda: approve(actor=buyer, purchase_lines=[line]))
    change(boss, unit_cost_micro=20_000_000)
    refused("own_request", lambda: approve(actor=boss, purchase_lines=[line]))
    refused("needs_approval", lambda: submit(actor=boss, order=made.order))
    approve(actor=buyer, purchase_lines=[line])
    submit(actor=boss, order=made.order)
    clean()


def test_whoever_adds_a_line_to_anothers_draft_does_not_approve_it(company: World) -> None:
    buyer, boss = person("buyer", "*"), person("boss", "*")
    made = bought(
        draft(actor=buyer, wish=PurchaseWish(company.vendor.pk, (PurchaseLineWish(company.product().pk, 1),)))
    )
    more = PurchaseChange(add=(PurchaseLineWish(company.product().pk, 10),))
    added = change_purchase(actor=boss, order=made.order, change=more).one("purchasing.PurchaseLine")
    refused("own_request", lambda: approve(actor=boss, purchase_lines=[added]))
    approve(actor=buyer, purchase_lines=[added])
    clean()
