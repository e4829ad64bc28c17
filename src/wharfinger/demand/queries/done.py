"""The one derived fact that is stored: which entry left nothing open of a document."""

from __future__ import annotations

from collections.abc import Iterable

from wharfinger.demand.rules.words import OPEN_BILLS, OPEN_GOODS
from wharfinger.ledger import sql

_OPEN = ", ".join(
    f"'{kind}'" for kind in (*OPEN_GOODS, *OPEN_BILLS, "rented", "returns", "bench", "at_vendor")
)

_SOMETHING_OPEN = (
    "EXISTS (SELECT 1 FROM demand_line l JOIN ledger_holding h ON h.claim_id = l.claim_id "
    "WHERE (l.sheet_id = demand_sheet.id OR l.order_id = demand_sheet.id) AND l.void_id IS NULL "
    f"AND NOT h.unbounded AND h.quantity > 0 AND h.kind IN ({_OPEN}))"
)
_OWES = (
    "EXISTS (SELECT 1 FROM demand_line l JOIN ledger_holding h ON h.claim_id = l.claim_id "
    "JOIN {invoice} i ON i.place_id = h.place_id "
    "WHERE (l.sheet_id = demand_sheet.id OR l.order_id = demand_sheet.id) AND l.void_id IS NULL "
    "AND h.kind = 'invoiced' AND (i.posted_at IS NULL AND h.quantity > 0 OR EXISTS (SELECT 1 FROM ledger_account a "
    "WHERE a.document = 'invoice:' || i.id AND a.kind = 'receivable' AND a.balance_minor <> 0)))"
)


def owes(invoice_table: str) -> str:
    """The condition that a document still owes or is owed money, for ``close_done``.

    invoice_table: where invoices are, each with the place that its bills stand at.
    """
    return _OWES.format(invoice=invoice_table)


def still_open(owing: str) -> str:
    """The condition on ``demand_sheet`` that something of a document is open in goods, bills or money."""
    return f"({_SOMETHING_OPEN} OR {owing})"


def close_done(sheets: Iterable[int], entry: int, *, owing: str = "1 = 0") -> int:
    """Write down the entry that left nothing open of these documents, or that something is open again.

    owing: an SQL condition on ``demand_sheet`` that is true while money is open. How many changed.
    """
    wanted = sql.array(sorted(set(sheets)))
    still = still_open(owing)
    return sql.execute(
        f"WITH looked AS MATERIALIZED (SELECT id, {still} AS still FROM demand_sheet "
        f"WHERE {sql.among('id')} AND kind <> 'quote' AND void_id IS NULL "
        "AND EXISTS (SELECT 1 FROM demand_line l WHERE l.sheet_id = demand_sheet.id OR l.order_id = demand_sheet.id)) "
        "UPDATE demand_sheet SET done_id = CASE WHEN looked.still THEN NULL ELSE %s END FROM looked "
        "WHERE demand_sheet.id = looked.id AND (demand_sheet.done_id IS NULL) <> looked.still",
        [wanted, entry],
    )
