"""The life of a unit against the journal: every entry that touched it is told, once, in order, and no other."""

from __future__ import annotations

from collections import Counter

from django.db.models import Q

from wharfinger.devices.models import Device
from wharfinger.ledger.models import Fact, Lot, Move
from wharfinger.ledger.write import MADE
from wharfinger.stock.queries.units import life, numbers


def untold(lot: Lot) -> list[str]:
    """What the life of a unit leaves out, tells twice, tells in the wrong order or makes up."""
    chain = numbers([lot.pk])
    told = life(lot)
    of_them = Q(source__lot__in=chain) | Q(target__lot__in=chain)
    moved = Counter(Move.objects.filter(of_them).values_list("entry_id", flat=True))
    devices = Device.objects.filter(lot__in=chain).values_list("pk", flat=True)
    named = [*(f"lot:{pk}" for pk in chain), *(f"device:{pk}" for pk in devices)]
    about = set(Fact.objects.filter(subject__in=named).values_list("entry_id", flat=True))
    found = [f"{entry} moved it and is not told" for entry in moved - Counter(c.entry for c in told)]
    found += [f"{entry} is about it and is not told" for entry in about - {c.entry for c in told}]
    if [c.entry for c in told] != sorted((c.entry for c in told), reverse=True):
        found.append("not in order")
    facts = set(
        Fact.objects.filter(entry__in=[c.entry for c in told])
        .exclude(field=MADE)
        .values_list("entry_id", "subject")
    )
    for entry, times in Counter(c.entry for c in told).items():
        if times != (moved[entry] or 1):
            found.append(f"{entry} is told {times} times")
    for c in told:
        if bool(c.places) != bool(moved[c.entry]):
            found.append(f"{c.entry} is told of another unit's move")
        if not c.places and not c.subjects:
            found.append(f"{c.entry} is of no document of it")
        found += [f"{c.entry} does not name {one}" for one in c.subjects if (c.entry, one) not in facts]
    return found
