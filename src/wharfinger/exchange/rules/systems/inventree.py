"""The files of InvenTree: parts and stock items."""

from __future__ import annotations

from wharfinger.exchange.rules.systems.takes import OFF, PIECES, System, Take, each, named

INVENTREE = (
    System(
        "InvenTree",
        "Stock items",
        "stock",
        (
            ("Stock Item ID", "Quantity"),
            ("Part ID", "Location ID", "Quantity"),
            ("part", "supplier_part", "location", "quantity"),
            ("Part", "Supplier Part", "Stock Location", "Quantity"),
        ),
        {
            "sku": named("Part IPN", "IPN", "part_detail.IPN", "Part Name", "part_name"),
            "location": named("Location Name", "location_name", "Location Path", "location_path"),
            "quantity": named("Quantity"),
            "serial": named("Serial", "Serial Number"),
            "batch": named("Batch", "Batch Code"),
            "expires_on": named("Expiry Date"),
            "unit_cost": named("Purchase Price"),
        },
        source="inventree/InvenTree, InvenTree/stock/admin.py",
    ),
    System(
        "InvenTree",
        "Parts",
        "products",
        (("IPN", "Trackable"), ("IPN", "Minimum Stock"), ("IPN", "Part Name"), ("IPN", "Purchaseable")),
        {
            "sku": named("IPN", "Part Name", "Name"),
            "name": named("Part Name", "Name"),
            "description": named("Part Description", "Description"),
            "category": named("Category Path", "Category Name"),
            "kind": (Take("Virtual", each("service"), only=True),),
            "traced": (Take("Trackable", each("serial"), only=True),),
            "unit": (Take("Units", PIECES),),
            "retired_on": (Take("Active", OFF, only=True),),
        },
        source="inventree/InvenTree, docs/docs/part/part.md",
    ),
)
