"""What covers devices: those without a contract, and those whose warranty ends soon."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from wharfinger.base import clock, configuration
from wharfinger.devices.models import Device, Subscription

MOST = 500
"""So many devices are told of at once; the others follow."""


def soon() -> tuple[date, int]:
    """The company's day, and how many days before its end a warranty is told of."""
    settings = configuration.read("time_zone", "warranty_days")
    return clock.today(settings["time_zone"]), settings["warranty_days"]


def ending(rows: QuerySet[Device], days: int, day: date) -> QuerySet[Device]:
    """Those of the devices that customers have whose warranty ends within so many days."""
    return rows.filter(
        removed_on__isnull=True, warranty_end_on__gte=day, warranty_end_on__lte=day + timedelta(days=days)
    )


def untold() -> list[int]:
    """Devices whose warranty ends within the days that the company says, of which nobody was told yet; the first first."""
    day, days = soon()
    told = Q(warranty_told_of=F("warranty_end_on"), warranty_told_of__isnull=False)
    rows = ending(Device.objects.filter(void__isnull=True), days, day).exclude(told)
    return list(rows.order_by("warranty_end_on", "pk").values_list("pk", flat=True)[:MOST])


def _used() -> Exists:
    return Exists(
        Subscription.objects.filter(device=OuterRef("pk"), ended_on__isnull=True, void__isnull=True)
    )


def covered(rows: QuerySet[Device], *words: str) -> QuerySet[Device]:
    """Those of the devices that customers have which are covered so: by contract, subscription, a review, or by nothing."""
    bare = Q(contract__isnull=True)
    ways = {
        "contract": Q(contract__isnull=False),
        "subscription": bare & Q(_used()),
        "reviewed": bare & Q(reviewed_at__isnull=False) & ~Q(_used()),
        "none": bare & Q(reviewed_at__isnull=True) & ~Q(_used()),
    }
    wanted = Q()
    for word in words:
        wanted |= ways[word]
    return rows.filter(wanted, removed_on__isnull=True)
