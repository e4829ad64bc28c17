"""What a document costs: net at the line, tax by category and rate (EN 16931 BR-CO-17)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from wharfinger.base.money import rounded

WHOLE = 10**6
"""A share of one, at 10⁻⁶."""


class TaxedRow(NamedTuple):
    """A line's net amount in minor units, and how it is taxed."""

    net_minor: int
    category: str
    rate_micro: int
    exemption_reason: str = ""


class Rate(NamedTuple):
    """One row of the VAT breakdown (EN 16931 BG-23)."""

    category: str
    rate_micro: int
    exemption_reason: str
    net_minor: int
    tax_minor: int


class Totals(NamedTuple):
    """Net, tax and total of a document in minor units, and the breakdown behind them."""

    net: int
    tax: int
    total: int
    by_rate: tuple[Rate, ...] = ()


def totals(rows: Iterable[TaxedRow]) -> Totals:
    """The totals of a document: tax is rounded once per category and rate, half away from zero.

    rows: each line's net, already rounded to minor units; credits are below zero. Rows of one category
    and rate are one basis whatever reason they name; the first reason given is kept.
    """
    bases: dict[tuple[str, int], int] = {}
    reasons: dict[tuple[str, int], str] = {}
    for row in rows:
        key = row.category, row.rate_micro
        bases[key] = bases.get(key, 0) + row.net_minor
        reasons[key] = reasons.get(key) or row.exemption_reason
    by_rate = tuple(
        Rate(category, rate, reasons[category, rate], net, rounded(net * rate, WHOLE))
        for (category, rate), net in sorted(bases.items())
    )
    net = sum(one.net_minor for one in by_rate)
    tax = sum(one.tax_minor for one in by_rate)
    return Totals(net, tax, net + tax, by_rate)
