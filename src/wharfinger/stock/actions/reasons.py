"""The verbs of the list of reasons."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.fields import checked
from wharfinger.base.words import tidy
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.stock.models import Reason
from wharfinger.stock.rules import reasons as rules
from wharfinger.stock.rules.reasons import Why

EVERY = Wish(documents=[(Reason, sql.Found("id > %s", (0,)))])


def add_reason(*, actor: Actor, values: Mapping[str, Any], key: str | None = None) -> Written:
    """Add a reason to the list from which people choose."""
    require(actor, "site.settings")
    plan = partial(rules.plan_reason, values=checked(rules.REASON, values))
    return post("add", EVERY, plan, actor=actor, key=key)


def change_reason(*, actor: Actor, reason: int, values: Mapping[str, Any], key: str | None = None) -> Written:
    """Change a reason, or take it off the list by a date in ``retired_on``."""
    require(actor, "site.settings")
    plan = partial(rules.plan_reason_change, pk=reason, values=checked(rules.REASON, values))
    return post("change", EVERY, plan, actor=actor, key=key)


def why(uses: tuple[str, ...], reason: str, note: str) -> Why:
    """The reason somebody gives, trimmed; raises BadInput when there is none."""
    return Why(
        uses,
        tidy(reason, field="reason", most=500),
        tidy(note, field="note", most=499, needed=False),
    )
