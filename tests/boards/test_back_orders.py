"""Back orders: who waits for goods, whose turn it is, what endangers the promise, and serving them now."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.boards.test_acts import act, row
from tests.purchasing.buying import person, sold, stocked_up
from tests.sales.test_api import send
from tests.world import World, clean, entries, held, refused, seen, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.base.refusal import NotAllowed
from wharfinger.boards.waiting import turns
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.models import Holding
from wharfinger.ledger.reverse import reverse
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.actions.serving import serve_now
from wharfinger.sales.rules.orders import OrderWish

pytestmark = pytest.mark.django_db
LIST = "/work/purchasing/?tab=back"


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def browser(company: World) -> Client:
    client = Client()
    client.force_login(company.user)
    return client


def test_whoever_waits_stands_there_in_the_order_in_which_everybody_is_served(
    company: World, browser: Client
) -> None:
    product = company.product(name="Router")
    late, soon, urgent = (sold(company, product, n) for n in (2, 3, 4))
    Line.objects.filter(pk=soon).update(promised_on=clock.today("Europe/Berlin") - timedelta(days=1))
    Sheet.objects.filter(pk=Line.objects.get(pk=urgent).sheet_id).update(priority="urgent")
    page = seen(browser, LIST)
    numbers = [Line.objects.get(pk=pk).sheet.number for pk in (urgent, soon, late)]
    assert sorted(numbers, key=page.index) == numbers
    assert "Late<span" in page
    assert "Not ordered" in page
    rows = list(Holding.objects.filter(kind="to_order").values("claim_id", "product_id", "kind"))
    assert turns(rows).ranks == {urgent: 1, soon: 2, late: 3}
    (one,) = [one for one in rows if one["claim_id"] == late]
    assert turns([one]).ranks == {late: 3}, "its place does not depend on what is shown"


def test_serving_now_gives_what_is_free_to_the_ticked_lines_in_their_order(
    company: World, browser: Client
) -> None:
    product = company.product()
    first, second, third = (sold(company, product, 2) for _ in range(3))
    company.stock(product, 3)
    act(browser, "serve", LIST, [row(one, "to_order") for one in (third, second)])
    assert held(second) == {"bin": 2, "to_bill": 2, "covered": 2}
    assert held(third)["bin"] == 1
    assert "bin" not in held(first), "what nobody ticked is not served"
    before = entries()
    answer = act(browser, "serve", LIST, [row(first, "to_order")])
    assert answer.status_code == 303
    assert entries() == before
    clean()


def test_callers_read_who_waits_and_serve_all_or_some(company: World, browser: Client) -> None:
    Setting.objects.update_or_create(key="serve_back_orders", defaults={"value": False})
    product = company.product()
    first, second = (sold(company, product, 2) for _ in range(2))
    rows = send(browser, "GET", "/back-orders")["items"]
    assert [(one["line"], one["turn"], one["quantity"]) for one in rows] == [
        (first, 1, "2"),
        (second, 2, "2"),
    ]
    his, theirs = rows[1]["number"], Line.objects.get(pk=first).organization_id
    (one,) = send(browser, "GET", f"/back-orders?number={his}")["items"]
    assert one["line"] == second
    assert len(send(browser, "GET", f"/back-orders?organization={theirs}")["items"]) == 2
    assert send(browser, "GET", "/back-orders?organization=999999")["items"] == []
    assert send(browser, "GET", "/back-orders?organization=x", None, 422)["code"] == "not_a_number"
    company.stock(product, 3)
    done = send(browser, "POST", "/back-orders/serve", {})
    assert [(one["line"], one["quantity"]) for one in done["served"]] == [(first, "2"), (second, "1")]
    reverse(actor=HOUSE, entry=done["entry"])
    done = send(browser, "POST", "/back-orders/serve", {"lines": [second]})
    assert [(one["line"], one["quantity"]) for one in done["served"]] == [(second, "2")]
    send(browser, "POST", "/back-orders/serve", {"lines": [second]}, 409)
    send(browser, "POST", "/back-orders/serve", {"lines": [999999]}, 404)
    (left,) = send(browser, "GET", "/back-orders")["items"]
    assert (left["line"], left["turn"], left["promise"]) == (first, 1, "")
    clean()


def test_nothing_is_served_without_the_right_or_without_free_goods(company: World) -> None:
    line = sold(company, company.product(), 2)
    before = entries()
    refused(lambda: serve_now(actor=HOUSE, lines=[line]), "nothing_free")
    refused(lambda: serve_now(actor=HOUSE), "nothing_free")
    with pytest.raises(NotAllowed):
        serve_now(actor=person("nobody"), lines=[line])
    assert entries() == before


def test_goods_held_on_order_by_a_quote_are_nobodys_back_order(company: World, browser: Client) -> None:
    order = stocked_up(company, (company.product(sku="HELD"), 2, 5_000_000))
    assert order
    assert "HELD" not in seen(browser, LIST)


def test_serving_many_asks_no_more(company: World) -> None:
    asked = []
    for n in (1, 10, 100):
        product = company.product()
        wish = OrderWish(company.customer.pk, tuple(LineWish(product.pk, 1) for _ in range(n)), confirm=True)
        lines = create_order(actor=HOUSE, wish=wish).made["ledger.Claim"]
        company.stock(product, n)
        with CaptureQueriesContext(connection) as found:
            serve_now(actor=HOUSE, lines=lines)
        asked.append(len(found))
    assert len(set(asked)) == 1, asked
