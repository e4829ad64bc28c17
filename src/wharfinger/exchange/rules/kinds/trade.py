"""Files about what is offered, sold and bought."""

from __future__ import annotations

from wharfinger.base.refusal import N_
from wharfinger.exchange.rules.kinds.columns import Column, Kind

_CUSTOMER = Column(
    "customer",
    N_("Customer"),
    ("organization", "Kunde"),
    needed=True,
    example="C-0815",
    help=N_("Its reference number, or its name."),
)
_SKU = Column("sku", N_("SKU"), ("product", "Artikelnummer"), needed=True, example="SW-24")
_UNIT = Column(
    "unit",
    N_("Unit"),
    ("unit of measure", "Einheit"),
    help=N_("Of quantity and price; the product's own where nothing is said."),
)
_TERMS = (
    Column("customer_reference", N_("Customer's reference"), ("po number", "Bestellnummer")),
    Column("title", N_("Title"), ("Titel",)),
    Column("currency", N_("Currency"), ("Währung",), example="EUR"),
)
_GOODS = (
    _SKU,
    Column("quantity", N_("Quantity"), ("Menge",), needed=True, form="figure", example="3"),
    _UNIT,
    Column("unit_price", N_("Unit price"), ("price", "Einzelpreis"), form="figure", example="289.00"),
    Column("discount", N_("Discount in percent"), ("Rabatt",), form="figure"),
    Column(
        "discount_each",
        N_("Discount per unit"),
        ("Rabatt je Stück",),
        form="figure",
        help=N_("Money off each unit, before any percent."),
    ),
    Column("tax_code", N_("Tax code"), ("Steuerschlüssel",)),
    Column("description", N_("Description"), ("Beschreibung",)),
)
_LINES = {
    "lines.product": "sku",
    "lines.unit_price_micro": "unit_price",
    "lines.site": "site",
    "lines.unit": "unit",
}

QUOTES = Kind(
    "quotes",
    N_("Quotes"),
    (
        Column(
            "number", N_("Quote"), ("quote number", "Angebotsnummer", "Angebot"), needed=True, example="Q-77"
        ),
        _CUSTOMER,
        Column("site", N_("Site"), ("ship to", "Standort")),
        Column(
            "quoted_on",
            N_("Quoted on"),
            ("quote date", "date", "Angebotsdatum"),
            form="day",
            example="2026-03-02",
        ),
        Column("expires_on", N_("Valid until"), ("expires", "Gültig bis"), form="day", example="2026-03-31"),
        Column("promised_on", N_("Promised"), ("required date", "due", "Zugesagt"), form="day"),
        *_TERMS,
        *_GOODS,
    ),
    ("number",),
    _LINES,
)
ORDERS = Kind(
    "orders",
    N_("Sales orders"),
    (
        Column(
            "number",
            N_("Order"),
            ("order number", "Auftragsnummer", "Auftrag"),
            needed=True,
            example="SO-77",
        ),
        _CUSTOMER,
        Column("site", N_("Site"), ("ship to", "Standort")),
        Column(
            "ordered_on",
            N_("Ordered on"),
            ("order date", "date", "Auftragsdatum"),
            form="day",
            example="2026-03-02",
        ),
        Column("promised_on", N_("Promised"), ("required date", "due", "Zugesagt"), form="day"),
        *_TERMS,
        Column("confirm", N_("Confirmed"), ("Bestätigt",), form="flag", example="yes"),
        Column(
            "sold_on",
            N_("Delivered and invoiced on"),
            ("Geliefert und berechnet am",),
            form="day",
            help=N_(
                "Of an order that is long over: its goods leave the stock on that day, and its invoice is posted."
            ),
        ),
        Column(
            "location",
            N_("Taken from"),
            ("warehouse", "Lagerort", "Lager"),
            help=N_("Where its goods lay that was delivered."),
        ),
        Column(
            "paid_by",
            N_("Paid by"),
            ("payment method", "Bezahlt mit"),
            help=N_("How it was paid that was invoiced; it is owed where nothing is said."),
        ),
        *_GOODS,
        Column("serial", N_("Serial number"), ("serials", "Seriennummer"), help=N_("Of what was delivered.")),
    ),
    ("number",),
    {**_LINES, "sales.organization": "customer", "sales.site": "site"},
)
PURCHASE_ORDERS = Kind(
    "purchase_orders",
    N_("Purchase orders"),
    (
        Column(
            "number",
            N_("Purchase order"),
            ("po number", "order number", "Bestellnummer", "Bestellung"),
            needed=True,
            example="PO-77",
        ),
        Column(
            "vendor",
            N_("Vendor"),
            ("supplier", "Lieferant"),
            needed=True,
            example="V-7",
            help=N_("Its reference number, or its name."),
        ),
        Column("external_number", N_("Number at the vendor"), ("vendor order number",)),
        Column("currency", N_("Currency"), ("Währung",), example="EUR"),
        Column(
            "expected_on", N_("Expected on"), ("due date", "Erwartet am"), form="day", example="2026-03-09"
        ),
        Column("memo", N_("Memo"), ("note", "Bemerkung")),
        Column("submit", N_("Submitted"), ("ordered", "Bestellt"), form="flag", example="yes"),
        _SKU,
        Column("quantity", N_("Quantity"), ("Menge",), needed=True, form="figure", example="10"),
        _UNIT,
        Column(
            "unit_cost", N_("Unit cost"), ("cost", "price", "Einkaufspreis"), form="figure", example="198.40"
        ),
        Column("location", N_("Goes to"), ("warehouse", "Lagerort", "Lager"), example="Main warehouse"),
        Column("description", N_("Description"), ("Beschreibung",)),
    ),
    ("number",),
    {
        "lines.product": "sku",
        "lines.unit_cost_micro": "unit_cost",
        "lines.unit": "unit",
        "lines.location": "location",
    },
    permission="catalog.see_cost",
)
