"""What a report is: rows of a day, or figures of a period by what one asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, Literal

from wharfinger.base.money import rounded
from wharfinger.base.refusal import N_

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Report:
    """What a report is called, who may read it, and what it says of a day."""

    title: str
    says: str
    """In one sentence, what it is for."""
    permission: str
    columns: tuple[str, ...]
    rows: Callable[[date], Rows] | Callable[[date, date], Rows]
    past: bool = True
    """Whether it can be had of a day that is over."""
    period: bool = False
    """Whether it tells what happened from a day to a day; its rows take both."""
    parts: tuple[str, ...] = ()
    """The columns of money into which ``value`` is parted; they are summed and drawn."""


Key = int | str | None
"""A product, customer, person … by its id, a month by its first day, a currency; nothing where none is named."""

BY = {
    "product": N_("Product"),
    "category": N_("Category"),
    "customer": N_("Customer"),
    "vendor": N_("Vendor"),
    "group": N_("Customer group"),
    "person": N_("Owner"),
    "buyer": N_("Buyer"),
    "location": N_("Location"),
    "month": N_("Month"),
    "currency": N_("Currency"),
}
"""By what figures may be told."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of which days is told, by what."""

    since: date
    until: date
    by: str
    home: str
    """The company's currency."""
    only: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """The products, customers, persons … it is narrowed to, by their ids."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One column of figures."""

    key: str
    label: str
    kind: Literal["money", "quantity", "share"] = "money"
    """money: in minor units of home currency, or with the currency it is in · quantity: units and their decimals ·
    share: of one, at 10⁻⁶."""
    by: str = ""
    """Told only by this."""


Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """What a report of figures says: by key, and of all together."""

    groups: Mapping[Key, Figures]
    total: Figures


@dataclass(frozen=True, slots=True)
class Broken:
    """A report of figures, broken down by what one asks."""

    title: str
    says: str
    permissions: tuple[str, ...]
    by: tuple[str, ...]
    """By what it can be told; by the first of them unless one says."""
    figures: tuple[Figure, ...]
    read: Callable[[Wanted], Told]
    plot: str
    """The figure that is drawn."""
    papers: str = "billing:invoices"
    """The list to which a group leads."""
    whom: str = "customer"
    """By whom its documents are found there."""
    issued: str = "issued"
    """The filter of their days there; none where nothing is said."""

    def columns(self, by: str) -> list[Figure]:
        """The figures that are told by this."""
        return [one for one in self.figures if one.by in ("", by)]


def settled(exact: Mapping[Key, Fraction]) -> dict[Key, int]:
    """Each amount in whole minor units, so that together they are the sum of all, rounded once."""
    done, sofar, found = Fraction(0), 0, {}
    for key, amount in exact.items():
        done += amount
        whole = rounded(done.numerator, done.denominator)
        found[key], sofar = whole - sofar, whole
    return found


def month_of(day: date) -> str:
    """The first day of its month, as the key of a group."""
    return day.replace(day=1).isoformat()
