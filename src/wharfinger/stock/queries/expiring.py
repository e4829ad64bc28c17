"""What expires: batches at hand, with the day they do, where they stand, and who holds them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import F, QuerySet

from wharfinger.ledger.models import Holding

AT_HAND = ("bin", "picked", "container", "quarantine", "transfer")


def expiring(until: date) -> QuerySet[Any]:
    """Batches at hand that expire by a day or have expired already, the first to expire first."""
    return (
        Holding.objects.filter(kind__in=AT_HAND, quantity__gt=0, lot__expires_on__lte=until)
        .order_by("lot__expires_on", "pk")
        .values(
            "id",
            "product_id",
            "lot_id",
            "claim_id",
            "kind",
            "quantity",
            expires_on=F("lot__expires_on"),
            sku=F("product__sku"),
            name=F("product__name"),
            decimals=F("product__quantity_decimals"),
            batch=F("lot__code"),
            bin_name=F("place__bin__name"),
            at=F("place__parent__location"),
            at_name=F("place__parent__location__name"),
            document=F("claim__line__sheet__number"),
            owner=F("lot__owner__name"),
        )
    )
