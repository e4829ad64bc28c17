"""Bring in devices that stand at customers and that we did not sell by these books."""

from __future__ import annotations

from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import same
from wharfinger.devices.actions.installing import install
from wharfinger.devices.actions.keeping import change
from wharfinger.devices.models import Device
from wharfinger.devices.rules.installing import Installation
from wharfinger.exchange.actions import finding
from wharfinger.exchange.actions.finding import different
from wharfinger.exchange.columns import said_besides
from wharfinger.exchange.owned import differing
from wharfinger.exchange.rules import Group, Row
from wharfinger.exchange.rules.kinds import KINDS
from wharfinger.parties.models import Organization, Site


def bring(*, actor: Actor, group: Group) -> str:
    """Let a unit at a customer be a device; one that is there gets another contact, reference or warranty only."""
    require(actor, "exchange.import")
    row = group.first
    product, owner = finding.product(row), finding.organization(row, "organization")
    contact = finding.contact(row, owner)
    values: dict[str, Any] = row.said(
        KINDS["devices"], "reference", "warranty_start_on", "warranty_end_on"
    ) | ({} if contact is None else {"contact_id": contact.pk})
    own = said_besides("devices", row).get("own", {})
    if not row["serial"]:
        raise BadInput("missing", N_("Please fill this in."), field="serial")
    found = Device.objects.filter(
        lot__product=product, lot__code_key=same(row["serial"]), void__isnull=True
    ).first()
    if found is not None:
        return _changed(actor, group, found, owner, values, own)
    item = Installation(
        product=product.pk,
        serial=row["serial"],
        site=_site(row, owner).pk,
        contact=values.get("contact_id"),
        reference=values.get("reference", ""),
        own=own,
    )
    group.parts["items.0"] = row
    made = install(actor=actor, items=[item], installed_on=row.day("installed_on"))
    group.led_to(made.id)
    device = Device.objects.get(pk=made.one("devices.Device"))
    if warranty := different(device, {k: v for k, v in values.items() if k.startswith("warranty_")}):
        group.led_to(change(actor=actor, device=device.pk, values=warranty).id)
    return "added"


def _changed(
    actor: Actor,
    group: Group,
    device: Device,
    owner: Organization,
    values: dict[str, Any],
    given: dict[str, Any],
) -> str:
    if device.organization_id != owner.pk or device.removed_on is not None:
        raise BadInput(
            "device_elsewhere",
            N_("This unit is known already, and not at this customer. Move or swap it there."),
            field="organization",
        )
    own = differing(device.own, "device", given)
    changed = different(device, values) | ({"own": own} if own else {})
    if changed:
        group.led_to(change(actor=actor, device=device.pk, values=changed).id)
    return "changed" if changed else "unchanged"


def _site(row: Row, owner: Organization) -> Site:
    """Where it stands: the site that the row names, else the customer's first."""
    first = Site.objects.filter(organization=owner, retired_on__isnull=True).order_by("pk").first()
    found = finding.site(row, owner) or first
    if found is None:
        raise BadInput(
            "has_no_site",
            N_("{name} has no site. Bring in the sites first."),
            field="site",
            name=owner.name,
        )
    return found
