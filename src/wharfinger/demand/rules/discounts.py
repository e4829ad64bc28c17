"""Pure decisions about discounts: what is taken off a line, as a share or as money off each of its units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wharfinger.base.money import rounded
from wharfinger.base.refusal import N_, BadInput

WHOLE = 10**6


@dataclass(frozen=True, slots=True)
class Discount:
    """What is taken off a line: a share at 10⁻⁶, or money off each of its units at 10⁻⁶; never both."""

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
    """What is taken off a line, as it was said."""
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
