"""Reads about notices: webhooks, rules and what became of messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from wharfinger.base.access import Actor
from wharfinger.demand.models import SUBJECTS, Sheet
from wharfinger.ledger.models import Entry, Fact, Outbox
from wharfinger.ledger.queries import about, show_entries
from wharfinger.ledger.reverse import model_of
from wharfinger.notices.models import Attempt, Rule, Webhook
from wharfinger.notices.rules import EVENTS, REACHES
from wharfinger.parties.models import User

MOST_MAILS = 50
"""Among so many of the newest mails about a document those to the other side are looked for."""


def show_webhooks(hooks: Sequence[Webhook], *, actor: Actor) -> list[dict[str, Any]]:
    """Webhooks as the API shows them; the secret only to those who may change them."""
    secret = actor.may("notices.webhook")
    return [
        {
            "id": h.pk,
            "name": h.name,
            "url": h.url,
            "verbs": h.verbs,
            "active": h.active,
            "secret": h.secret if secret else None,
        }
        for h in hooks
    ]


def show_rules() -> list[dict[str, Any]]:
    """Who is told of which event: the company's own rule, or the one the house has.

    What tells those whom it names, as a note that mentions somebody, has no rule. A role of an older rule
    that nobody can hold for its event tells nobody, and is not shown.
    """
    own = {rule.event: rule for rule in Rule.objects.all()}
    return [
        {
            "event": event,
            "roles": [
                role for role in (own[event].roles if event in own else roles) if role in REACHES[event]
            ],
            "users": list(own[event].people) if event in own else [],
            "active": own[event].active if event in own else True,
        }
        for event, (_, roles) in EVENTS.items()
        if REACHES[event]
    ]


def is_there(noun: str, number: str) -> bool:
    """Whether there is a document that the journal names so."""
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return False
    kinds = [kind for kind, name in SUBJECTS.items() if name == noun]
    if kinds:
        return Sheet.objects.filter(pk=int(number), kind__in=kinds, void__isnull=True).exists()
    model = model_of(noun)
    return model is not None and model._default_manager.filter(pk=int(number)).exists()


def notes() -> QuerySet[Entry, Entry]:
    """Every note: an entry that only says something about a document."""
    return Entry.objects.filter(verb="note")


def notes_of(subject: str) -> QuerySet[Entry, Entry]:
    """The notes about a document, newest first, each with who wrote it."""
    return about(notes(), [subject]).select_related("actor").order_by("-pk")


def show_notes(found: Iterable[Entry]) -> list[dict[str, Any]]:
    """Notes as the API shows them."""
    return [
        {
            "id": one["id"],
            "subject": one["subjects"][0],
            "text": one["reason"],
            "author": one["actor"],
            "written_at": one["recorded_at"],
        }
        for one in show_entries(found)
    ]


def mails_of(subject: str) -> list[Outbox]:
    """The mails by which a document went to the other side, newest first."""
    about_it = Fact.objects.filter(subject=subject).values("entry_id")
    rows = Outbox.objects.filter(consumer="mail", entry__in=about_it).order_by("-pk")
    return [row for row in rows[:MOST_MAILS] if row.payload.get("about") == subject]


def show_messages(rows: Sequence[Outbox]) -> list[dict[str, Any]]:
    """Messages as the API shows them, each with what became of its attempts."""
    log: dict[int, list[dict[str, Any]]] = {}
    for one in Attempt.objects.filter(outbox__in=[row.pk for row in rows]).order_by("id"):
        log.setdefault(one.outbox_id, []).append(
            {
                "at": one.at.isoformat(),
                "ok": one.ok,
                "code": one.code,
                "said": one.said,
                "took_ms": one.took_ms,
            }
        )
    return [
        {
            "id": row.pk,
            "entry": row.entry_id,
            "consumer": row.consumer,
            "attempts": row.attempts,
            "due_at": row.due_at.isoformat(),
            "finished_at": row.finished_at.isoformat() if row.finished_at else None,
            "dead_at": row.dead_at.isoformat() if row.dead_at else None,
            "error": row.error[-300:],
            "log": log.get(row.pk, []),
        }
        for row in rows
    ]


def people_named(names: Sequence[str]) -> tuple[int, ...]:
    """The active users of these user names, however they are capitalized, in the order named."""
    if not names:
        return ()
    rows = User.objects.filter(is_active=True).values_list("username", "pk")
    known = {name.casefold(): pk for name, pk in rows}
    return tuple(dict.fromkeys(known[name] for name in names if name in known))
