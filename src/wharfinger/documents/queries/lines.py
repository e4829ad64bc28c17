"""Lines and sums as documents print them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wharfinger.base import money, owned, tax
from wharfinger.base.tax import Rate, TaxedRow
from wharfinger.billing.models import InvoiceLine
from wharfinger.catalog.models import Product, TaxCode
from wharfinger.catalog.rules.families import full_name, words_of
from wharfinger.catalog.rules.units import DECIMALS, told
from wharfinger.demand.models import Line
from wharfinger.demand.rules.amounts import said_of
from wharfinger.demand.rules.kits import INTO
from wharfinger.documents.shapes import (
    Amount,
    Each,
    LineRow,
    OwnValue,
    Price,
    Quantity,
    Share,
    TaxRow,
    Totals,
)
from wharfinger.documents.words import words


def quantity_of(product: Product, units: int) -> Quantity:
    """So many of a product, in its own unit."""
    return Quantity(units, product.quantity_decimals, product.unit)


def sold_as(line: Line | InvoiceLine, units: int, currency: str) -> tuple[Quantity, Price]:
    """Quantity and price as the line says them; in the product's own unit where a part makes no such quantity."""
    return said_as(line.product, units, line.unit, line.per, line.unit_price_micro, currency)


def off_each(
    line: Line | InvoiceLine, each_micro: int, units: int, charged: Price
) -> tuple[Price, Each | None]:
    """The price before money was taken off each unit, and how much that was."""
    if not each_micro:
        return charged, None
    before = line.unit_price_micro + each_micro
    price = said_as(line.product, units, line.unit, line.per, before, charged.currency)[1]
    return price, Each(price.micro - charged.micro, charged.currency)


def said_as(
    product: Product, units: int, unit: str, per: int | None, price_micro: int, currency: str
) -> tuple[Quantity, Price]:
    """The same by its parts; price_micro: of one unit of that size."""
    if per is None:
        return quantity_of(product, units), Price(price_micro, currency)
    if units * 10**DECIMALS % per:
        price = money.rounded(price_micro * 10**product.quantity_decimals, per)
        return quantity_of(product, units), Price(price, currency)
    return Quantity(*told(units, per), unit), Price(price_micro, currency)


def described(product: Product, description: str) -> str:
    """What a line says beyond the name of its product; a component's says into which kit it goes, a variant's its values."""
    text, words = description.strip(), words_of(product)
    if text in (product.name, full_name(product)):
        return words
    return description.removeprefix(f"{product.name}{INTO}")


def own_of(noun: str, values: Mapping[str, Any]) -> tuple[OwnValue, ...]:
    """The own fields of something that are printed, those that have a value."""
    known = owned.fields(noun) if values else ()
    return tuple(
        OwnValue(field.name, field.kind, values[field.key])
        for field in known
        if field.on_documents and values.get(field.key) is not None
    )


def own_of_line(product: Product, line: Line | None) -> tuple[OwnValue, ...]:
    """The own fields that are printed at a line: its product's and its own."""
    return own_of("product", product.own) + (own_of("line", line.own) if line else ())


def own_of_order(lines: Iterable[Line]) -> tuple[OwnValue, ...]:
    """The own fields that are printed of the one order of these lines; none where they are of several."""
    orders = {line.order_id: line.order for line in lines if line.order}
    if len(orders) != 1:
        return ()
    (sheet,) = orders.values()
    return own_of("order", sheet.order.own)


def sold_row(line: Line, units: int, number: int) -> LineRow:
    """A line of a quote or an order, at its price."""
    product = line.product
    quantity, price = sold_as(line, units, line.currency)
    price, each = off_each(line, line.discount_each_micro, units, price)
    return LineRow(
        position=str(number),
        title=product.name,
        sku=product.sku,
        description=described(product, line.description),
        quantity=quantity,
        price=price,
        less_each=each,
        less=Share(line.discount_micro) if line.discount_micro else None,
        tax=Share(line.tax_code.rate_micro),
        second_tax=second_share(line.tax_code),
        amount=Amount(said_of(line, units), line.currency),
        expected_on=line.promised_on,
        own=own_of_line(product, line),
        every=line.every,
    )


def second_share(code: TaxCode | None) -> Share | None:
    """The rate of a code's second tax."""
    return Share(code.second_rate_micro) if code and code.second_rate_micro else None


def taxed(minor: int, code: TaxCode, rate_micro: int, included: bool = False) -> TaxedRow:
    """An amount and how it is taxed; a reason is named only where nothing is charged."""
    reason, said = ("", "") if rate_micro else (code.exemption_reason, code.exemption_code)
    return TaxedRow(minor, code.category, rate_micro, reason, tax.second_of(code), included, said)


def breakdown(rates: Iterable[Rate], currency: str) -> tuple[TaxRow, ...]:
    """The VAT breakdown as it is printed: the highest rate first."""
    return tuple(
        TaxRow(
            rate.category,
            Share(rate.rate_micro),
            Amount(rate.net_minor, currency),
            Amount(rate.tax_minor, currency),
            rate.exemption_reason,
            rate.name,
            rate.exemption_code,
        )
        for rate in sorted(rates, key=lambda rate: (rate.name, -rate.rate_micro, rate.category))
    )


def summed(rows: Iterable[TaxedRow], currency: str) -> Totals:
    """The sums of lines with their taxes."""
    listed = list(rows)
    found = tax.totals(listed)
    return Totals(
        Amount(found.net, currency),
        Amount(found.total, currency),
        breakdown(found.by_rate, currency),
        inclusive=bool(listed) and all(row.included for row in listed),
    )


def terms(days: int, language: str) -> str:
    """Until when to pay, in words."""
    said = words(language)
    return said["terms_days"].format(days=days) if days else said["terms_now"]
