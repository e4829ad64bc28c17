"""Pick lists: one walk for each location and destination, of what waits and of what was picked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from wharfinger.base.refusal import N_, NotThere, Refusal
from wharfinger.demand.models import Line
from wharfinger.documents.queries.lines import described, quantity_of
from wharfinger.documents.queries.parties import address, company
from wharfinger.documents.shapes import Address, Company, PickList, PickRow
from wharfinger.fulfilment.queries import runs
from wharfinger.ledger.models import Holding, Move
from wharfinger.parties.models import Site
from wharfinger.stock.models import Bin, Location

GONE = ("in_transit", "customer", "rented")
TAKEN = ("picked", "container", *GONE)
"""Where goods go that somebody takes out of a bin for a line."""


@dataclass(slots=True)
class Taken:
    """So much of what stands, or stood, in a bin for a line."""

    holding: Any
    line: int
    units: int
    by: Any = None
    """Who took it."""


def pick_lists(lines: Sequence[int], on: date) -> tuple[PickList, ...]:
    """What waits in the bins for these lines, in walking order; raises Refusal when nothing does.

    on: the day that stands on the lists.
    """
    held = (
        Holding.objects.filter(claim_id__in=lines, kind="bin", quantity__gt=0)
        .select_related("lot", "product", "place")
        .order_by("place__sequence", "place_id", "product__sku", "lot__expires_on", "lot_id")
    )
    waits = [Taken(holding, holding.claim_id, holding.quantity) for holding in held]
    if not waits:
        raise Refusal(
            "nothing_to_pick",
            N_("Nothing is reserved in a bin for these lines. Reserve or receive the goods first."),
        )
    return _by_walk(waits, on)


def picked_lists(lines: Sequence[int], on: date) -> tuple[PickList, ...]:
    """What is gone for these lines, from bin to bin as it was picked; raises Refusal when nothing was.

    What never stood in a bin, as a service, is named at the end of the list of its destination.
    """
    gone = Holding.objects.filter(claim_id__in=lines, kind__in=GONE, quantity__gt=0)
    left: dict[int, Counter[int]] = {}
    for claim, lot, units in gone.values_list("claim_id", "lot_id", "quantity"):
        left.setdefault(claim, Counter())[lot] += units
    taken = _as_picked(left)
    if not taken:
        raise Refusal(
            "nothing_was_picked",
            N_("Nothing of these lines was taken out of a bin, so there is no pick list of it."),
        )
    never = _lines(claim for claim, lots in left.items() if lots.total())
    return _by_walk(taken, on, list(never), done=True)


def _as_picked(left: dict[int, Counter[int]]) -> list[Taken]:
    """How what is gone was picked; what is left of it afterwards was never picked.

    Where goods got their numbers only when they left, they are told by how many there are.
    """
    back = Move.objects.filter(reverses=OuterRef("pk")).order_by().values("reverses")
    moves = list(
        Move.objects.filter(
            target__claim__in=left, source__kind="bin", target__kind__in=TAKEN, reverses__isnull=True
        )
        .annotate(left=F("quantity") - Coalesce(Subquery(back.annotate(n=Sum("quantity")).values("n")), 0))
        .filter(left__gt=0)
        .select_related("source__lot", "source__product", "source__place", "target", "entry__actor")
        .order_by("source__place__sequence", "source__place_id", "source__product__sku", "pk")
    )
    taken = []
    for numbered in (True, False):
        for move in moves:
            lots = left[move.target.claim_id]
            for lot in [move.target.lot_id] if numbered else list(lots):
                part = min(move.left, lots[lot])
                if part:
                    taken.append(Taken(move.source, move.target.claim_id, part, move.entry.actor))
                    lots[lot] -= part
                    move.left -= part
    place = {move.source.place_id: n for n, move in enumerate(moves)}
    return sorted(taken, key=lambda one: place[one.holding.place_id])


def run_list(pk: int, on: date) -> PickList:
    """What is still to be taken in a pick run, each row with its tote; raises Refusal when nothing is."""
    run = runs.runs().filter(pk=pk).select_related("location").first()
    if run is None:
        raise NotThere("no_such_document", N_("There is no such document."))
    stops = runs.stops_of([run], runs.tasks_of([run])).get(pk, [])
    if not stops:
        raise Refusal("nothing_to_pick_in_run", N_("Nothing is left to be taken in this run."))
    promised = [stop.line.promised_on for stop in stops if stop.line.promised_on]
    return PickList(
        company=company(),
        number=run.number,
        dated=on,
        location=run.location.name,
        destination=Address(run.location.name),
        rows=tuple(
            PickRow(
                bin=stop.bin_name,
                title=stop.product.name,
                sku=stop.product.sku,
                quantity=quantity_of(stop.product, stop.units),
                batch=stop.batch.code if stop.batch else "",
                expires_on=stop.batch.expires_on if stop.batch else None,
                serials=tuple(stop.codes),
                order=order_number(stop.line),
                note=described(stop.product, stop.line.description),
                tote=str(stop.tote),
            )
            for stop in stops
        ),
        orders=tuple(dict.fromkeys(order_number(stop.line) for stop in stops)),
        needed_on=min(promised, default=None),
    )


def _lines(claims: Iterable[int]) -> Iterable[Line]:
    return Line.objects.filter(pk__in=set(claims)).select_related(
        "sheet", "order", "product", "organization", "site__organization"
    )


def _by_walk(
    taken: Sequence[Taken], on: date, never: Sequence[Line] = (), *, done: bool = False
) -> tuple[PickList, ...]:
    """One list for each location and destination; never: lines beside it of which nothing was picked."""
    known = {line.pk: line for line in _lines(one.line for one in taken)}
    places = {one.holding.place_id for one in taken}
    bins = {one.place_id: one for one in Bin.objects.filter(place__in=places).select_related("location")}
    walks: dict[tuple[int, int], list[Taken]] = {}
    for one in taken:
        at = bins[one.holding.place_id].location_id, known[one.line].site_id or 0
        walks.setdefault(at, []).append(one)
    us = company()
    last = {site: at for at, site in sorted(walks)}
    beside: dict[tuple[int, int], list[str]] = {}
    for line in never:
        site = line.site_id or 0
        site = site if site in last else min(last)
        beside.setdefault((last[site], site), []).append(line.description)
    return tuple(
        replace(
            _walk(us, goods, known, bins, on),
            done=done,
            beside=tuple(beside.get(at, ())),
            picked_by=tuple(dict.fromkeys(str(one.by) for one in goods if one.by)),
        )
        for at, goods in sorted(walks.items())
    )


def _walk(
    us: Company, goods: Sequence[Taken], lines: dict[int, Line], bins: dict[int, Bin], on: date
) -> PickList:
    first = lines[goods[0].line]
    location: Location = bins[goods[0].holding.place_id].location
    rows: dict[tuple[int, int, int, str], list[Taken]] = {}
    for one in goods:
        at = one.holding.place_id, one.holding.product_id, one.line, _batch(one)
        rows.setdefault(at, []).append(one)
    orders = tuple(dict.fromkeys(order_number(lines[one.line]) for one in goods))
    promised = [line.promised_on for line in (lines[one.line] for one in goods) if line.promised_on]
    return PickList(
        company=us,
        number=orders[0] if len(orders) == 1 else "",
        dated=on,
        location=location.name,
        destination=destination_of(first),
        rows=tuple(
            _row(lines[claim], bins[place], units) for (place, _product, claim, _of), units in rows.items()
        ),
        orders=orders,
        needed_on=min(promised, default=None),
    )


def _batch(one: Taken) -> str:
    """The number of its batch; nothing where units are numbered each, or not at all."""
    return "" if one.holding.lot.serial else str(one.holding.lot.code)


def _row(line: Line, at: Bin, goods: Sequence[Taken]) -> PickRow:
    product = goods[0].holding.product
    return PickRow(
        bin=at.name,
        title=product.name,
        sku=product.sku,
        quantity=quantity_of(product, sum(one.units for one in goods)),
        batch=_batch(goods[0]),
        expires_on=goods[0].holding.lot.expires_on,
        serials=tuple(one.holding.lot.code for one in goods if one.holding.lot.serial),
        order=order_number(line),
        note=described(product, line.description),
    )


def order_number(line: Line) -> str:
    """The number people know a line's goods by: its sales order's, or that of the work it is charged to."""
    return (line.order or line.sheet).number


def destination_of(line: Line) -> Address:
    """Where the goods of a line go."""
    site: Site | None = line.site
    return address(site.organization if site else line.organization, site)
