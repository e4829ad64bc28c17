"""The verbs of customer groups."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties import rules
from wharfinger.parties.models import CustomerGroup

EVERY = Wish(documents=[(CustomerGroup, sql.Found("id > %s", (0,)))])


def add_customer_group(*, actor: Actor, values: Mapping[str, Any], key: str | None = None) -> Written:
    """Add a group of customers for whom the same prices hold."""
    require(actor, "parties.organization")
    plan = partial(rules.plan_group, values=rules.clean(rules.GROUP, values))
    return post("add", EVERY, plan, actor=actor, key=key)


def change_customer_group(
    *, actor: Actor, group: int, values: Mapping[str, Any], key: str | None = None
) -> Written:
    """Rename a customer group, or let no more customers join it by a date in ``retired_on``."""
    require(actor, "parties.organization")
    plan = partial(rules.plan_group_change, pk=group, values=rules.clean(rules.GROUP, values))
    return post("change", EVERY, plan, actor=actor, key=key)
