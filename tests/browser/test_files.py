"""Files at a real browser: chosen, dropped and photographed; families made from a grid."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

from tests.browser.person import Person
from tests.notices.pictures import PDF, drawn
from wharfinger.notices.queries.attachments import of

SHOTS = os.environ.get("WHARFINGER_SHOTS")
DROP = """([name, content]) => {
  const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0)), data = new DataTransfer();
  data.items.add(new File([bytes], name));
  const box = document.querySelector("[data-drop]");
  for (const kind of ["dragover", "drop"]) {
    box.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data }));
    if (kind === "dragover" && !box.classList.contains("over")) throw new Error("it does not show that one may drop");
  }
}"""


def shot(person: Person, name: str) -> None:
    """Keep a picture of the page, where somebody wants to look at it."""
    if SHOTS:
        for scheme in ("light", "dark"):
            person.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            person.page.screenshot(path=Path(SHOTS) / f"{name}-{scheme}.png", full_page=True)
        person.page.emulate_media(color_scheme="light")


def given(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def names(subject: str) -> list[str]:
    return [one.name for one in of(subject)]


def test_files_are_chosen_dropped_and_taken_off(person: Person) -> None:
    page, product = person.page, person.company.cable
    subject = f"product:{product.pk}"
    person.go(f"/products/{product.pk}/")
    field = page.locator("input[type=file]").first
    field.set_input_files([given("front.png", drawn(size=(600, 400))), given("sheet.pdf", PDF)])
    page.get_by_text("Attached 2 files.").wait_for()
    page.locator("img[src$='/card/']").first.scroll_into_view_if_needed()
    loaded = "one => one.decode().then(() => one.naturalWidth)"
    assert page.locator(".shots img").first.evaluate(loaded) == 600
    with page.expect_navigation():
        page.evaluate(DROP, ["side.png", base64.b64encode(drawn(size=(300, 500), colour="teal")).decode()])
    assert names(subject) == ["front.png", "sheet.pdf", "side.png"]
    page.get_by_role("button", name="To the front").click()
    page.get_by_text("“side.png” stands first now.").wait_for()
    assert names(subject)[0] == "side.png"
    shot(person, "files")
    person.go("/products/")
    page.locator("img.shot").wait_for()
    shot(person, "products")
    person.go(f"/products/{product.pk}/")
    page.locator(".papers").get_by_role("button", name="Take off").click()
    page.get_by_text("Took sheet.pdf off.").wait_for()
    assert names(subject) == ["side.png", "front.png"]
    page.locator("[data-undo]").click()
    page.get_by_role("button", name="Undo").click()
    page.wait_for_load_state()
    assert names(subject) == ["side.png", "front.png", "sheet.pdf"]
    field = page.locator("input[type=file]").first
    person.go(f"/products/{product.pk}/")
    page.locator("input[type=file]").first.set_input_files([given("tool.exe", b"MZ\x90\x00")])
    page.get_by_text("Pictures, PDF, office files").wait_for()
    assert len(names(subject)) == 3


def test_a_photo_is_taken_with_a_telephone(on_phone: Person) -> None:
    page, customer = on_phone.page, on_phone.company.world.customer
    on_phone.go(f"/organizations/{customer.pk}/")
    camera = page.locator("input[capture=environment]")
    camera.set_input_files([given("IMG_0001.JPG", drawn("JPEG", (900, 1200), "navy"))])
    page.get_by_text("Attached 1 file.").wait_for()
    assert names(f"organization:{customer.pk}") == ["IMG_0001.jpg"]
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width == 390
    shot(on_phone, "phone-files")


def test_a_family_is_made_from_a_grid(person: Person) -> None:
    page = person.page
    person.go("/families/new/")
    page.get_by_label("Family", exact=True).fill("T-shirt")
    page.get_by_label("Price", exact=False).first.fill("19.90")
    for number, (name, values) in enumerate(
        (("Colour", ("Black", "White")), ("Size", ("S", "M", "L", "XL", "XXL")))
    ):
        page.locator(f"[name=a{number}-name]").fill(name)
        for row, value in enumerate(values):
            page.locator(f"[name=a{number}-value-{row}]").fill(value)
    page.locator("[name=a1-more-4]").fill("3")
    shot(person, "family-form")
    person.next_step()
    assert page.locator("[name^=sku-]").count() == 10
    page.locator("[name=make-9]").uncheck()
    page.get_by_label("Like this product").fill("CABLE")
    shot(person, "family-grid")
    person.next_step()
    page.get_by_text("Made 9 variants.").wait_for()
    assert page.locator(".matrix a").count() == 9
    shot(person, "family")
    page.set_viewport_size({"width": 390, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    shot(person, "phone-family")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.locator(".matrix a").first.click()
    page.wait_for_load_state()
    assert "Colour: Black" in page.inner_text("main")
    shot(person, "variant")
