"""What the audit re-proves of devices."""

from __future__ import annotations

from wharfinger.ledger.audit import Finding, findings


def used_devices_are_their_customers() -> list[Finding]:
    """A subscription that runs uses a device that its customer has: with them, on its way, or here to be repaired."""
    return findings(
        "a used device is its customer's",
        "SELECT 'subscription ' || s.id, s.organization_id, d.organization_id, d.removed_on, h.kind "
        "FROM devices_subscription s JOIN devices_device d ON d.id = s.device_id "
        "LEFT JOIN ledger_holding h ON h.lot_id = d.lot_id AND h.quantity > 0 AND NOT h.unbounded "
        "WHERE s.void_id IS NULL AND s.ended_on IS NULL AND (d.void_id IS NOT NULL OR d.removed_on IS NOT NULL "
        "OR d.organization_id <> s.organization_id "
        "OR COALESCE(h.kind, '') NOT IN ('customer', 'in_transit', 'returns', 'bench', 'at_vendor'))",
    )


def devices_are_used_by_their_owners() -> list[Finding]:
    """Who uses a device is a person of the customer who has it."""
    return findings(
        "who uses a device is its owner's",
        "SELECT 'device user ' || u.id, d.organization_id, c.organization_id, d.removed_on "
        "FROM devices_deviceuser u JOIN devices_device d ON d.id = u.device_id "
        "JOIN parties_contact c ON c.id = u.contact_id WHERE u.void_id IS NULL AND u.ended_at IS NULL "
        "AND (d.void_id IS NOT NULL OR d.removed_on IS NOT NULL OR d.organization_id <> c.organization_id)",
    )


def parts_are_with_their_whole() -> list[Finding]:
    """Two devices that belong together are one customer's, and both are there."""
    return findings(
        "what belongs together has one owner",
        "SELECT 'relation ' || r.id, d.organization_id, o.organization_id, d.removed_on, o.removed_on "
        "FROM devices_relation r JOIN devices_device d ON d.id = r.device_id JOIN devices_device o ON o.id = r.other_id "
        "WHERE r.void_id IS NULL AND r.ended_at IS NULL AND (d.void_id IS NOT NULL OR o.void_id IS NOT NULL "
        "OR d.removed_on IS NOT NULL OR o.removed_on IS NOT NULL OR d.organization_id <> o.organization_id)",
    )
