"""Pure decisions about discounts: what is taken off a line, as money off each of its units and as a share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wharfinger.base.money import rounded
from wharfinger.base.refusal import N_, BadInput
from wharfinger.ledger.plan import Id

WHOLE = 10**6


@dataclass(frozen=True, slots=True)
class Discount:
    """What is taken off a line: money off each of its units at 10⁻⁶, and a share at 10⁻⁶ of what that leaves."""

    share_micro: int = 0
    each_micro: int = 0
    currency: str = ""
    """In what the money is, where that was said; else in the document's own."""


NONE = Discount()


def before(line: Any) -> int:
    """A line's unit price before money was taken off each unit."""
    price: int = line.unit_price_micro + line.discount_each_micro
    return price


def of_line(line: Any) -> Discount:
    """What is taken off a line itself, as it was said."""
    return Discount(line.own_discount_micro, line.discount_each_micro)


def in_all(line: Any) -> Discount:
    """What is taken off a line, with what its group and its quote take off."""
    return Discount(line.discount_micro, line.discount_each_micro)


def charged(price_micro: int, less: Discount, currency: str, *, field: str) -> int:
    """The unit price that is charged; raises BadInput where more is taken off than is asked, or other money."""
    if less.currency and less.currency != currency:
        raise BadInput(
            "discount_in_other_currency",
            N_("This document is in {currency}. Give the discount in {currency}, or in percent."),
            field=field,
            currency=currency,
        )
    if less.each_micro > price_micro:
        raise BadInput(
            "discount_above_price",
            N_("No more than its price can be taken off a unit. Give a lower discount."),
            field=field,
        )
    return price_micro - less.each_micro


def share_of(line: Any) -> int:
    """Which share of a line's price before all discounts is taken off, at 10⁻⁶."""
    asked = before(line)
    if not asked or not line.discount_each_micro:
        return int(line.discount_micro)
    return WHOLE - rounded(line.unit_price_micro * (WHOLE - line.discount_micro), asked)


@dataclass(frozen=True, slots=True)
class Grouped:
    """What of a quote's discounts is worked into its lines: the groups by what lines name them, and the whole's."""

    groups: Mapping[int, tuple[Id, int]]
    """The id and the discount of each group."""
    whole_micro: int = 0

    def of(self, group: int | None, field: str) -> tuple[Id | None, int]:
        """The group that a line names, and its discount; raises BadInput for one that is not there."""
        if group is None:
            return None, 0
        if group not in self.groups:
            raise BadInput("no_such_line_group", N_("This quote has no such group."), field=field)
        return self.groups[group]


ALONE = Grouped({})
"""A document without groups."""


def worked_in(own_micro: int, group_micro: int, whole_micro: int) -> int:
    """What is taken off in all: the whole's of what the group's leaves of what the line's own leaves."""
    left = (WHOLE - own_micro) * (WHOLE - group_micro) * (WHOLE - whole_micro)
    return WHOLE - rounded(left, WHOLE * WHOLE)
