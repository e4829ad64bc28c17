"""The files of inFlow."""

from __future__ import annotations

from wharfinger.exchange.rules.systems.takes import OFF, PIECES, System, Take, each, named

_KINDS = {
    "stocked product": "stocked",
    "stockable": "stocked",
    "stocked": "stocked",
    "serialized product": "stocked",
    "serialized": "stocked",
    "non-stocked product": "non_stocked",
    "nonstocked product": "non_stocked",
    "non-stocked": "non_stocked",
    "service": "service",
}
_SERIALIZED = {"serialized product": "serial", "serialized": "serial"}
_TRADER = {
    "email": named("Email"),
    "phone": named("Phone"),
    "contact": named("Contact Name", "Contact"),
    "street": named("Address1", "Address 1", "Business Address 1", "Street", "Address"),
    "city": named("City", "Business City"),
    "region": named("State", "Province", "State/Province", "Business State"),
    "postcode": named("Postal Code", "Zip", "Zip/Postal Code", "Business Postal Code"),
    "country": named("Country", "Business Country"),
    "currency": named("Currency"),
    "tax_number": named("Tax Number", "Tax Exempt Number"),
    "retired_on": (Take("Is Active", OFF, only=True), Take("Active", OFF, only=True)),
}

INFLOW = (
    System(
        "inFlow",
        "Products",
        "products",
        (("Product Name", "Item Type"), ("Product Name", "SKU", "Reorder Point")),
        {
            "sku": named("SKU", "Product SKU", "Product Name"),
            "name": named("Product Name"),
            "description": named("Description"),
            "category": (Take("Category"),),
            "kind": (Take("Item Type", _KINDS),),
            "traced": (
                Take("Item Type", _SERIALIZED, only=True),
                Take("Track Serials", each("serial"), only=True),
            ),
            "unit": (Take("Standard UoM", PIECES), Take("UoM", PIECES)),
            "barcodes": named("Barcode"),
            "price": named("Default Unit Price", "Unit Price", "Normal Price", "Sales Price"),
            "retired_on": (Take("Is Active", OFF, only=True), Take("Active", OFF, only=True)),
            "vendor": named("Last Vendor", "Default Vendor", "Vendor"),
            "vendor_cost": named("Vendor Price", "Last Vendor Price"),
            "vendor_part_number": named("Vendor Product Code", "Vendor Item Code"),
        },
    ),
    System(
        "inFlow",
        "Stock levels",
        "stock",
        (("Product Name", "Sublocation", "Quantity"), ("Product", "Sublocation", "Quantity")),
        {
            "sku": named("SKU", "Product SKU", "Product Name", "Product"),
            "location": named("Location"),
            "bin": named("Sublocation"),
            "quantity": named("Quantity", "Quantity On Hand"),
            "serial": named("Serial", "Serial Number"),
            "unit_cost": named("Cost", "Unit Cost", "Average Cost"),
        },
    ),
    System(
        "inFlow",
        "Vendors",
        "organizations",
        (("Vendor Name",), ("Vendor", "Vendor Currency")),
        {"name": named("Vendor Name", "Vendor"), **_TRADER},
        {"vendor": "yes", "customer": "no"},
    ),
    System(
        "inFlow",
        "Customers",
        "organizations",
        (("Customer Name", "Pricing Scheme"), ("Customer Name", "Contact Name"), ("Customer Name", "Email")),
        {"name": named("Customer Name", "Customer"), **_TRADER},
        {"customer": "yes"},
    ),
)
