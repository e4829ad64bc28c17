"""What is always agreed with vendors, as pages and mails read it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from wharfinger.base import money
from wharfinger.base.quantity import plain
from wharfinger.purchasing.models import VendorTerms


def of_vendors(vendors: Collection[int]) -> QuerySet[VendorTerms]:
    """What is agreed with each of these."""
    found = VendorTerms.objects.filter(organization__in=vendors, void__isnull=True)
    return found.select_related("tax_code", "organization")


def of_vendor(vendor: int) -> VendorTerms | None:
    """What is agreed with a vendor; nothing where nothing is."""
    return of_vendors([vendor]).first()


def orders_emails(vendors: Collection[int]) -> dict[int, str]:
    """Where orders to these vendors go, of those who have an address of its own for them."""
    found = of_vendors(vendors).exclude(orders_email="")
    return dict(found.values_list("organization", "orders_email"))


def show(vendor: Any) -> dict[str, Any]:
    """What is agreed with a vendor, as callers of the API read it."""
    found = of_vendor(vendor.pk) or VendorTerms(organization=vendor)
    least = found.minimum_minor
    return {
        "organization": vendor.pk,
        "tax_code": found.tax_code_id,
        "shipping_method": found.shipping_method,
        "orders_email": found.orders_email,
        "discount_percent": plain(found.discount_micro, 4),
        "discount_days": found.discount_days,
        "minimum": None if least is None else money.plain(least, vendor.currency),
    }
