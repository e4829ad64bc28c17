"""What lies in a bin, for whom, and whose it is."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet

from wharfinger.ledger.models import Holding


def lying(place: int) -> QuerySet[Any]:
    """Every lot in the bin at a place; what a line holds stands apart from what is free."""
    return Holding.objects.filter(place=place, kind="bin", quantity__gt=0).values(
        "id",
        "product_id",
        "lot_id",
        "quantity",
        "serial",
        sku=F("product__sku"),
        name=F("product__name"),
        decimals=F("product__quantity_decimals"),
        code=F("lot__code"),
        expires_on=F("lot__expires_on"),
        document=F("claim__line__sheet__number"),
        owner=F("lot__owner__name"),
    )
