"""Quotes and order confirmations go to the customer: by mail, or by hand."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import User
from wharfinger.sales.models import Order, Quote
from wharfinger.sales.rules import sending as rules
from wharfinger.sales.rules.sending import USUAL, Letter


def send_quote(*, actor: Actor, quote: int, letter: Letter = USUAL, key: str | None = None) -> Written:
    """Send a quote to the customer by mail; refused where there is nobody to write to."""
    return _quote(actor, quote, rules.checked(letter), key)


def mark_quote_sent(*, actor: Actor, quote: int, key: str | None = None) -> Written:
    """Say that a quote was sent by hand: nobody is written to."""
    return _quote(actor, quote, None, key)


def send_order(*, actor: Actor, order: int, letter: Letter = USUAL, key: str | None = None) -> Written:
    """Send the confirmation of an order to the customer by mail; refused where there is nobody to write to."""
    return _order(actor, order, rules.checked(letter), key)


def mark_order_sent(*, actor: Actor, order: int, key: str | None = None) -> Written:
    """Say that the confirmation of an order was sent by hand: nobody is written to."""
    return _order(actor, order, None, key)


def _quote(actor: Actor, quote: int, letter: Letter | None, key: str | None) -> Written:
    require(actor, "sales.send")
    return post(
        "send_quote",
        Wish(
            documents=[(Sheet, [quote]), (Quote, [quote])],
            first=demand.read_lines_of(quote),
            reads=(read_addresses(quote),),
        ),
        partial(rules.plan_send_quote, quote=quote, letter=letter),
        actor=actor,
        key=key,
    )


def _order(actor: Actor, order: int, letter: Letter | None, key: str | None) -> Written:
    require(actor, "sales.send")
    return post(
        "send_order",
        Wish(documents=[(Sheet, [order]), (Order, [order])], reads=(read_addresses(order),)),
        partial(rules.plan_send_order, order=order, letter=letter),
        actor=actor,
        key=key,
    )


def read_addresses(sheet: int) -> Callable[[Truth], None]:
    """Read where mails about a document can go, the better one first, and where a copy would go."""

    def read(truth: Truth) -> None:
        found = Sheet.objects.filter(pk=sheet).values_list(
            "organization__name", "contact__email", "organization__email"
        )
        customer, *known = found.first() or ("",)
        truth.read["customer"] = customer
        truth.read["addresses"] = [address for address in known if address]
        own = User.objects.filter(pk=truth.actor or 0).values_list("email", flat=True).first()
        truth.read["own_address"] = own or ""

    return read
