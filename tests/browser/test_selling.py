"""A quote from the first line to the customer's yes, in the browser: two people, one of them without an account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.browser.person import Person
from wharfinger.base import clock
from wharfinger.demand.models import Line
from wharfinger.parties.models import Organization
from wharfinger.sales.models import Quote


def test_a_quote_is_sent_and_accepted_by_its_link(person: Person) -> None:
    Organization.objects.filter(pk=person.company.world.customer.pk).update(email="")
    number = person.write("quotes", [("CABLE", "2")])
    quote = person.company.sheet(number)
    person.press("Send", within="header")
    person.next_step()
    assert "has no mail address" in person.page.locator("main").inner_text()
    person.page.locator("[data-remedy]").click()
    person.page.wait_for_url(f"**/quotes/{quote}/")
    assert f"Marked {number} as sent" in person.said()
    told = person.page.locator("main a", has_text="as the customer sees it").get_attribute("href")
    assert told is not None
    here = told[told.index("/q/") :]
    stranger = person.context.browser.new_context(  # type: ignore[union-attr]
        base_url=person.company.address, viewport={"width": 390, "height": 800}
    )
    page = stranger.new_page()
    page.goto(here)
    pdf = page.locator("main a", has_text="PDF").bounding_box()
    assert pdf is not None
    assert pdf["x"] + pdf["width"] <= 390
    page.fill("[name=name]", "Jane Quinn")
    page.check("[name=agreed]")
    page.locator("button", has_text="Accept").click()
    page.wait_for_load_state()
    assert "Accepted on" in page.locator("main").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert stranger.cookies() == []
    stranger.close()
    person.go(f"/quotes/{quote}/")
    assert "by Jane Quinn" in person.page.locator("main").inner_text()
    assert Quote.objects.get(pk=quote).won_at is None
    person.press("Done", within="#todos")
    assert "Jane" not in person.page.locator("#todos").inner_text()
    person.page.fill("#note-text", "Ring before delivery")
    person.page.locator("#notes form button").click()
    person.page.wait_for_load_state()
    assert "Ring before delivery" in person.page.locator("#notes").inner_text()
    person.press("Win", within="header")
    person.next_step()
    assert person.heading().startswith("SO-")


@pytest.mark.parametrize("path", ["todos/", "settings/notifications/", "account/mails/", "notices/"])
def test_its_pages_open(person: Person, path: str) -> None:
    person.go(f"/{path}")


def test_what_is_typed_while_a_picture_is_fetched_stays(person: Person) -> None:
    number = person.write("orders", [("CABLE", "4")])
    order = person.company.sheet(number)
    line = person.company.line(number)
    person.next_step()
    waiting: list[Any] = []

    def first_waits(route: Any) -> None:
        route.continue_() if waiting else waiting.append(route)

    person.page.route("**/amend/?*", first_waits)
    person.go(f"/documents/{order}/amend/")
    person.page.fill(f"[name=quantity-{line}]", "1")
    with person.page.expect_request("**/amend/?*"):
        person.page.press(f"[name=quantity-{line}]", "Tab")
    person.page.type(f"[name=sku-{line}]", "ADAPTER")
    waiting[0].continue_()
    person.page.locator(".dry", has_text="ADAPTER").wait_for()
    assert person.page.input_value(f"[name=sku-{line}]") == "ADAPTER"
    person.next_step()
    assert {one.product.sku: one.quantity for one in Line.objects.filter(order=order)} == {
        "CABLE": 1,
        "ADAPTER": 3,
    }


def test_a_promise_in_danger_is_given_anew(person: Person) -> None:
    number = person.write("orders", [("ADAPTER", "2")])
    order = person.company.sheet(number)
    Line.objects.filter(sheet=order).update(promised_on=clock.today("Europe/Berlin") - timedelta(days=1))
    person.next_step()
    main = person.page.locator("main")
    assert "Promises in danger" in main.inner_text()
    person.page.locator("main a", has_text="Promise anew").first.click()
    person.page.wait_for_url(f"**/orders/{order}/promise/")
    person.page.fill("[name=reason]", "The vendor delivers later")
    later = clock.today("Europe/Berlin") + timedelta(days=9)
    person.page.locator("input[type=date]").fill(later.isoformat())
    person.next_step()
    assert f"Promised anew: {number}" in person.said()
    assert "Promises in danger" not in main.inner_text()
    assert Line.objects.get(sheet=order).promised_on == later
    person.undo()
    assert "Promises in danger" in main.inner_text()
