"""Reads of requests to give way: who asks for which goods, and what of them is still held and still wanted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_, BadInput
from wharfinger.demand.models import Line
from wharfinger.demand.queries import quantities
from wharfinger.demand.queries.holding import Reserved, held_of
from wharfinger.demand.rules import COVER_ORDER
from wharfinger.ledger.models import Holding
from wharfinger.sales.models import HoldRequest
from wharfinger.sales.queries.holding import ahead_places
from wharfinger.stock.models import Location

OPEN = Q(given_at__isnull=True, kept_at__isnull=True)
MOST = 100
"""More lines that could be asked for than this are found by their document, whose panel leads here."""
_NAMED = ("asking__sheet__organization", "holding__sheet__organization", "holding__product", "asked_by")
_AT = ("place__location", "place__purchase_line__purchase_order", "place__transfer_order")


def requests() -> QuerySet[HoldRequest, HoldRequest]:
    """Every request that was not taken back."""
    return HoldRequest.objects.filter(void__isnull=True)


def named() -> QuerySet[HoldRequest, HoldRequest]:
    """The same with all that is told of them."""
    return requests().select_related(*_NAMED, *_AT)


def asked_of(user: int) -> Q:
    """Those for a person to answer: of documents that are theirs, or nobody's."""
    mine = Q(holding__sheet__owner=user) | Q(holding__order__owner=user)
    return mine | Q(holding__sheet__work_order__lead=user) | Q(holding__sheet__owner__isnull=True)


def waiting(user: int) -> QuerySet[HoldRequest, HoldRequest]:
    """What a person is asked for and has not answered."""
    return requests().filter(OPEN, asked_of(user))


@dataclass(frozen=True, slots=True)
class Still:
    """What of a request still stands, in units of the product."""

    held: int
    wanted: int


def still(rows: Iterable[HoldRequest]) -> dict[int, Still]:
    """What the one line still holds where it was asked for, and the other still wants; two statements."""
    found = list(rows)
    held: dict[tuple[int, int | None], int] = {}
    claims = sorted({row.holding_id for row in found})
    for one in held_of(claims) if claims else ():
        for place in (one.place, None):
            held[one.line, place] = held.get((one.line, place), 0) + one.quantity
    figures = quantities({row.asking_id for row in found}) if found else {}
    return {
        row.pk: Still(held.get((row.holding_id, row.place_id), 0), _wants(figures[row.asking_id]))
        for row in found
    }


def _wants(figures: dict[str, int]) -> int:
    return sum(figures[name] for name in ("wanted", "to_approve", "to_order"))


def holder(line: int) -> Line | None:
    """The line that holds goods, with its document; none where there is no such line."""
    found = Line.objects.filter(pk=line, void__isnull=True, removed_at__isnull=True)
    return found.select_related("sheet__organization", "product").first()


def wanting(product: int, *, besides: int, user: int) -> list[tuple[Line, int]]:
    """Lines that want a product, with how much; those of a person's own documents first. besides: not of this one."""
    open_wishes = Holding.objects.filter(
        product=product, kind__in=COVER_ORDER, claim__gt=0, quantity__gt=0
    ).values("claim")
    rows = (
        Line.objects.filter(pk__in=open_wishes, void__isnull=True, removed_at__isnull=True)
        .exclude(sheet=besides)
        .select_related("sheet__organization")
        .order_by("-pk")[:MOST]
    )
    lines = sorted(rows, key=lambda line: line.sheet.owner_id != user)
    figures = quantities([line.pk for line in lines])
    return [(line, _wants(figures[line.pk])) for line in lines]


def places_of(held: Sequence[Reserved]) -> dict[int | None, int]:
    """How many units stand at each place, and of all places together."""
    found: dict[int | None, int] = {}
    for one in held:
        for place in (one.place, None):
            found[place] = found.get(place, 0) + one.quantity
    return found


def shown(rows: Iterable[HoldRequest]) -> list[dict[str, Any]]:
    """Requests as the API shows them."""
    found = list(rows)
    left = still(found)
    return [_shown(row, left[row.pk]) for row in found]


def _shown(row: HoldRequest, left: Still) -> dict[str, Any]:
    decimals = row.holding.product.quantity_decimals
    place: Any = row.place
    return {
        "id": row.pk,
        "product": row.holding.product_id,
        "line": row.asking_id,
        "subject": row.asking.sheet.subject_name,
        "holding": row.holding_id,
        "holder": row.holding.sheet.subject_name,
        "quantity": plain(row.quantity, decimals),
        "location": _of(place, "location"),
        "purchase_line": _of(place, "purchase_line"),
        "transfer": _of(place, "transfer_order"),
        "note": row.note,
        "asked_by": row.asked_by_id,
        "asked_at": _said(row.asked_at),
        "still_held": plain(left.held, decimals),
        "still_wanted": plain(left.wanted, decimals),
        "given_at": _said(row.given_at),
        "kept_at": _said(row.kept_at),
        "answer": row.answer,
    }


def _of(place: Any, noun: str) -> int | None:
    owner = getattr(place, noun, None)
    return owner.pk if owner is not None else None


def _said(value: Any) -> str | None:
    return value.isoformat() if value is not None else None


def decimals_of(line: int) -> int:
    """The decimals in which a line's product is counted; none where there is no such line."""
    return Line.objects.filter(pk=line).values_list("product__quantity_decimals", flat=True).first() or 0


def place_of(location: int | None, purchase_line: int | None, transfer: int | None) -> int | None:
    """The place that a caller names, of a location or of what has yet to arrive; raises BadInput."""
    if sum(one is not None for one in (location, purchase_line, transfer)) > 1:
        raise BadInput(
            "one_place", N_("Name a location, a line of a purchase order, or a transfer."), field="location"
        )
    (ahead,) = ahead_places([purchase_line], [transfer])
    if location is None:
        return ahead
    place = Location.objects.filter(pk=location).values_list("place_id", flat=True).first()
    if place is None:
        raise BadInput("no_such_location", N_("There is no such location."), field="location")
    return place
