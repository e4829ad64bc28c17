"""Take back what was invoiced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.billing.models import Invoice, InvoiceLine
from wharfinger.billing.queries import truth as reads
from wharfinger.billing.queries.deposits import read_deposits_to_credit
from wharfinger.billing.rules import credits as rules
from wharfinger.billing.rules.credits import Credit
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.ledger.look import Wish
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written


def credit(
    *,
    actor: Actor,
    items: Sequence[Credit],
    reason: str = "",
    issued_on: date | None = None,
    bill_again: bool = False,
    key: str | None = None,
) -> Written:
    """Take back quantities of invoice lines at the price they were billed at, by a note for each invoice.

    What was paid of them becomes the customer's store credit. bill_again: whether they are to be invoiced anew.
    Raises Refusal when fewer are left to credit.
    """
    require(actor, "billing.credit")
    if not items:
        raise BadInput("no_lines", N_("Choose at least one line."), field="lines")
    found = list(
        InvoiceLine.objects.filter(pk__in={one.invoice_line for one in items}).values_list(
            "line_id", "invoice_id", "invoice__sheet_id"
        )
    )
    lines = sorted({line for line, *_ in found if line is not None})
    return post(
        "credit",
        Wish(
            documents=[
                (Sheet, _documents(lines, {sheet for line, _, sheet in found if line is None})),
                (Invoice, sorted({invoice for _, invoice, _ in found})),
            ],
            claims=lines,
            reads=(reads.read_invoice_lines, read_deposits_to_credit),
        ),
        partial(
            rules.plan_credit,
            items=tuple(items),
            reason=tidy(reason, field="reason", most=500, needed=False),
            issued_on=issued_on,
            bill_again=bill_again,
        ),
        actor=actor,
        key=key,
        reason=reason,
        effective_on=issued_on,
    )


def cancel_invoice(
    *,
    actor: Actor,
    invoice: int,
    reason: str,
    bill_again: bool,
    issued_on: date | None = None,
    key: str | None = None,
) -> Written:
    """Take back all that is left of a posted invoice, by one credit note and with a reason.

    bill_again: whether its lines are to be invoiced anew. What was paid becomes the customer's store credit.
    """
    require(actor, "billing.credit")
    reason = tidy(reason, field="reason", most=500)
    lines = reads.lines_of_invoices([invoice])
    beforehand = Invoice.objects.filter(pk=invoice, kind="deposit").values_list("sheet_id", flat=True)
    return post(
        "credit",
        Wish(
            documents=[(Sheet, _documents(lines, beforehand)), (Invoice, [invoice])],
            claims=lines,
            reads=(reads.read_invoice_lines, read_deposits_to_credit),
        ),
        partial(
            rules.plan_cancel, invoice=invoice, reason=reason, issued_on=issued_on, bill_again=bill_again
        ),
        actor=actor,
        key=key,
        reason=reason,
        effective_on=issued_on,
    )


def _documents(lines: Sequence[int], beforehand: Iterable[int | None]) -> Any:
    """The documents of lines, and the orders of deposits, which bill none."""
    orders = {pk for pk in beforehand if pk is not None}
    return sorted({*orders, *demand.sheets_of(lines)}) if orders else demand.documents_of(lines)
