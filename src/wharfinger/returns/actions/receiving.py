"""Take goods back: by an RMA, or without one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.demand.queries.standing import read_customer, read_customers
from wharfinger.devices.queries import truth as devices
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.returns.actions.requesting import quantities_given, read_items, wish_of
from wharfinger.returns.models import Rma, RmaLine
from wharfinger.returns.queries import truth as reads
from wharfinger.returns.rules import receiving as rules
from wharfinger.returns.rules.allowed import overruled
from wharfinger.returns.rules.receiving import Arrived, Brought, Returned
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
            claims=demand.line_ids,
            loose=True,
            reads=(
                read_lots(codes),
                devices.read_units(_with_codes(line.lot_id for line in known.values())),
                devices.read_devices(reads.lots_here),
                devices.read_subscriptions,
                demand.read_taxes_of_lines,
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
    overrule: str = "",
    received_on: date | None = None,
    key: str | None = None,
) -> Written:
    """Take goods back without an RMA; restocked and credited in the same entry where the person says so.

    Of an item that names but its product, what the customer got last comes back first. The rules of RMAs
    hold as well; overrule: why it comes back although they refuse it.
    """
    require(actor, "returns.receive")
    overrule = overruled(overrule, actor=actor)
    brought = Brought(organization, tuple(items), location, tidied(reason), overrule)
    (resolved,) = _resolved(actor, [brought])
    return post(
        "receive_return",
        _wish([resolved], read_customer(organization)),
        partial(rules.plan_return, brought=resolved, may_credit=actor.may("billing.credit")),
        actor=actor,
        key=key,
        reason=reason,
        effective_on=received_on,
    )


def take_back_many(
    *,
    actor: Actor,
    returns: Sequence[Brought],
    reason: str = "",
    received_on: date | None = None,
    key: str | None = None,
) -> Written:
    """Take back what many customers bring, without RMAs: each makes its own return, all in one entry or none."""
    require(actor, "returns.receive")
    returns = [replace(one, overrule=overruled(one.overrule, actor=actor)) for one in returns]
    if not returns:
        raise BadInput("no_lines", N_("Choose at least one line."), field="returns")
    resolved = _resolved(actor, [replace(one, reason=tidied(one.reason)) for one in returns])
    return post(
        "receive_return",
        _wish(resolved, read_customers({one.organization for one in returns})),
        partial(rules.plan_returns, brought=tuple(resolved), may_credit=actor.may("billing.credit")),
        actor=actor,
        key=key,
        reason=tidy(reason, field="reason", most=1000, needed=False),
        effective_on=received_on,
    )


def tidied(reason: str) -> str:
    """Why goods come back, as a credit note can say it."""
    return tidy(reason, field="reason", most=500, needed=False)


def _resolved(actor: Actor, brought: Sequence[Brought]) -> list[Brought]:
    """What customers bring back, each item with the line by which they got it."""
    if any(item.outcome for one in brought for item in one.items):
        require(actor, "returns.inspect")
    bought = reads.bought(
        (one.organization, item.asked.product)
        for one in brought
        for item in one.items
        if item.asked.product is not None and rules.any_of_them(item)
    )
    parts = reads.parts_of(item.asked.line for one in brought for item in one.items)
    codes = [code for one in brought for item in one.items for code in (*item.serials, item.asked.serial)]
    units = reads.lines_of_units(parts, codes)
    spread = [
        (one, rules.opened(rules.spread(one.items, bought.get(one.organization, {})), parts, units))
        for one in brought
    ]
    asked = iter(read_items([(one.organization, item.asked) for one, items in spread for item in items]))
    return [
        replace(one, items=tuple(replace(item, asked=next(asked)) for item in items)) for one, items in spread
    ]


def _wish(brought: Sequence[Brought], customers: Callable[[Truth], None]) -> Wish:
    items = [item for one in brought for item in one.items]
    asked = [item.asked for item in items]
    codes = [
        (item.asked.product, code)
        for item in items
        if item.asked.product is not None
        for code in (*item.serials, *((item.asked.serial,) if item.asked.serial else ()))
    ]
    wish = wish_of(
        customers,
        asked,
        read_lots(codes),
        devices.read_units(_with_codes(one.lot for one in asked)),
        devices.read_devices(reads.lots_here),
        devices.read_subscriptions,
    )
    return replace(wish, layers=True, reads=(*wish.reads, reads.read_worth))


def _with_codes(lots: Iterable[int | None]) -> Callable[[Truth], list[int]]:
    """These lots, and those whose serials were read."""
    named = sorted({lot for lot in lots if lot is not None})
    return lambda truth: [*named, *(lot.id for lot in truth.read["lots"].values())]
