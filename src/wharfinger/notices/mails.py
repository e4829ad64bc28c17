"""Mails to people: one per person and act, in their language, over SMTP."""

from __future__ import annotations

import smtplib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from wharfinger.base import configuration
from wharfinger.base.locales import day_words
from wharfinger.base.quantity import plain
from wharfinger.demand.models import SUBJECTS, Line, Sheet
from wharfinger.fulfilment.queries.carriers import parcels_of
from wharfinger.ledger import lapsing
from wharfinger.ledger.models import Entry, Move, Outbox
from wharfinger.notices import bell, buying, covered, giving, low, outbox, owed, replies, rules, talk
from wharfinger.notices.bell import Message, Said
from wharfinger.notices.buying import Paper
from wharfinger.notices.models import Rule
from wharfinger.notices.rules import EVENTS, News
from wharfinger.parties.models import User
from wharfinger.purchasing.models import Approval

PAGES = {"quote": "sales:quote", "order": "sales:order"}
"""The page of a kind of document; all others are work orders."""
MOST_LINKS = 10
AWAY = ("in_transit", "customer")
"""The events that tell of goods which left, perhaps by a carrier."""


def tell(row: Outbox) -> list[dict[str, Any]]:
    """Read an entry, ring the bell of each person who is to know of it, and write the mails that leave at once."""
    assert row.entry is not None
    messages = told(row.entry)
    bell.ring(row.entry, messages)
    return [
        {"entry_id": row.entry_id, "consumer": "mail", "payload": mail, "due_at": row.due_at}
        for mail in bell.mails(messages)
    ]


def about(entry: Entry) -> list[dict[str, Any]]:
    """The mails that leave at once about an entry."""
    return bell.mails(told(entry))


def told(entry: Entry) -> list[Message]:
    """What people are told of an entry: one message for each person who is to know of it."""
    if entry.verb == "run_low":
        return low.about(entry)
    if entry.verb == "tell_expiring":
        return low.about_expiring(entry)
    if entry.verb in covered.VERBS:
        return covered.about(entry)
    if entry.verb in talk.VERBS:
        return talk.about(entry)
    if entry.verb in giving.VERBS:
        return giving.about(entry)
    if entry.verb in owed.VERBS:
        return owed.about(entry)
    news = news_of(entry) + buying.news_of(entry)
    if not news:
        return []
    own = {rule.event: rule for rule in Rule.objects.all()}
    roles = {
        event: own[event].roles if event in own else told
        for event, (_, told) in EVENTS.items()
        if event not in own or own[event].active
    }
    named = {event: rule.people for event, rule in own.items() if rule.active}
    users = {u.pk: u for u in User.objects.filter(is_active=True)}
    silenced = {pk: frozenset(user.silenced) for pk, user in users.items()}
    common = {
        "purchasing_team": [pk for pk in configuration.one("purchasing_team") if isinstance(pk, int)],
    }
    people = people_of([one.line for one in news if one.line], common)
    people |= buying.people_of(news, common)
    for about, approvers in buying.approvers(news).items():
        people[about]["approvers"] = approvers
    messages = rules.tell(news, roles, people, named, silenced, entry.actor_id)
    sheets = Sheet.objects.in_bulk({one.sheet for one in news if one.sheet})
    papers = {
        one.about: Paper(
            sheets[one.sheet].number,
            f"{SUBJECTS[sheets[one.sheet].kind]}:{one.sheet}",
            page_of(sheets[one.sheet]),
        )
        for one in news
        if one.sheet
    }
    papers |= buying.papers_of(news)
    return [message(users[one.user], one.news, papers) for one in messages]


def news_of(entry: Entry) -> list[News]:
    """Which units of which lines reached which stage by an entry, were let go by an ended hold, rejected, or taken back."""
    found: dict[tuple[str, int, str], int] = {}
    rejected = entry.verb == "reject"
    moves = Move.objects.filter(entry=entry).values_list(
        "source__kind", "source__claim_id", "target__kind", "target__claim_id", "quantity", "reverses_id"
    )
    for source, was_for, target, is_for, quantity, reverses in moves:
        event = rules.event_of(
            source,
            was_for,
            target,
            is_for,
            back=reverses is not None,
            expired=entry.verb == lapsing.VERB,
            rejected=rejected,
        )
        if event is not None:
            words = rules.ARRIVED if source == "on_order" and event[0] == "bin" else ""
            found[*event, words] = found.get((*event, words), 0) + quantity
    lines = {
        line.pk: line
        for line in Line.objects.filter(pk__in={claim for _, claim, _ in found}).select_related("product")
    }
    made = Approval.objects.filter(made=entry, line__isnull=False) if rejected else ()
    notes = {one.line_id: one.note for one in made}
    gone = any(kind in AWAY for kind, _claim, _words in found)
    parcels = parcels_of(entry.pk) if gone else {}
    return [
        News(
            kind,
            lines[claim].sheet_id,
            claim,
            f"{lines[claim].product.sku} {lines[claim].product.name}",
            plain(q, lines[claim].product.quantity_decimals),
            words,
            notes.get(claim, "") or ", ".join(one.words for one in sent),
            links=tuple(one.link for one in sent if one.link),
        )
        for (kind, claim, words), q in sorted(found.items())
        if claim in lines
        for sent in [parcels.get(lines[claim].site_id or 0, ()) if kind in AWAY else ()]
    ]


def people_of(
    lines: Sequence[int], common: Mapping[str, Sequence[int]]
) -> dict[tuple[str, int], dict[str, Sequence[int]]]:
    """Who holds which role for each line: on its document, on the order that collects it, or as who wrote it or asked for it anew.

    common: who holds roles for everything.
    """
    found = Line.objects.filter(pk__in=lines).values_list(
        "pk",
        "sheet__owner_id",
        "order__owner_id",
        "sheet__work_order__lead_id",
        "sheet__work_order__resource_id",
        "sheet__quote__opportunity__owner_id",
        "order__order__quote__opportunity__owner_id",
        "made__actor_id",
        "requested_by_id",
    )
    return {
        ("line", pk): {
            **common,
            "owner": [user for user in (owner, of_order) if user],
            "lead": [lead] if lead else [],
            "resource": [does] if does else [],
            "opportunity_owner": [user for user in (by_quote, by_order) if user],
            "requester": [user for user in dict.fromkeys((wrote, asked)) if user],
        }
        for pk, owner, of_order, lead, does, by_quote, by_order, wrote, asked in found
    }


def message(user: User, news: Sequence[News], papers: Mapping[tuple[str, int], Paper]) -> Message:
    """What one person is told of an act, in their language."""
    mailed = [one for one in news if one.event not in user.muted]
    with translation.override(user.language):
        rings = said(news, papers)
        mail = rings if len(mailed) == len(news) else said(mailed, papers) if mailed else None
    return Message(user, rings, mail)


def said(news: Sequence[News], papers: Mapping[tuple[str, int], Paper]) -> Said:
    """What happened, with the way to each document."""
    found = [papers[one.about] for one in news]
    numbers = sorted({one.number for one in found})
    title = (
        _named(news[0], found[0].number)
        if len(news) == 1
        else _("%(numbers)s: %(count)s changes") % {"numbers": ", ".join(numbers[:3]), "count": len(news)}
    )
    return Said(
        title,
        [(one.event, _told(one, paper.number)) for one, paper in zip(news, found, strict=True)],
        [
            *list(dict.fromkeys(one.page for one in found))[:MOST_LINKS],
            *list(dict.fromkeys(link for one in news for link in one.links))[:MOST_LINKS],
        ],
        found[0].subject,
    )


def _named(one: News, number: str) -> str:
    """What happened to what, without how many."""
    words = _(one.words or EVENTS[one.event][0])
    return f"{number}: {one.product} {words}" if one.line else f"{number} {words}"


def _told(one: News, number: str) -> str:
    words = _said(one)
    return f"{number}: {one.quantity} × {one.product} {words}" if one.line else f"{number} {words}"


def _said(one: News) -> str:
    words = _(one.words or EVENTS[one.event][0])
    days = [", ".join(filter(None, (what, day_words(day)))) for what, day in one.days]
    return ": ".join(filter(None, (words, one.note, "; ".join(days))))


def page_of(sheet: Sheet) -> str:
    """Where people read a document in their browser."""
    return reverse(PAGES.get(sheet.kind, "work:work_order"), args=[sheet.pk])


def send(row: Outbox) -> list[dict[str, Any]]:
    """Hand one mail to the mail server; its Message-ID stays the same, so that a repeat can be told."""
    payload = row.payload
    message = EmailMessage(
        subject=" ".join(str(payload["subject"]).split()),
        body=payload["body"],
        to=payload["to"],
        cc=payload.get("cc", ()),
        headers={"Message-ID": replies.identity(row), "Auto-Submitted": "auto-generated"},
        reply_to=[to] if (to := replies.address(row)) else None,
    )
    for one in payload.get("attachments", ()):
        file = Path(settings.MEDIA_ROOT) / one["path"]
        message.attach(one["name"], file.read_bytes(), one["type"])
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        # 5yz is for good (RFC 5321 §4.2.1): an address that does not exist will not begin to.
        final = all(code >= 500 for code, _said in error.recipients.values())
        raise outbox.Failed(f"{type(error).__name__}: {error}", final=final) from error
    except (smtplib.SMTPException, OSError) as error:
        raise outbox.Failed(f"{type(error).__name__}: {error}") from error
    outbox.log(row, ok=True, said=", ".join(payload["to"]))
    return []
