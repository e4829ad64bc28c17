"""Whose goods have not come and are due soon, or late, and who was reminded."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q

from wharfinger.returns.models import RmaReminder
from wharfinger.returns.queries.shown import rmas
from wharfinger.returns.queries.words import among
from wharfinger.returns.rules.slips import LATE, SOON


def to_remind(today: date, days: int) -> list[int]:
    """The RMAs whose goods are due in so many days, or late, and whose customer was not reminded of that yet."""
    sent = RmaReminder.objects.filter(rma=OuterRef("pk"), void__isnull=True)
    soon = Q(due_on__gte=today, due_on__lte=today + timedelta(days=days)) & ~Exists(sent.filter(level=SOON))
    late = Q(due_on__lt=today) & ~Exists(sent.filter(level=LATE))
    found = among(rmas().filter(soon | late), ("approved", "partly_received"))
    # Who has no address is on the list of what is overdue, and not tried again and again.
    found = found.exclude(Q(organization__email="") & (Q(ticket=None) | Q(ticket__contact=None)))
    return sorted(found.values_list("pk", flat=True))
