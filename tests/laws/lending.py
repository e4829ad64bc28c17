"""Goods on loan, as somebody might try it."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from tests.laws.state import State, Verb
from wharfinger.base import clock
from wharfinger.ledger.models import Holding
from wharfinger.stock.actions import lending
from wharfinger.stock.models import Bin, Loan
from wharfinger.stock.rules.lending import Borrower, GivenBack
from wharfinger.stock.rules.moving import Goods


def _lend(state: State, chance: random.Random) -> Any:
    """Free goods of a bin, to the customer or to a person of the house."""
    free = Holding.objects.filter(kind="bin", quantity__gt=0, claim=0, owned=True)
    held = state.one(chance, free.select_related("lot", "place"))
    if held is None:
        return None
    to = Borrower(state.company.customer.pk) if chance.random() < 0.5 else Borrower(person=state.user.pk)
    goods = Goods(
        held.product_id,
        chance.randint(1, held.quantity),
        Bin.objects.get(place=held.place_id).location.place_id,
        held.place_id,
        (held.lot.code,) if held.serial else (),
    )
    day = clock.today("Europe/Berlin") + timedelta(days=chance.randint(0, 9))
    return lending.lend(actor=state.user, to=to, items=[goods], due_on=day)


def _give_back(state: State, chance: random.Random) -> Any:
    """In part or whole; where nothing is lent, something is for the next time."""
    out = Holding.objects.filter(kind="rented", quantity__gt=0, place__loan__isnull=False)
    held = state.one(chance, out.select_related("lot"))
    if held is None:
        if _lend(state, chance) is not None:
            state.stands()
        return None
    loan = Loan.objects.get(place=held.place_id).pk
    if chance.random() < 0.5:
        return lending.give_back(actor=state.user, loan=loan)
    codes = (held.lot.code,) if held.lot.code else ()
    bin = chance.choice((None, chance.choice(state.company.bins).place_id))
    back = GivenBack(held.product_id, chance.randint(1, held.quantity), codes, bin)
    return lending.give_back(actor=state.user, loan=loan, items=[back])


LENDING: dict[str, Verb] = {"lend": _lend, "give_back": _give_back}
