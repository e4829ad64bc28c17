"""The verbs of terms of payment."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Terms
from wharfinger.parties.rules import clean
from wharfinger.parties.rules import terms as rules

EVERY = Wish(documents=[(Terms, sql.Found("id > %s", (0,)))])


def add_terms(*, actor: Actor, values: Mapping[str, Any], key: str | None = None) -> Written:
    """Add terms of payment: until when, and what is taken off who pays early."""
    require(actor, "parties.terms")
    plan = partial(rules.plan_terms, values=clean(rules.TERMS, values))
    return post("add", EVERY, plan, actor=actor, key=key)


def change_terms(*, actor: Actor, terms: int, values: Mapping[str, Any], key: str | None = None) -> Written:
    """Change terms of payment, or let nobody more have them by a date in ``retired_on``."""
    require(actor, "parties.terms")
    plan = partial(rules.plan_terms_change, pk=terms, values=clean(rules.TERMS, values))
    return post("change", EVERY, plan, actor=actor, key=key)
