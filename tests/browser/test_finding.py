"""Finding one's way: the search box, Today, the language, and lists on a telephone."""

from __future__ import annotations

from tests.browser.person import Person


def test_search_finds_anything(person: Person) -> None:
    """The slash leads to the box; a number opens its page; a name, a SKU and a serial are found."""
    number = person.write("orders", [("CABLE", "1")], confirm=True)
    person.go("/")
    for text, found in ((number, number), ("R2", "R2"), ("CABLE", "CABLE"), ("acm", "Acme")):
        person.page.keyboard.press("/")
        person.page.keyboard.type(text)
        person.page.keyboard.press("Enter")
        person.page.wait_for_load_state()
        person.page.wait_for_function(
            "t => document.querySelector('#main').innerText.includes(t) || document.querySelector('h1').innerText.includes(t)",
            arg=found,
        )
        person.go("/")
    person.go("/search/?q=nothing-of-that-name")
    assert "Nothing goes by" in person.page.locator("main").inner_text()


def test_today_counts_what_waits(person: Person) -> None:
    """Each stage says how much waits there, and leads to it."""
    number = person.write("orders", [("ADAPTER", "1")], confirm=True)
    person.go("/")
    stage = person.page.locator(".flow a", has_text="Purchasing & Fulfillment")
    assert int(stage.locator("b").inner_text()) >= 1
    stage.click()
    person.page.wait_for_url("**/work/purchasing/")
    assert person.rows(number).count() == 1


def test_the_language_is_a_switch(person: Person) -> None:
    """German from the first word to the last, and English again."""
    person.go("/")
    person.page.get_by_role("button", name="You and your settings").click()
    person.page.locator("#me button[lang=de]").click()
    person.page.wait_for_selector("html[lang=de]")
    assert person.heading() == "Heute"
    person.go("/work/to-pick/")
    assert person.heading() == "Zu kommissionieren"
    person.go("/orders/new/")
    assert person.heading() == "Neuer Auftrag"
    person.page.locator("header .me button").first.click()
    person.page.locator("#me button[lang=en]").click()
    person.page.wait_for_selector("html[lang=en]")
    assert person.heading() == "New order"


def test_refusals_keep_what_was_typed(person: Person) -> None:
    """A word that is no product is refused beside its field, and the other fields keep what they held."""
    person.go("/orders/new/")
    person.fill(organization="Acme", title="For the branch office", sku__0="NOSUCH", quantity__0="2")
    person.next_step()
    assert person.page.locator("[name=sku-0]").get_attribute("aria-invalid") == "true"
    assert person.page.locator("[name=title]").input_value() == "For the branch office"
    assert person.page.locator("[name=quantity-0]").input_value() == "2"


def test_a_thumb_is_enough(on_phone: Person) -> None:
    """On a telephone the menu opens, a row is ticked, and the act is at the thumb."""
    number = on_phone.write("orders", [("CABLE", "3")], confirm=True)
    on_phone.go(f"/orders/{on_phone.company.sheet(number)}/reserve/")
    on_phone.page.locator("[name^=reserve-]").first.fill("3")
    on_phone.next_step()
    on_phone.page.click("#menu")
    on_phone.page.locator("#nav").get_by_text("To pick").click()
    on_phone.page.wait_for_url("**/work/to-pick/")
    on_phone.do("Pick", number)
    assert on_phone.company.where(number) == {"picked": 3, "to_bill": 3}
