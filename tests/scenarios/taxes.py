"""What the doors of the stories also do with taxes that change, and with many payments at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tests.scenarios.further import Posts, Tells
from wharfinger.base import money
from wharfinger.billing.actions import drafts, payments
from wharfinger.billing.rules.changing import DraftChange
from wharfinger.billing.rules.payments import PaymentWish
from wharfinger.catalog import actions as catalog
from wharfinger.parties.actions.organizations import change_organization
from wharfinger.parties.actions.terms import add_terms


class TaxesActions:
    """Calls the actions in process."""

    def add_rate(self: Tells, code: str, rate: str, first: str) -> int:
        """Add a rate that is asked from a day on."""
        values = {"code": code, "name": f"{rate} %", "rate": rate, "valid_from": first}
        return self._said(lambda: catalog.add_tax_code(actor=self.who, values=values)).one("catalog.TaxCode")

    def follow(self: Tells, code: int, successor: int, last: str) -> int:
        """Let a code end on a day, and another follow it."""
        values = {"valid_until": last, "successor": successor}
        act = lambda: catalog.change_tax_code(actor=self.who, tax_code=code, values=values)  # noqa: E731
        return int(self._said(act).id)

    def date_draft(self: Tells, draft: int, on: date) -> int:
        """Say on which day a draft is issued."""
        change = DraftChange(values=(("issued_on", on),))
        return int(self._said(lambda: drafts.change_draft(actor=self.who, invoice=draft, change=change)).id)

    def take_off_early(self: Tells, customer: int, percent: str, days: int) -> int:
        """Let a customer take so much off who pays within so many days."""
        values = {"name": f"{percent} % {days}", "days": 30, "discount_days": days}
        values["discount_micro"] = int(percent) * 10_000
        made = self._said(lambda: add_terms(actor=self.who, values=values)).one("parties.Terms")
        act = lambda: change_organization(actor=self.who, organization=customer, values={"terms": made})  # noqa: E731
        return int(self._said(act).id)

    def pay_many(self: Tells, wishes: Sequence[PaymentWish]) -> int:
        """Take many payments in."""
        return int(self._said(lambda: payments.pay_many(actor=self.who, wishes=wishes)).id)


class TaxesApi:
    """Speaks JSON over HTTP."""

    def add_rate(self: Posts, code: str, rate: str, first: str) -> int:
        """Add a rate that is asked from a day on."""
        body = {"code": code, "name": f"{rate} %", "rate": rate, "valid_from": first}
        return int(self._post("/tax-codes", body)["id"])

    def follow(self: Posts, code: int, successor: int, last: str) -> int:
        """Let a code end on a day, and another follow it."""
        body = {"valid_until": last, "successor": successor}
        return int(self._patch(f"/tax-codes/{code}", body)["entry"])

    def date_draft(self: Posts, draft: int, on: date) -> int:
        """Say on which day a draft is issued."""
        return int(self._patch(f"/invoices/{draft}", {"issued_on": on.isoformat()})["entry"])

    def take_off_early(self: Posts, customer: int, percent: str, days: int) -> int:
        """Let a customer take so much off who pays within so many days."""
        body = {"name": f"{percent} % {days}", "days": 30, "discount_percent": percent, "discount_days": days}
        made = self._post("/terms", body)["id"]
        return int(self._patch(f"/organizations/{customer}", {"terms": made})["entry"])

    def pay_many(self: Posts, wishes: Sequence[PaymentWish]) -> int:
        """Take many payments in."""
        body = [
            {
                "organization": one.organization,
                "amount": money.plain(one.amount_minor, one.currency),
                "currency": one.currency,
                "received_on": one.received_on and one.received_on.isoformat(),
                "allocations": [
                    {
                        "invoice": part.invoice,
                        "amount": money.plain(part.amount_minor, one.currency),
                        **(
                            {"discount": money.plain(part.discount_minor, one.currency)}
                            if part.discount_minor
                            else {}
                        ),
                    }
                    for part in one.allocations or ()
                ],
            }
            for one in wishes
        ]
        return int(self._post("/payments/many", {"payments": body})["entry"])
