"""Who works at the demo company, and whom it serves."""

from __future__ import annotations

PASSWORD = "harbour-lantern-42"  # noqa: S105 - printed at the start of the demo, for everyone to use
COMPANY = {
    "name": "Kranholm Systemhaus GmbH",
    "street": "Kaiserkai 40",
    "postcode": "20457",
    "city": "Hamburg",
    "country": "DE",
    "tax_number": "DE811234567",
    "registration": "HRB 104711, Amtsgericht Hamburg",
    "directors": "Henrike Kranholm, Olaf Thiessen",
    "email": "office@kranholm.example",
    "phone": "+49 40 5550 100",
    "website": "https://kranholm.example",
    "bank_name": "Hansebank Hamburg",
    "iban": "DE89370400440532013000",
    "bic": "HANSDEHHXXX",
    "accent": "#0f5c8c",
}
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 196 56" width="196" height="56">'
    '<g fill="none" stroke="#0f5c8c" stroke-width="5" stroke-linejoin="round" stroke-linecap="round">'
    '<path d="M10 50V8h30"/><path d="M10 24 26 8"/><path d="M40 8v14"/></g>'
    '<rect x="33" y="24" width="14" height="12" rx="2" fill="#e8973a"/>'
    '<path d="M4 52h48" stroke="#0f5c8c" stroke-width="4" stroke-linecap="round"/>'
    '<text x="62" y="32" font-family="Inter" font-size="25" font-weight="600" fill="#0f5c8c">Kranholm</text>'
    '<text x="63" y="49" font-family="Inter" font-size="11.5" fill="#5d6875">Systemhaus · Hamburg</text></svg>'
)
USERS = (
    # Signs in as, name, role, language
    ("admin", "Ada Brandt", "administrator", "en"),
    ("mara", "Mara Klein", "sales", "de"),
    ("jonas", "Jonas Petersen", "sales", "en"),
    ("petra", "Petra Sommer", "purchasing", "de"),
    ("georg", "Georg Winter", "approver", "de"),
    ("wim", "Wim de Boer", "warehouse", "en"),
    ("lale", "Lale Yıldız", "warehouse", "de"),
    ("clara", "Clara Voss", "accounts", "de"),
    ("timo", "Timo Ritter", "technician", "de"),
    ("gast", "Gast", "read-only", "de"),
)
WAREHOUSES = (
    # Name, bins in walking order
    ("Hamburg", ("A-01", "A-02", "B-01", "B-02", "C-01", "C-02")),
    ("Munich", ("M-01", "M-02", "M-03")),
)
VAN = "Van Timo"
RETURNS = "Returns"

CUSTOMERS = (
    # Reference, name, language, billing policy, terms, contact, sites (name, street, postcode, city, country)
    (
        "C-2001",
        "Elbblick Steuerberatung PartG",
        "de",
        "shipment",
        14,
        "Ines Harms",
        (("Kanzlei", "Große Elbstraße 120", "22767", "Hamburg", "DE"),),
    ),
    (
        "C-2002",
        "Hafenkontor Logistik GmbH",
        "de",
        "monthly",
        30,
        "Sven Albers",
        (
            ("Zentrale", "Am Sandtorkai 48", "20457", "Hamburg", "DE"),
            ("Lager Süd", "Peutestraße 22", "20539", "Hamburg", "DE"),
        ),
    ),
    (
        "C-2003",
        "Nordstern Kliniken gGmbH",
        "de",
        "delivery",
        30,
        "Dr. Beate Lorenz",
        (
            ("Klinik Nord", "Langenhorner Chaussee 560", "22419", "Hamburg", "DE"),
            ("Klinik Kiel", "Feldstraße 9", "24105", "Kiel", "DE"),
            ("Verwaltung", "Osterstraße 60", "20259", "Hamburg", "DE"),
        ),
    ),
    (
        "C-2004",
        "Bakker & Zoon Import BV",
        "en",
        "shipment",
        14,
        "Joost Bakker",
        (("Rotterdam", "Wijnhaven 60", "3011 WS", "Rotterdam", "NL"),),
    ),
    (
        "C-2005",
        "Alpenquell Brauerei KG",
        "de",
        "order",
        14,
        "Vroni Huber",
        (("Brauerei", "Quellenweg 1", "83646", "Bad Tölz", "DE"),),
    ),
    (
        "C-2006",
        "Stadtwerke Flussau",
        "de",
        "shipment",
        30,
        "Rolf Gerdes",
        (("Leitstelle", "Deichstraße 7", "21423", "Winsen", "DE"),),
    ),
    (
        "C-2007",
        "Atelier Sommerfeld Architekten",
        "de",
        "shipment",
        14,
        "Lena Sommerfeld",
        (("Büro", "Schanzenstraße 75", "20357", "Hamburg", "DE"),),
    ),
    (
        "C-2008",
        "Grünwald Zahntechnik",
        "de",
        "shipment",
        8,
        "Uwe Grünwald",
        (("Labor", "Tölzer Straße 37", "82031", "Grünwald", "DE"),),
    ),
    (
        "C-2009",
        "Möwe Reederei GmbH & Co. KG",
        "de",
        "delivery",
        30,
        "Kapt. Hinnerk Jansen",
        (
            ("Kontor", "Vorsetzen 23", "20459", "Hamburg", "DE"),
            ("MS Möwe III", "Steinwerder Hafen, Liegeplatz 4", "20457", "Hamburg", "DE"),
        ),
    ),
    (
        "C-2010",
        "Isarkern Software GmbH",
        "en",
        "order",
        14,
        "Priya Nair",
        (("Office", "Lindwurmstraße 76", "80337", "München", "DE"),),
    ),
    (
        "C-2011",
        "Gymnasium am Stadtpark",
        "de",
        "hand",
        30,
        "OStR Kerstin Bohn",
        (("Schule", "Südring 15", "22303", "Hamburg", "DE"),),
    ),
    (
        "C-2012",
        "Tischlerei Holzmann",
        "de",
        "shipment",
        14,
        "Peter Holzmann",
        (("Werkstatt", "Billstraße 155", "20539", "Hamburg", "DE"),),
    ),
    (
        "C-2013",
        "Schwarzwald Optik AG",
        "de",
        "shipment",
        30,
        "Monika Dold",
        (
            ("Filiale Freiburg", "Kaiserstraße 210", "79098", "Freiburg", "DE"),
            ("Filiale Offenburg", "Hauptstraße 42", "77652", "Offenburg", "DE"),
        ),
    ),
    (
        "C-2014",
        "Van der Meer Juristen",
        "en",
        "shipment",
        14,
        "Saskia van der Meer",
        (("Kantoor", "Herengracht 401", "1017 BP", "Amsterdam", "NL"),),
    ),
    (
        "C-2015",
        "Donaublick Hotels GmbH",
        "de",
        "monthly",
        30,
        "Franz Leitner",
        (
            ("Hotel Passau", "Fritz-Schäffer-Promenade 3", "94032", "Passau", "DE"),
            ("Hotel Regensburg", "Donaulände 11", "93047", "Regensburg", "DE"),
        ),
    ),
    (
        "C-2016",
        "Kurbad Apotheke",
        "de",
        "shipment",
        8,
        "Helga Mertens",
        (("Apotheke", "Strandallee 12", "23669", "Timmendorf", "DE"),),
    ),
    (
        "C-2017",
        "Feldmann Landtechnik",
        "de",
        "shipment",
        14,
        "Jörg Feldmann",
        (("Hof", "Dorfstraße 3", "29614", "Soltau", "DE"),),
    ),
    (
        "C-2018",
        "Lumen Werbeagentur",
        "de",
        "order",
        14,
        "Tarek Aziz",
        (("Studio", "Bahrenfelder Straße 93", "22765", "Hamburg", "DE"),),
    ),
    (
        "C-2019",
        "Kita Sonnenkäfer e. V.",
        "de",
        "shipment",
        14,
        "Anja Thiel",
        (("Kita", "Eppendorfer Weg 210", "20251", "Hamburg", "DE"),),
    ),
    (
        "C-2020",
        "Weserglas Manufaktur",
        "de",
        "shipment",
        14,
        "Heiko Brandes",
        (("Werk", "Hafenrandstraße 5", "28237", "Bremen", "DE"),),
    ),
    (
        "C-2021",
        "Salzachblick Hotelbetriebe GmbH",
        "de",
        "shipment",
        30,
        "Vroni Hinterseer",
        (("Hotel", "Kaigasse 214", "5020", "Salzburg", "AT"),),
    ),
)
ABROAD = {"C-2021": ("ATU61234567", "K")}
"""The VAT ID of customers in another country of the Union, and how they are taxed."""
CARRIERS = (("Hanse Kurier", "Next day", "HK"), ("Nordpost", "Parcel", "NP"), ("Speditra", "Pallet", "SP"))
WARRANTIES = (
    # Name, category, months, start
    ("Network equipment, 36 months", "Switches", 36, "sold"),
    ("Routers, 36 months", "Routers", 36, "sold"),
    ("Access points, 24 months", "Access points", 24, "installed"),
    ("Firewalls, 12 months", "Firewalls", 12, "installed"),
    ("Laptops, 36 months", "Laptops", 36, "sold"),
    ("Docks, 12 months", "Docks", 12, "sold"),
    ("Power, 24 months", "Power", 24, "installed"),
)
