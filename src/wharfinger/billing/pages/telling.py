"""What an act did to drafts of invoices, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from wharfinger.billing.models import Invoice
from wharfinger.ledger.models import Move


def less_drafted(entry: int) -> str:
    """What an entry took off drafts; nothing where it took off none."""
    taken = Move.objects.filter(entry=entry, source__kind="invoiced", target__kind="to_bill")
    places = taken.filter(reverses__isnull=False).values("source__place")
    drafts = list(Invoice.objects.filter(place__in=places).values_list("void", flat=True))
    if not drafts:
        return ""
    if all(void is not None for void in drafts):
        return _("The draft invoice billed nothing else and is gone.")
    return _("The draft invoice bills that much less.")
