"""What stands on a reminder: what was open on the day it was written, whatever was paid since."""

from __future__ import annotations

from wharfinger.base.refusal import N_, NotThere
from wharfinger.billing.models import Reminder
from wharfinger.documents.queries.parties import billing_site, company, party
from wharfinger.documents.queries.past import Past
from wharfinger.documents.queries.wording import wording_of
from wharfinger.documents.shapes import Amount, ReminderRow
from wharfinger.documents.shapes import Reminder as ReminderShape


def reminder(pk: int, language: str) -> ReminderShape:
    """The letter as it was written; raises NotThere."""
    found = Reminder.objects.filter(pk=pk).select_related("organization", "fee").first()
    if found is None:
        raise NotThere("no_such_document", N_("There is no such document."))
    past = Past(found.made_id)
    past.restore(found.organization)
    site = billing_site(found.organization, past)

    def amount(minor: int) -> Amount:
        return Amount(minor, found.currency)

    said = wording_of(f"reminder-{found.level}", found.organization_id, site, language, past)
    rows = found.lines.select_related("invoice").order_by("invoice__due_on", "invoice_id")
    return ReminderShape(
        company=company(past),
        to=party(found.organization, site),
        number=found.number,
        dated=found.issued_on,
        level=found.level,
        rows=tuple(
            ReminderRow(
                row.invoice.number or "",
                row.invoice.issued_on,
                row.since,
                (found.issued_on - row.since).days,
                row.level,
                amount(row.invoice.total_minor),
                amount(row.open_minor),
            )
            for row in rows
        ),
        credit=amount(-found.credit_minor) if found.credit_minor else None,
        fee=(found.fee.number or "", amount(found.fee.total_minor)) if found.fee is not None else None,
        total=amount(found.total_minor),
        pay_by=found.pay_by,
        opening=said["opening"],
        closing=said["closing"],
    )


def called(pk: int) -> str:
    """What the letter is called by its level."""
    return f"reminder_{Reminder.objects.values_list('level', flat=True).get(pk=pk)}"
