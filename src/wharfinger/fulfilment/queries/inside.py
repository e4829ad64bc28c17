"""Whose goods stand in containers, and which went by shipments."""

from __future__ import annotations

from collections.abc import Sequence

from wharfinger.ledger.models import Holding, Move


def lines_in_containers(containers: Sequence[int]) -> list[int]:
    """The lines whose goods stand in these containers."""
    found = Holding.objects.filter(place__container__in=containers, quantity__gt=0)
    return sorted(set(found.values_list("claim_id", flat=True))) if containers else []


def lines_under_way(shipments: Sequence[int]) -> list[int]:
    """The lines whose goods are under way in these shipments."""
    found = Holding.objects.filter(place__shipment__in=shipments, quantity__gt=0)
    return sorted(set(found.values_list("claim_id", flat=True))) if shipments else []


def lines_packed_once(containers: Sequence[int]) -> list[int]:
    """The lines whose goods left by these containers."""
    found = Move.objects.filter(
        source__place__container__in=containers,
        reverses__isnull=True,
        target__kind__in=("in_transit", "customer"),
    )
    return sorted(set(found.values_list("target__claim_id", flat=True))) if containers else []
