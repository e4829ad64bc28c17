"""What vendors still owe us, found by whatever can be read at the door."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from wharfinger.catalog.models import VendorPrice
from wharfinger.catalog.queries import scanned
from wharfinger.ledger.models import Holding
from wharfinger.parties.models import Organization
from wharfinger.purchasing.models import PurchaseLine


def expected() -> QuerySet[PurchaseLine]:
    """The lines of which something is on order."""
    under_way = Holding.objects.filter(place=OuterRef("place_id"), kind="on_order", quantity__gt=0)
    open_lines = PurchaseLine.objects.filter(
        Exists(under_way), void__isnull=True, removed_at__isnull=True, purchase_order__done__isnull=True
    )
    return open_lines.select_related("product", "location", "purchase_order__vendor")


def vendors() -> list[tuple[int, str]]:
    """Who owes us something."""
    owing = expected().values("purchase_order__vendor_id")
    return list(Organization.objects.filter(pk__in=owing).order_by("name").values_list("pk", "name"))


def read(
    code: str, *, vendor: int | None = None, order: int | None = None
) -> tuple[list[PurchaseLine], bool]:
    """The expected lines that a code stands for, and whether it names their whole order.

    code: the number of an order, ours or the vendor's; a SKU, GTIN or further barcode; the vendor's part number.
    """
    found = expected().order_by("purchase_order__expected_on", "purchase_order", "position")
    if vendor is not None:
        found = found.filter(purchase_order__vendor=vendor)
    if order is not None:
        found = found.filter(purchase_order=order)
    named = Q(purchase_order__number__iexact=code) | Q(purchase_order__external_number__iexact=code)
    if whole := list(found.filter(named)):
        return whole, True
    means = scanned([code]).get(code)
    theirs = VendorPrice.objects.filter(
        product=OuterRef("product"),
        organization=OuterRef("purchase_order__vendor"),
        part_number__iexact=code,
        void__isnull=True,
    )
    wanted = Exists(theirs) | Q(product=means.product) if means is not None else Exists(theirs)
    return list(found.filter(wanted)), False


def part_numbers(lines: Iterable[PurchaseLine]) -> dict[int, list[str]]:
    """What the vendors of these lines call their products, by line, in one statement."""
    known: Any = PurchaseLine.objects.filter(
        pk__in=[line.pk for line in lines],
        product__vendors__organization=F("purchase_order__vendor"),
        product__vendors__void__isnull=True,
    ).exclude(product__vendors__part_number="")
    found: dict[int, list[str]] = {}
    for pk, number in known.values_list("pk", "product__vendors__part_number"):
        if number:
            found.setdefault(pk, []).append(number)
    return found
