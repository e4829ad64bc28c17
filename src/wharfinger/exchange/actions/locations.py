"""Bring in locations with their bins."""

from __future__ import annotations

from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.fields import checked
from wharfinger.base.refusal import N_, BadInput
from wharfinger.exchange.actions import finding
from wharfinger.exchange.actions.finding import different
from wharfinger.exchange.actions.made import revived
from wharfinger.exchange.rules import Group, Row
from wharfinger.exchange.rules.kinds import KINDS
from wharfinger.parties.models import User
from wharfinger.stock.actions import locations as stock
from wharfinger.stock.models import Bin, Location
from wharfinger.stock.rules import locations as rules

Values = dict[str, Any]


def bring(*, actor: Actor, group: Group) -> str:
    """Add a location, or change what differs; further rows of it name further bins."""
    require(actor, "exchange.import")
    row = group.first
    values, bins = _values(row), _bins(group)
    found = Location.objects.filter(name=row["location"]).first()
    if found is None:
        made = stock.add_location(actor=actor, values=values, bins=list(bins.values()))
        group.led_to(made.id, f"location:{made.one('stock.Location')}")
        return "added"
    kept = checked(rules.LOCATION, values)
    changed = different(found, {rules.COLUMNS.get(name, name): value for name, value in kept.items()})
    back = revived(f"location:{found.pk}", found, values)
    if changed or back:
        changes = stock.change_location(actor=actor, location=found.pk, values=values | back)
        group.led_to(changes.id, f"location:{found.pk}" if back else "")
    done = [_bin(actor, group, found, one) for one in bins.values()]
    return "changed" if changed or back or any(done) else "unchanged"


def _values(row: Row) -> Values:
    values: Values = {"name": row["location"]}
    values |= {name: row[name] for name in ("kind", "channel") if row[name]}
    if row["default"] and row.flag("default"):
        values["default"] = True
    if row["person"]:
        person = User.objects.filter(username__iexact=row["person"]).first()
        if person is None:
            raise BadInput(
                "no_such_user_named",
                N_("There is no user “{name}”. Add that user first."),
                field="person",
                name=row["person"][:60],
            )
        values["person"] = person.pk
    if row["returns_location"]:
        values["returns_location"] = finding.location(row, "returns_location").pk
    return values


def _bins(group: Group) -> dict[str, Values]:
    bins: dict[str, Values] = {}
    for row in group.rows:
        if row["bin"]:
            group.parts[f"bins.{len(bins)}"] = row
            bins[row["bin"]] = {"name": row["bin"]}
            bins[row["bin"]] |= row.said(KINDS["locations"], "sequence", "capacity")
    return bins


def _bin(actor: Actor, group: Group, location: Location, values: Values) -> bool:
    found = Bin.objects.filter(location=location, name=values["name"]).select_related("place").first()
    if found is None:
        made = stock.add_bin(actor=actor, location=location.pk, values=values)
        group.led_to(made.id, f"bin:{made.one('stock.Bin')}")
        return True
    back = revived(f"bin:{found.pk}", found, values)
    there = {"sequence": found.place.sequence, "capacity": found.capacity}
    if all(values.get(name, value) == value for name, value in there.items()) and not back:
        return False
    done = stock.change_bin(actor=actor, bin=found.pk, values=values | back)
    group.led_to(done.id, f"bin:{found.pk}" if back else "")
    return True
