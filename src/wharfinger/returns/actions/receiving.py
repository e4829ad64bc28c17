"""Take goods back: by an RMA, or without one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.billing.queries.truth import read_invoice_lines
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.demand.queries.standing import read_customer
from wharfinger.devices.models import Device
from wharfinger.devices.queries import truth as devices
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.returns.actions.requesting import read_items
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
    if not items:
        raise BadInput("no_lines", N_("Choose at least one line."), field="lines")
    for n, one in enumerate(items):
        if one.quantity <= 0:
            raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"lines.{n}.quantity")
    known = {line.pk: line for line in RmaLine.objects.filter(rma=rma, void__isnull=True)}
    lines = sorted({*reads.claims_of([rma]), *(one.line for one in items if one.line is not None)})
    codes = [
        (product, code)
        for one in items
        for product in [known[one.rma_line].product_id if one.rma_line in known else one.product]
        if product is not None
        for code in one.serials
    ]
    lots = sorted({line.lot_id for line in known.values() if line.lot_id is not None})

    def named(truth: Truth) -> list[int]:
        return [*lots, *(lot.id for lot in truth.read["lots"].values())]

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
                devices.read_units(named),
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
    lines = sorted({one.line for one in asked if one.line is not None})
    products = {one.product for one in asked if one.product is not None}
    codes = [
        (one.asked.product, code)
        for one in items
        if one.asked.product is not None
        for code in (*one.serials, *((one.asked.serial,) if one.asked.serial else ()))
    ]

    def named(truth: Truth) -> list[int]:
        return [*reads.lots_read(asked)(truth), *(lot.id for lot in truth.read["lots"].values())]

    return post(
        "receive_return",
        Wish(
            documents=[
                (Sheet, demand.documents_of(lines)),
                (Device, [one.device for one in asked if one.device is not None]),
                *reads.invoices(lines),
            ],
            first=demand.read_lines(lines),
            products=products,
            claims=lines,
            layers=True,
            loose=True,
            reads=(
                read_customer(organization),
                demand.read_these_products(products),
                read_lots(codes),
                devices.read_units(named),
                devices.read_devices(reads.lots_here),
                devices.read_subscriptions,
                devices.read_sales,
                read_invoice_lines,
                reads.read_homes,
                reads.read_asked,
                reads.read_worth,
            ),
        ),
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
