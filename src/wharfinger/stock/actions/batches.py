"""The verbs of batches: another day of expiry, and telling what expires soon."""

from __future__ import annotations

from datetime import date
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.words import tidy
from wharfinger.ledger.look import Wish
from wharfinger.ledger.models import Lot
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.stock.queries.batches import untold
from wharfinger.stock.rules import batches as rules


def change_expiry(
    *, actor: Actor, lot: int, expires_on: date | None, reason: str, key: str | None = None
) -> Written:
    """Give a batch another day on which it expires, or none where it does not; the old day stays on record."""
    require(actor, "stock.adjust")
    return post(
        "change_expiry",
        Wish(documents=[(Lot, [lot])]),
        partial(rules.plan_expiry, lot=lot, expires_on=expires_on),
        actor=actor,
        key=key,
        reason=tidy(reason, field="reason", most=1000),
    )


def tell_expiring(*, actor: Actor, key: str | None = None) -> Written | None:
    """Write down which batches at hand expire soon, once for each day of expiry; nothing where nothing is new."""
    require(actor, "stock.adjust")
    due = untold()
    if not due:
        return None

    def plan(truth: Truth) -> Plan:
        return rules.plan_tell(truth, due=untold())

    return post("tell_expiring", Wish(documents=[(Lot, sorted(due))]), plan, actor=actor, key=key)
