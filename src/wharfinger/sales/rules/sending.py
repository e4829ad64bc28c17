"""Pure decisions about what goes to the customer by mail: quotes and order confirmations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wharfinger.base.fields import email
from wharfinger.base.refusal import N_, BadInput, Refusal, Remedy
from wharfinger.base.words import tidy
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.sales.rules.orders import open_order
from wharfinger.sales.rules.quotes import open_quote

MOST_ADDRESSES = 10
LETTER = "letter"
"""Under which note of a plan the outbox finds how the document leaves."""


@dataclass(frozen=True, slots=True)
class Letter:
    """How a document goes to the customer by mail; what is not said is the house's usual."""

    to: tuple[str, ...] = ()
    """Whom to write to; without any the contact, else the organization."""
    copy: bool = False
    """Whether whoever sends it gets the mail, too."""
    subject: str = ""
    text: str = ""
    file: bool = True
    """Whether the document goes along as PDF."""
    link: bool = True
    """Whether a quote goes with the link by which the customer reads and answers it."""


USUAL = Letter()


def addresses(text: str) -> tuple[str, ...]:
    """Addresses as people type them, with commas, semicolons or spaces between."""
    return tuple(part for part in re.split(r"[,;\s]+", text) if part)


def checked(letter: Letter) -> Letter:
    """A letter with nothing in it that cannot be sent; raises BadInput otherwise."""
    if len(letter.to) > MOST_ADDRESSES:
        raise BadInput(
            "too_many_addresses", N_("Name at most {most} addresses."), field="to", most=MOST_ADDRESSES
        )
    subject = tidy(letter.subject, field="subject", most=200, needed=False)
    return Letter(
        tuple(dict.fromkeys(email(one, "to") for one in letter.to)),
        letter.copy,
        " ".join(subject.split()),
        tidy(letter.text, field="text", most=5000, needed=False).replace("\r\n", "\n"),
        letter.file,
        letter.link,
    )


def plan_send_quote(truth: Truth, *, quote: int, letter: Letter | None) -> Plan:
    """Send a quote to the customer by mail, or say that somebody did it by hand."""
    row = open_quote(truth, quote)
    if not truth.read["lines"]:
        raise Refusal("no_lines", N_("This quote has no lines yet. Add at least one."))
    return _sent(truth, row, letter, {"quote": quote})


def plan_send_order(truth: Truth, *, order: int, letter: Letter | None) -> Plan:
    """Send the confirmation of an order to the customer by mail, or say that somebody did it by hand."""
    row = open_order(truth, order)
    if row.confirmed_at is None:
        raise Refusal("not_confirmed", N_("This order is not confirmed. Confirm it first."))
    return _sent(truth, row, letter, {"order": order})


def _sent(truth: Truth, row: Any, letter: Letter | None, about: dict[str, int]) -> Plan:
    plan = Plan()
    plan.change(row, sent_at=truth.now)
    plan.notes[LETTER] = told(truth, letter, about)
    return plan


def told(truth: Truth, letter: Letter | None, about: dict[str, int]) -> dict[str, Any]:
    """How a document leaves, as the worker is told; refused where there is nobody to write to.

    letter: none where it went by hand. about: what it is, for who then says that it did.
    """
    if letter is None:
        return {"by_hand": True}
    to = list(letter.to) or _usual(truth.read["addresses"])
    if not to:
        raise BadInput(
            "no_address",
            N_("{customer} has no mail address. Write one here, or mark it as sent by hand."),
            field="to",
            customer=truth.read["customer"],
            remedies=[Remedy("send_by_hand", {**about, "fills": {"by_hand": "yes"}})],
        )
    if letter.copy and not truth.read["own_address"]:
        raise BadInput(
            "no_own_address",
            N_("You have no mail address yourself, so no copy reaches you. Send it without a copy."),
            field="copy",
        )
    return {
        "to": to,
        "cc": [truth.read["own_address"]] if letter.copy else [],
        "subject": letter.subject,
        "text": letter.text,
        "file": letter.file,
        "link": letter.link,
    }


def _usual(known: Sequence[str]) -> list[str]:
    """The better one of the addresses that are known: offers and confirmations go to people first."""
    return [address for address in known if address][:1]
