"""Goods are handed over in the browser: from a van, signed for on the pad, and taken back."""

from __future__ import annotations

from tests.browser.person import Person
from wharfinger.base.access import HOUSE
from wharfinger.fulfilment.models import Shipment
from wharfinger.ledger.audit import audit
from wharfinger.notices.models import Attachment
from wharfinger.parties.actions.settings import set_setting
from wharfinger.stock.models import Location


def _sign(person: Person) -> None:
    """Draw a stroke on the pad."""
    pad = person.page.locator("[data-sign] canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    mouse = person.page.mouse
    mouse.move(box["x"] + 40, box["y"] + 30)
    mouse.down()
    mouse.move(box["x"] + 120, box["y"] + 70, steps=5)
    mouse.up()


def _drawn(person: Person) -> str:
    return person.page.locator("[name=signature]").input_value()


def test_the_customer_signs_for_what_comes_from_the_van(on_phone: Person) -> None:
    person, company = on_phone, on_phone.company
    van = company.world.other
    Location.objects.filter(pk=van.pk).update(person=company.user)
    company.world.stock(company.cable, 5, bin=company.world.bins[2])
    set_setting(actor=HOUSE, name="shipment_proof", value=True)
    number = person.write("orders", [("CABLE", "3")], confirm=True)
    at = f"/documents/{company.sheet(number)}/hand-over/"
    person.go(at)
    assert person.page.locator("[name=location] option:checked").inner_text() == van.name
    person.next_step()
    assert "A delivery needs a proof here" in person.page.locator(".error").inner_text()
    assert not Shipment.objects.exists()
    _sign(person)
    first = _drawn(person)
    assert first.startswith("data:image/png;base64,")
    person.page.locator("[data-unsign]").click()
    assert _drawn(person) == ""
    _sign(person)
    person.page.locator("[name^=quantity-]").first.fill("30")
    person.next_step()
    assert person.page.locator(".error, .refusal").count()
    assert _drawn(person) == first, "what was drawn before a refusal is not lost"
    person.page.locator("[name^=quantity-]").first.fill("3")
    person.next_step()
    assert "Delivered 3 × CABLE" in person.said()
    assert company.where(number)["customer"] == 3
    shipment = Shipment.objects.get()
    assert Attachment.objects.get().about == f"shipment:{shipment.pk}"
    person.go(f"/shipments/{shipment.pk}/")
    picture = person.page.locator("main img").get_attribute("src")
    assert picture is not None
    assert person.context.request.get(picture).status == 200
    assert "delivery-note" in person.printable()
    person.page.locator(".timeline li", has_text="Delivered").locator("a", has_text="Undo").click()
    person.page.wait_for_load_state()
    person.next_step()
    assert "customer" not in company.where(number)
    # What was drawn lies with the server, in a folder of its own.
    assert [found for found in audit() if not found.law.startswith("a file =")] == []
