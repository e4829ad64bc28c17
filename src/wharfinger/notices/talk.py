"""Mails about what was said: a customer's answer to a quote, a mention in a note, something to be done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import formats, translation
from django.utils.translation import gettext as _

from wharfinger.base import further
from wharfinger.demand.models import Sheet
from wharfinger.ledger.models import Entry, Fact
from wharfinger.notices.models import Rule, Todo
from wharfinger.notices.rules import EVENTS
from wharfinger.parties.models import User

Mails = list[dict[str, Any]]
ANSWERS = {"accept_quote": "accepted", "decline_quote": "declined"}
"""The event of each verb by which a customer answers."""


def about(entry: Entry) -> Mails:
    """The mails about what an entry says: one for each person whom it concerns."""
    return VERBS[entry.verb](entry)


def _answer(entry: Entry) -> Mails:
    """A customer's answer: to who owns the quote and its deal, unless a rule says otherwise."""
    event = ANSWERS[entry.verb]
    rule = Rule.objects.filter(event=event).first()
    if rule is not None and not rule.active:
        return []
    roles = EVENTS[event][1] if rule is None else rule.roles
    named = {pk for pk in rule.people if isinstance(pk, int)} if rule is not None else set()
    found: Mails = []
    quotes = Sheet.objects.filter(pk__in=_of(entry, "quote"))
    for sheet in quotes.select_related("quote__opportunity", "organization"):
        holders = {"owner": sheet.owner_id, "opportunity_owner": sheet.quote.opportunity.owner_id}
        people = named | {pk for role, pk in holders.items() if role in roles and pk is not None}
        found += _mails(event, people, entry.actor_id, partial(_answered, entry, sheet))
    return found


def _answered(entry: Entry, sheet: Sheet, _pk: int) -> tuple[str, list[str]]:
    facts = {"number": sheet.number, "customer": sheet.organization.name}
    page = reverse("sales:quote", args=[sheet.pk])
    if entry.verb == "accept_quote":
        return _("%(customer)s has accepted %(number)s.") % facts, [page]
    return f"{_('%(customer)s has declined %(number)s.') % facts} {entry.reason}".strip(), [page]


def _note(entry: Entry) -> Mails:
    """A note: to whoever it mentions."""
    people = _of(entry, "user")
    if not people:
        return []
    first = Fact.objects.filter(entry=entry).order_by("pk").values_list("subject", flat=True)[0]

    def said(_pk: int) -> tuple[str, list[str]]:
        title, page = further.titles_of([first])[first]
        facts = {"who": _who(entry), "title": title, "text": entry.reason}
        return _("%(who)s mentions you on %(title)s: %(text)s") % facts, [page]

    return _mails("mentioned", people, entry.actor_id, said)


def _todo(entry: Entry) -> Mails:
    """Something to be done: to who is to do it, when it is theirs and when it is due."""
    rows = Todo.objects.filter(pk__in=_of(entry, "todo"), done_at__isnull=True)
    if entry.verb == "change_todo":
        taken = Fact.objects.filter(entry=entry, field="person_id").values_list("subject", flat=True)
        rows = rows.filter(pk__in=[int(one.partition(":")[2]) for one in taken])
    by_person: dict[int, list[Todo]] = defaultdict(list)
    for row in rows.order_by("due_on", "pk"):
        by_person[row.person_id].append(row)

    def said(pk: int) -> tuple[str, list[str]]:
        titles = further.titles_of({one.about for one in by_person[pk]})
        told = [_told(one, titles[one.about][0]) for one in by_person[pk]]
        pages = list(dict.fromkeys(titles[one.about][1] for one in by_person[pk]))
        return "\n".join(told), pages

    return _mails("todo", by_person, entry.actor_id, said)


def _told(one: Todo, title: str) -> str:
    facts = {"text": one.text, "title": title}
    if one.due_on is None:
        return _("To do for %(title)s: %(text)s") % facts
    day = formats.date_format(one.due_on, "SHORT_DATE_FORMAT")
    return _("To do for %(title)s until %(day)s: %(text)s") % (facts | {"day": day})


VERBS: dict[str, Callable[[Entry], Mails]] = {
    **dict.fromkeys(ANSWERS, _answer),
    "note": _note,
    **dict.fromkeys(("todo", "change_todo", "remind"), _todo),
}


def _of(entry: Entry, noun: str) -> list[int]:
    """Which rows of a noun an entry speaks of."""
    named = Fact.objects.filter(entry=entry, subject__startswith=f"{noun}:").values_list("subject", flat=True)
    return sorted({int(one.partition(":")[2]) for one in named})


def _who(entry: Entry) -> str:
    return str(entry.actor) if entry.actor is not None else "Wharfinger"


def _mails(
    event: str, people: Iterable[int], actor: int | None, said: Callable[[int], tuple[str, list[str]]]
) -> Mails:
    """One mail for each of these people who wants to hear of the event, in their language; never to who did it."""
    users = User.objects.filter(pk__in=set(people) - {actor}, is_active=True).order_by("pk")
    return [_written(user, said) for user in users if user.email and event not in user.muted]


def _written(user: User, said: Callable[[int], tuple[str, list[str]]]) -> dict[str, Any]:
    with translation.override(user.language):
        text, pages = said(user.pk)
        hello = _("Hello %(name)s,") % {"name": user.name or user.username}
    ways = "\n".join(settings.PUBLIC_URL.rstrip("/") + page for page in pages if page)
    return {
        "to": [user.email],
        "subject": " ".join(text.split())[:200],
        "body": f"{hello}\n\n{text}\n\n{ways}",
    }
