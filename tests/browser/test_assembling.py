"""In the warehouse: bundles are built with the scanner, and what came in is put away with one thumb."""

from __future__ import annotations

import os

from tests.browser.person import Company, Person
from tests.stock.test_build import bundle
from tests.world import clean, held
from wharfinger.ledger.models import Holding
from wharfinger.stock.actions.locations import add_bin


def shot(person: Person, name: str) -> None:
    """Keep a picture of what is seen, where somebody wants to look at it."""
    if folder := os.environ.get("WHARFINGER_SHOTS"):
        person.page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_bundle_is_built_by_scanning_what_goes_in(company: Company, person: Person) -> None:
    here, page = company.world, person.page
    case = here.product(sku="CASE", name="Case")
    drive = here.product(sku="DRIVE", name="Drive", traced="serial", cost_method="specific")
    rail = here.product(sku="RAIL", name="Rail")
    cage = bundle(here, (rail, 4), sku="CAGE", name="Drive cage")
    server = bundle(here, (case, 1), (drive, 1), (cage, 1), sku="SERVER", name="Server")
    here.stock(case, 3)
    here.stock(rail, 9)
    here.stock(drive, 2, serials=("D1", "D2"))
    person.go("/stock/build/")
    page.locator("#f-product").fill("SERVER")
    page.locator("#f-location").select_option(label="Main")
    page.locator("#takes table").wait_for()
    assert "So many can be built here: 2" in page.locator("#takes").inner_text()
    shot(person, "build")
    page.locator("#f-quantity").fill("3")
    page.locator("#f-quantity").blur()
    page.locator("#takes .chip", has_text="1 short").wait_for()
    shot(person, "build-short")
    page.locator("#f-quantity").fill("1")
    page.locator("#f-quantity").blur()
    page.locator("#takes .dry").wait_for()
    field = page.locator("[name=inside-scan]")
    field.fill("D2")
    field.press("Enter")
    person.next_step()
    assert "Built 1 × SERVER" in person.said()
    assert held(product=server.pk) == {"bin": 1}
    assert Holding.objects.get(lot__code="D2", kind="assembly").quantity == 1
    person.go("/stock/take-apart/?product=SERVER&quantity=1")
    page.locator("#f-location").select_option(label="Main")
    page.locator("#takes .dry").wait_for()
    shot(person, "take-apart")
    person.next_step()
    assert held(product=server.pk) == {}
    clean()


def test_what_came_in_is_put_away_with_a_scanner(company: Company, on_phone: Person) -> None:
    here, page = company.world, on_phone.page
    for n in range(3, 10):
        values = {"name": f"B-{n}", "sequence": n}
        add_bin(actor=here.user, location=here.location.pk, values=values)
    tape = here.product(sku="TAPE", name="Insulating tape")
    here.stock(tape, 2)
    on_phone.go("/stock/put-away/")
    told = page.locator("[data-puts] [data-last]")
    shot(on_phone, "put-away")
    on_phone.scan("B-7")
    assert told.inner_text() == "B-7: Scan goods before the bin."
    on_phone.scan("NOBODY")
    assert told.inner_text() == "NOBODY: Nothing of this waits here."
    on_phone.scan("R1")
    assert told.inner_text().startswith("R1 × 1 → ")
    on_phone.scan("r1")
    assert "already" in told.inner_text()
    on_phone.scan("TAPE", "TAPE")
    page.locator("[data-puts] [data-unscan-last]").click()
    assert page.locator("[data-puts] [data-count]").inner_text() == "2"
    on_phone.scan("b-7")
    page.locator(".said").wait_for()
    assert on_phone.said() == "Put 1 × ROUTER R1, 1 × TAPE away into Main / B-7."
    lies = Holding.objects.filter(place__bin__name="B-7", quantity=1).values_list("product__sku", flat=True)
    assert set(lies) == {"ROUTER", "TAPE"}
    shot(on_phone, "put-away-said")
    on_phone.undo()
    assert not Holding.objects.filter(place__bin__name="B-7", quantity__gt=0).exists()
    clean()
