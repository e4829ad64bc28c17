"""Take goods back: by an RMA, or without one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.words import tidy
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.devices.queries import truth as devices
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.returns.actions.requesting import quantities_given, read_items, wish_of
from wharfinger.returns.models import Rma, RmaLine
from wharfinger.returns.queries import truth as reads
from wharfinger.returns.rules import receiving as rules
from wharfinger.returns.rules.receiving import Arrived, Returned
from wharfinger.stock.queries.truth import read_lots


def receive(
    *,
    actor: Actor,
    rma: int,
    items: Sequence[Arrived],
    received_on: date | None = None,
    key: str | None = None,
) -> Written:
    """Take goods of an RMA in: more, fewer or other than asked for, never more than were delivered.

    A device leaves its customer, unless it comes only to be repaired; one in use is refused.
    """
    require(actor, "returns.receive")
    quantities_given(items)
    known = {line.pk: line for line in RmaLine.objects.filter(rma=rma, void__isnull=True)}
    lines = sorted({*reads.claims_of([rma]), *(one.line for one in items if one.line is not None)})
    codes = [
        (product, code)
        for one in items
        for product in [known[one.rma_line].product_id if one.rma_line in known else one.product]
        if product is not None
        for code in one.serials
    ]

    def products(truth: Truth) -> set[int]:
        return (
            demand.line_products(truth) | {line.product_id for line in known.values()} | {p for p, _ in codes}
        )

    return post(
        "receive_return",
        Wish(
            documents=[
                (Sheet, demand.documents_of(lines)),
                (Rma, [rma]),
                (RmaLine, reads.lines_of([rma])),
            ],
            first=demand.read_lines(lines),
            products=products,
            claims=lines,
            loose=True,
            reads=(
                read_lots(codes),
                devices.read_units(_with_codes(line.lot_id for line in known.values())),
                devices.read_devices(reads.lots_here),
                devices.read_subscriptions,
                reads.read_homes,
                reads.read_rmas,
            ),
        ),
        partial(rules.plan_receive, rma=rma, items=tuple(items)),
        actor=actor,
        key=key,
        effective_on=received_on,
    )


def take_back(
    *,
    actor: Actor,
    organization: int,
    items: Sequence[Returned],
    location: int | None = None,
    reason: str = "",
    received_on: date | None = None,
    key: str | None = None,
) -> Written:
    """Take goods back without an RMA; restocked and credited in the same entry where the person says so."""
    require(actor, "returns.receive")
    for one in items:
        if one.outcome:
            require(actor, "returns.inspect")
    asked = read_items(organization, [one.asked for one in items])
    items = [
        Returned(a, one.serials, one.outcome, one.bin, one.credit)
        for a, one in zip(asked, items, strict=True)
    ]
    codes = [
        (one.asked.product, code)
        for one in items
        if one.asked.product is not None
        for code in (*one.serials, *((one.asked.serial,) if one.asked.serial else ()))
    ]
    wish = wish_of(
        organization,
        asked,
        read_lots(codes),
        devices.read_units(_with_codes(one.lot for one in asked)),
        devices.read_devices(reads.lots_here),
        devices.read_subscriptions,
    )
    return post(
        "receive_return",
        replace(wish, layers=True, reads=(*wish.reads, reads.read_worth)),
        partial(
            rules.plan_return,
            organization=organization,
            items=tuple(items),
            location=location,
            reason=tidy(reason, field="reason", most=500, needed=False),
            may_credit=actor.may("billing.credit"),
        ),
        actor=actor,
        key=key,
        reason=reason,
        effective_on=received_on,
    )


def _with_codes(lots: Iterable[int | None]) -> Callable[[Truth], list[int]]:
    """These lots, and those whose serials were read."""
    named = sorted({lot for lot in lots if lot is not None})
    return lambda truth: [*named, *(lot.id for lot in truth.read["lots"].values())]
