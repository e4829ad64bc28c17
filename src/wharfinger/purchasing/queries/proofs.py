"""What the audit proves of buying."""

from __future__ import annotations

from collections.abc import Iterator

from wharfinger.base import configuration
from wharfinger.ledger import sql
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


def what_is_rejected_says_why() -> Iterator[Finding]:
    """What a receipt turned away at the door is, line by line, what its entry moved there."""
    rows = sql.fetch(
        "SELECT r.id, x.line, SUM(x.said), SUM(x.moved) FROM purchasing_receipt r JOIN ("
        "SELECT receipt_id AS receipt, purchase_line_id AS line, quantity AS said, 0 AS moved "
        "FROM purchasing_rejection WHERE void_id IS NULL UNION ALL "
        "SELECT b.id, p.id, 0, m.quantity FROM purchasing_receipt b "
        "JOIN ledger_move m ON m.entry_id = b.made_id "
        "JOIN ledger_holding t ON t.id = m.target_id AND t.kind = 'refused' "
        "JOIN purchasing_purchaseline p ON p.refused_place_id = t.place_id"
        ") x ON x.receipt = r.id WHERE r.void_id IS NULL "
        "GROUP BY r.id, x.line HAVING SUM(x.said) <> SUM(x.moved)",
        [],
    )
    for receipt, line, said, moved in rows:
        yield Finding(
            "rejected at the door = its reasons", f"receipt {receipt}, line {line}", f"{moved}, {said}"
        )
