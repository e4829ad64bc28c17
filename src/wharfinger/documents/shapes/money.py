"""Papers that tell prices: quotes, orders, invoices and credit notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from wharfinger.documents.shapes.goods import DeliveryNote
from wharfinger.documents.values import (
    Address,
    Amount,
    Company,
    GroupHead,
    LineRow,
    OwnValue,
    Party,
    Person,
    Share,
    Totals,
    WayToPay,
    Worded,
)


@dataclass(frozen=True, slots=True)
class Quote(Worded):
    company: Company
    to: Party
    number: str
    dated: date
    lines: tuple[LineRow, ...]
    totals: Totals
    heads: tuple[GroupHead | None, ...] = ()
    """For each line what stands above it."""
    recurring: tuple[tuple[str, Amount], ...] = ()
    """What of the net recurs, by its period."""
    less: Share | None = None
    """What is taken off the whole; it is worked into the lines."""
    valid_until: date | None = None
    title: str = ""
    customer_reference: str = ""
    contact: Person | None = None
    payment_terms: str = ""
    delivery_terms: str = ""
    note: str = ""
    own: tuple[OwnValue, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderConfirmation(Worded):
    company: Company
    to: Party
    number: str
    dated: date
    lines: tuple[LineRow, ...]
    totals: Totals
    heads: tuple[GroupHead | None, ...] = ()
    """For each line what stands above it: the groups of the quote that was won."""
    deliver_to: Address | None = None
    quote_number: str = ""
    customer_reference: str = ""
    contact: Person | None = None
    expected_on: date | None = None
    payment_terms: str = ""
    delivery_terms: str = ""
    note: str = ""
    own: tuple[OwnValue, ...] = ()


@dataclass(frozen=True, slots=True)
class PurchaseOrder(Worded):
    company: Company
    to: Party
    number: str
    dated: date
    lines: tuple[LineRow, ...]
    totals: Totals
    deliver_to: Address | None = None
    vendor_reference: str = ""
    contact: Person | None = None
    expected_on: date | None = None
    ship_on: date | None = None
    payment_terms: str = ""
    delivery_terms: str = ""
    note: str = ""
    own: tuple[OwnValue, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementRow:
    """What one document did to what a customer owes."""

    on: date
    words: str
    number: str
    due_on: date | None
    amount: Amount
    balance: Amount


@dataclass(frozen=True, slots=True)
class Statement:
    """A customer's account in one currency over a period."""

    company: Company
    to: Party
    number: str
    dated: date
    """Its last day."""
    since: date
    opening: Amount
    rows: tuple[StatementRow, ...]
    closing: Amount
    ageing: tuple[Amount, ...]
    """Not due, 1–30, 31–60, 61 days and more, and what settles nothing yet, which is below zero."""


@dataclass(frozen=True, slots=True)
class ReminderRow:
    """An invoice that is overdue."""

    number: str
    issued_on: date
    due_on: date
    days: int
    level: int
    total: Amount
    open: Amount


@dataclass(frozen=True, slots=True)
class Reminder(Worded):
    """All that a customer is reminded of in one currency; its level says how it is called and what it says."""

    company: Company
    to: Party
    number: str
    dated: date
    level: int
    rows: tuple[ReminderRow, ...]
    credit: Amount | None
    """What settles nothing yet and is taken off; below zero."""
    fee: tuple[str, Amount] | None
    """The number of the invoice that asks for what the letter costs, and that."""
    total: Amount
    pay_by: date


@dataclass(frozen=True, slots=True)
class Rfq(DeliveryNote):
    answer_by: date | None = None


@dataclass(frozen=True, slots=True)
class Invoice(Worded):
    company: Company
    to: Party
    number: str
    dated: date
    lines: tuple[LineRow, ...]
    totals: Totals
    due_on: date | None = None
    ways: tuple[WayToPay, ...] = ()
    """What may be transferred for it; all that is due where none are named."""
    delivered_on: date | None = None
    deposit: bool = False
    """Whether it asks for a part of an order beforehand."""
    delivered_until: date | None = None
    """Last day, where the goods were delivered over a period."""
    deliver_to: Address | None = None
    orders: tuple[str, ...] = ()
    customer_reference: str = ""
    contact: Person | None = None
    payment_terms: str = ""
    delivery_terms: str = ""
    note: str = ""
    credit_note_number: str = ""
    """The credit note that it takes back, with its day."""
    credit_note_dated: date | None = None
    own: tuple[OwnValue, ...] = ()


@dataclass(frozen=True, slots=True)
class CreditNote(Worded):
    company: Company
    to: Party
    number: str
    dated: date
    lines: tuple[LineRow, ...]
    totals: Totals
    invoice_number: str = ""
    invoice_dated: date | None = None
    rma_number: str = ""
    orders: tuple[str, ...] = ()
    customer_reference: str = ""
    contact: Person | None = None
    reason: str = ""
    note: str = ""
    own: tuple[OwnValue, ...] = ()
