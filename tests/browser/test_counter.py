"""At the counter: what is scanned appears with its price, is paid and gone; the next customer may come."""

from __future__ import annotations

import os

from playwright.sync_api import expect

from tests.billing.books import owed
from tests.browser.person import Company, Person
from tests.world import clean, held
from wharfinger.billing.models import Invoice


def pictured(person: Person, name: str) -> None:
    """Keep a picture where somebody wants to look."""
    if folder := os.environ.get("WHARFINGER_SHOTS"):
        person.page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_customer_buys_at_the_counter(company: Company, person: Person) -> None:
    page = person.page
    person.go("/counter/")
    person.fill(organization="Acme", paid_by="Cash")
    page.locator("[name=scanned-scan]").click()
    person.scan("3*CABLE", "R2")
    page.locator("#basket tbody tr").nth(1).wait_for()
    basket = page.locator("#basket")
    assert basket.locator("tbody tr").count() == 2
    # 3 × 10.00 and 100.00, 19 % on top.
    expect(basket).to_contain_text("154.70")
    pictured(person, "counter-1440")
    page.locator("[name=handed]").fill("200")
    page.locator("[name=handed]").blur()
    expect(basket).to_contain_text("45.30")
    price = page.locator(f"[name=price-{company.router.pk}]")
    price.fill("90.00")
    price.blur()
    expect(basket).to_contain_text("142.80")
    person.scan("NOBODY-KNOWS")
    expect(basket).to_contain_text("NOBODY-KNOWS")
    page.locator("[data-scanner] [data-unscan-last]").click()
    expect(basket).to_contain_text("142.80")
    page.set_viewport_size({"width": 390, "height": 900})
    pictured(person, "counter-390")
    page.set_viewport_size({"width": 1440, "height": 900})
    person.press("Sell", within="main")
    assert person.said() == "Sold 3 × CABLE, 1 × ROUTER R2 to Acme."
    invoice = Invoice.objects.get()
    assert owed(invoice.pk) == 0
    assert held(product=company.cable.pk)["customer"] == 3
    assert page.locator(".said a").filter(has_text="Print invoice").count() == 1
    assert page.locator("#basket tbody tr").count() == 0
    clean()
