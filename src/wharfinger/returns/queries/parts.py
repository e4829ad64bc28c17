"""The parts of devices that come back: they come along."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from django.db.models import Q

from wharfinger.base.words import same
from wharfinger.devices.models import Device
from wharfinger.devices.queries.parts import parts_of_lots
from wharfinger.devices.rules import WITH_CUSTOMER
from wharfinger.devices.rules.parts import Part
from wharfinger.ledger.models import Holding


class Along(NamedTuple):
    """A part that comes along, and the unit with which it does: its lot, its number, its line where only that was named."""

    part: Part
    organization: int
    lot: int
    code: str
    line: int | None


def parts_along(
    organizations: Collection[int],
    *,
    lots: Collection[int],
    codes: Collection[str],
    lines: Mapping[int, int],
) -> list[Along]:
    """The parts of devices of these customers that come back, as far as they do not come by themselves.

    lots, codes: the units that are named; lines: how many come back of lines none of whose units is named. Of such
    a line units are known where all come back.
    """
    there: dict[int, list[Holding]] = {}
    rows = Holding.objects.filter(claim__in=lines, quantity__gt=0, kind__in=WITH_CUSTOMER) if lines else ()
    for row in rows:
        there.setdefault(row.claim_id, []).append(row)
    whole_lines = {
        row.lot_id: line
        for line, found in there.items()
        if lines[line] >= sum(one.quantity for one in found)
        for row in found
        if row.serial
    }
    named = Q(lot__in=[*lots, *whole_lines]) | Q(lot__code_key__in=[same(code) for code in codes])
    theirs = Device.objects.filter(
        named, organization__in=organizations, void__isnull=True, removed_on__isnull=True
    )
    wholes = {
        lot: (org, code)
        for lot, org, code in theirs.values_list("lot_id", "organization_id", "lot__code_key")
    }
    given, along = set(wholes), []
    for part in parts_of_lots(wholes):
        if part.lot not in given:
            given.add(part.lot)
            organization, code = wholes[part.whole]
            along.append(Along(part, organization or 0, part.whole, code, whole_lines.get(part.whole)))
    return along
