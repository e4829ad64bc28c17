"""What a document needs and is free nowhere is put on drafts, one for each vendor, from its own page."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.sales.test_pages import do, see
from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.catalog.models import VendorPrice
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.lacking import order_lacking
from wharfinger.parties.models import Organization, Role, User
from wharfinger.purchasing.models import PurchaseOrder
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db


def test_what_lacks_is_ordered_of_each_vendor(client: Client) -> None:
    company = world()
    client.force_login(company.user)
    other = Organization.objects.create(name="Distri", vendor=True, customer=False)
    there, short, theirs = company.product(), company.product(), company.product()
    VendorPrice.objects.filter(product=theirs).update(default=False)
    VendorPrice.objects.create(product=theirs, organization=other, cost_micro=5_000_000, default=True)
    company.stock(there, 5)
    company.stock(short, 3)
    wishes = [LineWish(there.pk, 4), LineWish(short.pk, 2), LineWish(short.pk, 4), LineWish(theirs.pk, 1)]
    made = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, wishes, confirm=True))
    order, lines = made.one("demand.Sheet"), made.made["ledger.Claim"]
    assert "Order what lacks" in see(client, f"/orders/{order}/")
    before = entries()
    do(client, f"/documents/{order}/order-lacking/", {})
    assert entries() == before + 1
    assert [held(line).get("drafted", 0) for line in lines] == [0, 0, 3, 1]
    vendors = PurchaseOrder.objects.order_by("pk").values_list("vendor", flat=True)
    assert sorted(vendors) == sorted([company.vendor.pk, other.pk])
    assert "Order what lacks" not in see(client, f"/orders/{order}/")
    do(client, f"/documents/{order}/order-lacking/", {})
    assert "Nothing lacks any more" in see(client, f"/orders/{order}/")
    assert entries() == before + 1
    clean()


def lacking(company: World, lines: int) -> tuple[int, list[int]]:
    """An order of so many lines of which each wants three, and one is there of the first: the order, its lines."""
    products = [company.product() for _ in range(lines)]
    company.stock(products[0], 1)
    wish = OrderWish(company.customer.pk, [LineWish(one.pk, 3) for one in products], confirm=True)
    made = create_order(actor=HOUSE, wish=wish)
    return made.one("demand.Sheet"), made.made["ledger.Claim"]


def test_programs_order_what_lacks_once(client: Client) -> None:
    company = world()
    client.force_login(company.user)
    order, lines = lacking(company, 3)
    page = f"/api/v1/orders/{order}/order-lacking"
    before = entries()
    answer = client.post(page, HTTP_IDEMPOTENCY_KEY="K1")
    assert answer.status_code == 201, answer.content
    (purchase,) = answer.json()["items"]
    assert [one["quantity"] for one in purchase["lines"]] == ["2", "3", "3"]
    assert [held(line)["drafted"] for line in lines] == [2, 3, 3]
    assert client.post(page, HTTP_IDEMPOTENCY_KEY="K1").json() == answer.json()
    none = client.post(page)
    assert (none.status_code, none.json()["code"]) == (409, "nothing_lacks")
    assert entries() == before + 1
    clean()


def test_it_takes_as_many_statements_for_many_lines_as_for_one() -> None:
    company = world()
    counts = []
    for lines in (1, 10, 100):
        order, _ = lacking(company, lines)
        with CaptureQueriesContext(connection) as asked:
            order_lacking(actor=HOUSE, sheet=order)
        counts.append(len(asked))
    assert len(set(counts)) == 1, counts


def test_work_orders_what_it_lacks_and_nothing_else_does(client: Client) -> None:
    company = world()
    client.force_login(company.user)
    wish = WorkWish("ticket", company.customer.pk, lines=(LineWish(company.product().pk, 2),))
    work = create_work_order(actor=HOUSE, wish=wish).one("demand.Sheet")
    before = entries()
    for path in (f"/orders/{work}", "/orders/999", "/work-orders/999"):
        assert client.post(f"/api/v1{path}/order-lacking").status_code == 404
    assert client.post(f"/api/v1/work-orders/{work}/order-lacking?dry_run=true").status_code == 200
    assert entries() == before
    answer = client.post(f"/api/v1/work-orders/{work}/order-lacking")
    assert [one["vendor"] for one in answer.json()["items"]] == [company.vendor.pk]
    assert entries() == before + 1
    clean()


def test_who_may_not_order_is_neither_offered_nor_obeyed(client: Client) -> None:
    company = world()
    seller = User.objects.create(username="sel", name="Sel")
    seller.roles.add(Role.objects.create(name="sells", permissions=["*.read", "sales.*"]))
    client.force_login(seller)
    made = create_order(
        actor=HOUSE, wish=OrderWish(company.customer.pk, [LineWish(company.product().pk, 2)], confirm=True)
    )
    order = made.one("demand.Sheet")
    before = entries()
    assert "Order what lacks" not in see(client, f"/orders/{order}/")
    do(client, f"/documents/{order}/order-lacking/", {}, 403)
    for path in (f"/orders/{order}", "/orders/999", f"/work-orders/{order}"):
        assert client.post(f"/api/v1{path}/order-lacking").status_code == 403
    assert entries() == before
