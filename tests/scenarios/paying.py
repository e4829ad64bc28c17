"""The stories' words around what customers pay, and what is kept when goods come back.

paid PAY-1 50.00 by Cash ref R-7 [for D 40.00, E 10.00]    a payment, and which invoices it settles
paid-in-all D 119.00                 what was paid of an invoice in all
cancel-payment PAY-1                 it was mistyped
spend-credit                         store credit settles the invoices that are due first
open-of D 69.00 · due-of D in 14     what is open of an invoice, and in how many days it is due
due-draft D in 30                    a draft is due on another day
fees fee, freight                    the services that say what is kept of a return
settle-less R 2 router refund less 15 % and 4.99    a fee as a share, and the freight
paid-back 34.52                      how much the customer got back as money
letter-costs 5.00 by posting         a reminder costs so much, and the service that names it
remind [FEE]                         the customer is reminded; FEE is the invoice of what that costs
letter-asks 24.80 at level 1         what the newest letter asks for in all, and how often it was asked
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.scenarios.further import micro
from tests.scenarios.trading import today
from wharfinger.billing.models import Invoice, Payment, Reminder
from wharfinger.billing.queries.truth import balances
from wharfinger.returns.models import RmaLine


class Paying:
    """What a teller also understands of payments."""

    door: Any
    company: Any
    documents: dict[str, int]
    products: dict[str, Any]
    acts: list[int]

    def say_paid(self, rest: str) -> None:
        """paid NUMBER AMOUNT by METHOD ref REFERENCE [for D AMOUNT, …]"""
        told, _, settles = rest.partition(" for ")
        number, amount, _, method, _, reference = told.split()
        parts = [part.split() for part in settles.split(",") if part.strip()]
        named = [(self.documents[name], much) for name, much in parts]
        self.acts.append(self.door.take_in(self.company.customer.pk, amount, method, reference, named))
        made = Payment.objects.get(number=number)
        assert (made.method, made.reference, made.received_on) == (method, reference, today())

    def say_paid_in_all(self, rest: str) -> None:
        """paid-in-all D AMOUNT"""
        name, amount = rest.split()
        self.acts.append(self.door.paid_in_all(self.documents[name], amount))

    def say_cancel_payment(self, number: str) -> None:
        """cancel-payment NUMBER"""
        self.acts.append(self.door.cancel_payment(Payment.objects.get(number=number).pk))

    def say_spend_credit(self, rest: str) -> None:
        """spend-credit"""
        assert not rest
        self.acts.append(self.door.spend_credit(self.company.customer.pk))

    def say_open_of(self, rest: str) -> None:
        """open-of D AMOUNT"""
        name, wanted = rest.split()
        subject = ("invoice", self.documents[name])
        found = balances([subject])[subject].minor
        assert f"{found / 100:.2f}" == wanted, f"open is {found / 100:.2f}"

    def say_due_of(self, rest: str) -> None:
        """due-of D in DAYS"""
        name, _, days = rest.split()
        found = Invoice.objects.get(pk=self.documents[name]).due_on
        assert found == today() + timedelta(int(days)), f"is due on {found}"

    def say_due_draft(self, rest: str) -> None:
        """due-draft D in DAYS"""
        name, _, days = rest.split()
        self.acts.append(self.door.due_draft(self.documents[name], today() + timedelta(int(days))))

    def say_fees(self, rest: str) -> None:
        """fees NAME, NAME"""
        fee, freight = [self.products[name.strip()].pk for name in rest.split(",")]
        value = {"restocking": fee, "return_freight": freight}
        self.acts.append(self.door.decide_setting("fee_products", value))

    def say_settle_less(self, rest: str) -> None:
        """settle-less R QUANTITY NAME ANSWER less PERCENT % and FREIGHT"""
        name, quantity, product, how, _, percent, _, _, freight = rest.split()
        rma = self.documents[name]
        line = RmaLine.objects.get(rma=rma, product=self.products[product])
        self.acts.append(self.door.settle_less(rma, line.pk, int(quantity), how, percent, freight))

    def say_paid_back(self, amount: str) -> None:
        """paid-back AMOUNT"""
        found = sum(Payment.objects.filter(kind="refund", void=None).values_list("amount_minor", flat=True))
        assert f"{found / 100:.2f}" == amount, f"got {found / 100:.2f}"

    def say_letter_costs(self, rest: str) -> None:
        """letter-costs AMOUNT by NAME"""
        amount, _, name = rest.split()
        self.acts.append(self.door.decide_setting("reminders", {"fee_1_minor": micro(amount) // 10_000}))
        value = {"reminder": self.products[name].pk}
        self.acts.append(self.door.decide_setting("fee_products", value))

    def say_remind(self, name: str) -> None:
        """remind [FEE]"""
        self.acts.append(self.door.remind(self.company.customer.pk))
        fee = Reminder.objects.latest("id").fee_id
        assert (fee is not None) == bool(name), f"its fee is {fee}"
        if fee is not None:
            self.documents[name] = fee

    def say_letter_asks(self, rest: str) -> None:
        """letter-asks AMOUNT at level N"""
        amount, _, _, level = rest.split()
        made = Reminder.objects.latest("id")
        found = f"{made.total_minor / 100:.2f}", max(made.lines.values_list("level", flat=True))
        assert found == (amount, int(level)), f"is {found}"
