"""Shipments and containers as callers and pages read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from wharfinger.base.quantity import plain
from wharfinger.fulfilment.models import Container, Shipment
from wharfinger.ledger.models import Holding, Move
from wharfinger.ledger.prepared import Prepared, ids


def shipments() -> QuerySet[Shipment, Shipment]:
    """Every shipment that is not undone."""
    return Shipment.objects.filter(void__isnull=True)


def containers() -> QuerySet[Container, Container]:
    """Every container that is not undone."""
    return Container.objects.filter(void__isnull=True)


_SHIPMENTS = Prepared(
    lambda wanted: shipments().filter(pk__in=wanted).select_related("site").order_by("pk"), ids("shipments")
)
_CONTAINERS = Prepared(lambda wanted: containers().filter(pk__in=wanted).order_by("pk"), ids("containers"))
_BOXES = Prepared(
    lambda wanted: containers().filter(shipment__in=wanted).order_by("pk").values_list("pk", "shipment_id"),
    ids("shipments"),
)
_GONE = Prepared(
    lambda entries: (
        Move.objects.filter(entry__in=entries, target__kind__in=("in_transit", "customer"))
        .annotate(back=Sum("reversed_by__quantity"), way=F("target__place_id"))
        .select_related(
            "target__lot", "target__product", "source__place__container", "target__claim__line__sheet"
        )
        .order_by("target__claim_id", "n")
    ),
    ids("entries"),
)
_INSIDE = Prepared(
    lambda places: (
        Holding.objects.filter(place__in=places, quantity__gt=0)
        .select_related("lot", "product", "claim__line__sheet")
        .order_by("claim_id", "lot_id")
    ),
    ids("places"),
)


def these_shipments(wanted: Sequence[int]) -> list[Shipment]:
    """These shipments with their sites, unless undone."""
    return _SHIPMENTS(wanted) if wanted else []


def these_containers(wanted: Sequence[int]) -> list[Container]:
    """These containers, unless undone."""
    return _CONTAINERS(wanted) if wanted else []


def goods_of_shipments(found: Sequence[Shipment]) -> dict[int, list[dict[str, Any]]]:
    """What each shipment took along and was not taken back, line by line, in one statement.

    Goods went to the shipment's place or straight to its site, in the entry that made it.
    """
    by_way = {}
    for one in found:
        by_way[one.made_id, one.place_id] = by_way[one.made_id, one.site.place_id] = one.pk
    goods: dict[int, list[dict[str, Any]]] = {one.pk: [] for one in found}
    for move in _GONE({one.made_id for one in found}) if found else ():
        left = move.quantity - (move.back or 0)
        shipment = by_way.get((move.entry_id, move.target.place_id))
        if left and shipment:
            _add(goods[shipment], move.target, left, _box(move.source))
    return goods


def _box(holding: Holding) -> int | None:
    return holding.place.container.pk if holding.kind == "container" else None


def _add(goods: list[dict[str, Any]], holding: Holding, units: int, container: int | None) -> None:
    """Count units of a line in, together with those that lie beside them."""
    line = holding.claim.line
    row = next((g for g in goods if (g["line"], g["container"]) == (line.pk, container)), None)
    if row is None:
        row = {
            "line": line.pk,
            "order": line.order_id,
            "document": line.sheet.number,
            "container": container,
            "product": holding.product_id,
            "sku": holding.product.sku,
            "description": line.description,
            "units": 0,
            "decimals": holding.product.quantity_decimals,
            "serials": [],
        }
        goods.append(row)
    row["units"] += units
    if holding.lot.code:
        row["serials"].append(holding.lot.code)


def contents(found: Iterable[Container]) -> dict[int, list[dict[str, Any]]]:
    """What lies in each container, line by line, in one statement."""
    places = {one.place_id: one.pk for one in found}
    goods: dict[int, list[dict[str, Any]]] = {pk: [] for pk in places.values()}
    for holding in _INSIDE(places) if places else ():
        pk = places[holding.place_id]
        _add(goods[pk], holding, holding.quantity, pk)
    return goods


def shipment_word(shipment: Shipment, goods: Sequence[Any]) -> str:
    """How far a shipment is: cancelled, delivered, or in transit."""
    if not goods:
        return "cancelled"
    return "delivered" if shipment.delivered_on else "in_transit"


def with_word(rows: QuerySet[Any, Any], words: Sequence[str]) -> QuerySet[Any, Any]:
    """The shipments that are delivered or in transit; what was taken back wholly counts with them."""
    wanted = Q(pk__in=())
    if "delivered" in words:
        wanted |= Q(delivered_on__isnull=False)
    if "in_transit" in words:
        wanted |= Q(delivered_on__isnull=True)
    return rows.filter(wanted)


def shipped(rows: QuerySet[Any, Any], words: Sequence[str]) -> QuerySet[Any, Any]:
    """The containers that have left (true) or are still here (false)."""
    wanted = Q(pk__in=())
    if "true" in words:
        wanted |= Q(shipment__isnull=False)
    if "false" in words:
        wanted |= Q(shipment__isnull=True)
    return rows.filter(wanted)


def show_shipments(found: Sequence[Shipment] | QuerySet[Shipment, Shipment]) -> list[dict[str, Any]]:
    """Shipments with their goods, in a constant number of statements."""
    if isinstance(found, QuerySet):
        found = list(found.select_related("site"))
    goods = goods_of_shipments(found)
    boxes: dict[int, list[int]] = {}
    for pk, shipment in _BOXES([one.pk for one in found]) if found else ():
        boxes.setdefault(shipment or 0, []).append(pk)
    return [
        {
            "id": one.pk,
            "number": one.number,
            "status": shipment_word(one, goods[one.pk]),
            "organization": one.organization_id,
            "site": one.site_id,
            "carrier": one.carrier,
            "service": one.service,
            "tracking": one.tracking,
            "shipped_on": one.shipped_on.isoformat(),
            "delivered_on": one.delivered_on.isoformat() if one.delivered_on else None,
            "proof": one.proof,
            "containers": boxes.get(one.pk, []),
            "goods": [_plain(row) for row in goods[one.pk]],
        }
        for one in found
    ]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    kept = {
        key: row[key] for key in ("line", "order", "container", "product", "sku", "description", "serials")
    }
    return kept | {"quantity": plain(row["units"], row["decimals"])}


def show_containers(found: Sequence[Container] | QuerySet[Container, Container]) -> list[dict[str, Any]]:
    """Containers with what lies in them, in a constant number of statements."""
    found = list(found)
    goods = contents(found)
    return [
        {
            "id": one.pk,
            "number": one.number,
            "kind": one.kind,
            "organization": one.organization_id,
            "site": one.site_id,
            "location": one.location_id,
            "shipment": one.shipment_id,
            "tracking": one.tracking,
            "weight_grams": one.weight_grams,
            "size_mm": one.size_mm,
            "sscc": one.sscc,
            "contents": [_plain(row) for row in goods[one.pk]],
        }
        for one in found
    ]
