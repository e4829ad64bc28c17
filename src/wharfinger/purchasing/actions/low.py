"""Tell once that something runs low."""

from __future__ import annotations

from wharfinger.base.access import Actor, require
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.purchasing.queries import needs
from wharfinger.stock.models import Level


def tell_low(*, actor: Actor, key: str | None = None) -> Written | None:
    """Write down what has fallen to its reorder point, once until it is refilled; nothing where nothing changed."""
    require(actor, "purchasing.order")
    due = _due()
    if not due:
        return None
    return post("run_low", Wish(documents=[(Level, sorted(due))]), _plan, actor=actor, key=key)


def _due() -> set[int]:
    """The levels that have fallen to their point and nobody was told, and those refilled since."""
    low = {(need.product, need.location) for need in needs.current() if need.lacking > 0}
    return {
        pk
        for pk, product, location, since in Level.objects.values_list(
            "pk", "product", "location", "low_since"
        )
        if ((product, location) in low) != (since is not None)
    }


def _plan(truth: Truth) -> Plan:
    plan = Plan()
    still = _due()
    for level in truth.documents["stock.Level"].values():
        if level.pk in still:
            plan.change(level, low_since=truth.now if level.low_since is None else None)
            plan.mention(("product", level.product_id), ("location", level.location_id))
    return plan
