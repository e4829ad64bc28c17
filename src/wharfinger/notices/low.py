"""What people are told about what runs low or expires soon: one for each person who is to know, with everything that did at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from wharfinger.base import configuration
from wharfinger.base.typed import written
from wharfinger.ledger.models import Entry, Fact
from wharfinger.notices import bell
from wharfinger.notices.bell import Message, Said
from wharfinger.notices.models import Rule
from wharfinger.notices.rules import EVENTS
from wharfinger.stock.models import Level
from wharfinger.stock.queries import batches

LOW, EXPIRING = "low", "expiring"
PAGES = {LOW: "purchasing:low", EXPIRING: "stock:expiring"}
"""Where people see the whole of it."""


def about(entry: Entry) -> list[Message]:
    """What people are told about what fell to its reorder point by an entry; none about what was refilled."""
    keys = _changed(entry, "low_since")
    levels = list(
        Level.objects.filter(pk__in=keys).select_related("product", "location").order_by("product__sku", "pk")
    )

    def lines() -> list[str]:
        return [f"{one.product.sku} {one.product.name}, {one.location.name}" for one in levels]

    return _told(LOW, [level.product.sku for level in levels], lines)


def about_expiring(entry: Entry) -> list[Message]:
    """What people are told about batches that were told to expire soon by an entry."""
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

    return _told(EXPIRING, [one["sku"] for one in rows], lines)


def _changed(entry: Entry, field: str) -> list[int]:
    """Of which rows an entry set this field."""
    found = Fact.objects.filter(entry=entry, field=field, new__isnull=False).exclude(new="null")
    return [int(subject.partition(":")[2]) for subject in found.values_list("subject", flat=True)]


def _told(event: str, skus: Sequence[str], lines: Callable[[], list[str]]) -> list[Message]:
    if not skus:
        return []
    named = list(dict.fromkeys(skus))

    def said(_pk: int) -> Said:
        names = ", ".join(named[:3]) + (" …" if len(named) > 3 else "")
        told = [(event, line) for line in lines()]
        return Said(f"{names}: {_(EVENTS[event][0])}", told, [reverse(PAGES[event])])

    return bell.to(event, _people(event), None, said)


def _people(event: str) -> set[int]:
    """The purchasing team, unless a rule names others."""
    rule = Rule.objects.filter(event=event).first()
    if rule is not None and not rule.active:
        return set()
    roles = EVENTS[event][1] if rule is None else rule.roles
    people = {pk for pk in rule.people if isinstance(pk, int)} if rule is not None else set()
    if "purchasing_team" in roles:
        people |= {pk for pk in configuration.one("purchasing_team") if isinstance(pk, int)}
    return people
