"""The main pages, light and dark, at a desk and on a telephone: nobody is shut out, nothing is too heavy."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe

from tests.browser.person import Person

LISTS = (
    "", "opportunities/", "quotes/", "orders/", "work/to-pick/", "work/delivery/", "work/approve-post/", "invoices/",
    "payments/", "rmas/", "tickets/", "organizations/", "work/purchasing/", "purchase-orders/", "receipts/", "products/",
    "stock/", "serials/", "locations/", "devices/", "journal/", "import/", "settings/",
)  # fmt: skip
FORMS = (
    "orders/new/",
    "purchase-orders/new/",
    "products/new/",
    "organizations/new/",
    "stock/adjust/",
    "search/?q=acme",
    "account/",
)


def test_nobody_is_shut_out(person: Person) -> None:
    """axe finds nothing, a telephone never scrolls sideways, and no page is over 100 kB."""
    quote = person.write("quotes", [("ROUTER", "2"), ("CABLE", "5")])
    person.press("Win", within="header")
    person.next_step()
    made = [
        f"quotes/{person.company.sheet(quote)}/",
        *(f"orders/{person.company.sheet(person.heading())}/{verb}" for verb in ("", "reserve/")),
    ]
    wrong, page = [], person.page
    for path in (*LISTS, *FORMS, *made):
        person.go(f"/{path}")
        # Shapes are asked about on the telephone, colours again where they differ.
        for width, colours, options in (
            (1440, "dark", {"runOnly": ["color-contrast"]}),
            (390, "light", None),
        ):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
            found = Axe().run(page, options=options).response["violations"]
            wrong += [
                f"{path} {width} {colours}: {one['id']} {one['nodes'][0]['html'][:120]}" for one in found
            ]
            wide = page.evaluate("document.documentElement.scrollWidth")
            wrong += [f"{path} is {wide} wide at {width}"] * (wide > width)
        weight = len(page.content().encode())
        wrong += [f"{path} weighs {weight} bytes"] * (weight > 100_000)
    assert not wrong, "\n".join(wrong)
