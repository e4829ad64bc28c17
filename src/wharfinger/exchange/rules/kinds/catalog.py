"""Files about products and what belongs to them."""

from __future__ import annotations

from wharfinger.base.refusal import N_
from wharfinger.exchange.rules.kinds.columns import Column, Kind, words

_SKU = Column(
    "sku", N_("SKU"), ("product", "item", "product number", "Artikelnummer"), needed=True, example="CAB-24"
)
_TAX_CODE = Column("tax_code", N_("Tax code"), ("Steuerschlüssel",), example="DE19")
_RETIRED = Column("retired_on", N_("Retired on"), ("Inaktiv seit",), form="day")

TAX_CODES = Kind(
    "tax_codes",
    N_("Tax codes"),
    (
        Column("code", N_("Code"), ("tax code", "Steuerschlüssel"), needed=True, example="DE19"),
        Column("name", N_("Name"), ("Bezeichnung",), example="VAT 19 %"),
        Column("rate", N_("Rate in percent"), ("percent", "Satz"), form="figure", example="19"),
        Column(
            "category",
            N_("Category"),
            ("Kategorie",),
            example="S",
            help=N_("A letter of EN 16931: S, Z, E, AE, K, G, O, L or M."),
        ),
        Column("exemption_reason", N_("Reason for exemption"), ("Befreiungsgrund",)),
        Column("exemption_code", N_("Exemption code"), ("VATEX", "Befreiungscode"), example="VATEX-EU-IC"),
        Column("second_name", N_("Second tax"), ("Zweite Steuer",), example="PST"),
        Column("second_rate", N_("Rate of the second tax in percent"), ("Zweiter Satz",), form="figure"),
        Column("compound", N_("Second tax on the first"), (), form="flag", example="no"),
        Column("default", N_("Default"), (), form="flag", example="no"),
        Column("valid_from", N_("Valid from"), ("Gültig ab",), form="day"),
        Column("valid_until", N_("Valid until"), ("Gültig bis",), form="day"),
        Column(
            "successor",
            N_("Successor"),
            ("Nachfolger",),
            example="",
            help=N_(
                "The code by which later days are taxed. It stands above in the file, or is there already."
            ),
        ),
        _RETIRED,
    ),
    ("code",),
)
RATES = Kind(
    "rates",
    N_("Rates of exchange"),
    (
        Column("currency", N_("Currency"), ("Währung",), needed=True, example="USD"),
        Column(
            "valid_from",
            N_("Valid from"),
            ("date", "day", "Gültig ab", "Datum"),
            needed=True,
            form="day",
            example="2026-01-01",
        ),
        Column(
            "rate",
            N_("Rate of exchange"),
            ("Wechselkurs", "Kurs"),
            needed=True,
            form="figure",
            example="0.9137",
            help=N_("What one unit of it is worth in the company's currency."),
        ),
    ),
    ("currency", "valid_from"),
    permission="pricing.read",
)
CATEGORIES = Kind(
    "categories",
    N_("Categories"),
    (
        Column(
            "path",
            N_("Category"),
            ("category", "name", "Kategorie"),
            needed=True,
            example="Network / Switches",
            help=N_("With the categories above it, parted by a stroke."),
        ),
        _TAX_CODE,
    ),
    ("path",),
)
PRODUCTS = Kind(
    "products",
    N_("Products"),
    (
        Column(
            "sku",
            N_("SKU"),
            ("number", "product number", "Artikelnummer", "internal reference", "item code"),
            needed=True,
            example="SW-24",
        ),
        Column(
            "name",
            N_("Name"),
            ("product", "Artikel", "Bezeichnung", "product name", "item name"),
            example="Switch 24 ports",
        ),
        Column(
            "description", N_("Description"), ("Beschreibung", "product description", "sales description")
        ),
        Column(
            "kind",
            N_("Kind"),
            ("type", "Art"),
            example="stocked",
            words=words(
                stocked="goods|stock|stockable|storable|storable product|inventory item|inventory part"
                "|stocked product|stockable product|product|lagerartikel|waren",
                non_stocked="non-stocked|non stocked|non-stocked product|non-stock|consumable"
                "|non-inventory part|ohne bestand",
                service="services|service product|dienstleistung",
                kit="set|bausatz",
            ),
        ),
        Column(
            "traced",
            N_("Traced by"),
            ("tracking", "Rückverfolgung"),
            example="serial",
            words=words(
                none="no|no tracking|by quantity|nein|keine",
                serial="serials|serial number|serial numbers|by unique serial number|serialized|seriennummer",
                batch="lot|lots|batches|by lots|lot number|charge",
            ),
        ),
        Column(
            "traced_from",
            N_("Traced from"),
            example="receipt",
            words=words(receipt="wareneingang", shipping="versand"),
        ),
        Column("serial_pattern", N_("Series of our own serial numbers"), example="XYZ###"),
        Column("unit", N_("Unit"), ("Einheit", "default unit of measure", "unit of measure"), example="pc"),
        Column("quantity_decimals", N_("Decimals of quantities"), ("decimals",), form="whole", example="0"),
        Column("weight_grams", N_("Weight in grams"), ("weight", "Gewicht"), form="whole", example="2400"),
        Column(
            "price",
            N_("Price"),
            ("list price", "Preis", "Verkaufspreis", "sales price", "standard selling rate"),
            form="figure",
            example="289.00",
        ),
        Column(
            "cost_method",
            N_("Cost method"),
            words=words(
                specific="actual|einzeln",
                fifo="first in first out (fifo)|first in first out",
                average="moving average|avco|average cost (avco)|durchschnitt",
                lifo="last in first out",
            ),
        ),
        Column("procured", N_("Subject to procurement"), form="flag", example="yes"),
        Column(
            "fixed",
            N_("Stays whole"),
            form="flag",
            help=N_("Whether a component moves only with what it is built into."),
        ),
        Column("rma_eligible", N_("May be returned"), form="flag"),
        Column("returnable_days", N_("Days in which it may be returned"), form="whole"),
        _TAX_CODE,
        Column(
            "category",
            N_("Category"),
            ("Kategorie", "product category", "item group"),
            example="Network / Switches",
        ),
        Column("manufacturer", N_("Manufacturer"), ("maker", "Hersteller", "brand")),
        Column("gtin", N_("GTIN"), ("ean", "barcode"), example="4006381333931"),
        Column(
            "barcodes",
            N_("Further barcodes"),
            ("Weitere Barcodes",),
            help=N_("Between spaces; a code that means 24 units ends in =24."),
            leaves=False,
        ),
        Column("retired_on", N_("Retired on"), form="day"),
        Column(
            "vendor",
            N_("Vendor"),
            ("supplier", "Lieferant"),
            help=N_("Further rows of the same product name further vendors."),
            leaves=False,
        ),
        Column(
            "vendor_cost",
            N_("Cost at the vendor"),
            ("cost", "Einkaufspreis", "EK"),
            form="figure",
            leaves=False,
        ),
        Column("vendor_part_number", N_("Number at the vendor"), ("vendor sku",), leaves=False),
        Column("vendor_default", N_("Default vendor"), form="flag", leaves=False),
        Column(
            "lead_time_days", N_("Lead time in days"), ("lead time", "Lieferzeit"), form="whole", leaves=False
        ),
    ),
    ("sku",),
    {
        "barcodes.code": "barcodes",
        "barcodes.quantity": "barcodes",
        "vendors.organization": "vendor",
        "vendors.cost": "vendor_cost",
        "vendors.part_number": "vendor_part_number",
        "vendors.default": "vendor_default",
        "vendors.lead_time_days": "lead_time_days",
    },
)
UNITS = Kind(
    "units",
    N_("Units"),
    (
        _SKU,
        Column("unit", N_("Unit"), ("unit of measure", "name", "Einheit"), needed=True, example="case"),
        Column(
            "factor",
            N_("Contains"),
            ("quantity", "conversion factor", "Faktor", "Menge"),
            needed=True,
            form="figure",
            example="24",
            help=N_("How much of the product's own unit it is."),
        ),
        Column("for_buying", N_("Bought in it"), form="flag", example="yes"),
        Column("for_selling", N_("Sold in it"), form="flag", example="no"),
        _RETIRED,
    ),
    ("sku",),
    {"units.name": "unit", "units.factor": "factor"},
)
BARCODES = Kind(
    "barcodes",
    N_("Barcodes"),
    (
        _SKU,
        Column(
            "code",
            N_("Barcode"),
            ("ean", "gtin", "upc"),
            needed=True,
            example="4006381333931",
            help=N_("Eight, twelve, thirteen or fourteen digits must be a GTIN; anything else is free."),
        ),
        Column("unit", N_("Unit"), ("unit of measure", "Einheit")),
        Column(
            "quantity",
            N_("One scan means"),
            ("Menge",),
            form="figure",
            example="24",
            help=N_("How much of the product's own unit, where no unit is named."),
        ),
    ),
    ("sku",),
    {"barcodes.code": "code", "barcodes.quantity": "quantity", "barcodes.unit": "unit"},
)
COMPONENTS = Kind(
    "components",
    N_("Components of kits and bundles"),
    (
        _SKU,
        Column(
            "component",
            N_("Component"),
            ("part", "component sku", "Komponente", "Bestandteil"),
            needed=True,
            example="CAB-24",
        ),
        Column(
            "quantity",
            N_("Quantity"),
            ("Menge",),
            needed=True,
            form="figure",
            example="2",
            help=N_("How many go into one; all rows of a product together say what it is made of."),
        ),
    ),
    ("sku",),
    {"components.product": "component", "components.quantity": "quantity"},
)
SUBSTITUTES = Kind(
    "substitutes",
    N_("Substitutes"),
    (
        _SKU,
        Column(
            "substitute",
            N_("May be replaced by"),
            ("alternative", "Ersatz", "Ersatzartikel"),
            needed=True,
            example="SW-26",
            help=N_("The best first; all rows of a product together are its substitutes."),
        ),
    ),
    ("sku",),
    {"products": "substitute"},
)
VARIANTS = Kind(
    "variants",
    N_("Variants of families"),
    (
        _SKU,
        Column(
            "family",
            N_("Family"),
            ("product template", "variant of", "parent", "Artikelfamilie"),
            needed=True,
            example="Patch cable",
            help=N_("One that is not there yet is made, with its attributes and values as they come."),
        ),
        Column("attribute_1", N_("Attribute 1"), ("Merkmal 1",), needed=True, example="Colour"),
        Column("value_1", N_("Value 1"), ("Wert 1",), needed=True, example="Grey"),
        Column("attribute_2", N_("Attribute 2"), ("Merkmal 2",), example="Length"),
        Column("value_2", N_("Value 2"), ("Wert 2",), example="2 m"),
        Column("attribute_3", N_("Attribute 3"), ("Merkmal 3",)),
        Column("value_3", N_("Value 3"), ("Wert 3",)),
    ),
    ("sku",),
    {"name": "family", "attributes": "attribute_1", "values": "value_1", "product": "sku"},
)
VENDOR_PRICES = Kind(
    "vendor_prices",
    N_("Vendor's prices and stock"),
    (
        Column("vendor", N_("Vendor"), ("supplier", "distributor", "Lieferant"), needed=True, example="V-7"),
        Column("sku", N_("SKU"), ("our number", "Unsere Artikelnummer", "Artikelnummer"), example="SW-24"),
        Column(
            "part_number",
            N_("Number at the vendor"),
            (
                "vendor sku",
                "vendor part number",
                "article number",
                "Bestellnummer",
                "Lieferantenartikelnummer",
            ),
            example="7741-24",
        ),
        Column("gtin", N_("GTIN"), ("ean", "barcode")),
        Column("name", N_("Name"), ("product", "description", "Artikel", "Bezeichnung")),
        Column(
            "cost",
            N_("Cost"),
            ("price", "net price", "Einkaufspreis", "EK", "Preis"),
            form="figure",
            example="198.40",
        ),
        Column("currency", N_("Currency"), ("Währung",), example="EUR"),
        Column(
            "from_quantity",
            N_("From quantity"),
            ("price break", "quantity break", "Ab Menge", "Staffel"),
            form="figure",
            help=N_("Further rows with a quantity are price breaks."),
        ),
        Column("pack_quantity", N_("Pack size"), ("pack", "packaging unit", "Gebinde", "VPE"), form="figure"),
        Column(
            "minimum_quantity",
            N_("Least order"),
            ("moq", "minimum order quantity", "Mindestmenge"),
            form="figure",
        ),
        Column(
            "lead_time_days", N_("Lead time in days"), ("lead time", "Lieferzeit"), form="whole", example="5"
        ),
        Column("valid_from", N_("Valid from"), ("effective date", "Gültig ab"), form="day"),
        Column(
            "stock",
            N_("Vendor's stock"),
            ("vendor stock", "quantity", "available", "on hand", "Bestand", "Verfügbar"),
            form="figure",
        ),
        Column("stock_on", N_("As of"), ("date", "Stichtag"), form="day"),
        Column("default", N_("Default vendor"), ("Hauptlieferant",), form="flag", example="yes"),
    ),
    ("vendor", "sku", "part_number", "gtin"),
    {
        "offers.organization": "vendor",
        "organization": "vendor",
        "offers.product": "sku",
        "breaks": "from_quantity",
    },
    permission="catalog.see_cost",
)
PRICE_LISTS = Kind(
    "price_lists",
    N_("Price lists"),
    (
        Column(
            "price_list",
            N_("Price list"),
            ("list", "name", "Preisliste"),
            needed=True,
            example="Schools 2026",
        ),
        Column("customer_group", N_("Customer group"), ("Kundengruppe",), example="Schools"),
        Column(
            "currency",
            N_("Currency"),
            ("Währung",),
            example="EUR",
            help=N_("Of a new list; the company's own where nothing is said."),
        ),
        Column(
            "tax_included",
            N_("Prices with tax"),
            ("tax included", "Preise mit Steuer", "Bruttopreise"),
            form="flag",
            help=N_("Of a new list; before tax where nothing is said."),
        ),
        Column("valid_from", N_("Valid from"), ("Gültig ab",), form="day", example="2026-01-01"),
        Column("valid_until", N_("Valid until"), ("Gültig bis",), form="day"),
        Column("retired_on", N_("Retired on"), ("Inaktiv seit",), form="day"),
        Column("sku", N_("SKU"), ("product", "Artikelnummer"), example="SW-24"),
        Column("unit", N_("Unit"), ("unit of measure", "Einheit")),
        Column("from_quantity", N_("From quantity"), ("Ab Menge", "Staffel"), form="figure", example="10"),
        Column("price", N_("Price"), ("unit price", "Preis"), form="figure", example="265.00"),
    ),
    ("price_list",),
    {
        "name": "price_list",
        "items.product": "sku",
        "items.unit": "unit",
        "items.from_quantity": "from_quantity",
        "items.price": "price",
    },
)
