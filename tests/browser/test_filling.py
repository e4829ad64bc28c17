"""A box and a pallet are filled in the browser, with a telephone in one hand."""

from __future__ import annotations

from tests.browser.person import Person
from tests.fulfilment.trade import reserved
from tests.world import clean
from wharfinger.base.access import HOUSE
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.models import Container
from wharfinger.fulfilment.rules import Pick


def test_a_box_is_filled_by_scanning_and_stands_on_a_pallet(on_phone: Person) -> None:
    person, page, company = on_phone, on_phone.page, on_phone.company
    _, (line,) = reserved(company.world, (company.cable, 3))
    pick(actor=HOUSE, picks=[Pick(line, 3)])
    person.go("/packing/")
    person.follow("Acme")
    assert page.locator("[name=scan]").evaluate("field => field === document.activeElement")
    for n in range(2):
        page.locator("[name=scan]").fill("CABLE")
        page.locator("[name=scan]").press("Enter")
        page.locator("ul.fill li b").get_by_text(str(n + 1), exact=True).wait_for()
    person.press("Take back the last")
    assert page.locator("ul.fill li b").inner_text() == "1"
    person.press("Box is full")
    page.locator("dialog[open] [name=weight_kg]").fill("2.5")
    page.locator("dialog[open]").get_by_role("button", name="Done").click()
    page.wait_for_load_state()
    box = Container.objects.get()
    assert box.weight_grams == 2500
    person.go(f"/containers/{box.pk}/")
    page.locator("[data-dialog=stack]").click()
    page.locator("dialog[open]").get_by_role("button", name="Stack").click()
    page.wait_for_load_state()
    pallet = Container.objects.get(kind="pallet")
    person.go(f"/containers/{pallet.pk}/fill/")
    assert box.number in page.locator("ul.fill").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    clean()
