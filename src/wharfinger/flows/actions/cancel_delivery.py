"""Cancel the delivery of chosen units, with its credit note."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db.models import Model

from wharfinger.base.access import Actor, require
from wharfinger.base.words import tidy
from wharfinger.billing.models import Invoice
from wharfinger.billing.queries import truth as billing
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Line, Sheet
from wharfinger.devices.queries.parts import parts_of_lines, read_parts
from wharfinger.flows.rules.cancel_delivery import plan_cancel_delivery
from wharfinger.fulfilment.actions.picking import lines_of
from wharfinger.fulfilment.models import Container
from wharfinger.fulfilment.queries import truth as fulfilment
from wharfinger.fulfilment.queries.inside import lines_packed_once, with_stacked
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.look import Wish
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.stock.queries.truth import read_lots


def cancel_delivery(
    *,
    actor: Actor,
    picks: Sequence[Pick] = (),
    containers: Sequence[int] = (),
    reason: str = "",
    credit: bool = True,
    parts: bool = True,
    key: str | None = None,
) -> Written:
    """Take chosen units, of a line or of a shared shipment, back from the customer to where they were ready.

    Parts of a device that the same document delivered come back with it, unless ``parts`` says otherwise.

    What is invoiced of them is credited in the same entry, unless somebody declines that with a reason.
    Raises Refusal where units are no longer there.
    """
    require(actor, "fulfilment.cancel_delivery")
    reason = tidy(reason, field="reason", most=500, needed=False)
    named, codes = lines_of(picks, others=bool(containers)), fulfilment.codes_of(picks)
    lines = sorted({*named, *lines_packed_once(containers)})
    if parts:
        lines = sorted({*lines, *_with_parts(lines)})
    documents: list[tuple[type[Model], Any]] = [
        (Sheet, demand.documents_of(lines)),
        (Container, with_stacked(containers) if containers else ()),
        (Invoice, billing.invoices_of_lines(lines)),
    ]
    return post(
        "cancel_delivery",
        Wish(
            documents=documents,
            first=demand.read_lines(lines),
            products=demand.line_products,
            claims=demand.line_ids,
            layers=True,
            incoming=("covered", "waived", "invoiced"),
            reads=(
                fulfilment.read_ways(("customer", "in_transit")),
                billing.read_invoice_lines,
                read_lots(codes),
                read_parts,
            ),
        ),
        partial(
            plan_cancel_delivery,
            picks=tuple(picks),
            containers=tuple(containers),
            reason=reason,
            credit=credit,
            may_credit=actor.may("billing.credit"),
            parts=parts,
        ),
        actor=actor,
        key=key,
        reason=reason,
    )


def _with_parts(lines: Sequence[int]) -> set[int]:
    """The lines of the same documents by which the parts of these lines' devices were delivered."""
    claims = {part.claim for part in parts_of_lines(lines) if part.claim} - set(lines)
    if not claims:
        return set()
    beside = Line.objects.filter(pk__in=claims, sheet__in=demand.sheets_of(lines))
    return set(beside.values_list("pk", flat=True))
