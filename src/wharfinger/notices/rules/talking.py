"""Pure decisions about what people tell each other: mentions in notes, and to-dos."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from wharfinger.base.fields import Check, day, text
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.notices.rules.attachments import about

LABEL = "notices.Todo"
CHANGES: dict[str, Check] = {
    "text": text(500, needed=True),
    "due_on": lambda value, field: None if value is None else day(value, field),
}

_MENTION = re.compile(r"(?:^|(?<=[\s(\[]))@([\w.+@-]+)")


def mentioned(said: str) -> list[str]:
    """The names after an @ in a note; the mark that ends a sentence is no part of a name."""
    names = (found.rstrip(".-") for found in _MENTION.findall(said))
    return list(dict.fromkeys(name.casefold() for name in names if name))


def plan_note(_truth: Truth, *, subject: tuple[str, int], people: tuple[int, ...]) -> Plan:
    """Write a note into the timeline of a document; whoever it mentions is told."""
    plan = Plan()
    plan.mention(subject, *(("user", pk) for pk in people))
    return plan


def plan_todo(truth: Truth, *, subject: str, values: Mapping[str, Any]) -> Plan:
    """Write down what somebody is to do about a document."""
    _active(truth, values["person_id"])
    plan = Plan()
    made = plan.create(LABEL, about=subject, done_at=None, done_by_id=None, reminded_on=None, **values)
    plan.mention(("todo", made), about(subject))
    return plan


def plan_change(truth: Truth, *, pk: int, values: Mapping[str, Any]) -> Plan:
    """Say otherwise what is to be done, by whom or until when; who gets it anew is told."""
    row = _open(truth, pk)
    if "person_id" in values:
        _active(truth, values["person_id"])
    plan = Plan()
    plan.change(row, **values)
    if values.get("due_on") is not None and row.reminded_on is not None:
        plan.change(row, reminded_on=None)
    plan.mention(row, about(row.about))
    return plan


def plan_finish(truth: Truth, *, pk: int) -> Plan:
    """Say that something is done."""
    row = _open(truth, pk)
    plan = Plan()
    plan.change(row, done_at=truth.now, done_by_id=truth.actor)
    plan.mention(row, about(row.about))
    return plan


def plan_remind(truth: Truth) -> Plan:
    """Tell of what is due, once."""
    plan = Plan()
    for row in truth.documents[LABEL].values():
        if row.done_at is None and row.void_id is None and row.reminded_on is None:
            plan.change(row, reminded_on=truth.today)
            plan.mention(row, about(row.about))
    return plan


def _active(truth: Truth, person: int) -> None:
    if person not in truth.read["people"]:
        raise BadInput("no_such_user", N_("There is no such user."), field="person")


def _open(truth: Truth, pk: int) -> Any:
    row = truth.documents[LABEL].get(pk)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_todo", N_("There is no such to-do."))
    if row.done_at is not None:
        raise Refusal("done_already", N_("This is done already. Write down a new one."))
    return row
