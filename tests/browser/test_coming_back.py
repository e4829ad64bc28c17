"""What people come back to in the browser: a template, a back order once goods are there, a device by its ticket, a change."""

from __future__ import annotations

from tests.browser.person import Company, Person
from tests.purchasing.buying import arrive, stocked_up, threshold
from tests.world import clean
from wharfinger.base.access import HOUSE
from wharfinger.devices.actions.installing import install
from wharfinger.devices.models import Device
from wharfinger.devices.rules.installing import Installation
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish


def test_a_quote_is_kept_as_a_template_and_offered_again(company: Company, person: Person) -> None:
    number = person.write("quotes", [("CABLE", "2"), ("ADAPTER", "1")])
    person.press("Keep as template")
    person.page.fill("dialog[open] [name=name]", "New desk")
    person.press("Keep as template", within="dialog[open]")
    assert person.said() == "Kept as a template."
    person.go("/quotes/templates/")
    person.follow("New desk")
    person.press("New quote")
    person.fill(organization="Acme")
    person.next_step()
    again = person.heading()
    assert again != number
    told = person.page.locator("main").inner_text()
    assert "CABLE" in told
    assert "ADAPTER" in told


def test_a_back_order_is_served_as_soon_as_goods_are_there(company: Company, person: Person) -> None:
    spare = company.world.product(sku="SPARE", name="Spare part")
    number = person.write("orders", [("SPARE", "2")], confirm=True)
    person.go("/work/approval/")
    if person.rows(number).count():
        person.do("Approve", number)
    adjust(actor=HOUSE, items=[Adjustment(spare.pk, 5, company.world.location.place_id)], reason="Found")
    person.go("/work/purchasing/?tab=back")
    person.do("Serve now", number)
    assert company.where(number) == {"bin": 2, "to_bill": 2}
    assert person.rows(number).count() == 0
    person.undo()
    assert person.rows(number).count() == 1
    clean()


def test_a_ticket_is_about_a_device_and_the_device_tells_of_it(company: Company, person: Person) -> None:
    world = company.world
    wish = WorkWish("ticket", world.customer.pk, title="Router drops calls")
    ticket = create_work_order(actor=HOUSE, wish=wish).one("work.WorkOrder")
    theirs = Installation(product=company.router.pk, serial="OLD-7", site=world.site.pk)
    install(actor=HOUSE, items=[theirs])
    device = Device.objects.get()
    person.go(f"/work-orders/{ticket}/")
    page = person.page
    page.locator("summary", has_text="Name a device").click()
    page.fill("#about-device", "OLD-7")
    person.press("Name it here")
    assert device.number in page.locator("main").inner_text()
    person.follow(device.number)
    assert "Router drops calls" in page.locator("main").inner_text()
    person.follow("T-")
    person.press("Leave out")
    assert page.locator("main a").filter(has_text=device.number).count() == 0


def test_what_a_customer_brought_along_is_scanned_and_installed(company: Company, person: Person) -> None:
    world, page = company.world, person.page
    before = set(Device.objects.values_list("lot__code", flat=True))
    person.go(f"/organizations/{world.customer.pk}/assets/")
    person.press("Brought along")
    person.fill(sku=company.router.sku)
    for code in ("OLD-8", "OLD-9"):
        page.fill("#f-serial-scan", code)
        page.press("#f-serial-scan", "Enter")
    page.select_option("[name=site]", str(world.site.pk))
    person.next_step()
    assert set(Device.objects.values_list("lot__code", flat=True)) - before == {"OLD-8", "OLD-9"}
    assert "OLD-8" in page.locator("main").inner_text()
    clean()


def test_a_dearer_change_is_approved_and_made(company: Company, person: Person) -> None:
    """Whoever asks is told that it waits; the order stands; one more press makes it."""
    threshold(10_000, self_approval=True)
    made = stocked_up(company.world, (company.adapter, 4, 10_000_000))
    line = PurchaseLine.objects.get(pk=made.lines[0])
    path = f"/purchase-orders/{made.order}/"
    person.go(f"{path}change/")
    person.fill(**{f"line__quantity__{line.pk}": "20"})
    person.next_step()
    assert "The change waits for approval" in person.said()
    told = person.page.locator("main").inner_text()
    assert "Change that waits for approval" in told
    person.go("/work/approval/?tab=orders")
    person.do("Approve", "Change: ADAPTER")
    person.go(path)
    arrive(line.pk, 1)
    person.next_step()
    assert person.said() == "The purchase order is changed."
    line.refresh_from_db()
    assert line.quantity == 20
    assert PurchaseOrder.objects.get(pk=made.order).asked_change is None
    person.undo()
    line.refresh_from_db()
    assert line.quantity == 4
    clean()


def test_a_device_is_swapped_on_a_telephone(company: Company, on_phone: Person) -> None:
    """At a width of 390 points, in one step; and taken back in another."""
    world, person = company.world, on_phone
    ticket = create_work_order(actor=HOUSE, wish=WorkWish("ticket", world.customer.pk)).one("demand.Sheet")
    theirs = Installation(product=company.router.pk, serial="OLD-10", site=world.site.pk)
    device = Device.objects.get(pk=install(actor=HOUSE, items=[theirs]).one("devices.Device"))
    person.go(f"/devices/{device.pk}/swap/")
    assert person.page.evaluate("document.documentElement.scrollWidth") <= 390
    person.page.fill("[name=serial]", "R2")
    person.page.select_option("[name=ticket]", str(ticket))
    person.page.fill("[name=reason]", "Broken")
    person.press("Swap")
    new = Device.objects.get(replaces=device)
    assert person.heading() == new.number
    assert person.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert (new.lot.code, new.organization) == ("R2", world.customer)
    person.undo()
    assert not Device.objects.filter(replaces=device, void__isnull=True).exists()
    clean()
