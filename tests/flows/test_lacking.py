"""What a document needs and is free nowhere is put on drafts, one for each vendor, from its own page."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.sales.test_pages import do, see
from tests.world import clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.catalog.models import VendorPrice
from wharfinger.demand.rules import LineWish
from wharfinger.parties.models import Organization, Role, User
from wharfinger.purchasing.models import PurchaseOrder
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish

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
    assert entries() == before
