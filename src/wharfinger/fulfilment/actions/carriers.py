"""The verbs of the list of carriers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.fields import checked
from wharfinger.fulfilment.models import Carrier
from wharfinger.fulfilment.rules import carriers as rules
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written

EVERY = Wish(documents=[(Carrier, sql.Found("id > %s", (0,)))])


def add_carrier(*, actor: Actor, values: Mapping[str, Any], key: str | None = None) -> Written:
    """Add a carrier to the list, with its services and where its parcels are followed."""
    require(actor, "fulfilment.carrier")
    plan = partial(rules.plan_carrier, values=checked(rules.CARRIER, values))
    return post("add", EVERY, plan, actor=actor, key=key)


def change_carrier(
    *, actor: Actor, carrier: int, values: Mapping[str, Any], key: str | None = None
) -> Written:
    """Change a carrier, or take it off the list by a date in ``retired_on``."""
    require(actor, "fulfilment.carrier")
    plan = partial(rules.plan_carrier_change, pk=carrier, values=checked(rules.CARRIER, values))
    return post("change", EVERY, plan, actor=actor, key=key)
