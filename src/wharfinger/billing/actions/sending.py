"""Invoices, credit notes and statements go to the customer: by mail, or by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.billing.models import CreditNote, Invoice
from wharfinger.billing.queries.statements import period, statements
from wharfinger.billing.rules import sending as rules
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization, User
from wharfinger.sales.rules.sending import USUAL, Letter, checked

RIGHT = "billing.send"


def send_invoice(*, actor: Actor, invoice: int, letter: Letter = USUAL, key: str | None = None) -> Written:
    """Send a posted invoice to the customer by mail; refused where there is nobody to write to."""
    require(actor, RIGHT)
    return _invoice(actor, invoice, checked(letter), key)


def mark_invoice_sent(*, actor: Actor, invoice: int, key: str | None = None) -> Written:
    """Say that an invoice was sent by hand: nobody is written to."""
    require(actor, RIGHT)
    return _invoice(actor, invoice, None, key)


def send_credit_note(
    *, actor: Actor, credit_note: int, letter: Letter = USUAL, key: str | None = None
) -> Written:
    """Send a credit note to the customer by mail; refused where there is nobody to write to."""
    require(actor, RIGHT)
    return _credit_note(actor, credit_note, checked(letter), key)


def mark_credit_note_sent(*, actor: Actor, credit_note: int, key: str | None = None) -> Written:
    """Say that a credit note was sent by hand: nobody is written to."""
    require(actor, RIGHT)
    return _credit_note(actor, credit_note, None, key)


def send_statement(
    *,
    actor: Actor,
    organization: int,
    currency: str,
    first: date | None = None,
    last: date | None = None,
    letter: Letter = USUAL,
    key: str | None = None,
) -> Written:
    """Send a customer the statement of a period in one currency by mail."""
    require(actor, RIGHT)
    since, until = period(first, last)
    there = any(one.currency == currency for one in statements(organization, since, until))
    plan = partial(
        rules.plan_send_statement,
        organization=organization,
        currency=currency,
        since=since,
        until=until,
        there=there,
        letter=checked(letter),
    )
    whose = Organization.objects.filter(pk=organization)
    wish = Wish(
        documents=[(Organization, [organization])],
        reads=(_addresses(partial(whose.values_list, "name", "email")),),
    )
    return post("send_statement", wish, plan, actor=actor, key=key)


def _invoice(actor: Actor, invoice: int, letter: Letter | None, key: str | None) -> Written:
    found = Invoice.objects.filter(pk=invoice)
    ways = ("organization__name", "organization__email", "sheet__contact__email")
    wish = Wish(documents=[(Invoice, [invoice])], reads=(_addresses(partial(found.values_list, *ways)),))
    plan = partial(rules.plan_send_invoice, invoice=invoice, letter=letter)
    return post("send_invoice", wish, plan, actor=actor, key=key)


def _credit_note(actor: Actor, note: int, letter: Letter | None, key: str | None) -> Written:
    found = CreditNote.objects.filter(pk=note)
    ways = ("organization__name", "organization__email", "invoice__sheet__contact__email")
    wish = Wish(documents=[(CreditNote, [note])], reads=(_addresses(partial(found.values_list, *ways)),))
    plan = partial(rules.plan_send_credit_note, credit_note=note, letter=letter)
    return post("send_credit_note", wish, plan, actor=actor, key=key)


def _addresses(found: Callable[[], Any]) -> Callable[[Truth], None]:
    """Read where a mail can go, the better address first, and where a copy would go."""

    def read(truth: Truth) -> None:
        customer, *known = found().first() or ("",)
        truth.read["customer"] = customer
        truth.read["addresses"] = [address for address in known if address]
        own = User.objects.filter(pk=truth.actor or 0).values_list("email", flat=True).first()
        truth.read["own_address"] = own or ""

    return read
