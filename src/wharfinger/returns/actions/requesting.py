"""Ask to send goods back, allow or refuse it, and close what is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.words import tidy
from wharfinger.billing.queries.truth import read_invoice_lines
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.demand.queries.standing import read_customer
from wharfinger.devices.models import Device
from wharfinger.devices.queries import truth as devices
from wharfinger.ledger.look import Wish, house
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import Planner, post
from wharfinger.ledger.write import Written
from wharfinger.returns.models import Rma, RmaLine
from wharfinger.returns.queries import ahead
from wharfinger.returns.queries import truth as reads
from wharfinger.returns.queries.sources import opened
from wharfinger.returns.rules import requesting as rules
from wharfinger.returns.rules.allowed import overruled
from wharfinger.returns.rules.receiving import Arrived
from wharfinger.returns.rules.requesting import Asked
from wharfinger.stock.queries.truth import read_lots


def request(
    *,
    actor: Actor,
    organization: int,
    items: Sequence[Asked],
    location: int | None = None,
    due_on: date | None = None,
    ticket: int | None = None,
    note: str = "",
    overrule: str = "",
    key: str | None = None,
) -> Written:
    """Ask to send goods back: return, repair or replace; credit is proposed at the price paid.

    Refused are products that are not taken back, returns after their days, and repairs without warranty;
    overrule: why it is let through all the same, which needs a permission of its own.
    """
    require(actor, "returns.request")
    overrule = overruled(overrule, actor=actor)
    switched_on()
    items = [one for each in opened([(organization, item) for item in items]) for one in each]
    parts = reads.parts_of(item.line for item in items)
    theirs = reads.lines_of_units(parts, [item.serial for item in items])
    items = read_items([(organization, item) for item in rules.opened(items, parts, theirs)])
    named = [(one.product, one.serial) for one in items if one.serial and one.product is not None]
    units = (devices.read_units(reads.lots_read(items)), read_lots(named))
    return post(
        "request_return",
        wish_of(read_customer(organization), items, *units, sheets=[ticket] if ticket is not None else []),
        partial(
            rules.plan_request,
            organization=organization,
            items=tuple(items),
            location=location,
            due_on=due_on,
            ticket=ticket,
            overrule=overrule,
        ),
        actor=actor,
        key=key,
        reason=tidy(note, field="note", most=1000, needed=False),
    )


def switched_on() -> None:
    """Let RMAs be asked for while the module is on; returns without one always work."""
    if not house().modules.get("rma", True):
        raise Refusal(
            "module_off", N_("RMAs are switched off. An administrator can switch them on under Modules.")
        )


def quantities_given(items: Sequence[Asked | Arrived]) -> None:
    """Raise BadInput when there is no item or a quantity is not above zero."""
    if not items:
        raise BadInput("no_lines", N_("Choose at least one line."), field="lines")
    for n, one in enumerate(items):
        if one.quantity <= 0:
            raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"lines.{n}.quantity")


def read_items(pairs: Sequence[tuple[int, Asked]]) -> list[Asked]:
    """What items mean, each with its customer; raises BadInput when there is none or a quantity is not above zero."""
    items = [item for _, item in pairs]
    quantities_given(items)
    for n, one in enumerate(items):
        tidy(one.reason, field=f"lines.{n}.reason", most=500, needed=False)
        tidy(one.serial, field=f"lines.{n}.serial", most=100, needed=False)
    return reads.resolved(pairs)


def wish_of(
    customer: Callable[[Truth], None],
    asked: Sequence[Asked],
    *units: Callable[[Truth], None],
    sheets: Sequence[int] = (),
) -> Wish:
    """What is locked and read of goods that customers send back.

    customer: how those are read; units: how the goods are, one by one.
    """
    lines = sorted({one.line for one in asked if one.line is not None})
    named = {one.product for one in asked if one.product is not None}

    def products(truth: Truth) -> set[int]:
        return demand.line_products(truth) | named

    def read_products(truth: Truth) -> None:
        demand.read_these_products(products(truth))(truth)

    return Wish(
        documents=[
            (Sheet, demand.documents_of(lines)),
            *([(Sheet, sheets)] if sheets else []),
            (Device, [one.device for one in asked if one.device is not None]),
            *reads.invoices(lines),
        ],
        first=demand.read_lines(lines),
        products=products,
        claims=demand.line_ids,
        loose=True,
        incoming=("invoiced",),
        reads=(
            customer,
            read_products,
            *units,
            devices.read_sales,
            devices.read_policies,
            reads.read_delivered,
            read_invoice_lines,
            demand.read_taxes_of_lines,
            reads.read_homes,
            reads.read_asked,
        ),
    )


def approve(*, actor: Actor, rma: int, reason: str = "", key: str | None = None) -> Written:
    """Allow goods to come back; without a day of its own, within the days that the company grants.

    reason: what made the claim good, where somebody says it.
    """
    require(actor, "returns.approve")
    reason = tidy(reason, field="reason", most=500, needed=False)
    plan = partial(rules.plan_approve, rma=rma, reason=reason)
    return _decide(actor, "approve_return", rma, plan, key, reason)


def deny(*, actor: Actor, rma: int, reason: str, key: str | None = None) -> Written:
    """Refuse to take goods back, with a reason."""
    require(actor, "returns.approve")
    reason = tidy(reason, field="reason", most=500)
    return _decide(actor, "deny_return", rma, partial(rules.plan_deny, rma=rma, reason=reason), key, reason)


def close(*, actor: Actor, rma: int, key: str | None = None) -> Written:
    """Close a return of which nothing is with us any more."""
    require(actor, "returns.close")
    out = bool(ahead.lines_of([rma]))
    return post(
        "close_return",
        Wish(
            documents=[
                (Rma, [rma]),
                *([(RmaLine, reads.lines_of([rma]))] if out else []),
                *(ahead.documents_of(rma) if out else []),
            ],
            places=_places,
            reads=(reads.read_rmas, *((reads.read_received,) if out else ())),
        ),
        partial(rules.plan_close, rma=rma),
        actor=actor,
        key=key,
    )


def _places(truth: Truth) -> list[int]:
    return reads.rma_places(truth)


def _decide(actor: Actor, verb: str, rma: int, plan: Planner, key: str | None, reason: str = "") -> Written:
    wish = Wish(documents=[(Rma, [rma]), (RmaLine, reads.lines_of([rma]))], reads=(reads.read_rma_days,))
    return post(verb, wish, plan, actor=actor, key=key, reason=reason)
