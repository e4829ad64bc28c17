"""Which entry left nothing open of a document: the one derived fact that is stored, and what it offers."""

from __future__ import annotations

from collections.abc import Iterable

from wharfinger.demand.models import Line
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
    "(EXISTS (SELECT 1 FROM demand_line l JOIN ledger_holding h ON h.claim_id = l.claim_id "
    "JOIN {invoice} i ON i.place_id = h.place_id "
    "WHERE (l.sheet_id = demand_sheet.id OR l.order_id = demand_sheet.id) AND l.void_id IS NULL "
    "AND h.kind = 'invoiced' AND (i.posted_at IS NULL AND h.quantity > 0 OR EXISTS (SELECT 1 FROM ledger_account a "
    "WHERE a.document = 'invoice:' || i.id AND a.kind = 'receivable' AND a.balance_minor <> 0))) "
    # A deposit bills no line: it is open until it is paid and an invoice has taken it off.
    "OR EXISTS (SELECT 1 FROM {invoice} i JOIN ledger_account a ON a.balance_minor <> 0 "
    "AND a.document IN ('invoice:' || i.id, 'order:' || i.sheet_id) AND a.kind IN ('receivable', 'deposit') "
    "WHERE i.sheet_id = demand_sheet.id AND i.kind = 'deposit' AND i.void_id IS NULL))"
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


_FULFILLED_BY = (
    "SELECT s.id, s.number FROM sales_order o JOIN demand_sheet s ON s.id = o.sheet_id "
    "WHERE o.sheet_id IN (SELECT l.order_id FROM ledger_move m JOIN ledger_holding h ON h.id = m.target_id "
    "JOIN demand_line l ON l.claim_id = h.claim_id WHERE m.entry_id = %s AND h.kind IN ('customer', 'rented')) "
    "AND o.confirmed_at IS NOT NULL AND o.fulfilled_at IS NULL AND o.cancelled_at IS NULL AND s.void_id IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM demand_line l JOIN ledger_holding h ON h.claim_id = l.claim_id "
    "WHERE l.order_id = o.sheet_id AND l.void_id IS NULL AND NOT h.unbounded AND h.quantity > 0 "
    f"AND h.kind IN ({', '.join(repr(kind) for kind in OPEN_GOODS)})) ORDER BY s.id"
)


def fulfilled_by(entry: int) -> list[tuple[int, str]]:
    """The orders, by id and number, whose last open goods an entry brought to the customer."""
    return [(pk, number) for pk, number in sql.fetch(_FULFILLED_BY, [entry])]


_MARKED_BY_THE_HOUSE = (
    "SELECT f.subject FROM ledger_fact f JOIN ledger_entry e ON e.id = f.entry_id WHERE f.id IN "
    "(SELECT MAX(x.id) FROM ledger_fact x WHERE {among} AND x.field = 'fulfilled_at' GROUP BY x.subject) "
    "AND e.verb = 'mark_fulfilled' AND e.actor_id IS NULL"
)


def marked_by_the_house(claims: Iterable[int]) -> set[int]:
    """Those of the orders of these lines that are fulfilled because nothing of them was open, not by a person."""
    found = Line.objects.filter(pk__in=sorted(claims), order__order__fulfilled_at__isnull=False)
    named = {f"order:{pk}": pk for pk in found.values_list("order_id", flat=True) if pk is not None}
    if not named:
        return set()
    asked = _MARKED_BY_THE_HOUSE.format(among=sql.among("x.subject", "text"))
    return {named[subject] for (subject,) in sql.fetch(asked, [sql.words(sorted(named))])}
