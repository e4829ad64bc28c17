"""Somebody finds two products that are one, looks at what merging does, does it, and takes it back."""

from __future__ import annotations

import os
from typing import Any

from tests.browser.person import Company, Person
from tests.world import clean
from wharfinger.catalog.models import Category, Product
from wharfinger.demand.rules import LineWish
from wharfinger.parties.models import Organization
from wharfinger.sales.actions.orders import create_order, reserve
from wharfinger.sales.rules.orders import Hold, OrderWish


def shots(browser: Any, company: Company, name: str, path: str) -> None:
    """Keep pictures of a page, wide and narrow, light and dark, where somebody wants to look at them."""
    if folder := os.environ.get("WHARFINGER_SHOTS"):
        for width, colours in ((1440, "light"), (390, "dark")):
            one = Person(browser, company, width, colours)
            one.go(path)
            one.page.screenshot(path=f"{folder}/{name}-{width}-{colours}.png", full_page=True)
            one.context.close()


def test_two_products_become_one_and_two_again(browser: Any, company: Company, person: Person) -> None:
    here, page = company.world, person.page
    stays = here.product(sku="AP-1", name="Access point 1040", gtin="4006381333931")
    double = here.product(sku="AP-2", name="access-point 1040", gtin="4006381333931")
    here.stock(double, 5)
    done = create_order(
        actor=company.user,
        wish=OrderWish(here.customer.pk, (LineWish(double.pk, 2),), confirm=True),
    )
    (line,) = done.made["demand.Line"] if "demand.Line" in done.made else done.made["ledger.Claim"]
    reserve(actor=company.user, holds=[Hold(line, 2)])
    person.go("/doubles/")
    row = page.locator("tr", has_text="AP-2")
    assert "Same GTIN, Same name" in row.inner_text()
    shots(browser, company, "doubles", "/doubles/")
    row.get_by_role("link", name="What merging does").click()
    told = page.locator("main").inner_text()
    assert "In stock" in told
    shots(browser, company, "merge", f"/products/{double.pk}/merge/?into=AP-1")
    page.locator("#f-reason").fill("Twice in the list")
    person.next_step()
    assert "Merged" in person.said()
    assert page.get_by_role("link", name="AP-1 · Access point 1040").is_visible()
    shots(browser, company, "merged", f"/products/{double.pk}/")
    double.refresh_from_db()
    assert double.merged_into == stays
    person.undo()
    double.refresh_from_db()
    assert double.merged_into is None
    clean()


def test_a_customer_and_a_category_likewise(browser: Any, company: Company, person: Person) -> None:
    here, page = company.world, person.page
    stays = Organization.objects.create(name="ACME.")
    shots(browser, company, "doubles-organizations", "/doubles/?tab=organizations")
    person.go(f"/organizations/{here.customer.pk}/")
    page.get_by_role("link", name="Merge").click()
    page.locator("#f-into").select_option(label=f"ACME. · {stays.pk}")
    person.next_step()
    assert "Sites" in page.locator("main").inner_text()
    shots(browser, company, "merge-organization", f"/organizations/{here.customer.pk}/merge/?into={stays.pk}")
    page.locator("#f-reason").fill("One and the same")
    person.next_step()
    here.customer.refresh_from_db()
    assert here.customer.merged_into == stays
    person.undo()
    one, two = here.product(category="Network / Switches"), here.product(category="Lan")
    lan = Category.objects.get(path="Lan")
    person.go(f"/settings/categories/{lan.pk}/")
    shots(browser, company, "category", f"/settings/categories/{lan.pk}/")
    page.locator("#f-into").fill("Network")
    page.get_by_role("button", name="Merge").click()
    assert "Merged Lan." in person.said()
    shots(browser, company, "categories", "/settings/categories/?tab=all")
    paths = {p.pk: p.category_path for p in Product.objects.filter(pk__in=(one.pk, two.pk))}
    assert paths == {one.pk: "Network / Switches", two.pk: "Network"}
    clean()
