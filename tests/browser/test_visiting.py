"""A technician at a customer, with a telephone: what is mine today, a faulty router, a signature, done."""

from __future__ import annotations

from tests.browser.person import Person
from tests.browser.test_handing_over import _sign
from wharfinger.base.access import HOUSE
from wharfinger.demand.models import Line
from wharfinger.devices.actions.about import name_devices
from wharfinger.devices.actions.installing import install
from wharfinger.devices.models import Device
from wharfinger.devices.rules.installing import Installation
from wharfinger.ledger.audit import audit
from wharfinger.notices.models import Attachment
from wharfinger.work.actions import create_work_order
from wharfinger.work.models import WorkOrder
from wharfinger.work.rules import WorkWish


def _narrow(person: Person) -> bool:
    return bool(person.page.evaluate("document.documentElement.scrollWidth") <= 390)


def test_a_technician_swaps_a_faulty_router_on_a_telephone(on_phone: Person) -> None:
    """Found in the list, scanned, swapped in one step, signed for by the customer; and the swap is undone in one."""
    person, company = on_phone, on_phone.company
    world = company.world
    world.stock(company.router, 2, serials=("VISIT-NEW", "VISIT-SPARE"))
    theirs = Installation(product=company.router.pk, serial="VISIT-OLD", site=world.site.pk)
    old = install(actor=HOUSE, items=[theirs]).one("devices.Device")
    wish = WorkWish("job", world.customer.pk, title="Router is dead", scope="swap", resource=company.user.pk)
    job = create_work_order(actor=HOUSE, wish=wish).one("demand.Sheet")
    name_devices(actor=HOUSE, work_order=job, add=[old])

    person.go("/my-work/")
    assert _narrow(person)
    person.page.get_by_role("link", name="Router is dead").click()
    person.page.wait_for_url(f"**/work-orders/{job}/visit/")
    assert _narrow(person)
    person.page.wait_for_load_state()
    person.page.fill("[name=code]", "VISIT-NOWHERE")
    person.press("Go on")
    assert "no device of this customer" in person.page.locator(".error").inner_text()
    person.page.fill("[name=code]", "visit-new")
    person.press("Go on")
    person.page.wait_for_url("**/do/**")
    assert _narrow(person)
    assert person.page.input_value(f"[name=serial-{old}]") == "visit-new"
    person.page.fill("[name=reason]", "Does not start")
    person.next_step()
    assert person.page.url.endswith(f"/work-orders/{job}/visit/")
    new = Device.objects.get(replaces=old)
    assert new.lot.code == "VISIT-NEW"
    assert "Done" in person.page.locator("main").inner_text()
    person.undo()
    assert not Device.objects.filter(replaces=old, void__isnull=True).exists()
    person.go(f"/work-orders/{job}/visit/")
    person.page.fill("[name=code]", "VISIT-OLD")
    person.press("Go on")
    person.page.wait_for_url("**/do/**")
    person.page.fill(f"[name=serial-{old}]", "VISIT-SPARE")
    person.page.fill("[name=reason]", "Does not start")
    person.next_step()
    row = Line.objects.get(sheet=job, void__isnull=True)
    assert row.unit_price_micro == company.router.price_micro, "no warranty covers it, and the job is billed"

    person.press("Sign and complete")
    person.page.wait_for_url("**/complete/**")
    assert _narrow(person)
    person.page.fill("[name=signed_by]", "M. Krause")
    _sign(person)
    person.next_step()
    found = WorkOrder.objects.get(pk=job)
    assert (found.signed_by, found.completed_at is None) == ("M. Krause", False)
    assert Attachment.objects.get(about=f"work_order:{job}").name == "signature.png"
    assert "M. Krause" in person.page.locator("main").inner_text()
    person.go("/my-work/")
    assert not person.page.get_by_role("link", name="Router is dead").count()
    assert [found for found in audit() if not found.law.startswith("a file =")] == []
