"""What a document costs: net at the line, tax by category and rate (EN 16931 BR-CO-17), and a second tax by its name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from wharfinger.base.money import rounded

WHOLE = 10**6
"""A share of one, at 10⁻⁶."""


class Coded(Protocol):
    """How something is taxed, as a tax code says it."""

    category: str
    rate_micro: int
    exemption_reason: str
    second_name: str
    second_rate_micro: int
    compound: bool


class Second(NamedTuple):
    """A second tax beside the first, or on top of it."""

    name: str
    rate_micro: int
    compound: bool = False
    """Whether the first tax is taxed, too."""


class TaxedRow(NamedTuple):
    """A line's net amount in minor units, and how it is taxed."""

    net_minor: int
    category: str
    rate_micro: int
    exemption_reason: str = ""
    second: Second | None = None


class Rate(NamedTuple):
    """One row of the VAT breakdown (EN 16931 BG-23)."""

    category: str
    rate_micro: int
    exemption_reason: str
    net_minor: int
    """What is taxed; of a second tax on top of the first, that as well."""
    tax_minor: int
    name: str = ""
    """What a second tax is called; the first has none."""


class Totals(NamedTuple):
    """Net, tax and total of a document in minor units, and the breakdown behind them."""

    net: int
    tax: int
    total: int
    by_rate: tuple[Rate, ...] = ()


def second_of(code: Coded) -> Second | None:
    """The second tax of a code, if it has one."""
    return Second(code.second_name, code.second_rate_micro, code.compound) if code.second_rate_micro else None


def row_of(net_minor: int, code: Coded) -> TaxedRow:
    """An amount, taxed as its code says."""
    return TaxedRow(net_minor, code.category, code.rate_micro, code.exemption_reason, second_of(code))


def first_tax(net_minor: int, rate_micro: int) -> int:
    """The tax on all that is taxed alike."""
    return rounded(net_minor * rate_micro, WHOLE)


def second_base(net_minor: int, rate_micro: int, second: Second) -> int:
    """What a second tax is asked of: the net amount, and the first tax on it where that is taxed, too."""
    return net_minor + (first_tax(net_minor, rate_micro) if second.compound else 0)


def second_tax(net_minor: int, rate_micro: int, second: Second) -> int:
    """The second tax on all that is taxed alike in both."""
    return rounded(second_base(net_minor, rate_micro, second) * second.rate_micro, WHOLE)


def totals(rows: Iterable[TaxedRow]) -> Totals:
    """The totals of a document: tax is rounded once per category and rate, half away from zero.

    rows: each line's net, already rounded to minor units; credits are below zero. Rows of one category
    and rate are one basis whatever reason they name; the first reason given is kept. A second tax is rounded once
    for all rows that are taxed alike in both.
    """
    bases: dict[tuple[str, int], int] = {}
    reasons: dict[tuple[str, int], str] = {}
    both: dict[tuple[Second, str, int], int] = {}
    for row in rows:
        key = row.category, row.rate_micro
        bases[key] = bases.get(key, 0) + row.net_minor
        reasons[key] = reasons.get(key) or row.exemption_reason
        if row.second is not None:
            both[row.second, *key] = both.get((row.second, *key), 0) + row.net_minor
    by_rate = tuple(
        Rate(category, rate, reasons[category, rate], net, first_tax(net, rate))
        for (category, rate), net in sorted(bases.items())
    ) + tuple(
        Rate(
            category,
            second.rate_micro,
            "",
            second_base(net, rate, second),
            second_tax(net, rate, second),
            second.name,
        )
        for (second, category, rate), net in sorted(both.items())
    )
    net = sum(bases.values())
    tax = sum(one.tax_minor for one in by_rate)
    return Totals(net, tax, net + tax, by_rate)
