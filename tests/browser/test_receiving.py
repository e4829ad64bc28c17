"""At the door: goods with numbers are scanned by number, all others counted by the code on their package."""

from __future__ import annotations

from tests.browser.person import Company, Person
from tests.purchasing.buying import stocked_up
from tests.world import clean, held


def test_goods_without_numbers_are_counted_by_their_code(company: Company, person: Person) -> None:
    here, page = company.world, person.page
    fan = here.product(sku="FAN", name="Fan", gtin="4006381333931")
    tape = here.product(sku="TAPE", name="Tape")
    made = stocked_up(here, (fan, 2, 1_000_000), (tape, 3, 1_000_000), (fan, 1, 1_000_000))
    first, other, more = made.lines
    person.go(f"/purchase-orders/{made.order}/receive/")

    def counted() -> list[str]:
        return [page.locator(f"[name=quantity-{line}]").input_value() for line in (first, other, more)]

    def told() -> str:
        return page.locator("[data-counts] [data-last]").inner_text()

    assert counted() == ["2", "3", "1"]
    person.scan("fan")
    assert (counted(), told()) == (["1", "", ""], "fan: 1 / 2")
    person.scan("4006381333931", "4006381333931")
    assert counted() == ["2", "", "1"]
    person.scan("FAN")
    assert (counted(), told()) == (["2", "", "1"], "FAN: All that is expected of these is counted already.")
    assert page.locator("[data-counts] .bad").count() == 1
    page.locator("[data-counts] [data-unscan-last]").click()
    assert counted() == ["2", "", ""]
    person.scan("FAN")
    assert counted() == ["2", "", "1"]
    person.scan("ELSE")
    assert (counted(), told()) == (["2", "", "1"], "ELSE: Nothing of this is expected here.")
    page.locator(f"[name=quantity-{other}]").fill("2")
    person.scan("TAPE")
    assert (counted(), page.locator("[data-counts] .bad").count()) == (["2", "3", "1"], 0)
    page.locator(f"[name=quantity-{other}]").fill("2")
    person.next_step()
    assert held(product=fan.pk) == {"bin": 3}
    assert held(product=tape.pk) == {"bin": 2, "on_order": 1}
    clean()


def test_beside_them_a_number_is_still_a_number(company: Company, person: Person) -> None:
    here = company.world
    tape = here.product(sku="TAPE-2", name="Tape")
    made = stocked_up(here, (company.router, 1, 1_000_000), (tape, 2, 1_000_000))
    person.go(f"/purchase-orders/{made.order}/receive/")
    person.scan("TAPE-2", "R77")
    scanned = person.page.locator(f"[name=serial-{made.lines[0]}]")
    assert scanned.evaluate_all("all => all.map(one => one.value)") == ["R77"]
    serials = person.page.locator(f"[name=serial-{made.lines[0]}-scan]")
    serials.fill("TAPE-2")
    serials.press("Enter")
    assert person.page.locator(f"[name=quantity-{made.lines[1]}]").input_value() == "2"
    assert scanned.count() == 1
    person.next_step()
    assert held(product=tape.pk) == {"bin": 2}
    clean()


def test_a_delivery_is_scanned(company: Company, person: Person) -> None:
    """Nobody says of which orders it is: codes bring their rows, numbers go to the goods read last."""
    here, page = company.world, person.page
    case = here.product(sku="CASE", name="Case")
    switch = here.product(sku="SWITCH", name="Switch", traced="serial", cost_method="specific")
    first = stocked_up(here, (case, 2, 1_000_000), (switch, 3, 1_000_000))
    second = stocked_up(here, (case, 4, 1_000_000))
    person.go("/receiving/run/")
    field = page.locator("[name=code-scan]")

    def read(code: str, says: str) -> None:
        field.fill(code)
        field.press("Enter")
        page.locator("[data-counts] [data-last]", has_text=says).wait_for()

    read("case", "case: 1 / 2")
    assert page.locator("[name=vendor]").input_value() == str(here.vendor.pk)
    read("CASE", "CASE: 2 / 2")
    read("CASE", "CASE: 1 / 4")
    read("SWITCH", "SWITCH: Now its serial numbers.")
    read("Q7", "Q7")
    read("NOTHING HERE".replace(" ", "-"), "NOTHING-HERE")
    page.locator("[data-counts] [data-unscan-last]").click()
    assert page.locator(f"[name=serial-{first.lines[1]}]").evaluate_all(
        "all => all.map(one => one.value)"
    ) == ["Q7"]
    page.locator(f"[name=rejected-{second.lines[0]}]").fill("1")
    page.locator(f"[name=reason-{second.lines[0]}]").fill("Damaged")
    person.next_step()
    assert person.said() == "Received 2 × CASE, 1 × SWITCH Q7 into Main / A1. Rejected 1 × CASE."
    assert held(product=case.pk) == {"bin": 2, "on_order": 3, "refused": 1}
    assert held(product=switch.pk) == {"bin": 1, "on_order": 2}
    clean()


def test_what_is_rejected_has_no_number_and_is_told_beside_what_came(
    company: Company, person: Person
) -> None:
    here, page = company.world, person.page
    phone = here.product(sku="HANDSET", name="Handset", traced="serial", cost_method="specific")
    made = stocked_up(here, (phone, 2, 1_000_000))
    (line,) = made.lines
    person.go(f"/purchase-orders/{made.order}/receive/")
    row = page.locator(f"#l{line}")
    person.scan("H-1")
    assert "Scanned 1 / 2" in row.inner_text()
    page.locator(f"[name=rejected-{line}]").fill("1")
    assert "1 received, 1 rejected of 2" in row.inner_text()
    assert "Scanned" not in row.inner_text()
    page.locator(f"[name=rejected-{line}]").fill("")
    assert "Scanned 1 / 2" in row.inner_text()
    page.locator(f"[name=rejected-{line}]").fill("1")
    arrived = page.locator(f"[name=quantity-{line}]")
    assert arrived.input_value() == "2"
    arrived.fill("1")
    assert "0 received, 1 rejected of 2" in row.inner_text()
    arrived.fill("2")
    why = page.locator(f"[name=reason-{line}]")
    assert why.evaluate("one => one.required")
    page.locator("[name=reason]").fill("Damaged")
    assert not why.evaluate("one => one.required")
    page.locator("[name=reason]").fill("")
    why.fill("Damaged")
    person.next_step()
    assert held(product=phone.pk) == {"bin": 1, "refused": 1}
    clean()


def test_numbers_come_as_a_range_from_a_file_and_by_pasting(company: Company, person: Person) -> None:
    here, page = company.world, person.page
    phone = here.product(sku="PHONE", name="Phone", traced="serial", cost_method="specific")
    made = stocked_up(here, (phone, 8, 1_000_000))
    person.go(f"/purchase-orders/{made.order}/receive/")
    person.scan("P-001..P-003")
    listed = [b"Serial number;Colour", b'"P-010";black', b"P-011;white"]
    file = {"name": "numbers.csv", "mimeType": "text/csv", "buffer": b"\r\n".join(listed)}
    page.locator("[data-numbers-from]").set_input_files(file)
    page.locator("[data-count]", has_text="5").wait_for()
    person.scan("P-020-P-029")
    scanned = page.locator(f"[name=serial-{made.lines[0]}]").evaluate_all("all => all.map(one => one.value)")
    assert scanned[::-1] == ["P-001", "P-002", "P-003", "P-010", "P-011", "P-020-P-029"]
    page.locator("[data-unscan-last]").first.click()
    # A column copied out of a spreadsheet.
    page.locator("[data-scan]").first.evaluate(
        """field => { const clip = new DataTransfer(); clip.setData("text", "P-030\\nP-031\\n");
        field.dispatchEvent(new ClipboardEvent("paste", {clipboardData: clip, bubbles: true, cancelable: true})); }"""
    )
    page.locator("[data-count]", has_text="7").wait_for()
    person.next_step()
    assert held(product=phone.pk) == {"bin": 7, "on_order": 1}
    clean()
