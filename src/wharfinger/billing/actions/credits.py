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
    key: str | None = None,
) -> Written:
    """Take back quantities of invoice lines at the price they were billed at, by a note for each invoice.

    What was paid of them becomes the customer's store credit. Raises Refusal when fewer are left to credit.
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
        ),
        actor=actor,
        key=key,
        reason=reason,
        effective_on=issued_on,
    )
