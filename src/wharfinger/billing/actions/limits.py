"""Let one document go on in spite of its customer's credit limit or hold."""

from __future__ import annotations

from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.words import tidy
from wharfinger.billing.rules.limits import plan_release_limit
from wharfinger.demand.models import Sheet
from wharfinger.demand.queries.standing import read_standing
from wharfinger.ledger.look import Wish
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written


def release_limit(
    *, actor: Actor, sheet: int, up_to_minor: int, reason: str, key: str | None = None
) -> Written:
    """Let a quote, order or work order go on while its customer owes no more than so much, in home currency."""
    require(actor, "billing.limit")
    why = tidy(reason, field="reason", most=500, needed=False)
    plan = partial(plan_release_limit, sheet=sheet, up_to_minor=up_to_minor, reason=why)
    wish = Wish(documents=[(Sheet, [sheet])], reads=(read_standing,))
    return post("release_limit", wish, plan, actor=actor, key=key, reason=why)
