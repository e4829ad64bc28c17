"""Whoever comes second is told who was first, and takes back nothing of theirs in passing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.sales.test_api import send
from tests.sales.test_approving import approver, limits
from tests.sales.test_pages import do, see
from tests.sales.test_quote import quote_of
from tests.world import World, entries
from wharfinger.base.access import HOUSE
from wharfinger.demand.models import Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.discounts import Discount
from wharfinger.parties.models import Grant, Role, User
from wharfinger.sales.actions import approving, orders, quotes
from wharfinger.sales.actions.winning import win
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.work.actions import complete, create_work_order
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben() -> User:
    """Who comes first."""
    made = User.objects.create(username="ben", name="Ben")
    Grant.objects.create(user=made, role=Role.objects.create(name="All", permissions=["*"]))
    return made


def told(client: Client, path: str, body: Any = None) -> tuple[str, str]:
    """The refusal of who comes second, and who was first; nothing is written."""
    before = entries()
    answer = send(client, "POST", path, {} if body is None else body, 409)
    assert entries() == before
    return answer["code"], answer["by"]["name"]


def test_who_wins_what_is_won_sees_by_whom_and_is_offered_no_undo(
    client: Client, company: World, ben: User
) -> None:
    quote, _ = quote_of(company, LineWish(company.product().pk, 1))
    won = win(actor=ben, quote=quote)
    do(client, f"/quotes/{quote}/win/", {"into": "order", "shown": "order"})
    page = see(client, f"/orders/{won.one('sales.Order')}/")
    assert f"{Sheet.objects.get(pk=quote).number} was won already. It was Ben (" in page
    said = page.partition("It was Ben (")[2].partition("</div>")[0]
    assert "Undo" not in said
    assert told(client, f"/quotes/{quote}/lose") == ("already_won", "Ben")


def test_decisions_about_quotes_name_who_took_them(client: Client, company: World, ben: User) -> None:
    lost, _ = quote_of(company, LineWish(company.product().pk, 1))
    quotes.lose(actor=ben, quote=lost)
    assert told(client, f"/quotes/{lost}/win") == ("quote_lost", "Ben")
    limits(discount_percent=10)
    cheap, _ = quote_of(company, LineWish(company.product().pk, 1, discount=Discount(150_000)))
    approving.ask(actor=ben, quote=cheap)
    assert told(client, f"/quotes/{cheap}/ask-approval") == ("asked_already", "Ben")
    approving.reject(actor=approver(), quote=cheap, note="Too cheap")
    assert told(client, f"/quotes/{cheap}/approve") == ("rejected_already", "Ada Boss")
    approving.ask(actor=ben, quote=cheap)
    approving.approve(actor=User.objects.get(username="boss"), quote=cheap)
    assert told(client, f"/quotes/{cheap}/approve") == ("approved_already", "Ada Boss")
    assert told(client, f"/quotes/{cheap}/reject", {"note": "No"}) == ("approved_already", "Ada Boss")


def test_decisions_about_orders_and_work_name_who_took_them(
    client: Client, company: World, ben: User
) -> None:
    wish = OrderWish(company.customer.pk, (LineWish(company.product().pk, 1),))
    made = orders.create_order(actor=HOUSE, wish=wish)
    order = made.one("sales.Order")
    orders.confirm(actor=ben, order=order)
    assert told(client, f"/orders/{order}/confirm") == ("already_confirmed", "Ben")
    orders.hold(actor=ben, order=order)
    assert told(client, f"/orders/{order}/hold") == ("already_on_hold", "Ben")
    orders.mark_fulfilled(actor=ben, order=order, anyway=True)
    assert told(client, f"/orders/{order}/mark-fulfilled") == ("already_fulfilled", "Ben")
    orders.cancel(actor=ben, order=order)
    assert told(client, f"/orders/{order}/cancel") == ("order_cancelled", "Ben")
    more = {"lines": [{"product": company.product().pk, "quantity": "1"}]}
    assert told(client, f"/orders/{order}/lines", more) == ("cancelled", "Ben")
    ticket = create_work_order(actor=HOUSE, wish=WorkWish("ticket", company.customer.pk)).one("demand.Sheet")
    complete(actor=ben, work_order=ticket)
    assert told(client, f"/work-orders/{ticket}/complete") == ("completed", "Ben")
