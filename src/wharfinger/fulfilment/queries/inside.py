"""Whose goods stand in containers, and which went by shipments."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from wharfinger.fulfilment.models import Container
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger import sql
from wharfinger.ledger.models import Holding, Move

_SSCC = re.compile(r"(?:(?:\]C1)?(?:00|\(00\)))?([0-9]{18})")
"""As scanners send it, with or without what says that it is one."""


def labelled(code: str) -> Container | None:
    """The container whose label says this: its number or its SSCC."""
    every = Container.objects.filter(void__isnull=True)
    found = every.filter(number__iexact=code).first()
    if found is None and (sscc := _SSCC.fullmatch(code)):
        found = every.filter(sscc=sscc[1]).first()
    return found


def open_boxes(most: int = 30) -> list[str]:
    """The numbers of the containers that are here and may be filled, newest first."""
    here = Container.objects.filter(shipment__isnull=True, void__isnull=True)
    return list(here.order_by("-pk").values_list("number", flat=True)[:most])


def lines_in_containers(containers: Sequence[int]) -> list[int]:
    """The lines whose goods stand in these containers, and in what is stacked on them."""
    on = Q(place__container__in=containers) | Q(place__container__inside__in=containers)
    found = Holding.objects.filter(on, quantity__gt=0)
    return sorted(set(found.values_list("claim_id", flat=True))) if containers else []


def lines_under_way(shipments: Sequence[int]) -> list[int]:
    """The lines whose goods are under way in these shipments."""
    found = Holding.objects.filter(place__shipment__in=shipments, quantity__gt=0)
    return sorted(set(found.values_list("claim_id", flat=True))) if shipments else []


def lines_packed_once(containers: Sequence[int]) -> list[int]:
    """The lines whose goods left by these containers, and by what is stacked on them."""
    found = Move.objects.filter(
        Q(source__place__container__in=containers) | Q(source__place__container__inside__in=containers),
        reverses__isnull=True,
        target__kind__in=("in_transit", "customer"),
    )
    return sorted(set(found.values_list("target__claim_id", flat=True))) if containers else []


def with_stacked(containers: Sequence[int]) -> sql.Found:
    """These containers and what is stacked on them, to be locked in one statement."""
    listed = sql.array(sorted(set(containers)))
    return sql.Found(f"{sql.among('id')} OR {sql.among('inside_id')}", (listed, listed))


def pallets_for(box: Container) -> list[tuple[int, str]]:
    """The pallets on which a box could be stacked: id and number, newest first."""
    if box.kind == "pallet" or box.shipment_id is not None:
        return []
    here = Container.objects.filter(
        kind="pallet", site=box.site_id, location=box.location_id, shipment__isnull=True, void__isnull=True
    )
    return list(here.exclude(pk=box.inside_id or 0).order_by("-pk").values_list("pk", "number")[:50])


def weight_of(boxes: Sequence[Container]) -> int | None:
    """What a container weighs, the first of these: as was said of it, else what the boxes on it weigh together."""
    whole = boxes[0].weight_grams
    parts = [one.weight_grams for one in boxes[1:]]
    return whole if whole or None in parts or not parts else sum(one or 0 for one in parts)


def last_packed(box: Container) -> list[Pick]:
    """What came into a container last and is still there, as picks that take it out."""
    came = (
        Move.objects.filter(target__place=box.place_id, reverses__isnull=True, target__quantity__gt=0)
        .annotate(back=Coalesce(Sum("reversed_by__quantity"), 0))
        .filter(back__lt=F("quantity"))
        .order_by("-pk")
    )
    newest = came.values_list("entry_id", flat=True).first()
    rows = came.filter(entry_id=newest or 0).values_list(
        "target__claim_id", "target__lot_id", "target__serial", "quantity", "back"
    )
    return [
        Pick(claim, units - back, lots=(lot,) if serial else ())
        for claim, lot, serial, units, back in (rows if newest else ())
    ]
