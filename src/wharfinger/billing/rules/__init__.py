"""Pure decisions about money: who owes whom, and which account says so.

A posting goes from its source to its target: the target's balance rises, the source's falls. So an
invoice posts revenue → receivable and tax → receivable, and what the customer owes is the balance of
the invoice's receivable. Money that comes in posts store credit → bank; the payment's own store
credit falls below zero, which is what we owe the customer, until receivable → store credit settles
an invoice with it. A credit note posts receivable → revenue and receivable → tax; what was paid
already becomes store credit of the note.

What money is worth more or less at home when it settles something is stated as ``ledger.settling`` says.

Every receivable belongs to an invoice, every store credit to the payment or credit note it came from;
so *paid*, *partly paid*, *overdue* and *owing* are balances, and each is guarded by its document's lock.
"""

from __future__ import annotations

from wharfinger.base import money
from wharfinger.base.money import rounded
from wharfinger.base.refusal import N_, BadInput, Remedy
from wharfinger.ledger.plan import AccountRef, Id, Plan, Truth
from wharfinger.ledger.settling import Balance as Balance
from wharfinger.ledger.settling import bank as bank
from wharfinger.ledger.settling import even_out as even_out
from wharfinger.ledger.settling import exchange as exchange

ONE = 10**6
"""A rate of one, at 10⁻⁶."""


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


def rounding(currency: str) -> AccountRef:
    """What was asked for so that coins can pay it; less than was asked for is above zero."""
    return AccountRef("rounding", currency)


def round_off(plan: Plan, owed: AccountRef, minor: int, home_minor: int) -> None:
    """Let so much more be owed, or less, so that coins can pay it."""
    ours = rounding(owed.currency)
    if minor > 0:
        plan.pay(ours, owed, minor, home_minor)
    elif minor < 0:
        plan.pay(owed, ours, -minor, -home_minor)


def coin_of(truth: Truth, currency: str) -> int:
    """The smallest coin to which what is asked for is rounded, in minor units; one where it is not."""
    return int(truth.read["house"].cash_rounding.get(currency, 1))


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
