"""How money settles what is owed, whoever owes it, and where what it was worth more or less at home goes.

Abroad both sides of a posting may be worth different amounts at home: a bill as on its day, the money that settles it
as on the day it was paid. What leaves an account takes its own share of what the account is worth, so that an account
on which nothing is left is worth nothing; what is between goes to or from ``exchange`` by a posting without amount,
which follows the one that made it. From exchange it is a gain.
"""

from __future__ import annotations

from typing import NamedTuple

from wharfinger.base.money import share
from wharfinger.ledger.plan import EXCHANGE, AccountRef, Plan


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
