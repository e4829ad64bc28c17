"""Take goods off a job, with their credit note."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.billing.models import Invoice
from wharfinger.billing.queries import truth as billing
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.demand.queries.standing import read_standing
from wharfinger.devices.queries.parts import read_parts
from wharfinger.flows.rules.remove import plan_remove
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.reverse import draws_of
from wharfinger.ledger.write import Written
from wharfinger.work.models import WorkOrder
from wharfinger.work.rules.providing import Removal


def remove(
    *,
    actor: Actor,
    work_order: int,
    removals: Sequence[Removal],
    reason: str = "",
    credit: bool = True,
    parts: bool = True,
    key: str | None = None,
) -> Written:
    """Take back goods that were handed over on open work, with their parts; they return to the bins they came from.

    What is invoiced of them is credited in the same entry, unless somebody declines that with a reason.
    """
    require(actor, "work.provide")
    reason = tidy(reason, field="reason", most=500, needed=False)
    if not removals or any(removal.quantity <= 0 for removal in removals):
        raise BadInput("not_positive", N_("Give a quantity above zero."), field="lines")
    return post(
        "remove",
        Wish(
            documents=[
                (Sheet, [work_order]),
                (WorkOrder, [work_order]),
                (Invoice, billing.invoices_of_lines({removal.line for removal in removals})),
            ],
            first=demand.read_lines_of(work_order),
            products=demand.line_products,
            claims=demand.line_ids,
            layers=True,
            incoming=("customer", "rented", "waived", "invoiced"),
            reads=(read_standing, billing.read_invoice_lines, _read_draws, read_parts),
        ),
        partial(
            plan_remove,
            work_order=work_order,
            removals=tuple(removals),
            reason=reason,
            credit=credit,
            may_credit=actor.may("billing.credit"),
            parts=parts,
        ),
        actor=actor,
        key=key,
        reason=reason,
    )


def _read_draws(truth: Truth) -> None:
    truth.read["draws"] = draws_of([move.id for moves in truth.incoming.values() for move in moves])
