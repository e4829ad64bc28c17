"""What the audit proves of buying."""

from __future__ import annotations

from collections.abc import Iterator

from wharfinger.base import configuration
from wharfinger.ledger.audit import Finding
from wharfinger.purchasing.models import ReceiptCost
from wharfinger.purchasing.queries.landed import landed
from wharfinger.purchasing.rules.landing import at_home


def costs_reach_stock_or_variance() -> Iterator[Finding]:
    """What a receipt cost beside its price is, to the cent, what reached its goods and what was stated as variance."""
    home = configuration.one("currency")
    for one in landed(ReceiptCost.objects.filter(void__isnull=True)):
        row = one.row
        due = at_home(row.amount_minor, row.currency, row.rate_micro, home)
        if one.home_minor != due:
            yield Finding(
                "cost of a receipt = in stock + variance",
                f"receipt_cost {row.pk}",
                f"{due}, {one.home_minor}",
            )
