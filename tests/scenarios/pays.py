"""What the doors of the stories do with customers' payments; through actions and API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from tests.scenarios.further import Posts, Tells, micro
from wharfinger.billing.actions import drafts, payments, reminders
from wharfinger.billing.queries.fees import fee_product
from wharfinger.billing.rules.changing import DraftChange
from wharfinger.billing.rules.keeping_back import Kept
from wharfinger.billing.rules.payments import Allocation, PaymentWish
from wharfinger.returns.actions import inspecting
from wharfinger.returns.rules.settling import Answer

Named = Sequence[tuple[int, str]]
"""Invoices, and how much of each is settled."""


def _minor(text: str) -> int:
    return micro(text) // 10_000


class PaysActions:
    """Calls the actions in process."""

    def take_in(self: Tells, customer: int, amount: str, method: str, reference: str, named: Named) -> int:
        """Money comes from a customer, in a way and for what they say."""
        settles = tuple(Allocation(invoice, _minor(much)) for invoice, much in named)
        wish = PaymentWish(
            customer,
            _minor(amount),
            "EUR",
            method=method,
            reference=reference,
            allocations=settles or None,
        )
        return int(self._said(lambda: payments.pay(actor=self.who, wish=wish)).id)

    def paid_in_all(self: Tells, invoice: int, amount: str) -> int:
        """Say what was paid of an invoice in all."""
        act = partial(payments.paid_in_all, actor=self.who, invoice=invoice, paid_minor=_minor(amount))
        return int(self._said(act).id)

    def cancel_payment(self: Tells, payment: int) -> int:
        """Take a mistyped payment out of the books."""
        act = partial(payments.cancel_payment, actor=self.who, payment=payment, reason="As told")
        return int(self._said(act).id)

    def spend_credit(self: Tells, customer: int) -> int:
        """Settle invoices with a customer's store credit."""
        act = partial(payments.apply_credit, actor=self.who, organization=customer, currency="EUR")
        return int(self._said(act).id)

    def due_draft(self: Tells, draft: int, day: date) -> int:
        """Say when a draft is due."""
        change = DraftChange(values=(("due_on", day),))
        return int(self._said(lambda: drafts.change_draft(actor=self.who, invoice=draft, change=change)).id)

    def remind(self: Tells, customer: int) -> int:
        """Remind a customer of what is overdue."""
        act = partial(reminders.remind, actor=self.who, organization=customer, currency="EUR")
        return int(self._said(act).id)

    def settle_less(
        self: Tells, rma: int, line: int, quantity: int, how: str, percent: str, freight: str
    ) -> int:
        """Settle a return, less a share of it and its freight."""

        def act() -> Any:
            kept = [
                Kept("fee", fee_product("restocking", "fee"), share_micro=micro(percent) // 100),
                Kept("freight", fee_product("return_freight", "freight"), None, _minor(freight), "EUR"),
            ]
            answers = [Answer(line, quantity, how)]
            return inspecting.settle(actor=self.who, rma=rma, answers=answers, kept=kept)

        return int(self._said(act).id)


class PaysApi:
    """Speaks JSON over HTTP."""

    def take_in(self: Posts, customer: int, amount: str, method: str, reference: str, named: Named) -> int:
        """Money comes from a customer, in a way and for what they say."""
        body: dict[str, Any] = {"organization": customer, "amount": amount}
        body |= {"method": method, "reference": reference}
        if named:
            body["allocations"] = [{"invoice": invoice, "amount": much} for invoice, much in named]
        return int(self._post("/payments", body)["entry"])

    def paid_in_all(self: Posts, invoice: int, amount: str) -> int:
        """Say what was paid of an invoice in all."""
        return int(self._post(f"/invoices/{invoice}/paid", {"paid": amount})["entry"])

    def cancel_payment(self: Posts, payment: int) -> int:
        """Take a mistyped payment out of the books."""
        return int(self._post(f"/payments/{payment}/cancel", {"reason": "As told"})["entry"])

    def spend_credit(self: Posts, customer: int) -> int:
        """Settle invoices with a customer's store credit."""
        return int(self._post(f"/organizations/{customer}/apply-credit", {"currency": "EUR"})["entry"])

    def due_draft(self: Posts, draft: int, day: date) -> int:
        """Say when a draft is due."""
        return int(self._patch(f"/invoices/{draft}", {"due_on": day.isoformat()})["entry"])

    def remind(self: Posts, customer: int) -> int:
        """Remind a customer of what is overdue."""
        return int(self._post("/reminders", {"organization": customer, "currency": "EUR"})["entry"])

    def settle_less(
        self: Posts, rma: int, line: int, quantity: int, how: str, percent: str, freight: str
    ) -> int:
        """Settle a return, less a share of it and its freight."""
        rows = [{"rma_line": line, "quantity": str(quantity), "answer": how}]
        body = {"lines": rows, "fee_percent": percent, "freight": freight}
        return int(self._post(f"/rmas/{rma}/settle", body)["entry"])
