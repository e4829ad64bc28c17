"""What rows refer to by name: found, or refused with the column that names it."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from wharfinger.base import clock, configuration
from wharfinger.base.refusal import N_, BadInput
from wharfinger.catalog.models import Product, TaxCode
from wharfinger.catalog.queries import goes_by
from wharfinger.exchange.rules import YES, Row
from wharfinger.parties.models import Contact, CustomerGroup, Organization, Site, Terms, User
from wharfinger.stock.models import Bin, Location


def different(row: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Those values that a row does not have yet."""
    return {name: value for name, value in values.items() if getattr(row, name) != value}


def known(reference: str, name: str) -> Organization | None:
    """The organization of a reference, or where none is given of exactly this name."""
    every = Organization.objects.select_related("merged_into").order_by(
        F("merged_into").asc(nulls_first=True), "pk"
    )
    return (every.filter(reference=reference) if reference else every.filter(name=name)).first()


def organization(row: Row, column: str) -> Organization:
    """The organization that a row names by reference or name; raises BadInput where there is none."""
    found = (known(row[column], "") or known("", row[column])) if row[column] else None
    if found is None:
        raise BadInput(
            "no_such_organization_named",
            N_("There is no organization “{name}”. Bring in the organizations first."),
            field=column,
            name=row[column][:60],
        )
    # A double that was merged stands for the one that stays.
    return found.merged_into or found


def product(row: Row, column: str = "sku", field: str = "") -> Product:
    """The product that a row names by its SKU, or by a name that only it has; raises BadInput where there is none."""
    found = goes_by([row[column]]).get(row[column])
    if found is None and row[column]:
        named = list(Product.objects.filter(name=row[column], merged_into__isnull=True)[:2])
        found = named[0] if len(named) == 1 else None
    if found is None:
        raise BadInput(
            "no_such_sku",
            N_("There is no product “{sku}”."),
            field=field or column,
            sku=row[column][:60],
        )
    return found


def tax_code(row: Row, column: str = "tax_code") -> int | None:
    """The tax code that a row names; raises BadInput when there is none of that name."""
    if not row[column]:
        return None
    found = TaxCode.objects.filter(code=row[column]).values_list("pk", flat=True).first()
    if found is None:
        raise BadInput(
            "no_such_tax_code",
            N_("There is no tax code “{name}”."),
            field=column,
            name=row[column][:40],
        )
    return found


def terms(row: Row) -> int:
    """The terms of payment that a row names; raises BadInput when there are none of that name."""
    found = Terms.objects.filter(name=row["terms"]).values_list("pk", flat=True).first()
    if found is None:
        raise BadInput(
            "no_such_terms_named",
            N_("There are no terms of payment “{name}”. Write them down first."),
            field="terms",
            name=row["terms"][:60],
        )
    return found


def customer_group(row: Row) -> int | None:
    """The customer group that a row names; raises BadInput when there is none of that name."""
    if not row["customer_group"]:
        return None
    found = CustomerGroup.objects.filter(name=row["customer_group"]).values_list("pk", flat=True).first()
    if found is None:
        raise BadInput(
            "no_such_group_named",
            N_("There is no customer group “{name}”. Bring in the customer groups first."),
            field="customer_group",
            name=row["customer_group"][:60],
        )
    return found


def location(row: Row, column: str = "location", field: str = "") -> Location:
    """The location that a row names, the default one where it names none; raises BadInput where it is not there."""
    every = Location.objects.filter(retired_on__isnull=True)
    found = (every.filter(name=row[column]) if row[column] else every.filter(default=True)).first()
    if found is None:
        raise BadInput(
            "no_such_location_named",
            N_("There is no location “{name}”. Add it first."),
            field=field or column,
            name=row[column][:60],
        )
    return found


def bin_of(row: Row, at: Location) -> Bin | None:
    """The bin that a row names at a location; raises BadInput where it has none of that name."""
    if not row["bin"]:
        return None
    found = Bin.objects.filter(location=at, name=row["bin"], retired_on__isnull=True).first()
    if found is None:
        raise BadInput(
            "no_such_bin_named",
            N_("{location} has no bin “{name}”. Add it first."),
            field="bin",
            location=at.name,
            name=row["bin"][:60],
        )
    return found


def site(row: Row, of: Organization, field: str = "site") -> Site | None:
    """The site of an organization that a row names; raises BadInput where it has none of that name."""
    if not row["site"]:
        return None
    found = Site.objects.filter(organization=of, name=row["site"], retired_on__isnull=True).first()
    if found is None:
        raise BadInput(
            "no_such_site",
            N_("{customer} has no site “{name}”."),
            field=field,
            customer=of.name,
            name=row["site"][:60],
        )
    return found


def contact(row: Row, of: Organization) -> Contact | None:
    """The contact of an organization that a row names; raises BadInput where it has none of that name."""
    if not row["contact"]:
        return None
    found = Contact.objects.filter(organization=of, name=row["contact"], retired_on__isnull=True).first()
    if found is None:
        raise BadInput(
            "no_such_contact_named",
            N_("{customer} has no contact “{name}”."),
            field="contact",
            customer=of.name,
            name=row["contact"][:60],
        )
    return found


def person(row: Row, column: str) -> int | None:
    """Who of us a row names, by the name with which they sign in; raises BadInput where there is nobody."""
    if not row[column]:
        return None
    found = User.objects.filter(username__iexact=row[column]).values_list("pk", flat=True).first()
    if found is None:
        raise BadInput(
            "no_such_person_named",
            N_("Nobody here signs in as “{name}”. Add the user first, or leave the cell empty."),
            field=column,
            name=row[column][:60],
        )
    return found


def retired(row: Row) -> dict[str, Any]:
    """Since when something is retired: the day that is said, or today where it only says that it is."""
    if not row["retired_on"] or row["retired_on"].casefold() in ("no", "nein", "false", "0"):
        return {}
    if row["retired_on"].casefold() in YES:
        return {"retired_on": clock.today(configuration.one("time_zone"))}
    return {"retired_on": row.day("retired_on")}
