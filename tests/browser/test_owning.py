"""A company asks for what is its own: somebody makes fields, others fill them in, find by them and read them."""

from __future__ import annotations

import os

import pytest

from tests.browser.person import Company, Person
from wharfinger.base.models import OwnField
from wharfinger.catalog.models import Product
from wharfinger.demand.models import Line
from wharfinger.sales.models import Order


def shot(person: Person, name: str) -> None:
    """Keep a picture of what is seen, where somebody wants to look at it."""
    if folder := os.environ.get("WHARFINGER_SHOTS"):
        person.page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def made(person: Person, noun: str, name: str, kind: str, *marks: str, choices: str = "") -> None:
    """Somebody adds a field under Settings."""
    page = person.page
    person.go("/settings/own-fields/new/")
    page.locator("#f-noun").select_option(noun)
    page.locator("#f-name").fill(name)
    page.locator("#f-kind").select_option(kind)
    page.locator("#f-choices").fill(choices)
    for mark in marks:
        page.locator(f"#f-{mark}").check()
    if noun == "product":
        shot(person, f"own-field-{kind}")
    person.next_step()
    assert f"Added {name}." in person.said()


@pytest.mark.usefixtures("company")
def test_a_field_is_made_filled_in_and_found_by(company: Company, person: Person) -> None:
    page = person.page
    person.go("/settings/")
    page.get_by_role("link", name="Own fields").click()
    shot(person, "own-fields-none")
    page.get_by_role("link", name="New own field").first.click()
    made(person, "product", "Colour", "choice", "in_lists", "required", choices="Red\nBlue")
    made(person, "product", "Depth in cm", "number", "in_lists", "on_documents")
    made(person, "product", "On sale since", "date", "in_lists")
    made(person, "product", "Fragile", "yes_no")
    person.go("/settings/own-fields/")
    shot(person, "own-fields")
    assert OwnField.objects.count() == 4
    person.go(f"/products/{company.cable.pk}/change/")
    page.locator("[name='own.depth_in_cm']").fill("12,5")
    page.locator("[name='own.on_sale_since']").fill("2026-03-01")
    page.locator("[name='own.fragile']").select_option("no")
    page.locator("[name='own.colour']").select_option("Blue")
    shot(person, "own-product-form")
    person.next_step()
    assert "Changed CABLE." in person.said()
    shot(person, "own-product")
    assert Product.objects.get(pk=company.cable.pk).own == {
        "colour": "Blue",
        "depth_in_cm": "12.5",
        "on_sale_since": "2026-03-01",
        "fragile": False,
    }
    person.go("/products/?own.colour=Blue")
    shot(person, "own-products")
    assert "CABLE" in page.locator("table.list").inner_text()
    assert "ROUTER" not in page.locator("table.list").inner_text()


@pytest.mark.usefixtures("company")
def test_lines_are_asked_row_by_row_and_a_refusal_stands_in_its_row(company: Company, person: Person) -> None:
    page = person.page
    made(person, "line", "Room", "choice", "in_lists", "required", choices="1.02\n1.03")
    made(person, "line", "Rack unit", "number", "in_lists")
    made(person, "order", "Cost centre", "text", "in_lists", "on_documents")
    person.go("/orders/new/")
    page.locator("#f-organization").select_option(label="Acme")
    page.locator("[name='own.cost_centre']").fill("K-7")
    page.locator("[name=sku-0]").fill("CABLE")
    page.locator("[name=quantity-0]").fill("2")
    page.locator("[name='lines.0.own.room']").select_option("1.02")
    page.locator("[name='lines.0.own.rack_unit']").fill("7")
    page.locator("[name=sku-1]").fill("ADAPTER")
    page.locator("[name=quantity-1]").fill("1")
    shot(person, "own-order-form")
    person.next_step()
    refused = page.locator("[id='f-lines.1.own.room-e']")
    assert "“Room” is required. Fill it in." in refused.inner_text()
    assert page.locator("[name='lines.0.own.room']").input_value() == "1.02"
    shot(person, "own-order-refused")
    # The row that grows has fields of its own.
    page.locator("[data-more]").click()
    last = page.locator("[data-grows] tr").count() - 1
    assert page.locator(f"[name='lines.{last}.own.room']").input_value() == ""
    page.locator("[name='lines.1.own.room']").select_option("1.03")
    person.next_step()
    assert "The order is written." in person.said()
    shot(person, "own-order")
    order = Order.objects.order_by("-pk")[0]
    assert order.own == {"cost_centre": "K-7"}
    lines = Line.objects.filter(order=order.pk).order_by("position")
    assert [one.own for one in lines] == [{"room": "1.02", "rack_unit": "7"}, {"room": "1.03"}]


@pytest.mark.usefixtures("company")
def test_forms_and_lists_fit_a_telephone(company: Company, on_phone: Person) -> None:
    for path in ("/settings/own-fields/", "/settings/own-fields/new/", "/products/", "/orders/new/"):
        on_phone.go(path)
        shot(on_phone, f"phone{path.replace('/', '-')}")
        wide = on_phone.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, path
