"""What new charges still need."""

from __future__ import annotations

from django.db.models import Sum

from wharfinger.ledger.models import Holding

NEEDED = ("demand", "to_approve", "to_order")
"""For what firm lines wait that nobody has done anything for."""


def still_needed(entry: int) -> list[tuple[str, int, int]]:
    """By product of the lines that an entry made, how many nobody has done anything for: SKU, decimals, units."""
    open_ = Holding.objects.filter(claim__line__made=entry, kind__in=NEEDED, quantity__gt=0)
    found = open_.values_list("product__sku", "product__quantity_decimals").annotate(units=Sum("quantity"))
    return [(sku, decimals, int(units)) for sku, decimals, units in found.order_by("product__sku")]
