"""Who may change the lines of which document: what is firm is amended, what is not is still written."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.sales.test_pages import see
from tests.world import World, entries, world
from wharfinger.base.refusal import NotAllowed
from wharfinger.demand.actions import add_lines, change_line, remove_line
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange
from wharfinger.flows.actions.amend import amend
from wharfinger.flows.rules.amend import Amend
from wharfinger.ledger.models import Entry
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Role, User
from wharfinger.sales.actions.orders import confirm, create_order
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def holder(*permissions: str) -> User:
    user = User.objects.create(username=f"user-{User.objects.count()}")
    user.roles.add(Role.objects.create(name=user.username, permissions=list(permissions)))
    return user


def refused(*acts: Any) -> None:
    before, lines = entries(), list(Line.objects.order_by("pk").values())
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    assert (entries(), list(Line.objects.order_by("pk").values())) == (before, lines)


def test_a_confirmed_order_is_amended_by_whoever_may(company: World) -> None:
    product = company.product()
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, 2),))
    made = create_order(actor=company.user, wish=wish)
    order, line = made.one("demand.Sheet"), made.one("ledger.Claim")
    writer, amender = holder("sales.order", "ledger.reverse"), holder("sales.amend", "ledger.reverse")
    change = LineChange(quantity=3)
    refused(lambda: change_line(actor=amender, line=line, change=change))
    change_line(actor=writer, line=line, change=change)
    add_lines(actor=writer, sheet=order, wishes=[LineWish(product.pk, 1)])
    confirm(actor=company.user, order=order)
    refused(
        lambda: change_line(actor=writer, line=line, change=LineChange(quantity=1)),
        lambda: remove_line(actor=writer, line=line),
        lambda: add_lines(actor=writer, sheet=order, wishes=[LineWish(product.pk, 1)]),
        lambda: amend(actor=writer, sheet=order, amends=[Amend(line, 1)]),
    )
    amend(actor=amender, sheet=order, amends=[Amend(line, 1)])
    done = Entry.objects.latest("pk").pk
    refused(lambda: reverse(actor=writer, entry=done))
    reverse(actor=amender, entry=done)
    assert Line.objects.get(pk=line).quantity == 3


def test_charges_are_added_by_some_and_changed_by_others(company: World) -> None:
    product = company.product()
    sheet = create_work_order(actor=company.user, wish=WorkWish("ticket", company.customer.pk)).one(
        "demand.Sheet"
    )
    adds, changes = holder("work.charge"), holder("work.amend", "ledger.reverse")
    line = add_lines(actor=adds, sheet=sheet, wishes=[LineWish(product.pk, 2)]).one("ledger.Claim")
    refused(
        lambda: add_lines(actor=changes, sheet=sheet, wishes=[LineWish(product.pk, 1)]),
        lambda: change_line(actor=adds, line=line, change=LineChange(quantity=1)),
        lambda: remove_line(actor=adds, line=line),
        lambda: amend(actor=adds, sheet=sheet, amends=[Amend(line, 1)]),
    )
    amend(actor=changes, sheet=sheet, amends=[Amend(line, 1)])
    reverse(actor=changes, entry=Entry.objects.latest("pk").pk)
    remove_line(actor=changes, line=line)
    assert Line.objects.get(pk=line).removed_at is not None


def test_pages_offer_what_somebody_may(client: Client, company: World) -> None:
    wish = OrderWish(company.customer.pk, (LineWish(company.product().pk, 2),), confirm=True)
    order = create_order(actor=company.user, wish=wish).one("demand.Sheet")
    client.force_login(holder("*.read", "sales.order"))
    shown = see(client, f"/orders/{order}/")
    assert ("Change quantities" in shown, "Add lines" in shown) == (False, False)
    assert client.get(f"/documents/{order}/lines/").status_code == 403
    assert client.get(f"/documents/{order}/amend/").status_code == 403
    client.force_login(holder("*.read", "sales.amend"))
    shown = see(client, f"/orders/{order}/")
    assert ("Change quantities" in shown, "Add lines" in shown) == (True, True)
