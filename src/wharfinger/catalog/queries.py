"""Reads of products, tax codes and warranty policies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from wharfinger.base import further
from wharfinger.base.door import whole
from wharfinger.base.money import MICRO
from wharfinger.base.quantity import plain
from wharfinger.catalog.models import Product, TaxCode, VendorPrice, WarrantyPolicy


def products() -> QuerySet[Product, Product]:
    """Every product, with its tax code."""
    return Product.objects.select_related("tax_code")


def retired(rows: QuerySet[Any, Any], values: Sequence[str]) -> QuerySet[Any, Any]:
    """Retired ones, or those in use."""
    wanted = {value.lower() == "true" for value in values}
    return rows if len(wanted) > 1 else rows.filter(retired_on__isnull=wanted == {False})


def sold_by(rows: QuerySet[Product, Product], values: Sequence[str]) -> QuerySet[Product, Product]:
    """Products that any of these vendors sells."""
    vendors = [whole(value, "vendor") for value in values]
    return rows.filter(pk__in=VendorPrice.objects.filter(organization__in=vendors).values("product_id"))


def show_products(found: Iterable[Product], *, costs: bool) -> list[dict[str, Any]]:
    """Products with what vendors ask for them; costs only for who may see them."""
    listed = list(found)
    vendors: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for price in VendorPrice.objects.filter(product_id__in=[p.pk for p in listed]).order_by("-default", "pk"):
        vendors[price.product_id].append(
            {
                "organization": price.organization_id,
                "cost": plain(price.cost_micro, MICRO) if costs else None,
                "part_number": price.part_number,
                "default": price.default,
                "lead_time_days": price.lead_time_days,
            }
        )
    levels = further.figure("product.levels", [p.pk for p in listed])
    return [
        {
            "id": p.pk,
            "sku": p.sku,
            "name": p.name,
            "description": p.description,
            "kind": p.kind,
            "traced": p.traced,
            "traced_from": p.traced_from,
            "unit": p.unit,
            "quantity_decimals": p.quantity_decimals,
            "price": plain(p.price_micro, MICRO),
            "cost_method": p.cost_method,
            "procured": p.procured,
            "rma_eligible": p.rma_eligible,
            "returnable_days": p.returnable_days,
            "weight_grams": p.weight_grams,
            "tax_code": p.tax_code_id,
            "category": p.category,
            "manufacturer": p.manufacturer,
            "gtin": p.gtin,
            "retired_on": _day(p.retired_on),
            "vendors": vendors[p.pk],
            "levels": levels.get(p.pk, []),
        }
        for p in listed
    ]


def show_tax_codes(found: Iterable[TaxCode]) -> list[dict[str, Any]]:
    """Tax codes."""
    return [
        {
            "id": code.pk,
            "code": code.code,
            "name": code.name,
            "rate": plain(code.rate_micro, 4),
            "category": code.category,
            "exemption_reason": code.exemption_reason,
            "default": code.default,
            "retired_on": _day(code.retired_on),
        }
        for code in found
    ]


def show_policies(found: Iterable[WarrantyPolicy]) -> list[dict[str, Any]]:
    """Warranty policies."""
    return [
        {
            "id": policy.pk,
            "name": policy.name,
            "product": policy.product_id,
            "category": policy.category,
            "start": policy.start,
            "months": policy.months,
            "indirect": policy.indirect,
            "on_swap": policy.on_swap,
            "valid_from": policy.valid_from.isoformat(),
        }
        for policy in found
    ]


def _day(value: Any) -> str | None:
    return value.isoformat() if value else None
