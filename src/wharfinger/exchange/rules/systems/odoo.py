"""The files of Odoo: products and variants, and what is in stock."""

from __future__ import annotations

from wharfinger.exchange.rules.systems.takes import OFF, PIECES, System, Take, named

_TYPES = {
    "goods": "stocked",
    "consu": "stocked",
    "product": "stocked",
    "storable product": "stocked",
    "consumable": "non_stocked",
    "service": "service",
    "combo": "kit",
    "kit": "kit",
}
_REFERENCE = r"\[([^\]]+)\]"

ODOO = (
    System(
        "Odoo",
        "Products and variants",
        "products",
        (
            ("Internal Reference", "Product Category"),
            ("Internal Reference", "Sales Price"),
            ("Internal Reference", "Product Type"),
            ("Internal Reference", "Name"),
            ("default_code", "list_price"),
            ("default_code", "categ_id"),
        ),
        {
            "sku": named("Internal Reference", "default_code"),
            "name": named("Name"),
            "description": named("Sales Description", "description_sale"),
            "kind": (Take("Product Type", _TYPES), Take("detailed_type", _TYPES), Take("type", _TYPES)),
            "traced": named("Tracking"),
            "unit": (
                Take("Unit of Measure", PIECES),
                Take("Unit", PIECES),
                Take("uom_id", PIECES),
            ),
            "category": (
                Take("Product Category", part=r"(?:All / )?(.*)"),
                Take("categ_id", part=r"(?:All / )?(.*)"),
            ),
            "barcodes": named("Barcode"),
            "price": named("Sales Price", "list_price", "Public Price"),
            "weight_grams": (Take("Weight", times=1000),),
            "retired_on": (Take("Active", OFF, only=True),),
        },
        source="odoo/odoo, addons/product/models/product_template.py",
    ),
    System(
        "Odoo",
        "Stock (quants)",
        "stock",
        (
            ("Product", "Location", "Quantity", "Lot/Serial Number"),
            ("Product", "Location", "Quantity", "Reserved Quantity"),
            ("product_id", "location_id", "quantity"),
        ),
        {
            "sku": (
                Take("Product/Internal Reference"),
                Take("Product", part=_REFERENCE),
                Take("product_id", part=_REFERENCE),
                Take("Product"),
                Take("product_id"),
            ),
            "location": (
                Take("Location", part=r"([^/]+)"),
                Take("location_id", part=r"([^/]+)"),
            ),
            "bin": (
                Take("Location", part=r"[^/]+/(.+)"),
                Take("location_id", part=r"[^/]+/(.+)"),
            ),
            "quantity": named("Quantity"),
            "serial": named("Lot/Serial Number", "lot_id"),
            "owner": named("Owner", "owner_id"),
            "as_of": named("Incoming Date", "in_date"),
        },
        source="odoo/odoo, addons/stock/models/stock_quant.py",
    ),
)
