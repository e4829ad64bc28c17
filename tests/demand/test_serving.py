"""Whoever waits for the like is served in one order, whatever serves them: pressing, promised, old."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from tests.purchasing.buying import arrive, bought, sold
from tests.sales.test_api import send
from tests.sales.test_pages import do, see
from tests.world import World, clean, entries, held
from wharfinger.base.access import HOUSE
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.queries.serving import served, with_turn
from wharfinger.demand.rules import LineWish
from wharfinger.flows.queries.bought import waiting_like
from wharfinger.ledger.models import Fact
from wharfinger.purchasing.actions.ordering import draft_from_lines, submit
from wharfinger.purchasing.rules.drafting import Wanted
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.orders import change_order, create_order
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.serving import turn
from wharfinger.work.models import WorkOrder

pytestmark = pytest.mark.django_db


def six(company: World, product: int, quantity: int = 1) -> list[int]:
    """Lines that wait, each older than the next, in the order of their turn."""
    asked = [
        ("low", date(2026, 12, 1), None),
        ("normal", None, None),
        ("normal", date(2026, 12, 9), None),
        ("normal", None, date(2026, 12, 5)),
        ("urgent", None, None),
        ("urgent", None, None),
    ]
    made = []
    for priority, own, document in asked:
        wish = OrderWish(
            company.customer.pk,
            (LineWish(product, quantity, promised_on=own),),
            confirm=True,
            priority=priority,
        )
        done = create_order(actor=HOUSE, wish=wish)
        made.append(done.one("ledger.Claim"))
        if document:
            values = {"promised_on": document}
            change_order(actor=HOUSE, order=done.one("demand.Sheet"), values=values)
    low, undated, later, sooner, older, younger = made
    return [older, younger, sooner, later, undated, low]


def test_rules_and_lists_agree_on_whose_turn_it_is(company: World) -> None:
    product = company.product().pk
    want = six(company, product)
    lines = Line.objects.filter(product=product).select_related("sheet")
    assert [line.pk for line in sorted(lines, key=lambda line: turn(line, line.sheet))] == want
    assert list(lines.order_by(*served()).values_list("pk", flat=True)) == want
    assert list(with_turn(lines).order_by("turn").values_list("pk", flat=True)) == want
    assert [pk for pk, _ in waiting_like([0])] == []
    other = sold(company, company.product(), 1)
    Line.objects.filter(pk=other).update(product=product)
    assert [pk for pk, _ in waiting_like([other])] == want


def test_what_arrives_serves_the_pressing_first_and_what_is_lost_them_last(company: World) -> None:
    product = company.product()
    want = six(company, product.pk)
    made = bought(draft_from_lines(actor=HOUSE, wanted=[Wanted(line) for line in sorted(want)]))
    submit(actor=HOUSE, order=made.order)
    for n, line in enumerate(want):
        arrive(made.lines[0], 1)
        assert [held(one).get("bin", 0) for one in want] == [1] * (n + 1) + [0] * (len(want) - n - 1), line
    clean()
    for n in range(len(want)):
        lost = Adjustment(product.pk, -1, company.location.place_id)
        adjust(actor=HOUSE, items=[lost], reason="Gone")
        left = len(want) - n - 1
        assert [held(one).get("bin", 0) for one in want] == [1] * left + [0] * (n + 1)
    clean()


def test_a_priority_is_given_changed_shown_and_narrowed_by(client: Client, company: World) -> None:
    product = company.product(sku="AP-1")
    lines = [{"product": product.pk, "quantity": "1"}]
    body = {"organization": company.customer.pk, "lines": lines}
    calm = send(client, "POST", "/orders", body, 201)
    hot = send(client, "POST", "/orders", body | {"priority": "urgent"}, 201)
    assert (calm["priority"], hot["priority"]) == ("normal", "urgent")
    found = send(client, "GET", "/orders?priority=urgent")["items"]
    assert [one["id"] for one in found] == [hot["id"]]
    before = entries()
    refused = send(client, "PATCH", f"/orders/{hot['id']}", {"priority": "soon"}, 422)
    assert "priority" in str(refused)
    assert send(client, "GET", "/orders?priority=soon", status=422)
    assert entries() == before
    typed = {"owner": company.user.pk, "priority": "low", "promised_on": ""}
    do(client, f"/orders/{calm['id']}/edit/", typed)
    assert Sheet.objects.get(pk=calm["id"]).priority == "low"
    fact = Fact.objects.get(subject=f"order:{calm['id']}", field="priority")
    assert (fact.old, fact.new) == ('"normal"', '"low"')
    assert "Low" in see(client, f"/orders/{calm['id']}/")
    shown = see(client, "/orders/?priority=urgent")
    assert hot["number"] in shown
    assert f">{calm['number']}<" not in shown
    typed = {"organization": company.customer.pk, "sku-0": "AP-1", "quantity-0": "1", "priority": "soon"}
    assert "There is no such priority" in do(client, "/orders/new/", typed, 422).content.decode()
    clean()


def test_work_is_as_pressing_as_an_order(client: Client, company: World) -> None:
    product = company.product(sku="AP-1")
    order = sold(company, product, 1)
    typed = {"organization": company.customer.pk, "sku-0": "AP-1", "quantity-0": "1", "billable": "yes"}
    do(client, "/tickets/new/", typed | {"priority": "urgent"})
    work = WorkOrder.objects.get().pk
    charge = Line.objects.get(sheet=work).pk
    lines = Line.objects.filter(product=product)
    assert list(lines.order_by(*served()).values_list("pk", flat=True)) == [charge, order]
    assert send(client, "GET", "/work-orders?priority=urgent")["items"][0]["priority"] == "urgent"
    assert "Urgent" in see(client, "/tickets/?priority=urgent")
    send(client, "PATCH", f"/work-orders/{work}", {"priority": "low"})
    assert list(lines.order_by(*served()).values_list("pk", flat=True)) == [order, charge]
    clean()


def test_purchasing_and_fulfilment_stands_in_the_order_of_serving(client: Client, company: World) -> None:
    product = company.product()
    want = [Line.objects.get(pk=pk).sheet.number for pk in six(company, product.pk)]
    shown = see(client, "/work/purchasing/")
    assert sorted(want, key=lambda number: shown.index(f">{number}<")) == want
    again = see(client, "/work/purchasing/?sort=-priority")
    assert sorted(want, key=lambda number: again.index(f">{number}<")) == want[::-1]
    narrowed = see(client, "/work/purchasing/?priority=urgent")
    assert [f">{number}<" in narrowed for number in want] == [True, True, False, False, False, False]
    company.stock(product, 6)
    reserve(actor=HOUSE, holds=[Hold(pk, 1) for pk in Line.objects.values_list("pk", flat=True)])
    picked = see(client, "/work/to-pick/?sort=priority")
    assert sorted(want, key=lambda number: picked.index(f">{number}<")) == want
