"""In the warehouse with a scanner: what is scanned first is asked first, and Enter sends nothing by itself."""

from __future__ import annotations

from tests.browser.person import Person
from tests.world import clean, held
from wharfinger.base.access import HOUSE
from wharfinger.stock.actions.counts import begin_count
from wharfinger.stock.actions.transfers import draft_transfer, send_transfer
from wharfinger.stock.rules.counting import Scope
from wharfinger.stock.rules.transferring import Sent, TransferWish


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


def test_a_transfer_is_received_by_scans(person: Person) -> None:
    """Each number goes to its product, whichever field it is read into; what is not on its way is an error."""
    here, page = person.company.world, person.page
    display = here.product(sku="DISPLAY", traced="serial", traced_from="shipping")
    switch = here.product(sku="SWITCH", traced="serial")
    here.stock(display, 2)
    here.stock(switch, 1, serials=("S1",))
    sent = (Sent(display.pk, 2), Sent(switch.pk, 1, ("S1",)), Sent(person.company.router.pk, 1, ("R1",)))
    wish = TransferWish(here.location.pk, here.other.pk, sent)
    order = draft_transfer(actor=HOUSE, wish=wish).one("stock.TransferOrder")
    send_transfer(actor=HOUSE, order=order)
    person.go(f"/stock/transfers/{order}/receive/")
    assert focused(person) == "code-scan"
    typed(person, "DISPLAY")
    typed(person, "display")
    assert page.locator(f"[name=quantity-{display.pk}]").input_value() == "2"
    typed(person, "s1")
    assert page.locator(f"[name=serial-{switch.pk}]").evaluate_all("all => all.map(one => one.value)") == [
        "s1"
    ]
    assert page.locator("[data-counts] [data-last]").inner_text() == "s1"
    typed(person, "S9")
    assert (
        "S9: Nothing of this is expected here." in page.locator("[data-counts] [data-last].bad").inner_text()
    )
    page.locator(f"[name=serial-{switch.pk}-scan]").focus()
    typed(person, "R1")
    typed(person, "S9")
    assert page.locator(f"[name=serial-{person.company.router.pk}]").count() == 1
    assert page.locator(f"[name=serial-{switch.pk}]").count() == 1
    person.next_step()
    assert person.said() == "Received the transfer."
    assert held(product=display.pk) == {"bin": 2}
    assert held(product=switch.pk) == {"bin": 1}
    clean()


def test_a_count_tells_a_bin_that_it_does_not_look_at(person: Person) -> None:
    here, page = person.company.world, person.page
    count = begin_count(actor=HOUSE, location=here.location.pk, scope=Scope(bins=(here.bins[0].pk,)))
    person.go(f"/stock/counts/{count.one('stock.Count')}/")
    typed(person, here.bins[1].name)
    assert "This count does not look at that bin." in page.locator("#scan [data-last].bad").inner_text()
    assert page.locator("[name=scanned]").count() == 0
    typed(person, "CABLE")
    typed(person, "4711")
    person.press("Write down", "#scan")
    assert "“4711” is no SKU" in page.locator("main").inner_text()
    # What came back with the form is taken back, too.
    page.locator("#scan [data-unscan-last]").click()
    assert page.locator("[name=scanned]").evaluate_all("all => all.map(one => one.value)") == ["CABLE"]
    person.press("Write down", "#scan")
    assert person.said() == "Written down."
