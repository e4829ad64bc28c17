"""Reads of the journal: entries as people and machines see them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from wharfinger.base import money, quantity
from wharfinger.ledger.look import house
from wharfinger.ledger.models import Entry, Fact, Holding, Move, Posting
from wharfinger.ledger.write import MADE

COST_FIELDS = frozenset(
    (
        "approved_minor",
        "asked_change",
        "booked_micro",
        "cost_micro",
        "freight_minor",
        "unit_cost_micro",
    )
)
"""Fields that tell what goods cost us: what vendors ask, what was approved of it, and freight on orders and bills."""


def entries() -> QuerySet[Entry, Entry]:
    """Every entry."""
    return Entry.objects.select_related("actor")


def about(rows: QuerySet[Entry, Entry], subjects: Sequence[str]) -> QuerySet[Entry, Entry]:
    """The entries that touch any of these subjects (``order:17``)."""
    return rows.filter(pk__in=Fact.objects.filter(subject__in=subjects).values("entry_id"))


def show_entries(found: Iterable[Entry]) -> list[dict[str, Any]]:
    """Entries with the documents they touch, in two statements however many."""
    listed = list(found)
    ids = [entry.pk for entry in listed]
    subjects: dict[int, dict[str, None]] = defaultdict(dict)
    for entry, subject in (
        Fact.objects.filter(entry_id__in=ids)
        .exclude(field=MADE)
        .order_by("id")
        .values_list("entry_id", "subject")
    ):
        subjects[entry].setdefault(subject)
    undone = dict(Entry.objects.filter(reverses_id__in=ids).order_by("-id").values_list("reverses_id", "id"))
    return [
        {
            "id": entry.pk,
            "verb": entry.verb,
            "actor": entry.actor_id,
            "recorded_at": entry.recorded_at.isoformat(),
            "effective_on": entry.effective_on.isoformat(),
            "reason": entry.reason,
            "reverses": entry.reverses_id,
            "reversed_by": undone.get(entry.pk),
            "subjects": list(subjects[entry.pk]),
        }
        for entry in listed
    ]


def moves(entry: int) -> list[dict[str, Any]]:
    """The goods, wishes and bills that an entry moved."""
    names = (
        "quantity",
        "source__product_id",
        "source__product__quantity_decimals",
        "source__kind",
        "target__kind",
    )
    rows = Move.objects.filter(entry_id=entry).order_by("n")
    return [
        {
            "product": product,
            "quantity": quantity.plain(units, decimals),
            "from": source,
            "to": target,
            "line": of or to or None,
            "serial": code or None,
        }
        for units, product, decimals, source, target, of, to, code in rows.values_list(
            *names, "source__claim_id", "target__claim_id", "target__lot__code"
        )
    ]


def postings(entry: int) -> list[dict[str, Any]]:
    """The money that an entry moved, and what it was worth at home; an exchange difference is only that."""
    ours = house().currency
    rows = Posting.objects.filter(entry_id=entry).order_by("n")
    return [
        {
            "from": source,
            "to": target,
            "amount": money.plain(minor, currency),
            "currency": currency,
            "home": money.plain(home, ours),
        }
        for source, target, minor, currency, home in rows.values_list(
            "source__kind", "target__kind", "amount_minor", "source__currency", "home_minor"
        )
    ]


def changes(entry: int, *, costs: bool) -> list[dict[str, Any]]:
    """The fields that an entry changed; those that tell a cost only to who may see costs."""
    return [
        {
            "subject": f.subject,
            "field": f.field,
            "old": json.loads(f.old or "null"),
            "new": json.loads(f.new or "null"),
        }
        for f in Fact.objects.filter(entry_id=entry, field__isnull=False).exclude(field=MADE).order_by("id")
        if costs or f.field not in COST_FIELDS
    ]


def subjects(entry: int) -> list[str]:
    """The documents that an entry touches."""
    return sorted(
        set(Fact.objects.filter(entry_id=entry).exclude(field=MADE).values_list("subject", flat=True))
    )


def made_by(entry: int) -> set[int]:
    """The ids of whatever an entry made, of all nouns together."""
    made = Fact.objects.filter(entry_id=entry, field=MADE).values_list("new", flat=True)
    return {pk for ids in made for pk in json.loads(ids or "[]")}


def decimals_of_claims(claims: Sequence[int]) -> dict[int, int]:
    """How many decimals the product of each line has."""
    rows = Holding.objects.filter(claim_id__in=claims).order_by()
    return dict(rows.values_list("claim_id", "product__quantity_decimals").distinct())
