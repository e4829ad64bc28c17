"""In which instalments invoices are due, and which of them is next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from wharfinger.billing.models import InvoiceDue
from wharfinger.billing.rules.terms import Due, spread
from wharfinger.ledger.prepared import Prepared, ids

_LATER = (
    InvoiceDue.objects.filter(invoice=OuterRef("invoice"), n__gt=OuterRef("n")).order_by().values("invoice")
)
# An instalment is unpaid as long as more is open than all that follow it; whatever comes settles the first one first.
UNPAID = (
    InvoiceDue.objects.filter(invoice=OuterRef("pk"))
    .annotate(
        later_minor=Coalesce(
            Subquery(_LATER.annotate(sum=Sum("amount_minor")).values("sum")),
            0,
            output_field=BigIntegerField(),
        )
    )
    .filter(later_minor__lt=OuterRef("open_minor"))
    .order_by("n")
)

_DUES = Prepared(
    lambda wanted: (
        InvoiceDue.objects.filter(invoice__in=wanted)
        .order_by("invoice_id", "n")
        .values_list("invoice_id", "due_on", "amount_minor")
    ),
    ids("invoices"),
)


def instalments_of(invoices: Iterable[int]) -> dict[int, list[tuple[date, int]]]:
    """The instalments of those of these invoices that are due in several, in one statement."""
    found: dict[int, list[tuple[date, int]]] = {}
    wanted = sorted(set(invoices))
    for pk, day, minor in _DUES(wanted) if wanted else ():
        found.setdefault(pk, []).append((day, minor))
    return found


def parts_of(rows: Sequence[Any]) -> dict[int, list[Due]]:
    """What of each of these invoices is due when, and what of that is open; in one statement."""
    found = instalments_of(row.pk for row in rows if row.posted_at is not None)
    whole = {row.pk: [(row.due_on, row.total_minor)] for row in rows}
    return {row.pk: spread(found.get(row.pk, whole[row.pk]), row.open_minor) for row in rows}
