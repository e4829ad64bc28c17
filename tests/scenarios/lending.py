"""The stories' words around goods on loan.

lend L: 1 router [serials S1] for 7        to the customer, for so many days
extend-loan L 9                            they are to be back in so many days
given-back L 1 router [serials S1]         into the bins they were taken from
loan-is L WORD                             lent, overdue, back
reminded N                                 so many loans are told to be due, before or after their day
"""

from __future__ import annotations

from datetime import timedelta

from tests.scenarios.varying import Varying
from wharfinger.base.access import HOUSE
from wharfinger.ledger.models import Fact
from wharfinger.stock.actions.lending import remind_loans
from wharfinger.stock.queries import loans


class Lending(Varying):
    """What a teller also understands of loans."""

    def say_lend(self, rest: str) -> None:
        """lend L: N NAME [serials CODES] for DAYS"""
        name, _, told = rest.partition(":")
        goods, _, days = told.rpartition(" for ")
        named, _, serials = goods.partition(" serials ")
        quantity, product = named.split()
        day = loans.today() + timedelta(days=int(days))
        at = self.company.location
        made = self.door.lend(
            self.company.customer.pk, self.products[product], int(quantity), serials.split(), at, day
        )
        self.keep("loan", name.strip(), made)

    def say_extend_loan(self, rest: str) -> None:
        """extend-loan L DAYS"""
        name, days = rest.split()
        day = loans.today() + timedelta(days=int(days))
        self.acts.append(self.door.extend_loan(self.documents[name], day))

    def say_given_back(self, rest: str) -> None:
        """given-back L N NAME [serials CODES]"""
        told, _, serials = rest.partition(" serials ")
        name, quantity, product = told.split()
        done = self.door.take_home(
            self.documents[name], self.products[product], int(quantity), serials.split()
        )
        self.acts.append(done)

    def say_loan_is(self, rest: str) -> None:
        """loan-is L WORD"""
        name, wanted = rest.split()
        found = loans.word(loans.one(self.documents[name]), loans.today())
        assert found == wanted, f"is {found}"

    def say_reminded(self, rest: str) -> None:
        """reminded N"""
        done = remind_loans(actor=HOUSE)
        told = (
            Fact.objects.filter(entry=done.entry, field__endswith="told_of") if done else Fact.objects.none()
        )
        assert told.count() == int(rest), f"{told.count()} are told"
