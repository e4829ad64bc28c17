"""Money is an integer in the currency's minor unit; unit prices and costs are integers at 10⁻⁶ of the major unit."""

from __future__ import annotations

from collections.abc import Sequence

from wharfinger.base.quantity import scaled
from wharfinger.base.refusal import N_, BadInput

MICRO = 6
"""Decimals of a unit price or unit cost."""

MOST_MINOR = 10**15
"""No amount reaches this many minor units: what does not fit is refused."""

_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
}
DECIMALS = {code: decimals for decimals, codes in _DECIMALS.items() for code in codes.split()}


COINS = {"CHF": 5}
"""The smallest coin of a currency in minor units, where that is not one."""


def decimals(currency: str) -> int:
    """How many decimals the currency has (ISO 4217): 2 unless listed."""
    return DECIMALS.get(currency, 2)


def coin(currency: str) -> int:
    """The smallest coin of the currency at 10⁻⁶: prices that we reckon are whole ones of it."""
    return COINS.get(currency, 1) * 10 ** (MICRO - decimals(currency))


def reckoned(unit_micro: int, currency: str) -> int:
    """A cost that is an average as people read it: to the minor unit, below one major unit to a hundredth of it."""
    minor_micro = 10 ** (MICRO - decimals(currency))
    step = minor_micro if unit_micro >= 10**MICRO else max(minor_micro // 100, 1)
    return rounded(unit_micro, step) * step


def plain(minor: int, currency: str) -> str:
    """Write an amount of money as every door's answers do: exactly the currency's decimals, and no words."""
    places = DECIMALS.get(currency, 2)
    if not places:
        return str(minor)
    whole, rest = divmod(abs(minor), 10**places)
    return f"{'-' if minor < 0 else ''}{whole}.{rest:0{places}d}"


def rounded(numerator: int, denominator: int) -> int:
    """Divide and round half away from zero (EN 16931 rounds amounts so)."""
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    numerator, denominator = abs(numerator), abs(denominator)
    return sign * ((2 * numerator + denominator) // (2 * denominator))


def to_coin(minor: int, coin: int) -> int:
    """The nearest amount that a currency's smallest coin can pay, half away from zero."""
    return rounded(minor, coin) * coin


def extended(
    unit_micro: int,
    units: int,
    quantity_decimals: int,
    currency: str,
    less_micro: int = 0,
    per: int | None = None,
) -> int:
    """Quantity times unit price less a discount, in minor units, rounded once.

    unit_micro: price of one whole unit at 10⁻⁶, or of so many smallest units as ``per`` says; units: quantity
    in the smallest unit; less_micro: discount as a share at 10⁻⁶ (15 % = 150 000). Raises BadInput when it does
    not fit.
    """
    amount = rounded(
        unit_micro * units * (10**6 - less_micro) * 10 ** decimals(currency),
        10 ** (MICRO + 6) * (10**quantity_decimals if per is None else per),
    )
    if abs(amount) >= MOST_MINOR:
        raise BadInput("amount_too_large", N_("This amount is larger than can be kept."), field="unit_price")
    return amount


def share(value: int, part: int, whole: int) -> int:
    """The part of a value that belongs to a part of a quantity: everything when the part is the whole."""
    return value if part == whole else rounded(value * part, whole)


def shares(value: int, weights: Sequence[int]) -> list[int]:
    """A value shared out by weight: shares of the running total, so that together they are exactly the whole."""
    whole, done, found = sum(weights), 0, []
    for weight in weights:
        found.append(share(value, done + weight, whole) - share(value, done, whole) if weight else 0)
        done += weight
    return found


def minor(text: str | int, currency: str, *, field: str = "amount", negative: bool = False) -> int:
    """Read an amount of money in minor units; raises BadInput when it is no plain number or too precise."""
    return scaled(text, decimals(currency), field=field, most=MOST_MINOR, negative=negative)


def micro(text: str | int, *, field: str = "unit_price") -> int:
    """Read a unit price or cost at 10⁻⁶ of the major unit; raises BadInput otherwise."""
    return scaled(text, MICRO, field=field, most=10**15)
