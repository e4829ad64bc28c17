"""What the doors of the stories also do with invoices: drafts that are changed, and deposits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.scenarios.further import Made, Posts, Tells, micro
from wharfinger.billing.actions import deposits, drafts, invoices
from wharfinger.billing.actions.limits import release_limit
from wharfinger.billing.rules.changing import DraftChange, RowChange
from wharfinger.billing.rules.deposits import DepositWish
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.demand.models import CHARGED, Sheet
from wharfinger.parties.actions.organizations import change_organization

Rows = Sequence[tuple[int, int, str]]
"""Rows, or lines, with how many of each and the price that is said, if one is."""


def _price(text: str) -> int | None:
    return micro(text) if text else None


class InvoicesActions:
    """Calls the actions in process."""

    def draft_invoice(self: Tells, bills: Sequence[tuple[int, int]]) -> Made:
        """Prepare an invoice."""
        wish = InvoiceWish(tuple(Bill(line, n) for line, n in bills))
        done = self._said(lambda: invoices.draft_invoice(actor=self.who, wish=wish))
        return done.one("billing.Invoice"), done.id

    def change_draft(self: Tells, draft: int, rows: Rows, add: Rows) -> int:
        """Change what a draft bills."""
        change = DraftChange(
            tuple(RowChange(pk, n, _price(price)) for pk, n, price in rows),
            tuple(Bill(line, n, _price(price)) for line, n, price in add),
        )
        return int(self._said(lambda: drafts.change_draft(actor=self.who, invoice=draft, change=change)).id)

    def discard_draft(self: Tells, draft: int) -> int:
        """Give a draft up."""
        return int(self._said(lambda: drafts.discard_draft(actor=self.who, invoice=draft)).id)

    def post_draft(self: Tells, draft: int) -> int:
        """Post a draft."""
        return int(self._said(lambda: invoices.post_invoice(actor=self.who, invoice=draft)).id)

    def deposit(self: Tells, order: int, product: int, much: str) -> Made:
        """Ask for a part of an order beforehand."""
        share, amount = (much.removesuffix("%").strip(), "") if "%" in much else ("", much)
        wish = DepositWish(
            order,
            product,
            micro(share) // 100 if share else None,
            micro(amount) // 10_000 if amount else None,
        )
        done = self._said(lambda: deposits.ask_deposit(actor=self.who, wish=wish))
        return done.one("billing.Invoice"), done.id

    def limit(self: Tells, organization: int, amount: str | None) -> int:
        """Let a customer owe so much."""
        minor = None if amount is None else micro(amount) // 10_000
        done = self._said(
            lambda: change_organization(
                actor=self.who, organization=organization, values={"credit_limit_minor": minor}
            )
        )
        return int(done.id)

    def release(self: Tells, sheet: int, amount: str, reason: str) -> int:
        """Let a document go on up to so much that its customer owes."""
        up_to = micro(amount) // 10_000
        done = self._said(
            lambda: release_limit(actor=self.who, sheet=sheet, up_to_minor=up_to, reason=reason)
        )
        return int(done.id)


class InvoicesApi:
    """Speaks JSON over HTTP."""

    def draft_invoice(self: Posts, bills: Sequence[tuple[int, int]]) -> Made:
        """Prepare an invoice."""
        lines = [{"line": line, "quantity": str(n)} for line, n in bills]
        made = self._post("/invoices", {"lines": lines, "draft": True})
        return made["id"], made["entry"]

    def change_draft(self: Posts, draft: int, rows: Rows, add: Rows) -> int:
        """Change what a draft bills."""

        def said(name: str, asked: Rows) -> list[dict[str, Any]]:
            return [
                {name: pk, "quantity": str(n)} | ({"unit_price": price} if price else {})
                for pk, n, price in asked
            ]

        body = {"rows": said("id", rows), "add": said("line", add)}
        return int(self._patch(f"/invoices/{draft}", body)["entry"])

    def discard_draft(self: Posts, draft: int) -> int:
        """Give a draft up."""
        return int(self._post(f"/invoices/{draft}/discard", {})["entry"])

    def post_draft(self: Posts, draft: int) -> int:
        """Post a draft."""
        return int(self._post(f"/invoices/{draft}/post", {})["entry"])

    def limit(self: Posts, organization: int, amount: str | None) -> int:
        """Let a customer owe so much."""
        return int(self._patch(f"/organizations/{organization}", {"credit_limit": amount})["entry"])

    def release(self: Posts, sheet: int, amount: str, reason: str) -> int:
        """Let a document go on up to so much that its customer owes."""
        kind = "work-orders" if Sheet.objects.get(pk=sheet).kind in CHARGED else "orders"
        body = {"up_to": amount, "reason": reason}
        return int(self._post(f"/{kind}/{sheet}/release-limit", body)["entry"])

    def deposit(self: Posts, order: int, product: int, much: str) -> Made:
        """Ask for a part of an order beforehand."""
        said = {"percent": much.removesuffix("%").strip()} if "%" in much else {"amount": much}
        made = self._post("/invoices/deposit", {"order": order, "product": product, **said})
        return made["id"], made["entry"]
