"""What is told of a reminder: to who answers for the documents that the overdue invoices bill."""

from __future__ import annotations

from functools import partial

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from wharfinger.base.worded import money
from wharfinger.billing.models import InvoiceLine, Reminder
from wharfinger.ledger.models import Entry
from wharfinger.notices import bell
from wharfinger.notices.bell import Message, Said
from wharfinger.notices.models import Rule
from wharfinger.notices.rules import EVENTS

EVENT = "reminded"
VERBS = ("send_reminder",)


def about(entry: Entry) -> list[Message]:
    """What is told of the letters of an entry: their owners learn that their customer was reminded."""
    rule = Rule.objects.filter(event=EVENT).first()
    if rule is not None and not rule.active:
        return []
    roles = EVENTS[EVENT][1] if rule is None else rule.roles
    named = {pk for pk in rule.people if isinstance(pk, int)} if rule is not None else set()
    found: list[Message] = []
    for letter in Reminder.objects.filter(made=entry, void=None).select_related("organization"):
        people = set(_owners(letter)) if "owner" in roles else set()
        found += bell.to(EVENT, named | people, entry.actor_id, partial(_said, letter))
    return found


def _owners(letter: Reminder) -> list[int]:
    """Who answers for what the invoices of a letter bill."""
    rows = InvoiceLine.objects.filter(invoice__reminders__reminder=letter, line__sheet__owner__isnull=False)
    whole = letter.lines.filter(invoice__sheet__owner__isnull=False)
    return [
        *rows.values_list("line__sheet__owner", flat=True).distinct(),
        *whole.values_list(F("invoice__sheet__owner"), flat=True).distinct(),
    ]


def _said(letter: Reminder, _pk: int) -> Said:
    numbers = [row.invoice.number or "" for row in letter.lines.select_related("invoice").order_by("pk")]
    text = _("%(customer)s was reminded, level %(level)s: %(total)s of %(numbers)s.") % {
        "customer": letter.organization.name,
        "level": letter.level,
        "total": money(letter.total_minor, letter.currency),
        "numbers": ", ".join(numbers[:5]) + (" …" if len(numbers) > 5 else ""),
    }
    page = reverse("billing:reminder", args=[letter.pk])
    return Said(text, [(EVENT, text)], [page], f"reminder:{letter.pk}")
