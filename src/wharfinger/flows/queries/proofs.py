"""What the audit re-proves of doubles that were merged."""

from __future__ import annotations

from wharfinger.catalog.queries import categories
from wharfinger.catalog.rules.categories import ancestors
from wharfinger.ledger.audit import Finding, findings


def merges_lead_to_what_stays() -> list[Finding]:
    """What was merged is retired, and leads at once to one that is not merged itself."""
    return [
        finding
        for table in ("catalog_product", "catalog_category", "parties_organization")
        for finding in findings(
            "merged = retired, and leads to what stays",
            f"SELECT '{table} ' || o.id, o.retired_on, o.merged_into_id, n.merged_into_id FROM {table} o "
            f"JOIN {table} n ON n.id = o.merged_into_id "
            "WHERE o.retired_on IS NULL OR n.merged_into_id IS NOT NULL OR n.id = o.id",
        )
    ]


def categories_have_those_above() -> list[Finding]:
    """Whatever lies below something in the tree of categories finds it there."""
    paths = set(categories().values_list("path", flat=True))
    lacking = sorted({one for path in paths for one in ancestors(path)} - paths)
    return [Finding("a category has those above it", path, "missing") for path in lacking]


def merging_keeps_goods_and_value() -> list[Finding]:
    """A merge takes out of stock what it brings in, in quantity and to the cent; so does its undoing."""
    return findings(
        "a merge keeps goods and value",
        "SELECT 'entry ' || e.id, SUM(d.quantity), SUM(d.value_minor) FROM ledger_draw d "
        "JOIN ledger_entry e ON e.id = d.entry_id LEFT JOIN ledger_entry o ON o.id = e.reverses_id "
        "WHERE COALESCE(o.verb, e.verb) IN ('merge', 'merge_organizations') GROUP BY e.id "
        "HAVING SUM(d.quantity) <> 0 OR SUM(d.value_minor) <> 0",
    )
