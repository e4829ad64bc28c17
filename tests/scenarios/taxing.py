"""The stories' words around taxes that change, and what is taken off early payments.

tax-changes 20 since 3             the usual rate is another since so many days ago
date-draft D 5                     a draft is issued on the day so many days ago
terms 2 within 10                  percent that the customer may take off, and for how many days
bank-list 3: 116.62 D, 50.00 E     payments that came so many days ago, as their texts name invoices
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from wharfinger.base import clock, configuration
from wharfinger.base.typed import minor
from wharfinger.billing.models import Invoice
from wharfinger.billing.queries.matching import match, rows_of
from wharfinger.catalog.models import TaxCode


def day(ago: str) -> date:
    """The day so many days ago."""
    return clock.today(configuration.one("time_zone")) - timedelta(int(ago))


class Taxing:
    """What a teller also understands of taxes."""

    door: Any
    company: Any
    documents: dict[str, int]
    acts: list[int]

    def say_tax_changes(self, rest: str) -> None:
        """tax-changes RATE since DAYS"""
        rate, _, since = rest.split()
        first = day(since)
        made = self.door.add_rate(f"V{rate}", rate, first.isoformat())
        before = TaxCode.objects.get(default=True)
        self.acts.append(self.door.follow(before.pk, made, (first - timedelta(1)).isoformat()))

    def say_date_draft(self, rest: str) -> None:
        """date-draft D DAYS"""
        name, ago = rest.split()
        self.acts.append(self.door.date_draft(self.documents[name], day(ago)))

    def say_terms(self, rest: str) -> None:
        """terms PERCENT within DAYS"""
        percent, _, days = rest.split()
        self.acts.append(self.door.take_off_early(self.company.customer.pk, percent, int(days)))

    def say_bank_list(self, rest: str) -> None:
        """bank-list DAYS: AMOUNT INVOICE, …"""
        ago, _, items = rest.partition(":")
        lines = []
        for item in items.split(","):
            amount, name = item.split()
            number = Invoice.objects.get(pk=self.documents[name]).number
            lines.append(f"{day(ago).isoformat()};{amount};{number}")
        rows = rows_of("\n".join(lines))
        match(rows, minor)
        self.acts.append(self.door.pay_many([row.wish for row in rows]))
