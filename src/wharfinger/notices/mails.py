"""Mails to people: one per person and act, in their language, over SMTP."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from wharfinger.base import configuration
from wharfinger.base.quantity import plain
from wharfinger.demand.models import Line, Sheet
from wharfinger.ledger.models import Entry, Move, Outbox
from wharfinger.notices import outbox, rules
from wharfinger.notices.models import Rule
from wharfinger.notices.rules import EVENTS, News
from wharfinger.parties.models import User


def tell(row: Outbox) -> list[dict[str, Any]]:
    """Read an entry and write one mail for each person who is to know of it."""
    assert row.entry is not None
    return [
        {"entry_id": row.entry_id, "consumer": "mail", "payload": mail, "due_at": row.due_at}
        for mail in about(row.entry)
    ]


def about(entry: Entry) -> list[dict[str, Any]]:
    """The mails about an entry: one for each person who is to know of it."""
    news = news_of(entry.pk)
    if not news:
        return []
    sheets = sorted({one.sheet for one in news})
    own = {rule.event: rule for rule in Rule.objects.all()}
    roles = {
        event: own[event].roles if event in own else told
        for event, (_, told) in EVENTS.items()
        if event not in own or own[event].active
    }
    named = {event: rule.people for event, rule in own.items() if rule.active}
    users = {u.pk: u for u in User.objects.filter(is_active=True)}
    muted = {pk: frozenset(user.muted) for pk, user in users.items()}
    told = rules.tell(news, roles, people_of(sheets), named, muted, entry.actor_id)
    numbers = dict(Sheet.objects.filter(pk__in=sheets).values_list("pk", "number"))
    return [written(users[one.user], one.news, numbers) for one in told if users[one.user].email]


def news_of(entry: int) -> list[News]:
    """Which units of which lines reached which stage by an entry."""
    found: dict[tuple[str, int], int] = {}
    moves = Move.objects.filter(
        entry_id=entry, target__kind__in=list(EVENTS), target__claim__gt=0, reverses__isnull=True
    )
    for kind, source, claim, quantity in moves.values_list(
        "target__kind", "source__kind", "target__claim_id", "quantity"
    ):
        if kind != source:
            found[kind, claim] = found.get((kind, claim), 0) + quantity
    for kind, claim, quantity in moves.filter(
        source__kind="bin", target__kind="bin", source__claim=0
    ).values_list("target__kind", "target__claim_id", "quantity"):
        found[kind, claim] = found.get((kind, claim), 0) + quantity
    lines = {
        line.pk: line
        for line in Line.objects.filter(pk__in={claim for _, claim in found}).select_related("product")
    }
    return [
        News(
            kind,
            lines[claim].sheet_id,
            claim,
            f"{lines[claim].product.sku} {lines[claim].product.name}",
            plain(q, lines[claim].product.quantity_decimals),
        )
        for (kind, claim), q in sorted(found.items())
        if claim in lines
    ]


def people_of(sheets: Sequence[int]) -> dict[int, dict[str, list[int]]]:
    """Who holds which role on each document: its owner, its lead, its opportunity's owner, who asked for its lines."""
    team = [pk for pk in configuration.one("purchasing_team") if isinstance(pk, int)]
    found: dict[int, dict[str, list[int]]] = {}
    rows = Sheet.objects.filter(pk__in=sheets).values_list(
        "pk",
        "owner_id",
        "work_order__lead_id",
        "order__quote__opportunity__owner_id",
        "quote__opportunity__owner_id",
    )
    for pk, owner, lead, by_order, by_quote in rows:
        found[pk] = {
            "owner": [owner] if owner else [],
            "lead": [lead] if lead else [],
            "opportunity_owner": [u for u in (by_order, by_quote) if u],
            "purchasing_team": team,
            "requester": [],
        }
    asked = Line.objects.filter(sheet__in=sheets, requested_by__isnull=False)
    for sheet, user, owner in asked.values_list("sheet_id", "requested_by_id", "order__owner_id").distinct():
        found[sheet]["requester"].append(user)
        if owner:
            found[sheet]["owner"].append(owner)
    return found


def written(user: User, news: Sequence[News], numbers: dict[int, str]) -> dict[str, Any]:
    """The mail about an act, in the person's language."""
    with translation.override(user.language):
        names = sorted({numbers[one.sheet] for one in news})
        lines = [
            f"{numbers[one.sheet]}: {one.quantity} × {one.product} {_(EVENTS[one.event][0])}" for one in news
        ]
        first = news[0]
        subject = (
            f"{numbers[first.sheet]}: {first.product} {_(EVENTS[first.event][0])}"
            if len(news) == 1
            else _("%(numbers)s: %(count)s changes") % {"numbers": ", ".join(names[:3]), "count": len(news)}
        )
        body = "\n".join(
            [_("Hello %(name)s,") % {"name": user.name or user.username}, "", *lines, "", settings.PUBLIC_URL]
        )
    return {"to": [user.email], "subject": subject[:200], "body": body}


def send(row: Outbox) -> list[dict[str, Any]]:
    """Hand one mail to the mail server; the row's id is in its Message-ID, so that a repeat can be told."""
    payload = row.payload
    message = EmailMessage(
        subject=" ".join(str(payload["subject"]).split()),
        body=payload["body"],
        to=payload["to"],
        headers={"Message-ID": f"<outbox-{row.pk}@wharfinger.invalid>", "Auto-Submitted": "auto-generated"},
    )
    for one in payload.get("attachments", ()):
        message.attach(one["name"], Path(one["path"]).read_bytes(), one["type"])
    try:
        message.send()
    except (smtplib.SMTPException, OSError) as error:
        raise outbox.Failed(f"{type(error).__name__}: {error}") from error
    outbox.log(row, ok=True, said=", ".join(payload["to"]))
    return []
