"""Pure decisions about money: who owes whom, and which account says so.

A posting goes from its source to its target: the target's balance rises, the source's falls. So an
invoice posts revenue → receivable and tax → receivable, and what the customer owes is the balance of
the invoice's receivable. Money that comes in posts store credit → bank; the payment's own store
credit falls below zero, which is what we owe the customer, until receivable → store credit settles
an invoice with it. A credit note posts receivable → revenue and receivable → tax; what was paid
already becomes store credit of the note.

Abroad both sides of a posting may be worth different amounts at home: an invoice as on its day, the money that
settles it as on the day it came. What leaves an account takes its own share of what the account is worth, so that
an account on which nothing is left is worth nothing; what is between goes to or from ``exchange`` by a posting
without amount, which follows the one that made it. From exchange it is a gain.

Every receivable belongs to an invoice, every store credit to the payment or credit note it came from;
so *paid*, *partly paid*, *overdue* and *owing* are balances, and each is guarded by its document's lock.
"""

from __future__ import annotations

from typing import NamedTuple

from wharfinger.base import money
from wharfinger.base.money import rounded, share
from wharfinger.base.refusal import N_, BadInput, Remedy
from wharfinger.ledger.plan import EXCHANGE, AccountRef, Id, Plan, Truth

ONE = 10**6
"""A rate of one, at 10⁻⁶."""


class Balance(NamedTuple):
    """What stands on an account, in its own currency and in the home currency."""

    minor: int = 0
    home_minor: int = 0

    def share(self, minor: int) -> int:
        """What a part of it is worth at home; the last part is worth all that is left."""
        return share(self.home_minor, minor, self.minor) if self.minor else 0

    def less(self, minor: int) -> Balance:
        """What stands after a part of it has gone."""
        return Balance(self.minor - minor, self.home_minor - self.share(minor))


def receivable(organization: int, invoice: Id, currency: str) -> AccountRef:
    """What a customer owes for an invoice."""
    return AccountRef("receivable", currency, organization, ("invoice", invoice))


def store_credit(organization: int, subject: str, pk: Id, currency: str) -> AccountRef:
    """What we owe a customer because of a payment or a credit note; below zero."""
    return AccountRef("store_credit", currency, organization, (subject, pk))


def deposit(organization: int, order: int, currency: str) -> AccountRef:
    """What a customer was asked for beforehand, and no invoice of the order has taken off yet; below zero."""
    return AccountRef("deposit", currency, organization, ("order", order))


def revenue(currency: str) -> AccountRef:
    """What we earned."""
    return AccountRef("revenue", currency)


def tax(currency: str, which: str, rate_micro: int) -> AccountRef:
    """What we owe the tax office, by category and rate; of a second tax by its name and rate."""
    return AccountRef("tax", currency, None, f"tax:{which}:{rate_micro}")


def forgone(currency: str, kind: str) -> AccountRef:
    """What we earned and will not get."""
    return AccountRef(kind, currency)


def bank(currency: str) -> AccountRef:
    """Money that we have."""
    return AccountRef("bank", currency)


def exchange(currency: str) -> AccountRef:
    """What money was worth less at home when it was settled or went back; a gain is below zero."""
    return AccountRef(EXCHANGE, currency)


def even_out(plan: Plan, account: AccountRef, home_minor: int) -> None:
    """State the difference that the last posting left: so much the account is to be worth more at home, or less."""
    if home_minor > 0:
        plan.pay(exchange(account.currency), account, 0, home_minor)
    elif home_minor < 0:
        plan.pay(account, exchange(account.currency), 0, -home_minor)


def rate_of(truth: Truth, currency: str, rate_micro: int | None) -> int:
    """What one unit of the currency is worth in home currency: as said, else as it is on the day; raises BadInput."""
    if currency == truth.home_currency:
        return ONE
    rate_micro = rate_micro or truth.read.get("rates", {}).get(currency)
    if not rate_micro:
        raise BadInput(
            "rate_wanted",
            N_("Say what one {currency} is worth in {home}."),
            field="rate",
            currency=currency,
            home=truth.home_currency,
            remedies=[Remedy("set_rate", {"currency": currency})],
        )
    return rate_micro


def at_home(truth: Truth, amount_minor: int, currency: str, rate_micro: int) -> int:
    """An amount in home currency, rounded half away from zero."""
    return rounded(
        amount_minor * rate_micro * 10 ** money.decimals(truth.home_currency),
        ONE * 10 ** money.decimals(currency),
    )
