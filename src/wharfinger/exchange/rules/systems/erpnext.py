"""The files of ERPNext: items, bins, and serial numbers at customers."""

from __future__ import annotations

from wharfinger.exchange.rules.systems.takes import ON, PIECES, System, Take, each, named

ERPNEXT = (
    System(
        "ERPNext",
        "Items",
        "products",
        (("Item Code", "Item Group"), ("Item Code", "Default Unit of Measure")),
        {
            "sku": named("Item Code"),
            "name": named("Item Name"),
            "description": named("Description"),
            "kind": (Take("Maintain Stock", {**each("stocked"), "0": "non_stocked", "no": "non_stocked"}),),
            "traced": (
                Take("Has Serial No", each("serial"), only=True),
                Take("Has Batch No", each("batch"), only=True),
            ),
            "unit": (Take("Default Unit of Measure", PIECES),),
            "category": (Take("Item Group", {"all item groups": ""}),),
            "manufacturer": named("Brand"),
            "barcodes": named("Barcode (Barcodes)", "Barcode"),
            "price": named("Standard Selling Rate"),
            "retired_on": (Take("Disabled", ON, only=True),),
            "vendor": named("Supplier (Supplier Items)", "Default Supplier (Item Defaults)"),
            "vendor_part_number": named("Supplier Part Number (Supplier Items)"),
            "lead_time_days": named("Lead Time in days"),
        },
        continues=True,
        source="frappe/erpnext, erpnext/stock/doctype/item/item.json",
    ),
    System(
        "ERPNext",
        "Bins",
        "stock",
        (
            ("Item Code", "Warehouse", "Actual Quantity"),
            ("Item Code", "Warehouse", "Actual Qty"),
            ("Item", "Warehouse", "Balance Qty"),
        ),
        {
            "sku": named("Item Code", "Item"),
            "location": named("Warehouse"),
            "quantity": named("Actual Quantity", "Actual Qty", "Balance Qty"),
            "unit_cost": named("Valuation Rate"),
        },
        source="frappe/erpnext, erpnext/stock/doctype/bin/bin.json",
    ),
    System(
        "ERPNext",
        "Serial numbers",
        "devices",
        (("Serial No", "Item Code", "Customer"), ("Serial No", "Item Code", "Warranty Expiry Date")),
        {
            "sku": named("Item Code"),
            "serial": named("Serial No"),
            "organization": named("Customer", "Customer Name"),
            "installed_on": named("Delivery Date"),
            "warranty_end_on": named("Warranty Expiry Date"),
        },
        source="frappe/erpnext, erpnext/stock/doctype/serial_no/serial_no.json",
    ),
)
