"""What we keep for others: counted and moved, never valued, sold or offered as available."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet

from wharfinger.ledger.models import Holding


def kept_for_others() -> QuerySet[Any]:
    """Goods in our keeping, by whose they are and where they stand."""
    return Holding.objects.filter(
        owned=False, quantity__gt=0, unbounded=False, kind__in=("bin", "picked", "quarantine")
    ).values(
        "id",
        "product_id",
        "quantity",
        owner=F("lot__owner_id"),
        owner_name=F("lot__owner__name"),
        sku=F("product__sku"),
        name=F("product__name"),
        decimals=F("product__quantity_decimals"),
        code=F("lot__code"),
        alone=F("serial"),
        expires_on=F("lot__expires_on"),
        bin=F("place__bin"),
        bin_name=F("place__bin__name"),
        at=F("place__parent__location"),
        at_name=F("place__parent__location__name"),
    )
