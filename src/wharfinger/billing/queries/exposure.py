"""What customers owe us and will owe us, against what they may, in a constant number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.db.models import Sum

from wharfinger.base import money
from wharfinger.base.money import extended, rounded
from wharfinger.base.refusal import N_, BadInput, Remedy
from wharfinger.base.tax import TaxedRow, row_of, totals
from wharfinger.billing.models import Invoice
from wharfinger.billing.models.limits import LimitRelease
from wharfinger.billing.rules import ONE
from wharfinger.billing.rules.limits import Exposure
from wharfinger.ledger.models import Account, Holding
from wharfinger.pricing.queries import rates_on
from wharfinger.sales.models import Order

OWED = ("receivable", "store_credit", "deposit")
"""The accounts of a customer that together say what they owe us: what we owe them stands below zero."""


def exposures(organizations: Iterable[int], home: str, on: date) -> dict[int, Exposure]:
    """What each of these customers owes us and will owe us: three statements, one more for other currencies."""
    found = {pk: Exposure() for pk in organizations}
    if not found:
        return found
    owed = Account.objects.filter(party__in=found, kind__in=OWED).exclude(balance_minor=0)
    for pk, minor in owed.values_list("party").annotate(Sum("balance_home_minor")):
        found[pk].owed_minor = minor
    drafts = Invoice.objects.filter(organization__in=found, posted_at__isnull=True, void__isnull=True)
    for pk, minor, currency, rate in drafts.values_list(
        "organization_id", "total_minor", "currency", "rate_micro"
    ):
        found[pk].drafted_minor += _at_home(minor, currency, rate, home)
    waiting = _waiting("to_bill", claim__line__organization__in=list(found))
    for pk, sheet, part in _worth(waiting, home, on):
        found[pk].to_bill[sheet] = found[pk].to_bill.get(sheet, 0) + part
    return found


def adds(sheet: int, home: str, on: date) -> int:
    """What a document will be billed at once it is firm, with tax, beyond what is firm of it already."""
    return sum(part for *_, part in _worth(_waiting("offered", claim__line__sheet=sheet), home, on))


Waiting = Mapping[tuple[int, int, str, bool], list[TaxedRow]]
"""What is yet to be billed, by customer, document, currency and way of saying prices."""


def _worth(waiting: Waiting, home: str, on: date) -> Iterator[tuple[int, int, int]]:
    """Customer, document and what of it is yet to be billed, in home currency; raises BadInput without a rate."""
    rates = rates_on({currency for _, _, currency, _ in waiting} - {home}, on) | {home: ONE}
    for (pk, sheet, currency, _), rows in waiting.items():
        if currency not in rates:
            raise BadInput(
                "rate_wanted",
                N_("Say what one {currency} is worth in {home}."),
                field="rate",
                currency=currency,
                home=home,
                remedies=[Remedy("set_rate", {"currency": currency})],
            )
        yield pk, sheet, _at_home(totals(rows).total, currency, rates[currency], home)


def _waiting(kind: str, **lines: Any) -> Waiting:
    """What of lines is yet to be billed and stands at places of one kind: offered, or firm."""
    found: dict[tuple[int, int, str, bool], list[TaxedRow]] = defaultdict(list)
    held = Holding.objects.filter(kind=kind, quantity__gt=0, claim__line__void__isnull=True, **lines)
    for one in held.select_related("claim__line__product", "claim__line__tax_code"):
        line: Any = one.claim.line
        minor = extended(
            line.unit_price_micro,
            one.quantity,
            line.product.quantity_decimals,
            line.currency,
            line.discount_micro,
            line.per,
        )
        row = row_of(minor, line.tax_code, line.tax_included)
        found[line.organization_id, line.sheet_id, line.currency, line.tax_included].append(row)
    return found


def _at_home(minor: int, currency: str, rate_micro: int, home: str) -> int:
    return rounded(minor * rate_micro * 10 ** money.decimals(home), ONE * 10 ** money.decimals(currency))


def releases_of(sheets: Iterable[int]) -> dict[int, LimitRelease]:
    """The newest release of each of these documents, by document; an order has its quote's where it has none itself."""
    wanted = set(sheets)
    won = Order.objects.filter(sheet__in=wanted, quote__isnull=False).values_list("pk", "quote_id")
    came_from: dict[int, Any] = dict(won)
    rows = LimitRelease.objects.filter(sheet__in=wanted | set(came_from.values()), void__isnull=True)
    newest = {one.sheet_id: one for one in rows.select_related("made__actor").order_by("pk")}
    found = {sheet: newest.get(sheet) or newest.get(came_from.get(sheet, 0)) for sheet in wanted}
    return {sheet: one for sheet, one in found.items() if one is not None}
