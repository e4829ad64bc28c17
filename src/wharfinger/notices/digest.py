"""One mail a day, for who wants no more: what they were told since the last, and have not read."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wharfinger.base import clock, configuration
from wharfinger.ledger import sql
from wharfinger.ledger.models import Outbox
from wharfinger.notices import bell
from wharfinger.notices.models import Notice
from wharfinger.notices.queries.bell import leading
from wharfinger.parties.models import User

HOUR = time(7)
"""When it is written, by the company's clock."""
MOST = 200
"""So many sentences stand in it; the rest is under the bell."""


def send() -> int:
    """Write the mail of the day to each person for whom something waits; how many were written."""
    until = _last_morning()
    waiting = Notice.objects.filter(in_digest=True, entry__recorded_at__lt=until)
    people = sorted(set(waiting.values_list("user", flat=True)))
    return sum(_send(person, until) for person in people)


def _send(person: int, until: datetime) -> bool:
    """Write one person's; whoever comes second finds nothing that waits."""
    with transaction.atomic():
        waiting = Notice.objects.select_for_update().filter(
            user=person, in_digest=True, entry__recorded_at__lt=until
        )
        rows = list(waiting.order_by("pk"))
        Notice.objects.filter(pk__in=[one.pk for one in rows]).update(in_digest=False)
        user = User.objects.get(pk=person)
        mail = _written(user, [one for one in rows if one.read_at is None])
        if mail is None:
            return False
        sql.insert(Outbox, [{"consumer": "mail", "payload": mail, "due_at": clock.now()}])
        return True


def _written(user: User, rows: list[Notice]) -> dict[str, Any] | None:
    """The mail; nothing where nobody is to be written to, or nothing is left that they want a mail of."""
    if not (user.is_active and user.email):
        return None
    told = [(one, [text for event, text in one.told if event not in user.muted]) for one in rows]
    told = [(one, texts) for one, texts in told if texts]
    if not told:
        return None
    count = sum(len(texts) for _one, texts in told)
    with translation.override(user.language):
        title = ngettext("%(n)s notice since yesterday", "%(n)s notices since yesterday", count) % {
            "n": count
        }
        sentences = [text for _one, texts in told for text in texts]
        if len(sentences) > MOST:
            more = _("and %(n)s more") % {"n": len(sentences) - MOST}
            sentences = [*sentences[:MOST], more]
    ways = leading(one for one, _texts in told)
    pages = list(dict.fromkeys(ways[one.pk] for one, _texts in told))[:MOST]
    return bell.letter(user, title, sentences, [*pages, reverse("notices:notices")])


def _last_morning() -> datetime:
    """The last time that it was seven o'clock."""
    zone = ZoneInfo(configuration.one("time_zone"))
    now = clock.now().astimezone(zone)
    morning = datetime.combine(now.date(), HOUR, zone)
    return morning if morning <= now else datetime.combine(now.date() - timedelta(days=1), HOUR, zone)
