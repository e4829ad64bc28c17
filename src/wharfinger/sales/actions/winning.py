"""Win a quote, and see beforehand what winning it would do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from types import MappingProxyType

from django.db.models import Max

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import Refusal
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.queries.standing import read_standing
from wharfinger.ledger.look import Wish
from wharfinger.ledger.models import Entry, Fact
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import dry, post
from wharfinger.ledger.write import Written
from wharfinger.sales.actions.quotes import read_deal
from wharfinger.sales.models import Order, Quote
from wharfinger.sales.queries.holding import (
    ahead_documents,
    ahead_of,
    come_from,
    default_vendors,
    free_at,
    read_ended,
)
from wharfinger.sales.rules import win as rules
from wharfinger.sales.rules.win import Into

Each = Mapping[int, Into | None]

TO_GET = ("to_order", "to_approve", "demand")
"""The wishes for goods that somebody has yet to find."""


@dataclass(frozen=True, slots=True)
class Source:
    """So many units that come from one place."""

    kind: str
    """``bin``, ``on_order`` or ``transfer``; else the wish that they are: ``to_order``, ``to_approve``, …"""
    units: int
    where: str = ""
    """The bin and its location, the number of the purchase order or transfer, the location where they are free, or the
    vendor they are ordered from."""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class WonLine:
    """What becomes of one quoted line, in units of its product."""

    line: int
    """The line of the quote."""
    product: int
    quantity: int
    from_stock: int
    to_order: int
    to_approve: int
    ready: int
    waiting: int
    """Wanted and not procured: it waits until somebody reserves it."""
    on_order: int = 0
    sources: tuple[Source, ...] = ()
    """Where each of these units will come from."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What winning a quote does, seen before it is done."""

    order: bool
    lines: tuple[WonLine, ...]
    work: tuple[str, ...] = ()
    """The kinds of work that are made anew for it, one of each."""


def win(
    *,
    actor: Actor,
    quote: int,
    into: Into | None = None,
    each: Each = MappingProxyType({}),
    anyway: bool = False,
    key: str | None = None,
) -> Written:
    """Win a quote in one entry; who comes second is answered with the same order, and by whom it was won.

    into: the ticket, project, contract or job on which it is charged, else the order alone; each: lines that go
    elsewhere than the rest; anyway: whether somebody said yes to a quote that has expired.
    """
    require(actor, "sales.win")
    try:
        return _post(actor, quote, into, each, anyway, key)
    except Refusal as refusal:
        if refusal.code != "already_won":
            raise
        return _won_before(quote)


def picture(
    *, actor: Actor, quote: int, into: Into | None = None, each: Each = MappingProxyType({})
) -> Picture:
    """Show what winning would do, line by line, and do nothing."""
    require(actor, "sales.win")

    def act() -> Picture:
        made = _post(actor, quote, into, each, True, None)
        claims = made.made["ledger.Claim"]
        figures = demand.quantities(claims)
        first = Sheet.objects.values_list("location_id", flat=True).get(pk=quote)
        sources = sources_of(claims, first)
        lines = Line.objects.filter(pk__in=claims).order_by("came_from__position", "pk")
        won = tuple(_won(line, figures[line.pk], sources.get(line.pk, ())) for line in lines)
        fresh = Sheet.objects.filter(pk__in=made.made.get("work.WorkOrder", ())).order_by("pk")
        return Picture("sales.Order" in made.made, won, tuple(fresh.values_list("kind", flat=True)))

    return dry(act)


def sources_of(claims: Sequence[int], first: int | None = None) -> dict[int, tuple[Source, ...]]:
    """Where the units of these lines come from, in four statements however many.

    What has to be got comes from where it is free, as far as it is, and from the vendor beyond that.
    first: the location whose goods are taken before those of others.
    """
    found: dict[int, list[Source]] = defaultdict(list)
    rows = come_from(claims)
    vendors = default_vendors(row.product for row in rows if row.kind in ("to_order", "to_approve"))
    free = free_at({row.product for row in rows if row.kind in TO_GET}, first)
    for row in rows:
        left = row.units
        for shelf in free.get(row.product, ()) if row.kind in TO_GET else ():
            if part := min(left, shelf.units):
                found[row.claim].append(Source(row.kind, part, shelf.location))
                shelf.units -= part
                left -= part
        if left:
            where = row.where or vendors.get(row.product, "")
            found[row.claim].append(Source(row.kind, left, where, row.on))
    return {claim: tuple(sources) for claim, sources in found.items()}


def _won(line: Line, figures: dict[str, int], sources: tuple[Source, ...]) -> WonLine:
    assert line.came_from_id is not None
    return WonLine(
        line=line.came_from_id,
        product=line.product_id,
        quantity=line.quantity,
        from_stock=figures["reserved"],
        to_order=figures["to_order"],
        to_approve=figures["to_approve"],
        ready=figures["ready"],
        waiting=figures["wanted"],
        on_order=figures["on_order"],
        sources=sources,
    )


def _post(actor: Actor, quote: int, into: Into | None, each: Each, anyway: bool, key: str | None) -> Written:
    homes = (into, *each.values())
    work_orders = sorted({home.work_order for home in homes if home is not None and home.work_order})
    ahead = ahead_of(quote)
    return post(
        "win",
        Wish(
            documents=[(Sheet, [quote, *work_orders]), (Quote, [quote]), *ahead_documents(ahead)],
            first=_read_both(quote, work_orders),
            products=demand.line_products,
            claims=lambda truth: [*demand.line_ids(truth), *(line.pk for line in truth.read["charged"])],
            places=ahead,
            free=True,
            loose=True,
            reads=(
                demand.read_products,
                demand.read_routing,
                read_standing,
                demand.read_claims,
                read_ended,
                read_deal(quote),
            ),
            falls_to=demand.falls_to,
        ),
        partial(rules.plan_win, quote=quote, into=into, each=dict(each), anyway=anyway),
        actor=actor,
        key=key,
    )


def _read_both(quote: int, work_orders: Sequence[int]) -> Callable[[Truth], None]:
    """Read the quote's lines, and what work orders are charged with already: approval looks at all of it."""

    def read(truth: Truth) -> None:
        demand.read_lines_of(quote)(truth)
        truth.read["charged"], truth.read["last_position"] = [], {}
        if work_orders:
            wanted = demand.line_products(truth)
            here = Line.objects.filter(sheet_id__in=work_orders, void__isnull=True, removed_at__isnull=True)
            truth.read["charged"] = list(here.filter(product_id__in=wanted).order_by("pk"))
            last = here.values_list("sheet_id").annotate(last=Max("position"))
            truth.read["last_position"] = dict(last.order_by("sheet_id"))

    return read


def _won_before(quote: int) -> Written:
    """The entry by which the quote was won, and what it made."""
    fact = (
        Fact.objects.filter(subject=f"quote:{quote}", field="won_at").exclude(new="null").order_by("-pk")[0]
    )
    orders = Order.objects.filter(quote_id=quote, sheet__made_id=fact.entry_id).values_list("pk", flat=True)
    claims = Line.objects.filter(made_id=fact.entry_id).order_by("pk").values_list("pk", flat=True)
    sheets = Sheet.objects.filter(made_id=fact.entry_id).order_by("pk").values_list("pk", flat=True)
    made = {"ledger.Claim": list(claims), "demand.Sheet": list(sheets)}
    if orders:
        made["sales.Order"] = list(orders)
    return Written(Entry.objects.get(pk=fact.entry_id), made, replayed=True)
