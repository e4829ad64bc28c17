"""Bring in organizations with their contacts and sites."""

from __future__ import annotations

from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.fields import checked
from wharfinger.exchange.actions.made import revived
from wharfinger.exchange.rules import Group, Row
from wharfinger.parties import rules
from wharfinger.parties.actions import organizations as parties
from wharfinger.parties.models import Contact, Organization, Site

TEXTS = ("reference", "name", "currency", "language", "tax_number", "email", "phone", "billing_policy")
ADDRESS = ("street", "postcode", "city", "region")
SITE = "Main"
"""What a site is called that the file gives no name."""


def bring(*, actor: Actor, group: Group) -> str:
    """Add an organization, or change what differs; an empty cell leaves what is there."""
    require(actor, "exchange.import")
    row = group.first
    found = known(row["reference"], row["name"])
    values = _values(row)
    contacts, sites = _parts(group)
    if found is None:
        made = parties.add_organization(
            actor=actor, values=values, contacts=list(contacts.values()), sites=list(sites.values())
        )
        group.led_to(made.id, f"organization:{made.one('parties.Organization')}")
        return "added"
    changed = different(found, checked(rules.ORGANIZATION, values))
    changed |= revived(f"organization:{found.pk}", found, values)
    if changed:
        group.led_to(
            parties.change_organization(actor=actor, organization=found.pk, values=changed).id,
            f"organization:{found.pk}" if "retired_on" in changed else "",
        )
    # Each of these must run, so none of them stands behind an `or`.
    done = [_contact(actor, group, found, one) for one in contacts.values()]
    done += [_site(actor, group, found, one) for one in sites.values()]
    return "changed" if changed or any(done) else "unchanged"


def known(reference: str, name: str) -> Organization | None:
    """The organization of a reference, or where none is given of exactly this name."""
    every = Organization.objects.order_by("pk")
    return (every.filter(reference=reference) if reference else every.filter(name=name)).first()


def different(row: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Those values that a row does not have yet."""
    return {name: value for name, value in values.items() if getattr(row, name) != value}


def _values(row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {name: row[name] for name in TEXTS if row[name]}
    values |= {name: row.flag(name) for name in ("customer", "vendor") if row[name]}
    if row["terms_days"]:
        values["terms_days"] = row.whole("terms_days")
    return values


def _parts(group: Group) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    contacts: dict[str, dict[str, Any]] = {}
    sites: dict[str, dict[str, Any]] = {}
    for row in group.rows:
        if row["contact"]:
            group.parts[f"contacts.{len(contacts)}"] = row
            contacts[row["contact"]] = {
                "name": row["contact"],
                **{part: row[f"contact_{part}"] for part in ("email", "phone") if row[f"contact_{part}"]},
            }
        if row["site"] or any(row[name] for name in ADDRESS):
            name = row["site"] or SITE
            group.parts[f"sites.{len(sites)}"] = row
            sites[name] = {"name": name, **{part: row[part] for part in ADDRESS if row[part]}}
            if row["country"]:
                sites[name]["country"] = row.country("country")
    return contacts, sites


def _contact(actor: Actor, group: Group, organization: Organization, values: dict[str, Any]) -> bool:
    found = Contact.objects.filter(organization=organization, name=values["name"]).order_by("pk").first()
    if found is None:
        made = parties.add_contact(actor=actor, organization=organization.pk, values=values)
        group.led_to(made.id, f"contact:{made.one('parties.Contact')}")
        return True
    changed = different(found, checked(rules.CONTACT, values))
    changed |= revived(f"contact:{found.pk}", found, values)
    if changed:
        done = parties.change_contact(actor=actor, contact=found.pk, values=changed)
        group.led_to(done.id, f"contact:{found.pk}" if "retired_on" in changed else "")
    return bool(changed)


def _site(actor: Actor, group: Group, organization: Organization, values: dict[str, Any]) -> bool:
    found = Site.objects.filter(organization=organization, name=values["name"]).order_by("pk").first()
    if found is None:
        made = parties.add_site(actor=actor, organization=organization.pk, values=values)
        group.led_to(made.id, f"site:{made.one('parties.Site')}")
        return True
    changed = different(found, checked(rules.SITE, values))
    changed |= revived(f"site:{found.pk}", found, values)
    if changed:
        done = parties.change_site(actor=actor, site=found.pk, values=changed)
        group.led_to(done.id, f"site:{found.pk}" if "retired_on" in changed else "")
    return bool(changed)
