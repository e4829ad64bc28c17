"""Reads about organizations and the people who sign in."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import F, FilteredRelation, Q, QuerySet
from django.utils.translation import gettext

from wharfinger.base import configuration, money
from wharfinger.base.quantity import plain
from wharfinger.base.tax import treatment
from wharfinger.ledger.prepared import Prepared, instant, text
from wharfinger.parties.models import (
    HELD_NOW,
    Contact,
    CustomerGroup,
    Grant,
    Organization,
    Role,
    Site,
    Terms,
    Token,
    User,
    covers,
)


def digest(token: str) -> str:
    """The form in which a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def _valid(now: Any, kept: Any) -> QuerySet[Any, Any]:
    """The token of this digest, once for each role that its user holds, with what the role permits."""
    lasting = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    valid = Token.objects.filter(lasting, revoked_at__isnull=True, user__is_active=True)
    now_held = Q(**{f"user__{name}": value for name, value in HELD_NOW.items()})
    held = FilteredRelation("user__grants", condition=now_held)
    granted = {"granted": F("held__role__permissions")}
    return valid.select_related("user").annotate(held=held).annotate(**granted).filter(digest=kept)


_TOKEN = Prepared(_valid, instant("now"), text("digest"))


def user_of(token: str, *, now: datetime) -> User | None:
    """Whom a token stands for, narrowed to its scopes; nobody when it is unknown, revoked or has expired."""
    if not token.isascii() or len(token) > 200:
        return None
    found = _TOKEN(now, digest(token))
    if not found:
        return None
    user: User = found[0].user
    user.scopes = frozenset(found[0].scopes) if found[0].scopes else None
    user.permissions = frozenset(name for one in found for name in one.granted or ())
    return user


def who_may(permission: str) -> list[int]:
    """The active people who hold a role that allows this, by id."""
    held = Grant.objects.filter(ended_at__isnull=True, void__isnull=True, user__is_active=True)
    granted: dict[int, set[str]] = defaultdict(set)
    for user, names in held.values_list("user_id", "role__permissions"):
        granted[user].update(names)
    return sorted(user for user, names in granted.items() if covers(frozenset(names), permission))


def names_who_may(permission: str) -> list[str]:
    """What these people are called."""
    found = User.objects.filter(pk__in=who_may(permission))
    return sorted(str(user) for user in found)


MANY = 4
"""So many people a sentence names; of more it says how many."""


def called_who_may(permission: str) -> str:
    """These people in a sentence: by name, or the first few and how many more."""
    names = names_who_may(permission)
    if len(names) > MANY:
        more = len(names) - MANY + 1
        return gettext("{names} and {n} more").format(names=", ".join(names[: MANY - 1]), n=more)
    return ", ".join(names) or gettext("nobody yet")


def usable_locations() -> QuerySet[Any, Any]:
    """The locations from which goods may be taken first by default: in use, and in nobody's custody.

    Stock lies above the people it is kept for, so that its table is asked for by name.
    """
    every = apps.get_model("stock", "Location")._default_manager.all()
    return every.filter(retired_on__isnull=True).exclude(kind="person")


def tax_codes_in_use() -> QuerySet[Any, Any]:
    """The tax codes that are not retired; the catalog, too, lies above the people it is kept for."""
    return apps.get_model("catalog", "TaxCode")._default_manager.filter(retired_on__isnull=True)


def tax_code_choices(chosen: int | None = None) -> list[tuple[int, str]]:
    """The tax codes that may take the place of a standard rate, and the one that is chosen already."""
    every = apps.get_model("catalog", "TaxCode")._default_manager
    found = tax_codes_in_use().exclude(category="S") | every.filter(pk=chosen or 0)
    return [(one.pk, f"{one.code} · {one.name}") for one in found.order_by("code")]


def proposed_tax_code(organization: Organization) -> Any | None:
    """By which tax code an organization should be taxed in place of a standard rate, by where its goods go.

    Nothing where it is taxed like that already, and where there is no such code.
    """
    countries = Site.objects.filter(organization=organization, retired_on__isnull=True, ship_to=True)
    going = set(countries.values_list("country", flat=True))
    if len(going) != 1:
        return None
    home = configuration.one("company")["country"]
    category = treatment(home, going.pop(), organization.tax_number)
    every = tax_codes_in_use().filter(category=category)
    if not category or every.filter(pk=organization.tax_code_id or 0).exists():
        return None
    return every.order_by("code").first()


def location_choices(chosen: int | None = None) -> list[tuple[int, str]]:
    """Those locations by name, and the one that is chosen already."""
    every = apps.get_model("stock", "Location")._default_manager
    found = usable_locations() | every.filter(pk=chosen or 0)
    return list(found.order_by("name").values_list("pk", "name"))


def show_organizations(found: Iterable[Organization]) -> list[dict[str, Any]]:
    """Organizations with their contacts and sites, in three statements however many."""
    listed = list(found)
    ids = [organization.pk for organization in listed]
    contacts: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for contact in Contact.objects.filter(organization_id__in=ids).order_by("pk"):
        contacts[contact.organization_id].append(show_contact(contact))
    sites: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for site in Site.objects.filter(organization_id__in=ids).order_by("pk"):
        sites[site.organization_id].append(show_site(site))
    # Without a statement where nobody is limited.
    home = configuration.one("currency") if any(o.credit_limit_minor is not None for o in listed) else ""
    return [
        {
            "id": o.pk,
            "name": o.name,
            "customer": o.customer,
            "vendor": o.vendor,
            "customer_group": o.customer_group_id,
            "location": o.location_id,
            "currency": o.currency,
            "language": o.language,
            "tax_number": o.tax_number,
            "email": o.email,
            "phone": o.phone,
            "reference": o.reference,
            "terms_days": o.terms_days,
            "terms": o.terms_id,
            "tax_code": o.tax_code_id,
            "credit_limit": None if o.credit_limit_minor is None else money.plain(o.credit_limit_minor, home),
            "held_at": o.held_at.isoformat() if o.held_at else None,
            "hold_reason": o.hold_reason,
            "discount_percent": plain(o.discount_micro, 4),
            "billing_policy": o.billing_policy,
            "bills_by": o.bills_by,
            "own": o.own,
            "retired_on": _day(o.retired_on),
            "merged_into": o.merged_into_id,
            "contacts": contacts[o.pk],
            "sites": sites[o.pk],
        }
        for o in listed
    ]


def show_groups(found: Iterable[CustomerGroup]) -> list[dict[str, Any]]:
    """Groups of customers."""
    return [{"id": one.pk, "name": one.name, "retired_on": _day(one.retired_on)} for one in found]


def show_terms(found: Iterable[Terms]) -> list[dict[str, Any]]:
    """Terms of payment."""
    return [
        {
            "id": one.pk,
            "name": one.name,
            "days": one.days,
            "end_of_month": one.end_of_month,
            "day_of_month": one.day_of_month,
            "instalments": [
                {"percent": plain(part["share_micro"], 4), "days": part["days"]} for part in one.instalments
            ],
            "discount_percent": plain(one.discount_micro, 4),
            "discount_days": one.discount_days,
            "retired_on": _day(one.retired_on),
        }
        for one in found
    ]


def show_contact(contact: Contact) -> dict[str, Any]:
    """A person at an organization."""
    return {
        "id": contact.pk,
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "retired_on": _day(contact.retired_on),
    }


def show_site(site: Site) -> dict[str, Any]:
    """An address of an organization."""
    return {
        "id": site.pk,
        "name": site.name,
        "street": site.street,
        "postcode": site.postcode,
        "city": site.city,
        "region": site.region,
        "country": site.country,
        "address": site.address(),
        "ship_to": site.ship_to,
        "bill_to": site.bill_to,
        "retired_on": _day(site.retired_on),
    }


def show_users(found: Iterable[User]) -> list[dict[str, Any]]:
    """People who sign in, with the roles they hold now."""
    listed = list(found)
    roles: dict[int, list[int]] = defaultdict(list)
    held = Grant.objects.filter(
        user_id__in=[user.pk for user in listed], ended_at__isnull=True, void__isnull=True
    )
    for user, role in held.order_by("role_id").values_list("user_id", "role_id"):
        roles[user].append(role)
    return [
        {
            "id": user.pk,
            "username": user.username,
            "name": user.name,
            "email": user.email,
            "language": user.language,
            "is_active": user.is_active,
            "location": user.location_id,
            "roles": roles[user.pk],
        }
        for user in listed
    ]


def show_roles(found: Iterable[Role]) -> list[dict[str, Any]]:
    """Roles with their permissions."""
    return [{"id": role.pk, "name": role.name, "permissions": list(role.permissions)} for role in found]


def show_tokens(found: Iterable[Token]) -> list[dict[str, Any]]:
    """Tokens without their text, which nobody knows."""
    return [
        {
            "id": token.pk,
            "user": token.user_id,
            "name": token.name,
            "prefix": token.prefix,
            "scopes": list(token.scopes),
            "made_at": token.made_at.isoformat(),
            "expires_at": token.expires_at.isoformat() if token.expires_at else None,
            "revoked_at": token.revoked_at.isoformat() if token.revoked_at else None,
        }
        for token in found
    ]


def retired(rows: QuerySet[Any, Any], values: Sequence[str]) -> QuerySet[Any, Any]:
    """Retired ones, or those in use."""
    wanted = {value.lower() == "true" for value in values}
    return rows if len(wanted) > 1 else rows.filter(retired_on__isnull=wanted == {False})


def with_retired_fields(rows: QuerySet[Any, Any], values: Sequence[str]) -> QuerySet[Any, Any]:
    """Own fields that are retired, or those in use."""
    wanted = {value.lower() == "true" for value in values}
    return rows if len(wanted) > 1 else rows.filter(retired_at__isnull=wanted == {False})


def with_role(rows: QuerySet[User, User], values: Sequence[str]) -> QuerySet[User, User]:
    """People who hold any of these roles, by name."""
    held = Grant.objects.filter(role__name__in=values, ended_at__isnull=True, void__isnull=True)
    return rows.filter(pk__in=held.values("user_id"))


def _day(value: Any) -> str | None:
    return value.isoformat() if value else None
