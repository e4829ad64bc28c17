"""Which acts posted a paper that stays, so that nobody is offered to undo them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from django.db.models import Q

from wharfinger.billing.models import CreditNote, Invoice
from wharfinger.billing.rules.asking_again import CREDITING
from wharfinger.billing.rules.changing import CHANGING
from wharfinger.ledger.models import Fact
from wharfinger.ledger.write import MADE


def posted_by(entries: Collection[int]) -> set[int]:
    """Those of these entries that made a credit note, or made or changed an invoice that is posted by now.

    What credited goods that came back is undone all the same.
    """
    made = Q(field=MADE, subject__in=("billing.CreditNote", "billing.Invoice"))
    changed = Q(entry__verb__in=CHANGING, subject__startswith="invoice:")
    papers = Fact.objects.filter(made | changed, entry_id__in=entries)
    stay: set[int] = set()
    drafted: dict[int, set[int]] = defaultdict(set)
    asked_again: set[int] = set()
    for entry, verb, subject, new in papers.values_list("entry_id", "entry__verb", "subject", "new"):
        noun, _, pk = subject.partition(":")
        if noun == "billing.CreditNote":
            (asked_again if verb in CREDITING else stay).add(entry)
        else:
            for invoice in [int(pk)] if pk else json.loads(new or "[]"):
                drafted[invoice].add(entry)
    if drafted:
        posted = Invoice.objects.filter(pk__in=drafted, posted_at__isnull=False)
        for invoice in posted.values_list("pk", flat=True):
            stay |= drafted[invoice] - asked_again
    return stay


class Paper(NamedTuple):
    """A paper that an undo posts."""

    invoice: bool
    """Whether it is an invoice; else it is a credit note."""
    of: str
    """The number of what it takes back."""
    customer: str
    total_minor: int
    currency: str


def posted_by_undo(made: Mapping[str, Sequence[int]]) -> list[Paper]:
    """The papers among what an undo made, as one is told of them before."""
    invoices = Invoice.objects.filter(pk__in=made.get("billing.Invoice", ()), takes_back__isnull=False)
    notes = CreditNote.objects.filter(pk__in=made.get("billing.CreditNote", ()))
    number, customer = "takes_back__number", "organization__name"
    found = [
        Paper(True, *row)
        for row in invoices.order_by("pk").values_list(number, customer, "total_minor", "currency")
    ]
    listed = notes.order_by("pk").values_list("invoice__number", customer, "total_minor", "currency")
    return found + [Paper(False, *row) for row in listed]
