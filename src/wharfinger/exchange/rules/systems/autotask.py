"""The files of Autotask."""

from __future__ import annotations

from wharfinger.exchange.rules.systems.takes import OFF, ON, System, Take, named

HELP = "https://ww1.autotask.net/help/Content/4_Admin/_UTILITIES_IMPORT/"
_PRODUCT = ("[required] Inventory Product: Product", "Inventory Product: Product")
_WHERE = {
    "location": named(
        "[required] Inventory Product: Inventory Location", "Inventory Product: Inventory Location"
    ),
    "bin": named("Inventory Product: Bin"),
}
_INVENTORY = tuple((heading, _WHERE["location"][n].heading) for n, heading in enumerate(_PRODUCT))
_NOT = {**dict.fromkeys(ON, "no"), **dict.fromkeys(OFF, "yes")}

AUTOTASK = (
    System(
        "Autotask",
        "Products",
        "products",
        (
            ("Product Name", "Product Category", "Product Description"),
            ("Product Name", "Serialized (yes or no)"),
        ),
        {
            "sku": named("SKU", "Product SKU", "Internal Product ID", "Product Name"),
            "name": named("Product Name"),
            "description": named("Product Description"),
            "category": named("Product Category"),
            "traced": tuple(
                Take(heading, {**dict.fromkeys(ON, "serial"), **dict.fromkeys(OFF, "none")})
                for heading in ("Serialized (yes or no)", "Serialized")
            ),
            "price": named("Unit Price"),
            "manufacturer": named("Manufacturer Name", "Manufacturer"),
            "procured": (Take("Does Not Require Procurement", _NOT),),
            "retired_on": (Take("Active", OFF, only=True), Take("Active (yes or no)", OFF, only=True)),
            "vendor": named("Vendor Name", "Default Vendor", "Vendor"),
            "vendor_cost": named("Vendor Cost", "Unit Cost"),
            "vendor_part_number": named("Vendor Product Number", "Vendor Part Number"),
        },
        source=f"{HELP}Products_Import.htm",
    ),
    System(
        "Autotask",
        "Inventory items",
        "stock",
        _INVENTORY,
        {
            "sku": named(*_PRODUCT),
            "name": named(*_PRODUCT),
            **_WHERE,
            "quantity": named(
                "Inventory Product: On Hand",
                "Inventory Product: Quantity On Hand",
                "[required] Inventory Product: On Hand",
                "Stocked Item: On Hand",
                "Stocked Item: Quantity",
            ),
            "unit_cost": named("Stocked Item: Unit Cost", "Inventory Product: Unit Cost"),
            "serial": named("Stocked Item: Serial Number", "Inventory Product: Serial Number"),
        },
        source=f"{HELP}Inventory_Import.htm",
    ),
    System(
        "Autotask",
        "Inventory items, minimum and maximum",
        "levels",
        _INVENTORY,
        {
            "sku": named(*_PRODUCT),
            **_WHERE,
            "minimum": named(
                "Inventory Product: Quantity Minimum",
                "Inventory Product: Minimum",
                "Inventory Product: Min",
            ),
            "maximum": named(
                "Inventory Product: Quantity Maximum",
                "Inventory Product: Maximum",
                "Inventory Product: Max",
            ),
        },
        source=f"{HELP}Inventory_Import.htm",
    ),
    System(
        "Autotask",
        "Devices",
        "devices",
        (
            ("Device ID [updates only]",),
            ("Product Name", "Serial Number", "Install Date"),
            ("Product Name", "Serial Number", "Warranty Expiration Date"),
        ),
        {
            "sku": named("SKU", "Product SKU", "Product Name"),
            "serial": named("Serial Number"),
            "organization": named("Organization", "Organization Name", "Account", "Company", "Customer"),
            "site": named("Location", "Organization Location"),
            "contact": named("Contact", "Contact Name"),
            "reference": named("Reference Name", "Reference Number"),
            "installed_on": named("Install Date"),
            "warranty_end_on": named("Warranty Expiration Date", "Warranty Expiration"),
        },
        source=f"{HELP}ConfigurationItems_Subscriptions_Import.htm",
    ),
)
