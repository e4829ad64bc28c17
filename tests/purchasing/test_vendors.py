"""What a vendor asks decides what is ordered: whole packs, breaks that are asked anew, vendors that are added."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.world import World, clean, entries, seen, world
from wharfinger.base.access import HOUSE, NotAllowed
from wharfinger.base.refusal import Refusal
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.models import Product, VendorPrice
from wharfinger.demand.rules import LineWish
from wharfinger.exchange.actions.purchases import bring
from wharfinger.exchange.rules import Group, Row
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Organization, Role, User
from wharfinger.purchasing.actions.ordering import change_purchase, draft, draft_from_lines
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.rules.changing import LineChange, PurchaseChange
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def refused(code: str, act: Callable[[], Any]) -> Refusal:
    before = entries()
    with pytest.raises(Refusal) as found:
        act()
    assert found.value.code == code, found.value.words()
    assert entries() == before
    return found.value


def asked(company: World, **offer: Any) -> Product:
    """A product that the vendor sells at 9.00, from 100 on at 8.00."""
    product = company.product()
    breaks = [{"from_quantity": "100", "cost": "8"}]
    given = {"organization": company.vendor.pk, "cost": "9", "breaks": breaks, **offer}
    change_product(actor=HOUSE, product=product.pk, values={}, vendors=[given])
    return product


def drafted(company: World, *wishes: PurchaseLineWish, **terms: Any) -> list[PurchaseLine]:
    done = draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, wishes, **terms))
    return list(PurchaseLine.objects.filter(pk__in=done.made["purchasing.PurchaseLine"]).order_by("pk"))


def standing(line: PurchaseLine) -> tuple[int, int, bool]:
    line.refresh_from_db()
    return line.quantity, line.unit_cost_micro, line.cost_typed


def test_another_quantity_of_a_draft_asks_the_break_anew_unless_a_cost_was_typed(company: World) -> None:
    product = asked(company)
    offered, typed = drafted(
        company, PurchaseLineWish(product.pk, 99), PurchaseLineWish(product.pk, 99, unit_cost_micro=8_500_000)
    )

    def change(line: PurchaseLine, **values: Any) -> Any:
        changed = PurchaseChange(change=(LineChange(line.pk, **values),))
        return change_purchase(actor=HOUSE, order=line.purchase_order_id, change=changed)

    assert standing(offered) == (99, 9_000_000, False)
    raised = change(offered, quantity=100)
    assert standing(offered) == (100, 8_000_000, False)
    reverse(actor=HOUSE, entry=raised.id)
    assert standing(offered) == (99, 9_000_000, False)
    change(typed, quantity=100)
    assert standing(typed) == (100, 8_500_000, True)
    change(offered, unit_cost_micro=7_000_000)
    change(offered, quantity=200)
    assert standing(offered) == (200, 7_000_000, True)
    clean()


def test_what_is_ordered_for_lines_fills_the_vendors_packs(company: World) -> None:
    product = asked(company, pack_quantity="10", minimum_quantity="20")
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, 7),), confirm=True)
    (line,) = create_order(actor=HOUSE, wish=wish).made["ledger.Claim"]
    done = draft_from_lines(actor=HOUSE, wanted=[Wanted(line, 7)])
    (bought,) = PurchaseLine.objects.filter(pk__in=done.made["purchasing.PurchaseLine"])
    assert bought.quantity == 20
    (said,) = drafted(company, PurchaseLineWish(product.pk, 21))
    assert said.quantity == 21
    (filled,) = drafted(company, PurchaseLineWish(product.pk, 21), fill_packs=True)
    assert filled.quantity == 30
    clean()


def test_a_drop_shipment_is_exactly_what_the_customer_wants(company: World) -> None:
    product = asked(company, pack_quantity="10")
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, 7, site=company.site.pk),), confirm=True)
    (line,) = create_order(actor=HOUSE, wish=wish).made["ledger.Claim"]
    terms = PurchaseWish(0, (), ship_to="organization", ship_to_site=company.site.pk)
    done = draft_from_lines(actor=HOUSE, wanted=[Wanted(line)], wish=terms)
    (bought,) = PurchaseLine.objects.filter(pk__in=done.made["purchasing.PurchaseLine"])
    assert bought.quantity == 7
    clean()


def test_a_product_without_a_vendor_is_not_ordered_until_it_has_one(company: World) -> None:
    """AT-07: it is refused whatever cost is typed, and the remedy makes the vendor one of its vendors."""
    product = company.product()
    VendorPrice.objects.filter(product=product).delete()
    wish = PurchaseWish(company.vendor.pk, (PurchaseLineWish(product.pk, 3, unit_cost_micro=4_000_000),))
    before = entries()
    found = refused("no_vendor_yet", lambda: draft(actor=HOUSE, wish=wish))
    assert (found.field, [one.verb for one in found.remedies]) == ("lines.0.product", ["add_vendor"])
    assert found.words() == (
        f"{product.sku} has no vendor yet, so nobody knows what is ordered. Make Grossist one of its vendors."
    )
    clerk = User.objects.create(username="clerk")
    role = Role.objects.create(name="clerk", permissions=["purchasing.order", "catalog.see_cost"])
    clerk.roles.add(role)
    wish = PurchaseWish(company.vendor.pk, wish.lines * 2, add_vendor=True)
    with pytest.raises(NotAllowed):
        draft(actor=clerk, wish=wish)
    assert entries() == before
    done = draft(actor=HOUSE, wish=wish)
    (price,) = VendorPrice.objects.filter(product=product)
    assert (price.organization_id, price.cost_micro, price.default) == (company.vendor.pk, 4_000_000, True)
    reverse(actor=HOUSE, entry=done.id)
    assert not VendorPrice.objects.filter(product=product).exists()
    other = Organization.objects.create(name="Distri", vendor=True, customer=False, currency="USD")
    listed = company.product()
    case = PurchaseLineWish(listed.pk, 48, unit_cost_micro=240_000_000, unit="case", per=24)
    change_product(actor=HOUSE, product=listed.pk, values={}, units=[{"name": "case", "factor": "24"}])
    draft(actor=HOUSE, wish=PurchaseWish(other.pk, (case,), rate_micro=900_000, add_vendor=True))
    second = VendorPrice.objects.get(product=listed, organization=other)
    assert (second.cost_micro, second.currency, second.default) == (10_000_000, "", False)
    clean()


def test_adding_vendors_takes_no_more_statements_for_more_lines(company: World) -> None:
    def statements(count: int) -> int:
        products = [company.product() for _ in range(count)]
        VendorPrice.objects.filter(product__in=products).delete()
        lines = tuple(PurchaseLineWish(one.pk, 1) for one in products)
        with CaptureQueriesContext(connection) as found:
            draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, lines, add_vendor=True))
        return len(found)

    statements(1)
    assert statements(2) == statements(9)


def test_pages_and_the_api_fill_packs_and_add_vendors(client: Client, company: World) -> None:
    client.force_login(company.user)
    product = asked(company, pack_quantity="10", part_number="GR-7", lead_time_days=5)
    row = {"sku-0": product.sku, "quantity-0": "7", "unit-0": "", "cost-0": "", "location-0": ""}
    about = client.get(
        "/purchase-orders/about/",
        {**row, "vendor": company.vendor.pk, "row": "0"},
    ).content.decode()
    for words in ("GR-7", "Packs of 10", "10 are ordered", "9.00"):
        assert words in about
    page = client.post("/purchase-orders/new/", {"vendor": company.vendor.pk, **row}, follow=True)
    assert "10 are ordered for 7" in page.content.decode()
    line = PurchaseLine.objects.get()
    assert standing(line) == (10, 9_000_000, False)
    case = {"name": "case", "factor": "50"}
    code = {"code": "14006381333938", "unit": "case"}
    change_product(actor=HOUSE, product=product.pk, values={}, units=[case], barcodes=[code])
    scanned = {"vendor": company.vendor.pk, "sku-0": "14006381333938", "quantity-0": "2"}
    assert client.post("/purchase-orders/new/", scanned).status_code == 303
    bought = PurchaseLine.objects.order_by("pk").last()
    assert bought is not None
    assert (bought.quantity, bought.unit) == (100, "case")
    address = f"/purchase-orders/{line.purchase_order_id}/change/"
    form = {f"line-quantity-{line.pk}": "100", f"line-cost-{line.pk}": "9", "freight": "0"}
    assert "asks anew" in seen(client, address)
    assert client.post(address, form).status_code == 303
    assert standing(line) == (100, 8_000_000, False)
    lone = company.product()
    VendorPrice.objects.filter(product=lone).delete()
    lacks = client.post(
        "/purchase-orders/new/", {"vendor": company.vendor.pk, "sku-0": lone.sku, "quantity-0": "1"}
    )
    assert lacks.status_code == 409
    assert "Make it one of its vendors" in lacks.content.decode()
    given = {"vendor": company.vendor.pk, "sku-0": lone.sku, "quantity-0": "1", "add_vendor": "true"}
    assert client.post("/purchase-orders/new/", given).status_code == 303
    other = company.product()
    VendorPrice.objects.filter(product=other).delete()
    body = {"vendor": company.vendor.pk, "lines": [{"product": other.pk, "quantity": "1"}]}
    json = "application/json"
    answer = client.post("/api/v1/purchase-orders", body, content_type=json)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_vendor_yet")
    made = client.post("/api/v1/purchase-orders", {**body, "add_vendor": True}, content_type=json)
    assert made.status_code == 201
    assert made.json()["lines"][0]["cost_origin"] == "vendor"


def test_an_imported_order_adds_its_vendor(company: World) -> None:
    """What was ordered elsewhere already is sold by whom it was ordered from."""
    product = company.product(sku="LONE")
    VendorPrice.objects.filter(product=product).delete()
    row = {"number": "PO-77", "vendor": "Grossist", "sku": "LONE", "quantity": "3", "unit_cost": "4.50"}
    assert bring(actor=company.user, group=Group([Row(2, row)])) == "added"
    assert VendorPrice.objects.get(product=product).cost_micro == 4_500_000
