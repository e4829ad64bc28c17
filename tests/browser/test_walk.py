"""The main line, walked wholly in the browser: from the quote to the money, and a step back."""

from __future__ import annotations

from tests.browser.person import Person
from tests.world import clean


def test_strangers_stay_outside(person: Person) -> None:
    """Without signing in every page leads to the door; a wrong password is said; the right one opens."""
    person.context.clear_cookies()
    person.page.goto("/orders/")
    assert "/sign-in/" in person.page.url
    person.sign_in("wrong")
    assert "do not belong together" in person.page.locator("[role=alert]").inner_text()
    person.sign_in()
    assert person.heading() == "Today"


def test_one_line_walks(person: Person) -> None:
    """Five routers, three in stock: quoted, held, won, approved, bought, received, shipped, invoiced, paid."""
    company = person.company
    quote = person.write("quotes", [("ROUTER", "5")])
    assert quote.startswith("Q-")

    person.press("Reserve", within="header")
    person.page.locator("[name^=reserve-]").first.fill("3")
    person.next_step()
    assert person.said() == f"Reserved 3 × ROUTER for {quote}."
    assert company.where(quote) == {"quoted": 2, "bin": 3}

    person.press("Win", within="header")
    assert person.page.locator(".dry li").count() >= 1
    assert "One sales order is made." in person.page.locator("main").inner_text()
    person.next_step()
    order = person.heading()
    assert order.startswith("SO-")
    assert company.where(order) == {"to_approve": 2, "bin": 3, "to_bill": 5}

    person.go("/work/approval/")
    person.do("Approve", order)
    assert person.said() == "Approved 1 line."
    assert not person.rows(order).count()

    person.go("/work/purchasing/")
    person.do("Make purchase order", order)
    assert company.where(order)["drafted"] == 2

    person.go("/purchase-orders/?tab=drafts")
    person.page.locator("main a").filter(has_text="PO-").first.click()
    bought = person.heading()
    person.next_step()
    assert company.where(order)["on_order"] == 2

    person.next_step()
    assert person.heading() == f"Receive {bought}"
    person.scan("R4")
    person.next_step()
    assert person.said() == "Received 1 × ROUTER R4 into Main / A1. 1 for SO-1."
    assert company.where(order) == {"on_order": 1, "bin": 4, "to_bill": 5}

    person.go(f"/orders/{company.sheet(order)}/pick/")
    person.page.locator("[name^=quantity-]").first.fill("4")
    person.next_step()
    assert company.where(order)["picked"] == 4

    person.go("/work/to-pack/")
    person.do("Pack into a new box", order)
    assert company.where(order)["container"] == 4

    person.go("/work/delivery/")
    person.do("Deliver/Ship", order)
    assert company.where(order)["customer"] == 4

    person.go("/invoices/new/")
    if person.heading() == "New invoice":
        person.follow("Acme")
    person.fill(**{f"quantity__{company.line(order)}": "4"})
    person.press("Post", within="main")
    invoice = person.heading()
    assert invoice.startswith("INV-")
    assert "476.00" in person.page.locator("main").inner_text()

    person.next_step()
    person.fill(amount="476.00")
    person.next_step()
    person.go("/payments/")
    assert person.rows("476.00").count() == 1

    person.go("/work/delivery/?tab=shipped&find=R1")
    person.do("Cancel delivery", order)
    assert person.said().startswith("Took back the delivery of 1 × ROUTER R1 to ")
    assert company.where(order)["customer"] == 3
    clean()


def test_everything_prints(person: Person) -> None:
    """Each Print button of a sale, from the quote to the delivery note, leads to a PDF."""
    quote = person.write("quotes", [("CABLE", "2")])
    printed = person.printable()
    person.press("Win", within="header")
    person.next_step()
    order = person.heading()
    printed |= person.printable()
    person.go(f"/orders/{person.company.sheet(order)}/reserve/")
    person.page.locator("[name^=reserve-]").first.fill("2")
    person.next_step()
    for path, act in (("to-pick", "Pick"), ("to-pack", "Pack into a new box"), ("delivery", "Deliver/Ship")):
        person.go(f"/work/{path}/")
        person.do(act, order, "CABLE")
    person.go("/work/approve-post/")
    person.do("Write invoice", order, "CABLE", quantity="2")
    person.press("Post", within="main form")
    for path in ("shipments/?tab=all", "containers/?tab=all", "invoices/"):
        person.go(f"/{path}")
        person.page.locator("main tbody a").first.click()
        person.page.wait_for_load_state()
        printed |= person.printable()
    assert quote
    assert printed == {
        "quote", "order-confirmation", "delivery-note", "packing-list", "container-label", "invoice",
    }  # fmt: skip
