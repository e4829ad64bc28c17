"""Who holds goods and until when, what arrives, and so: why somebody cannot have what they asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Q, Sum

from wharfinger.base import clock
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import Arrival, Holder, Refusal, Remedy
from wharfinger.catalog.models import Product
from wharfinger.catalog.queries import substitutes_of
from wharfinger.ledger.models import Claim, Holding, Move
from wharfinger.stock.models import Location
from wharfinger.stock.queries.buildable import buildable
from wharfinger.stock.queries.figures import available

HELD = ("bin", "picked", "container")
SHORT = frozenset({"not_enough", "not_ready"})
"""The refusals in which goods lack that somebody else holds; others state figures of another matter."""
MOST = 20
"""More holders or arrivals than this help nobody who reads a refusal."""


class Hold(NamedTuple):
    """Goods at hand that a line holds, or that are promised to it by a vendor."""

    product: int
    line: int
    subject: str
    """The document that the line is on, ``order:17``."""
    organization: str
    kind: str
    location: int | None
    quantity: int
    until: datetime | None


def holds(
    products: Iterable[int],
    *,
    kinds: Sequence[str] = HELD,
    location: int | None = None,
    most: int | None = None,
) -> list[Hold]:
    """Who holds goods of these products, the largest first; holds that have expired count no more.

    location: the place of a location to stay within.
    """
    found = (
        Holding.objects.filter(
            product_id__in=list(products), kind__in=kinds, quantity__gt=0, owned=True, claim__gt=0
        )
        .exclude(claim__hold_until__lte=clock.now(), kind="bin")
        .values("product_id", "claim_id", "kind", "place__parent_id")
        .annotate(units=Sum("quantity"))
        .order_by("-units", "claim_id")
    )
    if location is not None:
        found = found.filter(place__parent_id=location)
    rows = list(found[:most] if most else found)
    documents = documents_of({row["claim_id"] for row in rows})
    return [
        Hold(
            row["product_id"],
            row["claim_id"],
            *documents[row["claim_id"]][:2],
            row["kind"],
            row["place__parent_id"],
            int(row["units"]),
            documents[row["claim_id"]][2],
        )
        for row in rows
        if row["claim_id"] in documents
    ]


def documents_of(claims: Iterable[int]) -> dict[int, tuple[str, str, datetime | None]]:
    """The document of each line, for whom it is, and until when the line's hold lasts."""
    found = Claim.objects.filter(pk__in=list(claims), line__isnull=False).select_related(
        "line__sheet", "line__organization"
    )
    return {c.pk: (c.line.sheet.subject_name, c.line.organization.name, c.hold_until) for c in found}


class Deprived(NamedTuple):
    """Goods that a line loses by an entry, and wants again."""

    line: int
    subject: str
    organization: str
    owner: str
    """Who answers for the document and is told."""
    sku: str
    quantity: int
    decimals: int


def deprived(entry: int) -> list[Deprived]:
    """The lines whose goods an entry found missing, those that lose most first."""
    lost = (
        Move.objects.filter(entry=entry, source__kind="bin", source__claim__gt=0, target__kind="adjustment")
        .values_list("source__claim", "source__product__sku", "source__product__quantity_decimals")
        .annotate(units=Sum("quantity"))
    )
    rows = sorted(lost, key=lambda row: (-row[3], row[0]))
    found = Claim.objects.filter(pk__in=[row[0] for row in rows], line__isnull=False).select_related(
        "line__sheet__owner", "line__order__owner", "line__organization"
    )
    lines = {one.pk: one.line for one in found}
    return [
        Deprived(
            claim,
            lines[claim].sheet.subject_name,
            lines[claim].organization.name,
            str(
                next((one.owner for one in (lines[claim].sheet, lines[claim].order) if one and one.owner), "")
            ),
            sku,
            int(units),
            decimals,
        )
        for claim, sku, decimals, units in rows
        if claim in lines
    ]


class Arriving(NamedTuple):
    """Goods that a vendor owes us: for which line, or for stock."""

    product: int
    subject: str
    """The purchase order, ``purchase_order:12``."""
    quantity: int
    on: date | None
    line: int | None
    location: int | None


def arrivals(products: Iterable[int], *, free: bool = False) -> list[Arriving]:
    """What is on order of these products, the earliest first.

    free: only what is on order for stock, which would serve whoever asks, holds that have ended among it.
    """
    found = Holding.objects.filter(product_id__in=list(products), kind="on_order", quantity__gt=0, owned=True)
    if free:
        sheet = "claim__line__sheet"
        provisional = Q(**{f"{sheet}__kind": "quote"}) | Q(
            **{f"{sheet}__kind": "order", f"{sheet}__order__confirmed_at__isnull": True}
        )
        found = found.filter(Q(claim=0) | (Q(claim__hold_until__lte=clock.now()) & provisional))
    rows = [
        Arriving(product, f"purchase_order:{order}", units, on or expected, claim or None, location)
        for product, order, units, on, expected, claim, location in found.values_list(
            "product_id",
            "place__purchase_line__purchase_order_id",
            "quantity",
            "place__purchase_line__expected_on",
            "place__purchase_line__purchase_order__expected_on",
            "claim_id",
            "place__purchase_line__location_id",
        )
    ]
    return sorted(rows, key=lambda a: (a.on or date.max, a.subject, a.line or 0))


def explain(refusal: Refusal) -> None:
    """Add to a refusal who holds what is wanted, what arrives when, and what one may do instead."""
    if refusal.product is None:
        return
    decimals = Product.objects.filter(pk=refusal.product).values_list("quantity_decimals", flat=True).first()
    refusal.decimals = decimals or 0
    if refusal.code not in SHORT or refusal.wanted is None or refusal.held_by or refusal.arriving:
        return
    location: Any = refusal.values.get("location")
    line: Any = refusal.values.get("line")
    held: dict[tuple[str, str | None], int] = {}
    asked: dict[str, Any] = {}
    for hold in holds([refusal.product], location=location, most=MOST):
        if hold.line != line:
            if hold.kind == "bin" and not asked:
                asked = {"subject": hold.subject, "holding": hold.line, "place": hold.location}
            whose = hold.subject, hold.until.isoformat() if hold.until else None
            held[whose] = held.get(whose, 0) + hold.quantity
    refusal.held_by = tuple(Holder(subject, units, until) for (subject, until), units in held.items())
    refusal.arriving = tuple(
        Arrival(one.subject, one.quantity, one.on.isoformat() if one.on else None)
        for one in arrivals([refusal.product], free=True)[:MOST]
    )
    if not refusal.remedies:
        refusal.remedies = tuple(_remedies(refusal, location, asked))


def _build(product: int, location: int | None) -> list[Remedy]:
    """To build more of what is built, where its components are there."""
    could = {at: units for (_, at), units in buildable([product]).items() if location in (None, at)}
    if not could:
        return []
    row = Product.objects.get(pk=product)
    units = plain(max(could.values()), row.quantity_decimals)
    return [Remedy("build", {"product": product, "sku": row.sku, "quantity": units})]


def _remedies(refusal: Refusal, location: int | None, asked: dict[str, Any]) -> list[Remedy]:
    """What one may do instead. asked: who of those that hold the goods can give way, and for which line."""
    found = []
    if refusal.free:
        found.append(Remedy("take_less", {"quantity": refusal.figure(refusal.free)}))
    assert refusal.product is not None
    elsewhere = {
        place: units
        for (_, place), units in available([refusal.product]).items()
        if units > 0 and place != location
    }
    if location is not None:
        names = Location.objects.filter(Q(place_id__in=elsewhere)).order_by("-default", "name")
        found.extend(Remedy("take_elsewhere", {"location": one.name}) for one in names[:3])
    found.extend(_build(refusal.product, location))
    instead = substitutes_of([refusal.product]).get(refusal.product, [])
    free: dict[int, int] = {}
    for (product, _place), units in available([one.pk for one in instead]).items() if instead else ():
        free[product] = free.get(product, 0) + units
    for one in [one for one in instead if free.get(one.pk, 0) > 0][:2]:
        there = plain(free[one.pk], one.quantity_decimals)
        found.append(Remedy("substitute", {"product": one.pk, "sku": one.sku, "quantity": there}))
    if refusal.held_by:
        found.append(Remedy("ask_holder", asked or {"subject": refusal.held_by[0].subject}))
    return found
