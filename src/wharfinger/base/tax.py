"""What a document costs: tax by category and rate (EN 16931 BR-CO-17), and a second tax by its name.

A line's amount is said before tax, or with it. Where it is said before tax, tax is reckoned on the sum of all that is
taxed alike. Where it is said with tax, that sum is divided into net and tax, so that the total is what was said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from wharfinger.base import money
from wharfinger.base.money import rounded, share

WHOLE = 10**6
"""A share of one, at 10⁻⁶."""


UNION = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
"""The countries between which goods are supplied without crossing a customs border."""
_VAT_ID = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,13}")


def vat_id(written: str) -> str:
    """The VAT ID that somebody wrote, as it is given to others; nothing where it is another number."""
    plain = re.sub(r"[\s.-]", "", written).upper()
    return plain if _VAT_ID.fullmatch(plain) else ""


def treatment(home: str, to: str, number: str) -> str:
    """By which category goods are taxed in place of a standard rate; nothing where the standard rate is right.

    home, to: from which country they go, and to which; number: the customer's tax number. Goods that leave the
    Union, or another country, are exported. Within it they are exempt for whom has a VAT ID of another country.
    """
    if home == to:
        return ""
    if home not in UNION or to not in UNION:
        return "G"
    known = vat_id(number)[:2].replace("EL", "GR")
    return "K" if known in UNION - {home} else ""


class Coded(Protocol):
    """How something is taxed, as a tax code says it."""

    category: str
    rate_micro: int
    exemption_reason: str
    exemption_code: str
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
    """A line's amount in minor units, and how it is taxed."""

    minor: int
    category: str
    rate_micro: int
    exemption_reason: str = ""
    second: Second | None = None
    included: bool = False
    """Whether its taxes are in the amount; else it is net."""
    exemption_code: str = ""


class Parts(NamedTuple):
    """What an amount that includes its taxes consists of; together they are the amount."""

    net: int
    first: int
    second: int


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
    exemption_code: str = ""
    """Why nothing is charged, as electronic invoices say it (EN 16931 BT-121)."""


class Totals(NamedTuple):
    """Net, tax and total of a document in minor units, and the breakdown behind them."""

    net: int
    tax: int
    total: int
    by_rate: tuple[Rate, ...] = ()
    rounding: int = 0
    """What the total is more than net and tax, so that coins can pay it (EN 16931 BT-114)."""

    def to_coin(self, coin: int) -> Totals:
        """The same, of which the smallest coin can pay the total."""
        exact = self.net + self.tax
        total = money.to_coin(exact, coin)
        return self._replace(total=total, rounding=total - exact)


def second_of(code: Coded) -> Second | None:
    """The second tax of a code, if it has one."""
    return Second(code.second_name, code.second_rate_micro, code.compound) if code.second_rate_micro else None


def row_of(minor: int, code: Coded, included: bool = False) -> TaxedRow:
    """An amount, taxed as its code says."""
    return TaxedRow(
        minor,
        code.category,
        code.rate_micro,
        code.exemption_reason,
        second_of(code),
        included,
        code.exemption_code,
    )


def _weights(rate_micro: int, second: Second | None) -> tuple[int, int, int]:
    """How net, first and second tax are to each other; the net is one, at 10⁻¹²."""
    further = second.rate_micro * (WHOLE + (rate_micro if second.compound else 0)) if second else 0
    return WHOLE * WHOLE, rate_micro * WHOLE, further


def with_taxes(code: Coded) -> int:
    """What one before tax is with all its taxes, at 10⁻¹²."""
    return sum(_weights(code.rate_micro, second_of(code)))


def parts_of(minor: int, rate_micro: int, second: Second | None) -> Parts:
    """An amount that includes its taxes, divided: nothing is lost, and no part is less of a larger amount."""
    one, first, further = _weights(rate_micro, second)
    net = rounded(minor * one, one + first + further)
    theirs = second_of_both(minor - net, rate_micro, second)
    return Parts(net, minor - net - theirs, theirs)


def second_of_both(minor: int, rate_micro: int, second: Second | None) -> int:
    """How much of what two taxes come to together is the second."""
    _, first, further = _weights(rate_micro, second)
    return share(minor, further, first + further) if further else 0


def nets(rows: Iterable[TaxedRow]) -> list[int]:
    """The net of each row, so that together they are the net of the document.

    Of amounts that include their taxes, and are taxed alike, each has what the net of the running sum rises by.
    """
    sofar: dict[tuple[str, int, Second | None], int] = {}
    found = []
    for row in rows:
        if not row.included:
            found.append(row.minor)
            continue
        key = row.category, row.rate_micro, row.second
        before = sofar.get(key, 0)
        sofar[key] = before + row.minor
        of = parts_of(sofar[key], row.rate_micro, row.second), parts_of(before, row.rate_micro, row.second)
        found.append(of[0].net - of[1].net)
    return found


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

    rows: each line's amount, already rounded to minor units; credits are below zero. Rows of one category
    and rate are one basis whatever reason they name; the first reason given is kept. A second tax is rounded once
    for all rows that are taxed alike in both. The total of rows that include their taxes is their sum.
    """
    bases: dict[tuple[str, int], int] = {}
    reasons: dict[tuple[str, int], str] = {}
    codes: dict[tuple[str, int], str] = {}
    both: dict[tuple[Second, str, int], int] = {}
    said: dict[tuple[str, int, Second | None], int] = {}
    for row in rows:
        key = row.category, row.rate_micro
        reasons[key] = reasons.get(key) or row.exemption_reason
        codes[key] = codes.get(key) or row.exemption_code
        if row.included:
            bases.setdefault(key, 0)
            said[*key, row.second] = said.get((*key, row.second), 0) + row.minor
            continue
        bases[key] = bases.get(key, 0) + row.minor
        if row.second is not None:
            both[row.second, *key] = both.get((row.second, *key), 0) + row.minor
    firsts = {(category, rate): (net, first_tax(net, rate)) for (category, rate), net in bases.items()}
    seconds = {
        (second, category, rate): (second_base(net, rate, second), second_tax(net, rate, second))
        for (second, category, rate), net in both.items()
    }
    for (category, rate, second), minor in said.items():
        of = parts_of(minor, rate, second)
        net, first = firsts[category, rate]
        firsts[category, rate] = net + of.net, first + of.first
        if second is not None:
            base, further = seconds.get((second, category, rate), (0, 0))
            base += of.net + (of.first if second.compound else 0)
            seconds[second, category, rate] = base, further + of.second
    by_rate = tuple(
        Rate(category, rate, reasons[category, rate], net, taxed, "", codes[category, rate])
        for (category, rate), (net, taxed) in sorted(firsts.items())
    ) + tuple(
        Rate(category, second.rate_micro, "", base, taxed, second.name)
        for (second, category, _), (base, taxed) in sorted(seconds.items())
    )
    net = sum(net for net, _ in firsts.values())
    tax = sum(one.tax_minor for one in by_rate)
    return Totals(net, tax, net + tax, by_rate)
