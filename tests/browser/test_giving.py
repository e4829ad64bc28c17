"""Somebody needs what another document holds: asks from the panel, and the holder gives way, in the browser."""

from __future__ import annotations

from tests.browser.person import Person
from wharfinger.demand.models import Sheet


def test_a_holder_is_asked_and_gives_way(person: Person) -> None:
    holder = person.write("quotes", [("ROUTER", "3")])
    quote = Sheet.objects.get(number=holder)
    person.go(f"/quotes/{quote.pk}/reserve/")
    person.next_step()
    number = person.write("orders", [("ROUTER", "2")], confirm=True)
    order = Sheet.objects.get(number=number)
    person.go(f"/orders/{order.pk}/reserve/")
    person.page.locator("main a", has_text="Ask to give way").first.click()
    person.fill(quantity="1", note="They open on Friday")
    person.next_step()
    assert f"{holder} is asked to give way." in person.said()
    person.page.locator("main td a").first.click()
    assert "They open on Friday" in person.page.locator("main").inner_text()
    person.fill(answer="Gladly")
    person.next_step()
    assert f"{holder} has given way to {number}." in person.said()
    assert person.company.where(number)["bin"] == 1
    assert person.company.where(holder)["bin"] == 2
