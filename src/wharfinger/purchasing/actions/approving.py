"""Ask for buying, grant it, refuse it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.purchasing.models import PurchaseOrder
from wharfinger.purchasing.queries import truth as reads
from wharfinger.purchasing.rules import approving as rules


def approve(
    *,
    actor: Actor,
    lines: Sequence[int] = (),
    purchase_lines: Sequence[int] = (),
    purchase_orders: Sequence[int] = (),
    note: str = "",
    key: str | None = None,
) -> Written:
    """Grant buying: customers' lines with all of the same product on their order, and purchase orders' lines.

    purchase_orders: drafts of which all lines that need it are approved.

    Raises Refusal when a line does not wait for it, or the actor asked for it (a setting may allow that).
    """
    require(actor, "purchasing.approve")
    _needs_some([*lines, *purchase_lines, *purchase_orders])
    note = tidy(note, field="note", most=500, needed=False)
    return post(
        "approve",
        _wish(lines, purchase_lines, purchase_orders),
        partial(
            rules.plan_approve,
            lines=tuple(lines),
            purchase_lines=tuple(purchase_lines),
            purchase_orders=tuple(purchase_orders),
            note=note,
        ),
        actor=actor,
        key=key,
        reason=note,
    )


def reject(
    *,
    actor: Actor,
    lines: Sequence[int] = (),
    purchase_orders: Sequence[int] = (),
    note: str,
    key: str | None = None,
) -> Written:
    """Refuse buying, with a reason; lines are pending again, purchase orders are drafts that may be changed and asked for anew."""
    require(actor, "purchasing.approve")
    _needs_some([*lines, *purchase_orders])
    note = tidy(note, field="note", most=500)
    return post(
        "reject",
        _wish(lines, (), purchase_orders),
        partial(rules.plan_reject, lines=tuple(lines), purchase_orders=tuple(purchase_orders), note=note),
        actor=actor,
        key=key,
        reason=note,
    )


def request(*, actor: Actor, lines: Sequence[int], key: str | None = None) -> Written:
    """Send pending lines to be bought, by way of approval where that is needed."""
    require(actor, "purchasing.request")
    _needs_some(lines)
    return post(
        "request", _wish(lines, ()), partial(rules.plan_request, lines=tuple(lines)), actor=actor, key=key
    )


def _wish(lines: Sequence[int], purchase_lines: Sequence[int], orders: Sequence[int] = ()) -> Wish:
    together = reads.read_together(lines)
    if not (purchase_lines or orders):
        return Wish(
            documents=[(Sheet, demand.documents_of(list(lines)))],
            first=together,
            claims=demand.line_ids,
            reads=(reads.read_approval, reads.read_products(), reads.read_costs, reads.read_tiers),
        )
    return Wish(
        documents=[
            (Sheet, demand.documents_of(list(lines))),
            (PurchaseOrder, reads.orders_named(orders, purchase_lines)),
        ],
        first=_read_both(together),
        claims=demand.line_ids,
        places=reads.places,
        reads=(reads.read_approval, reads.read_products(), reads.read_costs, reads.read_tiers),
    )


def _read_both(together: reads.Read) -> reads.Read:
    """Read the orders with the lines that they serve, and customers' lines with those beside them."""

    def read(truth: Truth) -> None:
        reads.read_orders()(truth)
        served = truth.read["lines"]
        together(truth)
        truth.read["lines"] = served | truth.read["lines"]

    return read


def _needs_some(lines: Sequence[int]) -> None:
    if not lines:
        raise BadInput("no_lines", N_("Choose at least one line."), field="lines")
