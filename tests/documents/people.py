"""The invented company of the sample documents, and whom it deals with."""

from __future__ import annotations

from wharfinger.documents import shapes as s

COMPANY = s.Company(
    address=s.Address(
        "Hafenkontor IT GmbH", street="Am Sandtorkai 48", postcode="20457", city="Hamburg", country="DE"
    ),
    phone="+49 40 5550 1730",
    email="kontor@hafenkontor.example",
    web="www.hafenkontor.example",
    vat_id="DE136695976",
    tax_number="48/712/01345",
    register="HRB 171455, Amtsgericht Hamburg",
    directors="Dr. Jördis Möller, Ole Petersen",
    bank=s.Bank("Hamburger Handelsbank", "DE89 3704 0044 0532 0130 00", "COBADEFFXXX"),
)
WAREHOUSE = s.Address(
    "Hafenkontor IT GmbH",
    attention="Wareneingang Tor 3",
    street="Peutestraße 22",
    postcode="20539",
    city="Hamburg",
    country="DE",
)
CUSTOMER = s.Party(
    s.Address(
        "Bäckerei Grünkörn & Söhne KG",
        attention="Frau Änne Weiß",
        street="Königstraße 11",
        postcode="24103",
        city="Kiel",
        country="DE",
    ),
    number="C-10482",
    vat_id="DE811907980",
)
BRITISH = s.Party(
    s.Address(
        "Larkfield & Overbury Veterinary Surgeons LLP",
        attention="Ms Philippa Featherstonehaugh",
        extra="Unit 4, The Old Malthouse Business Centre",
        street="118 Upper Bridge Street",
        postcode="CT4 7AF",
        city="Canterbury",
        country="GB",
    ),
    number="C-10733",
    vat_id="GB980780684",
)
VENDOR = s.Party(
    s.Address(
        "Nordnetz Distribution AG",
        attention="Vertrieb Nord",
        street="Industriestr. 5–9",
        postcode="28199",
        city="Bremen",
        country="DE",
    ),
    number="V-204",
    reference="883120",
)
CONTACT = s.Person("Ole Petersen", "+49 40 5550 1734", "o.petersen@hafenkontor.example")
