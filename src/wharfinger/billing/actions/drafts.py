"""Change a draft before it is posted, or give it up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.words import tidy
from wharfinger.billing.actions.invoices import check_bill, check_fees
from wharfinger.billing.models import Invoice
from wharfinger.billing.queries import truth as reads
from wharfinger.billing.queries.fees import read_services
from wharfinger.billing.queries.supplied import read_in_force
from wharfinger.billing.rules import changing as rules
from wharfinger.billing.rules.changing import DraftChange
from wharfinger.billing.rules.fees import Fee
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written

WORDS = {"customer_reference": 60, "remarks": 2000}
"""What of a draft is written in words, and how long it may be."""


def change_draft(*, actor: Actor, invoice: int, change: DraftChange, key: str | None = None) -> Written:
    """Change the rows, days and words of a draft: what it bills no more is to be billed again, what it bills anew is held.

    Raises Refusal when it is posted, when nothing would be left of it, or when fewer are to be billed.
    """
    require(actor, "billing.invoice")
    change = _tidied(change)
    lines = sorted({*reads.lines_of_invoices([invoice]), *(bill.line for bill in change.add)})
    return post(
        "change_draft",
        Wish(
            documents=[(Sheet, demand.documents_of(lines)), (Invoice, [invoice])],
            first=reads.read_lines_to_bill(lines),
            claims=lines,
            reads=(
                reads.read_invoice_lines,
                reads.read_terms,
                reads.read_whose,
                _read_fees(change.fees),
                read_in_force,
            ),
        ),
        partial(rules.plan_change, invoice=invoice, change=change, lines=tuple(lines)),
        actor=actor,
        key=key,
    )


def discard_draft(*, actor: Actor, invoice: int, key: str | None = None) -> Written:
    """Give a draft up: what it billed is to be billed again. Raises Refusal when it is posted."""
    require(actor, "billing.invoice")
    lines = reads.lines_of_invoices([invoice])
    return post(
        "discard_draft",
        Wish(
            documents=[(Sheet, demand.documents_of(lines)), (Invoice, [invoice])],
            claims=lines,
            reads=(reads.read_invoice_lines,),
        ),
        partial(rules.plan_discard, invoice=invoice, lines=tuple(lines)),
        actor=actor,
        key=key,
    )


def _read_fees(fees: Sequence[Fee]) -> Callable[[Truth], None]:
    """Read the services of fees; no statement where there is none."""

    def read(truth: Truth) -> None:
        if fees:
            read_services(truth, [fee.product for fee in fees], truth.read["whose"])

    return read


def _tidied(change: DraftChange) -> DraftChange:
    for n, bill in enumerate(change.add):
        check_bill(bill, f"add.{n}")
    check_fees(change.fees)
    for n, row in enumerate(change.rows):
        tidy(row.description or "", field=f"rows.{n}.description", most=500, needed=False)
        tidy(row.reason or "", field=f"rows.{n}.reason", most=200, needed=False)
    said: list[tuple[str, Any]] = [
        (name, tidy(value or "", field=name, most=WORDS[name], needed=False) if name in WORDS else value)
        for name, value in change.values
    ]
    return replace(change, values=tuple(said))
