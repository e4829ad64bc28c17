"""The stories' words around invoices before they are posted, and what is asked for beforehand.

draft-invoice D of SO: 4 router                     a draft; it holds its bills
change-draft D of SO: 2 router at 9.00, 0 cable     so much of each is billed by it, at another price where one is said
discard-draft D · post-draft D
deposit DEP of SO: 30 %                             or an amount: 119.00
asks-for D 36.00 + 6.84                                what an invoice asks for: net and tax
limit 300.00 · limit none                           the customer may owe us so much
let-owe SO up to 400.00 because They called         one document goes on all the same
"""

from __future__ import annotations

from typing import Any

from wharfinger.billing.models import Invoice, InvoiceLine
from wharfinger.catalog.models import Product
from wharfinger.demand.models import Line


class Invoicing:
    """What a teller also understands of invoices."""

    door: Any
    company: Any
    documents: dict[str, int]
    acts: list[int]
    keep: Any
    lines: Any
    products: dict[str, Product]

    def _asked(self, rest: str) -> tuple[str, str, list[tuple[Line, int, str]]]:
        """NAME of DOCUMENT: N PRODUCT [at PRICE], …"""
        head, _, items = rest.partition(":")
        name, _, document = head.split()
        found = {line.product_id: line for line in self.lines(document)}
        asked = []
        for item in items.split(","):
            n, product, *price = item.split()
            asked.append((found[self.products[product].pk], int(n), price[1] if price else ""))
        return name, document, asked

    def say_draft_invoice(self, rest: str) -> None:
        """draft-invoice D of SO: N PRODUCT, …"""
        name, _, asked = self._asked(rest)
        self.keep("invoice", name, self.door.draft_invoice([(line.pk, n) for line, n, _ in asked]))

    def say_change_draft(self, rest: str) -> None:
        """change-draft D of SO: N PRODUCT [at PRICE], …"""
        name, _, asked = self._asked(rest)
        draft = self.documents[name]
        there = dict(InvoiceLine.objects.filter(invoice=draft, quantity__gt=0).values_list("line", "pk"))
        rows = [(there[line.pk], n, price) for line, n, price in asked if line.pk in there]
        add = [(line.pk, n, price) for line, n, price in asked if line.pk not in there]
        self.acts.append(self.door.change_draft(draft, rows, add))

    def say_discard_draft(self, name: str) -> None:
        """discard-draft D"""
        self.acts.append(self.door.discard_draft(self.documents[name]))

    def say_post_draft(self, name: str) -> None:
        """post-draft D"""
        self.acts.append(self.door.post_draft(self.documents[name]))

    def say_deposit(self, rest: str) -> None:
        """deposit DEP of SO: 30 %, or deposit DEP of SO: 119.00"""
        head, _, much = rest.partition(":")
        name, _, document = head.split()
        product = Product.objects.filter(sku="DEPOSIT").first()
        product = product or self.company.product(kind="service", sku="DEPOSIT", name="Deposit")
        made = self.door.deposit(self.documents[document], product.pk, much.strip())
        self.keep("invoice", name, made)

    def say_asks_for(self, rest: str) -> None:
        """asks-for D NET + TAX"""
        name, _, figures = rest.partition(" ")
        made = Invoice.objects.get(pk=self.documents[name])
        found = f"{made.net_minor / 100:.2f} + {made.tax_minor / 100:.2f}"
        assert found == figures.strip(), f"is {found}"

    def say_limit(self, amount: str) -> None:
        """limit AMOUNT, or limit none"""
        self.acts.append(self.door.limit(self.company.customer.pk, None if amount == "none" else amount))

    def say_let_owe(self, rest: str) -> None:
        """let-owe SO up to AMOUNT because REASON"""
        head, _, reason = rest.partition(" because ")
        name, _, amount = head.partition(" up to ")
        self.acts.append(self.door.release(self.documents[name], amount, reason))
