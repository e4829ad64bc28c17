"""What can be brought in and taken out, as a table: the columns of each kind of file, and what tells its things apart."""

from __future__ import annotations

from wharfinger.exchange.rules.kinds.catalog import (
    BARCODES,
    CATEGORIES,
    COMPONENTS,
    PRICE_LISTS,
    PRODUCTS,
    RATES,
    SUBSTITUTES,
    TAX_CODES,
    UNITS,
    VARIANTS,
    VENDOR_PRICES,
)
from wharfinger.exchange.rules.kinds.columns import Column, Kind
from wharfinger.exchange.rules.kinds.parties import CONTACTS, CUSTOMER_GROUPS, ORGANIZATIONS, SITES
from wharfinger.exchange.rules.kinds.stock import COUNTS, DEVICES, LEVELS, LOCATIONS, REASONS, STOCK
from wharfinger.exchange.rules.kinds.trade import ORDERS, PURCHASE_ORDERS, QUOTES

__all__ = ["KINDS", "Column", "Kind"]

KINDS = {
    kind.name: kind
    for kind in (
        TAX_CODES,
        RATES,
        CUSTOMER_GROUPS,
        REASONS,
        CATEGORIES,
        ORGANIZATIONS,
        CONTACTS,
        SITES,
        PRODUCTS,
        VARIANTS,
        UNITS,
        BARCODES,
        COMPONENTS,
        SUBSTITUTES,
        VENDOR_PRICES,
        PRICE_LISTS,
        LOCATIONS,
        LEVELS,
        STOCK,
        DEVICES,
        QUOTES,
        ORDERS,
        PURCHASE_ORDERS,
        COUNTS,
    )
}
"""In the order in which they build on each other."""
