"""Which acts posted a paper that stays, so that nobody is offered to undo them."""

from __future__ import annotations

import json
from collections.abc import Collection

from wharfinger.billing.models import Invoice
from wharfinger.ledger.models import Fact
from wharfinger.ledger.write import MADE


def posted_by(entries: Collection[int]) -> set[int]:
    """Those of these entries that made a credit note, or an invoice that is posted by now."""
    papers = Fact.objects.filter(
        entry_id__in=entries, field=MADE, subject__in=("billing.CreditNote", "billing.Invoice")
    )
    stay: set[int] = set()
    drafted: dict[int, int] = {}
    for entry, label, made in papers.values_list("entry_id", "subject", "new"):
        if label == "billing.CreditNote":
            stay.add(entry)
        else:
            drafted |= dict.fromkeys(json.loads(made or "[]"), entry)
    if drafted:
        posted = Invoice.objects.filter(pk__in=drafted, posted_at__isnull=False)
        stay |= {drafted[pk] for pk in posted.values_list("pk", flat=True)}
    return stay
