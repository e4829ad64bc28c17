"""Pure decisions about the views of lists that people keep."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from wharfinger.base.refusal import N_, BadInput
from wharfinger.ledger.plan import Plan, Truth

PASSING = frozenset(("cursor", "export", "save"))
"""What an address may hold that is no part of a view."""


def kept(query: str) -> str:
    """What of a list's address is kept as a view; raises BadInput when that is too much."""
    found = urlencode([(key, value) for key, value in parse_qsl(query.lstrip("?")) if key not in PASSING])
    if len(found) > 4000:
        raise BadInput("too_long", N_("At most {most} characters fit here."), field="name", most=4000)
    return found


def plan_save(truth: Truth, *, owner: int, table: str, name: str, query: str, shared: bool) -> Plan:
    """Keep a view under its name; the same name again replaces what it showed."""
    plan = Plan()
    for row in truth.read["views"]:
        plan.change(row, query=query, shared=shared)
        plan.mention(row)
    if not truth.read["views"]:
        made = plan.create(
            "boards.SavedView", owner_id=owner, table=table, name=name, query=query, shared=shared
        )
        plan.mention(("saved_view", made))
    plan.mention(("user", owner))
    return plan
