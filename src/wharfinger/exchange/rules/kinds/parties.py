"""Files about customers and vendors."""

from __future__ import annotations

from wharfinger.base.refusal import N_
from wharfinger.exchange.rules.kinds.columns import Column, Kind, words

_ADDRESS = (
    Column("street", N_("Street"), ("address", "Straße", "Adresse"), example="Kastanienallee 12"),
    Column("postcode", N_("Postcode"), ("postal code", "zip", "PLZ"), example="04109"),
    Column("city", N_("City"), ("town", "Ort", "Stadt"), example="Leipzig"),
    Column("region", N_("Region"), ("state", "Bundesland")),
    Column(
        "country",
        N_("Country"),
        ("Land",),
        example="DE",
        help=N_("Two letters, or its name in English or German."),
    ),
)
_ORGANIZATION = Column(
    "organization",
    N_("Organization"),
    ("customer", "company", "account", "Kunde", "Firma", "Organisation"),
    needed=True,
    example="C-0815",
    help=N_("Its reference number, or its name."),
)
_RETIRED = Column("retired_on", N_("Retired on"), ("Inaktiv seit",), form="day")


def _inside(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The address of an organization's first sites, as far as it is given beside its name."""
    return tuple(Column(c.name, c.label, c.also, help=c.help, leaves=False) for c in columns)


ORGANIZATIONS = Kind(
    "organizations",
    N_("Organizations"),
    (
        Column(
            "reference",
            N_("Reference number"),
            ("number", "customer number", "Kundennummer", "Nummer"),
            example="C-0815",
        ),
        Column(
            "name",
            N_("Name"),
            ("company", "organization", "Firma", "Organisation"),
            needed=True,
            example="Dairy Hollow Ltd.",
        ),
        Column("customer", N_("Customer"), ("Kunde",), form="flag", example="yes"),
        Column("vendor", N_("Vendor"), ("supplier", "Lieferant"), form="flag", example="no"),
        Column("customer_group", N_("Customer group"), ("Kundengruppe",)),
        Column("currency", N_("Currency"), ("Währung",), example="EUR"),
        Column(
            "language",
            N_("Language"),
            ("Sprache",),
            example="de",
            words=words(en="english|englisch|en_us|en_gb|en-us|en-gb", de="german|deutsch|de_de|de-de|de_at"),
        ),
        Column("tax_number", N_("VAT number"), ("vat id", "USt-IdNr", "Steuernummer")),
        Column("email", N_("Mail"), ("e-mail", "mail address"), example="orders@dairy.example"),
        Column("phone", N_("Phone"), ("telephone", "Telefon")),
        Column(
            "terms_days",
            N_("Payment terms in days"),
            ("days to pay", "Zahlungsziel"),
            form="whole",
            example="30",
        ),
        Column("terms", N_("Terms of payment"), ("Zahlungsbedingung",), example=""),
        Column("tax_code", N_("Tax code"), ("Steuerschlüssel",), example=""),
        Column("credit_limit", N_("Credit limit"), ("Kreditlimit",), form="figure", example="5000"),
        Column("discount", N_("Discount in percent"), ("Rabatt",), form="figure", example="5"),
        Column("location", N_("Location"), ("Lagerort",), example="Main"),
        Column(
            "billing_policy",
            N_("Billing policy"),
            ("Abrechnung",),
            words=words(
                order="on order|bei auftrag",
                shipment="on shipment|bei versand",
                delivery="on delivery|bei lieferung",
                monthly="monatlich",
                hand="by hand|von hand",
            ),
        ),
        Column(
            "bills_by",
            N_("Invoices leave"),
            ("Rechnungsversand",),
            words=words(mail="by mail|per e-mail", hand="by hand|von hand"),
        ),
        Column("retired_on", N_("Retired on"), ("Inaktiv seit",), form="day"),
        Column(
            "contact",
            N_("Contact"),
            ("contact name", "Kontakt", "Ansprechpartner"),
            help=N_("Further rows of the same organization name further contacts and sites."),
            leaves=False,
        ),
        Column("contact_email", N_("Mail of the contact"), leaves=False),
        Column("contact_phone", N_("Phone of the contact"), leaves=False),
        Column("site", N_("Site"), ("address name", "Standort"), leaves=False),
        *_inside(_ADDRESS),
    ),
    ("reference",),
    {
        "contacts.name": "contact",
        "contacts.email": "contact_email",
        "contacts.phone": "contact_phone",
        "sites.name": "site",
    },
)
CUSTOMER_GROUPS = Kind(
    "customer_groups",
    N_("Customer groups"),
    (
        Column("name", N_("Name"), ("group", "Kundengruppe"), needed=True, example="Schools"),
        _RETIRED,
    ),
    ("name",),
)
CONTACTS = Kind(
    "contacts",
    N_("Contacts"),
    (
        _ORGANIZATION,
        Column("name", N_("Name"), ("contact", "Ansprechpartner"), needed=True, example="Ida Green"),
        Column("email", N_("Mail"), ("e-mail", "mail address"), example="ida@dairy.example"),
        Column("phone", N_("Phone"), ("telephone", "Telefon")),
        _RETIRED,
    ),
    ("organization", "name"),
)
SITES = Kind(
    "sites",
    N_("Sites"),
    (
        _ORGANIZATION,
        Column("name", N_("Name"), ("site", "address name", "Standort"), needed=True, example="Head office"),
        *_ADDRESS,
        Column(
            "ship_to", N_("Goods go here"), ("shipping address", "Lieferadresse"), form="flag", example="yes"
        ),
        Column(
            "bill_to",
            N_("Invoices go here"),
            ("billing address", "Rechnungsadresse"),
            form="flag",
            example="yes",
        ),
        _RETIRED,
    ),
    ("organization", "name"),
)
