"""What came to a line after a day, so that its figures can be told as of that day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from wharfinger.demand.queries import figure_of
from wharfinger.ledger import sql

COUNTED = ("customer", "rented", "in_transit", "to_bill")
"""What left for the customer, what arrived there, and what is to be billed."""


def came_after(lines: Iterable[int], day: date) -> dict[tuple[int, str], int]:
    """By line and figure how many more there are than at the end of a day; of a kit those of its components, too.

    What left again counts against what came. One statement.
    """
    asked = sql.array(sorted(set(lines)))
    kinds = ", ".join(f"'{kind}'" for kind in COUNTED)
    found: dict[tuple[int, str], int] = {}
    for claim, kind, units in sql.fetch(
        f"WITH named AS (SELECT claim_id FROM demand_line WHERE {sql.among('claim_id')} UNION "
        f"SELECT claim_id FROM demand_line WHERE {sql.among('parent_id')}), here AS ("
        "SELECT h.id, h.claim_id, h.kind FROM ledger_holding h JOIN named n ON n.claim_id = h.claim_id "
        f"WHERE h.kind IN ({kinds})) SELECT claim_id, kind, SUM(units) FROM ("
        "SELECT h.claim_id, h.kind, m.quantity AS units FROM here h JOIN ledger_move m ON m.target_id = h.id "
        "JOIN ledger_entry e ON e.id = m.entry_id WHERE e.effective_on > %s UNION ALL "
        "SELECT h.claim_id, h.kind, -m.quantity FROM here h JOIN ledger_move m ON m.source_id = h.id "
        "JOIN ledger_entry e ON e.id = m.entry_id WHERE e.effective_on > %s) AS moved GROUP BY 1, 2",
        [asked, asked, day.isoformat(), day.isoformat()],
    ):
        at = claim, figure_of(kind)
        found[at] = found.get(at, 0) + int(units)
    return found
