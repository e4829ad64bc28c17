"""Who stands at the head of a document: we, and whom it is for."""

from __future__ import annotations

import re
from typing import Any

from stdnum import iban

from wharfinger.base import configuration
from wharfinger.base.tax import vat_id
from wharfinger.documents.queries.past import Past
from wharfinger.documents.render import drawable
from wharfinger.documents.shapes import Address, Bank, Company, Party, Person
from wharfinger.parties.models import Contact, Organization, Site, User
from wharfinger.stock.models import Location

LANGUAGES = ("en", "de")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


NOW = Past(None)


def company(past: Past = NOW) -> Company:
    """We, as the settings say."""
    known = {
        key: configuration.filled(key, past.value(f"setting:{key}", "value", now))
        for key, now in configuration.read("company", "logo").items()
    }
    said: dict[str, Any] = known["company"]
    vat_id, tax_number = tax_numbers(said["tax_number"])
    accent = said["accent"]
    bank = Bank(said["bank_name"], iban.format(said["iban"]), said["bic"]) if said["iban"] else None
    return Company(
        address=Address(
            said["name"],
            street=said["street"],
            postcode=said["postcode"],
            city=said["city"],
            country=said["country"],
        ),
        phone=said["phone"],
        email=said["email"],
        web=said["website"],
        vat_id=vat_id,
        tax_number=tax_number,
        register=said["registration"],
        directors=said["directors"],
        bank=bank,
        logo=known["logo"] if drawable(known["logo"]) else "",
        **({"accent": accent} if _COLOUR.fullmatch(accent) else {}),
    )


def tax_numbers(written: str) -> tuple[str, str]:
    """A number as VAT ID, where it begins with a country, or else as tax number."""
    found = vat_id(written)
    return (found, "") if found else ("", written)


def language_of(language: str) -> str:
    """The language in which we write to somebody who reads this one."""
    short = language.partition("-")[0]
    return short if short in LANGUAGES else LANGUAGES[0]


def address(organization: Organization, site: Site | None, attention: str = "") -> Address:
    """Where a letter or a parcel to an organization goes."""
    if site is None:
        return Address(organization.name, attention=attention)
    extra = site.name if site.name not in (organization.name, site.city) else ""
    return Address(
        organization.name,
        attention=attention,
        extra=extra,
        street=site.street,
        postcode=site.postcode,
        city=site.city,
        region=site.region,
        country=site.country if site.street or site.city else "",
    )


def billing_site(organization: Organization, past: Past = NOW) -> Site | None:
    """Where letters to an organization go: its first site for bills that is still in use, or any."""
    sites = past.existing(organization.sites.order_by("pk"))
    past.restore(*sites)
    in_use = [site for site in sites if site.retired_on is None]
    return next((site for site in in_use if site.bill_to), next(iter(in_use), None))


def party(organization: Organization, site: Site | None, contact: Contact | None = None) -> Party:
    """An organization as the addressee of a document."""
    vat_id, tax_number = tax_numbers(organization.tax_number)
    return Party(
        address(organization, site, contact.name if contact else ""),
        number=organization.reference or str(organization.pk),
        vat_id=vat_id,
        tax_number=tax_number,
    )


def person(user: User | None) -> Person | None:
    """One of us, to ask."""
    return Person(str(user), email=user.email) if user else None


def our_address(us: Company, location: Location | None) -> Address:
    """Our own address, for goods that come to one of our locations."""
    at = us.address
    return Address(
        at.name, location.name if location else "", "", at.street, at.postcode, at.city, at.region, at.country
    )
