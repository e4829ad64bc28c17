"""At the door: goods with numbers are scanned by number, all others counted by the code on their package."""

from __future__ import annotations

from tests.browser.person import Company, Person
from tests.purchasing.buying import stocked_up
from tests.world import clean, held


def test_goods_without_numbers_are_counted_by_their_code(company: Company, person: Person) -> None:
    here, page = company.world, person.page
    fan = here.product(sku="FAN", name="Fan", gtin="4006381333931")
    tape = here.product(sku="TAPE", name="Tape")
    made = stocked_up(here, (fan, 2, 1_000_000), (tape, 3, 1_000_000), (fan, 1, 1_000_000))
    first, other, more = made.lines
    person.go(f"/purchase-orders/{made.order}/receive/")

    def counted() -> list[str]:
        return [page.locator(f"[name=quantity-{line}]").input_value() for line in (first, other, more)]

    def told() -> str:
        return page.locator("[data-counts] [data-last]").inner_text()

    assert counted() == ["2", "3", "1"]
    person.scan("fan")
    assert (counted(), told()) == (["1", "", ""], "fan: 1 / 2")
    person.scan("4006381333931", "4006381333931")
    assert counted() == ["2", "", "1"]
    person.scan("FAN")
    assert (counted(), told()) == (["2", "", "1"], "FAN: All that is expected of these is counted already.")
    assert page.locator("[data-counts] .bad").count() == 1
    page.locator("[data-counts] [data-unscan-last]").click()
    assert counted() == ["2", "", ""]
    person.scan("FAN")
    assert counted() == ["2", "", "1"]
    person.scan("ELSE")
    assert (counted(), told()) == (["2", "", "1"], "ELSE: Nothing of this is expected here.")
    page.locator(f"[name=quantity-{other}]").fill("2")
    person.scan("TAPE")
    assert (counted(), page.locator("[data-counts] .bad").count()) == (["2", "3", "1"], 0)
    page.locator(f"[name=quantity-{other}]").fill("2")
    person.next_step()
    assert held(product=fan.pk) == {"bin": 3}
    assert held(product=tape.pk) == {"bin": 2, "on_order": 1}
    clean()


def test_beside_them_a_number_is_still_a_number(company: Company, person: Person) -> None:
    here = company.world
    tape = here.product(sku="TAPE-2", name="Tape")
    made = stocked_up(here, (company.router, 1, 1_000_000), (tape, 2, 1_000_000))
    person.go(f"/purchase-orders/{made.order}/receive/")
    person.scan("TAPE-2", "R77")
    scanned = person.page.locator(f"[name=serial-{made.lines[0]}]")
    assert scanned.evaluate_all("all => all.map(one => one.value)") == ["R77"]
    serials = person.page.locator(f"[name=serial-{made.lines[0]}-scan]")
    serials.fill("TAPE-2")
    serials.press("Enter")
    assert person.page.locator(f"[name=quantity-{made.lines[1]}]").input_value() == "2"
    assert scanned.count() == 1
    person.next_step()
    assert held(product=tape.pk) == {"bin": 2}
    clean()
