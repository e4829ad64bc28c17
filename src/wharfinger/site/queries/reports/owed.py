"""Reports of what customers owe and what is not paid."""

from __future__ import annotations

from datetime import date

from django.db.models import Sum

from wharfinger.base import money
from wharfinger.billing.models import Relief
from wharfinger.billing.queries.statements import aged
from wharfinger.billing.queries.statements import ageing as aged_on
from wharfinger.ledger.models import Account
from wharfinger.parties.models import Organization
from wharfinger.site.queries.reports.shape import Rows


def receivables(_on: date) -> Rows:
    """What each customer owes in each currency, now."""
    owed = Account.objects.filter(kind="receivable").exclude(balance_minor=0)
    sums = owed.values("party", "party__name", "currency").annotate(minor=Sum("balance_minor"))
    return [
        {
            "organization": one["party"],
            "name": one["party__name"],
            "open": money.plain(one["minor"], one["currency"]),
            "currency": one["currency"],
        }
        for one in sums.order_by("party__name", "party", "currency")
    ]


def written_off(since: date, until: date) -> Rows:
    """What was written off in a period, by invoice."""
    found = Relief.objects.filter(void__isnull=True, made__effective_on__range=(since, until))
    return [
        {
            "invoice": one.invoice_id,
            "number": one.invoice.number,
            "organization": one.invoice.organization_id,
            "name": one.invoice.organization.name,
            "on": one.made.effective_on.isoformat(),
            "amount": money.plain(one.amount_minor, one.invoice.currency),
            "kind": one.kind,
            "tax": money.plain(one.tax_minor, one.invoice.currency),
            "currency": one.invoice.currency,
            "reason": one.reason,
            "by": one.made.actor_id,
        }
        for one in found.select_related("invoice__organization", "made").order_by("pk")
    ]


def ageing(on: date) -> Rows:
    """What each customer owes on a day in each currency, by how long it has been due."""
    found = aged_on(on)
    names = dict(Organization.objects.filter(pk__in={pk for pk, _ in found}).values_list("pk", "name"))
    return [
        {
            "organization": pk,
            "name": names[pk],
            "currency": currency,
            **aged(one, currency),
            "balance": money.plain(one.balance, currency),
        }
        for (pk, currency), one in sorted(found.items(), key=lambda row: (names[row[0][0]], *row[0]))
    ]
