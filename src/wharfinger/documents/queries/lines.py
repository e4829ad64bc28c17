"""Lines and sums as documents print them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from wharfinger.base import money
from wharfinger.catalog.models import Product, TaxCode
from wharfinger.demand.models import Line
from wharfinger.documents.shapes import Amount, LineRow, Price, Quantity, Share, TaxRow, Totals
from wharfinger.documents.words import words


class Taxed(NamedTuple):
    """An amount and the tax that goes on it."""

    net_minor: int
    code: TaxCode
    rate_micro: int
    tax_minor: int | None = None
    """The tax where it is already decided; else it is computed per category and rate."""


def quantity_of(product: Product, units: int) -> Quantity:
    """So many of a product, in its own unit."""
    return Quantity(units, product.quantity_decimals, product.unit)


def sold_row(line: Line, units: int, number: int) -> LineRow:
    """A line of a quote or an order, at its price."""
    product = line.product
    net = money.extended(
        line.unit_price_micro, units, product.quantity_decimals, line.currency, line.discount_micro
    )
    return LineRow(
        position=str(number),
        title=product.name,
        sku=product.sku,
        description=line.description,
        quantity=quantity_of(product, units),
        price=Price(line.unit_price_micro, line.currency),
        less=Share(line.discount_micro) if line.discount_micro else None,
        tax=Share(line.tax_code.rate_micro),
        amount=Amount(net, line.currency),
        expected_on=line.promised_on,
    )


def breakdown(amounts: Iterable[Taxed], currency: str) -> tuple[TaxRow, ...]:
    """The VAT breakdown: per category and rate, rounded once (EN 16931 BR-CO-17), the highest rate first."""
    grouped: dict[tuple[int, str], list[Taxed]] = {}
    for one in amounts:
        grouped.setdefault((-one.rate_micro, one.code.category), []).append(one)
    rows = []
    for (less_rate, category), members in sorted(grouped.items()):
        base = sum(one.net_minor for one in members)
        decided = [one.tax_minor for one in members if one.tax_minor is not None]
        tax = sum(decided) if decided else money.rounded(base * -less_rate, 10**6)
        reasons = dict.fromkeys(one.code.exemption_reason for one in members if one.code.exemption_reason)
        rows.append(
            TaxRow(
                category,
                Share(-less_rate),
                Amount(base, currency),
                Amount(tax, currency),
                "" if less_rate else " · ".join(reasons),
            )
        )
    return tuple(rows)


def totals(amounts: Sequence[Taxed], currency: str) -> Totals:
    """The sums of lines with their taxes."""
    rows = breakdown(amounts, currency)
    net = sum(one.net_minor for one in amounts)
    return Totals(Amount(net, currency), Amount(net + sum(row.tax.minor for row in rows), currency), rows)


def terms(days: int, language: str) -> str:
    """Until when to pay, in words."""
    said = words(language)
    return said["terms_days"].format(days=days) if days else said["terms_now"]
