"""What receipts cost beside the prices of their goods, and at which prices these were billed, as people read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import QuerySet

from wharfinger.ledger import sql
from wharfinger.ledger.prepared import Prepared, ids
from wharfinger.purchasing.models import BilledPrice, ReceiptCost


class LandedCost(NamedTuple):
    """A cost of a receipt, and how much of it reached goods that were still in stock, in home currency."""

    row: ReceiptCost
    home_minor: int
    stock_minor: int

    @property
    def variance_minor(self) -> int:
        """What was stated for goods that had left."""
        return self.home_minor - self.stock_minor


_COSTS = Prepared(
    lambda receipts: (
        ReceiptCost.objects.filter(receipt__in=receipts, void__isnull=True).order_by("pk").values_list("pk")
    ),
    ids("receipts"),
)
"""Asked first, by a text made once: most receipts have none."""
_BILLED = Prepared(
    lambda receipts: (
        BilledPrice.objects.filter(receipt__in=receipts, void__isnull=True)
        .order_by("pk")
        .values_list("receipt", "purchase_line", "unit_cost_micro")
    ),
    ids("receipts"),
)


def costs_of(receipts: Iterable[int]) -> dict[int, list[LandedCost]]:
    """The costs of each receipt, those that were taken back among them."""
    found: dict[int, list[LandedCost]] = defaultdict(list)
    costs = [pk for (pk,) in _COSTS(list(receipts))]
    for one in landed(ReceiptCost.objects.filter(pk__in=costs)) if costs else ():
        found[one.row.receipt_id].append(one)
    return found


def landed(rows: QuerySet[ReceiptCost]) -> list[LandedCost]:
    """Costs with where they went, in two statements."""
    listed = list(rows.select_related("vendor").order_by("pk"))
    went = split({one.made_id for one in listed})
    return [
        LandedCost(one, in_stock + varied, in_stock)
        for one in listed
        for in_stock, varied in [went.get(one.made_id, (0, 0))]
    ]


def split(entries: Iterable[int]) -> dict[int, tuple[int, int]]:
    """By entry, by how much it made goods in stock dearer, and what it stated as variance."""
    wanted = sorted(entries)
    if not wanted:
        return {}
    among = sql.among("entry_id")
    rows = sql.fetch(
        "SELECT entry_id, SUM(stock), SUM(varied) FROM ("
        f"SELECT entry_id, -value_minor AS stock, 0 AS varied FROM ledger_draw WHERE move_id IS NULL AND {among} "
        "UNION ALL SELECT p.entry_id, 0, CASE WHEN a.kind = 'purchase_variance' THEN p.home_minor ELSE -p.home_minor END "
        "FROM ledger_posting p JOIN ledger_account a ON a.id = p.target_id JOIN ledger_account b ON b.id = p.source_id "
        f"WHERE {among.replace('entry_id', 'p.entry_id')} AND 'purchase_variance' IN (a.kind, b.kind)"
        ") x GROUP BY entry_id",
        [sql.array(wanted), sql.array(wanted)],
    )
    return {entry: (int(stock), int(varied)) for entry, stock, varied in rows}


def billed(receipts: Iterable[int]) -> dict[tuple[int, int], int]:
    """What vendors billed for a unit, by receipt and line, where it differs from what was ordered."""
    return {(receipt, line): cost for receipt, line, cost in _BILLED(list(receipts))}
