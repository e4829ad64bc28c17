"""What of a document is with the customer and can be installed."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from wharfinger.demand.models import Line
from wharfinger.devices.models import Device
from wharfinger.ledger.models import Holding


@dataclass(frozen=True, slots=True)
class Installable:
    """Goods of a line that are with the customer and no devices yet: one serial number, or so many loose units."""

    line: Line
    lot: int
    serial: str
    quantity: int

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.line.pk}-{self.lot}"


def installable(sheet: int) -> list[Installable]:
    """The goods of a document that can be installed, in the order of its lines."""
    lines = Line.objects.filter(
        Q(sheet=sheet) | Q(order=sheet) | Q(came_from__sheet=sheet, came_from__sheet__kind="quote"),
        void__isnull=True,
        product__quantity_decimals=0,
    )
    by_pk = {line.pk: line for line in lines.select_related("product", "site").order_by("position", "pk")}
    found = Holding.objects.filter(
        claim__in=list(by_pk), kind__in=("customer", "in_transit"), quantity__gt=0
    ).select_related("lot")
    held = list(found.order_by("claim_id", "lot__code_key", "pk"))
    serving = set(
        Device.objects.filter(
            lot__in=[h.lot_id for h in held if h.serial], void__isnull=True, removed_on__isnull=True
        ).values_list("lot_id", flat=True)
    )
    return [
        Installable(by_pk[h.claim_id], h.lot_id, h.lot.code if h.serial else "", h.quantity)
        for h in held
        if h.lot_id not in serving and by_pk[h.claim_id].product.kind != "service"
    ]
