"""What the audit re-proves of pick runs and pallets."""

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


def pallets_go_with_their_boxes() -> list[Finding]:
    """What stands on a pallet goes where it goes, stands where it stands, and left with it."""
    return findings(
        "what is stacked goes with its pallet",
        "SELECT 'container ' || b.id, b.inside_id, b.shipment_id FROM fulfilment_container b "
        "JOIN fulfilment_container p ON p.id = b.inside_id WHERE b.void_id IS NULL AND (p.kind <> 'pallet' "
        "OR b.kind = 'pallet' OR p.inside_id IS NOT NULL OR p.void_id IS NOT NULL OR p.site_id <> b.site_id "
        "OR p.location_id <> b.location_id OR COALESCE(p.shipment_id, 0) <> COALESCE(b.shipment_id, 0))",
    )
