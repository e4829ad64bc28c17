"""What can be brought in, as a table: the columns of each kind of file, and what tells its things apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wharfinger.base.refusal import N_


@dataclass(frozen=True, slots=True)
class Column:
    """A column of ours: its name in files, its label, and other headings that mean the same."""

    name: str
    label: str
    also: tuple[str, ...] = ()
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file."""

    name: str
    label: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    """The columns that tell one thing from another; rows that agree in them are one thing."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Our columns by the fields of the acts, where they are called otherwise."""

    def names(self) -> list[str]:
        """The names of its columns."""
        return [column.name for column in self.columns]


ORGANIZATIONS = Kind(
    "organizations",
    N_("Organizations"),
    (
        Column("reference", N_("Reference number"), ("number", "customer number", "Kundennummer", "Nummer")),
        Column("name", N_("Name"), ("company", "organization", "Firma", "Organisation"), needed=True),
        Column("customer", N_("Customer"), ("Kunde",)),
        Column("vendor", N_("Vendor"), ("supplier", "Lieferant")),
        Column("currency", N_("Currency"), ("Währung",)),
        Column("language", N_("Language"), ("Sprache",)),
        Column("tax_number", N_("VAT number"), ("vat id", "USt-IdNr", "Steuernummer")),
        Column("email", N_("Mail"), ("e-mail", "mail address")),
        Column("phone", N_("Phone"), ("telephone", "Telefon")),
        Column("terms_days", N_("Payment terms in days"), ("terms", "Zahlungsziel")),
        Column("billing_policy", N_("Billing policy"), ("Abrechnung",)),
        Column("contact", N_("Contact"), ("contact name", "Kontakt", "Ansprechpartner")),
        Column("contact_email", N_("Mail of the contact"), ()),
        Column("contact_phone", N_("Phone of the contact"), ()),
        Column("site", N_("Site"), ("address name", "Standort")),
        Column("street", N_("Street"), ("address", "Straße", "Adresse")),
        Column("postcode", N_("Postcode"), ("postal code", "zip", "PLZ")),
        Column("city", N_("City"), ("town", "Ort", "Stadt")),
        Column("region", N_("Region"), ("state", "Bundesland")),
        Column("country", N_("Country"), ("Land",)),
    ),
    ("reference",),
    {
        "contacts.name": "contact",
        "contacts.email": "contact_email",
        "contacts.phone": "contact_phone",
        "sites.name": "site",
    },
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
        ),
        Column("name", N_("Name"), ("product", "Artikel", "Bezeichnung", "product name", "item name")),
        Column(
            "description", N_("Description"), ("Beschreibung", "product description", "sales description")
        ),
        Column("kind", N_("Kind"), ("type", "Art")),
        Column("traced", N_("Traced by"), ("tracking", "Rückverfolgung")),
        Column("traced_from", N_("Traced from"), ()),
        Column("unit", N_("Unit"), ("Einheit", "default unit of measure", "unit of measure")),
        Column("quantity_decimals", N_("Decimals of quantities"), ("decimals",)),
        Column("weight_grams", N_("Weight in grams"), ("weight", "Gewicht")),
        Column(
            "price",
            N_("Price"),
            ("list price", "Preis", "Verkaufspreis", "sales price", "standard selling rate"),
        ),
        Column("cost_method", N_("Cost method"), ()),
        Column("procured", N_("Subject to procurement"), ()),
        Column("tax_code", N_("Tax code"), ("Steuerschlüssel",)),
        Column("category", N_("Category"), ("Kategorie", "product category", "item group")),
        Column("manufacturer", N_("Manufacturer"), ("maker", "Hersteller", "brand")),
        Column("gtin", N_("GTIN"), ("ean", "barcode")),
        Column("barcodes", N_("Further barcodes"), ("barcodes", "Weitere Barcodes")),
        Column("retired_on", N_("Retired on"), ()),
        Column("vendor", N_("Vendor"), ("supplier", "Lieferant")),
        Column("vendor_cost", N_("Cost at the vendor"), ("cost", "Einkaufspreis", "EK")),
        Column("vendor_part_number", N_("Number at the vendor"), ("vendor sku",)),
        Column("vendor_default", N_("Default vendor"), ()),
        Column("lead_time_days", N_("Lead time in days"), ("lead time", "Lieferzeit")),
    ),
    ("sku",),
    {
        "barcodes.code": "barcodes",
        "barcodes.quantity": "barcodes",
        "vendors.organization": "vendor",
        "vendors.cost": "vendor_cost",
        "vendors.part_number": "vendor_part_number",
        "vendors.default": "vendor_default",
    },
)
LOCATIONS = Kind(
    "locations",
    N_("Locations"),
    (
        Column("location", N_("Location"), ("name", "warehouse", "Lagerort", "Lager"), needed=True),
        Column("kind", N_("Kind"), ("type", "Art")),
        Column("channel", N_("Channel"), ("Vertriebsweg",)),
        Column("default", N_("Default location"), ()),
        Column("person", N_("In the custody of"), ("user", "Benutzer")),
        Column("bin", N_("Bin"), ("shelf", "Lagerfach", "Fach")),
        Column("sequence", N_("Turn in the walk"), ("walking order", "Reihenfolge")),
    ),
    ("location",),
    {"name": "location", "bins.name": "bin", "bins.sequence": "sequence"},
)


def _either(name: str) -> tuple[str, str]:
    """A column of the inventory template of Autotask, as one that must be there and as one that may."""
    return (f"[required] Inventory Product: {name}", f"Inventory Product: {name}")


STOCK = Kind(
    "stock",
    N_("Opening stock"),
    (
        Column(
            "sku",
            N_("SKU"),
            ("product", "Artikelnummer", "item code", "internal reference", *_either("Product")),
            needed=True,
        ),
        Column(
            "name",
            N_("Name of a new product"),
            ("product name", "description", "Bezeichnung", *_either("Product")),
        ),
        Column(
            "location", N_("Location"), ("warehouse", "Lagerort", "Lager", *_either("Inventory Location"))
        ),
        Column("bin", N_("Bin"), ("shelf", "Lagerfach", "Fach", *_either("Bin"))),
        Column("quantity", N_("Quantity"), ("on hand", "stock", "Menge", "Bestand"), needed=True),
        Column("unit_cost", N_("Unit cost"), ("cost", "Einstandspreis")),
        Column("serial", N_("Serial number"), ("serials", "serial numbers", "Seriennummer")),
        Column("batch", N_("Batch"), ("lot", "Charge")),
        Column("expires_on", N_("Expires on"), ("best before", "MHD")),
        Column("as_of", N_("As of"), ("date", "Stichtag")),
    ),
    ("sku", "location", "bin", "batch", "serial"),
    {
        "product": "sku",
        "items.product": "sku",
        "items.serials": "serial",
        "items.unit_cost_micro": "unit_cost",
    },
)
COUNTS = Kind(
    "counts",
    N_("Counted quantities"),
    (
        Column("count", N_("Count"), ("count number", "Zählung", "Inventur"), needed=True),
        Column("bin", N_("Bin"), ("shelf", "Lagerplatz", "Lagerfach"), needed=True),
        Column("sku", N_("SKU"), ("product", "Artikelnummer"), needed=True),
        Column("counted", N_("Counted"), ("quantity", "Gezählt", "Menge")),
        Column("serial", N_("Serial number"), ("serials", "serial numbers", "Seriennummer")),
        Column("batch", N_("Batch"), ("lot", "Charge")),
        Column("expires_on", N_("Expires on"), ("best before", "MHD")),
    ),
    ("count", "bin", "sku", "batch"),
    {"product": "sku", "lines.product": "sku", "lines.serials": "serial"},
)
ORDERS = Kind(
    "orders",
    N_("Sales orders"),
    (
        Column("number", N_("Order"), ("order number", "Auftragsnummer", "Auftrag"), needed=True),
        Column("customer", N_("Customer"), ("organization", "Kunde"), needed=True),
        Column("site", N_("Site"), ("ship to", "Standort")),
        Column("ordered_on", N_("Ordered on"), ("order date", "date", "Auftragsdatum")),
        Column("promised_on", N_("Promised"), ("required date", "due", "Zugesagt")),
        Column("customer_reference", N_("Customer's reference"), ("po number", "Bestellnummer")),
        Column("title", N_("Title"), ("Titel",)),
        Column("currency", N_("Currency"), ("Währung",)),
        Column("confirm", N_("Confirmed"), ("Bestätigt",)),
        Column("sku", N_("SKU"), ("product", "Artikelnummer"), needed=True),
        Column("quantity", N_("Quantity"), ("Menge",), needed=True),
        Column("unit_price", N_("Unit price"), ("price", "Einzelpreis")),
        Column("discount", N_("Discount in percent"), ("Rabatt",)),
        Column("tax_code", N_("Tax code"), ("Steuerschlüssel",)),
        Column("description", N_("Description"), ("Beschreibung",)),
    ),
    ("number",),
    {"lines.product": "sku", "lines.unit_price_micro": "unit_price", "lines.site": "site"},
)
VENDOR_PRICES = Kind(
    "vendor_prices",
    N_("Vendor's prices and stock"),
    (
        Column("vendor", N_("Vendor"), ("supplier", "distributor", "Lieferant"), needed=True),
        Column("sku", N_("SKU"), ("our number", "Unsere Artikelnummer", "Artikelnummer")),
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
        ),
        Column("gtin", N_("GTIN"), ("ean", "barcode")),
        Column("name", N_("Name"), ("product", "description", "Artikel", "Bezeichnung")),
        Column("cost", N_("Cost"), ("price", "net price", "Einkaufspreis", "EK", "Preis")),
        Column("currency", N_("Currency"), ("Währung",)),
        Column(
            "from_quantity", N_("From quantity"), ("price break", "quantity break", "Ab Menge", "Staffel")
        ),
        Column("pack_quantity", N_("Pack size"), ("pack", "packaging unit", "Gebinde", "VPE")),
        Column("minimum_quantity", N_("Least order"), ("moq", "minimum order quantity", "Mindestmenge")),
        Column("lead_time_days", N_("Lead time in days"), ("lead time", "Lieferzeit")),
        Column("valid_from", N_("Valid from"), ("effective date", "Gültig ab")),
        Column("stock", N_("Vendor's stock"), ("quantity", "available", "on hand", "Bestand", "Verfügbar")),
        Column("stock_on", N_("As of"), ("date", "Stichtag")),
        Column("default", N_("Default vendor"), ("Hauptlieferant",)),
    ),
    ("vendor", "sku", "part_number", "gtin"),
    {
        "offers.organization": "vendor",
        "organization": "vendor",
        "offers.product": "sku",
        "breaks": "from_quantity",
    },
)
KINDS = {
    kind.name: kind for kind in (ORGANIZATIONS, PRODUCTS, VENDOR_PRICES, LOCATIONS, STOCK, ORDERS, COUNTS)
}
"""In the order in which they build on each other."""
