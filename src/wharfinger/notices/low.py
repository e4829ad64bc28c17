"""Mails about what runs low or expires soon: one for each person who is to know, with everything that did at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import formats, translation
from django.utils.translation import gettext as _

from wharfinger.base import configuration
from wharfinger.base.typed import written
from wharfinger.ledger.models import Entry, Fact
from wharfinger.notices.models import Rule
from wharfinger.notices.rules import EVENTS
from wharfinger.parties.models import User
from wharfinger.stock.models import Level
from wharfinger.stock.queries import batches

LOW, EXPIRING = "low", "expiring"


def about(entry: Entry) -> list[dict[str, Any]]:
    """The mails about what fell to its reorder point by an entry; none about what was refilled."""
    keys = _changed(entry, "low_since")
    levels = list(
        Level.objects.filter(pk__in=keys).select_related("product", "location").order_by("product__sku", "pk")
    )

    def lines() -> list[str]:
        return [f"{one.product.sku} {one.product.name}, {one.location.name}" for one in levels]

    return _mails(LOW, [level.product.sku for level in levels], lines, "purchasing:low")


def about_expiring(entry: Entry) -> list[dict[str, Any]]:
    """The mails about batches that were told to expire soon by an entry."""
    rows = batches.told(_changed(entry, "warned_of"))

    def lines() -> list[str]:
        return [
            _("%(sku)s %(name)s, batch %(batch)s: %(units)s on %(day)s")
            % {
                "sku": one["sku"],
                "name": one["name"],
                "batch": one["batch"],
                "units": written(one["units"], one["decimals"]),
                "day": formats.date_format(one["expires_on"], "SHORT_DATE_FORMAT"),
            }
            for one in rows
        ]

    return _mails(EXPIRING, [one["sku"] for one in rows], lines, "stock:expiring")


def _changed(entry: Entry, field: str) -> list[int]:
    """Of which rows an entry set this field."""
    found = Fact.objects.filter(entry=entry, field=field, new__isnull=False).exclude(new="null")
    return [int(subject.partition(":")[2]) for subject in found.values_list("subject", flat=True)]


def _mails(
    event: str, skus: Sequence[str], lines: Callable[[], list[str]], page: str
) -> list[dict[str, Any]]:
    if not skus:
        return []
    told = [user for user in _told(event) if user.email and event not in user.muted]
    return [_written(user, event, list(dict.fromkeys(skus)), lines, page) for user in told]


def _told(event: str) -> list[User]:
    """The purchasing team, unless a rule names others."""
    rule = Rule.objects.filter(event=event).first()
    if rule is not None and not rule.active:
        return []
    roles = EVENTS[event][1] if rule is None else rule.roles
    people = {pk for pk in rule.people if isinstance(pk, int)} if rule is not None else set()
    if "purchasing_team" in roles:
        people |= {pk for pk in configuration.one("purchasing_team") if isinstance(pk, int)}
    return list(User.objects.filter(pk__in=people, is_active=True).order_by("pk"))


def _written(
    user: User, event: str, skus: Sequence[str], lines: Callable[[], list[str]], page: str
) -> dict[str, Any]:
    with translation.override(user.language):
        names = ", ".join(skus[:3]) + (" …" if len(skus) > 3 else "")
        subject = f"{names}: {_(EVENTS[event][0])}"
        told = lines()
        hello = _("Hello %(name)s,") % {"name": user.name or user.username}
    way = settings.PUBLIC_URL.rstrip("/") + reverse(page)
    return {"to": [user.email], "subject": subject[:200], "body": "\n".join([hello, "", *told, "", way])}
