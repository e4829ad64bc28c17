"""Mails about what runs low: one for each person who is to know, with everything that fell short at once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from wharfinger.base import configuration
from wharfinger.ledger.models import Entry, Fact
from wharfinger.notices.models import Rule
from wharfinger.notices.rules import EVENTS
from wharfinger.parties.models import User
from wharfinger.stock.models import Level

EVENT = "low"


def about(entry: Entry) -> list[dict[str, Any]]:
    """The mails about what fell to its reorder point by an entry; none about what was refilled."""
    found = Fact.objects.filter(entry=entry, field="low_since", new__isnull=False).exclude(new="null")
    keys = [int(subject.partition(":")[2]) for subject in found.values_list("subject", flat=True)]
    levels = list(
        Level.objects.filter(pk__in=keys).select_related("product", "location").order_by("product__sku", "pk")
    )
    if not levels:
        return []
    return [_written(user, levels) for user in _told() if user.email and EVENT not in user.muted]


def _told() -> list[User]:
    """The purchasing team, unless a rule names others."""
    rule = Rule.objects.filter(event=EVENT).first()
    if rule is not None and not rule.active:
        return []
    roles = EVENTS[EVENT][1] if rule is None else rule.roles
    people = {pk for pk in rule.people if isinstance(pk, int)} if rule is not None else set()
    if "purchasing_team" in roles:
        people |= {pk for pk in configuration.one("purchasing_team") if isinstance(pk, int)}
    return list(User.objects.filter(pk__in=people, is_active=True).order_by("pk"))


def _written(user: User, levels: list[Level]) -> dict[str, Any]:
    with translation.override(user.language):
        names = ", ".join(level.product.sku for level in levels[:3]) + (" …" if len(levels) > 3 else "")
        subject = f"{names}: {_(EVENTS[EVENT][0])}"
        lines = [f"{one.product.sku} {one.product.name}, {one.location.name}" for one in levels]
        hello = _("Hello %(name)s,") % {"name": user.name or user.username}
    way = settings.PUBLIC_URL.rstrip("/") + reverse("purchasing:low")
    return {"to": [user.email], "subject": subject[:200], "body": "\n".join([hello, "", *lines, "", way])}
