"""Goods and money never part without a reason: told from the journal alone."""

from __future__ import annotations

from collections import Counter

from django.db.models import Q

from wharfinger.demand.models import Line
from wharfinger.ledger.models import Entry, Move

AWAY = frozenset({"in_transit", "customer", "rented"})
TAKING_BACK = frozenset({"reverse", "cancel_delivery", "remove", "reopen"})
LEAVING = frozenset({"ship", "deliver", "pick_pack_ship", "provide"})


def parted(entry: Entry) -> list[str]:
    """The lines of which an entry took goods back from a customer who goes on being billed for them, and why that is wrong.

    A reason makes it right; so does it that they were billed before the goods had left at all.
    """
    if entry.verb not in TAKING_BACK or (entry.verb != "reverse" and entry.reason):
        return []
    back = Move.objects.filter(entry=entry, source__kind__in=AWAY).exclude(target__kind__in=AWAY)
    claims = set(back.values_list("source__claim", flat=True))
    named = Line.objects.filter(pk__in=claims).values_list("pk", "parent_id")
    found = []
    for line in sorted({parent or pk for pk, parent in named}):
        grew = _beyond(line, entry.pk) - _beyond(line, entry.pk - 1)
        since = entry.reverses_id is None or _billed(line, entry.pk) > _billed(line, entry.reverses_id)
        if grew > 0 and since:
            found.append(f"line {line}: {grew} more billed than delivered by {entry.verb} {entry.pk}")
    return found


def _beyond(line: int, upto: int) -> int:
    """How many units of a line are billed beyond those that the customer has, once so many entries are done."""
    return max(0, _billed(line, upto) - _kept(line, upto))


def _billed(line: int, upto: int) -> int:
    return _standing(line, upto)["invoiced"]


def _standing(line: int, upto: int) -> Counter[str]:
    found: Counter[str] = Counter()
    moves = Move.objects.filter(Q(source__claim=line) | Q(target__claim=line), entry__lte=upto)
    for source, target, of, to, units in moves.values_list(
        "source__kind", "target__kind", "source__claim", "target__claim", "quantity"
    ):
        found[source] -= units if of == line else 0
        found[target] += units if to == line else 0
    return found


def _kept(line: int, upto: int) -> int:
    """How many units of it the customer has: of a kit, as many as of the component they have most of."""
    parts = Line.objects.filter(parent=line, void=None).exclude(product__kind="service")
    kept = [
        -(-sum(_standing(part, upto)[kind] for kind in AWAY) // ratio)
        for part, ratio in parts.values_list("pk", "ratio")
    ]
    alone = sum(_standing(line, upto)[kind] for kind in AWAY)
    waived = Move.objects.filter(
        source__claim=line, source__kind="to_bill", target__kind="waived", entry__lte=upto
    ).filter(entry__verb__in=LEAVING)
    never = sum(
        units - sum(m.quantity for m in Move.objects.filter(reverses=pk, entry__lte=upto))
        for pk, units in waived.values_list("pk", "quantity")
    )
    return max([alone, *kept]) - never
