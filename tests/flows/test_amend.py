"""Lines get less of what is reserved or on a purchase order, and other documents keep what is theirs."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.flows.test_cancel_order import bought, order_of, under_way
from tests.fulfilment.trade import reserved
from tests.purchasing.buying import sold
from tests.purchasing.test_order import refused
from tests.sales.test_api import send
from tests.sales.test_pages import do, see
from tests.world import World, clean, entries, held
from wharfinger.base.access import HOUSE
from wharfinger.catalog.actions import change_product
from wharfinger.demand.actions import change_line
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange
from wharfinger.flows.actions.amend import amend
from wharfinger.flows.rules.amend import Amend
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Role
from wharfinger.purchasing.rules.drafting import PurchaseWish
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db


def lower(line: int, quantity: int, purchased: str = "") -> int:
    return amend(actor=HOUSE, sheet=order_of(line), amends=[Amend(line, quantity)], purchased=purchased).id


def test_what_is_open_goes_before_what_is_reserved(company: World) -> None:
    product = company.product()
    company.stock(product, 3)
    line = sold(company, product, 5)
    reserve(actor=HOUSE, holds=[Hold(line, 3)])
    found = refused("covered", lambda: change_line(actor=HOUSE, line=line, change=LineChange(quantity=2)))
    assert [one.verb for one in found.remedies] == ["amend"]
    lower(line, 4)
    assert held(line) == {"bin": 3, "covered": 3, "to_order": 1, "to_bill": 4}
    entry = lower(line, 1)
    assert held(line) == {"bin": 1, "covered": 1, "to_bill": 1}
    clean()
    reverse(actor=HOUSE, entry=entry)
    assert held(line) == {"bin": 3, "covered": 3, "to_order": 1, "to_bill": 4}
    clean()


def test_what_is_picked_stays_and_says_so(company: World) -> None:
    product = company.product()
    company.stock(product, 3)
    _order, (line,) = reserved(company, (product, 3))
    pick(actor=HOUSE, picks=[Pick(line, 2)])
    found = refused("covered", lambda: lower(line, 1))
    assert (found.field, found.values["against"]) == ("lines.0.quantity", {"picked": 2})
    lower(line, 2)
    assert held(line) == {"picked": 2, "covered": 2, "to_bill": 2}
    refused("covered", lambda: lower(line, 0))
    clean()


def test_a_line_is_taken_off_with_what_is_on_order_for_it(company: World) -> None:
    line = sold(company, company.product(), 3)
    row = bought(line)
    refused("purchased", lambda: lower(line, 0))
    refused("no_such_choice", lambda: lower(line, 0, "burn"))
    entry = lower(line, 0, "keep")
    assert Line.objects.get(pk=line).removed_at is not None
    assert under_way(row) == {0: 3}
    reverse(actor=HOUSE, entry=entry)
    assert under_way(row) == {line: 3}
    entry = lower(line, 1, "cut")
    assert (under_way(row), held(line)) == ({line: 1}, {"covered": 1, "on_order": 1, "to_bill": 1})
    clean()


def test_goods_that_go_straight_to_the_customer_are_cut(company: World) -> None:
    line = sold(company, company.product(), 3)
    bought(line, wish=PurchaseWish(company.vendor.pk, (), ship_to="organization"))
    refused("sent_to_the_customer", lambda: lower(line, 1, "keep"))
    lower(line, 1, "cut")
    assert held(line)["on_order"] == 1
    clean()


def test_a_kit_gives_back_what_its_components_reserved(company: World) -> None:
    router, kit = company.product(), company.product(kind="kit")
    change_product(
        actor=HOUSE, product=kit.pk, values={}, components=[{"product": router.pk, "quantity": "2"}]
    )
    company.stock(router, 6)
    made = create_order(
        actor=HOUSE, wish=OrderWish(company.customer.pk, (LineWish(kit.pk, 3),), confirm=True)
    )
    whole, part = made.made["ledger.Claim"]
    reserve(actor=HOUSE, holds=[Hold(part, 6)])
    lower(whole, 1)
    assert held(part) == {"bin": 2, "covered": 2}
    refused("part_of_a_kit", lambda: lower(part, 1))
    clean()


def test_charges_are_amended_by_who_may_charge(client: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 3)
    wish = WorkWish("ticket", company.customer.pk, (LineWish(product.pk, 3),))
    made = create_work_order(actor=HOUSE, wish=wish)
    ticket, line = made.one("demand.Sheet"), made.one("ledger.Claim")
    reserve(actor=HOUSE, holds=[Hold(line, 3)])
    body = {"lines": [{"line": line, "quantity": "1"}]}
    assert send(client, "POST", f"/work-orders/{ticket}/amend", body)["charges"][0]["quantity"] == "1"
    company.user.roles.clear()
    company.user.roles.add(Role.objects.create(name="reader", permissions=["*.read", "sales.order"]))
    before = entries()
    send(client, "POST", f"/work-orders/{ticket}/amend", body, 403)
    assert entries() == before


def test_over_http_a_line_is_named_once_and_says_what_it_wants(client: Client, company: World) -> None:
    line = sold(company, company.product(), 3)
    order = order_of(line)

    def said(*lines: dict[str, object]) -> str:
        return str(send(client, "POST", f"/orders/{order}/amend", {"lines": list(lines)}, 422)["field"])

    assert said({"line": line}) == "lines.0.quantity"
    assert said({"line": line, "quantity": "1"}, {"line": line, "remove": True}) == "lines.1.line"
    assert said({"line": 99_999, "quantity": "1"}) == "lines.0.line"
    seen = send(
        client, "POST", f"/orders/{order}/amend?dry_run=true", {"lines": [{"line": line, "quantity": "2"}]}
    )
    assert (seen["verb"], seen["document"]["lines"][0]["quantity"]) == ("amend", "2")
    assert held(line)["to_order"] == 3


def test_the_page_shows_what_happens_before_it_does(client: Client, company: World) -> None:
    product = company.product(sku="AP-1")
    company.stock(product, 2)
    line = sold(company, product, 4)
    order = order_of(line)
    reserve(actor=HOUSE, holds=[Hold(line, 2)])
    page = f"/documents/{order}/amend/"
    assert page in see(client, f"/orders/{order}/")
    assert "What will happen" not in see(client, page)
    before = entries()
    shown = see(client, f"{page}?quantity-{line}=1")
    assert "What will happen" in shown
    assert "Total afterwards" in shown
    assert entries() == before
    do(client, page, {f"quantity-{line}": "1"})
    assert held(line) == {"bin": 1, "covered": 1, "to_bill": 1}
    other = sold(company, company.product(), 2)
    bought(other)
    page = f"/documents/{order_of(other)}/amend/"
    asked = do(client, page, {f"quantity-{other}": "1"}, 409).content.decode()
    assert 'name="purchased"' in asked
    do(client, page, {f"quantity-{other}": "1", "purchased": "keep"})
    assert held(other)["on_order"] == 1
    do(client, page, {f"quantity-{other}": "1"}, 422)
    clean()


@pytest.mark.parametrize("count", [1, 10, 50])
def test_statements_do_not_grow_with_lines(company: World, count: int) -> None:
    products = [company.product() for _ in range(count)]
    for product in products:
        company.stock(product, 2)
    order, lines = reserved(company, *((product, 2) for product in products))
    with CaptureQueriesContext(connection) as found:
        amend(actor=HOUSE, sheet=order, amends=[Amend(line, 1) for line in lines], key="k")
    counted = [q["sql"] for q in found if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))]
    assert len(counted) <= 30
