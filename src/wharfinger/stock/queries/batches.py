"""Batches: which there are, where every unit of one is, and which are soon over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet, Sum

from wharfinger.base import clock, configuration
from wharfinger.ledger.models import Holding, Lot
from wharfinger.ledger.telling import GOODS_KINDS
from wharfinger.stock.queries.expiring import AT_HAND
from wharfinger.stock.queries.holders import documents_of
from wharfinger.stock.queries.stands import Stand, stands_of

MOST = 50
"""So many batches stand on the page of their product."""


class Part(NamedTuple):
    """Units of a batch that stand at one place for one line, or are free there."""

    stand: Stand
    claim: int
    subject: str
    """The document of the line, ``order:17``."""
    organization: str
    quantity: int


def batches() -> QuerySet[Lot]:
    """Every batch on record, with how many units of it are at hand."""
    at_hand = Sum("holdings__quantity", filter=Q(holdings__kind__in=AT_HAND), default=0)
    rows = Lot.objects.filter(serial=False).exclude(code="")
    return rows.select_related("product", "owner").annotate(at_hand=at_hand)


def at_hand(product: int) -> list[Any]:
    """The batches of a product of which something is at hand, the first to expire first."""
    rows: Any = batches()
    found = rows.filter(product=product, at_hand__gt=0)
    return list(found.order_by(F("expires_on").asc(nulls_last=True), "pk")[:MOST])


def whereabouts(lots: Sequence[int]) -> dict[int, list[Part]]:
    """Where every unit of these batches is, at hand first, in a constant number of statements."""
    rows = list(
        Holding.objects.filter(lot__in=lots, quantity__gt=0, unbounded=False, kind__in=GOODS_KINDS)
        .order_by("lot", "kind", "pk")
        .values_list("lot", "place", "claim", "quantity")
    )
    stands = stands_of(place for _, place, _, _ in rows)
    documents = documents_of({claim for _, _, claim, _ in rows if claim})
    found: dict[int, list[Part]] = {lot: [] for lot in lots}
    for lot, place, claim, units in rows:
        subject, organization, _ = documents.get(claim, ("", "", None))
        stand = stands[place]
        found[lot].append(Part(stand, claim, subject, organization or stand.organization, units))
    for parts in found.values():
        parts.sort(key=lambda one: (one.stand.kind not in AT_HAND, one.stand.kind, one.stand.location))
    return found


def soon() -> tuple[date, int]:
    """The company's day, and how many days before its expiry a batch is told of."""
    settings = configuration.read("time_zone", "expiry_days")
    return clock.today(settings["time_zone"]), settings["expiry_days"]


def untold() -> frozenset[int]:
    """The batches at hand that expire within the days that the company says, and of which nobody was told yet."""
    today, days = soon()
    rows = (
        Holding.objects.filter(
            kind__in=AT_HAND, quantity__gt=0, owned=True, lot__expires_on__lte=today + timedelta(days=days)
        )
        .exclude(lot__warned_of=F("lot__expires_on"), lot__warned_of__isnull=False)
        .values_list("lot", flat=True)
    )
    return frozenset(rows)


def told(lots: Sequence[int]) -> list[dict[str, Any]]:
    """What a mail about these batches says of each: what it is, how much, and its last day."""
    rows: Any = batches().filter(pk__in=lots).order_by("expires_on", "product__sku", "code")
    return [
        {
            "sku": one.product.sku,
            "name": one.product.name,
            "batch": one.code,
            "expires_on": one.expires_on,
            "units": one.at_hand,
            "decimals": one.product.quantity_decimals,
        }
        for one in rows
    ]
