"""Every page on a telephone, and the widest lists on a desk: nothing stands beyond the edge, no title is cut."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.urls import Resolver404, resolve

from tests.browser.person import Person
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.demand.models import Line, Sheet
from wharfinger.parties.models import Organization
from wharfinger.sales.actions.quotes import create_opportunity
from wharfinger.sales.rules.quotes import OpportunityWish

EACH = 2
"""So many addresses are visited of each page: an empty one and a full one differ."""

BEYOND = """() => {
  const title = document.querySelector("h1"), width = document.documentElement.clientWidth, wrong = [];
  if (document.documentElement.scrollWidth > width) wrong.push("scrolls sideways");
  if (title && title.scrollWidth > title.clientWidth + 1) wrong.push("cuts its title");
  for (const field of document.querySelectorAll("input[placeholder]")) {
    if (!field.clientWidth || field.value) continue;
    const style = getComputedStyle(field), pen = document.createElement("canvas").getContext("2d");
    pen.font = style.font;
    const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    if (pen.measureText(field.placeholder).width > room + 1) wrong.push("cuts " + field.placeholder);
  }
  for (const cell of document.querySelectorAll("main td:not(.sel)"))
    if (cell.innerText && cell.scrollWidth > cell.clientWidth + 1) wrong.push("cuts " + cell.innerText);
  return wrong;
}"""


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_page_fits_a_telephone(on_phone: Person, language: str) -> None:
    """Whatever can be reached by links from Today fits 390 pixels, in both languages."""
    person, page = on_phone, on_phone.page
    quote = person.write("quotes", [("ROUTER", "2"), ("CABLE", "5")])
    person.press("Win", within="header")
    person.next_step()
    assert person.heading() != quote
    person.write("orders", [("CABLE", "3"), ("WORK", "1")], confirm=True)
    words = {"en": "English", "de": "Deutsch"}[language]
    page.locator("[popovertarget=me]").click()
    page.locator("#me button", has_text=words).click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == language
    seen: Counter[str] = Counter()
    wrong: list[str] = []
    waiting = known = ["/"]
    while waiting:
        path, *waiting = waiting
        person.go(path)
        wrong += [f"{path} {what}" for what in page.evaluate(BEYOND)]
        for found in page.eval_on_selector_all("a[href^='/']", "all => all.map(a => a.getAttribute('href'))"):
            name = _name(found)
            if name and found not in known and seen[name] < EACH:
                seen[name] += 1
                known = [*known, found]
                waiting = [*waiting, found]
    assert {"sales:order", "purchasing:orders", "stock:inventory", "site:settings"} <= {
        name.partition("?")[0] for name in seen
    }
    assert not wrong, "\n".join(wrong)


def test_the_lists_of_sales_show_all_their_columns_on_a_desk(person: Person) -> None:
    """Also with long names and German headings: neither the list nor the page scrolls sideways."""
    customer = Organization.objects.filter(pk=person.company.world.customer.pk)
    deal = OpportunityWish(
        customer.get().pk, "All routers of the quay", expected_close_on=clock.today("Europe/Berlin")
    )
    create_opportunity(actor=HOUSE, wish=deal)
    order = person.company.sheet(person.write("orders", [("CABLE", "3000")], confirm=True))
    Sheet.objects.filter(pk=order).update(priority="urgent")
    Line.objects.filter(sheet=order).update(promised_on=clock.today("Europe/Berlin") - timedelta(days=1))
    name = customer.get().name
    customer.update(name="Vereinigte Lagerhäuser am Alten Hafen GmbH & Co. KG")
    person.page.locator("[popovertarget=me]").click()
    person.page.locator("#me button", has_text="Deutsch").click()
    person.page.wait_for_load_state()
    person.page.set_viewport_size({"width": 1440, "height": 900})
    for path in ("/orders/", "/opportunities/"):
        person.go(path)
        assert person.page.locator("main tbody tr").count()
        assert person.page.evaluate("document.documentElement.scrollWidth") <= 1440
        assert not person.page.locator(".scroll.wide").count()
    customer.update(name=name)


def _name(address: str) -> str:
    """Which page an address is, and whether it asks for something; empty for what is no page."""
    path, asked, _words = address.partition("?")
    if re.search(r"\.(pdf|csv|xlsx|zip)$|^/(api|static)/", path) or re.search(r"(export|format)=", address):
        return ""
    try:
        return resolve(path).view_name + asked
    except Resolver404:
        return ""
