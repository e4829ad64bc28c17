"""The open orders that their customer's account stops."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from wharfinger.base import configuration, worded
from wharfinger.billing.queries.exposure import exposures, releases_of
from wharfinger.demand.models import Sheet
from wharfinger.parties.models import Organization


class Stopped(NamedTuple):
    """An order that its customer's account stops, and why."""

    order: Any
    why: str


def held_orders(on: date, most: int) -> list[Stopped]:
    """The oldest open firm orders of customers on hold or over their limit that nobody released; one statement where there are none."""
    limited = Q(held_at__isnull=False) | Q(credit_limit_minor__isnull=False)
    customers = {one.pk: one for one in Organization.objects.filter(limited)}
    if not customers:
        return []
    home = configuration.one("currency")
    owing = exposures(customers, home, on)
    why = {
        pk: one.hold_reason
        if one.held_at is not None
        else _("%(owes)s of %(limit)s")
        % {
            "owes": worded.money(owing[pk].minor, home),
            "limit": worded.money(one.credit_limit_minor or 0, home),
        }
        for pk, one in customers.items()
        if one.held_at is not None or owing[pk].minor > (one.credit_limit_minor or 0)
    }
    found = Sheet.objects.filter(
        kind="order",
        done__isnull=True,
        void__isnull=True,
        organization__in=why,
        order__confirmed_at__isnull=False,
        order__cancelled_at__isnull=True,
        order__fulfilled_at__isnull=True,
    )
    orders = list(found.select_related("organization").order_by("pk")[: 4 * most]) if why else []
    released = releases_of(one.pk for one in orders) if orders else {}
    held = [
        Stopped(one, why[one.organization_id])
        for one in orders
        if one.pk not in released or released[one.pk].up_to_minor < owing[one.organization_id].minor
    ]
    return held[:most]
