"""What a merge took along and what it left, in figures: read of the entry, so that a dry run tells the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, Sum

from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_
from wharfinger.billing.models import InvoiceLine
from wharfinger.catalog.models import Product, VendorPrice
from wharfinger.demand.models import Line
from wharfinger.devices.models import Device
from wharfinger.ledger.chart import GOODS, OURS, REGION
from wharfinger.ledger.models import Fact, Holding, Move
from wharfinger.ledger.write import MADE
from wharfinger.pricing.models import PriceItem
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.stock.models import Level

WORDS: dict[str, str] = {
    "account": N_("Balances"),
    "attachment": N_("Files"),
    "barcode": N_("Barcodes"),
    "component": N_("Products that it goes into"),
    "contact": N_("Contacts"),
    "container": N_("Containers"),
    "count_line": N_("Lines of counts"),
    "credit_note": N_("Credit notes"),
    "device": N_("Devices"),
    "goods": N_("Goods at customers"),
    "invoice": N_("Invoices"),
    "invoice_line": N_("Lines of invoices"),
    "level": N_("What is kept at a location"),
    "line": N_("Lines of quotes, orders and work"),
    "lot": N_("Goods that we keep for them"),
    "on_order": N_("On order"),
    "opportunity": N_("Opportunities"),
    "order": N_("Sales orders"),
    "payment": N_("Payments"),
    "price_item": N_("Prices on lists"),
    "product_unit": N_("Further units"),
    "purchase_line": N_("Lines of purchase orders"),
    "purchase_order": N_("Purchase orders"),
    "quote": N_("Quotes"),
    "receipt": N_("Receipts"),
    "receipt_cost": N_("Costs of receipts"),
    "rma": N_("RMAs"),
    "shipment": N_("Shipments"),
    "site": N_("Sites"),
    "stock": N_("In stock"),
    "subscription": N_("Subscriptions"),
    "substitute": N_("Substitutes"),
    "transfer_line": N_("Lines of transfer orders"),
    "vendor_price": N_("Vendors' prices"),
    "warranty_policy": N_("Warranty policies"),
    "work_order": N_("Work orders"),
}
"""What people call many of a noun."""


@dataclass(slots=True)
class Outcome:
    """How many rows of which noun go over and stay, and how many units."""

    goes: dict[str, int] = field(default_factory=dict)
    stays: dict[str, int] = field(default_factory=dict)
    stock: str = "0"
    """Units on shelves that go over, in the product's own unit."""
    on_order: str = "0"
    with_customers: str = "0"
    """Units that stay what they were sold as."""


def of_products(entry: int, product: int) -> Outcome:
    """What a merge of products does."""
    decimals = Product.objects.values_list("quantity_decimals", flat=True).get(pk=product)
    found = Outcome(_goes(entry, "product"))
    moved = dict(
        Move.objects.filter(entry_id=entry, source__unbounded=True, target__unbounded=False)
        .values_list("target__kind")
        .annotate(units=Sum("quantity"))
    )
    found.stock = plain(sum(units for kind, units in moved.items() if kind in OURS), decimals)
    found.on_order = plain(moved.get("on_order", 0), decimals)
    goods = [kind for kind, region in REGION.items() if region == GOODS]
    there = Holding.objects.filter(product_id=product, quantity__gt=0, unbounded=False, kind__in=goods)
    found.with_customers = plain(there.aggregate(q=Sum("quantity"))["q"] or 0, decimals)
    rows: tuple[tuple[str, Any], ...] = (
        ("line", Line.objects.filter(void__isnull=True)),
        ("purchase_line", PurchaseLine.objects.filter(void__isnull=True)),
        ("invoice_line", InvoiceLine.objects.filter(invoice__void__isnull=True)),
        ("device", Device.objects.filter(void__isnull=True)),
        ("vendor_price", VendorPrice.objects.all()),
        ("level", Level.objects.all()),
        ("price_item", PriceItem.objects.filter(void__isnull=True, price_micro__isnull=False)),
    )
    for noun, of in rows:
        if count := of.filter(product_id=product).count():
            found.stays[noun] = count
    return found


def of_organizations(entry: int, organization: int) -> Outcome:
    """What a merge of organizations does."""
    prices = VendorPrice.objects.filter(organization_id=organization).aggregate(n=Count("pk"))["n"]
    return Outcome(_goes(entry, "organization"), {"vendor_price": prices} if prices else {})


def _goes(entry: int, itself: str) -> dict[str, int]:
    """How many rows of each noun the entry changed, but those that are merged."""
    changed = Fact.objects.filter(Q(field__isnull=False) & ~Q(field=MADE), entry_id=entry)
    subjects = set(changed.values_list("subject", flat=True))
    counted = Counter(subject.partition(":")[0] for subject in subjects)
    return {noun: n for noun, n in sorted(counted.items()) if noun != itself}
