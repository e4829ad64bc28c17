"""Files about where goods are kept, and what lies there."""

from __future__ import annotations

from wharfinger.base.refusal import N_
from wharfinger.exchange.rules.kinds.columns import Column, Kind, words

_RETIRED = Column("retired_on", N_("Retired on"), ("Inaktiv seit",), form="day")

REASONS = Kind(
    "reasons",
    N_("Reasons"),
    (
        Column("name", N_("Name"), ("reason", "Grund"), needed=True, example="Broken in the warehouse"),
        Column(
            "uses",
            N_("Offered for"),
            example="lost scrap",
            help=N_("Between spaces: found, lost, hold, scrap, correct_serial."),
        ),
        Column("note_required", N_("Needs a note"), form="flag", example="yes"),
        _RETIRED,
    ),
    ("name",),
)
LOCATIONS = Kind(
    "locations",
    N_("Locations and bins"),
    (
        Column(
            "location",
            N_("Location"),
            ("name", "warehouse", "Lagerort", "Lager"),
            needed=True,
            example="Main warehouse",
        ),
        Column(
            "kind",
            N_("Kind"),
            ("type", "Art"),
            example="warehouse",
            words=words(
                warehouse="lager|internal location",
                person="van|person|fahrzeug",
                returns="quarantine|retouren",
                virtual="virtuell",
            ),
        ),
        Column(
            "channel",
            N_("Channel"),
            ("Vertriebsweg",),
            example="direct",
            words=words(direct="direct sale|direkt", indirect="indirect sale|indirekt", rental="miete"),
        ),
        Column("default", N_("Default location"), form="flag", example="yes"),
        Column("person", N_("In the custody of"), ("user", "Benutzer"), help=N_("The name to sign in with.")),
        Column("returns_location", N_("Returns go to"), ("Retouren gehen nach",)),
        Column(
            "bin",
            N_("Bin"),
            ("shelf", "Lagerfach", "Fach"),
            example="A-01-2",
            help=N_("Further rows of the same location name further bins."),
        ),
        Column(
            "sequence",
            N_("Turn in the walk"),
            ("walking order", "Reihenfolge"),
            form="whole",
            example="10",
        ),
        Column("capacity", N_("Holds at most"), ("Fassungsvermögen",), form="whole"),
    ),
    ("location",),
    {
        "name": "location",
        "bins.name": "bin",
        "bins.sequence": "sequence",
        "bins.capacity": "capacity",
        "sequence": "sequence",
    },
)
LEVELS = Kind(
    "levels",
    N_("Minimum and maximum stock"),
    (
        Column("sku", N_("SKU"), ("product", "item code", "Artikelnummer"), needed=True, example="CAB-24"),
        Column("location", N_("Location"), ("warehouse", "Lagerort", "Lager"), example="Main warehouse"),
        Column(
            "minimum",
            N_("Minimum"),
            ("min", "minimum quantity", "Mindestbestand"),
            form="figure",
            example="20",
        ),
        Column(
            "maximum",
            N_("Maximum"),
            ("max", "maximum quantity", "Höchstbestand"),
            form="figure",
            example="100",
        ),
        Column(
            "reorder_point",
            N_("Reorder point"),
            ("re-order level", "reorder level", "Meldebestand"),
            form="figure",
        ),
        Column(
            "reorder_quantity",
            N_("Reorder quantity"),
            ("re-order qty", "Bestellmenge"),
            form="figure",
        ),
        Column("vendor", N_("Vendor"), ("supplier", "Lieferant")),
        Column(
            "source",
            N_("Comes from"),
            ("transfer from", "Umlagern von"),
            help=N_("Another location, or “build” where it is built there."),
        ),
        Column("bin", N_("Own bin"), ("shelf", "Fester Lagerplatz"), example="A-01-2"),
    ),
    ("sku", "location"),
    {"product": "sku"},
)
STOCK = Kind(
    "stock",
    N_("Opening stock"),
    (
        Column(
            "sku",
            N_("SKU"),
            ("product", "Artikelnummer", "item code", "internal reference"),
            needed=True,
            example="CAB-24",
        ),
        Column(
            "name",
            N_("Name of a new product"),
            ("product name", "description", "Bezeichnung"),
            help=N_("Makes the product where there is none of this SKU."),
            leaves=False,
        ),
        Column(
            "location",
            N_("Location"),
            ("warehouse", "Lagerort", "Lager"),
            example="Main warehouse",
        ),
        Column("bin", N_("Bin"), ("shelf", "Lagerfach", "Fach"), example="A-01-2"),
        Column(
            "quantity",
            N_("Quantity"),
            ("on hand", "stock", "Menge", "Bestand"),
            needed=True,
            form="figure",
            example="240",
        ),
        Column("unit_cost", N_("Unit cost"), ("cost", "Einstandspreis"), form="figure", example="1.15"),
        Column(
            "serial",
            N_("Serial number"),
            ("serials", "serial numbers", "Seriennummer"),
            help=N_("Several between spaces or commas."),
        ),
        Column("batch", N_("Batch"), ("lot", "Charge")),
        Column("expires_on", N_("Expires on"), ("best before", "MHD"), form="day"),
        Column(
            "owner",
            N_("Goods of"),
            ("Eigentum von",),
            help=N_("Whose goods they are that we only keep: counted, never valued."),
        ),
        Column(
            "as_of",
            N_("As of"),
            ("date", "received on", "Stichtag"),
            form="day",
            example="2026-01-01",
            help=N_("The day on which they came; what came first leaves first. Today where nothing is said."),
        ),
    ),
    ("sku", "location", "bin", "batch", "serial", "owner", "as_of"),
    {
        "product": "sku",
        "items.product": "sku",
        "items.serials": "serial",
        "items.owner": "owner",
        "items.unit_cost_micro": "unit_cost",
    },
)
COUNTS = Kind(
    "counts",
    N_("Counted quantities"),
    (
        Column("count", N_("Count"), ("count number", "Zählung", "Inventur"), needed=True, example="COUNT-7"),
        Column("bin", N_("Bin"), ("shelf", "Lagerplatz", "Lagerfach"), needed=True, example="A-01-2"),
        Column("sku", N_("SKU"), ("product", "Artikelnummer"), needed=True, example="CAB-24"),
        Column("counted", N_("Counted"), ("quantity", "Gezählt", "Menge"), form="figure", example="238"),
        Column("serial", N_("Serial number"), ("serials", "serial numbers", "Seriennummer")),
        Column("batch", N_("Batch"), ("lot", "Charge")),
        Column("expires_on", N_("Expires on"), ("best before", "MHD"), form="day"),
    ),
    ("count", "bin", "sku", "batch"),
    {"product": "sku", "lines.product": "sku", "lines.serials": "serial"},
)
DEVICES = Kind(
    "devices",
    N_("Devices at customers"),
    (
        Column("sku", N_("SKU"), ("product", "item code", "Artikelnummer"), needed=True, example="SW-24"),
        Column(
            "serial",
            N_("Serial number"),
            ("serial no", "Seriennummer"),
            needed=True,
            example="SN-0001",
        ),
        Column(
            "organization",
            N_("Organization"),
            ("customer", "company", "account", "Kunde", "Firma", "Organisation"),
            needed=True,
            example="C-0815",
            help=N_("Its reference number, or its name."),
        ),
        Column("site", N_("Site"), ("location", "Standort"), example="Head office"),
        Column("contact", N_("Contact"), ("Ansprechpartner",)),
        Column("reference", N_("Reference"), ("asset tag", "Inventarnummer")),
        Column(
            "installed_on",
            N_("Installed on"),
            ("installation date", "install date", "Installiert am"),
            form="day",
            example="2025-06-30",
        ),
        Column("warranty_start_on", N_("Warranty from"), ("warranty start", "Garantie ab"), form="day"),
        Column(
            "warranty_end_on",
            N_("Warranty until"),
            ("warranty expiration date", "warranty expiry", "Garantie bis"),
            form="day",
            example="2028-06-30",
        ),
    ),
    ("sku", "serial"),
    {
        "items.product": "sku",
        "items.serial": "serial",
        "items.site": "site",
        "items.contact": "contact",
        "warranty_end_on": "warranty_end_on",
    },
)
