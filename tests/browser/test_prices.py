"""What is told while prices are typed: what a customer pays, what a vendor sells, and what helps where one lacks."""

from __future__ import annotations

from playwright.sync_api import Route

from tests.browser.person import Company, Person
from tests.world import clean, held
from wharfinger.base.access import HOUSE
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.models import VendorPrice
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.packing import pack
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.rules import Pick
from wharfinger.parties.actions.groups import add_customer_group
from wharfinger.parties.actions.organizations import change_organization
from wharfinger.pricing.actions import add_price_list
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.sales.actions.orders import create_order, reserve
from wharfinger.sales.rules.orders import Hold, OrderWish


def test_what_a_customer_pays_today_is_reckoned_on_the_products_page(
    company: Company, person: Person
) -> None:
    here, page = company.world, person.page
    group = add_customer_group(actor=HOUSE, values={"name": "Resellers"}).one("parties.CustomerGroup")
    change_organization(actor=HOUSE, organization=here.customer.pk, values={"customer_group": group})
    values = {"name": "Resellers 2026", "currency": "EUR", "customer_group": group}
    prices = [
        {"product": company.cable.pk, "price": "9"},
        {"product": company.cable.pk, "from_quantity": "10", "price": "8"},
    ]
    add_price_list(actor=HOUSE, values=values, items=prices)
    person.go(f"/products/{company.cable.pk}/")
    page.select_option("#pays-customer", label=here.customer.name)
    page.locator("#pays", has_text="Resellers 2026").wait_for()
    assert "9.00" in page.locator("#pays").inner_text()
    page.fill("#pays-quantity", "12")
    page.locator("#pays-quantity").press("Enter")
    page.locator("#pays", has_text="Resellers 2026, from 10").wait_for()
    assert "8.00" in page.locator("#pays").inner_text()
    person.go(f"/organizations/{here.customer.pk}/")
    page.fill("#pays-sku", "cable")
    page.locator("#pays-sku").press("Enter")
    page.locator("#pays", has_text="Resellers 2026").wait_for()


def test_a_row_tells_packs_and_a_missing_vendor_is_added_by_a_button(
    company: Company, person: Person
) -> None:
    here, page = company.world, person.page
    offer = {"organization": here.vendor.pk, "cost": "6", "pack_quantity": "10", "part_number": "GR-9"}
    change_product(actor=HOUSE, product=company.adapter.pk, values={}, vendors=[offer])
    lone = here.product(sku="LONE", name="Lone")
    VendorPrice.objects.filter(product=lone).delete()
    person.go("/purchase-orders/new/")
    page.select_option("[name=vendor]", label=here.vendor.name)
    # What is told of the product alone is slow: it must not stand in place of what is told of the quantity.
    slow: list[Route] = []

    def hold(route: Route) -> None:
        slow.append(route)

    page.route("**/purchase-orders/about/**", hold, times=1)
    page.fill("[name=sku-0]", "ADAPTER")
    page.fill("[name=quantity-0]", "7")
    page.locator("[name=quantity-0]").press("Tab")
    page.wait_for_timeout(300)
    with page.expect_response("**/purchase-orders/about/**"):
        slow[0].continue_()
    page.wait_for_timeout(300)
    page.locator("#about-0", has_text="10 are ordered").wait_for()
    assert "GR-9" in page.locator("#about-0").inner_text()
    page.fill("[name=sku-1]", "LONE")
    page.fill("[name=quantity-1]", "2")
    page.fill("[name=cost-1]", "3.50")
    person.next_step()
    assert "LONE has no vendor yet" in page.locator("main").inner_text()
    assert not PurchaseLine.objects.exists()
    person.press("Make it one of its vendors")
    page.locator("h1", has_text="PO-").wait_for()
    assert "Of ADAPTER 10 are ordered for 7" in page.locator("body").inner_text()
    ordered = PurchaseLine.objects.order_by("position").values_list(
        "quantity", "unit_cost_micro", "cost_typed"
    )
    assert list(ordered) == [(10, 6_000_000, False), (2, 3_500_000, True)]
    assert VendorPrice.objects.get(product=lone).cost_micro == 3_500_000
    clean()


def test_a_box_asks_for_the_numbers_that_are_known_only_now(company: Company, person: Person) -> None:
    here, page = company.world, person.page
    phone = here.product(sku="PHONE", name="Phone", traced="serial", traced_from="shipping")
    here.stock(phone, 2)
    wish = OrderWish(here.customer.pk, (LineWish(phone.pk, 2),), confirm=True)
    (line,) = create_order(actor=HOUSE, wish=wish).made["ledger.Claim"]
    reserve(actor=HOUSE, holds=[Hold(line, 2)])
    pick(actor=HOUSE, picks=[Pick(line, 2)])
    box = pack(actor=HOUSE, picks=[Pick(line, 2)]).one("fulfilment.Container")
    person.go(f"/containers/{box}/")
    page.locator(".next:visible").click()
    page.fill(f"[name=serials-{line}]", "N-1\nN-2")
    page.locator("dialog[open] .primary").click()
    page.locator("h1", has_text="SH-").wait_for()
    assert held(line)["customer"] == 2
    assert "N-2" in page.locator("main").inner_text()
    clean()
