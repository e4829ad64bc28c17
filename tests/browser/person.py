"""Somebody who works with the product: signs in once, opens pages, ticks rows, presses buttons, undoes."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page

from tests.world import held, world
from wharfinger.base.models import Setting
from wharfinger.catalog.models import Product
from wharfinger.demand.models import Line, Sheet

PASSWORD = "harbour-47-crane"


class Company:
    """A small company with goods, and where it is served."""

    def __init__(self) -> None:
        self.address = ""
        self.signed_in: Any = None
        self.world = world()
        self.user = self.world.user
        self.user.set_password(PASSWORD)
        self.user.save(update_fields=["password"])
        approval = {"threshold_minor": 1_000, "self_approval": True}
        Setting.objects.update_or_create(key="approval", defaults={"value": approval})
        self.cable = self.world.product(sku="CABLE", name="Patch cable")
        self.router = self.world.product(
            sku="ROUTER", name="Router", price_micro=100_000_000, traced="serial", cost_method="specific"
        )
        self.adapter = self.world.product(sku="ADAPTER", name="Adapter")
        self.work = self.world.product(sku="WORK", name="Work", kind="service", procured=False)
        self.world.stock(self.cable, 500)
        self.world.stock(self.router, 3, serials=("R1", "R2", "R3"))

    def line(self, number: str, product: Product | None = None) -> int:
        """The line of a document, or the one of a product."""
        found = Line.objects.filter(sheet__number=number)
        return (found.filter(product=product) if product else found).get().pk

    def where(self, number: str, product: Product | None = None) -> dict[str, int]:
        """Where the units of a line stand, as far as somebody handles them."""
        return {k: q for k, q in held(self.line(number, product)).items() if k not in ("offered", "covered")}

    def sheet(self, number: str) -> int:
        """The document of a number."""
        return Sheet.objects.get(number=number).pk


class Person:
    """One person in front of one browser."""

    def __init__(
        self, browser: Any, company: Company, width: int = 1440, colours: str = "light", locale: str = "en-GB"
    ) -> None:
        self.company = company
        self.complaints: list[str] = []
        self.context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=colours,
            base_url=company.address,
            storage_state=company.signed_in,
            locale=locale,
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(6000)
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("console", self._hear)
        if company.signed_in is None:
            self.sign_in()
            company.signed_in = self.context.storage_state()

    def _hear(self, said: Any) -> None:
        # A refused form comes back with its code, and the browser says so; that is no fault of the page.
        if said.type == "error" and "status of 4" not in said.text:
            self.complaints.append(f"{self.page.url}: {said.text}")

    def sign_in(self, password: str = PASSWORD) -> None:
        """Name and password."""
        self.page.goto("/sign-in/")
        self.page.fill("[name=username]", self.company.user.username)
        self.page.fill("[name=password]", password)
        self.page.click(".primary")

    def go(self, path: str) -> None:
        """Open a page, which must be there."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == 200, f"{path} answers {answer.status}"

    def press(self, words: str, within: str = "body") -> None:
        """Press the button or link of these words, or where there is none one that has them among others."""
        shown = self.page.locator(within).locator("a.btn, button").locator("visible=true")
        exactly = shown.filter(has_text=re.compile(rf"^\s*{re.escape(words)}\s*$"))
        (exactly if exactly.count() else shown.filter(has_text=words)).first.click()
        self.page.wait_for_load_state()

    def next_step(self) -> None:
        """Press the one filled button of the page."""
        self.page.locator(".next:visible").click()
        self.page.wait_for_load_state()

    def fill(self, **values: str) -> None:
        """Type into fields; `__` in a name stands for its hyphen."""
        for name, value in values.items():
            field = self.page.locator(f"[name={name.replace('__', '-')}]:visible").first
            if field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(label=value)
            else:
                field.fill(value)

    def write(self, kind: str, lines: list[tuple[str, str]], *, confirm: bool = False) -> str:
        """Write a quote or an order to Acme in the browser, and return its number."""
        self.go(f"/{kind}/new/")
        self.fill(organization="Acme")
        for n, (sku, quantity) in enumerate(lines):
            self.fill(**{f"sku__{n}": sku, f"quantity__{n}": quantity})
        if confirm:
            self.page.check("[name=confirm]")
        self.next_step()
        return self.heading()

    def heading(self) -> str:
        """What the page is called."""
        return self.page.locator("h1").inner_text()

    def said(self) -> str:
        """What the bar says that happened."""
        return self.page.locator(".said span").inner_text()

    def undo(self) -> None:
        """Undo what the bar offers to undo, after a look at what that moves."""
        self.page.locator(".said [data-undo]").click()
        self.page.wait_for_load_state()
        told = self.page.locator("main").inner_text()
        assert "This will move back" in told, told
        self.next_step()

    def rows(self, *texts: str) -> Locator:
        """The rows of a list that say all these words."""
        found = self.page.locator("table.list tbody tr")
        for text in texts:
            found = found.filter(has_text=text)
        return found

    def do(self, act: str, *texts: str, quantity: str = "", **asked: str) -> None:
        """Tick the rows of these words, type how many, and act on them; answer what the act asks for."""
        row = self.rows(*texts)
        assert row.count(), f"no row of {texts} on {self.page.url}"
        for n in range(row.count()):
            row.nth(n).locator(".sel input").check()
        if quantity:
            row.first.locator(".k-take input").fill(quantity)
        self.press(act, within=".bulk")
        dialog = self.page.locator("dialog[open]")
        if dialog.count():
            self.fill(**asked)
            dialog.locator(".primary, .danger").last.click()
            self.page.wait_for_load_state()

    def follow(self, words: str) -> None:
        """Follow a link of the page's content."""
        self.page.locator("main a").filter(has_text=words).first.click()
        self.page.wait_for_load_state()

    def scan(self, *codes: str) -> None:
        """Scan codes one after another."""
        field = self.page.locator("[data-scan]:visible").first
        for code in codes:
            field.fill(code)
            field.press("Enter")

    def printable(self) -> set[str]:
        """The kinds of document that this page offers to print; each must really be a PDF."""
        found = self.page.eval_on_selector_all(
            "a[href$='.pdf']", "all => all.map(a => a.getAttribute('href'))"
        )
        for path in found:
            answer = self.context.request.get(path)
            assert answer.status == 200, f"{path} answers {answer.status}"
            assert answer.body().startswith(b"%PDF"), path
        return {path.split("/")[2] for path in found}
