"""The verbs of the list of grades."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.fields import checked
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.returns.models import Grade
from wharfinger.returns.rules import grading as rules

EVERY = Wish(documents=[(Grade, sql.Found("id > %s", (0,)))])


def add_grade(*, actor: Actor, values: Mapping[str, Any], key: str | None = None) -> Written:
    """Add a grade in which goods come back: what it is called, whether they are sold again, what becomes of them."""
    require(actor, "site.settings")
    plan = partial(rules.plan_grade, values=checked(rules.GRADE, values))
    return post("add", EVERY, plan, actor=actor, key=key)


def change_grade(*, actor: Actor, grade: int, values: Mapping[str, Any], key: str | None = None) -> Written:
    """Change a grade, or take it off the list by a date in ``retired_on``; what was found keeps it."""
    require(actor, "site.settings")
    plan = partial(rules.plan_grade_change, pk=grade, values=checked(rules.GRADE, values))
    return post("change", EVERY, plan, actor=actor, key=key)
