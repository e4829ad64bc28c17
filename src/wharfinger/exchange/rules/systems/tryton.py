"""The files of Tryton: products, and how many of them there are."""

from __future__ import annotations

from wharfinger.exchange.rules.systems.takes import OFF, PIECES, System, Take, named

_TYPES = {"goods": "stocked", "assets": "stocked", "service": "service"}

TRYTON = (
    System(
        "Tryton",
        "Products by location",
        "stock",
        (("Code", "Quantity", "Forecast Quantity"), ("Product", "Quantity", "Forecast Quantity")),
        {
            "sku": (Take("Code"), Take("Product", part=r"\[([^\]]+)\]"), Take("Product")),
            "location": named("Location"),
            "quantity": named("Quantity"),
            "unit_cost": named("Cost Price"),
            "batch": named("Lot"),
        },
    ),
    System(
        "Tryton",
        "Products",
        "products",
        (
            ("Code", "Default UOM"),
            ("Code", "List Price"),
            ("code", "template/name"),
            ("Code", "Template/Name"),
            ("Code", "Product Template/Name"),
        ),
        {
            "sku": named("Code"),
            "name": named("Name", "Template/Name", "Product Template/Name"),
            "description": named("Description"),
            "kind": (Take("Type", _TYPES), Take("Template/Type", _TYPES)),
            "unit": (Take("Default UOM", PIECES), Take("Template/Default UOM", PIECES)),
            "category": named("Categories", "Template/Categories"),
            "barcodes": named("Identifiers/Code"),
            "price": named("List Price", "Template/List Price"),
            "retired_on": (Take("Active", OFF, only=True),),
        },
    ),
)
