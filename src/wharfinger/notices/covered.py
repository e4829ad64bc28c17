"""What is told of devices whose warranty ends soon: to who sold them, and to whom a rule names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from wharfinger.devices.models import Device
from wharfinger.ledger.models import Entry, Fact
from wharfinger.notices import bell
from wharfinger.notices.bell import Message, Said
from wharfinger.notices.models import Rule
from wharfinger.notices.rules import EVENTS

EVENT = "warranty_ends"
VERBS = ("tell_warranties",)
FEW = 20
"""So many devices are told one by one; the list shows them all."""


def about(entry: Entry) -> list[Message]:
    """What is told of an entry: to each person the devices of the documents that they answer for, to named people all."""
    rule = Rule.objects.filter(event=EVENT).first()
    if rule is not None and not rule.active:
        return []
    told = Fact.objects.filter(entry=entry, field="warranty_told_of", subject__startswith="device:")
    ids = [
        int(subject.partition(":")[2])
        for subject in told.exclude(new="null").values_list("subject", flat=True)
    ]
    roles = EVENTS[EVENT][1] if rule is None else rule.roles
    named = {pk for pk in rule.people if isinstance(pk, int)} if rule is not None else set()
    devices = list(
        Device.objects.filter(pk__in=ids)
        .select_related("product", "organization", "lot", "line__sheet")
        .order_by("warranty_end_on", "pk")
    )
    of: dict[int, list[Device]] = defaultdict(list)
    for one in devices:
        owner = one.line.sheet.owner_id if one.line is not None and "owner" in roles else None
        for person in named | ({owner} if owner is not None else set()):
            of[person].append(one)
    return bell.to(EVENT, of, entry.actor_id, lambda person: _said(of[person]))


def _said(devices: Sequence[Device]) -> Said:
    lines = [
        _("%(device)s %(product)s, %(customer)s: warranty until %(day)s")
        % {
            "device": one.number if one.lot.code == one.number else f"{one.number} ({one.lot.code})",
            "product": one.product.name,
            "customer": one.organization.name if one.organization else "",
            "day": formats.date_format(one.warranty_end_on, "SHORT_DATE_FORMAT")
            if one.warranty_end_on
            else "",
        }
        for one in devices[:FEW]
    ]
    if len(devices) > FEW:
        lines.append(_("and %(n)s more") % {"n": len(devices) - FEW})
    numbers = ", ".join(one.number for one in devices[:3]) + (" …" if len(devices) > 3 else "")
    page = f"{reverse('devices:devices')}?tab=soon"
    return Said(f"{numbers}: {_(EVENTS[EVENT][0])}", [(EVENT, line) for line in lines], [page])
