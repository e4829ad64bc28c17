"""What invoices and drafts ask for of goods since an entry of the journal, and what customers keep of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Q, Sum

from wharfinger.demand.models import Line
from wharfinger.ledger.models import Fact, Holding, Move

WITH_CUSTOMER = ("in_transit", "customer", "rented")
"""Where goods stand that left for a customer."""
LEAVING = ("ship", "deliver", "pick_pack_ship", "provide")
"""Verbs that waive the bills of a partner's goods, and of those on loan, while these leave."""


class Paper(NamedTuple):
    """An invoice, or a draft that has no number, and how many units of a line it bills."""

    invoice: int
    number: str | None
    units: int


@dataclass(slots=True)
class Kept:
    """A line that is billed: how many units are invoiced, by which papers since an entry, and what is kept of it."""

    invoiced: int = 0
    since: list[Paper] = field(default_factory=list)
    goods: dict[int, int] = field(default_factory=dict)
    """By line of the goods (a kit's components, or the line itself): how many units their customer has."""
    ratios: dict[int, int] = field(default_factory=dict)
    waived: int = 0
    """Of them, how many are never billed."""

    def kept(self, back: dict[int, int]) -> int:
        """How many units are kept, with so many of each line of goods taken back."""
        return max(
            -(-(units - back.get(line, 0)) // self.ratios.get(line, 1)) for line, units in self.goods.items()
        )


def billed_since(lines: Collection[int], entry: int) -> dict[int, Kept]:
    """The lines by which goods of these lines are billed, those that were billed since an entry; a kit for its parts."""
    named = Line.objects.filter(pk__in=lines).values_list("pk", "parent_id")
    found = _papers({parent or pk for pk, parent in named}, entry)
    if not found:
        return {}
    goods = Line.objects.filter(Q(pk__in=found) | Q(parent__in=found)).exclude(product__kind="kit")
    parts = goods.filter(Q(parent=None) | ~Q(product__kind="service"))
    of = {
        pk: (parent or pk, ratio or 1)
        for pk, parent, ratio in parts.filter(void=None).values_list("pk", "parent_id", "ratio")
    }
    for pk, (line, ratio) in of.items():
        found[line].goods[pk], found[line].ratios[pk] = 0, ratio
    there = Holding.objects.filter(claim__in=of, kind__in=WITH_CUSTOMER, quantity__gt=0)
    for pk, units in there.values_list("claim_id").annotate(Sum("quantity")):
        found[of[pk][0]].goods[pk] = units
    waived = Move.objects.filter(
        source__claim__in=found, source__kind="to_bill", target__kind="waived", entry__verb__in=LEAVING
    )
    for pk, units, back in waived.values_list(
        "source__claim", "quantity", Sum("reversed_by__quantity", default=0)
    ):
        found[pk].waived += units - back
    return {pk: one for pk, one in found.items() if one.goods}


def _papers(lines: Collection[int], entry: int) -> dict[int, Kept]:
    """What stands on invoices of these lines, of those of which something was invoiced since."""
    bills = list(
        Holding.objects.filter(claim__in=lines, kind="invoiced", quantity__gt=0)
        .order_by("pk")
        .values_list(
            "claim_id",
            "quantity",
            "place__invoice",
            "place__invoice__number",
            "place__invoice__made",
        )
    )
    posted = Fact.objects.filter(
        subject__in={f"invoice:{row[2]}" for row in bills}, field="posted_at", entry__gt=entry
    )
    later = {int(one.partition(":")[2]) for one in posted.values_list("subject", flat=True)} if bills else ()
    added = Move.objects.filter(
        entry__verb="change_draft",
        entry__gt=entry,
        target__claim__in={row[0] for row in bills},
        target__kind="invoiced",
    )
    put = set(added.values_list("target__claim", "target__place__invoice")) if bills else ()
    found: dict[int, Kept] = defaultdict(Kept)
    for line, units, invoice, number, made in bills:
        found[line].invoiced += units
        if made > entry or invoice in later or (line, invoice) in put:
            found[line].since.append(Paper(invoice, number, units))
    return {line: one for line, one in found.items() if one.since}
