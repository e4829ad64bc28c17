"""Modules switched off: absent from the navigation, said on old links, and Inventory alone walks."""

from __future__ import annotations

from tests.browser.person import Person
from tests.world import clean
from wharfinger.demand.models import Sheet


def switch(person: Person, word: str, name: str, on: bool) -> None:
    """Flip a module on the page of the modules."""
    person.go("/settings/modules/")
    card = person.page.locator("section.card", has=person.page.locator("h2", has_text=word))
    card.get_by_role("button", name="Switch on" if on else "Switch off").click()
    person.page.wait_for_load_state()


def test_procurement_off(person: Person) -> None:
    """Its pages leave the navigation, and an old link says where they are switched on."""
    switch(person, "Procurement", "procurement", on=False)
    person.go("/")
    places = person.page.locator("#nav").inner_text()
    assert "Purchase approval" not in places
    assert "Purchasing & Fulfillment" not in places
    assert "Receiving" in places
    answer = person.page.goto("/work/purchasing/")
    assert answer is not None
    assert answer.status == 404
    assert "Settings, Modules" in person.page.locator("main").inner_text()
    switch(person, "Procurement", "procurement", on=True)
    person.go("/work/purchasing/")
    assert "Purchase approval" in person.page.locator("#nav").inner_text()


def test_inventory_alone(person: Person) -> None:
    """Charge, pick, order, receive, deliver, install, swap: no Procurement, no RMA, no Jobs."""
    company = person.company
    for word, name in (("Procurement", "procurement"), ("RMA", "rma"), ("Jobs", "jobs")):
        switch(person, word, name, on=False)

    person.go("/tickets/new/")
    person.fill(organization="Acme", title="New routers", sku__0="ROUTER", quantity__0="4")
    person.next_step()
    ticket = Sheet.objects.get(number=person.heading())
    assert company.where(ticket.number) == {"demand": 4, "to_bill": 4}

    person.go(f"/work-orders/{ticket.pk}/reserve/")
    person.page.locator("[name^=reserve-]").first.fill("3")
    person.next_step()
    person.go("/work/to-pick/")
    person.do("Pick", ticket.number)
    assert company.where(ticket.number)["picked"] == 3

    person.go("/purchase-orders/new/")
    person.fill(vendor="Grossist")
    person.page.locator("[name^=sku-]").first.fill("ROUTER")
    person.page.locator("[name^=quantity-]").first.fill("1")
    person.next_step()
    person.next_step()
    person.next_step()
    person.scan("R4")
    person.next_step()
    assert person.said().startswith("Received 1 × ROUTER R4")

    person.go("/work/delivery/")
    person.do("Deliver/Ship", ticket.number)
    assert company.where(ticket.number)["customer"] == 3

    person.go(f"/devices/install/{ticket.pk}/")
    number = person.page.locator("[data-serial]").first.get_attribute("data-serial")
    person.scan(str(number))
    assert person.page.locator("[name^=unit-]").first.is_checked()
    person.scan("ELSE")
    assert person.page.locator("[data-ticks] .bad").count() == 1
    person.next_step()
    person.go("/devices/")
    person.page.locator("main tbody a").first.click()
    old = person.heading()
    person.press("Swap", within="header")
    person.page.locator("[name=outgoing_to]").select_option(index=1)
    person.page.locator("[name=new]").check()
    # A scanner ends with Enter, which sends nothing here: the next field has its turn.
    person.page.locator("[name=serial]").fill("R4")
    person.page.locator("[name=serial]").press("Enter")
    person.page.locator("[name=reason]").fill("Does not start")
    person.next_step()
    person.go("/devices/")
    assert "R4" in person.page.locator("main").inner_text()
    assert old
    clean()
