"""Files about what is offered, sold and bought."""

from __future__ import annotations

from wharfinger.base.refusal import N_
from wharfinger.exchange.rules.kinds.columns import Column, Kind, words

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
    Column(
        "tax_included",
        N_("Prices with tax"),
        ("tax included", "Preise mit Steuer", "Bruttopreise"),
        form="flag",
        help=N_("Where nothing is said, as the customer's price list says."),
    ),
)
_OWNER = Column(
    "owner",
    N_("Owner"),
    ("Verantwortlich",),
    help=N_("The name with which somebody here signs in; who brings the file in where nothing is said."),
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
    Column(
        "every",
        N_("Recurs"),
        ("Turnus",),
        help=N_("Of what is charged again and again."),
        words=words(
            month="monthly|monat|monatlich",
            quarter="quarterly|quartal|vierteljährlich",
            year="yearly|jahr|jährlich",
        ),
    ),
    Column(
        "line_promised_on",
        N_("Line promised"),
        ("line due", "Position zugesagt"),
        form="day",
        help=N_("Where a line has a day of its own."),
    ),
)
_GROUPS = (
    Column(
        "discount_whole",
        N_("Discount on the whole in percent"),
        ("Rabatt auf alles",),
        form="figure",
        help=N_("Of the whole quote, worked into each of its lines."),
    ),
    Column(
        "group",
        N_("Group"),
        ("section", "Gruppe"),
        help=N_("The title of the group in which a line stands."),
    ),
    Column("group_discount", N_("Discount of the group in percent"), ("Rabatt der Gruppe",), form="figure"),
    Column(
        "option",
        N_("Optional or alternative"),
        ("Wahlweise",),
        words=words(optional="wahlweise", alternative="ersatzweise"),
    ),
    Column(
        "instead_of",
        N_("Alternative to row"),
        ("Ersatz für Zeile",),
        form="whole",
        help=N_("Which row of the quote it may replace, counted from 1."),
    ),
    Column(
        "taken",
        N_("Counts"),
        ("Zählt",),
        form="flag",
        help=N_("Whether what is optional or alternative is in the sums."),
    ),
)
_LINES = {
    "lines.promised_on": "line_promised_on",
    "lines.instead": "instead_of",
    "groups.title": "group",
    "owner_id": "owner",
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
        _OWNER,
        *_GOODS,
        *_GROUPS,
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
        _OWNER,
        Column(
            "priority",
            N_("Priority"),
            ("Priorität",),
            words=words(urgent="high|dringend|hoch", normal="medium|mittel", low="niedrig|gering"),
        ),
        Column(
            "terms",
            N_("Terms of payment"),
            ("Zahlungsbedingung",),
            help=N_("By name; as agreed with the customer where nothing is said."),
        ),
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
        Column("ship_on", N_("Send on"), ("Versand am",), form="day"),
        Column(
            "terms_days",
            N_("Days to pay"),
            ("Zahlungsziel",),
            form="whole",
            help=N_("In how many days we pay; as is agreed with the vendor where nothing is said."),
        ),
        Column(
            "shipping_method",
            N_("Shipping method"),
            ("ship via", "Versandart"),
            help=N_("How it is sent; as is agreed with the vendor where nothing is said."),
        ),
        Column("freight", N_("Freight"), ("Fracht",), form="figure"),
        Column("memo", N_("Memo"), ("note", "Bemerkung")),
        Column("submit", N_("Submitted"), ("ordered", "Bestellt"), form="flag", example="yes"),
        _SKU,
        Column("quantity", N_("Quantity"), ("Menge",), needed=True, form="figure", example="10"),
        _UNIT,
        Column(
            "unit_cost", N_("Unit cost"), ("cost", "price", "Einkaufspreis"), form="figure", example="198.40"
        ),
        Column(
            "tax_code",
            N_("Tax code"),
            ("Steuerschlüssel",),
            help=N_(
                "How the vendor taxes it, none for not at all; as is agreed with the vendor where nothing is said."
            ),
        ),
        Column("line_expected_on", N_("Line expected on"), ("Position erwartet am",), form="day"),
        Column("location", N_("Goes to"), ("warehouse", "Lagerort", "Lager"), example="Main warehouse"),
        Column("description", N_("Description"), ("Beschreibung",)),
    ),
    ("number",),
    {
        "lines.product": "sku",
        "lines.unit_cost_micro": "unit_cost",
        "lines.unit": "unit",
        "lines.expected_on": "line_expected_on",
        "freight_minor": "freight",
        "lines.location": "location",
    },
    permission="catalog.see_cost",
)
