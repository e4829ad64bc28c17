"""Shipments and containers as callers and pages read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from wharfinger.base import further
from wharfinger.base.quantity import plain
from wharfinger.fulfilment.models import Container, Shipment
from wharfinger.fulfilment.queries import carriers
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


class Goods(NamedTuple):
    """What is told of units of a line."""

    line: int
    order: int | None
    document: str
    product: int
    sku: str
    description: str
    decimals: int
    traced: str
    code: str
    """The serial number or batch."""


def _named(path: str) -> list[str]:
    """The columns of ``Goods``, from a holding."""
    line, product = f"{path}claim__line__", f"{path}product"
    return [
        f"{path}claim_id",
        f"{line}order_id",
        f"{line}sheet__number",
        f"{product}_id",
        f"{product}__sku",
        f"{line}description",
        f"{product}__quantity_decimals",
        f"{product}__traced",
        f"{path}lot__code",
    ]


_BACK = (
    Move.objects.filter(reverses=OuterRef("pk"))
    .order_by()
    .values("reverses")
    .annotate(back=Sum("quantity"))
    .values("back")
)
_GONE = Prepared(
    lambda entries: (
        Move.objects.filter(entry__in=entries, target__kind__in=("in_transit", "customer"))
        .order_by("target__claim_id", "n")
        .values_list(
            "entry_id",
            "target__place_id",
            F("quantity") - Coalesce(Subquery(_BACK), 0),
            "source__place__container",
            "source__kind",
            *_named("target__"),
        )
    ),
    ids("entries"),
)
_INSIDE = Prepared(
    lambda places: (
        Holding.objects.filter(place__in=places, quantity__gt=0)
        .order_by("claim_id", "lot_id")
        .values_list("place_id", "quantity", *_named(""))
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
    for entry, place, left, container, kind, *named in _GONE({one.made_id for one in found}) if found else ():
        shipment = by_way.get((entry, place))
        if left and shipment and kind != "in_transit":
            _add(goods[shipment], Goods(*named), left, container if kind == "container" else None)
    return goods


def _add(goods: list[dict[str, Any]], of: Goods, units: int, container: int | None) -> None:
    """Count units of a line in, together with those that lie beside them."""
    row = next((g for g in goods if (g["line"], g["container"]) == (of.line, container)), None)
    if row is None:
        row = {
            "line": of.line,
            "order": of.order,
            "document": of.document,
            "container": container,
            "product": of.product,
            "sku": of.sku,
            "description": of.description,
            "units": 0,
            "decimals": of.decimals,
            "traced": of.traced == "serial",
            "serials": [],
            "batches": Counter(),
            "codes": [],
        }
        goods.append(row)
    row["units"] += units
    if of.code and row["traced"]:
        row["serials"] = [*dict.fromkeys([*row["serials"], of.code])]
    elif of.code:
        row["batches"][of.code] += units
    row["codes"] = row["serials"] or list(row["batches"])


def contents(found: Iterable[Container]) -> dict[int, list[dict[str, Any]]]:
    """What lies in each container, line by line, in one statement."""
    places = {one.place_id: one.pk for one in found}
    goods: dict[int, list[dict[str, Any]]] = {pk: [] for pk in places.values()}
    for place, units, *named in _INSIDE(places) if places else ():
        _add(goods[places[place]], Goods(*named), units, places[place])
    return goods


def stacked(pallets: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    """What stands on pallets: id and number of each box, in one statement."""
    wanted = sorted(set(pallets))
    found: dict[int, list[tuple[int, str]]] = {}
    rows = containers().filter(inside__in=wanted).order_by("pk").values_list("pk", "number", "inside_id")
    for pk, number, pallet in rows if wanted else ():
        found.setdefault(pallet or 0, []).append((pk, number))
    return found


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


def followed(rows: QuerySet[Any, Any], numbers: Sequence[str]) -> QuerySet[Any, Any]:
    """The shipments that the carrier follows under one of these numbers, or a container of them."""
    theirs = Container.objects.filter(shipment=OuterRef("pk"), tracking__in=numbers)
    return rows.filter(Q(tracking__in=numbers) | Exists(theirs))


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
    links = carriers.links(any(one.tracking for one in found))
    files = further.figure("shipment.attachments", [one.pk for one in found])
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
            "tracking_url": links.of(one.carrier, one.tracking),
            "shipped_on": one.shipped_on.isoformat(),
            "delivered_on": one.delivered_on.isoformat() if one.delivered_on else None,
            "way": one.way,
            "proof": one.proof,
            "attachments": files.get(one.pk, []),
            "containers": boxes.get(one.pk, []),
            "goods": [_plain(row) for row in goods[one.pk]],
        }
        for one in found
    ]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    kept = {
        key: row[key] for key in ("line", "order", "container", "product", "sku", "description", "serials")
    }
    batches = [
        {"batch": code, "quantity": plain(units, row["decimals"])} for code, units in row["batches"].items()
    ]
    return kept | {"quantity": plain(row["units"], row["decimals"]), "batches": batches}


def show_containers(found: Sequence[Container] | QuerySet[Container, Container]) -> list[dict[str, Any]]:
    """Containers with what lies in them, in a constant number of statements."""
    found = list(found)
    goods = contents(found)
    links = carriers.links_of(found)
    on = stacked(one.pk for one in found if one.kind == "pallet")
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
            "tracking_url": links.get(one.pk, ""),
            "weight_grams": one.weight_grams,
            "size_mm": one.size_mm,
            "sscc": one.sscc,
            "inside": one.inside_id,
            "checked_by": one.checked_by_id,
            "checked_at": one.checked_at,
            "holds": [pk for pk, _ in on.get(one.pk, ())],
            "contents": [_plain(row) for row in goods[one.pk]],
        }
        for one in found
    ]
