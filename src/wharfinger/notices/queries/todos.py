"""Reads of to-dos: which there are, and who may see them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, NotThere
from wharfinger.notices.models import Todo
from wharfinger.notices.rules.attachments import SEEN_BY, about


def todos() -> QuerySet[Todo, Todo]:
    """Every to-do that is not undone."""
    return Todo.objects.filter(void__isnull=True)


def standing() -> QuerySet[Todo, Todo]:
    """What is still to be done."""
    return todos().filter(done_at__isnull=True)


def visible(actor: Actor) -> QuerySet[Todo, Todo]:
    """The to-dos about what this person may see, and their own."""
    found = Q(person_id=actor.pk)
    for noun, permission in SEEN_BY.items():
        if actor.may(permission):
            found |= Q(about__startswith=f"{noun}:")
    return todos().filter(found)


def of(subject: str) -> QuerySet[Todo, Todo]:
    """What is to be done about a document, the most urgent first."""
    return standing().filter(about=subject).select_related("person").order_by("due_on", "pk")


def seen(actor: Actor, pk: int) -> Todo:
    """A to-do; raises NotThere where there is none, NotAllowed where its document is hidden from the actor."""
    found = todos().filter(pk=pk).first()
    if found is None:
        raise NotThere("no_such_todo", N_("There is no such to-do."))
    if found.person_id != actor.pk:
        require(actor, SEEN_BY[about(found.about)[0]])
    return found


def shown(found: Iterable[Todo]) -> list[dict[str, Any]]:
    """To-dos as the API shows them."""
    return [
        {
            "id": one.pk,
            "subject": one.about,
            "text": one.text,
            "person": one.person_id,
            "due_on": _said(one.due_on),
            "done_at": _said(one.done_at),
            "done_by": one.done_by_id,
        }
        for one in found
    ]


def _said(value: date | None) -> str | None:
    return value.isoformat() if value is not None else None
