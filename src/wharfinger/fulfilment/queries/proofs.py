"""What the audit re-proves of pick runs."""

from __future__ import annotations

from wharfinger.ledger.audit import Finding, findings


def open_tasks_are_firm() -> list[Finding]:
    """What somebody is picking stands in a bin for a line that is firm, not on hold, and in no undone run."""
    return findings(
        "open tasks are for firm lines",
        "SELECT 'pick_task ' || t.id, t.run_id, t.line_id FROM fulfilment_picktask t "
        "JOIN fulfilment_pickrun r ON r.id = t.run_id JOIN demand_line l ON l.claim_id = t.line_id "
        "JOIN demand_sheet s ON s.id = l.sheet_id JOIN stock_location k ON k.id = t.location_id "
        "LEFT JOIN sales_order o ON o.sheet_id = COALESCE(l.order_id, l.sheet_id) "
        "WHERE t.ended_at IS NULL AND t.void_id IS NULL AND (r.void_id IS NOT NULL OR ("
        "(l.removed_at IS NOT NULL OR l.void_id IS NOT NULL OR s.kind = 'quote' OR o.held_at IS NOT NULL "
        "OR (o.sheet_id IS NOT NULL AND o.confirmed_at IS NULL)) "
        "AND EXISTS (SELECT 1 FROM ledger_holding h JOIN ledger_place p ON p.id = h.place_id "
        "WHERE h.claim_id = t.line_id AND h.kind = 'bin' AND h.quantity > 0 AND p.parent_id = k.place_id)))",
    )
