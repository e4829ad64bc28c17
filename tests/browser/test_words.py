"""Words on documents: what we ship is copied, what its lines show is chosen, and both stand where they were left."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.person import Person
from wharfinger.documents.models import Wording


def test_what_we_ship_is_copied_and_changed(person: Person) -> None:
    page = person.page
    person.go("/settings/words/")
    page.get_by_role("banner").get_by_role("link", name="New words").click()
    page.get_by_role("link", name="Invoice", exact=True).click()
    expect(page.get_by_label("SKU")).to_be_checked()
    expect(page.get_by_label("Tax rate, also where all lines have one")).not_to_be_checked()
    page.get_by_label("Name").fill("To everybody")
    page.get_by_label("Opening").fill("As delivered:")
    page.get_by_label("Unit").uncheck()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="To everybody").click()
    expect(page.get_by_label("Unit")).not_to_be_checked()
    expect(page.get_by_label("Opening")).to_have_value("As delivered:")
    page.get_by_role("link", name="Copy").click()
    expect(page.get_by_label("Name")).to_have_value("")
    expect(page.get_by_label("Unit")).not_to_be_checked()
    assert Wording.objects.get().columns == ["sku", "description", "discount"]
