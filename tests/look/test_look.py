"""The look in a real browser: no complaint by axe, light and dark, desk and phone; keys and scanner work."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from playwright.sync_api import Page, sync_playwright

PAGES = (
    "gallery/",
    "gallery/?said",
    "gallery/empty",
    "gallery/detail",
    "gallery/form",
    "account/",
    "nowhere",
)
SHOTS = os.environ.get("WHARFINGER_SHOTS")
QUIET = [
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Silent(WSGIRequestHandler):
    """Says nothing about the pages it serves."""

    def log_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing."""


@pytest.fixture
def address(fresh_database: dict[str, str]) -> Iterator[str]:
    """A server with the gallery beside the real pages, and one person who may do everything."""
    from wharfinger.parties.models import Role, User

    user = User.objects.create(username="mara", name="Mara Klein", email="mara@example.com")
    user.set_password("harbour-47-crane")
    user.save()
    role = Role.objects.create(name="Look", permissions=["*"])
    user.roles.add(role)
    templates = [dict(settings.TEMPLATES[0]), settings.TEMPLATES[1]]
    templates[0]["DIRS"] = [*templates[0]["DIRS"], Path(__file__).parent / "templates"]
    with override_settings(
        ROOT_URLCONF="tests.look.gallery", TEMPLATES=templates, ALLOWED_HOSTS=["127.0.0.1"]
    ):
        server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Silent)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def browser(address: str) -> Iterator[Any]:
    """A real browser."""
    with sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        yield chromium
        chromium.close()


def opened(browser: Any, address: str, width: int = 1440, colours: str = "light") -> Page:
    """A page of somebody who has signed in; an error in its console fails the test."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=colours, base_url=address
    )
    page: Page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"{page.url}: {error}"))
    page.on("console", _no_complaint)
    page.goto("sign-in/")
    shot(page, "signin", width, colours)
    page.fill("[name=username]", "mara")
    page.fill("[name=password]", "harbour-47-crane")
    page.click(".primary")
    return page


def _no_complaint(said: Any) -> None:
    # A page that is not there, and the start page before it is built, say so in the console; that is right.
    assert said.type != "error" or "404" in said.text, said.text


def shot(page: Page, name: str, width: int, colours: str) -> None:
    """Keep a picture where somebody wants to look at it."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}-{width}-{colours}.png")


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_nobody_is_shut_out(browser: Any, address: str, width: int, colours: str) -> None:
    """axe finds nothing on any page, and a phone never scrolls sideways."""
    page = opened(browser, address, width, colours)
    complaints = []
    for name in PAGES:
        page.goto(name)
        found = Axe().run(page)
        complaints += [f"{name}: {found.generate_report()}"] * bool(found.violations_count)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than {width}"
        assert len(page.content().encode()) < 100_000, f"{name} is too heavy"
        shot(page, name.strip("/?").replace("/", "-").replace("?", ""), width, colours)
    assert not complaints, "\n".join(complaints)


def test_keys_reach_every_row(browser: Any, address: str) -> None:
    """j, k, x, slash and the question mark do what the help says."""
    page = opened(browser, address)
    page.goto("gallery/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("tr.at").inner_text().split()[0] == "SO-4999"
    assert page.locator("[data-chosen]").inner_text() == "1"
    shot(page, "bulk", 1440, "light")
    bar, head = page.locator(".bulk").bounding_box(), page.locator("thead").bounding_box()
    assert bar
    assert head
    assert bar["y"] + bar["height"] <= head["y"] + 1, "The bulk bar covers rows."
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    shot(page, "help", 1440, "light")
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/gallery/detail?0")


def test_filters_change_the_list_in_place(browser: Any, address: str) -> None:
    """Typing narrows the list without a new page, keeps the focus, and stands in the address."""
    page = opened(browser, address)
    page.goto("gallery/")
    page.locator("#by-customer").press_sequentially("Acme")
    page.wait_for_url("**customer=Acme**")
    assert page.evaluate("document.activeElement.id") == "by-customer"
    page.click("text=Views")
    page.fill(".view [name=name]", "Only Acme")
    shot(page, "views", 1440, "light")
    page.click("text=Save view")
    page.wait_for_selector("text=Saved the view “Only Acme”.")
    page.click("text=Views")
    assert page.locator(".view a", has_text="Only Acme").count() == 1
    assert page.locator("#by-customer").input_value() == "Acme"


def test_scans_are_counted_once_and_taken_back(browser: Any, address: str) -> None:
    """A scan becomes a serial of the form; the same one again is refused; any can be taken back."""
    page = opened(browser, address, width=390)
    page.goto("gallery/form")
    page.fill("[data-scan]", "SN-1003")
    page.press("[data-scan]", "Enter")
    page.fill("[data-scan]", "sn-1003")
    page.press("[data-scan]", "Enter")
    assert page.locator("[data-count]").inner_text() == "3"
    assert "scanned already" in page.locator("[data-last]").inner_text()
    page.locator("[data-unscan]").first.click()
    assert page.locator("[data-count]").inner_text() == "2"
    assert page.locator("[data-scanned] input").evaluate_all("all => all.map(i => i.value)") == [
        "SN-1001",
        "SN-1002",
    ]
    # The last scan goes by one key from the empty field, or by its button, wherever the eyes are.
    page.fill("[data-scan]", "SN-1004")
    page.press("[data-scan]", "Enter")
    page.press("[data-scan]", "Control+z")
    assert page.locator("[data-count]").inner_text() == "2"
    assert "SN-1004" in page.locator("[data-last]").inner_text()
    page.fill("[data-scan]", "SN-1005")
    page.press("[data-scan]", "Enter")
    page.locator("[data-unscan-last]").click()
    assert page.locator("[data-count]").inner_text() == "2"
    assert page.evaluate("document.activeElement.matches('[data-scan]')")
