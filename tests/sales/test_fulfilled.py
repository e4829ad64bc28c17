"""An order is fulfilled once somebody says so, or by itself where the company wants that; it ends where more is wanted."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.fulfilment.trade import reserved
from tests.sales.test_api import send
from tests.sales.test_pages import do, see
from tests.world import World, clean, entries
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.demand.actions import add_lines, change_line
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange
from wharfinger.flows.actions.remove import remove
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Entry
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Role
from wharfinger.sales.actions.orders import hold, mark_fulfilled, unhold
from wharfinger.sales.actions.quotes import create_quote
from wharfinger.sales.actions.winning import win
from wharfinger.sales.models import Order
from wharfinger.sales.rules.quotes import QuoteWish
from wharfinger.sales.rules.win import Into
from wharfinger.work.actions import provide
from wharfinger.work.rules.providing import Provision, Removal

pytestmark = pytest.mark.django_db


def fulfilled(order: int) -> bool:
    return Order.objects.get(pk=order).fulfilled_at is not None


def shelf(company: World, *quantities: int) -> tuple[int, list[int]]:
    """An order of as many products, all reserved."""
    products = [company.product() for _ in quantities]
    for product, quantity in zip(products, quantities, strict=True):
        company.stock(product, quantity + 9)
    return reserved(company, *zip(products, quantities, strict=True))


def test_the_last_delivery_offers_to_mark_the_order(client: Client, company: World) -> None:
    order, (first, second) = shelf(company, 2, 1)
    number = Order.objects.get(pk=order).sheet.number
    do(client, f"/orders/{order}/ship/", {f"quantity-{first}": "2"})
    assert f"Mark {number} as fulfilled" not in see(client, f"/orders/{order}/")
    do(client, f"/orders/{order}/ship/", {f"quantity-{second}": "1"})
    shown = see(client, f"/orders/{order}/")
    assert f'href="/orders/{order}/fulfil/"' in shown
    assert f"Mark {number} as fulfilled" in shown
    do(client, f"/orders/{order}/fulfil/", {})
    assert fulfilled(order)


def test_every_door_names_what_may_be_done_next(client: Client, company: World) -> None:
    order, (line, other) = shelf(company, 2, 1)
    sent = send(client, "POST", "/ship", {"picks": [{"line": line, "quantity": "2"}]})
    assert "offers" not in sent
    sent = send(client, "POST", "/ship", {"picks": [{"line": other, "quantity": "1"}]})
    assert sent["offers"] == [{"verb": "mark-fulfilled", "noun": "order", "id": order}]
    send(client, "POST", f"/orders/{order}/mark-fulfilled")
    company.user.roles.clear()
    role = Role.objects.create(name="packer", permissions=["*.read", "fulfilment.*"])
    company.user.roles.add(role)
    _order, (line,) = shelf(company, 1)
    assert "offers" not in send(client, "POST", "/ship", {"picks": [{"line": line, "quantity": "1"}]})


def test_more_that_is_wanted_ends_it_and_less_does_not(company: World) -> None:
    order, (line,) = shelf(company, 2)
    ship(actor=HOUSE, picks=[Pick(line, 2)])
    mark_fulfilled(actor=HOUSE, order=order)
    change_line(actor=HOUSE, line=line, change=LineChange(description="As agreed"))
    assert fulfilled(order)
    more = company.product()
    added = add_lines(actor=HOUSE, sheet=order, wishes=[LineWish(more.pk, 1)])
    assert not fulfilled(order)
    reverse(actor=HOUSE, entry=added.id)
    assert fulfilled(order)
    clean()
    raised = change_line(actor=HOUSE, line=line, change=LineChange(quantity=3))
    assert not fulfilled(order)
    reverse(actor=HOUSE, entry=raised.id)
    assert fulfilled(order)


def test_it_is_fulfilled_by_itself_from_the_next_request_on(client: Client, company: World) -> None:
    order, (line,) = shelf(company, 4)

    def one() -> Any:
        return send(client, "POST", "/ship", {"picks": [{"line": line, "quantity": "2"}]})

    assert "offers" not in one()
    send(client, "PATCH", "/settings/fulfil_automatically", {"value": True})
    sent = one()
    assert "offers" not in sent
    assert fulfilled(order)
    marked = Entry.objects.get(verb="mark_fulfilled")
    assert (marked.actor_id, marked.pk > sent["entry"]) == (None, True)
    back = reverse(actor=HOUSE, entry=sent["entry"], claims={line: 1})
    assert not fulfilled(order)
    assert Entry.objects.get(pk=back.id).verb == "reverse"
    send(client, "PATCH", "/settings/fulfil_automatically", {"value": False})
    before = entries()
    again = send(client, "POST", "/ship", {"picks": [{"line": line, "quantity": "1"}]})
    assert again["offers"][0]["id"] == order
    assert (entries(), fulfilled(order)) == (before + 1, False)
    clean()


def test_what_a_person_decided_stays_when_goods_come_back(client: Client, company: World) -> None:
    order, (line,) = shelf(company, 1)
    sent = ship(actor=HOUSE, picks=[Pick(line, 1)])
    send(client, "POST", f"/orders/{order}/mark-fulfilled")
    send(client, "PATCH", "/settings/fulfil_automatically", {"value": True})
    reverse(actor=HOUSE, entry=sent.id)
    assert fulfilled(order)


def test_cancelled_orders_are_found_where_they_are_asked_for(client: Client, company: World) -> None:
    order, _lines = shelf(company, 1)
    kept, _lines = shelf(company, 1)
    number = Order.objects.get(pk=order).sheet.number
    send(client, "POST", f"/orders/{order}/cancel")

    def listed(query: str) -> list[int]:
        return [one["id"] for one in send(client, "GET", f"/orders{query}")["items"]]

    assert listed("") == [kept]
    assert listed("?all=true") == [kept, order]
    assert listed("?goods_status=cancelled") == listed(f"?number={number}") == [order]
    assert send(client, "GET", "/orders?all=perhaps", status=422)["field"] == "all"
    link = f'href="/orders/{order}/"'
    assert link not in see(client, "/orders/")
    assert link not in see(client, "/orders/?tab=all")
    assert link in see(client, "/orders/?tab=cancelled")
    send(client, "POST", f"/orders/{order}/reopen", {})
    assert listed("") == [kept, order]


def test_a_held_order_keeps_the_charges_that_it_collects(company: World) -> None:
    product = company.product()
    company.stock(product, 4)
    made = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, (LineWish(product.pk, 2),)))
    won = win(actor=HOUSE, quote=made.one("demand.Sheet"), into=Into("job"))
    order, job = won.one("sales.Order"), won.one("work.WorkOrder")
    line = Line.objects.get(order=order)
    assert line.sheet_id == job
    hold(actor=HOUSE, order=order, reason="Credit limit")
    before = entries()
    for act in (
        lambda: pick(actor=HOUSE, picks=[Pick(line.pk, 1)]),
        lambda: provide(actor=HOUSE, work_order=job, provisions=[Provision(1, line=line.pk)]),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == "order_on_hold"
    assert entries() == before
    unhold(actor=HOUSE, order=order)
    provide(actor=HOUSE, work_order=job, provisions=[Provision(1, line=line.pk)])
    clean()


def test_an_order_is_done_where_the_last_of_its_goods_come_off_a_job(company: World) -> None:
    product = company.product()
    company.stock(product, 4)
    made = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, (LineWish(product.pk, 2),)))
    won = win(actor=HOUSE, quote=made.one("demand.Sheet"), into=Into("job"))
    order, job = won.one("sales.Order"), won.one("work.WorkOrder")
    (line,) = won.made["ledger.Claim"]
    provide(actor=HOUSE, work_order=job, provisions=[Provision(2, line=line)])
    assert Sheet.objects.get(pk=order).done_id is None
    clean()
    took = remove(actor=HOUSE, work_order=job, removals=[Removal(line, 2)])
    assert Sheet.objects.get(pk=order).done_id == took.id
    clean()
