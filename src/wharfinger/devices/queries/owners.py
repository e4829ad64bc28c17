"""Whose a device was, as the journal has it."""

from __future__ import annotations

import json
from datetime import date
from typing import NamedTuple

from wharfinger.devices.models import Device
from wharfinger.ledger.models import Entry, Fact
from wharfinger.parties.models import Organization


class Owner(NamedTuple):
    """One owner of a device: from which day until which, and the entry by which it became theirs."""

    organization: int
    name: str
    since: date
    until: date | None
    entry: int


def owners(device: Device) -> list[Owner]:
    """Everybody whose a device was, the latest first; what was undone, and its undoing, never made it anybody's."""
    facts = Fact.objects.filter(subject=f"device:{device.pk}", field="organization_id").order_by("id")
    changes = [
        (entry, json.loads(old or "null"), json.loads(new or "null"))
        for entry, old, new in facts.values_list("entry_id", "old", "new")
    ]
    involved = {entry for entry, _, _ in changes} | {device.made_id}
    undone = Entry.objects.filter(reverses__in=involved).values_list("pk", "reverses_id")
    void = {pk for pair in undone for pk in pair if pk is not None}
    stand = [one for one in changes if one[0] not in void]
    first = stand[0][1] if stand else device.organization_id
    steps = [(device.made_id, first), *((entry, new) for entry, _, new in stand)]
    days = dict(Entry.objects.filter(pk__in=[entry for entry, _ in steps]).values_list("pk", "effective_on"))
    names = dict(Organization.objects.filter(pk__in={pk for _, pk in steps if pk}).values_list("pk", "name"))
    found = []
    for n, (entry, owner) in enumerate(steps):
        if owner is not None:
            until = days[steps[n + 1][0]] if n + 1 < len(steps) else None
            found.append(Owner(owner, names[owner], days[entry], until, entry))
    return found[::-1]
