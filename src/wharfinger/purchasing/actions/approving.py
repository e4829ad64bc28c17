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
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder
from wharfinger.purchasing.queries import truth as reads
from wharfinger.purchasing.rules import approving as rules


def approve(
    *,
    actor: Actor,
    lines: Sequence[int] = (),
    purchase_lines: Sequence[int] = (),
    note: str = "",
    key: str | None = None,
) -> Written:
    """Grant buying: customers' lines with all of the same product on their order, and purchase orders' lines.

    Raises Refusal when a line does not wait for it, or the actor asked for it (a setting may allow that).
    """
    require(actor, "purchasing.approve")
    _needs_some([*lines, *purchase_lines])
    return post(
        "approve",
        _wish(lines, purchase_lines),
        partial(
            rules.plan_approve,
            lines=tuple(lines),
            purchase_lines=tuple(purchase_lines),
            note=tidy(note, field="note", most=500, needed=False),
        ),
        actor=actor,
        key=key,
    )


def reject(*, actor: Actor, lines: Sequence[int], note: str, key: str | None = None) -> Written:
    """Refuse buying, with a reason; the lines are pending again."""
    require(actor, "purchasing.approve")
    _needs_some(lines)
    note = tidy(note, field="note", most=500)
    return post(
        "reject",
        _wish(lines, ()),
        partial(rules.plan_reject, lines=tuple(lines), note=note),
        actor=actor,
        key=key,
    )


def request(*, actor: Actor, lines: Sequence[int], key: str | None = None) -> Written:
    """Send pending lines to be bought, by way of approval where that is needed."""
    require(actor, "purchasing.request")
    _needs_some(lines)
    return post(
        "request", _wish(lines, ()), partial(rules.plan_request, lines=tuple(lines)), actor=actor, key=key
    )


def _wish(lines: Sequence[int], purchase_lines: Sequence[int]) -> Wish:
    return Wish(
        documents=[
            (Sheet, demand.documents_of(list(lines))),
            (PurchaseOrder, reads.orders_of(purchase_lines)),
            (PurchaseLine, purchase_lines),
        ],
        first=reads.read_together(lines),
        claims=demand.line_ids,
        reads=(reads.read_approval, _read_products(purchase_lines), reads.read_costs),
    )


def _read_products(purchase_lines: Sequence[int]) -> reads.Read:
    def read(truth: Truth) -> None:
        more = {line.product_id for line in truth.documents["purchasing.PurchaseLine"].values()}
        reads.read_products(*more)(truth)

    return read


def _needs_some(lines: Sequence[int]) -> None:
    if not lines:
        raise BadInput("no_lines", N_("Choose at least one line."), field="lines")
