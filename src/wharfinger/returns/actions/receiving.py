"""Take goods back: by an RMA, or without one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import same, tidy
from wharfinger.billing.actions.keeping_back import check_kept
from wharfinger.billing.queries.fees import read_kept
from wharfinger.billing.queries.truth import read_invoice_lines
from wharfinger.billing.rules.keeping_back import Kept
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.demand.queries.standing import read_customer, read_customers, read_standing
from wharfinger.devices.queries import truth as devices
from wharfinger.devices.queries.about import read_about
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.returns.actions.requesting import quantities_given, read_items, wish_of
from wharfinger.returns.models import Rma, RmaLine
from wharfinger.returns.queries import ahead
from wharfinger.returns.queries import truth as reads
from wharfinger.returns.queries.along import sorted_out
from wharfinger.returns.queries.parts import Along, parts_along
from wharfinger.returns.queries.sources import opened
from wharfinger.returns.queries.swapping import customer_of
from wharfinger.returns.rules import receiving as rules
from wharfinger.returns.rules.allowed import overruled
from wharfinger.returns.rules.on_job import at_devices, check_devices, plan_return_on_job
from wharfinger.returns.rules.receiving import Arrived, Brought, Returned
from wharfinger.returns.rules.requesting import Asked
from wharfinger.stock.queries.truth import read_lots
from wharfinger.work.models import WorkOrder


def receive(
    *,
    actor: Actor,
    rma: int,
    items: Sequence[Arrived],
    parts: bool = True,
    received_on: date | None = None,
    key: str | None = None,
) -> Written:
    """Take goods of an RMA in: more, fewer or other than asked for, never more than were delivered.

    What names but its product is of the lines by which the customer got it; what nobody knows, and what is said to be
    not from us, waits on a line of its own. A device leaves its customer with its parts, unless it comes only to be
    repaired; one in use is refused. parts: whether they come along, on lines of their own; those that stay belong to
    it no longer.
    """
    require(actor, "returns.receive")
    quantities_given(items)
    known = {line.pk: line for line in RmaLine.objects.filter(rma=rma, void__isnull=True)}
    charged = ahead.lines_of([rma], charged=True)
    items = sorted_out(rma, items, known)
    if parts:
        items = [*items, *_parts_arriving(rma, items, known)]
    lines = sorted({*reads.claims_of([rma]), *charged, *(one.line for one in items if one.line is not None)})
    codes = [
        (product, code)
        for one in items
        for product in [known[one.rma_line].product_id if one.rma_line in known else one.product]
        if product is not None
        for code in one.serials
    ]

    def products(truth: Truth) -> set[int]:
        return (
            demand.line_products(truth)
            | {line.product_id for line in known.values()}
            | {one.product for one in items if one.product is not None}
        )

    return post(
        "receive_return",
        Wish(
            documents=[
                (Sheet, demand.documents_of(lines)),
                (Rma, [rma]),
                (RmaLine, reads.lines_of([rma])),
                *(ahead.documents_of(rma) if charged else []),
                *(reads.invoices(charged) if charged else []),
            ],
            first=demand.read_lines(lines),
            products=products,
            claims=demand.line_ids,
            loose=True,
            incoming=("invoiced",) if charged else (),
            reads=(
                read_lots(codes),
                devices.read_units(_with_codes(line.lot_id for line in known.values())),
                devices.read_devices(reads.lots_here),
                devices.read_subscriptions,
                demand.read_taxes_of_lines,
                reads.read_homes,
                reads.read_rmas,
                *((read_invoice_lines, reads.read_received) if charged else ()),
            ),
        ),
        partial(rules.plan_receive, rma=rma, items=tuple(items), charged=bool(charged)),
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
    parts: bool = True,
    received_on: date | None = None,
    kept: Sequence[Kept] = (),
    key: str | None = None,
) -> Written:
    """Take goods back without an RMA; restocked and credited in the same entry where the person says so.

    Of an item that names but its product, what the customer got last comes back first. The rules of RMAs
    hold as well; overrule: why it comes back although they refuse it. Parts of a device come back with it and become
    what it becomes, unless ``parts`` says otherwise; those that stay belong to it no longer.
    """
    require(actor, "returns.receive")
    overrule = overruled(overrule, actor=actor)
    brought = Brought(organization, tuple(items), location, tidied(reason), overrule)
    check_kept(kept)
    (resolved,) = _resolved(actor, [brought], parts=parts)
    wish = _wish([resolved], read_customer(organization))
    return post(
        "receive_return",
        replace(wish, reads=(*wish.reads, read_kept(kept))),
        partial(
            rules.plan_return, brought=resolved, may_credit=actor.may("billing.credit"), kept=tuple(kept)
        ),
        actor=actor,
        key=key,
        reason=reason,
        effective_on=received_on,
    )


def take_back_on_job(
    *,
    actor: Actor,
    job: int,
    devices: Sequence[int],
    outcome: str = "",
    credit: bool = True,
    reason: str = "",
    overrule: str = "",
    parts: bool = True,
    received_on: date | None = None,
    key: str | None = None,
) -> Written:
    """Do a job of scope return: the devices that it names come back, as they do without an RMA."""
    require(actor, "returns.receive")
    check_devices(devices)
    overrule = overruled(overrule, actor=actor)
    if not credit and not reason.strip():
        raise BadInput("reason_wanted", N_("Say why these goods are not credited."), field="reason")
    customer = customer_of(job)
    items = tuple(Returned(Asked(device=one), outcome=outcome, credit=credit) for one in devices)
    with at_devices(devices):
        brought = Brought(customer, items, None, tidied(reason), overrule)
        (resolved,) = _resolved(actor, [brought], parts=parts)
        wish = _wish([resolved], read_customer(customer))
        return post(
            "receive_return",
            replace(
                wish,
                documents=[*wish.documents, (Sheet, [job]), (WorkOrder, [job])],
                reads=(*wish.reads, read_standing, read_about(job)),
            ),
            partial(
                plan_return_on_job,
                job=job,
                devices=tuple(devices),
                brought=resolved,
                may_credit=actor.may("billing.credit"),
            ),
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


def _resolved(actor: Actor, brought: Sequence[Brought], *, parts: bool = True) -> list[Brought]:
    """What customers bring back, each item with the line by which they got it, and the parts of devices behind it."""
    if any(item.outcome for one in brought for item in one.items):
        require(actor, "returns.inspect")
    named = iter(opened([(one.organization, item.asked) for one in brought for item in one.items]))
    brought = [
        replace(one, items=tuple(replace(item, asked=asked) for item in one.items for asked in next(named)))
        for one in brought
    ]
    bought = reads.bought(
        (one.organization, item.asked.product)
        for one in brought
        for item in one.items
        if item.asked.product is not None and rules.any_of_them(item)
    )
    inside = reads.parts_of(item.asked.line for one in brought for item in one.items)
    codes = [code for one in brought for item in one.items for code in (*item.serials, item.asked.serial)]
    units = reads.lines_of_units(inside, codes)
    spread = [
        (one, rules.opened(rules.spread(one.items, bought.get(one.organization, {})), inside, units))
        for one in brought
    ]
    asked = iter(read_items([(one.organization, item.asked) for one, items in spread for item in items]))
    found = [
        replace(one, items=tuple(replace(item, asked=next(asked)) for item in items)) for one, items in spread
    ]
    return _with_parts(found) if parts else found


def _with_parts(brought: Sequence[Brought]) -> list[Brought]:
    """What customers bring, and behind it the parts of each device, which become what it becomes."""
    coming = [item for one in brought for item in one.items if item.asked.type != "repair"]
    anyhow: dict[int, int] = {}
    for item in coming:
        if item.asked.line is not None and item.asked.lot is None and not item.serials:
            anyhow[item.asked.line] = anyhow.get(item.asked.line, 0) + item.asked.quantity
    along = parts_along(
        {one.organization for one in brought},
        lots={item.asked.lot for item in coming if item.asked.lot is not None},
        codes={code for item in coming for code in item.serials},
        lines=anyhow,
    )
    further = [
        (
            n,
            replace(
                item, asked=Asked(device=each.part.device, reason=item.asked.reason), serials=(), row=item.row
            ),
        )
        for each in along
        for n, one in enumerate(brought)
        if one.organization == each.organization
        for item in one.items
        if _is_of(item, each)
    ]
    if not further:
        return list(brought)
    asked = iter(read_items([(brought[n].organization, item.asked) for n, item in further]))
    more: dict[int, list[Returned]] = {}
    for n, item in further:
        more.setdefault(n, []).append(replace(item, asked=next(asked)))
    return [replace(one, items=(*one.items, *more.get(n, ()))) for n, one in enumerate(brought)]


def _is_of(item: Returned, along: Along) -> bool:
    """Whether this is what a part comes along with."""
    named = item.asked.lot == along.lot or along.code in {same(code) for code in item.serials}
    return named or (along.line is not None and item.asked.line == along.line)


def _parts_arriving(rma: int, items: Sequence[Arrived], known: Mapping[int, RmaLine]) -> list[Arrived]:
    """The parts of an RMA's devices that come along, as far as they are not asked for by themselves."""
    repaired = {pk for pk, line in known.items() if line.type == "repair"}
    coming = [one for one in items if one.rma_line not in repaired]
    lines = [known[pk] for pk in (one.rma_line for one in coming) if pk is not None and pk in known]
    along = parts_along(
        list(Rma.objects.filter(pk=rma).values_list("organization_id", flat=True)),
        lots={line.lot_id for line in lines if line.lot_id is not None},
        codes={code for one in coming for code in one.serials},
        lines={},
    )
    asked = {line.lot_id for line in known.values()}
    alike = {(line.product_id, line.line_id) for line in known.values() if line.lot_id is None}
    return [
        Arrived(1, serials=(part.code,), line=part.claim or None, product=part.product)
        for part in (one.part for one in along)
        if part.lot not in asked and (part.product, part.claim or None) not in alike
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
