"""Small labels for products, bins and units."""

from __future__ import annotations

from collections.abc import Iterable

from wharfinger.base.refusal import N_, BadInput
from wharfinger.catalog.models import Product
from wharfinger.documents.shapes import Label, Labels
from wharfinger.ledger.models import Lot
from wharfinger.stock.models import Bin


def product_labels(ids: Iterable[int]) -> Labels:
    """A label with the SKU, or the GTIN where there is one, for each product."""
    found = Product.objects.filter(pk__in=list(ids)).order_by("sku")
    return _some(Label(product.name, product.gtin or product.sku, product.sku) for product in found)


def serial_labels(ids: Iterable[int]) -> Labels:
    """A label with the serial number for each unit."""
    found = (
        Lot.objects.filter(pk__in=list(ids))
        .exclude(code="")
        .select_related("product")
        .order_by("product__sku", "code")
    )
    return _some(Label(lot.product.name, lot.code, lot.product.sku) for lot in found)


def bin_labels(ids: Iterable[int]) -> Labels:
    """A label with its name for each bin."""
    found = (
        Bin.objects.filter(pk__in=list(ids))
        .select_related("location")
        .order_by("location__name", "place__sequence", "name")
    )
    return _some(Label(one.location.name, one.name) for one in found)


def _some(labels: Iterable[Label]) -> Labels:
    rows = tuple(labels)
    if not rows:
        raise BadInput("nothing_selected", N_("Select at least one row first."))
    return Labels(rows)
