"""Organizations, their contacts and sites, as they leave the house."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q

from wharfinger.base import configuration, money
from wharfinger.base.quantity import plain
from wharfinger.parties.models import Contact, CustomerGroup, Organization, Site

Rows = Iterator[dict[str, Any]]
Ids = Sequence[int] | None
CHUNK = 500


def among(ids: Ids, name: str = "pk") -> Q:
    """The rows of these ids; all where none are named."""
    return Q() if ids is None else Q(**{f"{name}__in": ids})


def called(organization: Organization | None) -> str:
    """What finds an organization again: its reference, or its name where it has none; nothing where there is none."""
    return (organization.reference or organization.name) if organization else ""


def customer_groups(ids: Ids) -> Rows:
    """Groups of customers."""
    for one in CustomerGroup.objects.filter(among(ids)).order_by("name"):
        yield {"name": one.name, "retired_on": one.retired_on}


def organizations(ids: Ids) -> Rows:
    """Organizations, a row for each; their contacts and sites are files of their own."""
    texts: tuple[str, ...] = ("reference", "name", "customer", "vendor", "currency", "language", "tax_number")
    texts += ("email", "phone", "terms_days", "billing_policy", "bills_by", "retired_on")
    every = (
        Organization.objects.filter(among(ids))
        .select_related("customer_group", "location", "terms", "tax_code")
        .order_by("pk")
    )
    home = configuration.one("currency")
    for one in every.iterator(chunk_size=CHUNK):
        group = one.customer_group
        yield {name: getattr(one, name) for name in texts} | {
            "customer_group": group.name if group else "",
            "discount": plain(one.discount_micro, 4),
            "terms": one.terms.name if one.terms else "",
            "tax_code": one.tax_code.code if one.tax_code else "",
            "credit_limit": ""
            if one.credit_limit_minor is None
            else money.plain(one.credit_limit_minor, home),
            "location": one.location.name if one.location else "",
            "own": one.own,
        }


def contacts(ids: Ids) -> Rows:
    """The people at organizations."""
    every = Contact.objects.filter(among(ids, "organization")).select_related("organization")
    for one in every.order_by("organization_id", "pk").iterator(chunk_size=CHUNK):
        row = {name: getattr(one, name) for name in ("name", "email", "phone", "retired_on")}
        yield row | {"organization": called(one.organization)}


def sites(ids: Ids) -> Rows:
    """The addresses of organizations."""
    plain = ("name", "street", "postcode", "city", "region", "country", "ship_to", "bill_to", "retired_on")
    every = Site.objects.filter(among(ids, "organization")).select_related("organization")
    for one in every.order_by("organization_id", "pk").iterator(chunk_size=CHUNK):
        yield {name: getattr(one, name) for name in plain} | {"organization": called(one.organization)}
