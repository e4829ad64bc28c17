"""Every worklist: rows are ticked, an act takes them off, and Undo brings them back."""

from __future__ import annotations

import pytest

from tests.browser.person import Company, Person
from tests.world import clean


@pytest.fixture(scope="module")
def order(browser: object, company: Company) -> str:
    """An order whose lines stand on three worklists at once: cables in stock, adapters to buy, work."""
    person = Person(browser, company)
    number = person.write("orders", [("CABLE", "10"), ("ADAPTER", "1"), ("WORK", "2")], confirm=True)
    person.page.locator("header .acts").get_by_text("Reserve").click()
    person.page.locator("[name^=reserve-]").first.fill("10")
    person.next_step()
    person.context.close()
    return number


def there_and_back(person: Person, path: str, act: str, *texts: str) -> None:
    """Act on the rows of these words: they are gone; undo it: they are there again."""
    person.go(path)
    before = person.rows(*texts).count()
    assert before
    person.do(act, *texts)
    assert not person.rows(*texts).count(), f"{act} left the rows on {path}"
    person.undo()
    person.go(path)
    assert person.rows(*texts).count() == before
    clean()


def test_purchase_approval(person: Person) -> None:
    """Dear purchases wait until somebody approves them; the rejected one wants nothing any more."""
    dear = person.write("orders", [("ADAPTER", "5")], confirm=True)
    person.go("/work/approval/")
    person.do("Approve", dear)
    assert not person.rows(dear).count()
    assert person.company.where(dear) == {"to_order": 5, "to_bill": 5}
    person.undo()
    assert person.company.where(dear) == {"to_approve": 5, "to_bill": 5}
    person.go("/work/approval/")
    person.do("Reject", dear, note="Too dear")
    assert not person.rows(dear).count()
    clean()


def test_purchasing_and_receiving(person: Person, order: str) -> None:
    """What is to be ordered becomes a purchase order, is on its way, arrives, and each step can be taken back."""
    company, adapter = person.company, person.company.adapter
    person.go("/work/purchasing/")
    person.do("Make purchase order", order, "ADAPTER")
    assert not person.rows(order).count()
    person.undo()
    person.go("/work/purchasing/")
    assert person.rows(order, "ADAPTER").count() == 1
    person.do("One per default vendor", order)
    assert company.where(order, adapter) == {"drafted": 1, "to_bill": 1}

    person.go("/purchase-orders/?tab=drafts")
    person.page.locator("main table a").filter(has_text="PO-").first.click()
    person.next_step()
    person.go("/work/receiving/")
    person.do("Receive", order, "ADAPTER")
    assert not person.rows(order).count()
    assert company.where(order, adapter) == {"bin": 1, "to_bill": 1}
    person.undo()
    person.go("/work/receiving/")
    assert person.rows(order).count() == 1
    person.do("Receive", order)
    person.go("/work/to-pick/")
    assert person.rows(order, "ADAPTER").count() == 1
    clean()


def test_a_part_is_picked(person: Person, order: str) -> None:
    """A line whose units differ stands on two pages with the right quantity on each."""
    cable = person.company.cable
    person.go("/work/to-pick/")
    person.do("Pick", order, "CABLE", quantity="4")
    assert person.company.where(order, cable) == {"bin": 6, "picked": 4, "to_bill": 10}
    assert person.rows(order, "CABLE").locator(".k-quantity").inner_text() == "6"
    person.go("/work/to-pack/")
    assert person.rows(order, "CABLE").locator(".k-quantity").inner_text() == "4"
    person.do("Put back", order, "CABLE")
    assert person.company.where(order, cable) == {"bin": 10, "to_bill": 10}
    clean()


def test_pick_pack_and_ship(person: Person, order: str) -> None:
    """Picked, packed, shipped: gone from each list, back by Undo, and partly cancelled after delivery."""
    company = person.company
    there_and_back(person, "/work/to-pick/", "Pick", order, "CABLE")
    person.do("Pick", order, "CABLE")
    there_and_back(person, "/work/to-pack/", "Pack into a new box", order, "CABLE")
    person.do("Pack into a new box", order, "CABLE")
    there_and_back(person, "/work/delivery/", "Deliver/Ship", order, "CABLE")
    person.do("Deliver/Ship", order, "CABLE")
    assert company.where(order, company.cable) == {"customer": 10, "to_bill": 10}
    person.go("/work/delivery/?tab=shipped")
    person.do("Cancel delivery", order, "CABLE", quantity="3")
    assert company.where(order, company.cable)["customer"] == 7
    clean()


def test_a_service_is_ready_at_once(person: Person, order: str) -> None:
    """Work needs no stock: it is ready to be delivered from the first moment."""
    there_and_back(person, "/work/delivery/", "Deliver/Ship", order, "WORK")


def test_approve_and_post(person: Person, order: str) -> None:
    """Lines are invoiced whatever their goods do, only the ticked ones, and after one saw what they come to."""
    person.go("/work/approve-post/")
    person.do("Write invoice", order, "CABLE", quantity="10")
    assert "1 invoice" in person.page.locator("main").inner_text()
    person.press("Post", within="main form")
    assert not person.rows(order, "CABLE").count()
    assert person.rows(order, "ADAPTER").count() == 1
    clean()


def test_moved_on_meanwhile(person: Person, order: str) -> None:
    """A row that somebody else has worked on meanwhile is refused in words, and nothing is written."""
    number = person.write("orders", [("CABLE", "2")], confirm=True)
    person.press("Reserve", within="header")
    person.page.locator("[name^=reserve-]").first.fill("2")
    person.next_step()
    person.go("/work/to-pick/")
    other = person.context.new_page()
    other.goto("/work/to-pick/")
    person.do("Pick", number)
    other.locator("tr", has_text=number).locator(".sel input").check()
    other.locator(".bulk").get_by_role("button", name="Pick", exact=True).click()
    assert "moved on meanwhile" in other.locator(".refusal").inner_text()
    assert person.company.where(number) == {"picked": 2, "to_bill": 2}


def test_returns(person: Person, order: str) -> None:
    """What a customer sends back waits to be inspected; restocked, it is gone from the list."""
    customer = person.company.world.customer.pk
    person.go(f"/returns/new/?organization={customer}")
    person.page.locator("[name=type]").select_option(index=1)
    person.page.locator("[name^=quantity-]").first.fill("2")
    person.next_step()
    there_and_back(person, "/work/returns/", "Restock", "CABLE")
    person.do("Scrap", "CABLE")
    assert not person.rows("CABLE").count()
    clean()
