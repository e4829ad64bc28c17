"""What people are told of an act: it rings their bell, and is mailed, at once or with the day's other news."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from wharfinger.ledger.models import Entry
from wharfinger.notices.models import Notice
from wharfinger.notices.rules import URGENT
from wharfinger.parties.models import User


class Said(NamedTuple):
    """What is said to one person, in their language."""

    title: str
    """All of it in one line."""
    told: list[tuple[str, str]]
    """Sentences, each with its event."""
    pages: list[str]
    """Where the documents are that it is about, and where else one looks."""
    about: str = ""
    """The first of them, as the journal names it; nothing where it is about a list."""


class Message(NamedTuple):
    """What one person is told of one act."""

    user: User
    bell: Said
    mail: Said | None
    """Without what they want no mail of; nothing where that is all."""

    @property
    def waits(self) -> bool:
        """Whether it comes with the day's other news, as none of it is urgent."""
        return (
            self.user.digest == "daily"
            and self.mail is not None
            and not any(event in URGENT for event, _text in self.mail.told)
        )


def to(event: str, people: Iterable[int], actor: int | None, said: Callable[[int], Said]) -> list[Message]:
    """What these people are told of one event, each in their language; never who did it, nor who silenced it."""
    users = User.objects.filter(pk__in=set(people) - {actor}, is_active=True).order_by("pk")
    found = []
    for user in users:
        if event not in user.silenced:
            with translation.override(user.language):
                one = said(user.pk)
            found.append(Message(user, one, None if event in user.muted else one))
    return found


def ring(entry: Entry, messages: Sequence[Message]) -> None:
    """Write down what an entry tells people, once however often it is told."""
    Notice.objects.bulk_create(
        [
            Notice(
                user=one.user,
                entry=entry,
                event=one.bell.told[0][0],
                text=_in_a_line(one),
                about=one.bell.about,
                told=one.bell.told,
                in_digest=one.waits,
            )
            for one in messages
        ],
        ignore_conflicts=True,
    )


def _in_a_line(one: Message) -> str:
    """The first of what is told, and how much more there is."""
    first, *more = [" ".join(text.split()) for _event, text in one.bell.told]
    with translation.override(one.user.language):
        ends = " (" + _("and %(n)s more") % {"n": len(more)} + ")" if more else ""
    return first[: 300 - len(ends)] + ends


def mails(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """The mails that leave at once."""
    return [
        letter(one.user, one.mail.title, [said for _event, said in one.mail.told], one.mail.pages)
        for one in messages
        if one.mail is not None and one.user.email and not one.waits
    ]


def letter(user: User, title: str, sentences: Sequence[str], pages: Iterable[str]) -> dict[str, Any]:
    """A mail to one person, with the way to each document."""
    with translation.override(user.language):
        hello = _("Hello %(name)s,") % {"name": user.name or user.username}
    here = settings.PUBLIC_URL.rstrip("/")
    ways = [page if "://" in page else here + page for page in pages if page]
    return {
        "to": [user.email],
        "subject": " ".join(title.split())[:200],
        "body": "\n".join([hello, "", *sentences, "", *ways]),
    }
