"""Pick lists: one walk for each location and destination."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from wharfinger.base.refusal import N_, Refusal
from wharfinger.demand.models import Line
from wharfinger.documents.queries.lines import described, quantity_of
from wharfinger.documents.queries.parties import address, company
from wharfinger.documents.shapes import Address, Company, PickList, PickRow
from wharfinger.ledger.models import Holding
from wharfinger.parties.models import Site
from wharfinger.stock.models import Bin, Location


def pick_lists(lines: Sequence[int], on: date) -> tuple[PickList, ...]:
    """What waits in the bins for these lines, in walking order; raises Refusal when nothing does.

    on: the day that stands on the lists.
    """
    held = list(
        Holding.objects.filter(claim_id__in=lines, kind="bin", quantity__gt=0)
        .select_related("lot", "product", "place")
        .order_by("place__sequence", "place_id", "product__sku", "lot__expires_on", "lot_id")
    )
    if not held:
        raise Refusal(
            "nothing_to_pick",
            N_("Nothing is reserved in a bin for these lines. Reserve or receive the goods first."),
        )
    known = {line.pk: line for line in _lines(h.claim_id for h in held)}
    bins = {
        one.place_id: one
        for one in Bin.objects.filter(place__in=[h.place_id for h in held]).select_related("location")
    }
    walks: dict[tuple[int, int], list[Holding]] = {}
    for holding in held:
        at = bins[holding.place_id].location_id, known[holding.claim_id].site_id or 0
        walks.setdefault(at, []).append(holding)
    us = company()
    return tuple(_walk(us, goods, known, bins, on) for _at, goods in sorted(walks.items()))


def _lines(claims: Iterable[int]) -> Iterable[Line]:
    return Line.objects.filter(pk__in=set(claims)).select_related(
        "sheet", "order", "organization", "site__organization"
    )


def _walk(
    us: Company, goods: Sequence[Holding], lines: dict[int, Line], bins: dict[int, Bin], on: date
) -> PickList:
    first = lines[goods[0].claim_id]
    location: Location = bins[goods[0].place_id].location
    rows: dict[tuple[int, int, int], list[Holding]] = {}
    for holding in goods:
        rows.setdefault((holding.place_id, holding.product_id, holding.claim_id), []).append(holding)
    orders = tuple(dict.fromkeys(order_number(lines[holding.claim_id]) for holding in goods))
    promised = [
        line.promised_on for line in (lines[holding.claim_id] for holding in goods) if line.promised_on
    ]
    return PickList(
        company=us,
        number=orders[0] if len(orders) == 1 else "",
        dated=on,
        location=location.name,
        destination=destination_of(first),
        rows=tuple(
            _row(lines[claim], bins[place], units) for (place, _product, claim), units in rows.items()
        ),
        orders=orders,
        needed_on=min(promised, default=None),
    )


def _row(line: Line, at: Bin, goods: Sequence[Holding]) -> PickRow:
    product = goods[0].product
    return PickRow(
        bin=at.name,
        title=product.name,
        sku=product.sku,
        quantity=quantity_of(product, sum(holding.quantity for holding in goods)),
        serials=tuple(holding.lot.code for holding in goods if holding.lot.code),
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
