"""Pure decisions about what lines come to: as their prices say it, and before tax."""

from __future__ import annotations

from typing import Any

from wharfinger.base.money import extended
from wharfinger.base.tax import parts_of, second_of


def said_of(line: Any, units: int) -> int:
    """What so many of a line come to as its price says it, in minor units: with tax where that is included."""
    return extended(
        line.unit_price_micro,
        units,
        line.product.quantity_decimals,
        line.currency,
        line.discount_micro,
        line.per,
    )


def net_of(line: Any, units: int) -> int:
    """The same before tax, where the line stands alone."""
    return before_tax(said_of(line, units), line.tax_code, line.tax_included)


def before_tax(minor: int, code: Any, included: bool) -> int:
    """What an amount is before tax. code: how it is taxed, which is asked for only where its taxes are in it."""
    return parts_of(minor, code.rate_micro, second_of(code)).net if included else minor
