"""Take back what was invoiced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.billing.models import Invoice, InvoiceLine
from wharfinger.billing.queries import truth as reads
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
    found = InvoiceLine.objects.filter(pk__in={one.invoice_line for one in items}).values_list(
        "line_id", "invoice_id"
    )
    lines = sorted({line for line, _ in found if line is not None})
    return post(
        "credit",
        Wish(
            documents=[
                (Sheet, demand.documents_of(lines)),
                (Invoice, sorted({invoice for _, invoice in found})),
            ],
            claims=lines,
            reads=(reads.read_invoice_lines,),
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
    return post(
        "credit",
        Wish(
            documents=[(Sheet, demand.documents_of(lines)), (Invoice, [invoice])],
            claims=lines,
            reads=(reads.read_invoice_lines,),
        ),
        partial(
            rules.plan_cancel, invoice=invoice, reason=reason, issued_on=issued_on, bill_again=bill_again
        ),
        actor=actor,
        key=key,
        reason=reason,
        effective_on=issued_on,
    )
