"""Pure decisions about batches: the day on which one expires, and who has been told that it comes."""

from __future__ import annotations

from datetime import date
from typing import Any

from wharfinger.base.refusal import N_, NotThere, Refusal
from wharfinger.ledger.plan import Plan, Truth


def plan_expiry(truth: Truth, *, lot: int, expires_on: date | None) -> Plan:
    """Give a batch another day on which it expires, or none; the old day stays on record."""
    row: Any = truth.documents["ledger.Lot"].get(lot)
    if row is None or row.serial or not row.code:
        raise NotThere("no_such_batch", N_("There is no such batch."))
    plan = Plan()
    plan.change(row, expires_on=expires_on)
    if not plan.changes:
        raise Refusal(
            "nothing_changed", N_("This changes nothing. Change something first."), field="expires_on"
        )
    plan.mention(("product", row.product_id))
    return plan


def plan_tell(truth: Truth, *, due: frozenset[int]) -> Plan:
    """Write down of which batches people are told that they expire soon, so that it is told once."""
    plan = Plan()
    for row in truth.documents["ledger.Lot"].values():
        if row.pk in due:
            plan.change(row, warned_of=row.expires_on)
            plan.mention(("product", row.product_id))
    return plan
