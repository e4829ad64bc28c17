"""A pick run on a telephone, with a wedge scanner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.person import Company, Person
from tests.fulfilment.trade import reserved
from tests.world import clean, held
from wharfinger.fulfilment.models import PickRun


@pytest.fixture
def picker(browser: Any, company: Company) -> Iterator[Person]:
    """Ada with a telephone."""
    made = Person(browser, company, width=390)
    yield made
    made.context.close()
    assert made.complaints == []


def typed(person: Person, *codes: str) -> None:
    """What a wedge types wherever the focus is, and its Enter."""
    for code in codes:
        person.page.keyboard.type(code)
        person.page.keyboard.press("Enter")


def test_a_run_is_walked_with_a_scanner(company: Company, picker: Person) -> None:
    here, page = company.world, picker.page
    fan = here.product(sku="FAN-1", name="Fan")
    tape = here.product(sku="TAPE-1", name="Tape")
    here.stock(fan, 2)
    here.stock(tape, 5, bin=here.bins[1])
    number, (fans, tapes) = reserved(here, (fan, 2), (tape, 3))
    picker.go(f"/orders/{number}/")
    picker.press("Start picking")
    run = PickRun.objects.get()
    assert page.url.endswith(f"/pick-runs/{run.pk}/")
    picker.next_step()

    def told() -> str:
        return page.locator("[data-last]").inner_text()

    assert page.locator("[data-here]").inner_text() == "A1"
    assert page.evaluate("document.activeElement.name") == "serial-scan"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    typed(picker, "FAN-1")
    assert told() == "FAN-1: Scan the label of A1 first."
    typed(picker, "a1", "FAN-1", "fan-1")
    assert page.locator("[name=quantity]").input_value() == "2"
    typed(picker, "FAN-1")
    assert told() == "FAN-1: All that is wanted of it here is counted."
    typed(picker, "TAPE-1")
    page.locator("[data-last]", has_text="That is TAPE-1 · Tape. It belongs into A2.").wait_for()
    picker.next_step()
    assert held(fans)["picked"] == 2
    assert page.locator("[data-here]").inner_text() == "A2"
    typed(picker, "A2", "TAPE-1")
    picker.next_step()
    assert held(tapes)["picked"] == 1
    typed(picker, "TAPE-1", "TAPE-1")
    picker.next_step()
    assert "Nothing is left to be taken." in page.locator("main").inner_text()
    picker.next_step()
    assert f"/packing/{here.site.pk}/?tote=PR-1" in page.url
    assert page.evaluate("document.activeElement.name") == "scan"
    for code, inside in (("FAN-1", "1"), ("FAN-1", "2"), ("TAPE-1", "1")):
        typed(picker, code)
        page.locator(".fill li", has_text=f"{inside} {code}").wait_for()
        assert page.evaluate("document.activeElement.name") == "scan"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    picker.press("Take back the last")
    page.locator(".fill li", has_text="TAPE-1").wait_for(state="detached")
    assert (held(fans)["container"], held(tapes)["picked"]) == (2, 3)
    picker.press("Box is full")
    page.locator("#f-weight").fill("1.5")
    page.get_by_role("button", name="Done").click()
    page.locator("main", has_text="1.5 kg").wait_for()
    clean()
