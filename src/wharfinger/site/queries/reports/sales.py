"""What was invoiced less what was credited, before tax, in home currency at the rate of each document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet, Sum

from wharfinger.base import money
from wharfinger.base.refusal import N_
from wharfinger.billing.models import CreditFee, CreditLine, CreditNote, Invoice, InvoiceLine
from wharfinger.ledger import sql
from wharfinger.site.queries.reports.shape import (
    Broken,
    Figure,
    Figures,
    Key,
    Told,
    Wanted,
    month_of,
    settled,
)

PATHS = {
    "product": "product",
    "category": "product__category",
    "customer": "invoice__organization",
    "group": "invoice__organization__customer_group",
    "person": "line__sheet__owner",
    "location": "line__sheet__location",
    "currency": "invoice__currency",
}
"""Where a line of an invoice says by what it is told."""
PAPER = {
    "customer": "organization",
    "group": "organization__customer_group",
    "currency": "currency",
}
"""The same of a whole paper, which alone knows its tax: that is reckoned for each rate and not for each line."""
ONE = 10**6
DEPOSITS_APART: Mapping[str, Any] = {"invoice__kind": "invoice", "takes_off__isnull": True}
"""What is asked for beforehand is sold once it is invoiced; that this takes the deposit off makes it no less."""


def invoiced(wanted: Wanted) -> QuerySet[InvoiceLine, InvoiceLine]:
    """The lines of invoices that were issued in these days."""
    days = (wanted.since, wanted.until)
    found = InvoiceLine.objects.filter(
        invoice__posted_at__isnull=False,
        invoice__void__isnull=True,
        invoice__issued_on__range=days,
        **DEPOSITS_APART,
    )
    return found.filter(**{f"{PATHS[key]}__in": ids for key, ids in wanted.only.items()})


def credited(wanted: Wanted) -> QuerySet[CreditLine, CreditLine]:
    """The lines of credit notes that were issued in these days."""
    days = (wanted.since, wanted.until)
    apart = {f"invoice_line__{key}": value for key, value in DEPOSITS_APART.items()}
    found = CreditLine.objects.filter(
        credit_note__void__isnull=True, credit_note__issued_on__range=days, **apart
    )
    return found.filter(**{f"invoice_line__{PATHS[key]}__in": ids for key, ids in wanted.only.items()})


def at_home(minor: int, currency: str, rate_micro: int, home: str) -> Fraction:
    """An amount in home currency, exactly."""
    if currency == home:
        return Fraction(minor)
    return Fraction(minor * rate_micro * 10 ** money.decimals(home), ONE * 10 ** money.decimals(currency))


FEES = {
    "product": "product",
    "category": "product__category",
    "customer": "credit_note__organization",
    "group": "credit_note__organization__customer_group",
    "person": "credit_note__invoice__sheet__owner",
    "location": "credit_note__invoice__sheet__location",
    "currency": "credit_note__currency",
}
"""Where what is kept of a credit note says by what it is told."""


def kept(wanted: Wanted) -> QuerySet[CreditFee, CreditFee]:
    """What was kept of credit notes that were issued in these days: it is earned."""
    days = (wanted.since, wanted.until)
    found = CreditFee.objects.filter(credit_note__void__isnull=True, credit_note__issued_on__range=days)
    return found.filter(**{f"{FEES[key]}__in": ids for key, ids in wanted.only.items()})


class Sums:
    """What is summed for one group."""

    def __init__(self) -> None:
        self.net, self.tax, self.own = Fraction(0), Fraction(0), 0
        self.units: dict[int, int] = defaultdict(int)

    def take(self, other: Sums) -> None:
        """Add what is summed for a part of the group."""
        self.net += other.net
        self.tax += other.tax
        self.own += other.own
        for decimals, units in other.units.items():
            self.units[decimals] += units

    def quantity(self) -> tuple[int, int] | None:
        """How many units, of products that are counted to so many decimals."""
        if not any(self.units.values()):
            return None
        most = max(decimals for decimals, units in self.units.items() if units)
        return sum(units * 10 ** (most - decimals) for decimals, units in self.units.items() if units), most


def summed(wanted: Wanted) -> defaultdict[Key, Sums]:
    """Net and units of each group, in a constant number of statements."""
    if wanted.by == "category":
        # A database that is asked for categories begins with them, and looks for the lines of each product apart.
        each = summed(replace(wanted, by="product"))
        found: defaultdict[Key, Sums] = defaultdict(Sums)
        for product, category in categories(each).items():
            found[category].take(each[product])
        return found
    home = wanted.home
    sums: defaultdict[Key, Sums] = defaultdict(Sums)
    sides: tuple[tuple[QuerySet[Any, Any], str, str, int], ...] = (
        (invoiced(wanted), "", "invoice__issued_on", 1),
        (credited(wanted), "invoice_line__", "credit_note__issued_on", -1),
    )
    for lines, prefix, day, sign in sides:
        path = day if wanted.by == "month" else f"{prefix}{PATHS[wanted.by]}"
        more = [
            f"{prefix}{name}"
            for name in ("invoice__currency", "invoice__rate_micro", "product__quantity_decimals")
        ]
        # Grouped by their own ids alone, so that nothing is asked of each row beside what it is told by.
        rows = lines.order_by().values_list(path, *more).annotate(Sum("net_minor"), Sum("quantity"))
        for key, currency, rate, decimals, net, units in rows:
            one = sums[key_of(key)]
            one.net += sign * at_home(net, currency, rate, home)
            one.own += sign * net
            one.units[decimals] += sign * units
    by = "credit_note__issued_on" if wanted.by == "month" else FEES[wanted.by]
    rows = (
        kept(wanted).order_by().values_list(by, "credit_note__currency", "credit_note__invoice__rate_micro")
    )
    for key, currency, rate, net in rows.annotate(Sum("net_minor")):
        one = sums[key_of(key)]
        one.net += at_home(net, currency, rate, home)
        one.own += net
    return sums


def _taxed(wanted: Wanted, sums: defaultdict[Key, Sums]) -> bool:
    """Add the tax of whole papers, where they are told or narrowed by nothing smaller; whether they are."""
    if not {wanted.by, *wanted.only} <= PAPER.keys() | {"month"}:
        return False
    home, days = wanted.home, (wanted.since, wanted.until)
    only = {f"{PAPER[key]}__in": ids for key, ids in wanted.only.items()}
    invoices = Invoice.objects.filter(
        posted_at__isnull=False, void__isnull=True, issued_on__range=days, **only
    )
    notes = CreditNote.objects.filter(void__isnull=True, issued_on__range=days, **only)
    path = "issued_on" if wanted.by == "month" else PAPER[wanted.by]
    sides: tuple[tuple[QuerySet[Any, Any], str, int], ...] = (
        (invoices, "rate_micro", 1),
        (notes, "invoice__rate_micro", -1),
    )
    for papers, rate, sign in sides:
        rows = papers.order_by().values_list(path, "currency", rate).annotate(Sum("tax_minor"))
        for key, currency, rate_micro, tax in rows:
            sums[key_of(key)].tax += sign * at_home(tax, currency, rate_micro, home)
    return True


def categories(products: Iterable[Key]) -> dict[Key, Key]:
    """The category of each of these products, in one statement."""
    wanted = [pk for pk in products if isinstance(pk, int)]
    return dict(
        sql.fetch(
            f"SELECT id, category_id FROM catalog_product WHERE {sql.among('id')} ORDER BY id",
            [sql.array(wanted)],
        )
    )


def key_of(key: Any) -> Key:
    """The key of a group: of a day, its month."""
    return month_of(key) if isinstance(key, date) else key


def together(sums: Iterable[Sums]) -> Sums:
    """All of them as one."""
    found = Sums()
    for one in sums:
        found.take(one)
    return found


def _read(wanted: Wanted) -> Told:
    sums = summed(wanted)
    taxed = _taxed(wanted, sums)
    net = settled({key: one.net for key, one in sums.items()})
    tax = settled({key: one.tax for key, one in sums.items()})
    groups: dict[Key, Figures] = {
        key: {
            "net": net[key],
            "tax": tax[key] if taxed else None,
            "units": one.quantity(),
            **({"own": (one.own, str(key))} if wanted.by == "currency" else {}),
        }
        for key, one in sums.items()
    }
    total = {
        "net": sum(net.values()),
        "tax": sum(tax.values()) if taxed else None,
        "units": together(sums.values()).quantity(),
    }
    return Told(groups, total)


SALES = Broken(
    N_("Sales"),
    N_(
        "What was invoiced less what was credited, before tax, in home currency at the rate of each document."
    ),
    ("billing.read",),
    ("customer", "product", "category", "group", "person", "location", "month", "currency"),
    (
        Figure("units", N_("Units"), "quantity"),
        Figure("own", N_("Net in that currency"), by="currency"),
        Figure("net", N_("Net")),
        Figure("tax", N_("Tax")),
    ),
    _read,
    "net",
)
