"""In the warehouse with a scanner: what is scanned first is asked first, and Enter sends nothing by itself."""

from __future__ import annotations

from tests.browser.person import Person
from tests.world import clean, held


def typed(person: Person, code: str) -> None:
    """What a wedge types wherever the focus is, and its Enter."""
    person.page.keyboard.type(code)
    person.page.keyboard.press("Enter")


def focused(person: Person) -> str:
    """The field that listens."""
    return str(person.page.evaluate("document.activeElement.name"))


def test_goods_are_adjusted_and_moved_by_a_wedge(person: Person) -> None:
    person.go("/stock/adjust/")
    assert focused(person) == "product"
    typed(person, "ROUTER")
    assert focused(person) == "way"
    assert person.page.url.endswith("/stock/adjust/")
    person.page.locator("[name=serials-scan]").focus()
    typed(person, "R8")
    typed(person, "R9")
    assert person.page.locator("[data-count]").inner_text() == "2"
    person.fill(reason="Found behind the shelf")
    person.next_step()
    assert person.said() == "Put 2 × ROUTER into Main."
    assert held(product=person.company.router.pk)["bin"] == 5

    person.go("/stock/transfer/?product=ROUTER")
    assert focused(person) == "serials-scan"
    typed(person, "R9")
    # Nobody is sent back to where the goods are: the other end is chosen.
    person.next_step()
    assert focused(person) == "to"
    person.fill(to="Van")
    person.next_step()
    assert "Van" in person.said()
    clean()


def test_a_page_says_where_it_belongs(person: Person) -> None:
    person.go(f"/products/{person.company.cable.pk}/units/")
    assert person.page.locator(".crumb").inner_text() == "Products"
    person.page.locator(".crumb a").click()
    person.page.wait_for_load_state()
    assert person.heading() == "Products"
    assert person.page.locator(".crumb").count() == 0


def test_a_bin_is_counted_by_its_label_and_what_lies_in_it(on_phone: Person) -> None:
    person = on_phone
    person.go("/stock/counts/new/")
    person.fill(products="CABLE")
    person.next_step()
    shelf = person.page.locator("select[data-shelf]")
    assert shelf.locator("option:checked").inner_text() == "A1"
    person.scan("a2")
    assert shelf.locator("option:checked").inner_text() == "A2"
    person.scan("CABLE", "CABLE", "A1")
    # What was scanned is in A2, whatever label comes next.
    assert shelf.locator("option:checked").inner_text() == "A2"
    assert "Write down what was scanned first" in person.page.locator("[data-last].bad").inner_text()
    person.page.locator("#scan button", has_text="Write down").click()
    person.page.wait_for_load_state()
    told = person.page.locator("main").inner_text()
    assert "Everything in this bin is counted." in told
    assert person.rows("A2", "CABLE", "2").count() == 1
