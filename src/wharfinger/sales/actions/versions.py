"""What follows of a change to a quote: what was sent is another version, what was approved is not any more."""

from __future__ import annotations

from wharfinger.ledger import sql
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.sales.models import Quote
from wharfinger.sales.rules.approving import again_unapproved
from wharfinger.sales.rules.quotes import again_unsent


def lines_changed(truth: Truth, plan: Plan) -> None:
    """Let a quote whose lines change become another version, where it was sent, and need its approval anew."""
    sheets = truth.documents.get("demand.Sheet", {})
    quotes = [pk for pk, sheet in sheets.items() if sheet.kind == "quote"]
    if not quotes or not (plan.changes or plan.creates or plan.steps):
        return
    # Whoever writes to a quote holds the lock of its sheet first, so this one waits for nobody who waits for us.
    for row in sql.by_ids(Quote, quotes, locked=True).values():
        again_unsent(plan, row)
        again_unapproved(plan, row)
