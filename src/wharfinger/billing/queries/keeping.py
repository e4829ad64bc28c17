"""Which acts posted a paper that stays, so that nobody is offered to undo them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection

from django.db.models import Q

from wharfinger.billing.models import Invoice
from wharfinger.billing.rules.changing import CHANGING
from wharfinger.ledger.models import Fact
from wharfinger.ledger.write import MADE


def posted_by(entries: Collection[int]) -> set[int]:
    """Those of these entries that made a credit note, or made or changed an invoice that is posted by now."""
    made = Q(field=MADE, subject__in=("billing.CreditNote", "billing.Invoice"))
    changed = Q(entry__verb__in=CHANGING, subject__startswith="invoice:")
    papers = Fact.objects.filter(made | changed, entry_id__in=entries)
    stay: set[int] = set()
    drafted: dict[int, set[int]] = defaultdict(set)
    for entry, subject, new in papers.values_list("entry_id", "subject", "new"):
        noun, _, pk = subject.partition(":")
        if noun == "billing.CreditNote":
            stay.add(entry)
        else:
            for invoice in [int(pk)] if pk else json.loads(new or "[]"):
                drafted[invoice].add(entry)
    if drafted:
        posted = Invoice.objects.filter(pk__in=drafted, posted_at__isnull=False)
        for invoice in posted.values_list("pk", flat=True):
            stay |= drafted[invoice]
    return stay
