"""Bring in organizations with their contacts and sites."""

from __future__ import annotations

from typing import Any

from wharfinger.base import configuration, money
from wharfinger.base.access import Actor, require
from wharfinger.base.fields import checked
from wharfinger.base.quantity import scaled
from wharfinger.exchange.actions import finding
from wharfinger.exchange.actions.finding import different, known
from wharfinger.exchange.actions.made import revived
from wharfinger.exchange.columns import said_besides
from wharfinger.exchange.owned import differing
from wharfinger.exchange.rules import Group, Row
from wharfinger.parties import rules
from wharfinger.parties.actions import organizations as parties
from wharfinger.parties.models import Contact, Organization, Site

TEXTS = (
    *("reference", "name", "currency", "language", "tax_number", "email", "phone"),
    *("billing_policy", "bills_by"),
)
ADDRESS = ("street", "postcode", "city", "region")
SITE = "Main"
"""What a site is called that the file gives no name."""


def bring(*, actor: Actor, group: Group) -> str:
    """Add an organization, or change what differs; an empty cell leaves what is there."""
    require(actor, "exchange.import")
    row = group.first
    found = known(row["reference"], row["name"])
    values = _values(row) | said_besides("organizations", row)
    contacts, sites = _parts(group)
    if found is None:
        made = parties.add_organization(
            actor=actor, values=values, contacts=list(contacts.values()), sites=list(sites.values())
        )
        group.led_to(made.id, f"organization:{made.one('parties.Organization')}")
        return "added"
    kept = checked(rules.ORGANIZATION, values)
    own = differing(found.own, "organization", kept.pop("own", {}))
    names = {"customer_group": "customer_group_id", "location": "location_id", "terms": "terms_id"} | {
        "tax_code": "tax_code_id"
    }
    other = different(found, {names.get(name, name): value for name, value in kept.items()})
    changed = {name: value for name, value in kept.items() if names.get(name, name) in other}
    changed |= revived(f"organization:{found.pk}", found, values) | ({"own": own} if own else {})
    if changed:
        back = "retired_on" in changed and changed["retired_on"] is None
        group.led_to(
            parties.change_organization(actor=actor, organization=found.pk, values=changed).id,
            f"organization:{found.pk}" if back else "",
        )
    # Each of these must run, so none of them stands behind an `or`.
    done = [_contact(actor, group, found, one) for one in contacts.values()]
    done += [_site(actor, group, found, one) for one in sites.values()]
    return "changed" if changed or any(done) else "unchanged"


def _values(row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {name: row[name] for name in TEXTS if row[name]}
    values |= {name: row.flag(name) for name in ("customer", "vendor") if row[name]}
    if row["terms_days"]:
        values["terms_days"] = row.whole("terms_days")
    if row["terms"]:
        values["terms"] = finding.terms(row)
    if row["tax_code"]:
        values["tax_code"] = finding.tax_code(row)
    if row["credit_limit"]:
        home = configuration.one("currency")
        values["credit_limit_minor"] = money.minor(row.figure("credit_limit"), home, field="credit_limit")
    if row["discount"]:
        values["discount_micro"] = scaled(row.figure("discount"), 4, field="discount", most=10**6 + 1)
    if row["location"]:
        values["location"] = finding.location(row).pk
    group = finding.customer_group(row)
    values |= {} if group is None else {"customer_group": group}
    return values | finding.retired(row)


def bring_contact(*, actor: Actor, group: Group) -> str:
    """Add a contact of an organization that is there, or change what differs."""
    require(actor, "exchange.import")
    row = group.first
    values = {name: row[name] for name in ("name", "email", "phone") if row[name]} | finding.retired(row)
    owner = finding.organization(row, "organization")
    return _contact(actor, group, owner, {"name": "", **values}) or "unchanged"


def bring_site(*, actor: Actor, group: Group) -> str:
    """Add a site of an organization that is there, or change what differs."""
    require(actor, "exchange.import")
    row = group.first
    values: dict[str, Any] = {name: row[name] for name in ("name", *ADDRESS) if row[name]}
    values |= {name: row.flag(name) for name in ("ship_to", "bill_to") if row[name]}
    values |= {"country": row.country("country")} if row["country"] else {}
    owner = finding.organization(row, "organization")
    return _site(actor, group, owner, {"name": "", **values} | finding.retired(row)) or "unchanged"


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


def _contact(actor: Actor, group: Group, organization: Organization, values: dict[str, Any]) -> str:
    """Add or change it; nothing where it is as it was."""
    found = Contact.objects.filter(organization=organization, name=values["name"]).order_by("pk").first()
    if found is None:
        made = parties.add_contact(actor=actor, organization=organization.pk, values=values)
        group.led_to(made.id, f"contact:{made.one('parties.Contact')}")
        return "added"
    changed = different(found, checked(rules.CONTACT, values))
    changed |= revived(f"contact:{found.pk}", found, values)
    if changed:
        done = parties.change_contact(actor=actor, contact=found.pk, values=changed)
        group.led_to(done.id, f"contact:{found.pk}" if changed.get("retired_on", 0) is None else "")
    return "changed" if changed else ""


def _site(actor: Actor, group: Group, organization: Organization, values: dict[str, Any]) -> str:
    """Add or change it; nothing where it is as it was."""
    found = Site.objects.filter(organization=organization, name=values["name"]).order_by("pk").first()
    if found is None:
        made = parties.add_site(actor=actor, organization=organization.pk, values=values)
        group.led_to(made.id, f"site:{made.one('parties.Site')}")
        return "added"
    changed = different(found, checked(rules.SITE, values))
    changed |= revived(f"site:{found.pk}", found, values)
    if changed:
        done = parties.change_site(actor=actor, site=found.pk, values=changed)
        group.led_to(done.id, f"site:{found.pk}" if changed.get("retired_on", 0) is None else "")
    return "changed" if changed else ""
